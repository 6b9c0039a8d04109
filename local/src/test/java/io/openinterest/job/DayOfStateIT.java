package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.MiniClusters;
import io.openinterest.job.StateRun.Input;
import io.openinterest.job.StateRun.Market;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
 * What checkpoints of the whole job take. After 26 hours of event time everything that is remembered for a day is there:
 *
 * <pre>mvn verify -Dit.test=DayOfStateIT -Dfailsafe.failIfNoSpecifiedTests=false -Dstate.hours=26</pre>
 *
 * <p>Sizes are those of the job's own serializers and do not depend on the machine. With {@code -Dstate.markets=12000}
 * also that of so many markets at once, and what they take in the heap.
 */
@Timeout(10_800)
class DayOfStateIT {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = MiniClusters.withSlots(1);

    private static final int ASSETS = 32;
    private static final int HOUR_MINUTES = 60;
    private static final int MINUTES = HOUR_MINUTES * Integer.getInteger("state.hours", 26);
    private static final int KIBI = 1024;
    private static final int MEBI = KIBI * KIBI;

    @TempDir
    private Path checkpoints;

    @Test
    @EnabledIfSystemProperty(named = "state.hours", matches = "[0-9]+")
    void aMarketTakesTwoKibibytesAndAnEntitySixteen(@InjectMiniCluster MiniCluster cluster) throws Exception {
        List<Market> markets = StateRun.evenly(ASSETS, 1);
        Map<String, Long> bytes = checkpointedBytes(markets, MINUTES, cluster);

        long ofMarkets = 0;
        long ofExpiries = 0;
        long ofEntities = 0;
        for (Map.Entry<String, Long> vertex : bytes.entrySet()) {
            if (vertex.getKey().contains("observations") || vertex.getKey().startsWith("snapshot-markets")) {
                ofMarkets += vertex.getValue();
            } else if (vertex.getKey().startsWith("sum-expiries")) {
                ofExpiries += vertex.getValue();
            } else {
                ofEntities += vertex.getValue();
            }
        }
        assertThat(ofMarkets / markets.size()).as("a market, %s", bytes).isBetween(100L, 2L * KIBI);
        assertThat(ofExpiries / StateRun.expiries(markets))
                .as("an expiry, %s", bytes)
                .isBetween(1000L, 16L * KIBI);
        assertThat(ofEntities / StateRun.entities(markets))
                .as("an entity, %s", bytes)
                .isBetween(1000L, 16L * KIBI);
    }

    @Test
    @EnabledIfSystemProperty(named = "state.hours", matches = "[0-9]+")
    void anEntityTakesAsMuchHoweverManyMarketsAreBehindIt(@InjectMiniCluster MiniCluster cluster) throws Exception {
        long ofFew = bytesOfTotals(1, cluster);
        long ofMany = bytesOfTotals(20, cluster);
        assertThat(ofMany).isBetween(ofFew, ofFew + ofFew / 5);
    }

    @Test
    @EnabledIfSystemProperty(named = "state.markets", matches = "[0-9]+")
    void theHeapHoldsADayOfManyMarkets(@InjectMiniCluster MiniCluster cluster) throws Exception {
        List<Market> markets = StateRun.skewed(Integer.getInteger("state.markets"));
        long before = liveHeap();
        Input input = new Input(markets, MINUTES, 4, 0);
        try (StateRun run = new StateRun(input, SourceKind.REPLAY, options(), Duration.ofMinutes(1), cluster)) {
            Map<String, Long> bytes = run.checkpointedBytes();
            long ofCheckpoint =
                    bytes.values().stream().mapToLong(Long::longValue).sum();
            long heap = liveHeap() - before;
            System.out.printf(
                    "%d markets, %d entities: %d MB in a checkpoint %s, %d MB of heap%n",
                    markets.size(), StateRun.entities(markets), ofCheckpoint / MEBI, bytes, heap / MEBI);
            assertThat(ofCheckpoint / (markets.size() + 8 * StateRun.entities(markets)))
                    .isLessThan(2 * KIBI);
            assertThat(heap / (markets.size() + StateRun.entities(markets))).isLessThan(30 * KIBI);
        }
    }

    /** What is left in the heap after a collection. */
    private static long liveHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private long bytesOfTotals(int options, MiniCluster cluster) throws Exception {
        long bytes = 0;
        for (Map.Entry<String, Long> vertex : checkpointedBytes(StateRun.evenly(ASSETS, options), HOUR_MINUTES, cluster)
                .entrySet()) {
            bytes +=
                    vertex.getKey().matches("(sum-(assets|exchanges|whole)|derive-metrics) .*") ? vertex.getValue() : 0;
        }
        return bytes;
    }

    private Map<String, Long> checkpointedBytes(List<Market> markets, int minutes, MiniCluster cluster)
            throws Exception {
        Input input = new Input(markets, minutes, 1, 0);
        // no checkpoints but those that are asked for
        try (StateRun run = new StateRun(input, SourceKind.REPLAY, options(), Duration.ofDays(1), cluster)) {
            return run.checkpointedBytes();
        }
    }

    private Configuration options() {
        Configuration options = new Configuration();
        options.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
        return options;
    }
}
