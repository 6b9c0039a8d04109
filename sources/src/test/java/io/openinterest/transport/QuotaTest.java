package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Weights of a minute; times are milliseconds. */
class QuotaTest {

    private static final RateLimit LIMIT =
            RateLimit.of("weights", 2400, Duration.ofMinutes(1)).usedIn("x-mbx-used-weight-1m");

    private static Reply used(int weight) {
        return Reply.of(
                Request.get("/any"),
                200,
                Map.of("x-mbx-used-weight-1m", Integer.toString(weight)),
                "{}",
                Instant.EPOCH);
    }

    @Test
    void noWindowHoldsMoreThanTheLimitHoweverMuchIsWanted() {
        Quota quota = new Quota(LIMIT, 0);
        int taken = 0;
        for (long now = 0; now < 60_000; now += 10) {
            while (quota.take(1, now) == 0) {
                taken++;
            }
        }
        assertThat(taken).isBetween(2000, 2200);
    }

    @Test
    void othersOnTheSameAddressCount() {
        // given: the venue says that 2000 are used, while this job asked for nothing
        Quota quota = new Quota(LIMIT, 0);
        quota.correct(used(2000), 0);

        // then: 160 are left below 90 %
        for (int request = 0; request < 160; request++) {
            assertThat(quota.take(1, 0)).isZero();
        }
        assertThat(quota.take(1, 0)).isPositive();
    }

    @Test
    void whatWeighsNothingWaitsOnlyForABanToEnd() {
        Quota quota = new Quota(LIMIT, 0);
        assertThat(quota.take(0, 0)).isZero();
        quota.pause(Duration.ofSeconds(120), 0);
        assertThat(quota.take(0, 1_000)).isEqualTo(119_000);
        assertThat(quota.take(0, 120_000)).isZero();
    }

    @Test
    void hostsOfOneExchangeShareWhatAStandInKeepsToItself() {
        RateLimit limit = RateLimit.of("shared in this test", 100, Duration.ofMinutes(1));

        assertThat(Quota.shared(limit, null, 0)).isSameAs(Quota.shared(limit, null, 0));
        assertThat(Quota.shared(limit, "http://localhost:1234/binance-usdm", 0))
                .isSameAs(Quota.shared(limit, "http://localhost:1234/binance-coinm", 0))
                .isNotSameAs(Quota.shared(limit, "http://localhost:4321/binance-usdm", 0))
                .isNotSameAs(Quota.shared(limit, null, 0));
    }
}
