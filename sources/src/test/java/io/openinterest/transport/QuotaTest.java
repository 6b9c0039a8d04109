package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class QuotaTest {

    private static final RateLimit LIMIT = RateLimit.of("x", 1000, Duration.ofMinutes(1));

    @Test
    void noWindowEverHoldsMoreThanTheLimit() {
        // given: somebody who asks whenever it is allowed, for ten minutes
        Quota quota = new Quota(LIMIT, 0);
        Deque<Long> taken = new ArrayDeque<>();
        int most = 0;

        // when
        for (long now = 0; now < 600_000; ) {
            long wait = quota.take(10, now);
            if (wait > 0) {
                now += wait;
                continue;
            }
            taken.add(now);
            while (taken.peek() <= now - 60_000) {
                taken.poll();
            }
            most = Math.max(most, taken.size() * 10);
        }

        // then: never above 90 %, and well used
        assertThat(most).isBetween(800, 900);
    }

    @Test
    void followsWhatTheVenueCounts() {
        Quota quota = new Quota(LIMIT.usedIn("x-used").remainingIn("x-left"), 0);
        quota.correct(reply("x-used", "895"), 0);
        assertThat(quota.take(10, 0)).isEqualTo(500);
        quota.correct(reply("x-left", "0"), 0);
        assertThat(quota.take(10, 0)).isEqualTo(1_000);
        quota.correct(reply("x-used", "a lot"), 0);
        assertThat(quota.take(10, 1_000)).isZero();
    }

    @Test
    void asksNothingDuringAPause() {
        Quota quota = new Quota(LIMIT, 0);
        quota.pause(Duration.ofMinutes(10), 0);
        assertThat(quota.take(1, 1_000)).isEqualTo(599_000);
        assertThat(quota.take(1, 600_000)).isZero();
    }

    @Test
    void letsThroughWhatIsHeavierThanTheBucketWhenItIsFull() {
        Quota quota = new Quota(LIMIT, 0);
        assertThat(quota.take(500, 0)).isZero();
        assertThat(quota.take(1, 0)).isPositive();
        assertThat(quota.used(0)).isGreaterThan(1);
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

    @Test
    void backoffDoublesUpToAMinuteWithJitter() {
        Backoff backoff = new Backoff(RandomGenerator.of("L64X128MixRandom"));
        for (long full = 1_000; full < 200_000; full *= 2) {
            assertThat(backoff.next().toMillis()).isBetween(Math.min(full, 60_000) / 2, Math.min(full, 60_000));
        }
        backoff.reset();
        assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    private static Reply reply(String header, String value) {
        return Reply.of(Request.get("/"), 200, Map.of(header, value), "{}", Instant.EPOCH);
    }
}
