package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReceiptClockTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private final ManualTime time = new ManualTime();
    private final ReceiptClock clock = time.clock();

    @Test
    void runsWithTheHost() {
        look(Duration.ofMinutes(5));

        assertThat(clock.now()).isEqualTo(time.real());
        assertThat(clock.millis()).isEqualTo(300_000);
        assertThat(clock.difference()).isZero();
    }

    @Test
    void anHourAheadForTenSecondsMovesNothing() {
        time.step(HOUR);
        look(Duration.ofSeconds(10));

        assertThat(clock.now()).isEqualTo(time.real());
        assertThat(clock.difference()).isEqualTo(HOUR);

        time.step(HOUR.negated());
        look(Duration.ofMinutes(10));
        assertThat(clock.now()).isEqualTo(time.real());
        assertThat(clock.difference()).isZero();
    }

    @Test
    void afterASleepOfTheMachineItStepsAhead() {
        time.step(HOUR);
        look(Duration.ofSeconds(40));

        assertThat(clock.now()).isEqualTo(time.host());
    }

    @Test
    void neverGoesBackAndWaitsForTheHostThatDid() {
        Instant before = clock.now();
        time.step(HOUR.negated());

        for (int second = 0; second < 3 * 3600; second++) {
            time.pass(Duration.ofSeconds(1));
            Instant now = clock.now();
            assertThat(now).isAfter(before);
            before = now;
        }

        assertThat(clock.now()).isEqualTo(time.host());
        assertThat(clock.millis()).isEqualTo(3 * 3_600_000);
    }

    @Test
    void followsASmallDifferenceGently() {
        time.step(Duration.ofMillis(500));
        look(Duration.ofSeconds(1));
        assertThat(clock.now()).isEqualTo(time.real().plusMillis(100));

        look(Duration.ofSeconds(9));
        assertThat(clock.now()).isEqualTo(time.host());

        time.step(Duration.ofMillis(-500));
        look(Duration.ofSeconds(1));
        assertThat(clock.now()).isEqualTo(time.host().plusMillis(400));
    }

    /** As venues do, once a second. */
    private void look(Duration during) {
        for (long second = 0; second < during.toSeconds(); second++) {
            clock.now();
            time.pass(Duration.ofSeconds(1));
            clock.now();
        }
    }
}
