package io.openinterest.job.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.job.config.JobConfiguration.Guarantee;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.config.JobConfiguration.Stages;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobConfigurationTest {

    @TempDir
    private Path folder;

    @Test
    void anEmptyFileGivesTheDefaults() throws IOException {
        JobConfiguration configuration = configuration("");

        assertThat(configuration.source()).isEqualTo(SourceKind.LIVE);
        assertThat(configuration.stages()).isEqualTo(Stages.ALL);
        assertThat(configuration.replay()).isEqualTo(new JobConfiguration.Replay(List.of(), Duration.ofSeconds(60)));
        assertThat(configuration.lateness()).isEqualTo(Duration.ofSeconds(2));
        assertThat(configuration.allowedLateness()).isEqualTo(Duration.ofMinutes(15));
        assertThat(configuration.historyWait()).isEqualTo(Duration.ofSeconds(30));
        assertThat(configuration.assetClasses()).containsExactly(AssetClass.CRYPTO);
        assertThat(configuration.rates()).isEmpty();
        assertThat(configuration.regime().priceBand()).isEqualTo("0.0005");
        assertThat(configuration.regime().returnBand()).isEqualTo("0.0005");
        assertThat(configuration.kafka())
                .isEqualTo(new JobConfiguration.Kafka(
                        null,
                        "open-interest.",
                        "open-interest.all-live",
                        Guarantee.EXACTLY_ONCE,
                        4,
                        (short) 1,
                        Duration.ofDays(7),
                        Map.of()));
        assertThat(configuration.checkpointInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(configuration.parallelism()).isNull();
        assertThat(configuration.local()).isEqualTo(new JobConfiguration.Local(8081, 9092, null, Map.of()));
        assertThat(configuration.decimals()).isEqualTo(Json.Decimals.NUMBER);
        assertThat(configuration.alertRules()).isEqualTo("conf/alert-rules.yaml");
    }

    @Test
    void theShippedFileSaysWhatTheDefaultsAre() throws IOException {
        JobConfiguration shipped = arguments().configuration(SourceKind.LIVE);

        assertThat(shipped).usingRecursiveComparison().ignoringFields("given").isEqualTo(configuration(""));
    }

    @Test
    void everyKeyCanBeSet() throws IOException {
        JobConfiguration configuration = configuration("""
                source: replay
                stages: all
                replay: {paths: [a.jsonl, b], out-of-orderness: 0s}
                lateness: 500ms
                allowed-lateness: 1d
                history-wait: 1m
                asset-classes: [crypto, equity]
                rates: {usdt: 0.9990, eur: "1.08"}
                metrics: {regime: {price-band: 0.001, return-band: 0}}
                kafka:
                  bootstrap-servers: a:9092,b:9092
                  topic-prefix: test-
                  delivery-guarantee: at-least-once
                  partitions: 8
                  replication-factor: 3
                  retention: 12h
                  transactional-id-prefix: mine
                  properties: {security.protocol: SASL_SSL, linger: {ms: 5}}
                flink: {state.backend.type: rocksdb, rest: {port: 1}}
                checkpoint-interval: 3s
                parallelism: 2
                local: {dashboard-port: 18081, kafka-port: 19092, data: kept}
                simulator: {faults: faults.yaml}
                json: {decimals: string}
                alerts: {rules: my-rules.yaml}
                export: {parquet: "s3://bucket/open-interest"}
                """);

        assertThat(configuration)
                .usingRecursiveComparison()
                .ignoringFields("given", "venues")
                .isEqualTo(new JobConfiguration(
                        SourceKind.REPLAY,
                        Stages.ALL,
                        new JobConfiguration.Replay(List.of("a.jsonl", "b"), Duration.ZERO),
                        Map.of(),
                        Duration.ofMillis(500),
                        Duration.ofDays(1),
                        Duration.ofMinutes(1),
                        Set.of(AssetClass.CRYPTO, AssetClass.EQUITY),
                        Map.of("usdt", new BigDecimal("0.9990"), "eur", new BigDecimal("1.08")),
                        "conf/conventions.yaml",
                        new JobConfiguration.Regime(new BigDecimal("0.001"), new BigDecimal("0")),
                        new JobConfiguration.Kafka(
                                "a:9092,b:9092",
                                "test-",
                                "mine",
                                Guarantee.AT_LEAST_ONCE,
                                8,
                                (short) 3,
                                Duration.ofHours(12),
                                Map.of("security.protocol", "SASL_SSL", "linger.ms", "5")),
                        Duration.ofSeconds(3),
                        2,
                        new JobConfiguration.Local(
                                18081, 19092, "kept", Map.of("state.backend.type", "rocksdb", "rest.port", "1")),
                        "faults.yaml",
                        Json.Decimals.STRING,
                        "my-rules.yaml",
                        "s3://bucket/open-interest",
                        Map.of()));
    }

    @Test
    void aVenueIsAsTheFileSaysAndOtherwiseAsTheJarSays() throws IOException {
        JobConfiguration configuration = configuration("""
                venues:
                  bybit-linear:
                    enabled: false
                    rest-url: http://localhost:1234/proxy
                    ws-url: ws://localhost:1235
                    poll-interval: 30s
                    max-age: 1h
                    symbols: [BTCUSDT, 1000PEPEUSDT]
                    transport: websocket
                  deribit:
                    symbols: [BTC-PERPETUAL]
                """);

        assertThat(configuration.venues().get("bybit-linear"))
                .isEqualTo(new JobConfiguration.Venue(
                        false,
                        URI.create("http://localhost:1234/proxy"),
                        URI.create("ws://localhost:1235"),
                        Duration.ofSeconds(30),
                        Duration.ofHours(1),
                        List.of("BTCUSDT", "1000PEPEUSDT"),
                        Map.of("transport", "websocket")));
        assertThat(configuration.venues().get("deribit").symbols()).containsExactly("BTC-PERPETUAL");
        assertThat(configuration.enabledVenues()).contains("deribit", "okx").doesNotContain("bybit-linear");
    }

    @Test
    void argumentsOverrideTheFile() throws IOException {
        JobConfiguration configuration = configuration(
                "lateness: 1s",
                "--set",
                "lateness=3s",
                "--set=replay.paths=[x.jsonl, y]",
                "--set",
                "venues.some-venue.max-age=2m",
                "--set",
                "rates.eur=1.1",
                "--set",
                "rates.btc=60000");

        assertThat(configuration.lateness()).isEqualTo(Duration.ofSeconds(3));
        assertThat(configuration.replay().paths()).containsExactly("x.jsonl", "y");
        assertThat(LiveVenues.maxAges(configuration)).containsEntry("some-venue", Duration.ofMinutes(2));
        assertThat(configuration.rates()).containsOnlyKeys("btc", "eur");
    }

    @Test
    void valuesOfSlowVenuesCountLonger() throws IOException {
        JobConfiguration configuration =
                configuration("", "--set", "venues.cme.enabled=true", "--set", "venues.okx.max-age=1m");

        assertThat(LiveVenues.maxAges(configuration))
                .containsAllEntriesOf(Map.of(
                        "binance-options", Duration.ofMinutes(10),
                        "cme", Duration.ofHours(96),
                        "okx", Duration.ofMinutes(1)));
    }

    @Test
    void whatWasConfiguredIsShownWithoutSecrets() throws IOException {
        JobConfiguration configuration =
                configuration("venues: {okx: {rest-url: 'http://user:secret@proxy:8080/okx'}}", "--set", "lateness=3s");

        assertThat(configuration.given())
                .containsEntry("venues.okx.rest-url", "http://proxy:8080/okx")
                .containsEntry("lateness", "3s");
    }

    @Test
    void noClientPropertyIsEverShown() throws IOException {
        JobConfiguration configuration = configuration(
                """
                kafka:
                  properties:
                    sasl.jaas.config: org.apache.Login required username="me" password="hunter2";
                    sasl: {mechanism: "${env:PATH}"}
                """, "--set", "flink.s3.secret-key=hunter2", "--set", "venues.okx.rest-url=https://me:hunter2@p/okx");

        assertThat(configuration.kafka().properties())
                .containsEntry("sasl.mechanism", System.getenv("PATH"))
                .extractingByKey("sasl.jaas.config")
                .asString()
                .endsWith("password=\"hunter2\";");
        assertThat(configuration.given())
                .containsEntry("kafka.properties.sasl.jaas.config", "(not shown)")
                .containsEntry("kafka.properties.sasl.mechanism", "(not shown)")
                .containsEntry("flink.s3.secret-key", "(not shown)")
                .containsEntry("venues.okx.rest-url", "https://p/okx");
    }

    @Test
    void theLongestTopicPrefixMakesATransactionalIdPrefixThatIsAllowed() throws IOException {
        String longest = "x".repeat(200);

        assertThat(configuration("stages: analyze\nkafka: {topic-prefix: " + longest + "}")
                        .kafka()
                        .transactionalIdPrefix())
                .isEqualTo(longest + "analyze-kafka");
    }

    @Test
    void analyzeReadsTheObservationsTopic() throws IOException {
        assertThat(configuration("", "--set", "stages=analyze").source()).isEqualTo(SourceKind.KAFKA);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            lateness=10 secs                | lateness is "10 secs", allowed is a duration such as 500ms, 60s, 5m, 96h or 7d of at most 1h.
            lateness=                       | lateness is empty, allowed is a duration such as 500ms, 60s, 5m, 96h or 7d of at most 1h.
            lateness=-1s                    | lateness is "-1s", allowed is a duration such as 500ms, 60s, 5m, 96h or 7d of at most 1h.
            checkpoint-interval=1ms         | checkpoint-interval is "1ms", allowed is a duration such as 500ms, 60s, 5m, 96h or 7d of at least 100ms and at most 5m.
            source=file                     | source is "file", allowed is live, auto, simulated, replay, kafka.
            source=[live]                   | source is "["live"]", allowed is live, auto, simulated, replay, kafka.
            source=replay                   | replay.paths is empty, allowed is a list of files or folders of *.jsonl or *.jsonl.gz with source replay.
            replay.paths=[]                 | replay.paths is "[]", allowed is a list such as [a, b].
            asset-classes=[crypto, metal]   | asset-classes is "["crypto","metal"]", allowed is a list of crypto, equity, commodity, fx, index, other.
            kafka=localhost                 | kafka is "localhost", allowed is a group of keys.
            kafka.partitions=0              | kafka.partitions is "0", allowed is a whole number from 1 to 1000.
            kafka.partitions=four           | kafka.partitions is "four", allowed is a whole number from 1 to 1000.
            kafka.delivery-guarantee=none   | kafka.delivery-guarantee is "none", allowed is exactly-once, at-least-once.
            kafka.topic-prefix=a b          | kafka.topic-prefix is "a b", allowed is at most 200 letters, digits, dots, hyphens and underscores.
            kafka.bootstrap-server=b:1      | There is no key kafka.bootstrap-server (set to "b:1"), perhaps kafka.bootstrap-servers is meant; allowed is kafka.topic-prefix, kafka.bootstrap-servers, kafka.transactional-id-prefix, kafka.delivery-guarantee, kafka.partitions, kafka.replication-factor, kafka.retention, kafka.properties.
            kafka.bootstrap-servers=b       | kafka.bootstrap-servers is "b", allowed is host:port of a broker, several with commas.
            kafka.bootstrap-servers=u:p@b:1 | kafka.bootstrap-servers is "b:1", allowed is host:port of a broker, several with commas.
            kafka.bootstrap-servers=b:65536 | kafka.bootstrap-servers is "b:65536", allowed is host:port of a broker, several with commas.
            kafka.bootstrap-servers=b:0     | kafka.bootstrap-servers is "b:0", allowed is host:port of a broker, several with commas.
            kafka.transactional-id-prefix=é | kafka.transactional-id-prefix is "é", allowed is at most 250 letters, digits, dots, hyphens and underscores.
            kafka.retention=1ms             | kafka.retention is "1ms", allowed is a duration such as 500ms, 60s, 5m, 96h or 7d of at least 60s and at most 36500d.
            kafka.properties.acks2=all      | There is no key kafka.properties.acks2, perhaps kafka.properties.acks is meant; allowed are the properties of Kafka's clients.
            kafka.properties.group.id=x     | kafka.properties.group.id is set by the job itself.
            kafka.properties.ssl.key.password=${env:NO_SUCH_NAME} | kafka.properties.ssl.key.password names the environment variable NO_SUCH_NAME, which is not set.
            kafka.properties.acks=[all]     | kafka.properties.acks has no value, allowed is a text.
            kafka.properties=x              | kafka.properties is "x", allowed is a group of keys.
            local.port=1                    | There is no key local.port (set to "1"), allowed is local.dashboard-port, local.kafka-port, local.data.
            checkpoint-interval=10m         | checkpoint-interval is "10m", allowed is a duration such as 500ms, 60s, 5m, 96h or 7d of at least 100ms and at most 5m.
            lateness=3650d                  | lateness is "3650d", allowed is a duration such as 500ms, 60s, 5m, 96h or 7d of at most 1h.
            allowed-lateness=3650d          | allowed-lateness is "3650d", allowed is a duration such as 500ms, 60s, 5m, 96h or 7d of at most 7d.
            rates.USDT=0.99                 | There is no key rates.USDT, perhaps rates.usdt is meant; allowed are assets in lower case.
            rates.eur=0                     | rates.eur is "0", allowed is a number above 0.
            rates.eur=NaN                   | rates.eur is "NaN", allowed is a number above 0.
            venues.okx.enabled=maybe        | venues.okx.enabled is "maybe", allowed is true or false.
            venues.okx.rest-url=okx.com     | venues.okx.rest-url is "okx.com", allowed is an address that begins with https:// or http:// and has neither query nor fragment.
            venues.okx.api-key=hunter2      | There is no key venues.okx.api-key (set to a value not shown here, secrets belong in environment variables), allowed is venues.okx.symbols, venues.okx.enabled, venues.okx.rest-url, venues.okx.ws-url, venues.okx.poll-interval, venues.okx.max-age, venues.okx.transport.
            venues.okx.transport=telex      | venues.okx.transport is "telex", allowed is rest, websocket.
            venues.binance-options.stream=x | venues.binance-options.stream is "x", allowed is openInterest, optionOpenInterest.
            venues.bitfinex.transport=rest  | There is no key venues.bitfinex.transport (set to "rest"), allowed is venues.bitfinex.symbols, venues.bitfinex.enabled, venues.bitfinex.rest-url, venues.bitfinex.ws-url, venues.bitfinex.poll-interval, venues.bitfinex.max-age.
            conventions=no-such.yaml        | conventions no-such.yaml does not exist, allowed is a YAML file.
            venues.okx=5m                   | venues.okx is "5m", allowed is a group of keys.
            json.decimals=text              | json.decimals is "text", allowed is number, string.
            rates.=1                        | --set rates. is no key, allowed is path.to.key=value.
            rates.a b=1                     | There is no key rates.a b, allowed are assets.
            flink.=x                        | --set flink. is no key, allowed is path.to.key=value.
            kafka..partitions=3             | --set kafka..partitions is no key, allowed is path.to.key=value.
            replay.paths=[s3cret            | --set replay.paths has no readable value, allowed is a plain value or a list as [a, b], text that begins with * in quotes.
            kafka.partitions={a: 1}         | kafka.partitions is "{"a":1}", allowed is a whole number from 1 to 1000.
            lateness.x=1                    | lateness is "{"x":1}", allowed is a duration such as 500ms, 60s, 5m, 96h or 7d of at most 1h.
            parallelism=1.5                 | parallelism is "1.5", allowed is a whole number from 1 to 576.
            source=LIVE                     | source is "LIVE", allowed is live, auto, simulated, replay, kafka.
            source=null                     | source is empty, allowed is live, auto, simulated, replay, kafka.
            venues.okx.symbols=[,]          | --set venues.okx.symbols has no readable value, allowed is a plain value or a list as [a, b], text that begins with * in quotes.
            venues.okx.symbols=[*USDT]      | --set venues.okx.symbols has no readable value, allowed is a plain value or a list as [a, b], text that begins with * in quotes.
            venues.okx.rest-url=https:///x  | venues.okx.rest-url is "https:///x", allowed is an address that begins with https:// or http:// and has neither query nor fragment.
            venues.okx.rest-url=http://h:0  | venues.okx.rest-url is "http://h:0", allowed is an address that begins with https:// or http:// and has neither query nor fragment.
            venues.okx.ws-url=ws://h:65536  | venues.okx.ws-url is "ws://h:65536", allowed is an address that begins with wss:// or ws:// and has neither query nor fragment.
            venues.okx.rest-url=http://h/?a | venues.okx.rest-url is "http://h/?...", allowed is an address that begins with https:// or http:// and has neither query nor fragment.
            venues.okx.rest-url=http://h/#a | venues.okx.rest-url is "http://h/#a", allowed is an address that begins with https:// or http:// and has neither query nor fragment.
            venues.okx.max-age=0s           | venues.okx.max-age is "0s", allowed is a duration such as 500ms, 60s, 5m, 96h or 7d of at least 1ms and at most 366d.
            flink=[a]                       | flink is "["a"]", allowed is a group of keys.
            kafka.properties.security.protocol=TLS | kafka.properties.security.protocol can't be used, allowed is (case insensitive) [SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT].
            lateness                        | --set lateness has no value, allowed is path.to.key=value.
            kafka.properties.ssl.key.password:hunter2  | --set (not shown) has no value, allowed is path.to.key=value.
            kafka.properties.ssl.key.password=[hunter2 | --set kafka.properties.ssl.key.password has no readable value, allowed is a plain value or a list as [a, b], text that begins with * in quotes.
            'late\tness'                     | --set late ness has no value, allowed is path.to.key=value.
            """)
    void aMistakeIsToldInOneSentence(String override, String sentence) {
        assertThatThrownBy(() -> configuration("", "--set", override))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(sentence);
    }

    @Test
    void whatIsHugeIsToldShort() {
        assertThatThrownBy(() -> configuration("", "--set", "lateness=" + "9".repeat(1_000_000)))
                .hasMessageStartingWith("lateness is \"(1000000 characters)\", allowed is a duration");
        assertThatThrownBy(() -> configuration("", "--set", "flink." + "a.".repeat(20_000) + "b=1"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("--set (40007 characters) is no key, allowed is path.to.key=value.");
        assertThatThrownBy(() -> configuration("", "--set", "x".repeat(1_000_000) + "=1"))
                .hasMessage("There is no key ...");
        assertThatThrownBy(() -> configuration("", "--set", "replay.paths=" + "[".repeat(100_000)))
                .hasMessageStartingWith("--set replay.paths has no readable value");
        assertThatThrownBy(() -> configuration("a: " + "{a: ".repeat(5000)))
                .hasMessageContaining("nesting depth")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> arguments("--conf", "/dev/zero").configuration(SourceKind.LIVE))
                .hasMessage("--conf /dev/zero is larger than 16777216 bytes, allowed is a YAML file.");
    }

    @Test
    void stagesAndSourceMustFit() {
        assertThatThrownBy(() -> configuration("{stages: analyze, source: live}"))
                .hasMessage(
                        "source is \"live\", allowed is kafka with stages analyze, which reads the observations topic.");
        assertThatThrownBy(() -> configuration("{stages: ingest, source: kafka}"))
                .hasMessageStartingWith(
                        "source is \"kafka\", allowed is live, auto, simulated, replay with stages ingest");
    }

    @Test
    void anUnreadableFileIsToldInOneSentence() throws IOException {
        assertThatThrownBy(() -> arguments("--conf", "no-such-file.yaml").configuration(SourceKind.LIVE))
                .hasMessage("--conf no-such-file.yaml does not exist, allowed is a YAML file.");
        assertThatThrownBy(() -> arguments("--conf", folder.toString()).configuration(SourceKind.LIVE))
                .hasMessage("--conf " + folder + " can't be read, allowed is a YAML file.");
        assertThatThrownBy(() -> configuration("lateness: 1s\nkafka: [\n"))
                .hasMessageStartingWith(folder.resolve("test.yaml") + " is not readable as YAML: ")
                .hasMessageContaining("at line ")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> configuration("lateness: 1s\nlateness: 2s\n")).hasMessageContaining("lateness");
        assertThatThrownBy(() -> configuration("kafka:\n  topic-prefix: *p\n"))
                .hasMessage(folder.resolve("test.yaml")
                        + " is not readable as YAML: text that begins with * and has no quotes at line 2.");
        assertThatThrownBy(() -> configuration("- a\n- b\n"))
                .hasMessage(folder.resolve("test.yaml") + " is no configuration, allowed is YAML of keys and values.");
    }

    @Test
    void anUnknownArgumentIsToldInOneSentence() {
        assertThatThrownBy(() -> arguments("--config", "x"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--config")
                .hasMessageEndingWith("allowed is --conf, --set, --help, --version.");
        assertThatThrownBy(() -> arguments("--conf"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--conf");
    }

    @Test
    void helpAndVersionAreAllThereIsToDo() {
        assertThat(new Arguments().parse("--help")).isFalse();
        assertThat(new Arguments().parse("--version")).isFalse();
    }

    @Test
    void namesOfOthersMayBeginOneAnother() throws IOException {
        Map<String, String> both = Map.of("state.backend", "rocksdb", "state.backend.incremental", "true");

        assertThat(configuration(
                                "",
                                "--set",
                                "flink.state.backend=rocksdb",
                                "--set",
                                "flink.state.backend.incremental=true")
                        .local()
                        .flink())
                .isEqualTo(both);
        assertThat(configuration(
                                "flink: {state: {backend: {incremental: true}}}",
                                "--set",
                                "flink.state.backend=rocksdb")
                        .local()
                        .flink())
                .isEqualTo(both);
    }

    @Test
    void anArgumentOverridesANameHoweverTheFileWritesIt() throws IOException {
        String yaml = """
                kafka:
                  properties:
                    sasl:
                      mechanism: PLAIN
                    sasl.jaas.config: old
                """;

        assertThat(configuration(yaml, "--set", "kafka.properties.sasl.jaas.config=new")
                        .kafka()
                        .properties())
                .isEqualTo(Map.of("sasl.mechanism", "PLAIN", "sasl.jaas.config", "new"));
        assertThatThrownBy(() -> configuration(yaml + "    sasl.mechanism: GSSAPI\n"))
                .hasMessage("kafka.properties.sasl.mechanism is there twice, allowed is once.");
    }

    @Test
    void aVenueThatTheFileOnlyNamesKeepsItsDefaults() throws IOException {
        assertThat(configuration("venues:\n  okx:\n  # poll-interval: 30s\n").enabledVenues())
                .contains("okx")
                .isEqualTo(configuration("").enabledVenues());
    }

    @Test
    void aTransactionLastsFromOneCheckpointToTheEndOfTheNext() throws IOException {
        String timeout = "kafka.properties.transaction.timeout.ms=300000";
        assertThat(configuration("", "--set", timeout, "--set", "checkpoint-interval=1m")
                        .kafka()
                        .properties())
                .hasSize(1);
        assertThatThrownBy(() -> configuration("", "--set", timeout, "--set", "checkpoint-interval=5m"))
                .hasMessage("kafka.properties.transaction.timeout.ms can't be used, allowed is at least 540000.");
    }

    private JobConfiguration configuration(String yaml, String... args) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "--conf", Files.writeString(folder.resolve("test.yaml"), yaml).toString()));
        all.addAll(List.of(args));
        return arguments(all.toArray(String[]::new)).configuration(SourceKind.LIVE);
    }

    private static Arguments arguments(String... args) {
        Arguments arguments = new Arguments();
        assertThat(arguments.parse(args)).isTrue();
        return arguments;
    }
}
