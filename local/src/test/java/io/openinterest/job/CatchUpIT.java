package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.Await;
import io.openinterest.MiniClusters;
import io.openinterest.job.StateRun.Input;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole job after hours in which no venue was heard of: their boundaries are made up, and checkpoints get through
 * meanwhile. Prints how long each takes.
 *
 * <pre>mvn verify -Dit.test=CatchUpIT -Dfailsafe.failIfNoSpecifiedTests=false -Dstate.markets=12000</pre>
 */
@EnabledIfSystemProperty(named = "state.markets", matches = "[0-9]+")
@Timeout(3600)
class CatchUpIT {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = MiniClusters.withSlots(1);

    private static final int MARKETS = Integer.getInteger("state.markets", 0);
    private static final int MINUTES = 5;
    private static final int SILENT_HOURS = 8;
    private static final int SILENT_BOUNDARIES = SILENT_HOURS * 60;

    @TempDir
    private Path checkpoints;

    @Test
    void checkpointsGetThroughBetweenTheBoundariesOfASilence(@InjectMiniCluster MiniCluster cluster) throws Exception {
        Configuration options = new Configuration();
        options.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
        Input input = new Input(StateRun.skewed(MARKETS), MINUTES, 1, SILENT_HOURS);
        try (StateRun run = new StateRun(input, SourceKind.LIVE, options, Duration.ofDays(1), cluster)) {
            int before = run.boundaries();

            // when the venues are heard of again, and a checkpoint is asked for at once
            run.passMinute();
            int atTheFirst = boundariesAtCheckpoint(run);

            // then it did not wait for all of their boundaries, nor does another, and all are published
            assertThat(atTheFirst).isLessThan(before + SILENT_BOUNDARIES / 2);
            Await.until(() -> boundariesAtCheckpoint(run) >= before + SILENT_BOUNDARIES);
        }
    }

    private static int boundariesAtCheckpoint(StateRun run) throws Exception {
        Instant asked = Instant.now();
        run.checkpoint();
        System.out.printf(
                "a checkpoint took %s, %d boundaries are published%n",
                Duration.between(asked, Instant.now()), run.boundaries());
        return run.boundaries();
    }
}
