package io.openinterest.job.kafka;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Json;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationReader;
import io.openinterest.observation.Quarantined;
import io.openinterest.transport.ReceiptClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.flink.api.common.eventtime.NoWatermarksGenerator;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.DeserializationSchema.InitializationContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the observations topic, from its beginning unless it goes on from a checkpoint. Event time is that of the time
 * marks, partition by partition: an observation is late or not by the last mark before it in its own partition, so that
 * reading gives the same however the partitions run, and a partition without a new mark holds event time back.
 *
 * <p>A topic that holds observations but no marks was not written by {@code stages: ingest}. There event time is the
 * greatest time of each partition minus {@code lateness}, and it stays that until the next start of the job.
 */
public final class ObservationsTopic {

    /** Key of the time marks that {@code stages: ingest} writes among the observations. */
    public static final String MARK_KEY = "_time";

    /** Header of observations that were found plausible when they were written. */
    static final String ACCEPTED_HEADER = "accepted";

    static final byte[] MARK_KEY_BYTES = MARK_KEY.getBytes(StandardCharsets.UTF_8);

    /** Records of a partition among which there is a mark, one a second, if there are marks. */
    private static final long RECENT = 20_000;

    private static final Logger LOG = LoggerFactory.getLogger(ObservationsTopic.class);

    /** Partitions that are added to the topic are found this soon. */
    private static final Duration DISCOVERY = Duration.ofMinutes(1);

    /** Longer than marks of a partition that has them take to be read. */
    private static final Duration UNMARKED_AFTER = Duration.ofSeconds(5);

    /** As for observations: more than clocks differ. */
    private static final Duration MAX_CLOCK_AHEAD = Duration.ofSeconds(60);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private ObservationsTopic() {}

    /**
     * The arrivals in the topic.
     *
     * @param partitions of the topic, which exists
     */
    public static DataStream<Arrival> arrivals(
            StreamExecutionEnvironment environment, JobConfiguration configuration, int partitions) {
        return arrivals(environment, configuration, partitions, DISCOVERY);
    }

