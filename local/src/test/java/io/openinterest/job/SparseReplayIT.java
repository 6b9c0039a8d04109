package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.MiniClusters;
import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.kafka.TopicObservations;
import io.openinterest.job.kafka.Transactions;
import io.openinterest.local.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Recordings of few observations far apart, of which a few kilobytes stand for a million records. */
@Timeout(3600)
class SparseReplayIT {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = MiniClusters.withSlots(2);

    /** As many as take three steps, each twice the one before; {@code -Dsparse.days=365} is a year. */
    private static final int DAYS = Integer.getInteger("sparse.days", 9);

    private static final int MINUTES_OF_A_DAY = 1440;

    @AutoClose
    private static EmbeddedBroker broker;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws IOException {
        broker = EmbeddedBroker.start();
    }

    @Test
    void checkpointsGetThroughARecordingOfOneRowADay(@InjectMiniCluster MiniCluster cluster) throws Exception {
        Instant first = Instant.parse("2026-03-01T00:00:10Z");

        JobID job = replay(
                "daily.",
                IntStream.range(0, DAYS)
                        .mapToObj(day -> first.plus(Duration.ofDays(day)))
                        .toList());

        assertThat(cluster.getExecutionGraph(job)
                        .get()
                        .getCheckpointStatsSnapshot()
                        .getCounts()
                        .getNumberOfCompletedCheckpoints())
                .as("checkpoints, the one at the end among them")
                .isGreaterThanOrEqualTo(4);
        int count = (DAYS - 1) * MINUTES_OF_A_DAY + 1;
        assertThat(boundaries("daily."))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, count)
                        .mapToObj(minute -> first.minusSeconds(10).plus(Duration.ofMinutes(minute)))
                        .toList());
    }

    @Test
    void nothingIsPublishedInYearsWithoutAMarket() throws Exception {
        replay(
                "years.",
                List.of(
                        Instant.parse("1999-12-31T23:59:10Z"),
                        Instant.parse("2010-06-01T00:00:10Z"),
                        Instant.parse("2026-03-01T00:00:10Z")));

        // until the market is forgotten, five minutes and a day after it was seen
        List<Instant> expected = IntStream.rangeClosed(0, 5 + MINUTES_OF_A_DAY)
                .boxed()
                .flatMap(minute -> List.of("2000-01-01T00:00:00Z", "2010-06-01T00:01:00Z").stream()
                        .map(time -> Instant.parse(time).plus(Duration.ofMinutes(minute))))
                .sorted()
                .toList();
        assertThat(boundaries("years."))
                .startsWith(expected.toArray(Instant[]::new))
                .endsWith(Instant.parse("2026-03-01T00:01:00Z"))
                .hasSize(expected.size() + 1);
    }

    /** The boundaries of the whole market, in their order. */
    private static List<Instant> boundaries(String prefix) {
        return CommittedRecords.of(broker.bootstrapServers(), prefix).stream()
                .filter(record -> record.topic().equals("total.1m"))
                .map(record -> Instant.ofEpochMilli(record.timestamp()))
                .sorted()
                .toList();
    }

    private JobID replay(String prefix, List<Instant> times) throws Exception {
        Path recording = Files.write(
                folder.resolve("recording.jsonl"),
                times.stream()
                        .map(time -> TopicObservations.text(time.toString()))
                        .toList());
        Arguments arguments = new Arguments();
        arguments.set("source", "replay");
        arguments.set("replay.paths", "[" + recording + "]");
        arguments.set("kafka.bootstrap-servers", broker.bootstrapServers());
        arguments.set("kafka.topic-prefix", prefix);
        arguments.set("checkpoint-interval", "500ms");
        JobConfiguration configuration = arguments.configuration(SourceKind.LIVE);
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(2);
        OpenInterestJob.define(environment, configuration);
        JobID job = environment.execute("replay").getJobID();
        Transactions.awaitCommitted(configuration.kafka());
        return job;
    }
}
