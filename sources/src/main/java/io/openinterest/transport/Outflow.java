package io.openinterest.transport;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Evidence;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationOrder;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined;
import io.openinterest.valuation.VenueReader;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The outflow of a venue: rows of the past at once, streamed markets at most once a second, the newest value, everything
 * else as it comes; while the past of a restart is read, what is live is held back, the newest of each market. A row
 * never follows a newer one of its market that it stood in the way of.
 *
 * <p>Each arrival carries the event time the venue has reached, {@link Long#MIN_VALUE} before the first live observation
 * or the end of the wait for it.
 */
final class Outflow implements VenueReader.Sink {

    private static final long STREAM_MILLIS = 1_000;

    private final Duration lateness;
    private final ReceiptClock clock;
    private final VenueStats stats;
    private final VenueRunner.Output output;
    private final Duration outage;
    private final Consumer<Instant> onOutage;

    /** Newest live observation of each market while the past is read; null when nothing is held back. */
    private Map<String, Observation> held;

    private final Map<String, Streamed> streamed = new HashMap<>();
    private boolean hasBegun;
    private Instant lastLive;
    private Instant owed;

    private static final class Streamed {
        private long wentAt = Long.MIN_VALUE;
        private Observation last;
        private Observation pending;
    }

    /**
     * Of one venue.
     *
     * @param outage without a live observation for longer than this, the past is to be read
     * @param onOutage is told since when
     */
    Outflow(
            Duration lateness,
            ReceiptClock clock,
            VenueStats stats,
            VenueRunner.Output output,
            Duration outage,
            Consumer<Instant> onOutage) {
        this.lateness = lateness;
        this.clock = clock;
        this.stats = stats;
        this.output = output;
        this.outage = outage;
        this.onOutage = onOutage;
    }

    // ---- what comes in --------------------------------------------------------------------------------------------

    @Override
    public void observed(Observation observation, Origin origin) {
        switch (origin) {
            case HISTORY -> emit(observation);
            case WEBSOCKET -> thin(observation);
            default -> whole(observation);
        }
    }

    @Override
    public void quarantined(Quarantined quarantined) {
        stats.sentToQuarantine(quarantined.reason());
        output.arrived(Arrival.of(quarantined, watermark(quarantined.time())), resumeFrom());
    }

    @Override
    public void evidence(Evidence evidence) {
        stats.judged(evidence);
        output.arrived(Arrival.of(evidence, watermark(clock.now())), resumeFrom());
    }

    // ---- the past -------------------------------------------------------------------------------------------------

    /** The past since then is to be read: a restart goes on from there until it is {@link #paid}. */
    void owe(Instant from) {
        if (owed == null || from.isBefore(owed)) {
            owed = from;
        }
    }

    /** The past is read. */
    void paid() {
        owed = null;
    }

    /** Holds back what is live. */
    void hold() {
        held = new LinkedHashMap<>();
    }

    /** Lets go of what was held back. */
    void release() {
        if (held == null) {
            return;
        }
        Map<String, Observation> waiting = held;
        held = null;
        lastLive = clock.now();
        waiting.values().forEach(this::live);
    }

    /** Event time goes on without the venue; false when it has begun already. */
    boolean begin() {
        boolean isFirst = !hasBegun;
        hasBegun = true;
        return isFirst;
    }

    // ---- the present ----------------------------------------------------------------------------------------------

    /** Lets go what has waited for its second; about once a second. */
    void check() {
        for (Streamed market : streamed.values()) {
            if (market.pending != null && isDue(market)) {
                go(market, market.pending);
            }
        }
    }

    private void thin(Observation observation) {
        Streamed market = streamed.computeIfAbsent(observation.market(), key -> new Streamed());
        if (isDue(market)) {
            go(market, newer(market.pending, observation));
        } else {
            market.pending = newer(market.pending, observation);
        }
    }

    private boolean isDue(Streamed market) {
        return market.wentAt == Long.MIN_VALUE || clock.millis() - market.wentAt >= STREAM_MILLIS;
    }

    private void go(Streamed market, Observation observation) {
        market.pending = null;
        market.wentAt = clock.millis();
        if (market.last == null || ObservationOrder.compare(market.last, observation) < 0) {
            market.last = observation;
            live(observation);
        }
    }

    /** Not thinned; what is pending of the market and older goes no more. */
    private void whole(Observation observation) {
        Streamed market = streamed.get(observation.market());
        if (market != null && observation.delisted()) {
            // nothing of the stream may follow it
            streamed.remove(observation.market());
        } else if (market != null) {
            market.last = newer(market.last, observation);
        }
        live(observation);
    }

    private void live(Observation observation) {
        stats.observed(observation.databaseTime().toEpochMilli());
        if (held != null) {
            held.merge(observation.market(), observation, Outflow::newer);
            return;
        }
        Instant before = lastLive;
        lastLive = observation.databaseTime();
        hasBegun = true;
        if (before != null && Duration.between(before, lastLive).compareTo(outage) > 0) {
            onOutage.accept(before);
        }
        emit(observation);
    }

    private void emit(Observation observation) {
        output.arrived(Arrival.of(observation, watermark(observation.databaseTime())), resumeFrom());
    }

    private long watermark(Instant received) {
        return hasBegun ? received.minus(lateness).toEpochMilli() : Long.MIN_VALUE;
    }

    private Instant resumeFrom() {
        return owed != null ? owed : lastLive;
    }

    private static Observation newer(Observation known, Observation other) {
        return known == null || ObservationOrder.compare(known, other) < 0 ? other : known;
    }
}
