package io.openinterest.job.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.openinterest.Await;
import io.openinterest.MiniClusters;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.local.EmbeddedBroker;
import io.openinterest.observation.Arrival;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ObservationsTopicIT {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = MiniClusters.withSlots(4);

    private static final String TOPIC = "open-interest.observations";
    private static final int PARTITIONS = 2;

    private EmbeddedBroker broker;
    private KafkaProducer<String, String> producer;

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.start();
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()), new StringSerializer(), new StringSerializer());
        FailOnce.reset();
    }

    @AfterEach
    void stop() throws Exception {
        producer.close();
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void marksCountAfterAFailureThatCameBetweenThem(int parallelism) throws Exception {
        // given marks that differ by partition, and a job that fails when a checkpoint has them
        mark(0, "2026-03-01T07:00:10Z");
        mark(1, "2026-03-01T07:00:50Z");
        observe(0, "2026-03-01T07:00:11Z");
        observe(1, "2026-03-01T07:00:51Z");
        CompletableFuture<List<String>> seen = read(parallelism, 6);
        FailOnce.awaitFailure();

        // when observations and a bad record follow without a new mark, and marks only then
        observe(0, "2026-03-01T07:00:12Z");
        observe(1, "2026-03-01T07:00:52Z");
        send(1, "bitmex-XBTUSD-future", "rubbish");
        mark(0, "2026-03-01T07:01:00Z");
        mark(1, "2026-03-01T07:02:30Z");

        // then
        assertThat(seen.get())
                .containsExactlyInAnyOrder(
                        "2026-03-01T07:00:11Z at 2026-03-01T07:00:10Z",
                        "2026-03-01T07:00:51Z at 2026-03-01T07:00:50Z",
                        "2026-03-01T07:00:12Z at 2026-03-01T07:00:10Z",
                        "2026-03-01T07:00:52Z at 2026-03-01T07:00:50Z",
                        "BAD_RECORD at 2026-03-01T07:00:50Z",
                        "event time passed 2026-03-01T07:01:00Z")
                .last()
                .isEqualTo("event time passed 2026-03-01T07:01:00Z");
    }

    @Test
    void withoutAnyMarksEventTimeIsThatOfTheObservations() throws Exception {
        observe(0, "2026-03-01T07:00:11Z");
        observe(1, "2026-03-01T07:01:02Z");
        observe(0, "2026-03-01T07:01:30Z");
        FailOnce.failed.countDown();

        assertThat(read(2, 4).get())
                .containsExactlyInAnyOrder(
                        "2026-03-01T07:00:11Z at 2026-03-01T07:00:09Z",
                        "2026-03-01T07:01:02Z at 2026-03-01T07:01:00Z",
                        "2026-03-01T07:01:30Z at 2026-03-01T07:01:28Z",
                        "event time passed 2026-03-01T07:01:00Z");
    }

    @Test
    void withoutAnyMarksAPartitionThatIsEmptyHoldsNothingUp() throws Exception {
        observe(0, "2026-03-01T07:00:11Z");
        observe(0, "2026-03-01T07:01:30Z");
        FailOnce.failed.countDown();

        assertThat(read(2, 3).get()).contains("event time passed 2026-03-01T07:01:00Z");
    }

    @Test
    void aPartitionThatIsAddedAndNotMarkedIsReadAndHoldsNothingUp() throws Exception {
        // given a job that reads two partitions, and then a third one that nobody marks
        mark(0, "2026-03-01T07:00:10Z");
        mark(1, "2026-03-01T07:00:10Z");
        observe(0, "2026-03-01T07:00:11Z");
        FailOnce.failed.countDown();
        CompletableFuture<List<String>> seen = read(2, 4);
        FailOnce.awaitArrivals(1);
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createPartitions(Map.of(TOPIC, NewPartitions.increaseTo(PARTITIONS + 1)))
                    .all()
                    .get();
        }
        observe(PARTITIONS, "2026-03-01T07:00:12Z");
        FailOnce.awaitArrivals(2);

        // when the marks of the others go on
        mark(0, "2026-03-01T07:01:00Z");
        mark(1, "2026-03-01T07:01:00Z");
        observe(0, "2026-03-01T07:01:01Z");

        // then
        assertThat(seen.get())
                .containsExactlyInAnyOrder(
                        "2026-03-01T07:00:11Z at 2026-03-01T07:00:10Z",
                        "2026-03-01T07:00:12Z at 2026-03-01T07:00:12Z",
                        "2026-03-01T07:01:01Z at 2026-03-01T07:01:00Z",
                        "event time passed 2026-03-01T07:01:00Z");
    }

    private CompletableFuture<List<String>> read(int parallelism, int count) throws Exception {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(new org.apache.flink.configuration.Configuration()
                        .set(PipelineOptions.GENERIC_TYPES, false)
                        .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50))
                        .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
                        .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO));
        environment.setParallelism(parallelism);
        JobConfiguration configuration = JobConfiguration.of(
                new ObjectMapper()
                        .readTree("{\"kafka\":{\"bootstrap-servers\":\"" + broker.bootstrapServers() + "\"}}"),
                SourceKind.KAFKA);
        DataStream<String> seen = ObservationsTopic.arrivals(
                        environment, configuration, PARTITIONS, Duration.ofMillis(200))
                .map(new FailOnce())
                .setParallelism(1)
                .keyBy(arrival -> 0)
                .process(new Seen())
                .setParallelism(1);
        return CompletableFuture.supplyAsync(() -> {
            try {
                return new ArrayList<>(seen.executeAndCollect(count));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private void observe(int partition, String time) throws Exception {
        send(partition, "bitmex-XBTUSD-future", TopicObservations.text(time));
    }

    private void mark(int partition, String time) throws Exception {
        send(partition, "_time", "{\"mark\": \"" + time + "\"}");
    }

    private void send(int partition, String key, String value) throws Exception {
        producer.send(new ProducerRecord<>(TOPIC, partition, key, value)).get();
    }

    /** Says what arrives, with its watermark, and when event time passes a minute. */
    private static final class Seen extends KeyedProcessFunction<Integer, Arrival, String> {

        private static final long serialVersionUID = 1;

        @Override
        public void processElement(Arrival arrival, Context context, Collector<String> out) {
            String what = arrival.observation() == null
                    ? arrival.quarantined().reason().name()
                    : arrival.observation().time().toString();
            out.collect(what + " at " + Instant.ofEpochMilli(arrival.watermark()));
            long minute = Math.floorDiv(arrival.watermark(), 60_000L) * 60_000 + 60_000;
            if (arrival.watermark() < Instant.parse("2026-03-01T07:01:00Z").toEpochMilli()) {
                context.timerService().registerEventTimeTimer(minute - 1);
            }
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext context, Collector<String> out) {
            out.collect("event time passed " + Instant.ofEpochMilli(timestamp + 1));
        }
    }

    /** Fails once, when a checkpoint is complete that has the first two arrivals. */
    private static final class FailOnce
            implements MapFunction<Arrival, Arrival>, CheckpointedFunction, CheckpointListener {

        private static final long serialVersionUID = 1;
        private static final AtomicInteger ARRIVED = new AtomicInteger();
        private static CountDownLatch failed;

        private int arrivedAtSnapshot;

        static void reset() {
            ARRIVED.set(0);
            failed = new CountDownLatch(1);
        }

        static void awaitFailure() throws InterruptedException {
            failed.await();
        }

        static void awaitArrivals(int count) throws Exception {
            Await.until(ARRIVED::get, arrived -> arrived >= count);
        }

        @Override
        public Arrival map(Arrival arrival) {
            ARRIVED.incrementAndGet();
            return arrival;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) {}

        @Override
        public void snapshotState(FunctionSnapshotContext context) {
            arrivedAtSnapshot = ARRIVED.get();
        }

        @Override
        public void notifyCheckpointComplete(long checkpoint) {
            if (arrivedAtSnapshot == 2 && failed.getCount() > 0) {
                failed.countDown();
                throw new IllegalStateException("on purpose");
            }
        }
    }
}
