package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.kafka.Transactions;
import io.openinterest.local.EmbeddedBroker;
import io.openinterest.observation.Json;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.core.execution.JobStatusChangedListener;
import org.apache.flink.core.execution.JobStatusChangedListenerFactory;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageGraph;
import org.apache.flink.streaming.runtime.execution.JobCreatedEvent;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The topics read by others: as Parquet files by DuckDB, and as tables by Flink SQL and ClickHouse. */
@Timeout(300)
class ReadersIT {

    private static final JsonMapper JSON = Json.mapper(Json.Decimals.NUMBER);
    private static final Path CONF = Path.of(System.getProperty("project.directory"), "conf");
    private static final String CLICKHOUSE = "src/test/resources/clickhouse.js";

    /** The topics of each table of the SQL files, without their intervals. */
    private static final Map<String, String> TABLES =
            Map.of("totals", "(total|asset|exchange|exchange-asset|pair)", "metrics", "metrics", "markets", "market");

    @TempDir
    private static Path folder;

    private static EmbeddedBroker broker;
    private static Path export;
    private static List<CommittedRecords> records;

    @BeforeAll
    static void replay() throws Exception {
        broker = EmbeddedBroker.start();
        export = folder.resolve("export");
        StringBuilder observations = new StringBuilder("rubbish\n");
        for (int minute = 0; minute < 20; minute++) {
            for (int market = 0; market < 6; market++) {
                observations.append(observation(market, minute, minute == 12 && market == 0));
            }
        }
        // seven minutes late: corrects what was published
        observations.append(observation(1, 13, false).replace("\"value_usd\":1014", "\"value_usd\":2028"));
        // as late: there is nothing of a market where there was
        observations.append(observation(5, 15, true).replace(":10", ":50"));
        Path recording = Files.writeString(folder.resolve("recording.jsonl"), observations);
        Arguments arguments = new Arguments();
        arguments.set("source", "replay");
        arguments.set("replay.paths", "[" + recording + "]");
        arguments.set("kafka.bootstrap-servers", broker.bootstrapServers());
        arguments.set("kafka.topic-prefix", "export.");
        arguments.set("checkpoint-interval", "200ms");
        arguments.set("export.parquet", export.toString());
        JobConfiguration configuration = arguments.configuration(SourceKind.LIVE);
        StreamExecutionEnvironment environment = environment();
        OpenInterestJob.define(environment, configuration);
        environment.execute("export");
        Transactions.awaitCommitted(configuration.kafka());
        records = CommittedRecords.of(broker.bootstrapServers(), "export.");
    }

    private static StreamExecutionEnvironment environment() {
        org.apache.flink.configuration.Configuration options = new org.apache.flink.configuration.Configuration();
        options.set(DeploymentOptions.JOB_STATUS_CHANGED_LISTENERS, List.of(LineageListeners.class.getName()));
        return StreamExecutionEnvironment.createLocalEnvironment(2, options);
    }

    @AfterAll
    static void stop() throws IOException {
        broker.close();
    }

    @Test
    void everyRecordOfEveryTopicIsThereOnceAsItIsInTheTopic() throws Exception {
        Map<String, List<String>> topics = records.stream()
                .collect(Collectors.groupingBy(
                        CommittedRecords::topic,
                        TreeMap::new,
                        Collectors.mapping(record -> record.key() + record.value(), Collectors.toList())));

        assertThat(topics).hasSizeGreaterThan(20).containsKeys("quarantine", "observations", "metrics.5m");
        for (Map.Entry<String, List<String>> topic : topics.entrySet()) {
            assertThat(texts("SELECT key || json FROM " + files(topic.getKey())))
                    .as(topic.getKey())
                    .containsExactlyInAnyOrderElementsOf(topic.getValue());
        }
        assertThat(folders(export)).isEqualTo(topics.keySet());
    }

