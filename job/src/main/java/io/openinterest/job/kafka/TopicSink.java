package io.openinterest.job.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.Guarantee;
import io.openinterest.observation.Json;
import io.openinterest.observation.Quarantined;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The one sink of the job. Because it serves every topic, a checkpoint is one transaction per subtask over all of them:
 * a reader never sees totals of a boundary without its markets for longer than a commit takes, and there are not some
 * thirty producers per subtask.
 */
public final class TopicSink {

    /**
     * Longer than a checkpoint plus a recovery, because an open transaction is lost with it, and shorter than the 15
     * minutes that brokers allow. Readers of committed records wait at most this long for a job that never came back.
     */
    static final Duration TRANSACTION_TIMEOUT = Duration.ofMinutes(10);

    /** Kafka's own, where the user sets none. */
    private static final int MAX_REQUEST = 1 << 20;

    /** As much as a quarantine record keeps. */
    private static final int MAX_RAW = 4096;

    /** More than a batch and a record need besides key, value and headers. */
    private static final int OVERHEAD = 512;

    private TopicSink() {}

    /**
     * A sink that writes as configured.
     *
     * @param transactionalIdPrefix of this run
     */
    public static Sink<TopicRecord> of(JobConfiguration configuration, String transactionalIdPrefix) {
        JobConfiguration.Kafka kafka = configuration.kafka();
        return new LastingSink(KafkaSink.<TopicRecord>builder()
                .setKafkaProducerConfig(properties(kafka))
                .setRecordSerializer(new Serializer(kafka.topicPrefix(), configuration.decimals(), maxRecord(kafka)))
                .setDeliveryGuarantee(
                        kafka.deliveryGuarantee() == Guarantee.EXACTLY_ONCE
                                ? DeliveryGuarantee.EXACTLY_ONCE
                                : DeliveryGuarantee.AT_LEAST_ONCE)
                // Names that are never used again: after a rescale every transaction left open is found by its name and
                // aborted, where a pool of names leaves some to their timeout, and readers waiting.
                .setTransactionNamingStrategy(TransactionNamingStrategy.INCREMENTING)
                .setTransactionalIdPrefix(transactionalIdPrefix)
                .build());
    }

    /**
     * Makes a producer as the sink does, for what only producers find fault with; it would stop the job again and again.
     *
     * @throws ConfigurationException when that can't be done
     */
    public static void requireUsable(JobConfiguration.Kafka kafka) {
        Properties properties = properties(kafka);
        if (kafka.deliveryGuarantee() == Guarantee.EXACTLY_ONCE) {
            properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, kafka.transactionalIdPrefix());
            properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        }
        try {
            new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer()).close(Duration.ZERO);
        } catch (KafkaException e) {
            throw KafkaClients.unusable(kafka, e);
        }
    }

    private static Properties properties(JobConfiguration.Kafka kafka) {
        Properties properties = new Properties();
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Long.toString(TRANSACTION_TIMEOUT.toMillis()));
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, "20");
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, "131072");
        properties.putAll(KafkaClients.properties(kafka));
        return properties;
    }

    /** Tells who reads the topic again that these were judged already. */
    private static final List<Header> ACCEPTED =
            List.of(new RecordHeader(ObservationsTopic.ACCEPTED_HEADER, new byte[0]));

    private static int maxRecord(JobConfiguration.Kafka kafka) {
        String set = kafka.properties().get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
        try {
            return (set == null ? MAX_REQUEST : Integer.parseInt(set.strip())) - OVERHEAD;
        } catch (NumberFormatException e) {
            throw new ConfigurationException(
                    "kafka.properties." + ProducerConfig.MAX_REQUEST_SIZE_CONFIG + " is no number of bytes.");
        }
    }

    /**
     * Makes a producer's record of a topic's. It is the last place where a record can be told from the others: what Kafka
     * would refuse fails the job, and again after each restart, so it is in quarantine instead.
     *
     * @param prefix of the topics
     * @param maxRecord bytes of key and value together
     */
    record Serializer(String prefix, Json.Decimals decimals, int maxRecord)
            implements KafkaRecordSerializationSchema<TopicRecord>, KafkaDatasetFacetProvider {

        @Override
        public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
            return Optional.of(new TopicLineage(
                    Topics.written().stream().map(topic -> prefix + topic).toList()));
        }

        @Override
        public ProducerRecord<byte[], byte[]> serialize(TopicRecord record, KafkaSinkContext context, Long timestamp) {
            if (record.key().length + record.value().length > maxRecord) {
                return refused(
                        record,
                        "the record has " + record.value().length + " bytes, more than Kafka takes in one request");
            }
            if (record.time() != null && record.time().toEpochMilli() < 0) {
                return refused(record, "the record's time is before 1970, which Kafka takes for none");
            }
            return producerRecord(record);
        }

        private ProducerRecord<byte[], byte[]> producerRecord(TopicRecord record) {
            return new ProducerRecord<>(
                    prefix + record.topic(),
                    record.partition(),
                    record.time() == null ? 0 : record.time().toEpochMilli(),
                    record.key(),
                    record.value(),
                    record.topic().equals(Topics.OBSERVATIONS) ? ACCEPTED : null);
        }

        private ProducerRecord<byte[], byte[]> refused(TopicRecord record, String why) {
            String raw =
                    new String(record.value(), 0, Math.min(record.value().length, MAX_RAW), StandardCharsets.UTF_8);
            Quarantined quarantined = new Quarantined(
                    null,
                    "",
                    null,
                    null,
                    Quarantined.Reason.BAD_RECORD,
                    "For topic " + record.topic() + ", key " + record.keyText() + ": " + why + ".",
                    raw);
            try {
                byte[] value = Json.mapper(decimals).writeValueAsBytes(quarantined);
                return producerRecord(new TopicRecord(Topics.QUARANTINE, null, new byte[0], null, value));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a quarantine record can't be written", e);
            }
        }
    }
}
