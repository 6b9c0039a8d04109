package io.openinterest.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openinterest.functions.Interval;
import io.openinterest.functions.Level;
import io.openinterest.job.Configuration;
import io.openinterest.job.Topics;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Prints the largest assets and the new alerts whenever a boundary has been published. It knows only what any consumer
 * of committed records knows.
 */
final class BoundaryTable implements AutoCloseable {

    private static final int LARGEST = 10;
    private static final int MOST_ALERTS = 10;
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long CHANGE_OVER_MS = Interval.FIVE_MINUTES.millis();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;
    private final String totals;
    private final String assets;
    private final String alerts;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Thread thread = new Thread(this::run, "boundary-table");

    private final Map<String, TreeMap<Instant, Row>> rows = new HashMap<>();
    private final List<String> newAlerts = new ArrayList<>();
    private Instant newest = Instant.MIN;
    private Instant printed = Instant.MIN;

    private record Row(BigDecimal value, String coverage, String exchanges) {}

    /** A table of what is published from now on. */
    BoundaryTable(Configuration.Kafka kafka, PrintStream out) {
        this.out = out;
        totals = kafka.topicPrefix() + Topics.total(Level.TOTAL, Interval.ONE_MINUTE);
        assets = kafka.topicPrefix() + Topics.total(Level.ASSET, Interval.ONE_MINUTE);
        alerts = kafka.topicPrefix() + Topics.ALERTS;
        Properties properties = new Properties();
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.servers());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = Stream.of(totals, assets, alerts)
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        thread.setDaemon(true);
    }

    /** Starts to print. */
    void start() {
        thread.start();
    }

    /** Prints what is still to be printed and ends. */
    @Override
    public void close() {
        if (!thread.isAlive()) {
            return;
        }
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        consumer.close();
    }

    private void run() {
        try {
            while (true) {
                ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
                records.forEach(this::read);
                // A pause means that a commit is complete.
                if (records.isEmpty()) {
                    print();
                }
            }
        } catch (WakeupException e) {
            readToTheEnd();
            print();
        }
    }

    private void readToTheEnd() {
        Instant deadline = Instant.now().plus(PATIENCE);
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())
                && Instant.now().isBefore(deadline)) {
            consumer.poll(POLL).forEach(this::read);
        }
    }

    private void read(ConsumerRecord<String, byte[]> record) {
        JsonNode value;
        try {
            value = JSON.readTree(record.value());
        } catch (IOException e) {
            return; // somebody else's record in our topic
        }
        if (record.topic().equals(alerts)) {
            String state = value.path("state").asText();
            if (state.equals("open") || state.equals("escalated")) {
                newAlerts.add("%s  %s"
                        .formatted(
                                value.path("severity").asText().toUpperCase(Locale.ROOT),
                                value.path("message").asText()));
            }
            return;
        }
        Instant time = Instant.ofEpochMilli(record.timestamp());
        TreeMap<Instant, Row> history = rows.computeIfAbsent(record.topic() + record.key(), key -> new TreeMap<>());
        history.headMap(time.minusMillis(CHANGE_OVER_MS)).clear();
        history.put(
                time,
                new Row(
                        value.path("value_usd").isNull()
                                ? BigDecimal.ZERO
                                : new BigDecimal(value.path("value_usd").asText()),
                        value.path("coverage").asText(),
                        value.path("exchanges").asText()));
        newest = time.isAfter(newest) ? time : newest;
    }

    private void print() {
        if (!newest.isAfter(printed)) {
            return;
        }
        StringBuilder table = new StringBuilder(
                "%n%-24s %20s %9s %9s %10s%n".formatted(newest, "open interest, USD", "5m", "coverage", "exchanges"));
        line(table, "total", totals + "all");
        rows.entrySet().stream()
                .filter(entry ->
                        entry.getKey().startsWith(assets) && entry.getValue().containsKey(newest))
                .sorted(Comparator.comparing(
                        (Map.Entry<String, TreeMap<Instant, Row>> entry) ->
                                entry.getValue().get(newest).value(),
                        Comparator.reverseOrder()))
                .limit(LARGEST)
                .forEach(entry -> line(table, entry.getKey().substring(assets.length()), entry.getKey()));
        newAlerts.stream()
                .limit(MOST_ALERTS)
                .forEach(alert -> table.append("  ").append(alert).append('\n'));
        if (newAlerts.size() > MOST_ALERTS) {
            table.append("  and ").append(newAlerts.size() - MOST_ALERTS).append(" more alerts\n");
        }
        newAlerts.clear();
        rows.values().removeIf(history -> history.lastKey().isBefore(newest.minusMillis(CHANGE_OVER_MS)));
        printed = newest;
        out.print(table);
    }

    private void line(StringBuilder table, String name, String key) {
        TreeMap<Instant, Row> history = rows.getOrDefault(key, new TreeMap<>());
        Row row = history.get(newest);
        if (row == null) {
            return;
        }
        Row before = history.get(newest.minusMillis(CHANGE_OVER_MS));
        table.append(String.format(
                Locale.ROOT,
                "%-24s %,20d %9s %9s %10s%n",
                name,
                row.value().setScale(0, RoundingMode.HALF_EVEN).toBigInteger(),
                before == null || before.value().signum() == 0 ? "" : percent(row.value(), before.value()),
                row.coverage(),
                row.exchanges()));
    }

    private static String percent(BigDecimal now, BigDecimal before) {
        BigDecimal change = now.subtract(before).divide(before, 8, RoundingMode.HALF_EVEN);
        return String.format(Locale.ROOT, "%+.2f %%", change.movePointRight(2));
    }
}
