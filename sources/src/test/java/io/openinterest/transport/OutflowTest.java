package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.Evidence;
import io.openinterest.observation.Evidence.Verdict;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.SampleObservation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What leaves a venue and in which order, without a venue. */
class OutflowTest {

    private final ManualTime time = new ManualTime();
    private final CollectedArrivals out = new CollectedArrivals();
    private final List<Instant> outages = new ArrayList<>();
    private final VenueStats stats = new VenueStats();
    private final Outflow outflow =
            new Outflow(Duration.ofSeconds(2), time.clock(), stats, out, Duration.ofMinutes(3), outages::add);

    @Test
    void aPolledRowIsNotFollowedByAnOlderStreamedOne() {
        stream(1);
        time.pass(Duration.ofMillis(100));
        stream(2);
        time.pass(Duration.ofMillis(100));
        poll(3);
        time.pass(Duration.ofSeconds(2));
        outflow.check();

        assertThat(counts()).containsExactly(1, 3);
    }

    @Test
    void aContradictionIsCountedUntilAnotherVerdictOfItsCheck() {
        judge("own-value", Verdict.CONTRADICTED);
        judge("own-value", Verdict.CONTRADICTED);
        judge("sides", Verdict.CONTRADICTED);
        assertThat(stats.contradictedChecks(time.real())).isEqualTo(2);

        judge("sides", Verdict.UNPROVEN);
        judge("feeds", Verdict.CONFIRMED);
        assertThat(stats.contradictedChecks(time.real())).isEqualTo(1);
    }

    @Test
    void aContradictionCountsNoLongerOnceTheVenueDeliversNothingToCheck() {
        judge("own-value", Verdict.CONTRADICTED);
        time.pass(Duration.ofMinutes(90));
        judge("feeds", Verdict.CONTRADICTED);
        time.pass(Duration.ofMinutes(31));
        assertThat(stats.contradictedChecks(time.real())).isEqualTo(1);

        judge("own-value", Verdict.CONTRADICTED);
        assertThat(stats.contradictedChecks(time.real())).isEqualTo(2);
    }

    private void judge(String check, Verdict verdict) {
        outflow.evidence(new Evidence(time.real(), "bybit-linear", check, verdict, null, null, "any"));
    }

    @Test
    void nothingOfTheStreamFollowsTheEndOfAMarket() {
        stream(1);
        time.pass(Duration.ofMillis(100));
        stream(2);
        time.pass(Duration.ofMillis(100));
        outflow.observed(observation(0, true), Origin.REST);
        time.pass(Duration.ofSeconds(2));
        outflow.check();

        assertThat(counts()).containsExactly(1, 0);
    }

    @Test
    void holdsTheNewestOfAMarketBackWhileThePastIsRead() {
        Instant gap = time.real().minusSeconds(600);
        outflow.owe(gap);
        outflow.hold();
        Observation early = observation(1, false);
        time.pass(Duration.ofSeconds(1));
        Observation later = observation(2, false);
        outflow.observed(later, Origin.REST);
        // a row that had to wait for its price
        outflow.observed(early, Origin.REST);
        outflow.observed(early, Origin.HISTORY);

        assertThat(counts()).containsExactly(1);
        assertThat(out.all().get(0).watermark()).isEqualTo(Long.MIN_VALUE);
        assertThat(out.resumeFrom()).isEqualTo(gap);

        outflow.paid();
        outflow.release();
        assertThat(counts()).containsExactly(1, 2);
        assertThat(out.all().get(1).watermark())
                .isEqualTo(later.databaseTime().minusSeconds(2).toEpochMilli());
        assertThat(out.resumeFrom()).isEqualTo(later.databaseTime());
    }

    @Test
    void aGapStaysOwedAlsoWhenThePresentGoesOnWithoutIt() {
        Instant gap = time.real().minusSeconds(600);
        outflow.owe(gap);
        outflow.hold();
        poll(1);

        // when: the wait for the history is over before it is read
        outflow.release();
        time.pass(Duration.ofSeconds(60));
        poll(2);

        // then: a restart asks for all of it again
        assertThat(counts()).containsExactly(1, 2);
        assertThat(out.resumeFrom()).isEqualTo(gap);
        outflow.paid();
        time.pass(Duration.ofSeconds(60));
        poll(3);
        assertThat(out.resumeFrom()).isEqualTo(time.real());
    }

    @Test
    void tellsAnOutageByTheTimeBetweenLiveRows() {
        poll(1);
        time.pass(Duration.ofMinutes(2));
        poll(2);
        assertThat(outages).isEmpty();

        Instant last = time.real();
        time.pass(Duration.ofMinutes(4));
        poll(3);
        assertThat(outages).containsExactly(last);
    }

    private void stream(int count) {
        outflow.observed(observation(count, false), Origin.WEBSOCKET);
    }

    private void poll(int count) {
        outflow.observed(observation(count, false), Origin.REST);
    }

    private List<Integer> counts() {
        return out.observations().stream()
                .map(observation -> observation.contractCount().intValue())
                .toList();
    }

    private Observation observation(int count, boolean delisted) {
        return SampleObservation.of("A", time.clock().now(), count, delisted, "rest");
    }
}
