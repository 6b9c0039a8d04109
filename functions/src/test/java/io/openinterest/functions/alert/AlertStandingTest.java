package io.openinterest.functions.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.Horizons;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.observation.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** One rule and one entity; every figure is one boundary of five minutes, the first at 12:05. */
class AlertStandingTest {

    private static final String BOTH = "\"warning\": 0.02, \"critical\": 0.05";
    private static final long STEP = Interval.FIVE_MINUTES.millis();
    private static final long FIRST = Instant.parse("2026-12-20T12:05:00Z").toEpochMilli();

    private final List<String> published = new ArrayList<>();
    private AlertRule rule;
    private AlertStanding standing = AlertStanding.NONE;
    private long last = Long.MIN_VALUE;

    @Test
    void opensAtTheWarningAndResolvesBelowHalfOfIt() {
        run(BOTH, "0.019", "-0.02", "0.04", "0.01", "-0.009", "0");

        assertThat(published)
                .containsExactly(
                        "12:10 open warning -0.02 of 0.02 peak -0.02",
                        "12:25 resolved warning -0.009 of 0.01 peak 0.04");
    }

    @Test
    void escalatesOnce() {
        run(BOTH, "0.03", "0.05", "0.04", "0.06", "0.001");

        assertThat(published)
                .containsExactly(
                        "12:05 open warning 0.03 of 0.02 peak 0.03",
                        "12:10 escalated critical 0.05 of 0.05 peak 0.05",
                        "12:25 resolved critical 0.001 of 0.01 peak 0.06");
    }

    @Test
    void opensCriticalAndThenCannotEscalate() {
        run(BOTH, "-0.07", "-0.08");

        assertThat(published).containsExactly("12:05 open critical -0.07 of 0.05 peak -0.07");
    }

    @Test
    void upLooksAtRisesOnly() {
        run("\"direction\": \"up\", " + BOTH, "-0.07", "0.02", "-0.08");

        assertThat(published)
                .containsExactly(
                        "12:10 open warning 0.02 of 0.02 peak 0.02", "12:15 resolved warning -0.08 of 0.01 peak -0.08");
    }

    @Test
    void downLooksAtFallsOnly() {
        run("\"direction\": \"down\", " + BOTH, "0.07", "-0.05", "-0.01", "-0.005");

        assertThat(published)
                .containsExactly(
                        "12:10 open critical -0.05 of 0.05 peak -0.05",
                        "12:20 resolved critical -0.005 of 0.01 peak -0.05");
    }

    @Test
    void belowHasTheLeastAsItsPeakAndClearsAtItsWarning() {
        run("\"direction\": \"below\", \"warning\": 0.9, \"critical\": 0.5", "0.9", "0.4", "0.6", "0.9", "0.91");

        assertThat(published)
                .containsExactly(
                        "12:05 open warning 0.9 of 0.9 peak 0.9",
                        "12:10 escalated critical 0.4 of 0.5 peak 0.4",
                        "12:25 resolved critical 0.91 of 0.9 peak 0.4");
    }

    @Test
    void aboveClearsBelowItsWarning() {
        run("\"direction\": \"above\", \"warning\": 30", "30", "31", "29");

        assertThat(published)
                .containsExactly("12:05 open warning 30 of 30 peak 30", "12:15 resolved warning 29 of 30 peak 31");
    }

    @Test
    void waitsForSoManyBoundariesInARow() {
        run("\"for\": 3, " + BOTH, "0.03", "0.03", "0", "0.03", null, "0.03", "0.03", "0.03");

        assertThat(published).containsExactly("12:40 open warning 0.03 of 0.02 peak 0.03");
    }

    @Test
    void aBoundaryWithoutARecordStartsTheCountAnew() {
        run("\"for\": 2, " + BOTH, "0.03", "gap", "0.03", "0.03");

        assertThat(published).containsExactly("12:20 open warning 0.03 of 0.02 peak 0.03");
    }

    @Test
    void staysQuietDuringTheCooldownButGoesOnCounting() {
        run("\"for\": 2, \"cooldown\": \"15m\", " + BOTH, "0.03", "0.03", "0", "0.03", "0.03", "0.03");

        assertThat(published)
                .containsExactly(
                        "12:10 open warning 0.03 of 0.02 peak 0.03",
                        "12:15 resolved warning 0 of 0.01 peak 0.03",
                        "12:30 open warning 0.03 of 0.02 peak 0.03");
    }

