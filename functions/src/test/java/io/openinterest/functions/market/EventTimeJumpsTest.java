package io.openinterest.functions.market;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.Harnesses;
import io.openinterest.functions.MarketFixture;
import io.openinterest.functions.run.RunEvent;
import io.openinterest.functions.total.Contribution;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Event time that jumps, after hours in which nothing ran or nothing was recorded, and that is hours behind others. */
class EventTimeJumpsTest {

    private static final SnapshotSettings SETTINGS = settings(false);

    @Test
    void noMoreThanOneBoundaryWaitsForEventTime() throws Exception {
        OperatorSubtaskState saved;
        try (var markets = markets(null)) {
            arrive(MarketFixture.market().at("2026-03-01T07:00:10Z", "100", "1000"), markets);
            pass("2026-03-01T07:02:00Z", markets);
            saved = markets.snapshot(1, 1);
        }

        // when the next word comes eight hours later, to a job that was stopped meanwhile
        try (var markets = markets(saved)) {
            pass("2026-03-01T15:00:30Z", markets);

            // then what is of a boundary goes out before event time passes the next
            List<Instant> boundaries = new ArrayList<>();
            Instant eventTime = Instant.parse("2026-03-01T07:02:00Z");
            for (Object element : markets.getOutput()) {
                if (element instanceof Watermark watermark) {
                    eventTime = Instant.ofEpochMilli(watermark.getTimestamp() + 1);
                } else if (element instanceof StreamRecord<?> record) {
                    Contribution contribution = (Contribution) record.getValue();
                    boundaries.add(Instant.ofEpochMilli(contribution.to().boundary()));
                    assertThat(contribution.to().boundary())
                            .isEqualTo(eventTime.plusSeconds(60).toEpochMilli());
                }
            }
            assertThat(boundaries).hasSize(8 * 60 - 2);
        }
    }

    @Test
    void aCheckpointWaitsForOneMinuteOfAJump() throws Exception {
        List<Contribution> inOneGo;
        try (var markets = markets(null)) {
            arrive(MarketFixture.market().at("2026-03-01T07:00:10Z", "100", "1000"), markets);
            for (int minute = 2; minute < 60; minute++) {
                pass("2026-03-01T07:%02d:00Z".formatted(minute), markets);
            }
            pass("2026-03-01T08:00:00Z", markets);
            inOneGo = published(markets);
        }
        OperatorSubtaskState checkpoint;
        List<Contribution> before;
        try (var markets = markets(null)) {
            arrive(MarketFixture.market().at("2026-03-01T07:00:10Z", "100", "1000"), markets);
            pass("2026-03-01T07:02:00Z", markets);

            // when event time jumps, and what comes next is a barrier
            begin("2026-03-01T08:00:00Z", markets);
            checkpoint = markets.snapshot(1, 1);
            before = published(markets);
        }

        // then it came after a minute, and from there the rest is published as ever
        assertThat(before).hasSize(3);
        try (var markets = markets(checkpoint)) {
            pass("2026-03-01T08:00:00Z", markets);
            List<Contribution> all = new ArrayList<>(before);
            all.addAll(published(markets));
            assertThat(all).usingRecursiveComparison().isEqualTo(inOneGo);
        }
    }

    @Test
    void whatComesMeanwhileIsTakenAtTheEventTimeItCameAt() throws Exception {
        Observation next = MarketFixture.market().at("2026-03-01T07:59:10Z", "101", "1000");
        List<Contribution> afterwards;
        try (var markets = markets(null)) {
            arrive(MarketFixture.market().at("2026-03-01T07:00:10Z", "100", "1000"), markets);
            pass("2026-03-01T07:59:00Z", markets);
            arrive(next, markets);
            pass("2026-03-01T08:01:00Z", markets);
            afterwards = published(markets);
        }
        try (var markets = markets(null)) {
            arrive(MarketFixture.market().at("2026-03-01T07:00:10Z", "100", "1000"), markets);
            pass("2026-03-01T07:02:00Z", markets);

            begin("2026-03-01T07:59:00Z", markets);
            arrive(next, markets);
            begin("2026-03-01T08:01:00Z", markets);
            Harnesses.takeAllTurns(markets);

            assertThat(published(markets)).usingRecursiveComparison().isEqualTo(afterwards);
        }
    }

    @Test
    void aJumpOfManyYearsIsNotWalkedThrough() throws Exception {
        try (var markets = markets(null)) {
            arrive(MarketFixture.market().at("1970-01-02T00:00:10Z", "100", "1000"), markets);
            pass("1970-01-02T00:02:00Z", markets);

            pass("2026-03-01T07:00:00Z", markets);

            assertThat(markets.getOutput()).hasSizeLessThan(5000);
            assertThat(((Watermark) new ArrayList<>(markets.getOutput())
                                    .get(markets.getOutput().size() - 1))
                            .getTimestamp())
                    .isEqualTo(Instant.parse("2026-03-01T07:00:00Z").toEpochMilli() - 1);
        }
    }

