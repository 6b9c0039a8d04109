package io.openinterest.job.kafka;

import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Every client of the broker is made of the properties that this class hands out. */
public final class KafkaClients {

    /** The isolation by which consumers see a record once: what is not committed yet, or aborted, is no record. */
    static final String COMMITTED_ONLY = "read_committed";

    /** Broker and network get this long to answer before a start is given up. */
    static final int PATIENCE_MS = 10_000;

    private KafkaClients() {}

    /** Properties that the configuration gives every client: where the brokers are, and the user's own properties. */
    static Properties properties(JobConfiguration.Kafka kafka) {
        Properties properties = new Properties();
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.servers());
        properties.putAll(kafka.properties());
        return properties;
    }

    /** An administrator that gives up soon. */
    static Admin admin(JobConfiguration.Kafka kafka) {
        Properties properties = patient(properties(kafka));
        properties.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MS);
        return Admin.create(properties);
    }

    /** A reader of committed records, to which partitions are assigned by hand. */
    public static KafkaConsumer<byte[], byte[]> reader(JobConfiguration.Kafka kafka) {
        return reader(properties(kafka));
    }

    /** The same, of what {@link #properties} gave. */
    static KafkaConsumer<byte[], byte[]> reader(Properties client) {
        Properties properties = patient(client);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, COMMITTED_ONLY);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** A call takes {@link #PATIENCE_MS}, or as long as one request where the user gives that more. */
    private static Properties patient(Properties client) {
        Properties properties = new Properties();
        properties.putAll(client);
        Object request = client.getOrDefault(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "0");
        int least = Integer.parseInt(request.toString().strip());
        properties.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.max(PATIENCE_MS, least));
        return properties;
    }

    /**
     * The sentence for the user when brokers can't be used.
     *
     * @param purpose what they refused, as it stands behind "which refused to"
     */
    static ConfigurationException refused(JobConfiguration.Kafka kafka, String purpose, Throwable why) {
        Throwable cause = why instanceof KafkaException && why.getCause() != null ? why.getCause() : why;
        String broker = "kafka.bootstrap-servers is \"" + kafka.servers() + "\", ";
        if (cause instanceof TimeoutException) {
            return new ConfigurationException(
                    broker + "but no broker answered there within " + PATIENCE_MS / 1000 + " s.");
        }
        String reason = reason(cause);
        if (cause instanceof ConfigException && reason.contains(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG)) {
            return new ConfigurationException(broker + "allowed is host:port of a broker, several with commas.");
        }
        if (cause instanceof ConfigException || cause == why && !(cause instanceof KafkaException)) {
            return new ConfigurationException("kafka.properties can't be used: " + withoutValues(kafka, reason));
        }
        return new ConfigurationException(broker + "which refused to " + purpose + ": " + withoutValues(kafka, reason));
    }

    /** The sentence for the user when no client can be made of the properties, before any broker is asked. */
    static ConfigurationException unusable(JobConfiguration.Kafka kafka, KafkaException why) {
        Throwable cause = why;
        while (cause.getCause() instanceof KafkaException) {
            cause = cause.getCause();
        }
        if (cause instanceof ConfigException) {
            return refused(kafka, "", cause);
        }
        return new ConfigurationException("kafka.properties can't be used: " + withoutValues(kafka, reason(cause)));
    }

    private static String reason(Throwable cause) {
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("unknown fault");
    }

    /** Kafka quotes values in its sentences; those of the user's own properties are not to be shown. */
    private static String withoutValues(JobConfiguration.Kafka kafka, String sentence) {
        String shown = sentence;
        for (String value : kafka.properties().values()) {
            if (value.length() > 3) {
                shown = shown.replace(value, "(not shown)");
            }
        }
        return shown;
    }
}
