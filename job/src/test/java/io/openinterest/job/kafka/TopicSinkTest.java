package io.openinterest.job.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.observation.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicSinkTest {

    private static final Instant TIME = Instant.parse("2026-03-01T07:00:00Z");

    private final TopicSink.Serializer serializer = new TopicSink.Serializer("p.", Json.Decimals.NUMBER, 1000);

    @ParameterizedTest
    @CsvSource({
        "acks=1, Must set acks to all",
        "retries=0, Must set retries to non-zero",
        "max.in.flight.requests.per.connection=6, 'To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5'",
        "delivery.timeout.ms=1, delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms",
        "partitioner.class=no.Such, Invalid value (not shown)",
        "interceptor.classes=no.Such, Class (not shown) cannot be found",
        "metric.reporters=no.Such, Class (not shown) cannot be found",
    })
    void whatOnlyAProducerFindsFaultWithIsToldBeforeTheJobStarts(String property, String told) {
        Arguments arguments = new Arguments();
        arguments.set("kafka.bootstrap-servers", "localhost:1");
        arguments.set("kafka.properties." + property.split("=")[0], property.split("=")[1]);
        JobConfiguration configuration = arguments.configuration(SourceKind.LIVE);

        assertThatThrownBy(() -> TopicSink.requireUsable(configuration.kafka()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("kafka.properties can't be used: " + told);
    }

    /** Refused by Kafka where a call may not take as long as one request. */
    @Test
    void requestsMayTakeLongerThanAStartWaits() {
        Arguments arguments = new Arguments();
        arguments.set("kafka.bootstrap-servers", "localhost:1");
        arguments.set("kafka.properties.request.timeout.ms", " 60000");
        JobConfiguration.Kafka kafka = arguments.configuration(SourceKind.LIVE).kafka();

        KafkaClients.admin(kafka).close(Duration.ZERO);
        KafkaClients.reader(kafka).close();
    }

    @Test
    void aRecordGoesToItsTopicUnderItsKeyAndTime() {
        ProducerRecord<byte[], byte[]> record = written("expiry.1m", TIME, "x".repeat(994));

        assertThat(record.topic()).isEqualTo("p.expiry.1m");
        assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo("a-key.");
        assertThat(record.timestamp()).isEqualTo(TIME.toEpochMilli());
        assertThat(record.value()).hasSize(994);
    }

    @Test
    void whatKafkaWouldRefuseForItsSizeIsInQuarantine() throws Exception {
        ProducerRecord<byte[], byte[]> record = written("expiry.1m", TIME, "é".repeat(3000));

        assertThat(record.topic()).isEqualTo("p.quarantine");
        assertThat(record.timestamp()).isZero();
        JsonNode value = new ObjectMapper().readTree(record.value());
        assertThat(value.path("reason").asText()).isEqualTo("bad-record");
        assertThat(value.path("detail").asText())
                .isEqualTo("For topic expiry.1m, key a-key.: the record has 6000 bytes, more than Kafka takes in one"
                        + " request.");
        assertThat(value.path("raw").asText()).startsWith("éé").hasSize(2048);
    }

    @Test
    void whatKafkaWouldRefuseForItsTimeIsInQuarantine() {
        assertThat(written("asset.1m", Instant.parse("1969-12-31T23:59:59.999Z"), "{}")
                        .topic())
                .isEqualTo("p.quarantine");
    }

    private ProducerRecord<byte[], byte[]> written(String topic, Instant time, String value) {
        return serializer.serialize(
                new TopicRecord(
                        topic,
                        null,
                        "a-key.".getBytes(StandardCharsets.UTF_8),
                        time,
                        value.getBytes(StandardCharsets.UTF_8)),
                null,
                null);
    }
}
