package io.openinterest.functions.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Any text is a rule or a fault told in one sentence, in the topic and among the start rules. */
class RuleFuzzIT {

    /** The keys of a rule, each with values that are good, edges of what is, or nothing of the kind. */
    private static final Map<String, List<String>> VALUES = new TreeMap<>(Map.ofEntries(
            Map.entry("id", List.of("\"a\"", "\"\"", "null")),
            Map.entry("kind", List.of("\"market\"", "\"data-quality\"")),
            Map.entry("level", List.of("\"asset\"", "\"market\"", "\"total\"", "\"pair\"")),
            Map.entry("ids", List.of("[\"btc\"]", "[\"*\"]", "[]", "[null]", "{}")),
            Map.entry("interval", List.of("\"1m\"", "\"5m\"", "\"15m\"")),
            Map.entry(
                    "metric",
                    List.of(
                            "\"value_usd\"",
                            "\"quantity_change_pct.5m\"",
                            "\"unchanged_minutes\"",
                            "\"change.total_usd\"",
                            "\"oi_divergence\"",
                            "\"regime\"")),
            Map.entry("direction", List.of("\"up\"", "\"both\"", "\"above\"", "\"below\"")),
            Map.entry("warning", List.of("0.02", "1", "\"1e40\"", "-1e999999999", "1e9999999999", "NaN")),
            Map.entry("critical", List.of("0.05", "2", "\"1e-999999999\"", "0")),
            Map.entry("clear", List.of("0.01", "1", "-0.0", "1e41")),
            Map.entry("for", List.of("1", "2.0", "1e5", "1e6", "0")),
            Map.entry("cooldown", List.of("0", "\"1h\"", "\"999999999d\"", "1e999999999")),
            Map.entry("min-value-usd", List.of("5000000", "-1", "\"5e6\"")),
            Map.entry("min-coverage", List.of("0.95", "1.0000000000000000000001", "null"))));

    private static final Set<String> NEEDED = Set.of("id", "level", "interval", "metric", "warning");

    @FuzzTest(maxDuration = "3s")
    void anyTextIsARuleOrASentence(FuzzedDataProvider data) throws JsonProcessingException {
        String text = text(data);

        try {
            assertThat(RuleParser.parse(text).subject().id()).isNotEmpty();
        } catch (BadRuleException e) {
            isSentence(e.getMessage());
        }
        JsonNode list = new YAMLMapper().readTree("[]");
        try {
            list = new YAMLMapper().readTree("- " + text);
        } catch (JsonProcessingException e) {
            assertThat(e.getMessage())
                    .as("a file that is no YAML is refused as a whole")
                    .isNotEmpty();
        }
        RuleParser parsed = RuleParser.of(list);
        assertThat(parsed.rules().size() + parsed.quarantined().size()).isEqualTo(list.isArray() ? list.size() : 1);
        parsed.quarantined().forEach(record -> isSentence(record.detail()));
    }

    private static void isSentence(String text) {
        assertThat(text).matches("[A-Z][^\n\r]*\\.");
    }

    private static String text(FuzzedDataProvider data) {
        if (data.consumeBoolean()) {
            return data.consumeRemainingAsString();
        }
        StringBuilder text = new StringBuilder();
        VALUES.forEach((key, values) -> {
            int choice = data.consumeInt(0, 9);
            if (choice < 6 || choice < 9 && NEEDED.contains(key)) {
                String value = data.consumeInt(0, 9) > 0 ? data.pickValue(values) : data.consumeString(10);
                text.append(text.isEmpty() ? "{" : ",").append("\"%s\":%s".formatted(key, value));
            }
        });
        return text.append('}').toString();
    }
}
