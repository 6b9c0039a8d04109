package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.openinterest.MiniClusters;
import io.openinterest.PacedSource;
import io.openinterest.functions.alert.RuleRecord;
import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.kafka.RulesTopic;
import io.openinterest.job.kafka.TopicSink;
import io.openinterest.job.kafka.Topics;
import io.openinterest.job.kafka.Transactions;
import io.openinterest.local.EmbeddedBroker;
import io.openinterest.observation.Arrival;
import io.openinterest.source.replay.RecordedSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recorded observations through the whole job into real topics. */
@Timeout(300)
class ReplayIT {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = MiniClusters.withSlots(4);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path PROJECT = Path.of(System.getProperty("project.directory"));
    private static final Path SHARED = Path.of(System.getProperty("shared.directory"));

    @AutoClose
    private static EmbeddedBroker broker;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startBroker() throws IOException {
        broker = EmbeddedBroker.start();
    }

    @Test
    void totalsFollowFromObservationsThatCanBeCheckedByHand() throws Exception {
        // 1,000 contracts at 1 USD on one exchange, 2 btc at 30,000 USD on another; a minute later 500 contracts more
        Path recording = Files.writeString(
                folder.resolve("recording.jsonl"),
                observation("bitmex", "XBTUSD", "2026-03-01T07:00:10Z", "1000", "0.04", "25000", "1000")
                        + observation("okx", "BTC-USDT", "2026-03-01T07:00:20Z", "2", "2", "30000", "60000")
                        + observation("bitmex", "XBTUSD", "2026-03-01T07:01:10Z", "1500", "0.06", "25000", "1500")
                        + "rubbish\n");

        List<CommittedRecords> records = replay("by-hand.", 2, recording);

        assertThat(values(records, "asset.1m", "btc", "value_usd")).containsExactly("61000", "61500");
        assertThat(values(records, "exchange.1m", "bitmex", "value_usd")).containsExactly("1000", "1500");
        assertThat(values(records, "exchange.1m", "okx", "value_usd")).containsExactly("60000", "60000");
        assertThat(values(records, "total.1m", "all", "value_usd")).containsExactly("61000", "61500");
        assertThat(values(records, "exchange-asset.1m", "bitmex-btc", "value_usd"))
                .containsExactly("1000", "1500");
        assertThat(values(records, "asset.1m", "btc", "time"))
                .containsExactly("2026-03-01T07:01:00Z", "2026-03-01T07:02:00Z");
        assertThat(values(records, "quarantine", "", "reason")).containsExactly("bad-record");
        assertThat(records)
                .filteredOn(record -> record.topic().equals("observations"))
                .hasSize(3);
        assertThat(records)
                .filteredOn(record -> record.topic().equals("quarantine"))
                .singleElement()
                .satisfies(record -> assertThat(record.timestamp()).isZero());
        assertThat(records)
                .filteredOn(record -> !record.topic().equals("quarantine"))
                .allSatisfy(record -> assertThat(
                                Instant.parse(json(record).path("time").asText())
                                        .toEpochMilli())
                        .isEqualTo(record.timestamp()));
    }

    @Test
    void everyRecordIsSeenOnceThoughTheJobFailsInTheMiddleAndWhateverTheParallelism() throws Exception {
        StringBuilder observations = new StringBuilder();
        for (int minute = 0; minute < 30; minute++) {
            for (int market = 0; market < 20; market++) {
                observations.append(observation(
                        "exchange" + market % 3,
                        "M" + market,
                        "2026-03-01T07:%02d:%02dZ".formatted(minute, market * 2),
                        Integer.toString(100 + minute),
                        Integer.toString(100 + minute),
                        "10",
                        Integer.toString(1000 + 10 * minute)));
            }
        }
        Path recording = Files.writeString(folder.resolve("recording.jsonl"), observations);

        List<CommittedRecords> smooth = replay("smooth.", 1, recording);
        FailOnce.failed.set(false);
        Path export = folder.resolve("export");
        List<CommittedRecords> interrupted = replay("interrupted.", 4, recording, "export.parquet=" + export);

        assertThat(FailOnce.failed).isTrue();
        assertThat(smooth).doesNotHaveDuplicates().hasSizeGreaterThan(600);
        assertThat(interrupted).containsExactlyInAnyOrderElementsOf(smooth);
        assertThat(exported(export)).as("files").containsExactlyInAnyOrderElementsOf(smooth);
    }