    @Test
    void aCriticalValueEndsTheCooldownOfAWarning() {
        run("\"cooldown\": \"2h\", " + BOTH, "0.03", "0", "0.03", "0.05");

        assertThat(published)
                .containsExactly(
                        "12:05 open warning 0.03 of 0.02 peak 0.03",
                        "12:10 resolved warning 0 of 0.01 peak 0.03",
                        "12:20 open critical 0.05 of 0.05 peak 0.05");
    }

    @Test
    void aCriticalValueDoesNotEndTheCooldownOfACriticalAlert() {
        run("\"cooldown\": \"2h\", " + BOTH, "0.03", "0.06", "0", "0.05");

        assertThat(published)
                .containsExactly(
                        "12:05 open warning 0.03 of 0.02 peak 0.03",
                        "12:10 escalated critical 0.06 of 0.05 peak 0.06",
                        "12:15 resolved critical 0 of 0.01 peak 0.06");
    }

    @Test
    void neitherOpensNorEscalatesNorResolvesWithoutCoverage() {
        rule = rule("\"min-coverage\": 0.9, " + BOTH);
        take(0, "0.03", "5000", "0.8");
        assertThat(published).isEmpty();
        take(1, "0.03", "5000", "0.9");
        take(2, "0.06", "5000", "0.8");
        take(3, "0", "5000", "0.8");
        assertThat(published).containsExactly("12:10 open warning 0.03 of 0.02 peak 0.03");
        take(4, "0", "5000", null);
        assertThat(published).element(1).isEqualTo("12:25 resolved warning 0 of 0.01 peak 0.06");
    }

    @Test
    void aSmallEntityIsNoReasonToOpenButMayResolve() {
        rule = rule("\"min-value-usd\": 1000, " + BOTH);
        take(0, "0.03", "999.99", null);
        take(1, "0.03", "1000", null);
        take(2, "0", "10", null);

        assertThat(published)
                .containsExactly(
                        "12:10 open warning 0.03 of 0.02 peak 0.03", "12:15 resolved warning 0 of 0.01 peak 0.03");
    }

    @Test
    void aRetractedAlertLeavesWhatHeldAfterItsOpening() {
        run("\"for\": 2, " + BOTH, "0.03", "0.03", "0.03");
        long opened = standing.active().openedAt();

        AlertStanding.Step step = standing.retract(standing.active(), opened + STEP);
        standing = step.standing();
        assertThat(step.transition().state()).isEqualTo(AlertEvent.State.RETRACTED);
        assertThat(step.transition().alert().openedAt()).isEqualTo(FIRST + STEP);

        take(3, "0.03", "5000", null);
        assertThat(published)
                .element(1)
                .as("held at 12:15 and 12:20")
                .isEqualTo("12:20 open warning 0.03 of 0.02 peak 0.03");
    }

    @Test
    void aRetractedCriticalValueEndsNoCooldown() {
        run("\"cooldown\": \"2h\", " + BOTH, "0.03", "0", "0.05");

        retract(2);
        take(3, "0.03", "5000", null);
        assertThat(published).hasSize(3).last().isEqualTo("12:15 open critical 0.05 of 0.05 peak 0.05");

        take(4, "0.05", "5000", null);
        assertThat(published).last().isEqualTo("12:25 open critical 0.05 of 0.05 peak 0.05");
    }

    @Test
    void aRetractedAlertOfThePastTakesItsCooldownWithIt() {
        run("\"cooldown\": \"2h\", " + BOTH, "0.03", "0", "0.03");
        assertThat(published).as("12:15 is in the cooldown").hasSize(2);

        retract(0);
        take(3, "0.03", "5000", null);

        assertThat(published).last().isEqualTo("12:20 open warning 0.03 of 0.02 peak 0.03");
    }

    @Test
    void aRetractedAlertLeavesTheCooldownOfTheOneAfterIt() {
        // given an alert, and a critical one that ended its cooldown
        run("\"cooldown\": \"2h\", " + BOTH, "0.03", "0", "0.05", "0");

        // when the first has never been, the cooldown of the other goes on
        retract(0);
        take(4, "0.05", "5000", null);
        assertThat(published).hasSize(4);

        // and when that has never been either, there is none
        retract(2);
        take(5, "0.03", "5000", null);
        assertThat(published).last().isEqualTo("12:30 open warning 0.03 of 0.02 peak 0.03");
    }

