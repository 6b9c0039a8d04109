package io.openinterest.functions.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.functions.Harnesses;
import io.openinterest.functions.Referee;
import io.openinterest.functions.metrics.BoundaryRecord;
import io.openinterest.functions.metrics.MetricsHarness;
import io.openinterest.functions.metrics.MetricsSettings;
import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.Boundary;
import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.Edition;
import io.openinterest.functions.record.Entity;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.Range;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.functions.run.RunBounds;
import io.openinterest.functions.run.RunEvent;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EvaluateAlertsTest {

    private static final long NOON = Instant.parse("2026-12-20T12:00:00Z").toEpochMilli();
    private static final long MINUTE = Interval.MINUTE_MILLIS;
    private static final CorrectionWindow CORRECTIONS = new CorrectionWindow(Duration.ofMinutes(15));

    private KeyedTwoInputStreamOperatorTestHarness<String, BoundaryRecord, AlertControl, AlertEvent> operator;
    private List<AlertRule> startRules = List.of();
    private final List<AlertEvent> published = new ArrayList<>();
    private long offset;

    @AfterEach
    void close() throws Exception {
        if (operator != null) {
            operator.close();
        }
    }

    @Test
    void publishesWhatAnIndependentImplementationPublishes() throws Exception {
        Referee referee = Referee.generated();
        startRules = RuleParser.of(
                        Referee.tree(Files.readString(referee.folder().resolve("rules.json"))))
                .rules();
        start(null);
        List<TotalRow> totals = referee.totals();
        try (MetricsHarness metrics = new MetricsHarness(
                new MetricsSettings(new BigDecimal("0.0005"), new BigDecimal("0.0005"), CORRECTIONS))) {
            for (TotalRow row : totals) {
                metrics.say(row, row.time().toEpochMilli());
            }
            metrics.watermark(Long.MAX_VALUE);
            for (StreamRecord<? extends BoundaryRecord> record : metrics.records()) {
                operator.processElement1(new StreamRecord<>(record.getValue(), record.getTimestamp()));
            }
        }
        end(totals.get(totals.size() - 1).time().toEpochMilli());

        assertThat(published())
                .map(event -> comparable(Referee.tree(Referee.write(event))))
                .containsExactlyInAnyOrderElementsOf(referee.values("alerts").stream()
                        .map(text -> comparable(Referee.tree(text)))
                        .toList());
        assertThat(operator.numEventTimeTimers()).isZero();
    }

    @Test
    void aRestartInTheMiddleLosesNothing() throws Exception {
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9, \"cooldown\": \"10m\""));
        start(null);
        coverage(NOON, "0.8");
        watermark(NOON);
        restart();
        coverage(NOON + 5 * MINUTE, "0.95");
        watermark(NOON + 5 * MINUTE);
        restart();
        coverage(NOON + 10 * MINUTE, "0.8");
        coverage(NOON + 15 * MINUTE, "0.7");
        end(NOON + 15 * MINUTE);

        assertThat(story())
                .containsExactly(
                        "coverage/exchange:okx/2026-12-20T12:00:00Z open 12:00 0.8",
                        "coverage/exchange:okx/2026-12-20T12:00:00Z resolved 12:05 0.95",
                        "coverage/exchange:okx/2026-12-20T12:15:00Z open 12:15 0.7");
    }

    @Test
    void rulesSaidBeforeTheFirstWatermarkCountFromTheFirstBoundary() throws Exception {
        start(null);
        coverage(NOON, "0.8");
        say(change("coverage", rule("coverage", "\"direction\": \"below\", \"warning\": 0.9"), NOON - 1));
        watermark(NOON);

        assertThat(story()).containsExactly("coverage/exchange:okx/2026-12-20T12:00:00Z open 12:00 0.8");
    }

    @Test
    void aRuleTakesEffectAtTheFirstBoundaryAfterItsTime() throws Exception {
        start(null);
        watermark(NOON - MINUTE);
        say(change("coverage", rule("coverage", "\"direction\": \"below\", \"warning\": 0.9"), NOON));
        coverage(NOON, "0.8");
        coverage(NOON + 5 * MINUTE, "0.7");
        watermark(NOON + 5 * MINUTE);

        assertThat(story()).containsExactly("coverage/exchange:okx/2026-12-20T12:05:00Z open 12:05 0.7");
    }

    @Test
    void aReplacedRulesAlertExpiresAndTheNewRuleBeginsAnew() throws Exception {
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9"));
        start(null);
        coverage(NOON, "0.8");
        watermark(NOON);
        AlertRule stricter = rule("coverage", "\"direction\": \"below\", \"warning\": 0.95");
        say(change("coverage", stricter, NOON + MINUTE));
        coverage(NOON + 5 * MINUTE, "0.8");
        watermark(NOON + 5 * MINUTE);
        say(change("coverage", stricter, NOON + 6 * MINUTE));
        coverage(NOON + 10 * MINUTE, "0.8");
        watermark(NOON + 10 * MINUTE);
        say(change("coverage", null, NOON + 11 * MINUTE));
        watermark(NOON + 15 * MINUTE);

        assertThat(story())
                .containsExactly(
                        "coverage/exchange:okx/2026-12-20T12:00:00Z open 12:00 0.8",
                        "coverage/exchange:okx/2026-12-20T12:00:00Z expired 12:05 null",
                        "coverage/exchange:okx/2026-12-20T12:05:00Z open 12:05 0.8",
                        "coverage/exchange:okx/2026-12-20T12:05:00Z expired 12:15 null");
        assertThat(published().get(1).rule().ruleVersion())
                .isEqualTo(startRules.get(0).subject().version());
        assertThat(published().get(2).rule().ruleVersion())
                .isEqualTo(stricter.subject().version());
    }

    @Test
    void aRuleThatWasRemovedAndIsBackBetweenTwoBoundariesHasEndedItsAlert() throws Exception {
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9"));
        start(null);
        coverage(NOON, "0.8");
        watermark(NOON);
        say(change("coverage", null, NOON + MINUTE));
        say(change("coverage", startRules.get(0), NOON + 3 * MINUTE));
        coverage(NOON + 5 * MINUTE, "0.8");
        watermark(NOON + 5 * MINUTE);

        assertThat(story())
                .containsExactly(
                        "coverage/exchange:okx/2026-12-20T12:00:00Z open 12:00 0.8",
                        "coverage/exchange:okx/2026-12-20T12:00:00Z expired 12:05 null",
                        "coverage/exchange:okx/2026-12-20T12:05:00Z open 12:05 0.8");
    }

    @Test
    void aRuleThatIsBackKnowsNoCountAndNoCooldownFromBefore() throws Exception {
        // given a rule that waits for the third boundary in a row, and one in its cooldown
        AlertRule third = rule("third", "\"direction\": \"below\", \"warning\": 0.9, \"for\": 3");
        AlertRule cooled = rule("cooled", "\"direction\": \"below\", \"warning\": 0.7, \"cooldown\": \"1h\"");
        startRules = List.of(third, cooled);
        start(null);
        coverage(NOON - 5 * MINUTE, "0.6");
        coverage(NOON, "0.8");
        watermark(NOON);

        // when both are removed and written again, and boundaries hold
        for (AlertRule rule : startRules) {
            say(change(rule.subject().id(), null, NOON + MINUTE));
            say(change(rule.subject().id(), rule, NOON + 2 * MINUTE));
        }
        for (int minutes = 5; minutes <= 15; minutes += 5) {
            coverage(NOON + minutes * MINUTE, "0.6");
            watermark(NOON + minutes * MINUTE);
        }

        // then they begin anew
        assertThat(story())
                .containsExactly(
                        "cooled/exchange:okx/2026-12-20T11:55:00Z open 11:55 0.6",
                        "cooled/exchange:okx/2026-12-20T11:55:00Z resolved 12:00 0.8",
                        "cooled/exchange:okx/2026-12-20T12:05:00Z open 12:05 0.6",
                        "third/exchange:okx/2026-12-20T12:15:00Z open 12:15 0.6");
    }

    @Test
    void whatIsWrittenLaterCountsInWhateverOrderItComes() throws Exception {
        // given a rule that was removed after it was written, and one that was written after it was removed
        AlertRule rule = rule("gone", "\"direction\": \"below\", \"warning\": 0.9");
        AlertRule stays = rule("stays", "\"direction\": \"below\", \"warning\": 0.9");
        start(null);

        // when the later is heard of first
        say(new RuleChange("gone", null, NOON - 2 * MINUTE, 0, 8));
        say(new RuleChange("gone", rule, NOON - 9 * MINUTE, 0, 7));
        say(new RuleChange("stays", stays, NOON - 9 * MINUTE, 0, 6));
        say(new RuleChange("stays", null, NOON - 9 * MINUTE, 0, 5));
        coverage(NOON, "0.8");
        watermark(NOON);

        // then the later counts
        assertThat(story()).containsExactly("stays/exchange:okx/2026-12-20T12:00:00Z open 12:00 0.8");
    }

    @Test
    void changedRulesSurviveARestart() throws Exception {
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9"));
        start(null);
        watermark(NOON - 10 * MINUTE);
        say(change("coverage", null, NOON - 9 * MINUTE));
        say(change("other", rule("other", "\"direction\": \"below\", \"warning\": 0.5"), NOON - 9 * MINUTE));
        restart();
        coverage(NOON, "0.4");
        watermark(NOON);

        assertThat(story()).containsExactly("other/exchange:okx/2026-12-20T12:00:00Z open 12:00 0.4");
    }

    @Test
    void anAlertExpiresAnHourAfterTheLastRecordButNotAfterTheRun() throws Exception {
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9"));
        start(null);
        coverage(NOON, "0.8");
        watermark(NOON);
        watermark(NOON + 59 * MINUTE);
        assertThat(story()).hasSize(1);
        watermark(NOON + 60 * MINUTE);
        assertThat(story()).element(1).isEqualTo("coverage/exchange:okx/2026-12-20T12:00:00Z expired 13:00 null");

        coverage(NOON + 90 * MINUTE, "0.8");
        end(NOON + 149 * MINUTE);

        assertThat(story()).hasSize(3);
        assertThat(operator.numEventTimeTimers()).isZero();
    }

    @Test
    void anAlertExpiresAnHourAfterTheLastRecordWhateverBroughtIt() throws Exception {
        // given an alert of an entity that has no record five minutes later
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9"));
        start(null);
        coverage(NOON, "0.8");
        watermark(NOON + 8 * MINUTE);

        // when a correction brings that record
        correct(NOON + 5 * MINUTE, "0.8", NOON + 9 * MINUTE);
        watermark(NOON + 120 * MINUTE);

        // then the hour begins there
        assertThat(story())
                .containsExactly(
                        "coverage/exchange:okx/2026-12-20T12:00:00Z open 12:00 0.8",
                        "coverage/exchange:okx/2026-12-20T12:00:00Z expired 13:05 null");
        assertThat(operator.numEventTimeTimers()).isZero();
    }

    @Test
    void boundariesThatACorrectionBringsDoNotCountInARow() throws Exception {
        // given a boundary that holds, behind which there are no records
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9, \"for\": 2"));
        start(null);
        reach(NOON + 3 * MINUTE, NOON + MINUTE);
        coverage(NOON, "0.8");
        watermark(NOON);
        reach(NOON + 31 * MINUTE, NOON + 29 * MINUTE);
        watermark(NOON + 29 * MINUTE);

        // when these have records by a correction only, and the next one holds
        for (int minutes = 5; minutes <= 25; minutes += 5) {
            correct(NOON + minutes * MINUTE, "0.95", NOON + 30 * MINUTE);
        }
        coverage(NOON + 30 * MINUTE, "0.8");
        watermark(NOON + 30 * MINUTE);

        // then it is the first
        assertThat(story()).isEmpty();
    }

    @Test
    void silenceAtTheEndOfTheInputIsSeenToo() throws Exception {
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9"));
        start(null);
        coverage(NOON, "0.8");
        coverage(NOON + 75 * MINUTE, "0.8");
        end(NOON + 135 * MINUTE);

        assertThat(story())
                .containsExactly(
                        "coverage/exchange:okx/2026-12-20T12:00:00Z open 12:00 0.8",
                        "coverage/exchange:okx/2026-12-20T12:00:00Z expired 13:00 null",
                        "coverage/exchange:okx/2026-12-20T13:15:00Z open 13:15 0.8",
                        "coverage/exchange:okx/2026-12-20T13:15:00Z expired 14:15 null");
    }

    @Test
    void anAlertGoesOnBehindBoundariesThatAreHeldBack() throws Exception {
        // given an alert, and observations that are not accepted, by which event time does not move on
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9"));
        start(null);
        reach(NOON, NOON - MINUTE);
        coverage(NOON, "0.8");
        watermark(NOON);

        // when one is accepted and all boundaries up to it are published at once
        reach(NOON + 80 * MINUTE, NOON + 79 * MINUTE);
        coverageAtOnce(80, NOON + 80 * MINUTE);

        // then the alert ends where its record says so
        assertThat(story())
                .containsExactly(
                        "coverage/exchange:okx/2026-12-20T12:00:00Z open 12:00 0.8",
                        "coverage/exchange:okx/2026-12-20T12:00:00Z resolved 13:20 0.95");
    }

    @Test
    void boundariesThatAreHeldBackCountInARow() throws Exception {
        // given a boundary that holds, and event time that waits in the minute after it
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9, \"for\": 2"));
        start(null);
        reach(NOON + 3 * MINUTE, NOON + MINUTE);
        coverage(NOON, "0.8");
        watermark(NOON);
        reach(NOON + 31 * MINUTE, NOON + 29 * MINUTE);
        watermark(NOON + 2 * MINUTE);

        // when the next two are published at once
        coverageAtOnce(10, NOON + 29 * MINUTE);

        // then the first of them is the second in a row
        assertThat(story())
                .containsExactly(
                        "coverage/exchange:okx/2026-12-20T12:05:00Z open 12:05 0.8",
                        "coverage/exchange:okx/2026-12-20T12:05:00Z resolved 12:10 0.95");
    }

    @Test
    void aCorrectionRetractsButNeverOpensOrResolves() throws Exception {
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9"));
        start(null);
        coverage(NOON, "0.95");
        coverage(NOON + 5 * MINUTE, "0.8");
        coverage(NOON + 10 * MINUTE, "0.8");
        watermark(NOON + 10 * MINUTE);
        correct(NOON, "0.5", NOON + 11 * MINUTE);
        correct(NOON + 10 * MINUTE, "1", NOON + 12 * MINUTE);
        watermark(NOON + 12 * MINUTE);
        assertThat(story()).containsExactly("coverage/exchange:okx/2026-12-20T12:05:00Z open 12:05 0.8");

        correct(NOON + 5 * MINUTE, "0.97", NOON + 13 * MINUTE);
        watermark(NOON + 15 * MINUTE);
        assertThat(story()).element(1).isEqualTo("coverage/exchange:okx/2026-12-20T12:05:00Z retracted 12:05 0.97");
    }

    @Test
    void anAlertThatHasEndedIsRetractedWithTheCooldownItBegan() throws Exception {
        // given an alert that resolved ten minutes ago, and a cooldown of two hours behind it
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9, \"cooldown\": \"2h\""));
        start(null);
        coverage(NOON, "0.8");
        coverage(NOON + 5 * MINUTE, "0.95");
        coverage(NOON + 10 * MINUTE, "0.95");
        watermark(NOON + 10 * MINUTE);

        // when the last correction there can be takes its reason away, and the next boundary holds
        restart();
        watermark(NOON + 14 * MINUTE);
        correct(NOON, "0.97", NOON + 15 * MINUTE);
        coverage(NOON + 15 * MINUTE, "0.7");
        watermark(NOON + 15 * MINUTE);

        // then it has never been, and does not keep the next one quiet
        assertThat(story())
                .containsExactly(
                        "coverage/exchange:okx/2026-12-20T12:00:00Z open 12:00 0.8",
                        "coverage/exchange:okx/2026-12-20T12:00:00Z resolved 12:05 0.95",
                        "coverage/exchange:okx/2026-12-20T12:00:00Z retracted 12:00 0.97",
                        "coverage/exchange:okx/2026-12-20T12:15:00Z open 12:15 0.7");
        assertThat(published()).map(event -> event.occasion().isOver()).containsExactly(false, false, true, false);
    }

    @Test
    void anAlertThatExpiredIsRetractedToo() throws Exception {
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9"));
        start(null);
        coverage(NOON, "0.8");
        watermark(NOON);
        say(change("coverage", null, NOON + MINUTE));
        coverage(NOON + 5 * MINUTE, "0.8");
        watermark(NOON + 5 * MINUTE);

        correct(NOON, "0.97", NOON + 6 * MINUTE);

        assertThat(story())
                .containsExactly(
                        "coverage/exchange:okx/2026-12-20T12:00:00Z open 12:00 0.8",
                        "coverage/exchange:okx/2026-12-20T12:00:00Z expired 12:05 null",
                        "coverage/exchange:okx/2026-12-20T12:00:00Z retracted 12:00 0.97");
    }

    @Test
    void anAlertThatHasEndedIsForgottenWhenItsOpeningIsFinal() throws Exception {
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9"));
        start(null);
        coverage(NOON, "0.8");
        coverage(NOON + 5 * MINUTE, "0.95");
        watermark(NOON + 10 * MINUTE);
        assertThat(operator.numKeyedStateEntries()).isPositive();

        watermark(NOON + 15 * MINUTE);

        assertThat(operator.numKeyedStateEntries()).isZero();
        assertThat(operator.numEventTimeTimers()).isZero();
    }

    @Test
    void theEvidenceOfARetractionIsTheTotalAsItIsNow() throws Exception {
        // given an alert, and a correction of the total that leaves its reason
        startRules = List.of(RuleParser.parse("""
                {"id": "r", "level": "exchange", "interval": "5m", "metric": "return", "direction": "up", "warning": 0.02}"""));
        start(null);
        watermark(NOON - MINUTE);
        operator.processElement1(new StreamRecord<>(withReturn(measured(NOON, "1", 0), "0.03"), NOON - 1));
        BoundaryRecord corrected = withReturn(measured(NOON, "0.9", 1), "0.025");
        operator.processElement1(new StreamRecord<>(corrected, NOON + MINUTE - 1));

        // when another one takes the reason away, and the total stays as it is
        MetricsRow metrics = withReturn(corrected, "0.01").metrics();
        operator.processElement1(new StreamRecord<>(new BoundaryRecord(null, null, metrics), NOON + 2 * MINUTE - 1));

        // then
        assertThat(story())
                .containsExactly(
                        "r/exchange:okx/2026-12-20T12:00:00Z open 12:00 0.03",
                        "r/exchange:okx/2026-12-20T12:00:00Z retracted 12:00 0.01");
        assertThat(published().get(1).evidence().coverage()).isEqualByComparingTo("0.9");
    }

    @Test
    void nothingStaysBehindWhereNothingGoesOn() throws Exception {
        startRules = List.of(rule("coverage", "\"direction\": \"below\", \"warning\": 0.9, \"for\": 3"));
        start(null);
        coverage(NOON, "0.8");
        watermark(NOON);
        assertThat(operator.numKeyedStateEntries()).isPositive();
        watermark(NOON + 5 * MINUTE);

        assertThat(operator.numKeyedStateEntries()).isZero();
        assertThat(operator.numEventTimeTimers()).isZero();
    }

    private void start(OperatorSubtaskState state) throws Exception {
        operator = Harnesses.open(
                new KeyedTwoInputStreamOperatorTestHarness<>(
                        new CoBroadcastWithKeyedOperator<>(
                                new EvaluateAlerts(startRules, CORRECTIONS),
                                List.of(EvaluateAlerts.RULES, RunBounds.ANSWERED, RunBounds.REACHED)),
                        BoundaryRecord::entity,
                        null,
                        Types.STRING),
                AlertEvent.class,
                state);
    }

    private void restart() throws Exception {
        OperatorSubtaskState state = operator.snapshot(1, 1);
        published.addAll(operator.extractOutputValues());
        operator.close();
        start(state);
    }

    private RuleChange change(String id, AlertRule rule, long time) {
        return new RuleChange(id, rule, time, 0, offset++);
    }

    private void say(RuleChange change) throws Exception {
        operator.processElement2(new StreamRecord<>(AlertControl.of(change)));
    }

    private void watermark(long boundary) throws Exception {
        operator.processBothWatermarks(new Watermark(boundary - 1));
    }

    private void end(long lastBoundary) throws Exception {
        reach(lastBoundary, lastBoundary - MINUTE);
        operator.processBothWatermarks(Watermark.MAX_WATERMARK);
    }

    private void reach(long boundary, long watermark) throws Exception {
        operator.processElement2(new StreamRecord<>(AlertControl.of(RunEvent.reached(boundary, watermark))));
    }

    private void coverage(long boundary, String coverage) throws Exception {
        operator.processElement1(new StreamRecord<>(measured(boundary, coverage, 0), boundary - 1));
    }

    /** A coverage of 0.8 in each five minutes after noon and of 0.95 in the last, published with one watermark. */
    private void coverageAtOnce(int lastMinute, long boundary) throws Exception {
        for (int minutes = 5; minutes <= lastMinute; minutes += 5) {
            String coverage = minutes < lastMinute ? "0.8" : "0.95";
            operator.processElement1(new StreamRecord<>(measured(NOON + minutes * MINUTE, coverage, 0), boundary - 1));
        }
        watermark(boundary);
    }

    private void correct(long boundary, String coverage, long step) throws Exception {
        operator.processElement1(new StreamRecord<>(measured(boundary, coverage, 1), step - 1));
    }

    private List<AlertEvent> published() {
        List<AlertEvent> all = new ArrayList<>(published);
        all.addAll(operator.extractOutputValues());
        return all;
    }

    private List<String> story() {
        return published().stream()
                .map(event -> event.alertId() + " " + event.state().name().toLowerCase(Locale.ROOT) + " "
                        + event.occasion().boundary().time().toString().substring(11, 16) + " "
                        + event.figures().value())
                .toList();
    }

    static AlertRule rule(String id, String thresholds) {
        return RuleParser.parse("""
                {"id": "%s", "kind": "data-quality", "level": "exchange", "interval": "5m", "metric": "coverage", %s}""".formatted(id, thresholds));
    }

    private static BoundaryRecord measured(long boundary, String coverage, int revision) {
        return measured("okx", boundary, coverage, revision);
    }

    static BoundaryRecord measured(String exchange, long boundary, String coverage, int revision) {
        Instant time = Instant.ofEpochMilli(boundary);
        TotalRow.Figures figures = new TotalRow.Figures(
                BigDecimal.TEN,
                null,
                Range.NONE,
                new TotalRow.Split(null, null, null),
                null,
                new TotalRow.Basis(null, null, 1, new BigDecimal(coverage), 0L),
                null,
                null);
        TotalRow total = new TotalRow(
                Entity.exchange(exchange),
                Boundary.of(Interval.FIVE_MINUTES, boundary),
                figures,
                new Edition(revision, time.plus(Duration.ofMinutes(15)), null, new Pass(boundary, revision > 0)));
        return new BoundaryRecord(null, total, null);
    }

    private static BoundaryRecord withReturn(BoundaryRecord record, String rateOfReturn) {
        TotalRow total = record.total();
        MetricsRow.Figures none = MetricsRow.Figures.NONE;
        MetricsRow.Figures figures = new MetricsRow.Figures(
                new MetricsRow.Size(total.figures().valueUsd(), null, null),
                none.changes(),
                new MetricsRow.Pace(null, null, new BigDecimal(rateOfReturn)),
                none.unusual(),
                none.rank(),
                none.shares(),
                none.concentration(),
                none.mix(),
                none.price(),
                none.activity());
        MetricsRow metrics = new MetricsRow(record.level(), record.id(), total.boundary(), figures, total.edition());
        return new BoundaryRecord(null, total, metrics);
    }

    /** What is the same in every implementation: the sentence and how the movers are told are free. */
    private static JsonNode comparable(JsonNode event) {
        ((ObjectNode) event).remove("message");
        if (event.get("evidence").isObject()) {
            ((ObjectNode) event.get("evidence")).remove("exchanges");
        }
        return event;
    }
}