    @Test
    void hoursBehindWhatOthersHaveReadEachBoundaryIsPublishedWhenItsTimeHasPassed() throws Exception {
        // given: a recording, of which other subtasks have read five hours and this one two minutes
        try (var markets = markets(settings(true), null)) {
            arrive(MarketFixture.market().at("2026-03-01T07:00:10Z", "100", "1000"), markets);
            pass("2026-03-01T07:02:00Z", markets);
            Instant start = Instant.parse("2026-03-01T07:00:00Z");
            for (int minute = 0; minute < 5 * 60; minute++) {
                Instant now = start.plusSeconds(60L * minute);
                RunEvent event = RunEvent.reached(now.plusSeconds(60).toEpochMilli(), now.toEpochMilli() - 1);
                markets.processElement2(new StreamRecord<>(event));
            }

            // when
            pass("2026-03-01T07:04:00Z", markets);

            // then
            assertThat(markets.extractOutputValues())
                    .extracting(contribution ->
                            Instant.ofEpochMilli(contribution.to().boundary()))
                    .endsWith(Instant.parse("2026-03-01T07:04:00Z"));
        }
    }

    @Test
    void eventTimeGoesNoFurtherThanBoundariesThatAreHeldBack() throws Exception {
        // given: a recording whose last accepted observation is of the first minute
        try (var markets = markets(settings(true), null)) {
            arrive(MarketFixture.market().at("2026-03-01T07:00:10Z", "100", "1000"), markets);
            reach("2026-03-01T07:01:00Z", "2026-03-01T07:00:00Z", markets);

            // when others that can't be believed move event time
            pass("2026-03-01T07:02:00Z", markets);
            pass("2026-03-01T07:40:00Z", markets);

            // then what may still be corrected is not forgotten downstream by the time the next is published
            assertThat(Harnesses.lastWatermark(markets)).isEqualTo(millis("2026-03-01T07:01:00Z") - 1);

            // and when the recording goes on, boundary after boundary passes
            arrive(MarketFixture.market().at("2026-03-01T07:40:10Z", "100", "1000"), markets);
            reach("2026-03-01T07:41:00Z", "2026-03-01T07:41:00Z", markets);
            pass("2026-03-01T07:41:00Z", markets);
            assertThat(Harnesses.lastWatermark(markets)).isEqualTo(millis("2026-03-01T07:41:00Z") - 1);
            assertThat(new ArrayList<>(markets.getOutput()))
                    .filteredOn(Watermark.class::isInstance)
                    .hasSize(41);
        }
    }

    private static void reach(
            String boundary,
            String knownAt,
            KeyedTwoInputStreamOperatorTestHarness<Integer, Arrival, RunEvent, Contribution> markets)
            throws Exception {
        markets.processElement2(new StreamRecord<>(RunEvent.reached(millis(boundary), millis(knownAt))));
    }

    private static long millis(String time) {
        return Instant.parse(time).toEpochMilli();
    }

    private static SnapshotSettings settings(boolean bounded) {
        return new SnapshotSettings(
                Map.of(), Duration.ofMinutes(5), Duration.ofMinutes(15), Set.of(AssetClass.CRYPTO), Set.of(), bounded);
    }

    private static KeyedTwoInputStreamOperatorTestHarness<Integer, Arrival, RunEvent, Contribution> markets(
            OperatorSubtaskState saved) throws Exception {
        return markets(SETTINGS, saved);
    }

    private static KeyedTwoInputStreamOperatorTestHarness<Integer, Arrival, RunEvent, Contribution> markets(
            SnapshotSettings settings, OperatorSubtaskState saved) throws Exception {
        return Harnesses.open(
                new KeyedTwoInputStreamOperatorTestHarness<>(
                        SnapshotMarkets.operator(settings, Set.of()),
                        arrival -> SnapshotMarkets.shard(arrival.observation().market()),
                        null,
                        Types.INT),
                Contribution.class,
                saved);
    }

    private static void arrive(
            Observation observation,
            KeyedTwoInputStreamOperatorTestHarness<Integer, Arrival, RunEvent, Contribution> markets)
            throws Exception {
        markets.processElement1(
                new StreamRecord<>(Arrival.of(observation, observation.time().toEpochMilli() - 1)));
    }

    private static void pass(
            String eventTime, KeyedTwoInputStreamOperatorTestHarness<Integer, Arrival, RunEvent, Contribution> markets)
            throws Exception {
        begin(eventTime, markets);
        Harnesses.takeAllTurns(markets);
    }

    private static void begin(
            String eventTime, KeyedTwoInputStreamOperatorTestHarness<Integer, Arrival, RunEvent, Contribution> markets)
            throws Exception {
        Watermark watermark = new Watermark(Instant.parse(eventTime).toEpochMilli() - 1);
        markets.processWatermark2(watermark);
        markets.processWatermark1(watermark);
    }

    private static List<Contribution> published(
            KeyedTwoInputStreamOperatorTestHarness<Integer, Arrival, RunEvent, Contribution> markets) {
        return List.copyOf(markets.extractOutputValues());
    }
}
