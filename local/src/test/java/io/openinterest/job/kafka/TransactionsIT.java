package io.openinterest.job.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.local.EmbeddedBroker;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptionsInternal;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may write beside whom, as the broker's own list of transactions tells it. */
@Timeout(120)
class TransactionsIT {

    private static final Configuration FRESH = new Configuration();

    /** After the broker has begun a transaction: a minute of Kafka's default, and what the broker needs to notice. */
    private static final Duration LATEST_END = Duration.ofSeconds(72);

    @AutoClose
    private static EmbeddedBroker broker;

    @BeforeAll
    static void start() throws IOException {
        broker = EmbeddedBroker.start();
    }

    @Test
    void aStartIsRefusedWhileAnotherJobWritesUnderThePrefix() throws Exception {
        JobConfiguration configuration = configuration("busy.");
        Topics.create(configuration.kafka());
        String run = Transactions.run(configuration.kafka(), FRESH, Instant.now());
        try (KafkaProducer<String, String> other = producer(run + "-0-1")) {
            Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            other.beginTransaction();
            other.send(new ProducerRecord<>("busy.total.1m", "all", "{}")).get();
            Instant after = Instant.now();

            assertThatThrownBy(() -> requireUnused(configuration, FRESH))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageStartingWith(
                            "kafka.transactional-id-prefix is \"busy.all-live\", but another job writes")
                    .hasMessageMatching(".*; if it died, the last of its transactions ends by \\S+Z\\.")
                    .extracting(refusal -> Instant.parse(refusal.getMessage().replaceFirst(".* by (\\S+)\\.$", "$1")))
                    .satisfies(end -> assertThat(end).isBetween(before.plus(LATEST_END), after.plus(LATEST_END)));
            assertThat(Transactions.openOfOthers(configuration.kafka())).isEmpty();
            assertThat(Transactions.openOfOthers(configuration("else.").kafka()))
                    .as("in other topics")
                    .isEmpty();
            assertThat(Transactions.openOfOthers(configuration("busy.", "else").kafka()))
                    .containsExactly(run + "-0-1");

            // others, and whoever takes the place of that job, may start
            requireUnused(configuration("busy.all."), FRESH);
            requireUnused(configuration, new Configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, "/savepoint"));

            other.commitTransaction();
        }
        assertThat(Transactions.awaitCommitted(configuration.kafka())).isTrue();
        assertThatCode(() -> requireUnused(configuration, FRESH)).doesNotThrowAnyException();
    }

    @Test
    void aJobWhoseIdTheClusterFixedIsRefusedBesideAnotherAndStartsAgain() throws Exception {
        // given a job that writes, as an application with high availability
        JobConfiguration configuration = configuration("application.");
        Configuration writing = new Configuration().set(PipelineOptionsInternal.PIPELINE_FIXED_JOB_ID, "00ff");
        Configuration another = new Configuration().set(PipelineOptionsInternal.PIPELINE_FIXED_JOB_ID, "00fe");
        Topics.create(configuration.kafka());
        String run = Transactions.run(configuration.kafka(), writing, Instant.now());
        try (KafkaProducer<String, String> producer = producer(run + "-0-1")) {
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("application.total.1m", "all", "{}"))
                    .get();

            // then another application is refused, and its cluster starts the same one again
            assertThatThrownBy(() -> requireUnused(configuration, another))
                    .hasMessageContaining("but another job writes");
            requireUnused(configuration, writing);

            producer.abortTransaction();
        }
    }

    @Test
    void aJobThatItsClusterRecoversMeanwhileIsNoOther() throws Exception {
        // given a prefix that was used before, and a job that begins to write while it is started again
        JobConfiguration configuration = configuration("recovered.");
        Configuration fixed = new Configuration().set(PipelineOptionsInternal.PIPELINE_FIXED_JOB_ID, "00ff");
        String before = Transactions.run(configuration.kafka(), FRESH, Instant.now());
        String run = Transactions.run(configuration.kafka(), fixed, Instant.now());
        producer(before + "-0-1").close();
        CompletableFuture<Void> recovered =
                CompletableFuture.runAsync(() -> producer(run + "-0-1").close());

        assertThatCode(() -> requireUnused(configuration, fixed)).doesNotThrowAnyException();
        recovered.get();
    }

    @Test
    void whatAKilledJobLeftOpenIsAbortedByTheOwnerOfTheBroker() throws Exception {
        JobConfiguration configuration = configuration("killed.");
        Topics.create(configuration.kafka());
        String run = Transactions.run(configuration.kafka(), FRESH, Instant.now());
        try (KafkaProducer<String, String> killed = producer(run + "-0-1");
                KafkaProducer<String, String> other = producer("beside")) {
            killed.beginTransaction();
            killed.send(new ProducerRecord<>("killed.total.1m", "all", "{}")).get();
            other.beginTransaction();
            other.send(new ProducerRecord<>("killed.total.1m", "all", "{}")).get();

            Transactions.abort(configuration.kafka());

            assertThat(Transactions.awaitCommitted(configuration.kafka())).isTrue();
            requireUnused(configuration, FRESH);
            assertThatThrownBy(killed::commitTransaction).isInstanceOf(ProducerFencedException.class);
            other.commitTransaction();
        }
    }

    @Test
    void aJobBetweenTwoTransactionsIsNoticedByItsNextId() throws Exception {
        JobConfiguration configuration = configuration("idle.");
        String run = Transactions.run(configuration.kafka(), FRESH, Instant.now());
        try (KafkaProducer<String, String> now = producer(run + "-0-1")) {
            Thread checkpoints = new Thread(() -> {
                for (int checkpoint = 2; !Thread.currentThread().isInterrupted(); checkpoint++) {
                    producer(run + "-0-" + checkpoint).close();
                }
            });
            checkpoints.start();
            try {
                assertThatThrownBy(() -> requireUnused(configuration, FRESH))
                        .hasMessageContaining("but another job writes");
            } finally {
                checkpoints.interrupt();
                checkpoints.join();
            }
        }
    }

    @Test
    void theEndOfAJobDoesNotWaitForTransactionsOfOthers() throws Exception {
        JobConfiguration configuration = configuration("ended.");
        Topics.create(configuration.kafka());
        try (KafkaProducer<String, String> other = producer("somebody-else")) {
            other.beginTransaction();
            other.send(new ProducerRecord<>("ended.alert-rules", "rule", "{}")).get();

            assertThat(Transactions.awaitCommitted(configuration.kafka())).isTrue();
            other.abortTransaction();
        }
    }

    private static void requireUnused(JobConfiguration configuration, Configuration environment)
            throws InterruptedException {
        String run = Transactions.run(configuration.kafka(), environment, Instant.now());
        Transactions.requireUnused(configuration, environment, run);
    }

    private static KafkaProducer<String, String> producer(String id) {
        KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", id),
                new StringSerializer(),
                new StringSerializer());
        producer.initTransactions();
        return producer;
    }

    private static JobConfiguration configuration(String prefix) {
        return configuration(prefix, prefix + "all-live");
    }

    private static JobConfiguration configuration(String prefix, String idPrefix) {
        Arguments arguments = new Arguments();
        arguments.set("kafka.bootstrap-servers", broker.bootstrapServers());
        arguments.set("kafka.topic-prefix", prefix);
        arguments.set("kafka.transactional-id-prefix", idPrefix);
        arguments.set("checkpoint-interval", "500ms");
        return arguments.configuration(SourceKind.LIVE);
    }
}
