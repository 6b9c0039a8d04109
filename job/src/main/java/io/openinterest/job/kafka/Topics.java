package io.openinterest.job.kafka;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topics: what they are called, without the configured prefix, and how those that are missing are made. */
public final class Topics {

    /** Accepted observations and time marks. */
    public static final String OBSERVATIONS = "observations";

    /** Records that could not be used. */
    public static final String QUARANTINE = "quarantine";

    /** Verdicts of the checks of how venues count. */
    public static final String EVIDENCE = "evidence";

    /** Alert life cycle events. */
    public static final String ALERTS = "alerts";

    /** Alert rules, the one topic that is read and not written. */
    public static final String ALERT_RULES = "alert-rules";

    private Topics() {}

    /** Markets at a boundary, or totals of them. */
    public static String of(Level level, Interval interval) {
        return level.text() + "." + interval.text();
    }

    /** Options by expiry. */
    public static String expiry(Interval interval) {
        return "expiry." + interval.text();
    }

    /** Derived metrics. */
    public static String metrics(Interval interval) {
        return "metrics." + interval.text();
    }

    /** Every topic there is. */
    public static List<String> all() {
        List<String> topics = new ArrayList<>(List.of(OBSERVATIONS, EVIDENCE, QUARANTINE, ALERTS, ALERT_RULES));
        for (Interval interval : Interval.values()) {
            Stream.of(Level.values()).map(level -> of(level, interval)).forEach(topics::add);
            topics.add(expiry(interval));
            topics.add(metrics(interval));
        }
        return topics;
    }

    /** Every topic the job writes: all but the one of rules. */
    static List<String> written() {
        return all().stream().filter(topic -> !topic.equals(ALERT_RULES)).toList();
    }

    /**
     * Creates the topics that do not exist; those that exist are left alone.
     *
     * @return the number of partitions of the observations topic
     * @throws ConfigurationException when no broker answers, or when it refuses, or when no client can be made
     */
    public static int create(JobConfiguration.Kafka kafka) throws InterruptedException {
        String observations = kafka.topicPrefix() + OBSERVATIONS;
        try (Admin admin = KafkaClients.admin(kafka)) {
            Set<String> existing = admin.listTopics().names().get();
            List<NewTopic> missing = all().stream()
                    .filter(topic -> !existing.contains(kafka.topicPrefix() + topic))
                    .map(topic -> topic(topic, kafka))
                    .toList();
            for (KafkaFuture<Void> created :
                    admin.createTopics(missing).values().values()) {
                awaitCreated(created);
            }
            awaitVisible(missing, admin);
            return admin.describeTopics(List.of(observations))
                    .topicNameValues()
                    .get(observations)
                    .get()
                    .partitions()
                    .size();
        } catch (ExecutionException e) {
            throw refused(kafka, e.getCause());
        } catch (KafkaException e) {
            throw refused(kafka, e);
        }
    }

    /**
     * What tells the brokers' cluster from every other, whatever their addresses.
     *
     * @throws ConfigurationException when no broker answers, or when it refuses
     */
    public static String cluster(JobConfiguration.Kafka kafka) throws InterruptedException {
        try (Admin admin = KafkaClients.admin(kafka)) {
            return admin.describeCluster().clusterId().get();
        } catch (ExecutionException e) {
            throw KafkaClients.refused(kafka, "say which cluster it is of", e.getCause());
        } catch (KafkaException e) {
            throw KafkaClients.refused(kafka, "say which cluster it is of", e);
        }
    }

    private static NewTopic topic(String topic, JobConfiguration.Kafka kafka) {
        Map<String, String> rules = topic.equals(ALERT_RULES)
                ? Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)
                : Map.of(
                        TopicConfig.RETENTION_MS_CONFIG,
                        Long.toString(kafka.retention().toMillis()),
                        // timestamps are event time; a recording may be ahead of the broker's clock
                        TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG,
                        Long.toString(Long.MAX_VALUE));
        return new NewTopic(kafka.topicPrefix() + topic, kafka.partitions(), kafka.replicationFactor()).configs(rules);
    }

    /** Another job may have been faster. */
    private static void awaitCreated(KafkaFuture<Void> created) throws InterruptedException, ExecutionException {
        try {
            created.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    /** A new topic is known to the broker's clients a moment later; until then a source would fail for it. */
    private static void awaitVisible(List<NewTopic> topics, Admin admin)
            throws InterruptedException, ExecutionException {
        List<String> names = topics.stream().map(NewTopic::name).toList();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(KafkaClients.PATIENCE_MS);
        while (!admin.listTopics().names().get().containsAll(names)) {
            if (System.nanoTime() > deadline) {
                throw new ExecutionException(new TimeoutException("New topics do not show up."));
            }
            Thread.sleep(20);
        }
    }

    private static ConfigurationException refused(JobConfiguration.Kafka kafka, Throwable why) {
        if (why instanceof InvalidReplicationFactorException) {
            return new ConfigurationException("kafka.replication-factor is " + kafka.replicationFactor()
                    + ", allowed is at most the number of brokers: " + why.getMessage());
        }
        return KafkaClients.refused(kafka, "create the topics", why);
    }
}
