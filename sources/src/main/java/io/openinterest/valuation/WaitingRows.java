package io.openinterest.valuation;

import io.openinterest.venue.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rows without a price, of each market the newest, found by the price they wait for; the oldest come first. */
final class WaitingRows {

    private static final int MAX_ROWS = 50_000;

    private final Map<String, Waiting> bySymbol = new LinkedHashMap<>();
    private final Map<String, Set<String>> symbolsByPrice = new HashMap<>();

    /**
     * One row.
     *
     * @param row the row
     * @param awaited name of the price it waits for
     * @param source where it stood
     */
    record Waiting(Row row, String awaited, Source source) {}

    /** Takes one more in the place of an older one of the market; false when there are too many. */
    boolean add(Waiting waiting) {
        String symbol = waiting.row.symbol();
        remove(symbol);
        if (bySymbol.size() >= MAX_ROWS) {
            return false;
        }
        bySymbol.put(symbol, waiting);
        symbolsByPrice
                .computeIfAbsent(waiting.awaited, price -> new LinkedHashSet<>())
                .add(symbol);
        return true;
    }

    /** Forgets the row of a market. */
    void remove(String symbol) {
        Waiting waiting = bySymbol.remove(symbol);
        if (waiting != null) {
            Set<String> symbols = symbolsByPrice.get(waiting.awaited);
            symbols.remove(symbol);
            if (symbols.isEmpty()) {
                symbolsByPrice.remove(waiting.awaited);
            }
        }
    }

    /** Takes out the rows that wait for one of these prices. */
    List<Waiting> takeFor(Collection<String> prices) {
        Set<String> symbols = new LinkedHashSet<>();
        prices.forEach(price -> symbols.addAll(symbolsByPrice.getOrDefault(price, Set.of())));
        List<Waiting> taken = new ArrayList<>();
        for (String symbol : symbols) {
            taken.add(bySymbol.get(symbol));
            remove(symbol);
        }
        return taken;
    }

    /** Takes out the rows received before that instant. */
    List<Waiting> takeBefore(Instant instant) {
        List<Waiting> taken = new ArrayList<>();
        Iterator<Waiting> all = bySymbol.values().iterator();
        while (all.hasNext()) {
            Waiting waiting = all.next();
            if (!waiting.row.receivedAt().isBefore(instant)) {
                break;
            }
            taken.add(waiting);
        }
        taken.forEach(waiting -> remove(waiting.row.symbol()));
        return taken;
    }
}
