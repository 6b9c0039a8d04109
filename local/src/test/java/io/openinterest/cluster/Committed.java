package io.openinterest.cluster;

import io.openinterest.Await;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What is committed at a broker, and what is not yet. */
final class Committed {

    private static final Set<TransactionState> OPEN =
            EnumSet.of(TransactionState.ONGOING, TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT);

    private Committed() {}

    /**
     * What a reader of committed records gets of all topics with a prefix, once no transaction of the prefix is open any
     * more: how often each record, which is its topic without the prefix, key, time and a hash of its value.
     */
    static Map<String, Integer> records(String servers, String prefix) throws Exception {
        awaitNoOpenTransaction(servers, prefix);
        return new Follower(servers, prefix).end();
    }

    /** How far readers of committed records get in all topics with a prefix together. */
    static long count(String servers, String prefix) {
        try (KafkaConsumer<String, byte[]> consumer = reader(servers)) {
            return consumer.endOffsets(partitions(consumer, prefix)).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    static KafkaConsumer<String, byte[]> reader(String servers) {
        Map<String, Object> settings = Map.of("bootstrap.servers", servers, "isolation.level", "read_committed");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }

    static List<TopicPartition> partitions(KafkaConsumer<String, byte[]> consumer, String prefix) {
        return consumer.listTopics().entrySet().stream()
                .filter(topic -> topic.getKey().startsWith(prefix))
                .flatMap(topic -> topic.getValue().stream())
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
    }

    /** Removes the topics with a prefix. */
    static void remove(String servers, String prefix) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", servers))) {
            admin.deleteTopics(admin.listTopics().names().get().stream()
                            .filter(topic -> topic.startsWith(prefix))
                            .toList())
                    .all()
                    .get();
        }
    }

    static String text(ConsumerRecord<String, byte[]> record, String prefix) {
        return record.topic().substring(prefix.length()) + " " + record.key() + " " + record.timestamp() + " "
                + Arrays.hashCode(record.value());
    }

    /** Records that are not as often in the one as in the other, at most ten. */
    static List<String> difference(Map<String, Integer> expected, Map<String, Integer> actual) {
        List<String> difference = new ArrayList<>();
        expected.forEach((record, count) -> {
            if (!count.equals(actual.get(record)) && difference.size() < 10) {
                difference.add(record + ": " + actual.getOrDefault(record, 0) + " times");
            }
        });
        actual.forEach((record, count) -> {
            if (!expected.containsKey(record) && difference.size() < 20) {
                difference.add(record + ": " + count + " times, expected is none");
            }
        });
        return difference;
    }

    /** Waits until a job whose topics have a prefix is in the middle of a transaction. */
    static void awaitOpenTransaction(String servers, String prefix) throws Exception {
        Await.until(() -> hasOpenTransaction(servers, prefix));
    }

    /** Waits until readers of committed records get all that a job whose topics have a prefix has committed. */
    static void awaitNoOpenTransaction(String servers, String prefix) throws Exception {
        Await.until(() -> !hasOpenTransaction(servers, prefix));
    }

    private static boolean hasOpenTransaction(String servers, String prefix)
            throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", servers))) {
            return admin.listTransactions(new ListTransactionsOptions().filterStates(OPEN)).all().get().stream()
                    .anyMatch(transaction -> transaction.transactionalId().startsWith(prefix));
        }
    }
}
