package io.openinterest.valuation;

import io.openinterest.venue.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Rows without a price, of each market the newest, found by the price they wait for; the oldest come first. */
final class WaitingRows {

    private static final int MAX_ROWS = 50_000;

    private final Duration longest;
    private final Map<String, Waiting> bySymbol = new LinkedHashMap<>();
    private final Map<String, Set<String>> symbolsByPrice = new HashMap<>();

    /**
     * One row.
     *
     * @param row the row
     * @param awaited name of the price it waits for
     * @param source where it stood
     * @param since when its market began to wait: newer rows take the place of older ones
     */
    record Waiting(Row row, String awaited, Source source, Instant since) {

        Waiting(Row row, String awaited, Source source) {
            this(row, awaited, source, row.receivedAt());
        }

        private Waiting since(Instant other) {
            return new Waiting(row, awaited, source, other);
        }
    }

    /**
     * None yet.
     *
     * @param longest how long a market may wait
     */
    WaitingRows(Duration longest) {
        this.longest = longest;
    }

    /** True where there is room for one more of that market. */
    boolean hasRoomFor(Row row) {
        return bySymbol.size() < MAX_ROWS || bySymbol.containsKey(row.symbol());
    }

    /** Takes one more in the place of an older one of the market; returns that where the market has waited too long. */
    Optional<Waiting> add(Waiting waiting) {
        String symbol = waiting.row.symbol();
        Waiting before = bySymbol.get(symbol);
        boolean isOverdue = before != null && !before.since.plus(longest).isAfter(waiting.row.receivedAt());
        remove(symbol);
        bySymbol.put(symbol, before == null || isOverdue ? waiting : waiting.since(before.since));
        symbolsByPrice
                .computeIfAbsent(waiting.awaited, price -> new LinkedHashSet<>())
                .add(symbol);
        return isOverdue ? Optional.of(before) : Optional.empty();
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