    @Test
    void everyColumnSaysWhatTheRecordSays() throws Exception {
        for (String topic : List.of("observations", "market.1m", "asset.5m", "metrics.5m", "total.1m", "quarantine")) {
            try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                    Statement statement = duck.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT * FROM " + files(topic))) {
                int count = 0;
                while (rows.next()) {
                    JsonNode record = JSON.readTree(rows.getString("json"));
                    for (Map.Entry<String, JsonNode> field : record.properties()) {
                        assertSame(topic + " " + field.getKey(), rows.getObject(field.getKey()), field.getValue());
                    }
                    count++;
                }
                assertThat(count).isPositive();
            }
        }
    }

    @Test
    void theNewestRevisionIsOneQueryAway() throws Exception {
        List<String> newest = texts("SELECT value_usd::DECIMAL(38, 6)::VARCHAR FROM " + files("asset.1m")
                + " WHERE key = 'btc' QUALIFY row_number() OVER (PARTITION BY key, time ORDER BY revision DESC) = 1"
                + " AND withdrawn IS NULL ORDER BY time");
        List<String> expected = records.stream()
                .filter(record ->
                        record.topic().equals("asset.1m") && record.key().equals("btc"))
                .map(record -> json(record.value()))
                .collect(Collectors.toMap(
                        record -> record.path("time").asText(),
                        record -> record,
                        (one, other) -> one.path("revision").asInt()
                                        > other.path("revision").asInt()
                                ? one
                                : other,
                        TreeMap::new))
                .values()
                .stream()
                .map(record ->
                        record.path("value_usd").decimalValue().setScale(6).toPlainString())
                .toList();

        assertThat(newest).hasSize(20).isEqualTo(expected);
        assertThat(texts("SELECT max(revision)::VARCHAR FROM " + files("asset.1m")))
                .as("something was corrected")
                .containsExactly("1");
    }

    /** The command of the guide; skipped without kcat. */
    @Test
    void aRecordingIsOneCommandAndHasEveryObservationInOrder() throws Exception {
        assumeTrue(runs("kcat", "-V"), "kcat is not installed");
        String guide = Files.readString(Path.of(System.getProperty("project.directory"), "docs/guide.md"));
        String command = guide.substring(guide.indexOf("```sh\n") + 6);
        command = command.substring(0, command.indexOf("```"))
                .replace("localhost:9092", broker.bootstrapServers())
                .replace("open-interest.observations", "export.observations");
        Process process = new ProcessBuilder("bash", "-o", "pipefail", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        List<String> observations = records.stream()
                .filter(record -> record.topic().equals("observations"))
                .map(CommittedRecords::value)
                .toList();
        List<String> recorded = new ArrayList<>();
        for (int partition = 0; partition < 4; partition++) {
            List<String> lines = unpacked(folder.resolve("recording/" + partition + ".jsonl.gz"));
            assertThat(lines)
                    .as("in the order of the partition, the only one there is")
                    .containsExactlyElementsOf(
                            observations.stream().filter(lines::contains).toList());
            recorded.addAll(lines);
        }
        assertThat(recorded).containsExactlyInAnyOrderElementsOf(observations);
    }

    private static List<String> unpacked(Path file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static String output(ProcessBuilder command) throws IOException, InterruptedException {
        Path errors = folder.resolve("errors.txt");
        Process process = command.redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
        return output;
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return process.waitFor(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aReplayHasNoTimeOfPublication() throws Exception {
        assertThat(texts("SELECT count(published_at)::VARCHAR FROM " + files("asset.1m")))
                .containsExactly("0");
    }

    @Test
    void flinkSqlReadsTheNewestRevisionOfWhatWasNotWithdrawn() throws Exception {
        TableEnvironment tables = tables();

        List<List<Object>> read = rows(
                tables,
                "SELECT id, `time`, value_usd, `change`.quantity_usd, revision FROM totals"
                        + " WHERE `level` = 'asset' AND `interval` = '1m'");

        Map<String, JsonNode> newest = newestOf("totals");
        assertThat(read).isNotEmpty().allSatisfy(row -> {
            JsonNode record = newest.get(key("asset", row.get(0), "1m", row.get(1)));
            assertThat((BigDecimal) row.get(2))
                    .isEqualByComparingTo(record.path("value_usd").decimalValue());
            if (record.path("change").isNull()) {
                assertThat(row.get(3)).isNull();
            } else {
                assertThat((BigDecimal) row.get(3))
                        .isEqualByComparingTo(record.at("/change/quantity_usd").decimalValue());
            }
            assertThat(row.get(4)).isEqualTo(record.path("revision").asLong());
        });
        assertThat(rows(tables, "SELECT COUNT(*) FROM metrics").get(0).get(0)).isNotEqualTo(0L);
    }

    @Test
    void flinkSqlHasEveryFieldAsItIsInTheTopics() throws Exception {
        TableEnvironment tables = tables();

        for (String table : TABLES.keySet()) {
            Map<String, JsonNode> expected = newestOf(table);
            try (var rows = tables.executeSql("SELECT * FROM " + table).collect()) {
                List<String> read = new ArrayList<>();
                rows.forEachRemaining(row -> {
                    String id = row.getField(table.equals("markets") ? "market" : "id")
                            .toString();
                    String level =
                            table.equals("markets") ? "" : row.getField("level").toString();
                    String key = key(level, id, row.getField("interval"), row.getField("time"));
                    read.add(key);
                    for (Map.Entry<String, JsonNode> field : expected.get(key).properties()) {
                        assertSame(table + " " + field.getKey(), row.getField(field.getKey()), field.getValue());
                    }
                });
                assertThat(read).as(table).containsExactlyInAnyOrderElementsOf(expected.keySet());
            }
        }
    }

    /** Executed by chdb, which is ClickHouse as a library; skipped without it. */
    @Test
    void clickHouseHasEveryFieldOfTheNewestRevisionAsItIsInTheTopics() throws Exception {
        assumeTrue(runs("npm", "--version"), "npm is not installed");
        String modules = output(new ProcessBuilder("npm", "root", "-g")).strip();
        assumeTrue(Files.isDirectory(Path.of(modules, "chdb")), "chdb is not installed (npm install -g chdb)");
        Path sql = Files.writeString(
                folder.resolve("clickhouse.sql"),
                Files.readString(CONF.resolve("sql/clickhouse.sql"))
                        .replace("localhost:9092", broker.bootstrapServers())
                        .replace("open-interest.", "export."));
        List<String> command = new ArrayList<>(
                List.of("node", CLICKHOUSE, folder.resolve("clickhouse").toString(), sql.toString()));
        for (String table : TABLES.keySet()) {
            Collection<JsonNode> newest = newestOf(table).values();
            int revisions = newest.stream()
                    .mapToInt(record -> record.path("revision").asInt())
                    .sum();
            command.addAll(List.of(table, "" + newest.size(), "" + revisions));
        }
        ProcessBuilder node = new ProcessBuilder(command);
        node.environment().put("NODE_PATH", modules);

        Map<String, List<JsonNode>> rows = output(node)
                .lines()
                .collect(Collectors.groupingBy(
                        line -> line.substring(0, line.indexOf(' ')),
                        Collectors.mapping(line -> json(line.substring(line.indexOf(' '))), Collectors.toList())));

        for (String table : TABLES.keySet()) {
            Map<String, JsonNode> expected = newestOf(table);
            List<String> read = new ArrayList<>();
            for (JsonNode row : rows.get(table)) {
                String key = key(row);
                read.add(key);
                assertSame(table + " " + key, row, expected.get(key));
            }
            assertThat(read).as(table).containsExactlyInAnyOrderElementsOf(expected.keySet());
        }
    }

    @Test
    void threeQuestionsOfADeskAreAnswered() throws Exception {
        TableEnvironment tables = tables();
        List<String> questions = statements("questions.sql");
        assertThat(questions).hasSize(3);

        List<List<Object>> opened = rows(tables, questions.get(0));
        List<List<Object>> holders = rows(tables, questions.get(1));
        List<List<Object>> reasons = rows(tables, questions.get(2));

        assertThat(opened).extracting(row -> row.get(0)).containsExactlyInAnyOrder("btc", "eth");
        assertThat(holders).hasSize(1).first().satisfies(row -> {
            assertThat(row.get(0)).isEqualTo("okx");
            assertThat((BigDecimal) row.get(2)).isEqualByComparingTo("1");
        });
        List<BigDecimal> figures =
                reasons.get(0).stream().map(BigDecimal.class::cast).toList();
        assertThat(figures.stream().skip(1).reduce(BigDecimal.ZERO, BigDecimal::add))
                .as("the reasons add up to the difference")
                .isEqualByComparingTo(figures.get(0));
        assertThat(figures.get(0)).isNotZero();
    }

    @Test
    void aLineageListenerIsToldOfTheRecordingAndTheTopics() {
        LineageGraph lineage = LineageListeners.CREATED.get("export");

        assertThat(lineage.sources().stream().flatMap(vertex -> vertex.datasets().stream()))
                .extracting(LineageDataset::namespace, LineageDataset::name)
                .contains(tuple("file", folder.resolve("recording.jsonl").toString()));
        // the connector makes one name of them
        assertThat(lineage.sinks().stream()
                        .flatMap(vertex -> vertex.datasets().stream())
                        .filter(dataset -> dataset.namespace().equals("kafka://" + broker.bootstrapServers()))
                        .flatMap(dataset -> Stream.of(dataset.name().split(","))))
                .contains("export.asset.1m", "export.observations", "export.quarantine")
                .doesNotContain("export.alert-rules");
        assertThat(lineage.sinks().stream()
                        .flatMap(vertex -> vertex.datasets().stream())
                        .flatMap(dataset -> dataset.facets().values().stream())
                        .filter(KafkaDatasetFacet.class::isInstance)
                        .map(facet ->
                                ((KafkaDatasetFacet) facet).getProperties().stringPropertyNames()))
                .as("nothing of the client but its brokers")
                .isNotEmpty()
                .allSatisfy(names -> assertThat(names).containsExactly("bootstrap.servers"));
    }

    @Test
    void aLineageListenerIsToldOfTheVenues() throws Exception {
        Arguments arguments = new Arguments();
        arguments.set("kafka.bootstrap-servers", broker.bootstrapServers());
        arguments.set("kafka.topic-prefix", "lineage.");
        for (String venue : arguments.configuration(SourceKind.LIVE).venues().keySet()) {
            arguments.set(
                    "venues." + venue + ".enabled",
                    "" + List.of("bitfinex", "okx").contains(venue));
        }
        arguments.set("venues.bitfinex.rest-url", "http://localhost:1");
        arguments.set("venues.okx.rest-url", "http://localhost:1");
        arguments.set("venues.okx.ws-url", "ws://localhost:1");
        StreamExecutionEnvironment environment = environment();
        OpenInterestJob.define(environment, arguments.configuration(SourceKind.LIVE));

        environment.executeAsync("venues").cancel().get();

        assertThat(LineageListeners.CREATED.get("venues").sources().stream()
                        .flatMap(vertex -> vertex.datasets().stream()))
                .extracting(LineageDataset::namespace, LineageDataset::name)
                .contains(tuple("venue", "bitfinex"), tuple("venue", "okx"))
                .contains(tuple("kafka://" + broker.bootstrapServers(), "lineage.alert-rules"));
    }

    /** Remembers the event by which Flink tells what a job reads and writes. */
    public static final class LineageListeners implements JobStatusChangedListenerFactory {

        /** By the name of the job. */
        private static final Map<String, LineageGraph> CREATED = new ConcurrentHashMap<>();

        @Override
        public JobStatusChangedListener createListener(Context context) {
            return event -> {
                if (event instanceof JobCreatedEvent creation) {
                    CREATED.put(creation.jobName(), creation.lineageGraph());
                }
            };
        }
    }

    private static TableEnvironment tables() throws IOException {
        TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inBatchMode());
        tables.getConfig().setLocalTimeZone(ZoneOffset.UTC);
        for (String statement : statements("flink.sql")) {
            tables.executeSql(statement
                    .replace("localhost:9092", broker.bootstrapServers())
                    .replace("open-interest\\.", "export\\."));
        }
        return tables;
    }

    private static List<String> statements(String file) throws IOException {
        String text = Files.readString(CONF.resolve("sql").resolve(file));
        return Stream.of(text.replaceAll("(?m)^--.*$", "").split(";"))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    private static List<List<Object>> rows(TableEnvironment tables, String query) throws Exception {
        List<List<Object>> rows = new ArrayList<>();
        try (var results = tables.executeSql(query).collect()) {
            results.forEachRemaining(row -> {
                List<Object> values = new ArrayList<>();
                for (int i = 0; i < row.getArity(); i++) {
                    values.add(row.getField(i));
                }
                rows.add(values);
            });
        }
        return rows;
    }

    /** Every revision of the records that a table shows. */
    private static List<JsonNode> revisions(String table) {
        return records.stream()
                .filter(record -> record.topic().matches(TABLES.get(table) + "\\.[0-9]+m"))
                .map(record -> json(record.value()))
                .toList();
    }

    /** What a table is to show: the newest revision of each record, unless that withdraws it. */
    private static Map<String, JsonNode> newestOf(String table) {
        Map<String, JsonNode> newest = new TreeMap<>();
        List<JsonNode> revisions = revisions(table);
        revisions.forEach(record -> newest.merge(
                key(record),
                record,
                (one, other) ->
                        one.path("revision").asInt() > other.path("revision").asInt() ? one : other));
        assertThat(newest.values()).as("something was corrected").hasSizeLessThan(revisions.size());
        newest.values().removeIf(record -> record.has("withdrawn"));
        return newest;
    }

    private static String key(JsonNode record) {
        return key(
                record.path("level").asText(),
                record.path(record.has("market") ? "market" : "id").asText(),
                record.path("interval").asText(),
                Instant.parse(record.path("time").asText()));
    }

    private static String key(Object level, Object id, Object interval, Object time) {
        return String.join(" ", level.toString(), id.toString(), interval.toString(), time.toString());
    }

    /** Fields that ClickHouse adds are null; a record that is null is one of nulls there. */
    private static void assertSame(String what, JsonNode column, JsonNode value) {
        if (column.isObject()) {
            column.properties()
                    .forEach(field ->
                            assertSame(what + " " + field.getKey(), field.getValue(), value.path(field.getKey())));
            assertThat(column.properties().stream().map(Map.Entry::getKey))
                    .as(what)
                    .containsAll(
                            value.properties().stream().map(Map.Entry::getKey).toList());
        } else if (what.endsWith(" withdrawn")) {
            assertThat(column.asInt()).as(what).isZero();
        } else if (column.isNumber()) {
            assertThat(column.decimalValue()).as(what).isEqualByComparingTo(value.decimalValue());
        } else if (column.isNull()) {
            assertThat(value.isNull() || value.isMissingNode()).as(what).isTrue();
        } else if (column.asText().matches("\\d{4}-\\d\\d-\\d\\dT.*Z")) {
            assertThat(Instant.parse(column.asText())).as(what).isEqualTo(Instant.parse(value.asText()));
        } else {
            assertThat(column).as(what).isEqualTo(value);
        }
    }

    private static void assertSame(String what, Object column, JsonNode value) {
        if (value.isNull()) {
            assertThat(column).as(what).isNull();
        } else if (value.isNumber() && column instanceof BigDecimal decimal) {
            assertThat(decimal).as(what).isEqualByComparingTo(value.decimalValue());
        } else if (value.isNumber()) {
            assertThat(column).as(what).isEqualTo(value.asLong());
        } else if (value.isBoolean()) {
            assertThat(column).as(what).isEqualTo(value.asBoolean());
        } else if (column instanceof Instant time) {
            assertThat(time).as(what).isEqualTo(Instant.parse(value.asText()));
        } else if (column instanceof Row row) {
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                assertSame(what + " " + field.getKey(), row.getField(field.getKey()), field.getValue());
            }
        } else if (column instanceof OffsetDateTime time) {
            assertThat(time.toInstant()).as(what).isEqualTo(Instant.parse(value.asText()));
        } else if (column instanceof java.sql.Struct struct) {
            assertStruct(what, struct, value);
        } else {
            assertThat(column).as(what).isEqualTo(value.asText());
        }
    }

    private static void assertStruct(String what, java.sql.Struct struct, JsonNode value) {
        try {
            Object[] attributes = struct.getAttributes();
            assertThat(attributes.length).as(what).isGreaterThanOrEqualTo(value.size());
            List<Object> present = new ArrayList<>();
            for (Object attribute : attributes) {
                if (attribute != null) {
                    present.add(attribute);
                }
            }
            int i = 0;
            for (JsonNode part : value) {
                if (!part.isNull()) {
                    assertSame(what, present.get(i++), part);
                }
            }
            assertThat(present).as(what).hasSize(i);
        } catch (SQLException e) {
            throw new AssertionError(what, e);
        }
    }

    private static String files(String topic) {
        return "read_parquet('" + export + "/" + topic + "/*/*.parquet', hive_partitioning = false)";
    }

    private static List<String> texts(String query) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }

    private static java.util.Set<String> folders(Path path) throws IOException {
        try (Stream<Path> folders = Files.list(path)) {
            return folders.map(each -> each.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }

    private static String observation(int market, int minute, boolean delisted) {
        return """
                {"market":"okx-M%1$d-future","time":"2026-03-01T23:%2$02d:10Z","exchange":"okx","venue":"okx",\
                "symbol":"M%1$d","asset_class":"crypto","base":"%3$s","quote":"usdt","margin":"usdt",\
                "type":"perpetual","structure":"linear","contract_count":%4$d,"sides":1,"amount_base":%4$d,\
                "price_usd":1,"price_source":"mark","value_usd":%4$d,"database_time":"2026-03-01T23:%2$02d:10.250Z",\
                "funding_rate":0.00012345678901234,"delisted":%5$s,"origin":"file"}
                """.formatted(
                        market, minute + 35, market % 2 == 0 ? "btc" : "eth", delisted ? 0 : 1001 + minute, delisted);
    }
}
