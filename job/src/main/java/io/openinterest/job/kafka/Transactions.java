package io.openinterest.job.kafka;

import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.Guarantee;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.configuration.PipelineOptionsInternal;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;

/**
 * The transactions of a job at the broker. Their ids are {@code <kafka.transactional-id-prefix>.<run>-<subtask>-<n>}: the
 * prefix tells jobs apart, the run one start without savepoint from the next. So a start never touches a transaction of
 * somebody who runs, and has no used id to go through, while one from a savepoint finds what its predecessor left open by
 * the ids in the saved state.
 */
public final class Transactions {

    private static final Set<TransactionState> OPEN = Set.of(
            TransactionState.ONGOING,
            TransactionState.PREPARE_COMMIT,
            TransactionState.PREPARE_ABORT,
            TransactionState.PREPARE_EPOCH_FENCE);
    private static final Duration MAX_WATCH = Duration.ofSeconds(30);
    private static final int POLL_MS = 200;

    /** The interval at which brokers look for transactions that are open for too long, and more. */
    private static final Duration CLEANUP = Duration.ofSeconds(12);

    private Transactions() {}

    /**
     * The beginning of the ids of a run.
     *
     * @param environment of the submission: a cluster that starts {@code main} again after a failure gives the job the
     *     same id, and so the same run
     */
    public static String run(JobConfiguration.Kafka kafka, ReadableConfig environment, Instant now) {
        String run = environment
                .getOptional(PipelineOptionsInternal.PIPELINE_FIXED_JOB_ID)
                .orElseGet(() -> Long.toString(now.toEpochMilli(), 36));
        return kafka.transactionalIdPrefix() + "." + run;
    }

    /**
     * Makes sure that no other job writes under the prefix. A job between two transactions is noticed by the ids that it
     * goes on to use, so where ids are known this takes a checkpoint's time. A start from a savepoint takes the place of
     * the job that wrote it and is not looked at, nor is the second start of the same job by its cluster, known by the
     * ids of its own run. Nor can a job be noticed that writes at least once and has no transactions, or an application of
     * another cluster with the same cluster id, which makes the same job id.
     *
     * @param run of this start, as {@link #run} says
     * @throws ConfigurationException when there is one
     */
    public static void requireUnused(JobConfiguration configuration, ReadableConfig environment, String run)
            throws InterruptedException {
        JobConfiguration.Kafka kafka = configuration.kafka();
        if (kafka.deliveryGuarantee() != Guarantee.EXACTLY_ONCE
                || environment.getOptional(StateRecoveryOptions.SAVEPOINT_PATH).isPresent()) {
            return;
        }
        try (Admin admin = KafkaClients.admin(kafka)) {
            Map<String, TransactionState> before = states(admin, kafka);
            Duration watch = configuration.checkpointInterval().plusSeconds(1);
            long end = System.nanoTime() + (watch.compareTo(MAX_WATCH) < 0 ? watch : MAX_WATCH).toNanos();
            Map<String, TransactionState> now = before;
            while (!before.isEmpty()
                    && now.equals(before)
                    && !hasOpen(now)
                    && !isOf(run, now)
                    && System.nanoTime() < end) {
                Thread.sleep(POLL_MS);
                now = states(admin, kafka);
            }
            // the job itself, which its cluster may just have recovered
            if (!isOf(run, now) && (hasOpen(now) || !now.equals(before))) {
                throw inUse(kafka, lastEnd(admin, now));
            }
        } catch (ExecutionException e) {
            throw KafkaClients.refused(kafka, "list transactions", e.getCause());
        } catch (KafkaException e) {
            throw KafkaClients.refused(kafka, "list transactions", e);
        }
    }

    /**
     * Aborts what a job that was killed left open under the prefix. For whom the broker belongs to: nobody else goes on
     * with them, and their time is ten minutes.
     */
    public static void abort(JobConfiguration.Kafka kafka) throws InterruptedException, ExecutionException {
        try (Admin admin = KafkaClients.admin(kafka)) {
            Map<String, TransactionState> states = states(admin, kafka);
            states.values().retainAll(OPEN);
            admin.fenceProducers(states.keySet()).all().get();
        }
    }

