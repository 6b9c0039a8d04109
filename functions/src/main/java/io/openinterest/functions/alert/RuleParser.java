package io.openinterest.functions.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openinterest.functions.alert.AlertRule.Direction;
import io.openinterest.functions.record.AlertEvent.Kind;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.observation.Durations;
import io.openinterest.observation.Json;
import io.openinterest.observation.Quarantined;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Rules as they are written: a list in the configuration, one JSON object per record in the topic. Read strictly; a rule
 * that can't be used is quarantined and the others go on.
 *
 * <pre>{@code
 * - id: asset-build-up
 *   kind: market                 # default; or data-quality
 *   level: asset                 # total, asset, exchange, exchange-asset, pair, market
 *   ids: ["*"]                   # default; or a list
 *   interval: 5m
 *   metric: quantity_change_pct.5m
 *   direction: both              # default; up, down, both, above, below
 *   warning: 0.02                # default 1 for booleans
 *   critical: 0.05               # default none
 *   clear: 0.01                  # default half of warning; above, below: warning
 *   for: 1                       # default; boundaries in a row before it opens
 *   cooldown: 1h                 # default 0; after it resolves
 *   min-value-usd: 5000000       # default 0
 *   min-coverage: 0.95           # default 0
 * }</pre>
 *
 * @param rules the usable ones, in the order written
 * @param quarantined one record for each that is not
 */
public record RuleParser(List<AlertRule> rules, List<Quarantined> quarantined) {

    private static final JsonMapper MAPPER = Json.mapper(Json.Decimals.NUMBER);
    private static final ObjectReader STRICT = MAPPER.reader()
            .with(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY, DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Set<String> KEYS = Set.of(
            "id",
            "kind",
            "level",
            "ids",
            "interval",
            "metric",
            "direction",
            "warning",
            "critical",
            "clear",
            "for",
            "cooldown",
            "min-value-usd",
            "min-coverage");
    private static final List<String> LEVELS =
            Stream.of(Level.values()).map(Level::text).toList();
    private static final List<String> INTERVALS =
            Stream.of(Interval.values()).map(Interval::text).toList();
    private static final BigDecimal TWO = BigDecimal.valueOf(2);
    private static final int MAX_ID = 200;
    private static final int MAX_IDS = 10_000;
    private static final int MAX_BOUNDARIES = 100_000;
    private static final int MAX_NUMBER = 40;
    private static final int MAX_NUMBER_TEXT = 100;
    private static final int VERSION_DIGITS = 12;

    /**
     * The start rules.
     *
     * @param list the list in the configuration; a node that is no list is one fault
     */
    public static RuleParser of(JsonNode list) {
        List<AlertRule> rules = new ArrayList<>();
        List<Quarantined> quarantined = new ArrayList<>();
        if (!list.isArray()) {
            quarantined.add(quarantined(null, list.toString(), "The start rules are no list."));
        }
        Set<String> ids = new HashSet<>();
        for (JsonNode node : list.isArray() ? list : List.<JsonNode>of()) {
            try {
                AlertRule rule = parse(node);
                if (!ids.add(rule.subject().id())) {
                    throw new BadRuleException("There is another rule "
                            + BadRuleException.quoted(rule.subject().id()) + " before this one.");
                }
                rules.add(rule);
            } catch (BadRuleException e) {
                quarantined.add(quarantined(null, node.toString(), e.getMessage()));
            }
        }
        return new RuleParser(rules, quarantined);
    }

    /**
     * Reads a rule that is JSON text.
     *
     * @throws BadRuleException with one sentence that names the fault
     */
    static AlertRule parse(String json) {
        JsonNode node;
        try {
            node = STRICT.readTree(json);
        } catch (JsonProcessingException e) {
            throw new BadRuleException("The rule is no JSON object.");
        } catch (NumberFormatException e) {
            // what Jackson throws for an exponent of ten digits
            throw new BadRuleException("The rule has a number beyond all bounds.");
        }
        return parse(node);
    }

    /** The record of a rule that can't be used. */
    static Quarantined quarantined(Instant time, String raw, String sentence) {
        return new Quarantined(time, "", null, null, Quarantined.Reason.BAD_RULE, sentence, raw);
    }

    private static AlertRule parse(JsonNode node) {
        if (!node.isObject()) {
            throw new BadRuleException("The rule is no object.");
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!KEYS.contains(field.getKey())) {
                throw new BadRuleException(
                        "There is no key " + BadRuleException.quoted(field.getKey()) + " in a rule.");
            }
        }
        String id = text(node, "id", null);
        if (id.isEmpty() || id.length() > MAX_ID) {
            throw new BadRuleException("The id must have 1 to " + MAX_ID + " characters.");
        }
        Level level = Level.values()[index(node, "level", LEVELS, null)];
        Interval interval = Interval.values()[index(node, "interval", INTERVALS, null)];
        String path = text(node, "metric", null);
        RuleMetric metric = RuleMetric.at(path, level, interval);
        Direction direction =
                Direction.values()[index(node, "direction", List.of("up", "down", "both", "above", "below"), "both")];
        boolean isLevel = direction.isOfLevel();
        BigDecimal warning = number(node, "warning", metric.isBoolean() ? BigDecimal.ONE : null);
        if (warning == null) {
            throw new BadRuleException("The key \"warning\" is missing.");
        }
        BigDecimal critical = number(node, "critical", null);
        BigDecimal clear = number(node, "clear", isLevel ? warning : warning.divide(TWO));
        if (!isLevel && warning.signum() <= 0) {
            throw new BadRuleException("The key \"warning\" must be above 0.");
        }
        if (critical != null && isBeyond(direction, warning, critical)) {
            throw new BadRuleException("The key \"critical\" must not be reached before \"warning\".");
        }
        if (isBeyond(direction, clear, warning)) {
            throw new BadRuleException("The key \"clear\" must not be beyond \"warning\".");
        }
        BigDecimal minValue = number(node, "min-value-usd", BigDecimal.ZERO);
        if (minValue.signum() < 0) {
            throw new BadRuleException("The key \"min-value-usd\" must not be below 0.");
        }
        BigDecimal minCoverage = number(node, "min-coverage", BigDecimal.ZERO);
        if (minCoverage.signum() < 0 || minCoverage.compareTo(BigDecimal.ONE) > 0) {
            throw new BadRuleException("The key \"min-coverage\" must be from 0 to 1.");
        }
        Kind kind = Kind.values()[index(node, "kind", List.of("market", "data-quality"), "market")];
        List<String> ids = ids(node);
        AlertRule.Conditions conditions =
                new AlertRule.Conditions(boundaries(node), cooldown(node), minValue, minCoverage);
        // the version last: it writes all numbers out, and 1e999999999 would take a gigabyte
        return new AlertRule(
                new AlertRule.Subject(id, version(node), kind, level, interval, path),
                ids,
                new AlertRule.Thresholds(direction, warning, critical, clear),
                conditions);
    }

