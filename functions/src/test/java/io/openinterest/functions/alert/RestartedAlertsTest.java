package io.openinterest.functions.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.metrics.BoundaryRecord;
import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.run.RunBounds;
import io.openinterest.wire.EvenKeys;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Alerts are the same however often the job is restarted and rescaled, and in whatever order subtasks hear of rules. */
class RestartedAlertsTest {

    private static final int MAX_PARALLELISM = EvenKeys.KEY_GROUPS;
    private static final int BOUNDARIES = 60;
    private static final int ENTITIES = 6;
    private static final int RULES = 4;
    private static final long STEP = Interval.FIVE_MINUTES.millis();
    private static final long BEGIN = Instant.parse("2026-12-20T12:00:00Z").toEpochMilli();

    private final List<AlertRule> startRules = List.of(rule(0, 9, 1, 0), rule(1, 5, 2, 15));

    /** What comes between two boundaries, and the records of the second. */
    private record Moves(List<RuleChange> changes, List<BoundaryRecord> records) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void restartsRescalesAndTheOrderOfNewsDoNotMatter(long seed) throws Exception {
        List<Moves> moves = moves(new Random(seed));

        List<AlertEvent> smooth = run(moves, null);
        List<AlertEvent> interrupted = run(moves, new Random(seed));

        assertThat(smooth).hasSizeGreaterThan(20);
        assertThat(interrupted).containsExactlyInAnyOrderElementsOf(smooth);
    }

    private static List<Moves> moves(Random random) {
        List<Moves> moves = new ArrayList<>();
        long offset = 0;
        for (int i = 0; i < BOUNDARIES; i++) {
            long boundary = BEGIN + i * STEP;
            List<RuleChange> changes = new ArrayList<>();
            while (random.nextInt(3) == 0) {
                int id = random.nextInt(RULES);
                AlertRule rule = random.nextInt(3) == 0
                        ? null
                        : rule(id, 5 + random.nextInt(5), 1 + random.nextInt(2), 5 * random.nextInt(5));
                changes.add(new RuleChange("r" + id, rule, boundary - 1 - random.nextInt((int) STEP), 0, offset++));
            }
            List<BoundaryRecord> records = new ArrayList<>();
            for (int entity = 0; entity < ENTITIES; entity++) {
                if (random.nextInt(10) > 0) {
                    String coverage = BigDecimal.valueOf(random.nextInt(11), 1).toString();
                    records.add(EvaluateAlertsTest.measured("e" + entity, boundary, coverage, 0));
                }
            }
            moves.add(new Moves(changes, records));
        }
        return moves;
    }

    /** Plays the moves in one subtask from beginning to end, or with interruptions. */
    private List<AlertEvent> run(List<Moves> moves, Random interruptions) throws Exception {
        List<AlertEvent> alerts = new ArrayList<>();
        Job job = new Job(1, null);
        job.watermark(BEGIN - STEP);
        for (Moves move : moves) {
            job.say(move.changes(), interruptions);
            for (BoundaryRecord record : move.records()) {
                if (interruptions != null && interruptions.nextInt(20) == 0) {
                    alerts.addAll(job.alerts());
                    job = job.restart(1 + interruptions.nextInt(4));
                }
                job.take(record);
            }
            if (!move.records().isEmpty()) {
                job.watermark(move.records().get(0).time().toEpochMilli() - 1);
            }
        }
        alerts.addAll(job.alerts());
        job.close();
        return alerts;
    }

    private final class Job {

        private final List<KeyedTwoInputStreamOperatorTestHarness<String, BoundaryRecord, AlertControl, AlertEvent>>
                subtasks = new ArrayList<>();

        Job(int parallelism, OperatorSubtaskState[] saved) throws Exception {
            for (int i = 0; i < parallelism; i++) {
                var subtask = new KeyedTwoInputStreamOperatorTestHarness<>(
                        new CoBroadcastWithKeyedOperator<>(
                                new EvaluateAlerts(startRules, new CorrectionWindow(Duration.ofMinutes(15))),
                                List.of(EvaluateAlerts.RULES, RunBounds.ANSWERED, RunBounds.REACHED)),
                        BoundaryRecord::entity,
                        null,
                        Types.STRING,
                        MAX_PARALLELISM,
                        parallelism,
                        i);
                if (saved != null) {
                    subtask.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                            AbstractStreamOperatorTestHarness.repackageState(saved),
                            MAX_PARALLELISM,
                            saved.length,
                            parallelism,
                            i));
                }
                subtask.open();
                subtasks.add(subtask);
            }
        }

        /** Every subtask hears it, each in its own order where there are several. */
        void say(List<RuleChange> changes, Random random) throws Exception {
            for (var subtask : subtasks) {
                List<RuleChange> heard = new ArrayList<>(changes);
                if (random != null) {
                    Collections.shuffle(heard, random);
                }
                for (RuleChange change : heard) {
                    subtask.processElement2(new StreamRecord<>(AlertControl.of(change)));
                }
            }
        }

        void take(BoundaryRecord record) throws Exception {
            int subtask = KeyGroupRangeAssignment.assignKeyToParallelOperator(
                    record.entity(), MAX_PARALLELISM, subtasks.size());
            subtasks.get(subtask)
                    .processElement1(new StreamRecord<>(record, record.time().toEpochMilli() - 1));
        }

        void watermark(long time) throws Exception {
            for (var subtask : subtasks) {
                subtask.processBothWatermarks(new Watermark(time));
            }
        }

        List<AlertEvent> alerts() {
            return subtasks.stream()
                    .flatMap(subtask -> subtask.extractOutputValues().stream())
                    .toList();
        }

        Job restart(int parallelism) throws Exception {
            OperatorSubtaskState[] states = new OperatorSubtaskState[subtasks.size()];
            for (int i = 0; i < states.length; i++) {
                states[i] = subtasks.get(i).snapshot(1, 1);
            }
            close();
            return new Job(parallelism, states);
        }

        void close() throws Exception {
            for (var subtask : subtasks) {
                subtask.close();
            }
        }
    }

    private static AlertRule rule(int id, int tenths, int boundaries, int cooldown) {
        return EvaluateAlertsTest.rule(
                "r" + id,
                "\"direction\": \"below\", \"warning\": %s, \"critical\": 0.3, \"for\": %s, \"cooldown\": \"%sm\""
                        .formatted(BigDecimal.valueOf(tenths, 1), boundaries, cooldown));
    }
}
