package io.openinterest.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** A reader of committed records that is there from the first on, whatever happens to the broker. */
final class Follower {

    private final Map<String, Integer> records = new HashMap<>();
    private final String prefix;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Thread thread = new Thread(this::run, "follower");
    private volatile boolean ended;
    private volatile int count;

    /** Follows the topics with a prefix that there are now. */
    Follower(String servers, String prefix) {
        this.prefix = prefix;
        consumer = Committed.reader(servers);
        consumer.assign(Committed.partitions(consumer, prefix));
        consumer.seekToBeginning(consumer.assignment());
        thread.start();
    }

    /** What it has got when nothing more comes. */
    Map<String, Integer> end() throws InterruptedException {
        ended = true;
        thread.join();
        return records;
    }

    /** The number of different records it has got so far. */
    int count() {
        return count;
    }

    private void run() {
        try (consumer) {
            while (!ended) {
                read();
            }
            List<TopicPartition> partitions = List.copyOf(consumer.assignment());
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                read();
            }
        }
    }

    private void read() {
        consumer.poll(Duration.ofMillis(200))
                .forEach(record -> records.merge(Committed.text(record, prefix), 1, Integer::sum));
        count = records.size();
    }
}
