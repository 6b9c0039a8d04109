package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.MiniClusters;
import io.openinterest.job.StateRun.Input;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a checkpoint adds on average where state is on disk and only what is new is written: most of what is remembered
 * stays as it was.
 *
 * <pre>mvn verify -Dit.test=IncrementalCheckpointIT -Dfailsafe.failIfNoSpecifiedTests=false -Dstate.hours=26</pre>
 */
@EnabledIfSystemProperty(named = "state.hours", matches = "[0-9]+")
@Timeout(3600)
class IncrementalCheckpointIT {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = MiniClusters.withSlots(1);

    private static final int MINUTES = 60 * Integer.getInteger("state.hours", 0);
    private static final int CHECKPOINTS = 24;

    @TempDir
    private Path checkpoints;

    private static final Input INPUT = new Input(StateRun.evenly(20, 3), MINUTES, 5, 0);

    @ParameterizedTest
    @ValueSource(strings = {"rocksdb", "forst"})
    void aMinuteAddsAFifthOfTheStateAtMost(String backend, @InjectMiniCluster MiniCluster cluster) throws Exception {
        // given: all of it, once, as the heap writes it
        long full;
        try (StateRun run = run("hashmap", cluster)) {
            full = run.checkpoint().getCheckpointedSize();
        }

        // when
        List<Long> added = new ArrayList<>();
        try (StateRun run = run(backend, cluster)) {
            run.checkpoint();
            // what a backend writes of its own, whatever is new
            long always = run.checkpoint().getCheckpointedSize();
            for (int i = 0; i < CHECKPOINTS; i++) {
                run.passMinute();
                AbstractCheckpointStats checkpoint = run.checkpoint();
                added.add(checkpoint.getCheckpointedSize() - always);
                System.out.printf(
                        "%s: %d of %d bytes, %d of them always; %d on the heap%n",
                        backend, checkpoint.getCheckpointedSize(), checkpoint.getStateSize(), always, full);
            }
        }

        // then: on average, for now and then the backend writes again what it merges
        double mean = added.stream().mapToLong(Long::longValue).average().orElseThrow();
        assertThat(mean / full).as("of %d bytes %s", full, added).isLessThan(0.2);
    }

    private StateRun run(String backend, MiniCluster cluster) throws Exception {
        Configuration options = new Configuration();
        options.set(StateBackendOptions.STATE_BACKEND, backend);
        options.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        options.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
        return new StateRun(INPUT, SourceKind.REPLAY, options, Duration.ofDays(1), cluster);
    }
}
