package io.openinterest.functions.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.Interval;
import io.openinterest.observation.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One rule and one entity; every figure is one boundary of five minutes, the first at 12:05. */
class AlertStandingTest {

    private static final String BOTH = "\"warning\": 0.02, \"critical\": 0.05";
    private static final long STEP = Interval.FIVE_MINUTES.millis();
    private static final long FIRST = Instant.parse("2026-12-20T12:05:00Z").toEpochMilli();

    private final List<AlertEvent> events = new ArrayList<>();

    @Test
    void opensAtTheWarningAndResolvesBelowHalfOfIt() {
        run(BOTH, "0.019", "-0.02", "0.04", "0.01", "-0.009", "0");

        assertThat(published())
                .containsExactly(
                        "12:10 open warning -0.02 of 0.02 peak -0.02",
                        "12:25 resolved warning -0.009 of 0.01 peak 0.04");
    }

    @Test
    void escalatesOnce() {
        run(BOTH, "0.03", "0.05", "0.04", "0.06", "0.001");

        assertThat(published())
                .containsExactly(
                        "12:05 open warning 0.03 of 0.02 peak 0.03",
                        "12:10 escalated critical 0.05 of 0.05 peak 0.05",
                        "12:25 resolved critical 0.001 of 0.01 peak 0.06");
    }

    @Test
    void opensCriticalAndThenCannotEscalate() {
        run(BOTH, "-0.07", "-0.08");

        assertThat(published()).containsExactly("12:05 open critical -0.07 of 0.05 peak -0.07");
    }

    @Test
    void upLooksAtRisesOnly() {
        run("\"direction\": \"up\", " + BOTH, "-0.07", "0.02", "-0.08");

        assertThat(published())
                .containsExactly(
                        "12:10 open warning 0.02 of 0.02 peak 0.02", "12:15 resolved warning -0.08 of 0.01 peak -0.08");
    }

    @Test
    void downLooksAtFallsOnly() {
        run("\"direction\": \"down\", " + BOTH, "0.07", "-0.05", "-0.01", "-0.005");

        assertThat(published())
                .containsExactly(
                        "12:10 open critical -0.05 of 0.05 peak -0.05",
                        "12:20 resolved critical -0.005 of 0.01 peak -0.05");
    }

    @Test
    void belowHasTheLeastAsItsPeakAndClearsAtItsWarning() {
        run("\"direction\": \"below\", \"warning\": 0.9, \"critical\": 0.5", "0.9", "0.4", "0.6", "0.9", "0.91");

        assertThat(published())
                .containsExactly(
                        "12:05 open warning 0.9 of 0.9 peak 0.9",
                        "12:10 escalated critical 0.4 of 0.5 peak 0.4",
                        "12:25 resolved critical 0.91 of 0.9 peak 0.4");
    }

    @Test
    void aboveClearsBelowItsWarning() {
        run("\"direction\": \"above\", \"warning\": 30", "30", "31", "29");

        assertThat(published())
                .containsExactly("12:05 open warning 30 of 30 peak 30", "12:15 resolved warning 29 of 30 peak 31");
    }

    @Test
    void waitsForSoManyBoundariesInARow() {
        run("\"for\": 3, " + BOTH, "0.03", "0.03", "0", "0.03", null, "0.03", "0.03", "0.03");

        assertThat(published()).containsExactly("12:40 open warning 0.03 of 0.02 peak 0.03");
    }

    @Test
    void aBoundaryWithoutARecordStartsTheCountAnew() {
        run("\"for\": 2, " + BOTH, "0.03", "gap", "0.03", "0.03");

        assertThat(published()).containsExactly("12:20 open warning 0.03 of 0.02 peak 0.03");
    }

    @Test
    void staysQuietDuringTheCooldownButGoesOnCounting() {
        run("\"for\": 2, \"cooldown\": \"15m\", " + BOTH, "0.03", "0.03", "0", "0.03", "0.03", "0.03");

        assertThat(published())
                .containsExactly(
                        "12:10 open warning 0.03 of 0.02 peak 0.03",
                        "12:15 resolved warning 0 of 0.01 peak 0.03",
                        "12:30 open warning 0.03 of 0.02 peak 0.03");
    }

    @Test
    void aCriticalValueEndsTheCooldownOfAWarning() {
        run("\"cooldown\": \"2h\", " + BOTH, "0.03", "0", "0.03", "0.05");

        assertThat(published())
                .containsExactly(
                        "12:05 open warning 0.03 of 0.02 peak 0.03",
                        "12:10 resolved warning 0 of 0.01 peak 0.03",
                        "12:20 open critical 0.05 of 0.05 peak 0.05");
    }

    @Test
    void aCriticalValueDoesNotEndTheCooldownOfACriticalAlert() {
        run("\"cooldown\": \"2h\", " + BOTH, "0.03", "0.06", "0", "0.05");

        assertThat(published())
                .containsExactly(
                        "12:05 open warning 0.03 of 0.02 peak 0.03",
                        "12:10 escalated critical 0.06 of 0.05 peak 0.06",
                        "12:15 resolved critical 0 of 0.01 peak 0.06");
    }

    @Test
    void neitherOpensNorEscalatesNorResolvesWithoutCoverage() {
        AlertStanding standing = AlertStanding.none(rule(BOTH), "btc");
        standing = standing.next(reading(0, "0.03", false), events);
        assertThat(published()).isEmpty();
        standing = standing.next(reading(1, "0.03", true), events);
        standing = standing.next(reading(2, "0.06", false), events);
        standing = standing.next(reading(3, "0", false), events);
        assertThat(published()).containsExactly("12:10 open warning 0.03 of 0.02 peak 0.03");
        standing.next(reading(4, "0", true), events);
        assertThat(published()).element(1).isEqualTo("12:25 resolved warning 0 of 0.01 peak 0.06");
    }

