package io.openinterest.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.LiveVenues;
import io.openinterest.job.kafka.KafkaClients;
import io.openinterest.job.kafka.Topics;
import io.openinterest.observation.OneLine;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prints the largest assets, the largest movers, and alerts that are new or retracted, whenever a boundary has been
 * published. Movement is that of contracts, not of dollars. It knows only what any consumer of committed records knows.
 */
final class BoundaryTable implements AutoCloseable {

    private static final int SHOWN_ASSETS = 10;
    private static final int MOVERS = 3;
    private static final int MAX_ALERTS = 10;

    /** Ours have twenty digits after the point; one with an exponent of a billion is endless when written out. */
    private static final int MAX_SCALE = 100;

    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String HORIZON = "5m";
    private static final String TOTAL = "total:all";
    private static final String ASSET = "asset:";
    private static final Logger LOG = LoggerFactory.getLogger(BoundaryTable.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;
    private final String metrics;
    private final String alerts;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread = new Thread(this::run, "boundary-table");
    private final VenueWatch venues;
    private final String observations;
    private final String quarantine;

    private final Map<String, Row> rows = new HashMap<>();
    private final Map<String, Move> moves = new HashMap<>();
    private final List<String> newAlerts = new ArrayList<>();
    private Instant newest = Instant.MIN;
    private Instant printed = Instant.MIN;
    private Instant seen = Instant.MIN;
    private Instant seenAt = Instant.MIN;
    private final Map<String, Instant> measured = new HashMap<>();
    private long quarantined;
    private String firstReason;

    private record Row(Instant time, BigDecimal value, String coverage, String exchanges) {}

    /** The change of contracts over the horizon, like for like; null where it is not known yet. */
    private record Move(Instant time, BigDecimal fraction, BigDecimal usd) {}

    /** A table of what is published from now on. */
    BoundaryTable(JobConfiguration configuration, PrintStream out) {
        this.out = out;
        JobConfiguration.Kafka kafka = configuration.kafka();
        String totals = kafka.topicPrefix() + Topics.of(Level.TOTAL, Interval.ONE_MINUTE);
        String assets = kafka.topicPrefix() + Topics.of(Level.ASSET, Interval.ONE_MINUTE);
        metrics = kafka.topicPrefix() + Topics.metrics(Interval.ONE_MINUTE);
        alerts = kafka.topicPrefix() + Topics.ALERTS;
        observations = kafka.topicPrefix() + Topics.OBSERVATIONS;
        quarantine = kafka.topicPrefix() + Topics.QUARANTINE;
        Map<String, Duration> patience = configuration.isLive() ? LiveVenues.patience(configuration) : Map.of();
        venues = new VenueWatch(
                patience, configuration.isLive() ? LiveVenues.deliverers(configuration) : Map.of(), Instant.now());
        consumer = KafkaClients.reader(kafka);
        List<TopicPartition> partitions = Stream.concat(
                        Stream.of(totals, assets, metrics, alerts, quarantine),
                        patience.isEmpty() ? Stream.of() : Stream.of(observations))
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

    /** What could not be used, in a sentence behind others; empty where everything could. Asked when the table is closed. */
    String unusable() {
        return quarantined == 0
                ? ""
                : " In " + quarantine + (quarantined == 1 ? " is 1 record" : " are " + quarantined + " records")
                        + " that could not be used, the first for: " + OneLine.of(firstReason) + ".";
    }

    private void run() {
        try {
            while (true) {
                consumer.poll(POLL).forEach(this::read);
                Instant now = Instant.now();
                if (!newest.equals(seen)) {
                    seen = newest;
                    seenAt = now;
                }
                if (newest.isAfter(printed)
                        && (isComplete() || seenAt.plus(PATIENCE).isBefore(now))) {
                    // alerts and movers of the same commits lie in other partitions
                    readToTheEnd();
                    print();
                }
                venues.news(now).forEach(line -> out.println("  " + line));
            }
        } catch (WakeupException e) {
            readToTheEnd();
            print();
        } catch (KafkaException e) {
            out.println("The table ends: " + Failures.sentence(e));
        }
    }

    /** Whether the assets read so far add up to the total, and each has its metrics. */
    private boolean isComplete() {
        Row total = rows.get(TOTAL);
        if (total == null || !total.time().equals(newest) || total.value() == null) {
            return false;
        }
        BigDecimal assets = BigDecimal.ZERO;
        for (Map.Entry<String, Row> entry : rows.entrySet()) {
            Row row = entry.getValue();
            if (!row.time().equals(newest) || row.value() == null) {
                continue;
            }
            if (!newest.equals(measured.get(entry.getKey()))) {
                return false;
            }
            assets = entry.getKey().equals(TOTAL) ? assets : assets.add(row.value());
        }
        return assets.compareTo(total.value()) == 0;
    }

    private void readToTheEnd() {
        Instant deadline = Instant.now().plus(PATIENCE);
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())
                && Instant.now().isBefore(deadline)) {
            consumer.poll(POLL).forEach(this::read);
        }
    }

    /** Somebody else may write anything into our topics: what can't be read as ours is passed over. */
    private void read(ConsumerRecord<byte[], byte[]> record) {
        try {
            if (record.key() != null && record.value() != null) {
                read(record, new String(record.key(), StandardCharsets.UTF_8), JSON.readTree(record.value()));
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("Passed over offset {} of {}", record.offset(), record.topic(), e);
        }
    }

    private void read(ConsumerRecord<byte[], byte[]> record, String key, JsonNode value) {
        Instant time = Instant.ofEpochMilli(record.timestamp());
        if (record.topic().equals(observations)) {
            venues.observed(value.path("venue").asText(), time);
        } else if (record.topic().equals(quarantine)) {
            String reason = value.path("detail").asText();
            venues.failed(key, reason);
            firstReason = quarantined++ == 0 ? reason : firstReason;
        } else if (record.topic().equals(alerts)) {
            String state = value.path("state").asText();
            boolean isRetracted = state.equals("retracted");
            if (isRetracted || state.equals("open") || state.equals("escalated")) {
                String what = isRetracted ? state : value.path("severity").asText();
                newAlerts.add(OneLine.of(what.toUpperCase(Locale.ROOT) + "  "
                        + value.path("message").asText()));
            }
        } else if (record.topic().equals(metrics)) {
            measured.put(key, time);
            moves.put(
                    key,
                    new Move(
                            time,
                            decimal(value.path("quantity_change_pct").path(HORIZON)),
                            decimal(value.path("quantity_change_usd").path(HORIZON))));
        } else {
            Row row = new Row(
                    time,
                    decimal(value.path("value_usd")),
                    value.path("coverage").asText(),
                    value.path("exchanges").asText());
            rows.put(value.path("level").asText() + ":" + key, row);
            newest = time.isAfter(newest) ? time : newest;
        }
    }

    private static BigDecimal decimal(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        BigDecimal number = new BigDecimal(value.asText());
        if (Math.abs(number.scale()) > MAX_SCALE) {
            throw new NumberFormatException("This is no figure of ours.");
        }
        return number;
    }

    private void print() {
        if (!newest.isAfter(printed)) {
            return;
        }
        rows.values().removeIf(row -> row.time().isBefore(newest) || row.value() == null);
        moves.values().removeIf(move -> move.time().isBefore(newest) || move.fraction() == null);
        measured.values().removeIf(time -> time.isBefore(newest));
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
