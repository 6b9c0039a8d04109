package io.openinterest.job.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.ObservationReader;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class ReadWatermarksTest {

    private static final Duration LATENESS = Duration.ofSeconds(2);

    @Test
    void anObservationIsJudgedByTheLastMarkOfItsOwnPartitionAndIsNotLateBeforeTheFirst() throws Exception {
        var marks = subtask(true, 0, 1, null);

        read(marks, mark(0, "07:00:10Z"), observation(0, "07:00:11Z"), observation(1, "07:00:13Z"));
        read(marks, mark(1, "07:00:12Z"), observation(0, "07:00:12Z"), observation(1, "07:00:12Z"));
        read(marks, mark(0, "07:00:13Z"), unreadable(0), observation(0, "06:59:00Z"));

        assertThat(watermarks(marks))
                .containsExactly("07:00:10Z", "07:00:13Z", "07:00:10Z", "07:00:12Z", "07:00:13Z", "07:00:13Z");
        marks.close();
    }

    @Test
    void aTopicWithoutMarksGoesByItsGreatestTimesUntilThereAreSome() throws Exception {
        var marks = subtask(false, 0, 1, null);

        read(marks, observation(0, "07:00:20Z"), observation(0, "07:00:10Z"), mark(0, "07:00:15Z"));
        read(marks, observation(0, "07:00:21Z"), mark(0, "07:00:14Z"), observation(0, "07:00:21Z"));

        assertThat(watermarks(marks)).containsExactly("07:00:18Z", "07:00:18Z", "07:00:15Z", "07:00:15Z");
        marks.close();
    }

    @Test
    void marksAreRememberedWhateverSubtaskReadsThePartitionNext() throws Exception {
        // given two subtasks, of which the first had the second's partition before a rescale
        var first = subtask(true, 0, 2, null);
        var second = subtask(true, 1, 2, null);
        read(first, mark(0, "07:00:10Z"), mark(1, "07:00:05Z"));
        read(second, mark(1, "07:00:12Z"));

        // when one goes on for both
        OperatorSubtaskState saved =
                AbstractStreamOperatorTestHarness.repackageState(second.snapshot(1, 1), first.snapshot(1, 1));
        first.close();
        second.close();
        var only = subtask(true, 0, 1, saved);
        read(only, observation(1, "07:00:13Z"), observation(0, "07:00:13Z"));

        // then
        assertThat(watermarks(only)).containsExactly("07:00:12Z", "07:00:10Z");
        only.close();
    }

    private static OneInputStreamOperatorTestHarness<TopicEntry, Arrival> subtask(
            boolean marked, int index, int parallelism, OperatorSubtaskState saved) throws Exception {
        var harness = new OneInputStreamOperatorTestHarness<TopicEntry, Arrival>(
                new ProcessOperator<>(new ReadWatermarks(marked, LATENESS.toMillis())), 128, parallelism, index);
        harness.setup();
        if (saved != null) {
            harness.initializeState(
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(saved, 128, 2, parallelism, index));
        }
        harness.open();
        return harness;
    }

    private static void read(OneInputStreamOperatorTestHarness<TopicEntry, Arrival> subtask, TopicEntry... entries)
            throws Exception {
        for (TopicEntry entry : entries) {
            subtask.processElement(entry, 0);
        }
    }

    private static List<String> watermarks(OneInputStreamOperatorTestHarness<TopicEntry, Arrival> subtask) {
        return subtask.extractOutputValues().stream()
                .map(arrival ->
                        Instant.ofEpochMilli(arrival.watermark()).toString().substring(11))
                .toList();
    }

    private static TopicEntry mark(int partition, String time) {
        return new TopicEntry(partition, null, null, Instant.parse("2026-03-01T" + time), false);
    }

    private static TopicEntry observation(int partition, String time) {
        return new TopicEntry(partition, TopicObservations.read("2026-03-01T" + time), null, null, false);
    }

    private static TopicEntry unreadable(int partition) {
        return new TopicEntry(
                partition, null, ObservationReader.unreadable("it is no text", "?".getBytes(UTF_8)), null, false);
    }
}
