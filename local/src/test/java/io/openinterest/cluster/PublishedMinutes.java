package io.openinterest.cluster;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The minutes of a running job as a reader of committed records sees them, of each record the newest revision; and what
 * does not hold of them though it always must.
 */
final class PublishedMinutes implements AutoCloseable {

    private static final List<String> LEVELS = List.of("exchange-asset", "asset", "exchange", "pair", "total");

    /** The parts of a total's change, which add up to it. */
    private static final List<String> CAUSES =
            List.of("quantity_usd", "price_usd", "entries_usd", "exits_usd", "coverage_usd", "restatement_usd");

    private final ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private final String prefix;
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Map<String, Integer> revisions = new HashMap<>();
    private final Set<String> observations = new HashSet<>();
    private final NavigableMap<Instant, Map<String, Market>> markets = new TreeMap<>();
    private final NavigableMap<Instant, Map<String, Total>> totals = new TreeMap<>();
    private final List<String> quarantined = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();

    /** A market that is included at a boundary. */
    record Market(String venue, String assetClass, Instant expiration, Instant observedAt, BigDecimal valueUsd) {

        boolean isExpired(Instant boundary) {
            return expiration != null && !expiration.isAfter(boundary);
        }
    }

    /** A total, with all its figures that add up. */
    private record Total(String level, String exchange, String asset, Map<String, BigDecimal> figures) {}

