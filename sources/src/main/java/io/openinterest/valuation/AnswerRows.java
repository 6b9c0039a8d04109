package io.openinterest.valuation;

import io.openinterest.venue.Row;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of one answer, of each market one: the newest where they have times, and none of two that say different
 * things of the same time. Nothing tells which of those is true.
 */
final class AnswerRows {

    private final Map<String, Entry> bySymbol = new LinkedHashMap<>();

    /**
     * One market.
     *
     * @param row its newest row
     * @param source where that stood
     * @param contradiction a sentence where another row of the same time denies it; else null
     */
    record Entry(Row row, Source source, String contradiction) {}

    void add(Row row, Source source) {
        bySymbol.merge(row.symbol(), new Entry(row, source, null), AnswerRows::both);
    }

    /** Takes them out, in the order of the answer. */
    List<Entry> takeAll() {
        List<Entry> all = List.copyOf(bySymbol.values());
        bySymbol.clear();
        return all;
    }

    private static Entry both(Entry one, Entry other) {
        if (isBefore(one.row, other.row)) {
            return other;
        } else if (isBefore(other.row, one.row)) {
            return one;
        }
        String contradiction =
                one.contradiction != null ? one.contradiction : Contradiction.between(one.row, other.row);
        return new Entry(other.row, other.source, contradiction);
    }

    /** A time ahead of its arrival makes no row the later one. */
    private static boolean isBefore(Row row, Row other) {
        return row.time() != null
                && other.time() != null
                && row.time().isBefore(other.time())
                && !other.time().isAfter(other.receivedAt());
    }
}
