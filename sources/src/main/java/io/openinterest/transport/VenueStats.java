package io.openinterest.transport;

import java.util.concurrent.atomic.AtomicLong;

/** Counts of one venue; written on its thread, read by metrics. */
public final class VenueStats {

    private final AtomicLong polls = new AtomicLong();
    private final AtomicLong pollFailures = new AtomicLong();
    private final AtomicLong reconnects = new AtomicLong();
    private final AtomicLong quarantined = new AtomicLong();
    private volatile long lastObservationMillis;
    private volatile int instruments;
    private volatile double quotaUsed;
    private volatile long pollLatencyMillis;

    /** Requests answered, well or not. */
    public long polls() {
        return polls.get();
    }

    /** Requests without a good answer. */
    public long pollFailures() {
        return pollFailures.get();
    }

    /** WebSocket connections that had to be replaced. */
    public long reconnects() {
        return reconnects.get();
    }

    /** Records sent to quarantine. */
    public long quarantined() {
        return quarantined.get();
    }

    /** Receipt of the newest observation, epoch milliseconds; 0 before the first. */
    public long lastObservationMillis() {
        return lastObservationMillis;
    }

    /** Instruments listed, whatever their status. */
    public int instruments() {
        return instruments;
    }

    /** Used part of the venue's first rate limit. */
    public double quotaUsed() {
        return quotaUsed;
    }

    /** How long the newest answer took. */
    public long pollLatencyMillis() {
        return pollLatencyMillis;
    }

    void polled(long latencyMillis, boolean good) {
        polls.incrementAndGet();
        if (!good) {
            pollFailures.incrementAndGet();
        }
        pollLatencyMillis = latencyMillis;
    }

    void reconnected() {
        reconnects.incrementAndGet();
    }

    void sentToQuarantine() {
        quarantined.incrementAndGet();
    }

    void observed(long receivedMillis) {
        lastObservationMillis = receivedMillis;
    }

    void listed(int count) {
        instruments = count;
    }

    void used(double part) {
        quotaUsed = part;
    }
}
