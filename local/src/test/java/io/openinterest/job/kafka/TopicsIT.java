package io.openinterest.job.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.Guarantee;
import io.openinterest.local.EmbeddedBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TopicsIT {

    private static EmbeddedBroker broker;
    private static Admin admin;

    @BeforeAll
    static void startBroker() throws IOException {
        broker = EmbeddedBroker.start();
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    @AfterAll
    static void stopBroker() throws IOException {
        admin.close();
        broker.close();
    }

    @Test
    void everyTopicOfTheContractHasItsName() {
        assertThat(Topics.all())
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                Stream.of("observations", "evidence", "quarantine", "alerts", "alert-rules"),
                                Stream.of("1m", "5m", "15m")
                                        .flatMap(interval -> Stream.of(
                                                        "market",
                                                        "exchange-asset",
                                                        "asset",
                                                        "exchange",
                                                        "pair",
                                                        "total",
                                                        "expiry",
                                                        "metrics")
                                                .map(topic -> topic + "." + interval)))
                        .toList());
    }

    @Test
    void missingTopicsAreCreatedAsConfigured() throws Exception {
        int partitions = Topics.create(kafka(broker.bootstrapServers(), "created.", 3, 1));

        assertThat(partitions).isEqualTo(3);
        Map<String, TopicDescription> topics =
                describe(Topics.all().stream().map(topic -> "created." + topic).toList());
        assertThat(topics.values())
                .hasSize(29)
                .allSatisfy(topic -> assertThat(topic.partitions())
                        .hasSize(3)
                        .allSatisfy(
                                partition -> assertThat(partition.replicas()).hasSize(1)));
        assertThat(config("created.market.5m").get("retention.ms").value()).isEqualTo("43200000");
        assertThat(config("created.market.5m").get("cleanup.policy").value()).isEqualTo("delete");
        assertThat(config("created.alert-rules").get("cleanup.policy").value()).isEqualTo("compact");
    }

    @Test
    void existingTopicsAreLeftAlone() throws Exception {
        admin.createTopics(List.of(
                        new NewTopic("kept.observations", 2, (short) 1).configs(Map.of("retention.ms", "60000"))))
                .all()
                .get();

        assertThat(Topics.create(kafka(broker.bootstrapServers(), "kept.", 3, 1)))
                .isEqualTo(2);
        assertThat(Topics.create(kafka(broker.bootstrapServers(), "kept.", 5, 1)))
                .isEqualTo(2);

        assertThat(config("kept.observations").get("retention.ms").value()).isEqualTo("60000");
        assertThat(describe(List.of("kept.total.1m")).get("kept.total.1m").partitions())
                .hasSize(3);
    }

    @Test
    void whatTheBrokerRefusesIsToldInOneSentence() {
        assertThatThrownBy(() -> Topics.create(kafka(broker.bootstrapServers(), "refused.", 1, 2)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("kafka.replication-factor is 2, allowed is at most the number of brokers: ");
    }

    @Test
    void aBrokerThatDoesNotAnswerIsNamed() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String servers = "localhost:" + silent.getLocalPort();

            assertThatThrownBy(() -> Topics.create(kafka(servers, "any.", 1, 1)))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage("kafka.bootstrap-servers is \"" + servers
                            + "\", but no broker answered there within 10 s.");
        }
    }

    @Test
    void aBrokerThatCannotBeAnAddressIsNamed() {
        for (String servers : List.of("broker", "no-such-host.invalid:9092")) {
            assertThatThrownBy(() -> Topics.create(kafka(servers, "any.", 1, 1)))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage("kafka.bootstrap-servers is \"" + servers
                            + "\", allowed is host:port of a broker, several with commas.");
        }
    }

    private static JobConfiguration.Kafka kafka(String servers, String prefix, int partitions, int replication) {
        return new JobConfiguration.Kafka(
                servers,
                prefix,
                prefix + "all-live",
                Guarantee.EXACTLY_ONCE,
                partitions,
                (short) replication,
                Duration.ofHours(12),
                Map.of());
    }

    private static Map<String, TopicDescription> describe(List<String> topics) throws Exception {
        return admin.describeTopics(topics).allTopicNames().get();
    }

    private static Config config(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return admin.describeConfigs(List.of(resource)).all().get().get(resource);
    }
}
