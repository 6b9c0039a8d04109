package io.openinterest.venue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * How a venue's past is read. For each observed market the requests are asked in order, pages included, and the
 * parser reports prices ({@link Observer#pastPrice}) and rows with their own time ({@link Row#at}); rows are valued
 * with the row's value, else the price of that instant, else the last one before it.
 *
 * @param granularity distance of the rows; a shorter gap needs no history
 * @param plan the questions about one market and span
 * @param parser reads each answer
 */
public record Backfill(Duration granularity, Plan plan, BiConsumer<Reply, Observer> parser) {

    /** The questions about one market from (inclusive) one instant to (exclusive) another. */
    @FunctionalInterface
    public interface Plan {
        /** In the order to ask them, prices first. */
        List<Request> requests(Instrument instrument, Instant from, Instant to);
    }
}
