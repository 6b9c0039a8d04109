package io.openinterest.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.openinterest.local.EmbeddedBroker;
import io.openinterest.simulator.VenueSimulator;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jar on a real cluster: processes that are killed, started again and rescaled. */
@Timeout(300)
class ClusterIT {

    private static final Path JAR =
            Path.of("../job/target/open-interest-job.jar").toAbsolutePath();

    /** Takes the job long enough to be interrupted. */
    private static final Recording LONG = new Recording(60, 450);

    private static final Recording SHORT = new Recording(3, 30);

    @TempDir
    private static Path folder;

    private static EmbeddedBroker broker;
    private static StandaloneCluster cluster;
    private static Process taskManager;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
        cluster = StandaloneCluster.start(folder);
        taskManager = cluster.startTaskManager();
        LONG.write(folder.resolve("long.jsonl"));
        SHORT.write(folder.resolve("short.jsonl"));
    }

    @AfterAll
    static void stop() throws IOException {
        if (cluster != null) {
            cluster.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void publishesEveryRecordOnceThoughATaskManagerIsKilled() throws Exception {
        String job = cluster.run(replay("-p", "2", "killed."));
        cluster.awaitCheckpoint(job);

        taskManager.destroyForcibly();
        taskManager = cluster.startTaskManager();

        cluster.awaitEnd(job);
        assertThat(cluster.get("/jobs/" + job + "/checkpoints")
                        .at("/counts/restored")
                        .asInt())
                .as("restored checkpoints")
                .isPositive();
        assertEveryRecordOnce(LONG, "killed.");
    }

    @Test
    void continuesFromASavepointAtAnotherParallelism() throws Exception {
        String first = cluster.run(replay("-p", "2", "rescaled."));
        cluster.awaitCheckpoint(first);
        String savepoint = cluster.stopWithSavepoint(first);

        List<String> resumed = new ArrayList<>(List.of("-s", savepoint));
        resumed.addAll(replay("-p", "1", "rescaled."));
        cluster.awaitEnd(cluster.run(resumed));

        assertEveryRecordOnce(LONG, "rescaled.");
    }

    @Test
    void continuesFromTheLastCheckpointAfterTheWholeClusterDied(@TempDir Path doomedFolder) throws Exception {
        try (StandaloneCluster doomed = StandaloneCluster.start(doomedFolder)) {
            doomed.startTaskManager();
            doomed.awaitCheckpoint(doomed.run(replay("-p", "2", "died.")));
        }

        List<String> resumed =
                new ArrayList<>(List.of("-s", newest(doomedFolder).toString()));
        resumed.addAll(replay("-p", "2", "died."));
        cluster.awaitEnd(cluster.run(resumed));

        assertEveryRecordOnce(LONG, "died.");
    }

    @Test
    void startsWithoutArgumentsWhenUploadedInTheDashboard() throws Exception {
        Path jar = Files.copy(JAR, folder.resolve("uploaded.jar"));
        try (FileSystem content = FileSystems.newFileSystem(jar)) {
            Files.writeString(content.getPath("conf/open-interest.yaml"), """
                    source: replay
                    replay: {paths: ["%s"]}
                    kafka: {bootstrap-servers: "%s", topic-prefix: uploaded.}
                    """.formatted(
                            folder.resolve("short.jsonl"), broker.bootstrapServers()));
        }

        cluster.awaitEnd(cluster.uploadAndRun(jar));

        assertEveryRecordOnce(SHORT, "uploaded.");
    }

    @Test
    void readsVenuesOverTheNetwork() throws Exception {
        try (VenueSimulator simulator = new VenueSimulator(Clock.systemUTC())) {
            simulator.start();
            List<String> arguments = new ArrayList<>(List.of(JAR.toString()));
            venuesOfTheDefaultConfiguration().forEach(venue -> set(arguments, "venues." + venue + ".enabled", "false"));
            set(arguments, "venues.okx.enabled", "true");
            set(arguments, "venues.okx.rest-url", simulator.restUrl("okx"));
            set(arguments, "venues.okx.ws-url", simulator.wsUrl("okx"));
            set(arguments, "kafka.bootstrap-servers", broker.bootstrapServers());
            set(arguments, "kafka.topic-prefix", "live.");
            set(arguments, "checkpoint-interval", "500ms");

            String job = cluster.run(arguments);
            List<ConsumerRecord<String, String>> observations = committed("live.observations");
            while (observations.isEmpty()) {
                observations = committed("live.observations");
            }
            cluster.cancel(job);

            assertThat(observations)
                    .allSatisfy(record -> assertThat(record.key()).startsWith("okx-"));
            assertThat(committed("live.quarantine")).isEmpty();
        }
    }

    static List<String> venuesOfTheDefaultConfiguration() throws IOException {
        Path file = Path.of(System.getProperty("project.directory"), "conf", "open-interest.yaml");
        List<String> venues = new ArrayList<>();
        new YAMLMapper().readTree(file.toFile()).path("venues").fieldNames().forEachRemaining(venues::add);
        return venues;
    }

    private static List<String> replay(String option, String parallelism, String prefix) {
        List<String> arguments = new ArrayList<>(List.of(option, parallelism, JAR.toString()));
        set(arguments, "source", "replay");
        set(arguments, "replay.paths", "[" + folder.resolve("long.jsonl") + "]");
        set(arguments, "kafka.bootstrap-servers", broker.bootstrapServers());
        set(arguments, "kafka.topic-prefix", prefix);
        set(arguments, "checkpoint-interval", "500ms");
        return arguments;
    }

    private static void set(List<String> arguments, String key, String value) {
        arguments.addAll(List.of("--set", key + "=" + value));
    }

    /** Of the checkpoints a killed cluster left behind. */
    private static Path newest(Path checkpoints) throws IOException {
        try (Stream<Path> files = Files.walk(checkpoints)) {
            return files.filter(file -> file.endsWith("_metadata"))
                    .map(Path::getParent)
                    .max(Comparator.comparing(checkpoint ->
                            Integer.valueOf(checkpoint.getFileName().toString().substring("chk-".length()))))
                    .orElseThrow();
        }
    }

    private static void assertEveryRecordOnce(Recording recording, String prefix) throws Exception {
        Committed.awaitNoOpenTransaction(broker.bootstrapServers(), prefix);
        int rows = recording.markets() * recording.minutes();
        assertOnce(prefix + "observations", rows);
        assertOnce(prefix + "market.1m", rows);
        assertOnce(prefix + "market.15m", rows / 15);
        assertOnce(prefix + "asset.1m", rows);
        assertOnce(prefix + "total.1m", recording.minutes());
        assertOnce(prefix + "total.5m", recording.minutes() / 5);
        assertOnce(prefix + "metrics.15m", (3 * recording.markets() + 2) * recording.minutes() / 15);
    }

    /** What a consumer of committed records gets from a topic: so many records, no two of one key and time. */
    private static void assertOnce(String topic, int records) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<String> keysAndTimes = new ArrayList<>();
        for (ConsumerRecord<String, String> record : committed(topic)) {
            JsonNode value = json.readTree(record.value());
            keysAndTimes.add(record.key() + " " + value.path("time").asText());
        }
        assertThat(keysAndTimes).as(topic).hasSize(records).doesNotHaveDuplicates();
    }

    private static List<ConsumerRecord<String, String>> committed(String topic) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", broker.bootstrapServers(), "isolation.level", "read_committed");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            do {
                consumer.poll(Duration.ofMillis(500)).forEach(records::add);
            } while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition)));
            return records;
        }
    }
}