    static DataStream<Arrival> arrivals(
            StreamExecutionEnvironment environment,
            JobConfiguration configuration,
            int partitions,
            Duration discovery) {
        String topic = configuration.kafka().topicPrefix() + Topics.OBSERVATIONS;
        Properties client = KafkaClients.properties(configuration.kafka());
        Marks marks = marks(configuration.kafka(), client, topic);
        boolean marked = marks.marked();
        if (marked && !marks.without().isEmpty()) {
            System.err.println("Warning: " + unmarked(topic, marks.without()));
        }
        long lateness = configuration.lateness().toMillis();
        KafkaSource<TopicEntry> source = KafkaSource.<TopicEntry>builder()
                .setProperties(client)
                .setTopics(topic)
                .setGroupId(configuration.kafka().topicPrefix() + "analyze")
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, KafkaClients.COMMITTED_ONLY)
                .setProperty(
                        KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(), Long.toString(discovery.toMillis()))
                .setDeserializer(new Reader())
                .build();
        // a subtask without a partition would hold event time back for ever
        int parallelism = Math.min(environment.getParallelism(), partitions);
        return environment
                .fromSource(
                        source,
                        WatermarkStrategy.forGenerator(new WatermarksByPartition(marked, lateness, client, topic)),
                        "read-observations")
                .uid("read-observations")
                .setDescription("read-observations: the observations topic")
                .setParallelism(parallelism)
                .process(new ReadWatermarks(marked, lateness))
                .name("apply-time-marks")
                .uid("apply-time-marks")
                .setParallelism(parallelism);
    }

    private static String unmarked(String topic, Set<Integer> partitions) {
        return topic + " has no time marks in partition "
                + partitions.stream().map(String::valueOf).collect(Collectors.joining(", "))
                + ", which the job with stages ingest does not know yet: it is read, but event time does not wait for"
                + " it. Start that job again to have it used.";
    }

    /**
     * Time marks in the topic.
     *
     * @param marked whether event time comes from marks: yes, unless there are observations and no marks among them
     * @param without partitions from which no event time comes: those without a mark where others have some or, where
     *     event time does not come from marks, those without a record
     */
    private record Marks(boolean marked, Set<Integer> without) {}

    private static Marks marks(JobConfiguration.Kafka kafka, Properties client, String topic) {
        try {
            return marks(client, topic);
        } catch (KafkaException e) {
            throw KafkaClients.refused(kafka, "tell the observations", e);
        }
    }

    private static Marks marks(Properties client, String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = KafkaClients.reader(client)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.assign(partitions);
            consumer.beginningOffsets(partitions)
                    .forEach((partition, begin) ->
                            consumer.seek(partition, Math.max(begin, ends.get(partition) - RECENT)));
            Set<Integer> unmarked = new TreeSet<>();
            partitions.forEach(partition -> unmarked.add(partition.partition()));
            Set<Integer> empty = new TreeSet<>(unmarked);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (partitions.stream()
                            .filter(partition -> unmarked.contains(partition.partition()))
                            .anyMatch(partition -> consumer.position(partition) < ends.get(partition))
                    && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    empty.remove(record.partition());
                    if (isMark(record)) {
                        unmarked.remove(record.partition());
                    }
                }
            }
            if (empty.size() == partitions.size()) {
                return new Marks(true, Set.of());
            }
            return unmarked.size() == partitions.size() ? new Marks(false, empty) : new Marks(true, unmarked);
        }
    }

    private static boolean isAccepted(ConsumerRecord<byte[], byte[]> record) {
        return record.headers().lastHeader(ACCEPTED_HEADER) != null;
    }

    private static boolean isMark(ConsumerRecord<byte[], byte[]> record) {
        return isMark(record.key());
    }

    /** Whether a record of this key is a time mark. */
    public static boolean isMark(byte[] key) {
        return Arrays.equals(key, MARK_KEY_BYTES);
    }

    /**
     * Reads a record of the topic: an observation, or with the key {@code _time} a time mark.
     *
     * <pre>
     * {"mark": "2026-12-25T08:00:00Z"}
     * </pre>
     */
    static final class Reader implements KafkaRecordDeserializationSchema<TopicEntry> {

        private static final long serialVersionUID = 1;

        private transient ObservationReader observations;
        private transient JsonMapper marks;

        @Override
        public void open(InitializationContext context) {
            observations = new ObservationReader(Reader::now);
            marks = Json.mapper(Json.Decimals.NUMBER);
        }

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<TopicEntry> out) {
            byte[] value = record.value() == null ? new byte[0] : record.value();
            out.collect(
                    isMark(record)
                            ? mark(record.partition(), value)
                            : observation(record.partition(), value, isAccepted(record)));
        }

        private TopicEntry observation(int partition, byte[] value, boolean accepted) {
            ObservationReader.Reading reading = observations.read(value);
            Observation observation = reading.observation();
            if (observation != null && isAhead(observation.time())) {
                // whatever it says of its receipt
                String why = "the time " + observation.time() + " is more than 60 s after the clock";
                Quarantined ahead = ahead(why, observation.venue(), observation.market(), value);
                return new TopicEntry(partition, null, ahead, null, false);
            }
            return new TopicEntry(partition, reading.observation(), reading.quarantined(), null, accepted);
        }

        private TopicEntry mark(int partition, byte[] value) {
            try {
                Instant mark = Instant.parse(marks.readTree(value).path("mark").asText());
                if (isAhead(mark)) {
                    String why = "this time mark is more than 60 s after the clock";
                    return new TopicEntry(partition, null, ahead(why, "", null, value), null, false);
                }
                return new TopicEntry(partition, null, null, Instant.ofEpochMilli(mark.toEpochMilli()), false);
            } catch (IOException | DateTimeException | ArithmeticException | NumberFormatException e) {
                return new TopicEntry(
                        partition, null, ObservationReader.unreadable("this is no time mark", value), null, false);
            }
        }

        /** Event time that is once ahead never comes back, so what is ahead of the clock moves nothing. */
        private static boolean isAhead(Instant time) {
            return time.isAfter(now().plus(MAX_CLOCK_AHEAD));
        }

        /** Neither a host's clock that is set back nor a machine that slept makes the present the future. */
        private static Instant now() {
            Instant host = Instant.now();
            Instant running = ReceiptClock.SYSTEM.now();
            return host.isAfter(running) ? host : running;
        }

        private static Quarantined ahead(String why, String venue, String market, byte[] value) {
            String raw = ObservationReader.unreadable(why, value).raw();
            return new Quarantined(null, venue, null, market, Quarantined.Reason.TIME_IN_FUTURE, why, raw);
        }

        @Override
        public TypeInformation<TopicEntry> getProducedType() {
            return TypeInformation.of(TopicEntry.class);
        }
    }

    /** Gives every partition its own generator, and none to the records of no partition, for which Flink asks first. */
    private static final class WatermarksByPartition implements WatermarkGeneratorSupplier<TopicEntry> {

        private static final long serialVersionUID = 1;

        private final boolean marked;
        private final long lateness;
        private final Properties client;
        private final String topic;
        private transient Executor background;

        WatermarksByPartition(boolean marked, long lateness, Properties client, String topic) {
            this.marked = marked;
            this.lateness = lateness;
            this.client = client;
            this.topic = topic;
        }

        @Override
        public WatermarkGenerator<TopicEntry> createWatermarkGenerator(Context context) {
            if (background == null) {
                background = background();
                return new NoWatermarksGenerator<>();
            }
            return new Watermarks();
        }

        /**
         * One thread, for as long as there is a question: brokers may take half a minute to answer, and records, checkpoints
         * and cancelling wait for nobody.
         */
        private static Executor background() {
            return new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), question -> {
                Thread thread = new Thread(question, "ask-for-time-marks");
                thread.setDaemon(true);
                return thread;
            });
        }

        /**
         * Event time of one partition for the operators behind: a watermark when it passes a full minute. A partition that has
         * said nothing is waited for, until the brokers say that no event time comes from it: the topic has grown, or has more
         * partitions than markets. It counts from its first word on.
         */
        private final class Watermarks implements WatermarkGenerator<TopicEntry> {

            private static final long MINUTE = 60_000;

            private long asked = System.nanoTime();
            private PartitionWatermark time = PartitionWatermark.start(0);
            private Integer partition;
            private long passed = Long.MIN_VALUE;
            private boolean passedOver;

            /** Partitions from which no event time comes; null while nobody is asked. */
            private CompletableFuture<Set<Integer>> answer;

            @Override
            public void onEvent(TopicEntry entry, long timestamp, WatermarkOutput output) {
                partition = entry.partition();
                time = time.after(entry);
                long reached = time.reached(marked, lateness);
                long minute = reached == Long.MIN_VALUE ? reached : Math.floorDiv(reached, MINUTE) * MINUTE;
                if (minute > passed) {
                    passed = minute;
                    output.emitWatermark(new Watermark(minute - 1));
                }
            }

            @Override
            public void onPeriodicEmit(WatermarkOutput output) {
                if (passedOver || passed != Long.MIN_VALUE || System.nanoTime() - asked < UNMARKED_AFTER.toNanos()) {
                    return;
                }
                if (answer == null) {
                    answer = CompletableFuture.supplyAsync(this::without, background);
                }
                if (answer.isDone()) {
                    passOver(answer.join(), output);
                    answer = null;
                    asked = System.nanoTime();
                }
            }

            private void passOver(Set<Integer> without, WatermarkOutput output) {
                if (partition == null ? !without.isEmpty() : without.contains(partition)) {
                    passedOver = true;
                    output.markIdle();
                    if (marked) {
                        LOG.warn(unmarked(topic, without));
                    }
                } else {
                    LOG.warn("Event time waits for a partition of {} that says nothing of it.", topic);
                }
            }

            private Set<Integer> without() {
                try {
                    return marks(client, topic).without();
                } catch (KafkaException e) {
                    LOG.warn("{} can't be asked for its time marks", topic, e);
                    return Set.of();
                }
            }
        }
    }
}