    @Test
    void aSmallEntityIsNoReasonToOpenButMayResolve() {
        AlertRule rule = rule("\"min-value-usd\": 1000, " + BOTH);
        AlertStanding standing = AlertStanding.none(rule, "btc");
        standing = standing.next(reading(0, "0.03", "999.99"), events);
        standing = standing.next(reading(1, "0.03", "1000"), events);
        standing.next(reading(2, "0", "10"), events);

        assertThat(published())
                .containsExactly(
                        "12:10 open warning 0.03 of 0.02 peak 0.03", "12:15 resolved warning 0 of 0.01 peak 0.03");
    }

    @Test
    void expiresAnHourAfterTheLastRecord() {
        AlertStanding standing = AlertStanding.none(rule(BOTH), "btc").next(reading(0, "0.03", true), events);

        standing = standing.expire(FIRST + 11 * STEP, false, at -> true, events);
        assertThat(published()).hasSize(1);
        assertThat(standing.expire(FIRST + 12 * STEP, true, at -> true, events))
                .as("there is a record at the hour")
                .isNotNull();
        assertThat(standing.expire(FIRST + 12 * STEP, false, at -> true, events))
                .isNull();

        assertThat(published()).element(1).isEqualTo("13:05 expired warning null of null peak 0.03");
        assertThat(events.get(1).evidence()).isNull();
    }

    @Test
    void expiresAtTheFirstBoundaryItsRuleIsNotInForce() {
        AlertStanding standing = AlertStanding.none(rule(BOTH), "btc").next(reading(0, "0.03", true), events);

        assertThat(standing.expire(FIRST + 6 * STEP, true, at -> at < FIRST + 2 * STEP, events))
                .isNull();

        assertThat(published()).element(1).isEqualTo("12:15 expired warning null of null peak 0.03");
    }

    @Test
    void isRetractedWhenItsOpeningBoundaryDidNotHold() {
        AlertStanding standing = AlertStanding.none(rule("\"for\": 2, " + BOTH), "btc");
        standing = standing.next(reading(0, "0.03", true), events);
        standing = standing.next(reading(1, "0.03", true), events);
        standing = standing.next(reading(2, "0.03", true), events);

        standing = standing.correct(reading(0, "0.001", true), events);
        standing = standing.correct(reading(1, "0.025", true), events);
        assertThat(published()).as("neither corrects the opening").hasSize(1);

        standing = standing.correct(reading(1, "0.015", true), events);
        assertThat(published()).element(1).isEqualTo("12:10 retracted warning 0.015 of null peak 0.03");

        standing.next(reading(3, "0.03", true), events);
        assertThat(published())
                .element(2)
                .as("held at 12:15 and 12:20")
                .isEqualTo("12:20 open warning 0.03 of 0.02 peak 0.03");
    }

    @Test
    void nothingStaysBehindWhenNothingGoesOn() {
        AlertStanding standing = AlertStanding.none(rule(BOTH), "btc");
        assertThat(standing.next(reading(0, "0", true), events).isOver(FIRST)).isTrue();
        standing = standing.next(reading(0, "0.03", true), events);
        assertThat(standing.isOver(FIRST)).isFalse();
        assertThat(standing.next(reading(1, "0", true), events).isOver(FIRST + STEP))
                .isTrue();
    }

    @Test
    void tellsTheStoryInASentence() {
        run(BOTH, "0.03", "0.05", "0");

        assertThat(events.stream().map(AlertEvent::message))
                .containsExactly(
                        "quantity_change_pct.1h of asset btc reached 0.03, at or beyond the warning threshold of 0.02,"
                                + " at an open interest of 5000 USD.",
                        "quantity_change_pct.1h of asset btc worsened to 0.05, at or beyond the critical threshold of"
                                + " 0.05.",
                        "quantity_change_pct.1h of asset btc is back at 0, within 0.01; the peak since"
                                + " 2026-12-20T12:05:00Z was 0.05.");
    }

    private void run(String rule, String... figures) {
        AlertStanding standing = AlertStanding.none(rule(rule), "btc");
        for (int i = 0; i < figures.length; i++) {
            if (!"gap".equals(figures[i])) {
                standing = standing.next(reading(i, figures[i], true), events);
            }
        }
    }

    private List<String> published() {
        return events.stream()
                .map(event -> event.time().toString().substring(11, 16)
                        + " " + event.state().name().toLowerCase(java.util.Locale.ROOT)
                        + " " + event.severity().name().toLowerCase(java.util.Locale.ROOT)
                        + " " + text(event.value()) + " of " + text(event.threshold()) + " peak " + text(event.peak()))
                .toList();
    }

    private static String text(BigDecimal value) {
        return value == null ? "null" : Json.plain(value);
    }

    private static AlertRule rule(String thresholds) {
        return RuleParser.parse("""
                {"id": "r", "level": "asset", "interval": "5m", "metric": "quantity_change_pct.1h", %s}""".formatted(thresholds));
    }

    private static RuleSample reading(int boundary, String x, boolean covered) {
        return new RuleSample(
                FIRST + boundary * STEP,
                x == null ? null : new BigDecimal(x),
                new BigDecimal("5000"),
                covered,
                new AlertEvent.Evidence(new BigDecimal("5000"), null, null, null, null, null));
    }

    private static RuleSample reading(int boundary, String x, String value) {
        return new RuleSample(FIRST + boundary * STEP, new BigDecimal(x), new BigDecimal(value), true, null);
    }
}