    /** Whether the first threshold is reached later than the second. */
    private static boolean isBeyond(Direction direction, BigDecimal first, BigDecimal second) {
        int order = first.compareTo(second);
        return direction == Direction.BELOW ? order < 0 : order > 0;
    }

    private static List<String> ids(JsonNode rule) {
        JsonNode ids = rule.get("ids");
        if (ids == null) {
            return List.of("*");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode id : ids.isArray() ? ids : List.<JsonNode>of()) {
            if (!id.isTextual() || id.asText().isEmpty()) {
                throw new BadRuleException("The key \"ids\" must hold texts only.");
            }
            texts.add(id.asText());
        }
        if (texts.isEmpty() || texts.size() > MAX_IDS) {
            throw new BadRuleException("The key \"ids\" must be a list of 1 to " + MAX_IDS + " texts.");
        }
        return texts;
    }

    private static int boundaries(JsonNode rule) {
        BigDecimal count = number(rule, "for", BigDecimal.ONE);
        if (count.stripTrailingZeros().scale() > 0
                || count.signum() <= 0
                || count.compareTo(BigDecimal.valueOf(MAX_BOUNDARIES)) > 0) {
            throw new BadRuleException("The key \"for\" must be a whole number from 1 to " + MAX_BOUNDARIES + ".");
        }
        return count.intValueExact();
    }

    private static long cooldown(JsonNode rule) {
        JsonNode node = rule.get("cooldown");
        if (node == null || node.asText().equals("0")) {
            return 0;
        }
        Duration cooldown = Durations.of(node.asText());
        if (cooldown == null) {
            throw new BadRuleException("The key \"cooldown\" must be 0 or a duration such as 90s, 5m or 1h.");
        }
        return cooldown.toMillis();
    }

    private static int index(JsonNode rule, String key, List<String> allowed, String fallback) {
        int index = allowed.indexOf(text(rule, key, fallback));
        if (index < 0) {
            throw new BadRuleException("The key \"" + key + "\" must be one of " + String.join(", ", allowed) + ".");
        }
        return index;
    }

    private static String text(JsonNode rule, String key, String fallback) {
        JsonNode node = rule.get(key);
        if (node == null && fallback != null) {
            return fallback;
        }
        if (node == null) {
            throw new BadRuleException("The key \"" + key + "\" is missing.");
        }
        if (!node.isTextual()) {
            throw new BadRuleException("The key \"" + key + "\" must be a text.");
        }
        return node.asText();
    }

    /** A number, or its text. */
    private static BigDecimal number(JsonNode rule, String key, BigDecimal fallback) {
        JsonNode node = rule.get(key);
        if (node == null) {
            return fallback;
        }
        // the length first: a decimal of a million digits is read for seconds
        if (node.isNumber() || node.isTextual() && node.textValue().length() <= MAX_NUMBER_TEXT) {
            try {
                BigDecimal value = node.isNumber() ? node.decimalValue() : new BigDecimal(node.asText());
                if (Math.abs((long) value.precision() - value.scale()) <= MAX_NUMBER
                        && Math.abs((long) value.scale()) <= MAX_NUMBER) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // said below, as for any other text
            }
        }
        throw new BadRuleException("The key \"" + key + "\" must be a number.");
    }

    /** The rule as JSON with sorted keys, no spaces and plain numbers, hashed. */
    static String version(JsonNode rule) {
        try {
            byte[] text = MAPPER.writeValueAsString(canonical(rule)).getBytes(StandardCharsets.UTF_8);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
            return HexFormat.of().formatHex(hash).substring(0, VERSION_DIGITS);
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("A rule that was read can't be written.", e);
        }
    }

    private static Object canonical(JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> fields = new TreeMap<>();
            node.properties().forEach(field -> fields.put(field.getKey(), canonical(field.getValue())));
            return fields;
        }
        if (node.isArray()) {
            List<Object> items = new ArrayList<>();
            node.forEach(item -> items.add(canonical(item)));
            return items;
        }
        return node.isNumber() ? node.decimalValue() : node;
    }
}
