package io.openinterest.functions.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.functions.Referee;
import io.openinterest.functions.alert.AlertRule.Conditions;
import io.openinterest.functions.alert.AlertRule.Direction;
import io.openinterest.functions.alert.AlertRule.Subject;
import io.openinterest.functions.alert.AlertRule.Thresholds;
import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.AlertEvent.Kind;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.observation.Quarantined;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleParserTest {

    private static final String SHORTEST_RULE = """
            {"id": "build-up", "level": "asset", "interval": "5m", "metric": "quantity_change_pct.1h", "warning": 0.02}""";

    @Test
    void whatIsNotWrittenHasItsDefault() {
        AlertRule rule = RuleParser.parse(SHORTEST_RULE);

        assertThat(rule)
                .isEqualTo(new AlertRule(
                        new Subject(
                                "build-up",
                                rule.subject().version(),
                                Kind.MARKET,
                                Level.ASSET,
                                Interval.FIVE_MINUTES,
                                "quantity_change_pct.1h"),
                        List.of("*"),
                        new Thresholds(Direction.BOTH, new BigDecimal("0.02"), null, new BigDecimal("0.01")),
                        new Conditions(1, 0, BigDecimal.ZERO, BigDecimal.ZERO)));
    }

    @Test
    void everythingCanBeWrittenNumbersAsTextToo() {
        AlertRule rule = RuleParser.parse("""
                {"id": "thin", "kind": "data-quality", "level": "exchange", "ids": ["okx", "b*"], "interval": "15m",
                 "metric": "coverage", "direction": "below", "warning": "0.9", "critical": 5e-1, "clear": "0.95",
                 "for": 3, "cooldown": "90m", "min-value-usd": "1e6", "min-coverage": "0"}""");

        assertThat(rule)
                .isEqualTo(new AlertRule(
                        new Subject(
                                "thin",
                                rule.subject().version(),
                                Kind.DATA_QUALITY,
                                Level.EXCHANGE,
                                Interval.FIFTEEN_MINUTES,
                                "coverage"),
                        List.of("okx", "b*"),
                        new Thresholds(
                                Direction.BELOW, new BigDecimal("0.9"), new BigDecimal("0.5"), new BigDecimal("0.95")),
                        new Conditions(3, 90 * Interval.MINUTE_MILLIS, new BigDecimal("1e6"), new BigDecimal("0"))));
    }

    @Test
    void theWarningOfABooleanIsOneAndItClearsBelow() {
        AlertRule rule = RuleParser.parse("""
                {"id": "low", "level": "asset", "interval": "5m", "metric": "new_low_24h"}""");

        assertThat(rule.thresholds().severity(BigDecimal.ONE)).isEqualTo(AlertEvent.Severity.WARNING);
        assertThat(rule.thresholds().isClear(BigDecimal.ZERO)).isTrue();
    }

    @Test
    void aLevelClearsAtItsWarning() {
        assertThat(RuleParser.parse(SHORTEST_RULE.replace("\"warning\"", "\"direction\": \"above\", \"warning\""))
                        .thresholds()
                        .clear())
                .isEqualByComparingTo("0.02");
    }

    @Test
    void theVersionIsOfTheRuleAsWrittenWithSortedKeysAndPlainNumbers() {
        // printf '{"id":"build-up","interval":"5m","level":"asset","metric":"quantity_change_pct.1h","warning":0.02}'
        // | sha256sum
        assertThat(version(SHORTEST_RULE)).isEqualTo("feaed5f7a82e");
        assertThat(version(SHORTEST_RULE.replace("0.02", "2.0e-2"))).isEqualTo(version(SHORTEST_RULE));
        assertThat(version(SHORTEST_RULE.replace("0.02", "\"0.02\""))).isNotEqualTo(version(SHORTEST_RULE));
    }

    private static String version(String rule) {
        return RuleParser.parse(rule).subject().version();
    }

    @Test
    void theVersionIsThatOfAnIndependentImplementation() throws IOException {
        Referee referee = Referee.generated();
        JsonNode list = Referee.tree(Files.readString(referee.folder().resolve("rules.json")));

        RuleParser rules = RuleParser.of(list);

        assertThat(rules.quarantined()).isEmpty();
        for (String event : referee.values("alerts")) {
            JsonNode expected = Referee.tree(event);
            assertThat(rules.rules())
                    .extracting(AlertRule::subject)
                    .filteredOn(rule -> rule.id().equals(expected.get("rule_id").asText()))
                    .extracting(Subject::version)
                    .containsExactly(expected.get("rule_version").asText());
        }
    }

    @Test
    void aBadStartRuleIsQuarantinedAndTheOthersGoOn() {
        RuleParser rules = RuleParser.of(Referee.tree("[%s, {\"id\": \"x\"}, %s, 7, %s]"
                .formatted(SHORTEST_RULE, SHORTEST_RULE, SHORTEST_RULE.replace("build-up", "other"))));

        assertThat(rules.rules()).extracting(rule -> rule.subject().id()).containsExactly("build-up", "other");
        assertThat(rules.quarantined())
                .allSatisfy(record -> assertThat(record.reason()).isEqualTo(Quarantined.Reason.BAD_RULE))
                .extracting(Quarantined::detail)
                .containsExactly(
                        "The key \"level\" is missing.",
                        "There is another rule \"build-up\" before this one.",
                        "The rule is no object.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"id\": \"build-up\"      | \"id\": \"\"                 | The id must have 1 to 200 characters.",
                "\"id\": \"build-up\"      | \"id\": 7                    | The key \"id\" must be a text.",
                "\"id\": \"build-up\"      | \"ids\": [\"*\"]              | The key \"id\" is missing.",
                "\"id\": \"build-up\"      | \"id\": \"a\", \"colour\": 1 | There is no key \"colour\" in a rule.",
                "\"id\": \"build-up\"      | \"id\": \"a\", \"id\": \"b\" | The rule is no JSON object.",
                "\"id\": \"build-up\"      | \"id\": \"a\", \"for\": 1e9999999999 | The rule has a number beyond all bounds.",
                "\"asset\"                 | \"planet\" | The key \"level\" must be one of total, asset, exchange, exchange-asset, pair, market.",
                "\"5m\"                    | \"1h\"                       | The key \"interval\" must be one of 1m, 5m, 15m.",
                "quantity_change_pct.1h    | quantity_change_pct          | There is no metric \"quantity_change_pct\" at level asset.",
                "quantity_change_pct.1h    | quantity_change_pct.2h       | There is no metric \"quantity_change_pct.2h\" at level asset.",
                "quantity_change_pct.1h    | change                       | There is no metric \"change\" at level asset.",
                "quantity_change_pct.1h    | contract_count               | There is no metric \"contract_count\" at level asset.",
                "quantity_change_pct.1h    | regime                       | The metric \"regime\" is neither a number nor a boolean.",
                "quantity_change_pct.1h    | time                         | The metric \"time\" is neither a number nor a boolean.",
                "quantity_change_pct.1h    | share_of_asset               | The metric \"share_of_asset\" is always null at level asset.",
                "\"warning\": 0.02         | \"clear\": 0.02              | The key \"warning\" is missing.",
                "0.02                      | \"two\"                      | The key \"warning\" must be a number.",
                "0.02                      | 1e999999999                  | The key \"warning\" must be a number.",
                "0.02                      | \"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000.1\" | The key \"warning\" must be a number.",
                "0.02                      | 0                            | The key \"warning\" must be above 0.",
                "0.02                      | 0.02, \"critical\": 0.01     | The key \"critical\" must not be reached before \"warning\".",
                "0.02                      | 0.02, \"clear\": 0.03        | The key \"clear\" must not be beyond \"warning\".",
                "0.02                      | 0.02, \"for\": 1.5           | The key \"for\" must be a whole number from 1 to 100000.",
                "0.02                      | 0.02, \"cooldown\": \"soon\" | The key \"cooldown\" must be 0 or a duration such as 90s, 5m or 1h.",
                "0.02                      | 0.02, \"we\\nather\": 1      | There is no key \"we ather\" in a rule.",
                "0.02                      | 0.02, \"cooldown\": 1e999999999 | The key \"cooldown\" must be 0 or a duration such as 90s, 5m or 1h.",
                "0.02                      | 0.02, \"ids\": []            | The key \"ids\" must be a list of 1 to 10000 texts.",
                "0.02                      | 0.02, \"ids\": [1]           | The key \"ids\" must hold texts only.",
                "0.02                      | 0.02, \"min-coverage\": 95   | The key \"min-coverage\" must be from 0 to 1.",
                "0.02                      | 0.02, \"min-value-usd\": -1  | The key \"min-value-usd\" must not be below 0.",
                "0.02                      | 0.02, \"kind\": \"weather\"  | The key \"kind\" must be one of market, data-quality.",
                "0.02                      | 0.02, \"direction\": \"out\" | The key \"direction\" must be one of up, down, both, above, below.",
            })
    void oneSentenceNamesTheFault(String part, String fault, String sentence) {
        String json = SHORTEST_RULE.replace(part, fault);

        assertThatThrownBy(() -> RuleParser.parse(json))
                .isInstanceOf(BadRuleException.class)
                .hasMessage(sentence);
    }

    @Test
    void anIntervalCarriesItsHorizonsOnly() {
        assertThatThrownBy(
                        () -> RuleParser.parse(SHORTEST_RULE.replace("5m", "1m").replace("1h", "24h")))
                .hasMessage("The interval 1m does not carry the horizon of the metric \"quantity_change_pct.24h\".");
        assertThatThrownBy(() ->
                        RuleParser.parse(SHORTEST_RULE.replace("5m", "15m").replace("1h", "5m")))
                .hasMessage("The interval 15m does not carry the horizon of the metric \"quantity_change_pct.5m\".");
        for (String day : List.of("percentile_24h", "new_high_24h", "new_low_24h")) {
            assertThatThrownBy(() ->
                            RuleParser.parse(SHORTEST_RULE.replace("5m", "1m").replace("quantity_change_pct.1h", day)))
                    .hasMessage("The interval 1m does not carry the horizon of the metric \"" + day + "\".");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ':',
            value = {
                "total:change.coverage_usd",
                "total:hhi",
                "asset:price_change_pct.4h",
                "asset:amount_base",
                "asset:markets.stale",
                "exchange:reported.open_interest_reported_future_usd",
                "exchange:unchanged_minutes",
                "exchange:leader_changed",
                "exchange-asset:share_of_exchange",
                "exchange-asset:by_margin.coin",
                "pair:acceleration_usd_per_min2",
                "pair:return",
                "pair:funding_rate_8h",
                "market:change.price_usd",
                "market:carried",
                "market:age_ms",
            })
    void anyNumberOrBooleanOfTheRecordsCanBeLookedAt(String level, String metric) {
        assertThat(RuleParser.parse(ruleOn(level, metric)).subject().metric()).isEqualTo(metric);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ':',
            value = {
                "total:price_usd",
                "exchange:amount_base",
                "exchange:price_change_pct.1h",
                "exchange-asset:hhi",
                "pair:leader_changed",
                "pair:share_of_exchange",
                "total:share_of_total",
            })
    void whatIsAlwaysNullAtALevelIsAFault(String level, String metric) {
        assertThatThrownBy(() -> RuleParser.parse(ruleOn(level, metric)))
                .hasMessage("The metric \"" + metric + "\" is always null at level " + level + ".");
    }

    private static String ruleOn(String level, String metric) {
        return SHORTEST_RULE.replace("\"asset\"", "\"" + level + "\"").replace("quantity_change_pct.1h", metric);
    }
}
