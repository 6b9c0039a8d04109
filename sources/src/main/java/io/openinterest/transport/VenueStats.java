package io.openinterest.transport;

import io.openinterest.observation.Evidence;
import io.openinterest.observation.Quarantined.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts of one venue; written on its thread, read by metrics. */
public final class VenueStats {

    /** A verdict is told again every hour for as long as the venue delivers what is checked. */
    private static final Duration VERDICT_HOLDS = Duration.ofHours(2);

    private final AtomicLong polls = new AtomicLong();
    private final AtomicLong pollFailures = new AtomicLong();
    private final AtomicLong reconnects = new AtomicLong();
    private final AtomicLong unread = new AtomicLong();
    private final AtomicLongArray quarantined = new AtomicLongArray(Reason.values().length);
    private final Map<String, Instant> contradicted = new ConcurrentHashMap<>();
    private volatile long lastObservationMillis;
    private volatile int instruments;
    private volatile int connections;
    private volatile double quotaUsed;
    private volatile long pollLatencyMillis;
    private volatile long pausedUntilMillis;
    private volatile long owedSinceMillis;
    private volatile long maxAgeMillis;

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

    /** Messages of a stream that said nothing the venue's file knows: no row, confirmation, refusal or heartbeat. */
    public long unreadMessages() {
        return unread.get();
    }

    /** Records sent to quarantine. */
    public long quarantined() {
        long all = 0;
        for (int i = 0; i < quarantined.length(); i++) {
            all += quarantined.get(i);
        }
        return all;
    }

    /** Records sent to quarantine for that reason. */
    public long quarantined(Reason reason) {
        return quarantined.get(reason.ordinal());
    }

    /** Receipt of the newest observation, epoch milliseconds; 0 before the first. */
    public long lastObservationMillis() {
        return lastObservationMillis;
    }

    /** Instruments listed, whatever their status. */
    public int instruments() {
        return instruments;
    }

    /** WebSocket connections that are open. */
    public int connections() {
        return connections;
    }

    /** Used part of the venue's fullest rate limit. */
    public double quotaUsed() {
        return quotaUsed;
    }

    /** The time the newest answer took, in milliseconds. */
    public long pollLatencyMillis() {
        return pollLatencyMillis;
    }

    /** Until when some feed of the venue asks nothing, epoch milliseconds; in the past, or 0, when none waits. */
    public long pausedUntilMillis() {
        return pausedUntilMillis;
    }

    /** Beginning of the gap whose history is not read yet, epoch milliseconds; 0 when there is none. */
    public long owedSinceMillis() {
        return owedSinceMillis;
    }

    /** How long an observation counts, in milliseconds. */
    public long maxAgeMillis() {
        return maxAgeMillis;
    }

    void polled(long latencyMillis, boolean good) {
        polls.incrementAndGet();
        if (!good) {
            pollFailures.incrementAndGet();
        }
        pollLatencyMillis = latencyMillis;
    }

    /** Checks of how the venue counts that its own figures contradict, by their newest verdicts, none of them too old. */
    public int contradictedChecks(Instant now) {
        Instant oldest = now.minus(VERDICT_HOLDS);
        return (int) contradicted.values().stream()
                .filter(told -> !told.isBefore(oldest))
                .count();
    }

    void judged(Evidence evidence) {
        if (evidence.verdict() == Evidence.Verdict.CONTRADICTED) {
            contradicted.put(evidence.check(), evidence.time());
        } else {
            contradicted.remove(evidence.check());
        }
    }

    void countsFor(Duration maxAge) {
        maxAgeMillis = maxAge.toMillis();
    }

    void reconnected() {
        reconnects.incrementAndGet();
    }

    void unread() {
        unread.incrementAndGet();
    }

    void sentToQuarantine(Reason reason) {
        quarantined.incrementAndGet(reason.ordinal());
    }

    void observed(long receivedMillis) {
        lastObservationMillis = receivedMillis;
    }

    void listed(int count) {
        instruments = count;
    }

    void connected(int count) {
        connections = count;
    }

    void used(double part) {
        quotaUsed = part;
    }

    void pausedUntil(Instant time) {
        pausedUntilMillis = Math.max(pausedUntilMillis, time.toEpochMilli());
    }

    void owes(Instant since) {
        owedSinceMillis = since == null ? 0 : since.toEpochMilli();
    }
}
