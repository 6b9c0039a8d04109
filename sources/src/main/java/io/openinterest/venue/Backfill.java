package io.openinterest.venue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The way a venue's past is read. For each observed market, or some together, the requests are asked in order, pages
 * included, and the parser reports prices ({@link Observer#pastPrice}) and rows with their own time ({@link Row#at}); rows
 * are valued with the row's value, else the price of that instant, else the last one before it.
 *
 * @param granularity distance of the rows; a shorter gap needs no history
 * @param together the markets one question may name at most
 * @param plan the questions about some markets and a span
 * @param parser reads each answer
 */
public record Backfill(Duration granularity, int together, Plan plan, BiConsumer<Reply, Observer> parser) {

    /** Of a venue whose questions name one market. */
    public static Backfill ofEach(Duration granularity, PlanOfOne plan, BiConsumer<Reply, Observer> parser) {
        return new Backfill(granularity, 1, (markets, from, to) -> plan.requests(markets.get(0), from, to), parser);
    }

    /** The questions about at most so many markets from (inclusive) one instant to (exclusive) another. */
    @FunctionalInterface
    public interface Plan {
        /** In the order to ask them, prices first. */
        List<Request> requests(List<Instrument> markets, Instant from, Instant to);
    }

    /** The questions about one market. */
    @FunctionalInterface
    public interface PlanOfOne {
        /** In the order to ask them, prices first. */
        List<Request> requests(Instrument market, Instant from, Instant to);
    }
}
