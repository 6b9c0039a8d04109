package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.Await;
import io.openinterest.PacedSource;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A job that runs on and on, and what becomes of it when its TaskManager does not. */
@Timeout(120)
class JobWatchIT {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTaskManagerThatEndedIsReplacedAndToldInASentence(boolean beforeAnybodyLooked) throws Exception {
        Configuration configuration = new Configuration()
                .set(RestOptions.BIND_PORT, "0")
                .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
                .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE)
                .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(200));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(1)
                .build())) {
            cluster.start();
            JobID job = submitEndless(cluster);
            awaitCheckpointAfter(cluster, job, 0);
            if (beforeAnybodyLooked) {
                cluster.terminateTaskManager(0).get();
            }
            try (JobWatch watch = new JobWatch(cluster, job, new PrintStream(said, true, StandardCharsets.UTF_8))) {
                if (!beforeAnybodyLooked) {
                    // a second, in which it has been looked at
                    awaitCheckpointAfter(cluster, job, newestCheckpoint(cluster, job) + 10);
                    cluster.terminateTaskManager(0).get();
                }

                // one more may have been under way
                awaitCheckpointAfter(cluster, job, newestCheckpoint(cluster, job) + 1);
                assertThat(said.toString(StandardCharsets.UTF_8))
                        .containsPattern("Z  The job failed: \\S.*; restarting from checkpoint [0-9]+\\.\n")
                        .containsOnlyOnce("Z  The TaskManager is gone; another one starts.\n");
                assertThat(watch.firstCause()).isNotBlank();
                assertThat(cluster.getJobStatus(job).get()).isEqualTo(JobStatus.RUNNING);
            }
            cluster.cancelJob(job).get();
        }
    }

    private JobID submitEndless(MiniCluster cluster) throws Exception {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(new Configuration()
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100))
                .set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.toUri().toString()));
        environment.setParallelism(1);
        environment
                .fromSource(
                        PacedSource.perCheckpoint(new NumberSequenceSource(0, Long.MAX_VALUE), 1),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .sinkTo(new DiscardingSink<>());
        return cluster.submitJob(environment.getStreamGraph().getJobGraph())
                .get()
                .getJobID();
    }

    private static long awaitCheckpointAfter(MiniCluster cluster, JobID job, long checkpoint) throws Exception {
        return Await.until(() -> newestCheckpoint(cluster, job), newest -> newest > checkpoint);
    }

    /** The number of the newest complete checkpoint; -1 while there is none. */
    private static long newestCheckpoint(MiniCluster cluster, JobID job) throws Exception {
        var checkpoints = cluster.getExecutionGraph(job).get().getCheckpointStatsSnapshot();
        var newest = checkpoints == null ? null : checkpoints.getHistory().getLatestCompletedCheckpoint();
        return newest == null ? -1 : newest.getCheckpointId();
    }
}