    private static List<CommittedRecords> exported(Path export) throws IOException, SQLException {
        List<CommittedRecords> records = new ArrayList<>();
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement();
                Stream<Path> topics = Files.list(export)) {
            for (Path topic : topics.toList()) {
                try (ResultSet rows = statement.executeQuery(
                        "SELECT key, epoch_ms(timestamp), json FROM '" + topic + "/*/*.parquet'")) {
                    while (rows.next()) {
                        records.add(new CommittedRecords(
                                topic.getFileName().toString(), rows.getString(1), rows.getLong(2), rows.getString(3)));
                    }
                }
            }
        }
        return records;
    }

    @Test
    void rulesCountAsTheyWereWrittenLastInEveryReplay() throws Exception {
        // given 100 rules that were removed after they were written, and 100 that were written after they were removed
        Path recording = Files.writeString(
                folder.resolve("recording.jsonl"),
                observation("okx", "BTC-USDT", "2026-03-01T07:00:20Z", "2", "2", "30000", "60000")
                        + observation("okx", "BTC-USDT", "2026-03-01T07:01:20Z", "3", "3", "30000", "90000"));
        long day = Instant.parse("2026-02-01T00:00:00Z").toEpochMilli();
        List<ProducerRecord<String, String>> rules = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String topic = Topics.ALERT_RULES;
            rules.add(new ProducerRecord<>(topic, null, day, "gone" + i, rule("gone" + i, "asset", "value_usd")));
            rules.add(new ProducerRecord<>(topic, null, day + 86_400_000, "gone" + i, ""));
            rules.add(new ProducerRecord<>(topic, null, day, "stays" + i, ""));
            rules.add(new ProducerRecord<>(topic, null, day, "stays" + i, rule("stays" + i, "asset", "value_usd")));
        }
        rules.add(new ProducerRecord<>(Topics.ALERT_RULES, null, day, "market", rule("market", "market", "value_usd")));

        for (int replay = 0; replay < 2; replay++) {
            // when it is replayed by several subtasks
            String prefix = "rules" + replay + ".";
            write(prefix, rules);
            List<CommittedRecords> records = replay(prefix, 4, recording);

            // then those that stand alert, once each, and no other
            List<String> alerts = records.stream()
                    .filter(record -> record.topic().equals("alerts"))
                    .map(record -> json(record).path("rule_id").asText())
                    .filter(rule -> rule.matches("(gone|stays)\\d+|market"))
                    .sorted()
                    .toList();
            assertThat(alerts)
                    .containsExactlyElementsOf(Stream.concat(
                                    Stream.of("market"), IntStream.range(0, 100).mapToObj(i -> "stays" + i))
                            .sorted()
                            .toList());
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void everythingPublishedIsAsTheSchemasSay(Path recording) throws Exception {
        Files.copy(recording, folder.resolve("recording.jsonl.gz"));
        Files.writeString(folder.resolve("rubbish.jsonl"), "rubbish\n");
        Map<String, Schema> schemas = new HashMap<>();

        List<CommittedRecords> records = replay(recording.getFileName() + ".", 2, folder);

        assertThat(records.stream().map(CommittedRecords::topic).collect(Collectors.toSet()))
                .hasSizeGreaterThan(25);
        assertThat(records).allSatisfy(record -> {
            Schema schema = schemas.computeIfAbsent(schemaOf(record.topic()), ReplayIT::schema);
            List<Error> errors = schema.validate(record.value(), InputFormat.JSON);
            assertThat(errors).as(record.topic() + " " + record.value()).isEmpty();
        });
    }

    static Stream<Path> recordings() {
        return Stream.of(
                        PROJECT.resolve("conf/recordings/simulated.jsonl.gz"),
                        SHARED.resolve("referee/generated/observations.jsonl.gz"))
                .filter(Files::exists);
    }

    @Test
    void theGeneratedReplayEqualsTheReferee() throws Exception {
        Path referee = SHARED.resolve("referee");
        assumeThat(referee.resolve("compare.py")).exists();
        assumeThat(exitCode(new ProcessBuilder("python3", "--version"))).isZero();

        List<CommittedRecords> records = replay(
                "open-interest.",
                4,
                referee.resolve("generated/observations.jsonl.gz"),
                "alerts.rules=" + referee.resolve("generated/rules.json"));

        Path dump = Files.createDirectory(folder.resolve("dump"));
        for (Map.Entry<String, List<CommittedRecords>> topic : records.stream()
                .collect(Collectors.groupingBy(CommittedRecords::topic))
                .entrySet()) {
            Files.write(
                    dump.resolve("open-interest." + topic.getKey() + ".jsonl"),
                    topic.getValue().stream()
                            .map(record -> "{\"key\":\"%s\",\"timestamp\":%d,\"value\":%s}"
                                    .formatted(record.key(), record.timestamp(), record.value()))
                            .toList());
        }
        Path differences = folder.resolve("differences.txt");
        int exitCode = exitCode(new ProcessBuilder(
                        "python3",
                        referee.resolve("compare.py").toString(),
                        referee.resolve("generated/expected").toString(),
                        dump.toString())
                .redirectErrorStream(true)
                .redirectOutput(differences.toFile()));
        assertThat(exitCode).as(Files.readString(differences)).isZero();
    }

    private static String rule(String id, String level, String metric) {
        return """
                {"id": "%s", "level": "%s", "interval": "1m", "metric": "%s", "direction": "above", "warning": 1}""".formatted(id, level, metric);
    }

    private static void write(String prefix, List<ProducerRecord<String, String>> rules) throws InterruptedException {
        Arguments arguments = new Arguments();
        arguments.set("kafka.bootstrap-servers", broker.bootstrapServers());
        arguments.set("kafka.topic-prefix", prefix);
        Topics.create(arguments.configuration(SourceKind.LIVE).kafka());
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            rules.forEach(rule -> producer.send(new ProducerRecord<>(
                    prefix + rule.topic(), rule.partition(), rule.timestamp(), rule.key(), rule.value())));
        }
    }

    private static List<CommittedRecords> replay(String prefix, int parallelism, Path recording, String... more)
            throws Exception {
        Arguments arguments = new Arguments();
        arguments.set("source", "replay");
        arguments.set("replay.paths", "[" + recording + "]");
        arguments.set("kafka.bootstrap-servers", broker.bootstrapServers());
        arguments.set("kafka.topic-prefix", prefix);
        arguments.set("checkpoint-interval", "200ms");
        for (String setting : more) {
            arguments.set(setting.split("=")[0], setting.split("=")[1]);
        }
        JobConfiguration configuration = arguments.configuration(SourceKind.LIVE);
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(parallelism);
        OpenInterestJob.prepare(environment, configuration);
        int partitions = Topics.create(configuration.kafka());
        DataStream<Arrival> arrivals = (FailOnce.failed.get()
                        ? Sources.arrivals(environment, configuration, partitions)
                        : slowly(environment, recording))
                .map(new FailOnce())
                .setParallelism(1)
                .uid("fail-once");
        DataStream<RuleRecord> rules = RulesTopic.topic(environment, configuration);
        Pipeline.define(
                arrivals,
                rules,
                TopicSink.of(configuration, configuration.kafka().transactionalIdPrefix() + ".run"),
                partitions,
                configuration);
        environment.execute("replay");
        Transactions.awaitCommitted(configuration.kafka());
        return CommittedRecords.of(broker.bootstrapServers(), prefix);
    }

    /** A recording of which several checkpoints hold the beginning. */
    private static DataStream<Arrival> slowly(StreamExecutionEnvironment environment, Path recording) {
        RecordedSource source = new RecordedSource(List.of(recording), Duration.ZERO, true);
        return environment
                .fromSource(PacedSource.perCheckpoint(source, 200), WatermarkStrategy.noWatermarks(), "replay")
                .setParallelism(1)
                .uid("replay");
    }

    /** Fails at an arrival after the first checkpoint is complete, if asked to. */
    private static final class FailOnce implements MapFunction<Arrival, Arrival>, CheckpointListener {

        private static final long serialVersionUID = 1;
        private static final AtomicBoolean failed = new AtomicBoolean(true);

        private transient boolean checkpointed;

        @Override
        public Arrival map(Arrival arrival) {
            if (checkpointed && failed.compareAndSet(false, true)) {
                throw new IllegalStateException("on purpose");
            }
            return arrival;
        }

        @Override
        public void notifyCheckpointComplete(long checkpoint) {
            checkpointed = true;
        }
    }

    private static String observation(
            String exchange, String symbol, String time, String count, String amount, String price, String value) {
        return """
                {"market":"%1$s-%2$s-future","time":"%3$s","exchange":"%1$s","venue":"%1$s","symbol":"%2$s",\
                "asset_class":"crypto","base":"btc","quote":"usd","margin":"usd","type":"perpetual",\
                "structure":"linear","contract_count":%4$s,"sides":1,"amount_base":%5$s,"price_usd":%6$s,\
                "price_source":"mark","value_usd":%7$s,"database_time":"%3$s","delisted":false,"origin":"file"}
                """.formatted(exchange, symbol, time, count, amount, price, value);
    }

    private static List<String> values(List<CommittedRecords> records, String topic, String key, String field) {
        return records.stream()
                .filter(record -> record.topic().equals(topic) && record.key().equals(key))
                .map(record -> json(record).path(field).asText())
                .toList();
    }

    private static JsonNode json(CommittedRecords record) {
        try {
            return JSON.readTree(record.value());
        } catch (IOException e) {
            throw new AssertionError(record.value(), e);
        }
    }

    private static String schemaOf(String topic) {
        String name = topic.replaceFirst("\\.\\d+m$", "");
        return Files.exists(PROJECT.resolve("conf/schemas/" + name + ".schema.json")) ? name : "totals";
    }

    private static Schema schema(String name) {
        try {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(Files.readString(PROJECT.resolve("conf/schemas/" + name + ".schema.json")));
        } catch (IOException e) {
            throw new AssertionError(name, e);
        }
    }

    private static int exitCode(ProcessBuilder command) throws InterruptedException {
        try {
            return command.start().waitFor();
        } catch (IOException e) {
            return -1;
        }
    }
}
