package io.openinterest.source.replay;

import java.time.Duration;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Tells how far event time may run ahead of the last checkpoint. A minute without a row is a few bytes on its way and a
 * record of every entity where it arrives, so that hours of work fit into the network, and a checkpoint waits for all of
 * it. What may be ahead follows from how long checkpoints take; it changes when something arrives, never what.
 */
final class Pace {

    /** A day, to begin with: little where there are few entities, and not yet too much where there are thousands. */
    static final long FIRST = 1440;

    /** Less would make the interval between checkpoints the time that a few minutes take. */
    private static final long LEAST = 10;

    /** A checkpoint that is through by then lets more be ahead, if there was anything to wait for. */
    private static final long CALM = Duration.ofSeconds(15).toNanos();

    /** A checkpoint that takes longer is on its way to be given up. */
    private static final long TOO_LONG = Duration.ofMinutes(1).toNanos();

    private final LongSupplier ticker;
    private final TreeMap<Long, Begun> begun = new TreeMap<>();
    private long allowed;
    private long passed;
    private long settled;
    private boolean held;

    private Pace(LongSupplier ticker, long allowed) {
        this.ticker = ticker;
        this.allowed = allowed;
    }

    /**
     * Follows checkpoints.
     *
     * @param ticker nanoseconds that pass
     */
    static Pace ofCheckpoints(LongSupplier ticker) {
        return new Pace(ticker, FIRST);
    }

    /** For where there are no checkpoints. */
    static Pace unlimited() {
        return new Pace(() -> 0, Long.MAX_VALUE / 2);
    }

    /** Minutes that event time may go on now; not above zero while a checkpoint has to get through first. */
    long left() {
        long left = settled + allowed - passed;
        held |= left <= 0;
        return left;
    }

    /** Event time has gone on. */
    void pass(long minutes) {
        passed += minutes;
    }

    void begin(long checkpoint) {
        begun.put(checkpoint, new Begun(passed, ticker.getAsLong()));
    }

    void complete(long checkpoint) {
        Begun its = begun.get(checkpoint);
        begun.headMap(checkpoint, true).clear();
        if (its == null) {
            return;
        }
        settled = its.passed;
        long took = ticker.getAsLong() - its.at;
        if (took > TOO_LONG) {
            less();
        } else if (took < CALM && held) {
            allowed *= 2;
        }
        held = false;
    }

    void abort(long checkpoint) {
        if (begun.remove(checkpoint) != null) {
            less();
        }
    }

    private void less() {
        allowed = Math.max(LEAST, allowed / 2);
    }

    private record Begun(long passed, long at) {}
}
