package io.openinterest.job.kafka;

import io.openinterest.functions.alert.AlertRule;
import io.openinterest.functions.alert.RuleParser;
import io.openinterest.functions.alert.RuleRecord;
import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.ConfigurationFile;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.observation.Quarantined;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Alert rules: those of the configuration, and those of the topic. */
public final class RulesTopic {

    private static final Duration POLL = Duration.ofMillis(500);
    private static final int MAX_SHOWN = 120;

    private RulesTopic() {}

    /**
     * The rules to start with.
     *
     * @throws ConfigurationException when there is no such file, or a rule in it can't be used
     */
    public static List<AlertRule> start(JobConfiguration configuration) {
        RuleParser start = RuleParser.of(ConfigurationFile.read("alerts.rules", configuration.alertRules()));
        if (!start.quarantined().isEmpty()) {
            Quarantined first = start.quarantined().get(0);
            throw new ConfigurationException(
                    "alerts.rules " + configuration.alertRules() + " can't be used: " + first.detail()
                            + (first.raw().isBlank() ? " It is empty." : " It reads " + head(first.raw()) + "."));
        }
        return start.rules();
    }

    private static String head(String text) {
        return text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
    }

    /**
     * The records of the topic: first the rules that are there already, read here and now, so that event time waits for them
     * and every run knows them from its first boundary on; then, in a job that does not end by itself, what is written
     * later, which event time never waits for.
     *
     * <p>They are not a bounded Kafka source because one that is restored before it had finished never finishes: its
     * enumerator finds no new partition and so never says that there are no more. Alerts would wait for it for ever. And
     * a bounded source of its own would stand in the dashboard as finished for as long as the job runs.
     */
    public static DataStream<RuleRecord> topic(StreamExecutionEnvironment environment, JobConfiguration configuration) {
        Existing existing = existing(configuration.kafka());
        SingleOutputStreamOperator<RuleRecord> rules = configuration.source() == JobConfiguration.SourceKind.REPLAY
                ? environment
                        .fromData(List.of(existing.rules()), Types.LIST(TypeInformation.of(RuleRecord.class)))
                        .name("alert-rules")
                        .uid("alert-rules")
                        .flatMap(new Each())
                : later(environment, configuration.kafka(), existing.ends())
                        .transform(
                                "existing-rules",
                                TypeInformation.of(RuleRecord.class),
                                new ExistingRules(existing.rules()));
        return rules.setParallelism(1).name("existing-rules").uid("existing-rules");
    }

    private static DataStream<RuleRecord> later(
            StreamExecutionEnvironment environment, JobConfiguration.Kafka kafka, Map<TopicPartition, Long> ends) {
        KafkaSource<RuleRecord> source = KafkaSource.<RuleRecord>builder()
                .setProperties(KafkaClients.properties(kafka))
                .setTopics(kafka.topicPrefix() + Topics.ALERT_RULES)
                .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, KafkaClients.COMMITTED_ONLY)
                .setProperty(KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(), "false")
                .setStartingOffsets(OffsetsInitializer.offsets(ends))
                .setDeserializer(new Reader())
                .build();
        return environment
                .fromSource(source, WatermarkStrategy.forGenerator(context -> new NeverWaitedFor()), "alert-rules")
                .setParallelism(1)
                .uid("alert-rules")
                .setDescription("alert-rules: what is written about rules");
    }

    /**
     * What the topic held when asked.
     *
     * @param ends where each partition goes on
     */
    private record Existing(List<RuleRecord> rules, Map<TopicPartition, Long> ends) {}

    private static Existing existing(JobConfiguration.Kafka kafka) {
        String topic = kafka.topicPrefix() + Topics.ALERT_RULES;
        try (KafkaConsumer<byte[], byte[]> consumer = KafkaClients.reader(kafka)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<RuleRecord> rules = new ArrayList<>();
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(KafkaClients.PATIENCE_MS);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new TimeoutException("The rules are not all readable.");
                }
                consumer.poll(POLL).forEach(record -> rules.add(rule(record)));
            }
            Map<TopicPartition, Long> read = new HashMap<>();
            partitions.forEach(partition -> read.put(partition, consumer.position(partition)));
            return new Existing(rules, read);
        } catch (KafkaException e) {
            throw KafkaClients.refused(kafka, "tell the rules", e);
        }
    }

    private static RuleRecord rule(ConsumerRecord<byte[], byte[]> record) {
        return new RuleRecord(
                text(record.key()), text(record.value()), record.timestamp(), record.partition(), record.offset());
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static final class Each implements FlatMapFunction<List<RuleRecord>, RuleRecord> {

        private static final long serialVersionUID = 1;

        @Override
        public void flatMap(List<RuleRecord> rules, Collector<RuleRecord> out) {
            rules.forEach(out::collect);
        }
    }

    private static final class Reader implements KafkaRecordDeserializationSchema<RuleRecord> {

        private static final long serialVersionUID = 1;

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RuleRecord> out) throws IOException {
            out.collect(rule(record));
        }

        @Override
        public TypeInformation<RuleRecord> getProducedType() {
            return TypeInformation.of(RuleRecord.class);
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
