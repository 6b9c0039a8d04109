package io.openinterest.source.replay;

import static io.openinterest.source.replay.Recorded.START;
import static io.openinterest.source.replay.Recorded.gzip;
import static io.openinterest.source.replay.Recorded.record;
import static io.openinterest.source.replay.Recorded.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.Arrival;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class RecordedSourceIT {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    private static final int RECORDS = 40_000;

    @TempDir
    Path folder;

    @Test
    void everyRecordArrivesOnceThroughAFailure() throws Exception {
        // given two files, ten records a second in turn, and a job that fails after its first checkpoint
        for (int file = 0; file < 2; file++) {
            int parity = file;
            write(
                    folder.resolve(file + ".jsonl.gz"),
                    gzip(IntStream.range(0, RECORDS)
                            .filter(i -> i % 2 == parity)
                            .mapToObj(i -> record(i, START.plusMillis(100L * i)))
                            .toArray(String[]::new)));
        }
        FailOnce.CHECKPOINTS.set(0);
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(new Configuration()
                .set(PipelineOptions.GENERIC_TYPES, false)
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(10))
                .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
                .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO));
        environment.setParallelism(2);

        // when
        List<String> arrived = environment
                .fromSource(
                        new RecordedSource(
                                RecordedSource.files(List.of(folder.toString())), Duration.ofSeconds(60), true),
                        WatermarkStrategy.noWatermarks(),
                        "recorded")
                .map(new FailOnce())
                .process(new WithWatermark())
                .executeAndCollect(2 * RECORDS);

        // then
        assertThat(FailOnce.CHECKPOINTS).hasValueGreaterThan(1);
        assertThat(arrived)
                .containsExactlyElementsOf(IntStream.range(0, RECORDS)
                        .mapToObj(i -> i + " in minute " + (i / 600 - 1))
                        .toList());
    }

    private static final class FailOnce extends RichMapFunction<Arrival, Arrival> implements CheckpointListener {

        private static final long serialVersionUID = 1;
        private static final AtomicInteger CHECKPOINTS = new AtomicInteger();

        private boolean reading;

        @Override
        public Arrival map(Arrival arrival) {
            reading = true;
            return arrival;
        }

        @Override
        public void notifyCheckpointComplete(long checkpoint) {
            if (reading && CHECKPOINTS.incrementAndGet() == 1) {
                throw new IllegalStateException("on purpose");
            }
        }
    }

    private static final class WithWatermark extends ProcessFunction<Arrival, String> {

        private static final long serialVersionUID = 1;

        @Override
        public void processElement(Arrival arrival, Context context, Collector<String> out) {
            long watermark = context.timerService().currentWatermark();
            assertThat(watermark).isLessThanOrEqualTo(arrival.watermark());
            out.collect(arrival.observation().contractCount().toPlainString() + " in minute "
                    + Math.floorDiv(arrival.watermark() - START.toEpochMilli(), 60_000));
        }
    }
}
