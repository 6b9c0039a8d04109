package io.openinterest.job;

import io.openinterest.functions.AlertRules;
import io.openinterest.functions.RuleRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/** Alert rules: those of the configuration, and those of the topic. */
final class Rules {

    private Rules() {}

    /**
     * The rules to start with.
     *
     * @throws ConfigurationException when there is no such file
     */
    static AlertRules start(Configuration configuration) {
        return AlertRules.of(ConfigurationFile.read("alerts.rules", configuration.alertRules()));
    }

    /**
     * What the topic says: first, as an input that ends, the rules that are there already, so that event time waits for
     * them and every run knows them from its first boundary on; then, in a job that does not end by itself, what is
     * written later, which event time never waits for.
     */
    static DataStream<RuleRecord> topic(StreamExecutionEnvironment environment, Configuration configuration)
            throws InterruptedException {
        Map<TopicPartition, Long> ends = ends(configuration.kafka());
        DataStream<RuleRecord> existing = environment
                .fromSource(
                        source(configuration.kafka())
                                .setStartingOffsets(OffsetsInitializer.earliest())
                                .setBounded(OffsetsInitializer.offsets(ends))
                                .build(),
                        WatermarkStrategy.noWatermarks(),
                        "existing-rules")
                .setParallelism(1)
                .uid("existing-rules");
        if (configuration.source() == Configuration.SourceKind.REPLAY) {
            return existing;
        }
        return existing.union(environment
                .fromSource(
                        source(configuration.kafka())
                                .setStartingOffsets(OffsetsInitializer.offsets(ends))
                                .build(),
                        WatermarkStrategy.forGenerator(context -> new NeverWaitedFor()),
                        "new-rules")
                .setParallelism(1)
                .uid("new-rules"));
    }

    private static KafkaSourceBuilder<RuleRecord> source(Configuration.Kafka kafka) {
        return KafkaSource.<RuleRecord>builder()
                .setBootstrapServers(kafka.servers())
                .setTopics(kafka.topicPrefix() + Topics.ALERT_RULES)
                .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
                .setProperty(KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(), "false")
                .setDeserializer(new Reader());
    }

    private static Map<TopicPartition, Long> ends(Configuration.Kafka kafka) throws InterruptedException {
        String topic = kafka.topicPrefix() + Topics.ALERT_RULES;
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", kafka.servers()))) {
            List<TopicPartitionInfo> partitions = admin.describeTopics(List.of(topic))
                    .topicNameValues()
                    .get(topic)
                    .get()
                    .partitions();
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            partitions.forEach(
                    partition -> latest.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest()));
            Map<TopicPartition, Long> ends = new HashMap<>();
            admin.listOffsets(latest).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        } catch (ExecutionException e) {
            throw new ConfigurationException("kafka.bootstrap-servers is \"" + kafka.servers()
                    + "\", which refused to tell the rules: " + e.getCause().getMessage());
        }
    }

    private static final class Reader implements KafkaRecordDeserializationSchema<RuleRecord> {

        private static final long serialVersionUID = 1;

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RuleRecord> out) throws IOException {
            out.collect(new RuleRecord(text(record.key()), text(record.value()), record.timestamp()));
        }

        @Override
        public TypeInformation<RuleRecord> getProducedType() {
            return TypeInformation.of(RuleRecord.class);
        }

        private static String text(byte[] bytes) {
            return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Event time of an input whose elements may come at any time: always the greatest there is but the end. */
    private static final class NeverWaitedFor implements WatermarkGenerator<RuleRecord> {

        @Override
        public void onEvent(RuleRecord record, long timestamp, WatermarkOutput output) {}

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            output.emitWatermark(new Watermark(Long.MAX_VALUE - 1));
        }
    }
}
