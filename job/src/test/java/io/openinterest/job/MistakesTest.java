package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a user gets wrong is told before anything starts: in one line that names where it stands. */
class MistakesTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "source=",
                "source=Live",
                "source=[live, replay]",
                "source={a: b}",
                "stages=none",
                "stages=null",
                "replay.paths=nothere",
                "replay.paths=[nothere.jsonl]",
                "replay.paths=[]",
                "replay.paths={a: b}",
                "replay.out-of-orderness=-5s",
                "replay.out-of-orderness=36500d",
                "lateness=2",
                "lateness=2sec",
                "lateness=99999999999s",
                "lateness=3650d",
                "allowed-lateness=3650d",
                "allowed-lateness=one hour",
                "history-wait=1y",
                "asset-classes=[]",
                "asset-classes=[coins]",
                "rates.usdt=abc",
                "rates.usdt=0",
                "rates.usdt=-1",
                "rates.usdt=1e999999999",
                "rates.USDT=0.99",
                "rates.usdt=[1]",
                "metrics.regime.price-band=-1",
                "metrics.regime.band=1",
                "metrics=1",
                "kafka.bootstrap-servers=localhost",
                "kafka.bootstrap-servers=localhost:port",
                "kafka.bootstrap-servers=user:hunter2@localhost:9092",
                "kafka.bootstrap-servers=",
                "kafka.topic-prefix=",
                "kafka.topic-prefix=a/b",
                "kafka.delivery-guarantee=maybe",
                "kafka.partitions=0",
                "kafka.partitions=1001",
                "kafka.partitions=1.5",
                "kafka.replication-factor=-1",
                "kafka.retention=1ms",
                "kafka.retention=forever",
                "kafka.transactional-id-prefix=a b",
                "kafka.properties=SASL",
                "kafka.properties.sasl.jaas=x",
                "kafka.properties.isolation.level=read_uncommitted",
                "kafka.properties.sasl.jaas.config=${env:NOT_SET_ANYWHERE}",
                "kafka.properties.acks=hunter2",
                "kafka.properties.security.protocol=hunter2",
                "kafka.properties.max.request.size=abc",
                "kafka.properties.max.request.size=1",
                "kafka.properties.transaction.timeout.ms=1",
                "kafka.properties.request.timeout.ms=-1",
                "kafka.bootstrap-servers=localhost:9092,",
                "kafka.bootstrap-servers=http://localhost:9092",
                "kafka.bootstrap-servers=[localhost:9092]",
                "kafka..partitions=3",
                "kafka.partitions.=3",
                "kafka={partitions: 3, partitions: 4}",
                "kafka={partitions: ",
                ".kafka=3",
                "conventions=nothere.yaml",
                "conventions=",
                "conventions=/dev/null",
                "conventions=/etc/passwd",
                "rates.usdt=NaN",
                "rates.usdt=1,5",
                "rates={usdt: 1, USDT: 2}",
                "checkpoint-interval=5m1s",
                "checkpoint-interval=1.5s",
                "LATENESS=5s",
                " lateness=5s",
                "lateness==5s",
                "lateness=!!java.net.URL [http://x]",
                "json.decimals=String",
                "alerts.rules=/dev/null",
                "alerts.rules=[]",
                "checkpoint-interval=0s",
                "checkpoint-interval=10m",
                "parallelism=0",
                "parallelism=577",
                "parallelism=two",
                "local.dashboard-port=0",
                "local.dashboard-port=65536",
                "local.kafka-port=-1",
                "local.port=1",
                "local.data=",
                "flink=x",
                "json.decimals=text",
                "alerts.rules=nothere.yaml",
                "alerts.rule=a",
                "venues.binance.enabled=true",
                "venues.okx.enabled=yes please",
                "venues.okx.rest-url=www.okx.com",
                "venues.okx.ws-url=https://okx.com",
                "venues.okx.ws-url=",
                "venues.okx.rest-url=https://",
                "venues.okx.rest-url=file:///etc/passwd",
                "venues.=x",
                "venues=[]",
                "venues={}",
                "venues.okx.poll-interval=0s",
                "venues.okx.poll-interval=10d",
                "venues.okx.max-age=0s",
                "venues.okx.symbols=[]",
                "venues.okx.stream=xx",
                "venues.okx.transport=telex",
                "venues.bitfinex.transport=websocket",
                "venues.bitfinex.stream=x",
                "venues.ftx.enabled=true",
                "venues.cme.enabled=true",
                "export.parquet=/dev/null",
                "export.parquet=/proc",
                "export.parquet=foo://bucket",
                "venues.okx=on",
                "venus.okx.enabled=false",
                "lateness",
                "=5s",
                "a.b.c.d=1"
            })
    void aWrongKeyOrValueIsNamed(String override) {
        // a wrong path of a replay is looked at where there is a replay
        String[] overrides = override.startsWith("replay.paths")
                ? new String[] {"--set", "source=replay", "--set", override}
                : new String[] {"--set", override};

        assertTold(override.split("[=.]")[0], overrides);
        assertThatThrownBy(() -> check(overrides)).hasMessageNotContaining("hunter2");
    }

    @Test
    void aWrongFileIsNamed() throws IOException {
        write("tabs.yaml", "kafka:\n\tpartitions: 1\n");
        write("twice.yaml", "lateness: 1s\nlateness: 2s\n");
        write("two.yaml", "lateness: 1s\n---\nlateness: 2s\n");
        write("list.yaml", "- lateness: 1s\n");
        write("text.yaml", "just a text");
        Files.write(folder.resolve("binary.yaml"), new byte[] {0, 1, 2, (byte) 0xff, (byte) 0xfe});
        for (String file : List.of("tabs.yaml", "twice.yaml", "two.yaml", "list.yaml", "text.yaml", "binary.yaml")) {
            assertTold(file, "--conf", folder.resolve(file).toString());
        }
        assertTold("--conf", "--conf", folder.toString());
        assertTold("--conf", "--conf", folder.resolve("nothere.yaml").toString());
        assertTold("--conf", "--conf");
        assertTold("--config", "--config", "x");
        assertTold("more", "more");
    }

    @Test
    void aRulesFileThatCannotBeUsedIsNamedWithTheRule() throws IOException {
        write("no-list.yaml", "a: b");
        write("typo.yaml", "- {id: x, level: asset, interval: 5m, metric: value_usd, wraning: 5}");
        write("number.yaml", "- {id: x, level: asset, interval: 5m, metric: value_usd, warning: much}");
        write("level.yaml", "- {id: x, level: coin, interval: 5m, metric: value_usd, warning: 5}");
        for (String file : List.of("no-list.yaml", "typo.yaml", "number.yaml", "level.yaml")) {
            assertTold("alerts.rules", "--set", "alerts.rules=" + folder.resolve(file));
        }
        assertThatThrownBy(() -> check("--set", "alerts.rules=" + folder.resolve("typo.yaml")))
                .hasMessageContaining("There is no key \"wraning\" in a rule.")
                .hasMessageContaining("\"id\":\"x\"");
    }

    @Test
    void whatOnlyAProducerFindsFaultWithIsToldBeforeAnythingStarts() {
        assertTold("kafka.properties", "--set", "kafka.properties.acks=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothere", "/dev/null", "foo://bucket"})
    void filesOfAVenueThatCanNeverBeReadAreToldBeforeAnythingStarts(String files) {
        assertTold("venues.cme.files", "--set", "venues.cme.enabled=true", "--set", "venues.cme.files=" + files);
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content, StandardCharsets.UTF_8);
    }

    private static void assertTold(String named, String... arguments) {
        assertThatThrownBy(() -> check(arguments))
                .isInstanceOf(ConfigurationException.class)
                .satisfies(mistake -> assertThat(mistake.getMessage())
                        .contains(named)
                        .hasLineCount(1)
                        .doesNotContain("com.fasterxml", "java.", "org.yaml", "DeserializationFeature"));
    }

    private static void check(String... command) {
        Arguments arguments = new Arguments();
        arguments.parse(command);
        OpenInterestJob.check(arguments.configuration(SourceKind.LIVE));
    }
}