    @Test
    void theCooldownThatARetractedAlertEndedGoesOnWhenItHasEndedItself() {
        // given an alert, and a critical one that ended its cooldown
        run("\"cooldown\": \"2h\", " + BOTH, "0.03", "0", "0.05", "0");

        // when the second has never been
        retract(2);

        // then the first one's cooldown goes on, which a critical value ends
        take(4, "0.03", "5000", null);
        assertThat(published).hasSize(4);
        take(5, "0.05", "5000", null);
        assertThat(published).last().isEqualTo("12:30 open critical 0.05 of 0.05 peak 0.05");
    }

    @Test
    void anAlertThatEndedStaysUntilItsOpeningIsFinal() {
        run(BOTH, "0.03", "0", "0.03", "0");

        standing = standing.settled(FIRST);
        assertThat(standing.openedAt(FIRST)).isNull();
        assertThat(standing.openedAt(FIRST + 2 * STEP)).isNotNull();
        assertThat(standing.isOver(FIRST + 3 * STEP)).isFalse();

        assertThat(standing.settled(FIRST + STEP)).isSameAs(standing);
        assertThat(standing.settled(FIRST + 2 * STEP).isOver(FIRST + 3 * STEP)).isTrue();
    }

    @Test
    void nothingStaysBehindWhenNothingGoesOn() {
        run(BOTH, "0");
        assertThat(standing.isOver(FIRST)).isTrue();
        run(BOTH, "0.03");
        assertThat(standing.isOver(FIRST)).isFalse();
        assertThat(standing.expire().standing().settled(FIRST).isOver(FIRST)).isTrue();
        run(BOTH, "0.03", "0");
        assertThat(standing.settled(FIRST).isOver(FIRST + STEP)).isTrue();
    }

    @Test
    void whatGoesOnAsBeforeIsNotMadeAnew() {
        run(BOTH, "0.03");
        AlertStanding before = standing;

        take(1, "0.025", "5000", null);

        assertThat(standing).isSameAs(before);
    }

    private void run(String thresholds, String... figures) {
        rule = rule(thresholds);
        standing = AlertStanding.NONE;
        last = Long.MIN_VALUE;
        for (int i = 0; i < figures.length; i++) {
            if (!"gap".equals(figures[i])) {
                take(i, figures[i], "5000", null);
            }
        }
    }

    private void take(int boundary, String x, String value, String coverage) {
        Reading reading = reading(boundary, x, value, coverage);
        RuleMetric metric = RuleMetric.of(rule.subject());
        AlertStanding.Step step = standing.next(rule, metric, reading, last == reading.time() - STEP);
        standing = step.standing();
        last = reading.time();
        if (step.transition() != null) {
            AlertStanding.Transition told = step.transition();
            published.add(Instant.ofEpochMilli(reading.time()).toString().substring(11, 16)
                    + " " + told.state().name().toLowerCase(Locale.ROOT)
                    + " " + told.alert().severity().name().toLowerCase(Locale.ROOT)
                    + " " + Json.plain(reading.figure(metric)) + " of " + Json.plain(told.threshold())
                    + " peak " + Json.plain(told.alert().peak()));
        }
    }

    private void retract(int boundary) {
        long opened = FIRST + boundary * STEP;
        standing = standing.retract(standing.openedAt(opened), opened + STEP).standing();
    }

    private static AlertRule rule(String thresholds) {
        return RuleParser.parse("""
                {"id": "r", "level": "asset", "interval": "5m", "metric": "quantity_change_pct.1h", %s}""".formatted(thresholds));
    }

    private static Reading reading(int boundary, String x, String value, String coverage) {
        Instant time = Instant.ofEpochMilli(FIRST + boundary * STEP);
        BigDecimal figure = x == null ? null : new BigDecimal(x);
        Horizons change = new Horizons(Interval.FIVE_MINUTES, null, null, figure, null, null);
        return Readings.of(
                time,
                new MetricsRow.Size(new BigDecimal(value), coverage == null ? null : new BigDecimal(coverage), null),
                new MetricsRow.Changes(null, null, null, change, null));
    }
}
