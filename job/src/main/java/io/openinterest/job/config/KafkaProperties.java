package io.openinterest.job.config;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/** Properties of Kafka's clients as a user may set them. Their values may be secrets: no message shows one. */
final class KafkaProperties {

    /** Properties of any Kafka client; each takes those that concern it. */
    private static final List<ConfigDef> CLIENTS =
            List.of(ProducerConfig.configDef(), ConsumerConfig.configDef(), AdminClientConfig.configDef());

    private static final Set<String> NAMES =
            CLIENTS.stream().flatMap(client -> client.names().stream()).collect(Collectors.toUnmodifiableSet());

    /** Bytes that a record of what could not be used has room in, whatever it was. */
    private static final long MIN_REQUEST = 65_536;

    /** Properties on which exactly-once and the reading of topics rest. */
    private static final Set<String> SET_BY_THE_JOB = Set.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            ConsumerConfig.GROUP_ID_CONFIG);

    private KafkaProperties() {}

    /**
     * Returns them as they are.
     *
     * @param shortest how long a transaction may be open: from one checkpoint to the next, and while that is taken
     * @throws ConfigurationException on a name that no client has or the job sets itself, and on a value that is not allowed
     */
    static Map<String, String> checked(Map<String, String> properties, Duration shortest) {
        for (String name : properties.keySet()) {
            if (SET_BY_THE_JOB.contains(name)) {
                throw new ConfigurationException("kafka.properties." + name + " is set by the job itself.");
            }
            if (!NAMES.contains(name)) {
                throw new ConfigurationException("There is no key kafka.properties." + name + ", "
                        + Section.perhaps(name, NAMES, "kafka.properties.")
                        + "allowed are the properties of Kafka's clients.");
            }
            requireValid(name, properties.get(name));
        }
        requireAtLeast(MIN_REQUEST, ProducerConfig.MAX_REQUEST_SIZE_CONFIG, properties);
        requireAtLeast(shortest.toMillis(), ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, properties);
        return properties;
    }

    /** As Kafka's clients would find, which show the value. */
    private static void requireValid(String name, String value) {
        for (ConfigDef client : CLIENTS) {
            ConfigDef.ConfigKey key = client.configKeys().get(name);
            if (key == null || key.type == ConfigDef.Type.CLASS) {
                continue;
            }
            try {
                Object parsed = ConfigDef.parseType(name, value, key.type);
                if (key.validator != null) {
                    key.validator.ensureValid(name, parsed);
                }
            } catch (ConfigException e) {
                throw new ConfigurationException("kafka.properties." + name + " can't be used, allowed is "
                        + (key.validator == null
                                ? "a value of type " + key.type.name().toLowerCase(Locale.ROOT)
                                : key.validator)
                        + ".");
            }
        }
    }

    private static void requireAtLeast(long least, String name, Map<String, String> properties) {
        if (properties.containsKey(name) && Long.parseLong(properties.get(name).strip()) < least) {
            throw new ConfigurationException(
                    "kafka.properties." + name + " can't be used, allowed is at least " + least + ".");
        }
    }
}
