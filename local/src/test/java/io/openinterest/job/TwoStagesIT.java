package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.openinterest.MiniClusters;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.kafka.ObservationsTopic;
import io.openinterest.job.kafka.TopicObservations;
import io.openinterest.local.EmbeddedBroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class TwoStagesIT {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = MiniClusters.withSlots(4);

    /** Shorter than the test may take, so that a difference is shown. */
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    Path folder;

    private EmbeddedBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.start();
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    @Test
    void theTwoStagesGiveWhatTheSingleJobGives() throws Exception {
        // given a recording in disorder, as far as it is allowed, what the single job makes of it, and the first stage
        Path series = shuffled();
        submit("one.", "replay", "all", series, 2).getJobExecutionResult().get();
        submit("two.", "replay", "ingest", series, 2).getJobExecutionResult().get();
        Map<String, Set<String>> expected = records("one.", Map.of());

        // when the second stage has read what the first left
        JobClient analyze = submit("two.", "kafka", "analyze", series, 4);
        records("two.", expected);
        analyze.cancel().get();

        // then
        Map<String, Set<String>> actual = records("two.", Map.of());
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        assertThat(actual)
                .allSatisfy((topic, records) ->
                        assertThat(records).as(topic).containsExactlyInAnyOrderElementsOf(expected.get(topic)));
    }

    private Path shuffled() throws IOException {
        Path series = Path.of(System.getProperty("shared.directory"), "referee/generated/observations.jsonl.gz");
        assumeTrue(Files.exists(series), () -> "no recorded series " + series);
        List<String> lines;
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(series)), StandardCharsets.UTF_8))) {
            lines = reader.lines().toList();
        }
        Random random = new Random(5);
        Map<String, Instant> arrival = new HashMap<>();
        for (String line : lines) {
            arrival.put(line, TopicObservations.time(line).plusMillis(random.nextInt(55_000)));
        }
        return Files.write(
                folder.resolve("shuffled.jsonl"),
                lines.stream().sorted(Comparator.comparing(arrival::get)).toList());
    }

    private JobClient submit(String prefix, String source, String stages, Path series, int parallelism)
            throws Exception {
        JobConfiguration configuration = JobConfiguration.of(
                new ObjectMapper().readTree("""
                                {"source": "%s", "stages": "%s", "replay": {"paths": ["%s"]},
                                 "checkpoint-interval": "500ms",
                                 "kafka": {"bootstrap-servers": "%s", "topic-prefix": "%s"}}""".formatted(source, stages, series, broker.bootstrapServers(), prefix)),
                SourceKind.LIVE);
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(parallelism);
        OpenInterestJob.define(environment, configuration);
        return environment.executeAsync(stages);
    }

    /** Committed records by topic, time marks apart: all there are, or until they are as expected or patience ends. */
    private Map<String, Set<String>> records(String prefix, Map<String, Set<String>> expected) {
        Map<String, Set<String>> records = new HashMap<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "auto.offset.reset",
                        "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.listTopics().values().stream()
                    .flatMap(List::stream)
                    .filter(partition -> partition.topic().startsWith(prefix))
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Instant deadline = Instant.now().plus(PATIENCE);
            while (expected.isEmpty()
                    ? partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))
                    : !records.equals(expected) && Instant.now().isBefore(deadline)) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    if (!record.key().equals(ObservationsTopic.MARK_KEY)) {
                        records.computeIfAbsent(record.topic().substring(prefix.length()), topic -> new HashSet<>())
                                .add(record.timestamp() + " " + record.key() + " " + record.value());
                    }
                }
            }
        }
        return records;
    }
}
