package io.openinterest.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.kafka.Topics;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
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
 * Prints the largest assets, the largest movers and the new alerts whenever a boundary has been published. Movement is
 * that of contracts, not of dollars. It knows only what any consumer of committed records knows.
 */
final class BoundaryTable implements AutoCloseable {

    private static final int SHOWN_ASSETS = 10;
    private static final int MOVERS = 3;
    private static final int MAX_ALERTS = 10;
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String HORIZON = "5m";
    private static final String TOTAL = "total:all";
    private static final String ASSET = "asset:";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;
    private final String metrics;
    private final String alerts;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Thread thread = new Thread(this::run, "boundary-table");

    private final Map<String, Row> rows = new HashMap<>();
    private final Map<String, Move> moves = new HashMap<>();
    private final List<String> newAlerts = new ArrayList<>();
    private Instant newest = Instant.MIN;
    private Instant printed = Instant.MIN;

    private record Row(Instant time, BigDecimal value, String coverage, String exchanges) {}

    /** The change of contracts over the horizon, like for like; null where it is not known yet. */
    private record Move(Instant time, BigDecimal fraction, BigDecimal usd) {}

    /** A table of what is published from now on. */
    BoundaryTable(JobConfiguration.Kafka kafka, PrintStream out) {
        this.out = out;
        String totals = kafka.topicPrefix() + Topics.total(Level.TOTAL, Interval.ONE_MINUTE);
        String assets = kafka.topicPrefix() + Topics.total(Level.ASSET, Interval.ONE_MINUTE);
        metrics = kafka.topicPrefix() + Topics.metrics(Interval.ONE_MINUTE);
        alerts = kafka.topicPrefix() + Topics.ALERTS;
        Properties properties = new Properties();
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.servers());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = Stream.of(totals, assets, metrics, alerts)
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
        if (record.topic().equals(metrics)) {
            moves.put(
                    record.key(),
                    new Move(
                            time,
                            decimal(value.path("quantity_change_pct").path(HORIZON)),
                            decimal(value.path("quantity_change_usd").path(HORIZON))));
            return;
        }
        Row row = new Row(
                time,
                decimal(value.path("value_usd")),
                value.path("coverage").asText(),
                value.path("exchanges").asText());
        rows.put(value.path("level").asText() + ":" + record.key(), row);
        newest = time.isAfter(newest) ? time : newest;
    }

    private static BigDecimal decimal(JsonNode value) {
        return value.isMissingNode() || value.isNull() ? null : new BigDecimal(value.asText());
    }

    private void print() {
        if (!newest.isAfter(printed)) {
            return;
        }
        rows.values().removeIf(row -> row.time().isBefore(newest) || row.value() == null);
        moves.values().removeIf(move -> move.time().isBefore(newest) || move.fraction() == null);
        // partitions of one commit are read one after the other
        if (!rows.containsKey(TOTAL) || rows.keySet().stream().noneMatch(entity -> entity.startsWith(ASSET))) {
            return;
        }
        StringBuilder table = new StringBuilder("%n%-24s %20s %12s %9s %10s%n"
                .formatted(newest, "open interest, USD", "contracts 5m", "coverage", "exchanges"));
        line(table, "total", TOTAL);
        rows.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(ASSET))
                .sorted(Map.Entry.comparingByValue(
                        Comparator.comparing(Row::value).reversed()))
                .limit(SHOWN_ASSETS)
                .forEach(entry -> line(table, entry.getKey().substring(ASSET.length()), entry.getKey()));
        moves.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(ASSET)
                        && entry.getValue().usd().signum() != 0)
                .sorted(Map.Entry.comparingByValue(
                        Comparator.comparing((Move move) -> move.usd().abs()).reversed()))
                .limit(MOVERS)
                .forEach(entry -> table.append(String.format(
                        Locale.ROOT,
                        "  moved: %-15s %+,20.0f %12s%n",
                        entry.getKey().substring(ASSET.length()),
                        entry.getValue().usd(),
                        percent(entry.getValue()))));
        newAlerts.stream()
                .limit(MAX_ALERTS)
                .forEach(alert -> table.append("  ").append(alert).append('\n'));
        if (newAlerts.size() > MAX_ALERTS) {
            table.append("  and ").append(newAlerts.size() - MAX_ALERTS).append(" more alerts\n");
        }
        newAlerts.clear();
        printed = newest;
        out.print(table);
    }

    private void line(StringBuilder table, String name, String entity) {
        Row row = rows.get(entity);
        if (row != null) {
            table.append(String.format(
                    Locale.ROOT,
                    "%-24s %,20.0f %12s %9s %10s%n",
                    name,
                    row.value(),
                    percent(moves.get(entity)),
                    row.coverage(),
                    row.exchanges()));
        }
    }

    private static String percent(Move move) {
        return move == null
                ? ""
                : String.format(Locale.ROOT, "%+.2f %%", move.fraction().movePointRight(2));
    }
}
