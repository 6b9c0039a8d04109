package io.openinterest.functions.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.alert.AlertStanding.Active;
import io.openinterest.functions.record.AlertEvent.Severity;
import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertMessagesTest {

    private static final long NOON = Instant.parse("2026-12-20T12:00:00Z").toEpochMilli();

    @Test
    void tellsAChangeAsAPersonDoes() {
        AlertRule rule = rule("quantity_change_pct.1h", "\"warning\": 0.02, \"critical\": 0.05");
        Active alert = alert("0.0261234");

        assertThat(AlertMessages.opened(rule, "btc", alert, new BigDecimal("8412345.678901")))
                .isEqualTo(
                        "quantity_change_pct.1h of asset btc reached +2.61 % at 2026-12-20T12:00:00Z, at or beyond the"
                                + " warning threshold of 2 %, at an open interest of 8.41 million USD (rule build-up).");
        assertThat(AlertMessages.escalated(rule, "btc", NOON, new BigDecimal("-0.07")))
                .isEqualTo(
                        "quantity_change_pct.1h of asset btc worsened to -7 % at 2026-12-20T12:00:00Z, at or beyond the"
                                + " critical threshold of 5 % (rule build-up).");
        assertThat(AlertMessages.resolved(rule, "btc", NOON + 300_000, new BigDecimal("0.000012"), alert))
                .isEqualTo(
                        "quantity_change_pct.1h of asset btc is back at +0.0012 % at 2026-12-20T12:05:00Z, within 1 %;"
                                + " the peak since 2026-12-20T12:00:00Z was +2.61 % (rule build-up).");
    }

    @Test
    void tellsALevelWithoutASign() {
        AlertRule coverage = rule("coverage", "\"direction\": \"below\", \"warning\": 0.9");
        AlertRule value = rule("value_usd", "\"direction\": \"above\", \"warning\": 15000000000");
        AlertRule fall = rule("change_usd.5m", "\"direction\": \"down\", \"warning\": 1000");

        assertThat(AlertMessages.opened(coverage, "btc", alert("0.85"), new BigDecimal("12")))
                .contains("reached 85 % at", "at or below the warning threshold of 90 %", "interest of 12 USD");
        assertThat(AlertMessages.opened(value, "btc", alert("15600000000"), new BigDecimal("15600000000")))
                .contains("reached 15.6 billion USD at", "threshold of 15 billion USD");
        assertThat(AlertMessages.opened(fall, "btc", alert("-1500"), BigDecimal.TEN))
                .contains("reached -1.5 thousand USD at", "at or below the warning threshold of -1 thousand USD");
    }

    @Test
    void tellsOnWhichSideALevelIsBack() {
        AlertRule coverage = rule("coverage", "\"direction\": \"below\", \"warning\": 0.9");
        AlertRule ratio = rule("put_call_ratio", "\"direction\": \"above\", \"warning\": 1.5, \"clear\": 1.2");

        assertThat(AlertMessages.resolved(coverage, "btc", NOON, new BigDecimal("0.97"), alert("0.85")))
                .contains("is back at 97 % at 2026-12-20T12:00:00Z, above 90 %;");
        assertThat(AlertMessages.resolved(ratio, "btc", NOON, BigDecimal.ONE, alert("1.6")))
                .contains("is back at 1 at 2026-12-20T12:00:00Z, below 1.2;");
    }

    @Test
    void tellsWhatIsTrue() {
        AlertRule high = rule("new_high_24h", "\"direction\": \"up\"");

        assertThat(AlertMessages.opened(high, "btc", alert("1"), new BigDecimal("2000000")))
                .isEqualTo(
                        "new_high_24h of asset btc is true at 2026-12-20T12:00:00Z, at an open interest of 2 million USD"
                                + " (rule build-up).");
        assertThat(AlertMessages.resolved(high, "btc", NOON + 300_000, BigDecimal.ZERO, alert("1")))
                .contains("is false again at 2026-12-20T12:05:00Z, since 2026-12-20T12:00:00Z");
        assertThat(AlertMessages.retracted(high, "btc", null, alert("1")))
                .isEqualTo(
                        "new_high_24h of asset btc was not known at 2026-12-20T12:00:00Z as late data show, which is no"
                                + " reason for an alert (rule build-up).");
    }

    @Test
    void tellsWhatWasStillTrue() {
        // given a leader that did change, in an asset that late data make too small for the rule
        AlertRule leader = rule("leader_changed", "\"min-value-usd\": 1000000");

        assertThat(AlertMessages.retracted(leader, "btc", BigDecimal.ONE, alert("1")))
                .contains("leader_changed of asset btc was true at 2026-12-20T12:00:00Z");
        assertThat(AlertMessages.retracted(leader, "btc", BigDecimal.ZERO, alert("1")))
                .contains("leader_changed of asset btc was false at 2026-12-20T12:00:00Z");
    }

    @Test
    void tellsWhatIsFalseWhereTheRuleLooksForThat() {
        AlertRule noHigh = rule("new_high_24h", "\"direction\": \"below\", \"warning\": 0");

        assertThat(AlertMessages.opened(noHigh, "btc", alert("0"), new BigDecimal("2000000")))
                .contains("new_high_24h of asset btc is false at 2026-12-20T12:00:00Z");
        assertThat(AlertMessages.resolved(noHigh, "btc", NOON + 300_000, BigDecimal.ONE, alert("0")))
                .contains("new_high_24h of asset btc is true again at 2026-12-20T12:05:00Z");
    }

    @Test
    void tellsWhatBecameCritical() {
        AlertRule leader = rule("leader_changed", "\"direction\": \"above\", \"warning\": 0, \"critical\": 1");

        assertThat(AlertMessages.escalated(leader, "btc", NOON, BigDecimal.ONE))
                .contains("leader_changed of asset btc is true at 2026-12-20T12:00:00Z, which is critical");
    }

    @Test
    void tellsAmountsInUsd() {
        AlertRule stale = rule("change.coverage_usd", "\"direction\": \"down\", \"warning\": 600000");
        AlertRule calls = rule("by_type.call", "\"direction\": \"above\", \"warning\": 3000000");
        AlertRule coins = rule("by_margin.coin", "\"direction\": \"above\", \"warning\": 3000000");

        assertThat(AlertMessages.opened(stale, "btc", alert("-6042019.4"), BigDecimal.TEN))
                .contains("reached -6.04 million USD at", "at or below the warning threshold of -600 thousand USD");
        assertThat(AlertMessages.opened(calls, "btc", alert("5018510.5"), BigDecimal.TEN))
                .contains("reached 5.02 million USD at", "threshold of 3 million USD");
        assertThat(AlertMessages.opened(coins, "btc", alert("5018510.5"), BigDecimal.TEN))
                .contains("reached 5.02 million USD at", "threshold of 3 million USD");
    }

    @ParameterizedTest
    @CsvSource({
        "funding_rate_8h, 0.0075, 0.005, 0.75 %, 0.5 %",
        "ewma_volatility, 0.0149, 0.012, 1.49 %, 1.2 %",
        "percentile_24h, 0.985, 0.95, 98.5 %, 95 %",
        "velocity_usd_per_min, 5018510.5, 3000000, 5.02 million USD per minute, 3 million USD per minute",
        "acceleration_usd_per_min2, 1500, 1000, 1.5 thousand USD per minute squared,"
                + " 1 thousand USD per minute squared",
        "put_call_ratio, 0.8123, 0.75, 0.81, 0.75",
        "markets.stale, 12, 10, 12, 10"
    })
    void tellsEachFigureInItsUnit(String metric, String figure, String warning, String told, String threshold) {
        AlertRule rule = rule(metric, "\"direction\": \"above\", \"warning\": " + warning);

        assertThat(AlertMessages.opened(rule, "btc", alert(figure), BigDecimal.TEN))
                .contains("reached " + told + " at", "threshold of " + threshold + ",");
    }

    @Test
    void saysWhyAnAlertEnds() {
        AlertRule rule = rule("zscore", "\"warning\": 3");

        assertThat(AlertMessages.expired(rule.subject(), "btc", NOON + 300_000, alert("3.6"), "its rule was removed"))
                .isEqualTo(
                        "zscore of asset btc is watched no longer at 2026-12-20T12:05:00Z: its rule was removed, with an"
                                + " alert since 2026-12-20T12:00:00Z (rule build-up).");
    }

    private static Active alert(String peak) {
        return new Active(NOON, Severity.WARNING, new BigDecimal(peak), null);
    }

    private static AlertRule rule(String metric, String thresholds) {
        return RuleParser.parse("""
                {"id": "build-up", "level": "asset", "interval": "5m", "metric": "%s", %s}""".formatted(metric, thresholds));
    }
}
