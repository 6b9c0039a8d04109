package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The past of gaps, in time that passes at once. */
class BackfillRunnerTest {

    private static final Duration OUTAGE = Duration.ofSeconds(200);
    private static final Map<String, String> PATIENT = Map.of("silence-ms", "9999999", "max-age-ms", "9999999");

    private final VenueHarness venue = new VenueHarness();

    @Test
    void anOutageWhileThePastIsReadIsReadAfterwards() {
        // given: the past of a first outage can't be read
        venue.network
                .answer("/list", "[\"A\"]")
                .answer("/rest", request -> null)
                .answer("/past", 503, Map.of(), "{}");
        venue.start("stub", null, PATIENT);
        venue.pass(Duration.ofSeconds(1));
        ManualNetwork.Connection stream = venue.network.sockets.get(0).accept();
        Instant first = live(stream);
        venue.pass(OUTAGE);
        Instant second = live(stream);
        venue.pass(OUTAGE);

        // when: a second one, then the history is well again
        live(stream);
        assertThat(venue.out.resumeFrom()).isEqualTo(first);
        venue.network.answerFromNow(
                "/past", "{\"at\":%d,\"count\":\"8\",\"price\":\"2\"}".formatted(first.toEpochMilli()));
        venue.pass(Duration.ofMinutes(2));

        // then
        assertThat(venue.network.asked("/past").stream()
                        .map(asked -> asked.target().replaceAll(".*from=(\\d+).*", "$1"))
                        .distinct())
                .containsExactly(Long.toString(first.toEpochMilli()), Long.toString(second.toEpochMilli()));
        Instant last = live(stream);
        assertThat(venue.out.resumeFrom()).isEqualTo(last);
    }

    @Test
    void aGapWithoutARowOfThePastIsNotAskedAbout() {
        // given: a row each second
        venue.network
                .answer("/list", "[\"A\"]")
                .answer("/rest", request -> null)
                .answer("/past", "{}");
        Instant fullSecond = ManualTime.START.plusSeconds(10);
        venue.pass(Duration.ofMillis(10_500));

        // when
        venue.start("stub", fullSecond, Map.of());
        venue.pass(Duration.ofMillis(200));

        // then
        assertThat(venue.network.asked("/list")).hasSize(1);
        assertThat(venue.network.asked("/past")).isEmpty();

        // when: one millisecond more
        venue.start("stub", fullSecond.minusMillis(1), Map.of());
        venue.pass(Duration.ofMillis(200));

        // then
        assertThat(venue.network.asked("/past")).hasSize(1);
    }

    @Test
    void nothingAtAllIsAskedWhileTheAddressIsBanned() {
        // given a history with a rate limit of its own, which answers that the address is banned for five minutes
        venue.network
                .answer("/list", "[\"A\"]")
                .answer("/rest", request -> null)
                .answer("/past", 418, Map.of("retry-after", "300"), "{}");
        venue.start("stub", ManualTime.START.minusSeconds(60), Map.of());
        venue.pass(Duration.ofSeconds(10));
        assertThat(venue.network.asked("/past")).hasSize(1);
        int asked = venue.network.asked("/rest").size();

        // when, then
        venue.pass(Duration.ofSeconds(285));
        assertThat(venue.network.asked("/past")).hasSize(1);
        assertThat(venue.network.asked("/rest")).hasSize(asked);

        // and when that is over
        venue.pass(Duration.ofMinutes(2));
        assertThat(venue.network.asked("/past").size()).isGreaterThan(1);
        assertThat(venue.network.asked("/rest").size()).isGreaterThan(asked);
    }

    @Test
    void marketsThatMayBeNamedTogetherAreAskedForTogether() {
        // given
        venue.network
                .answer("/list", "[\"A\",\"B\",\"C\"]")
                .answer("/rest", request -> null)
                .answer("symbol=A%2CB", 404, Map.of(), "{\"error\":\"no B\"}")
                .answer("symbol=B&", 404, Map.of(), "{\"error\":\"no B\"}")
                .answer(
                        "/past",
                        "{\"at\":%d,\"count\":\"8\",\"price\":\"2\"}"
                                .formatted(ManualTime.START.minusSeconds(30).toEpochMilli()));

        // when
        venue.start("stub", ManualTime.START.minusSeconds(60), Map.of("together", "2"));
        venue.pass(Duration.ofMinutes(1));

        // then: what is refused together is asked for one by one
        assertThat(venue.network.asked("/past").stream()
                        .map(asked -> asked.target().replaceAll(".*symbol=(.*)&from.*", "$1")))
                .containsExactly("A%2CB", "C", "A", "B");
        assertThat(venue.observations()).extracting(Observation::market).contains("stub-A-future", "stub-C-future");
        assertThat(venue.rejected()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void anErrorOnAThreadOfTheNetworkFailsTheTask() {
        venue.network.answer("/list", request -> {
            throw new OutOfMemoryError("thrown by the test");
        });

        venue.start("stub", null, Map.of());
        venue.pass(Duration.ofSeconds(1));

        assertThat(venue.out.errors()).extracting(Error::getMessage).containsExactly("thrown by the test");
    }

    private Instant live(ManualNetwork.Connection stream) {
        stream.say("{\"symbol\":\"A\",\"count\":\"7\",\"price\":\"2\"}");
        venue.pass(Duration.ofSeconds(2));
        List<Observation> all = venue.observations();
        return all.stream()
                .filter(observation -> !observation.origin().equals("history"))
                .reduce((a, b) -> b)
                .orElseThrow()
                .databaseTime();
    }
}
