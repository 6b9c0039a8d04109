package io.openinterest.job.kafka;

import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.Guarantee;
import io.openinterest.job.config.Section;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

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
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofMinutes(10);

    private TopicSink() {}

    /** A sink that writes as configured. */
    public static KafkaSink<TopicRecord> of(JobConfiguration configuration) {
        JobConfiguration.Kafka kafka = configuration.kafka();
        return KafkaSink.<TopicRecord>builder()
                .setBootstrapServers(kafka.servers())
                .setRecordSerializer(new Serializer(kafka.topicPrefix()))
                .setDeliveryGuarantee(
                        kafka.deliveryGuarantee() == Guarantee.EXACTLY_ONCE
                                ? DeliveryGuarantee.EXACTLY_ONCE
                                : DeliveryGuarantee.AT_LEAST_ONCE)
                // Names that are never used again: after a rescale every transaction left open is found by its name and
                // aborted, where a pool of names leaves some to their timeout, and readers waiting.
                .setTransactionNamingStrategy(TransactionNamingStrategy.INCREMENTING)
                .setTransactionalIdPrefix(kafka.topicPrefix() + Section.text(configuration.stages()))
                .setProperty(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Long.toString(TRANSACTION_TIMEOUT.toMillis()))
                .setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4")
                .setProperty(ProducerConfig.LINGER_MS_CONFIG, "20")
                .setProperty(ProducerConfig.BATCH_SIZE_CONFIG, "131072")
                .build();
    }

    /** Tells who reads the topic again that these were judged already. */
    private static final List<Header> ACCEPTED =
            List.of(new RecordHeader(ObservationsTopic.ACCEPTED_HEADER, new byte[0]));

    private record Serializer(String prefix) implements KafkaRecordSerializationSchema<TopicRecord> {

        @Override
        public ProducerRecord<byte[], byte[]> serialize(TopicRecord record, KafkaSinkContext context, Long timestamp) {
            return new ProducerRecord<>(
                    prefix + record.topic(),
                    record.partition(),
                    record.time() == null ? 0 : record.time().toEpochMilli(),
                    record.key().getBytes(StandardCharsets.UTF_8),
                    record.value(),
                    record.topic().equals(Topics.OBSERVATIONS) ? ACCEPTED : null);
        }
    }
}