    /**
     * Waits until the transactions of a job that has ended are committed: the end of a job asks for it, the broker does it
     * a moment later. Transactions of others are not waited for.
     *
     * @return false when some stays open
     */
    public static boolean awaitCommitted(JobConfiguration.Kafka kafka) throws InterruptedException, ExecutionException {
        try (Admin admin = KafkaClients.admin(kafka)) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(KafkaClients.PATIENCE_MS);
            while (hasOpen(states(admin, kafka))) {
                if (System.nanoTime() > end) {
                    return false;
                }
                Thread.sleep(20);
            }
            return true;
        }
    }

    /** Ids of other jobs whose transactions are open now in topics of this one. They hide what stands behind them there. */
    public static List<String> openOfOthers(JobConfiguration.Kafka kafka)
            throws InterruptedException, ExecutionException {
        try (Admin admin = KafkaClients.admin(kafka)) {
            Pattern own = ids(kafka);
            Set<String> topics =
                    Topics.written().stream().map(kafka.topicPrefix()::concat).collect(Collectors.toSet());
            List<String> open = admin.listTransactions().all().get().stream()
                    .filter(transaction -> OPEN.contains(transaction.state()))
                    .map(TransactionListing::transactionalId)
                    .filter(id -> !own.matcher(id).matches())
                    .toList();
            return admin.describeTransactions(open).all().get().entrySet().stream()
                    .filter(transaction -> transaction.getValue().topicPartitions().stream()
                            .anyMatch(partition -> topics.contains(partition.topic())))
                    .map(Map.Entry::getKey)
                    .sorted()
                    .toList();
        }
    }

    private static ConfigurationException inUse(JobConfiguration.Kafka kafka, Optional<Instant> end) {
        return new ConfigurationException("kafka.transactional-id-prefix is \"" + kafka.transactionalIdPrefix()
                + "\", but another job writes transactions under it: stop that job, start from its savepoint or last"
                + " checkpoint, or set another prefix"
                + end.map(last -> "; if it died, the last of its transactions ends by "
                                + last.truncatedTo(ChronoUnit.SECONDS))
                        .orElse("")
                + ".");
    }

    /** The time by which the brokers will have aborted what is open now, if nobody goes on with it; empty where nothing is. */
    private static Optional<Instant> lastEnd(Admin admin, Map<String, TransactionState> states)
            throws InterruptedException, ExecutionException {
        List<String> open = states.keySet().stream()
                .filter(id -> OPEN.contains(states.get(id)))
                .toList();
        return admin.describeTransactions(open).all().get().values().stream()
                .filter(transaction -> transaction.transactionStartTimeMs().isPresent())
                .map(transaction -> Instant.ofEpochMilli(
                                transaction.transactionStartTimeMs().getAsLong() + transaction.transactionTimeoutMs())
                        .plus(CLEANUP))
                .max(Comparator.naturalOrder());
    }

    private static boolean isOf(String run, Map<String, TransactionState> states) {
        return states.keySet().stream().anyMatch(id -> id.startsWith(run + "-"));
    }

    private static boolean hasOpen(Map<String, TransactionState> states) {
        return states.values().stream().anyMatch(OPEN::contains);
    }

    private static Map<String, TransactionState> states(Admin admin, JobConfiguration.Kafka kafka)
            throws InterruptedException, ExecutionException {
        Pattern own = ids(kafka);
        Map<String, TransactionState> states = new TreeMap<>();
        for (TransactionListing transaction : admin.listTransactions().all().get()) {
            if (own.matcher(transaction.transactionalId()).matches()) {
                states.put(transaction.transactionalId(), transaction.state());
            }
        }
        return states;
    }

    private static Pattern ids(JobConfiguration.Kafka kafka) {
        return Pattern.compile(Pattern.quote(kafka.transactionalIdPrefix()) + "\\.[0-9a-z]+-\\d+-\\d+");
    }
}
