package io.openinterest.job.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Any file and any arguments are a configuration or a mistake that is told in one sentence. */
class ConfigurationFuzzIT {

    private static final List<String> KEYS = List.of(
            "source",
            "stages",
            "replay.paths",
            "replay.out-of-orderness",
            "lateness",
            "allowed-lateness",
            "asset-classes",
            "rates.eur",
            "conventions",
            "metrics.regime.price-band",
            "kafka.topic-prefix",
            "kafka.bootstrap-servers",
            "kafka.partitions",
            "kafka.replication-factor",
            "kafka.retention",
            "kafka.delivery-guarantee",
            "kafka.transactional-id-prefix",
            "kafka.properties",
            "kafka.properties.linger.ms",
            "kafka.properties.max.request.size",
            "kafka.properties.sasl.jaas.config",
            "checkpoint-interval",
            "parallelism",
            "local.kafka-port",
            "flink.taskmanager.memory.network.max",
            "json.decimals",
            "export.parquet",
            "alerts.rules",
            "simulator.faults",
            "venues",
            "venues.okx",
            "venues.okx.enabled",
            "venues.okx.symbols",
            "venues.okx.poll-interval",
            "venues.bybit-linear.rest-url",
            "venues.bybit-linear.transport",
            "venues.cme.enabled",
            "venues.cme.files",
            "venues.ftx.enabled",
            "venues.nobody.enabled");

    private static final List<String> VALUES = List.of(
            "true",
            "all",
            "[a, b]",
            "{}",
            "[]",
            "null",
            "''",
            "replay",
            "kafka",
            "live",
            "analyze",
            "5m",
            "999999999d",
            "0ms",
            "1",
            "-1",
            "1e999999999",
            "0x7fffffffffffffff",
            ".nan",
            "2026-01-01",
            "localhost:9092",
            "https://user:password@host?key=secret",
            "wss://",
            "crypto",
            "string",
            "exactly-once",
            "websocket",
            "conf/conventions.yaml",
            "\"\\0\"",
            "${env:NOBODY}",
            "&a [*a]",
            "!!java.net.URL [x]",
            "<<: *b",
            "{a: {b: [c]}}");

    private static Path file;

    @BeforeAll
    static void create() throws IOException {
        file = Files.createTempFile("configuration", ".yaml");
    }

    @AfterAll
    static void delete() throws IOException {
        Files.delete(file);
    }

    @FuzzTest(maxDuration = "5s")
    void anyFileAndArgumentsAreAConfigurationOrASentence(FuzzedDataProvider data) throws IOException {
        SourceKind kind = data.pickValue(SourceKind.values());
        Files.write(file, data.consumeBoolean() ? file(data) : data.consumeBytes(500));
        List<String> given = new ArrayList<>(List.of("--conf", file.toString()));
        while (data.remainingBytes() > 0) {
            given.addAll(List.of("--set", argument(data)));
        }
        try {
            read(kind, given);
        } catch (ConfigurationException e) {
            assertThat(e.getMessage())
                    .as("one sentence without a secret")
                    .matches("[^\n\r]+\\.")
                    .doesNotContain("user:password", "key=secret");
        }
    }

    private static void read(SourceKind kind, List<String> given) {
        Arguments arguments = new Arguments();
        if (arguments.parse(given.toArray(String[]::new))) {
            JobConfiguration configuration = arguments.configuration(kind);
            if (configuration.isLive()) {
                assertThat(LiveVenues.of(configuration)).isNotEmpty();
            }
        }
    }

    private static byte[] file(FuzzedDataProvider data) {
        StringBuilder text = new StringBuilder();
        for (int lines = data.consumeInt(0, 6); lines > 0; lines--) {
            String[] levels = data.pickValue(KEYS).split("\\.");
            for (int i = 0; i < levels.length; i++) {
                text.append(" ".repeat(i)).append(levels[i]).append(i < levels.length - 1 ? ":\n" : ": ");
            }
            text.append(value(data)).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String argument(FuzzedDataProvider data) {
        return data.consumeBoolean() ? data.pickValue(KEYS) + "=" + value(data) : data.consumeString(60);
    }

    private static String value(FuzzedDataProvider data) {
        return data.consumeBoolean() ? data.pickValue(VALUES) : data.consumeString(30);
    }
}
