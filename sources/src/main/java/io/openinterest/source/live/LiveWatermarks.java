package io.openinterest.source.live;

import io.openinterest.observation.Arrival;
import io.openinterest.transport.ReceiptClock;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.util.clock.RelativeClock;

/**
 * Event time of one venue: its newest receipt plus the time since, minus lateness. It goes on when the venue is silent and
 * is never idle: with idleness, 2.2 stalls when all sources are silent, and an idle output that resumes stays idle
 * (FLINK-40504). The clock stands still under backpressure, and it never runs ahead of the clock that stamps receipts.
 *
 * <p>It goes on in whole seconds: every step of it wakes every operator, and nothing happens between two boundaries.
 *
 * <p>It begins with the first arrival that carries an event time, that is when the venue has answered and its gap is
 * filled, or the wait for that is over. A subtask without any venue never sees an arrival and begins after the longest
 * of these waits.
 */
final class LiveWatermarks implements WatermarkGenerator<Arrival> {

    private static final long SECOND = 1000;

    private final long lateness;
    private final RelativeClock clock;
    private final InstantSource receipts;
    private final long start;
    private final long longestWait;

    private long newest;
    private long at;
    private boolean begun;
    private long told = Long.MIN_VALUE;

    /**
     * Begins now.
     *
     * @param receipts the clock that stamps receipts, which bounds event time
     * @param clock passes while there is no backpressure
     */
    LiveWatermarks(Duration lateness, Duration longestWait, InstantSource receipts, RelativeClock clock) {
        this.lateness = lateness.toMillis();
        this.longestWait = longestWait.toMillis();
        this.clock = clock;
        this.start = millis();
        this.receipts = receipts;
        this.newest = receipts.millis();
        this.at = start;
    }

    /** For each venue one. Arrivals have their timestamps from the source. */
    static WatermarkStrategy<Arrival> strategy(Duration lateness, Duration longestWait) {
        return WatermarkStrategy.<Arrival>forGenerator(context -> new LiveWatermarks(
                        lateness, longestWait, ReceiptClock.SYSTEM::now, context.getInputActivityClock()))
                .withTimestampAssigner((arrival, timestamp) -> timestamp);
    }

    @Override
    public void onEvent(Arrival arrival, long timestamp, WatermarkOutput output) {
        if (arrival.watermark() == Long.MIN_VALUE) {
            return;
        }
        begun = true;
        // what arrived carries the event time of its receipt; only the newest moves the clock, and only ahead
        long received = arrival.watermark() + lateness;
        if (received > now()) {
            newest = received;
            at = millis();
        }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        begun |= millis() - start >= longestWait;
        long second = (now() - lateness) / SECOND * SECOND;
        if (begun && second > told) {
            told = second;
            output.emitWatermark(new Watermark(second - 1));
        }
    }

    private long now() {
        return Math.min(newest + millis() - at, receipts.millis());
    }

    private long millis() {
        return clock.relativeTimeNanos() / 1_000_000;
    }
}
