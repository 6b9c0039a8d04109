package io.openinterest.source.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Quarantined;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.util.clock.RelativeClock;
import org.junit.jupiter.api.Test;

class LiveWatermarksTest {

    private static final long START = 1_000_000;

    private long clockMillis;
    private long receiptAhead;
    private final List<Long> emitted = new ArrayList<>();
    private final WatermarkOutput output = new WatermarkOutput() {
        @Override
        public void emitWatermark(Watermark watermark) {
            emitted.add(watermark.getTimestamp());
        }

        @Override
        public void markIdle() {
            throw new AssertionError("a venue is never idle");
        }

        @Override
        public void markActive() {}
    };
    private final LiveWatermarks watermarks = new LiveWatermarks(
            Duration.ofSeconds(2),
            Duration.ofSeconds(60),
            () -> Instant.ofEpochMilli(START + clockMillis + receiptAhead),
            new Clock());

    private final class Clock implements RelativeClock {
        @Override
        public long relativeTimeMillis() {
            return clockMillis;
        }

        @Override
        public long relativeTimeNanos() {
            return TimeUnit.MILLISECONDS.toNanos(clockMillis);
        }
    }

    @Test
    void waitsForTheFirstAnswer() {
        // when nothing came, or only what has no event time yet
        tick(30_000);
        arrive(Long.MIN_VALUE);
        tick(1_000);
        assertThat(emitted).isEmpty();

        // then the first arrival with an event time begins it
        arrive(START + 31_000 - 2_000);
        tick(0);
        assertThat(emitted).containsExactly(START + 29_000 - 1);
    }

    @Test
    void beginsWithoutAnAnswerWhenTheWaitIsOver() {
        tick(59_999);
        assertThat(emitted).isEmpty();
        tick(1);
        assertThat(emitted).containsExactly(START + 60_000 - 2_000 - 1);
    }

    @Test
    void goesOnWhileTheVenueIsSilent() {
        arrive(START - 2_000);
        tick(5_000);
        tick(5_000);
        assertThat(emitted).containsExactly(START + 3_000 - 1, START + 8_000 - 1);
    }

    @Test
    void catchesUpAfterBackpressureStoppedItsClock() {
        // given: the clock stood still for 40 s of wall time
        arrive(START - 2_000);
        tick(1_000);

        // when
        receiptAhead = 40_000;
        arrive(START + 41_000 - 2_000);
        tick(0);

        // then
        assertThat(emitted).containsExactly(START - 1_000 - 1, START + 39_000 - 1);
    }

    @Test
    void neverGoesBack() {
        receiptAhead = 12_000;
        arrive(START + 10_000);
        tick(0);
        arrive(START);
        tick(0);
        assertThat(emitted).containsExactly(START + 10_000 - 1);
    }

    @Test
    void goesOnInWholeSecondsAndTellsEachOnce() {
        arrive(START - 2_000);
        tick(999);
        tick(0);
        assertThat(emitted).containsExactly(START - 2_000 - 1);
        tick(1);
        tick(20);
        assertThat(emitted).containsExactly(START - 2_000 - 1, START - 1_000 - 1);
    }

    @Test
    void neverRunsAheadOfTheClockThatStampsReceipts() {
        // given: an arrival that was stamped an hour ahead
        arrive(START + 3_600_000);
        tick(0);

        // when
        tick(10_000);
        arrive(START + 10_000 - 2_000);
        tick(1_000);

        // then
        assertThat(emitted).containsExactly(START - 2_000 - 1, START + 8_000 - 1, START + 9_000 - 1);
    }

    private void tick(long millis) {
        clockMillis += millis;
        watermarks.onPeriodicEmit(output);
    }

    private void arrive(long eventTime) {
        Quarantined any = new Quarantined(null, "bybit-linear", null, null, Quarantined.Reason.SCHEMA, "any", null);
        watermarks.onEvent(Arrival.of(any, eventTime), 0, output);
    }
}
