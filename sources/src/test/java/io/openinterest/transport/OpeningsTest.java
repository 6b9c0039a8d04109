package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OpeningsTest {

    private static final Duration DISTANCE = Duration.ofMillis(500);

    private final ManualTime time = new ManualTime();
    private final Openings openings = new Openings(time.clock());

    @Test
    void manyAtOnceKeepTheirDistance() {
        assertThat(openings.after(Duration.ZERO)).isZero();
        assertThat(openings.after(Duration.ZERO)).isEqualTo(DISTANCE);

        time.pass(Duration.ofMillis(600));

        assertThat(openings.after(Duration.ZERO)).isEqualTo(Duration.ofMillis(400));
    }

    @Test
    void aConnectionThatWaitsLongHoldsNobodyUp() {
        // given
        assertThat(openings.after(Duration.ofMinutes(1))).isEqualTo(Duration.ofMinutes(1));

        // then others go before it, at a distance
        assertThat(openings.after(Duration.ZERO)).isZero();
        assertThat(openings.after(Duration.ZERO)).isEqualTo(DISTANCE);
        assertThat(openings.after(Duration.ofMillis(59_800))).isEqualTo(Duration.ofMillis(60_500));
        assertThat(openings.after(Duration.ofMillis(59_400))).isEqualTo(Duration.ofMillis(59_400));
    }

    @Test
    void aPauseHoldsAllUp() {
        openings.pause(Duration.ofSeconds(10));

        assertThat(openings.after(Duration.ZERO)).isEqualTo(Duration.ofSeconds(10));
        assertThat(openings.after(Duration.ofSeconds(1))).isEqualTo(Duration.ofMillis(10_500));
    }
}