    /** Reads the topics with a prefix that there are now. */
    PublishedMinutes(String servers, String prefix) {
        this.prefix = prefix;
        consumer = Committed.reader(servers);
        partitions = Committed.partitions(consumer, prefix);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Reads all that is committed by now. */
    void read() throws IOException {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        do {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                take(record.topic().substring(prefix.length()), record.key(), json.readTree(record.value()));
            }
        } while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition)));
    }

    /** The newest boundary; the beginning of time before the first. */
    Instant newest() {
        return totals.isEmpty() ? Instant.EPOCH : totals.lastKey();
    }

    /** Markets included at a boundary, by their name. */
    Map<String, Market> markets(Instant boundary) {
        return markets.getOrDefault(boundary, Map.of());
    }

    /** Boundaries after one, in order. */
    List<Instant> after(Instant boundary) {
        return List.copyOf(markets.tailMap(boundary, false).keySet());
    }

    /** Quarantine records, each as venue, reason, detail and endpoint. */
    List<String> quarantined() {
        return quarantined;
    }

    /** What does not hold up to a boundary; to be asked when all transactions are over. */
    List<String> violations(Instant last) {
        List<String> all = new ArrayList<>(violations);
        totals.headMap(last, true).forEach((boundary, rows) -> addUp(boundary, rows, all));
        return all;
    }

    private void take(String topic, String key, JsonNode value) {
        switch (topic) {
            case "observations" -> {
                // a stream and a poll may well say the same of a market in the same millisecond
                if (!observations.add(value.toString())) {
                    violations.add("twice in observations: " + value);
                }
            }
            case "quarantine" ->
                quarantined.add(key + " " + value.path("reason").asText() + ": "
                        + value.path("detail").asText() + " ("
                        + value.path("endpoint").asText() + ")");
            case "alerts", "alert-rules", "evidence" -> {}
            default -> row(topic, key, value);
        }
    }

    private void row(String topic, String key, JsonNode value) {
        Instant time = Instant.parse(value.path("time").asText());
        int revision = value.path("revision").asInt();
        Integer before = revisions.put(topic + " " + key + " " + time, revision);
        if (revision != (before == null ? 0 : before + 1)) {
            violations.add("%s %s at %s: revision %d follows %s".formatted(topic, key, time, revision, before));
        }
        boolean isWithdrawn = value.path("withdrawn").asBoolean();
        if (topic.equals("market.1m")) {
            put(markets, time, key, isWithdrawn ? null : market(value));
        } else if (topic.endsWith(".1m") && LEVELS.contains(topic.substring(0, topic.length() - 3))) {
            put(totals, time, topic + " " + key, isWithdrawn ? null : total(topic, value));
            explained(topic + " " + key + " at " + time, value);
        }
    }

    private static <T> void put(Map<Instant, Map<String, T>> all, Instant time, String key, T row) {
        Map<String, T> rows = all.computeIfAbsent(time, at -> new TreeMap<>());
        if (row == null) {
            rows.remove(key);
        } else {
            rows.put(key, row);
        }
    }

    private static Market market(JsonNode value) {
        String expiration = value.path("expiration").asText(null);
        return new Market(
                value.path("venue").asText(),
                value.path("asset_class").asText(),
                value.path("expiration").isNull() ? null : Instant.parse(expiration),
                Instant.parse(value.path("observed_at").asText()),
                value.path("value_usd").decimalValue());
    }

    private static Total total(String topic, JsonNode value) {
        Map<String, BigDecimal> figures = new TreeMap<>();
        figures.put("value_usd", value.path("value_usd").decimalValue());
        for (String group : List.of("by_type", "by_margin", "markets")) {
            value.path(group)
                    .properties()
                    .forEach(figure -> figures.put(
                            group + "." + figure.getKey(), figure.getValue().decimalValue()));
        }
        return new Total(
                topic.substring(0, topic.length() - 3),
                value.path("exchange").asText(),
                value.path("asset").asText(),
                figures);
    }

    /** A change is what it is made of, and what the value is more than it was. */
    private void explained(String what, JsonNode value) {
        JsonNode change = value.path("change");
        if (!change.isObject()) {
            return;
        }
        BigDecimal total = change.path("total_usd").decimalValue();
        BigDecimal parts = CAUSES.stream()
                .map(cause -> change.path(cause).decimalValue())
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal more = value.path("value_usd")
                .decimalValue()
                .subtract(value.path("open_usd").decimalValue());
        if (total.compareTo(parts) != 0 || total.compareTo(more) != 0) {
            violations.add(what + " is not explained by its change: " + value);
        }
    }

    private void addUp(Instant boundary, Map<String, Total> rows, List<String> all) {
        Map<String, Map<String, BigDecimal>> sums = new TreeMap<>();
        rows.values().forEach(row -> {
            sum(sums, row.level, row.figures);
            if (row.level.equals("exchange-asset")) {
                sum(sums, "of asset " + row.asset, row.figures);
                sum(sums, "of exchange " + row.exchange, row.figures);
            } else if (row.level.equals("asset")) {
                sum(sums, "asset " + row.asset, row.figures);
            } else if (row.level.equals("exchange")) {
                sum(sums, "exchange " + row.exchange, row.figures);
            }
        });
        Map<String, BigDecimal> total = sums.getOrDefault("total", Map.of());
        for (String level : LEVELS) {
            compare(boundary + " " + level, total, sums.get(level), all);
        }
        sums.forEach((name, sum) -> {
            if (name.startsWith("asset ") || name.startsWith("exchange ")) {
                compare(boundary + " " + name, sum, sums.get("of " + name), all);
            }
        });
        BigDecimal ofMarkets = markets(boundary).values().stream()
                .filter(market -> market.assetClass.equals("crypto"))
                .map(Market::valueUsd)
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        compare(
                boundary + " markets",
                Map.of("value_usd", total.getOrDefault("value_usd", BigDecimal.ZERO)),
                Map.of("value_usd", ofMarkets),
                all);
    }

    private static void sum(Map<String, Map<String, BigDecimal>> sums, String name, Map<String, BigDecimal> figures) {
        Map<String, BigDecimal> sum = sums.computeIfAbsent(name, key -> new TreeMap<>());
        figures.forEach((figure, value) -> sum.merge(figure, value, BigDecimal::add));
    }

    private static void compare(
            String what, Map<String, BigDecimal> whole, Map<String, BigDecimal> parts, List<String> all) {
        whole.forEach((figure, value) -> {
            BigDecimal other = parts == null ? BigDecimal.ZERO : parts.getOrDefault(figure, BigDecimal.ZERO);
            if (value.compareTo(other) != 0) {
                all.add("%s: %s is %s, its parts add up to %s".formatted(what, figure, value, other));
            }
        });
    }

    @Override
    public void close() {
        consumer.close();
    }
}
