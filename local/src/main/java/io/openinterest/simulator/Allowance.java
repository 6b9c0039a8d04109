package io.openinterest.simulator;

import java.time.Duration;

/** A venue's published limit: so much weight per fixed window, for all its clients together. */
final class Allowance {

    private final World world;
    private final long windowMillis;
    private final int limit;
    private long window = Long.MIN_VALUE;
    private int used;

    Allowance(World world, int limit, Duration window) {
        this.world = world;
        this.limit = limit;
        this.windowMillis = window.toMillis();
    }

    int limit() {
        return limit;
    }

    /** Spends a weight and returns all that was spent in the present window, this included. */
    synchronized int spend(int weight) {
        long present = Math.floorDiv(world.now().toEpochMilli(), windowMillis);
        if (present != window) {
            window = present;
            used = 0;
        }
        used += weight;
        return used;
    }

    /** Epoch milliseconds at which the present window ends. */
    long resetAt() {
        return (Math.floorDiv(world.now().toEpochMilli(), windowMillis) + 1) * windowMillis;
    }
}
