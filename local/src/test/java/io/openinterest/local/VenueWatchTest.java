package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VenueWatchTest {

    private static final Instant START = Instant.parse("2026-03-01T19:31:00Z");

    private final VenueWatch watch =
            new VenueWatch(Map.of("gate", Duration.ofSeconds(150), "okx", Duration.ofSeconds(150)), Map.of(), START);

    @Test
    void aSilentVenueIsToldOnceWithItsReasonAndOnceMoreWhenItIsBack() {
        watch.observed("okx", at(140));
        watch.failed("gate", "connect timed out");

        assertThat(watch.news(at(150))).isEmpty();
        assertThat(watch.news(at(151))).containsExactly("no answer from gate since 19:31 (connect timed out)");
        assertThat(watch.news(at(152))).isEmpty();

        watch.observed("gate", at(160));
        assertThat(watch.news(at(161))).containsExactly("gate answers again");
        assertThat(watch.news(at(291))).containsExactly("no answer from okx since 19:33");
    }

    @Test
    void observationsOfOtherVenuesAndOlderOnesChangeNothing() {
        watch.observed("gate", at(100));
        watch.observed("gate", at(50));
        watch.observed("somebody", at(100));

        assertThat(watch.news(at(200))).containsExactly("no answer from okx since 19:31");
    }

    @Test
    void aVenueThatDeliversAnotherUnderItsNameAnswersWithIt() {
        VenueWatch aggregator =
                new VenueWatch(Map.of("coinmetrics", Duration.ofSeconds(150)), Map.of("cme", "coinmetrics"), START);

        aggregator.observed("cme", at(100));

        assertThat(aggregator.news(at(200))).isEmpty();
        assertThat(aggregator.news(at(251))).containsExactly("no answer from coinmetrics since 19:32");
    }

    @Test
    void aVenueThatIsAskedItselfAndDeliveredByAnotherAnswersForBoth() {
        Duration patience = Duration.ofSeconds(150);
        VenueWatch both =
                new VenueWatch(Map.of("cme", patience, "coinmetrics", patience), Map.of("cme", "coinmetrics"), START);

        both.observed("cme", at(100));
        both.failed(null, "a record of nobody");

        assertThat(both.news(at(200))).isEmpty();
    }

    private static Instant at(int seconds) {
        return START.plusSeconds(seconds);
    }
}
