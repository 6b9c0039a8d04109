package io.openinterest.functions.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.Referee;
import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.functions.run.RuleWatch;
import io.openinterest.functions.run.RunEvent;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.Test;

class DeriveMetricsTest {

    private static final MetricsSettings SETTINGS = new MetricsSettings(
            new BigDecimal("0.0005"), new BigDecimal("0.0005"), new CorrectionWindow(Duration.ofMinutes(15)));

    @Test
    void theOrderOfRowsBetweenTwoWatermarksDoesNotMatter() throws Exception {
        Referee referee = Referee.generated();
        Random random = new Random(7);
        List<BoundaryRecord> measured = new ArrayList<>();
        try (MetricsHarness harness = new MetricsHarness(SETTINGS)) {
            for (Map.Entry<Long, List<TotalRow>> minute :
                    byTime(referee.totals()).entrySet()) {
                List<TotalRow> rows = new ArrayList<>(minute.getValue());
                Collections.shuffle(rows, random);
                for (TotalRow row : rows) {
                    harness.say(row, minute.getKey());
                }
                harness.watermark(minute.getKey() - 1);
            }
            measured.addAll(harness.output());
        }
        assertThat(published(measured)).containsExactlyInAnyOrderElementsOf(expected(referee));
    }

    @Test
    void allAtTheEndOfTheInputIsTheSameAsMinuteByMinute() throws Exception {
        Referee referee = Referee.generated();
        try (MetricsHarness harness = new MetricsHarness(SETTINGS)) {
            for (TotalRow row : referee.totals()) {
                harness.say(row, row.time().toEpochMilli());
            }
            harness.watermark(Long.MAX_VALUE);
            assertThat(published(harness.output())).containsExactlyInAnyOrderElementsOf(expected(referee));
            assertThat(harness.timers()).isZero();
            assertThat(harness.stateEntries()).isZero();
        }
    }

    @Test
    void aSnapshotBetweenAnyTwoRowsLosesNothing() throws Exception {
        Referee referee = Referee.generated();
        List<BoundaryRecord> measured = new ArrayList<>();
        MetricsHarness harness = new MetricsHarness(SETTINGS);
        int said = 0;
        for (Map.Entry<Long, List<TotalRow>> minute : byTime(referee.totals()).entrySet()) {
            for (TotalRow row : minute.getValue()) {
                harness.say(row, minute.getKey());
                if (++said % 997 == 0) {
                    OperatorSubtaskState state = harness.snapshot();
                    measured.addAll(harness.output());
                    harness.close();
                    harness = new MetricsHarness(SETTINGS, state);
                }
            }
            harness.watermark(minute.getKey() - 1);
        }
        measured.addAll(harness.output());
        harness.close();
        assertThat(published(measured)).containsExactlyInAnyOrderElementsOf(expected(referee));
    }

    @Test
    void correctionsEndInWhatTheInputInOrderGives() throws Exception {
        Referee referee = Referee.generated();
        Random random = new Random(11);
        TreeMap<Long, List<TotalRow>> steps = byTime(referee.totals());
        for (TotalRow row : referee.totals()) {
            long time = row.time().toEpochMilli();
            int kind = random.nextInt(40);
            if (kind > 2) {
                continue;
            }
            steps.get(time).remove(row);
            long later = time + (1 + random.nextInt(15)) * Interval.MINUTE_MILLIS;
            if (kind == 0) {
                steps.get(time).add(wrong(row));
                steps.computeIfAbsent(later, step -> new ArrayList<>()).add(row.revised(1));
            } else if (kind == 1) {
                steps.computeIfAbsent(later, step -> new ArrayList<>()).add(row);
            } else {
                steps.get(time).add(wrong(row));
                steps.computeIfAbsent(time + Interval.MINUTE_MILLIS, step -> new ArrayList<>())
                        .add(row.withdrawn(1));
                steps.computeIfAbsent(time + 2 * Interval.MINUTE_MILLIS, step -> new ArrayList<>())
                        .add(row.revised(2));
            }
        }
        Map<String, MetricsRow> last = new HashMap<>();
        Set<String> perStep = new HashSet<>();
        int corrections = 0;
        try (MetricsHarness harness = new MetricsHarness(SETTINGS)) {
            for (Map.Entry<Long, List<TotalRow>> step : steps.entrySet()) {
                for (TotalRow row : step.getValue()) {
                    harness.say(row, step.getKey());
                }
                harness.watermark(step.getKey() - 1);
            }
            for (StreamRecord<? extends BoundaryRecord> record : harness.records()) {
                MetricsRow row = record.getValue().metrics();
                if (row != null) {
                    String key = row.key() + row.interval() + row.time();
                    assertThat(perStep.add(key + record.getTimestamp()))
                            .as("one revision a step")
                            .isTrue();
                    MetricsRow before = last.put(key, row);
                    assertThat(row.edition().revision())
                            .isEqualTo(before == null ? 0 : before.edition().revision() + 1);
                    corrections += row.edition().revision() > 0 ? 1 : 0;
                }
            }
        }
        assertThat(corrections).isGreaterThan(1000);
        assertThat(last.values().stream()
                        .filter(row -> row.edition().withdrawn() == null)
                        .map(DeriveMetricsTest::comparable))
                .containsExactlyInAnyOrderElementsOf(expected(referee).stream()
                        .map(text -> text.replaceAll("\"share_of_\\w+\":[^,]+,|\"revision\":\\d+,", ""))
                        .toList());
    }

    @Test
    void recordsGoToTheRulesWhileOneLooksAtTheirLevelAndInterval() throws Exception {
        List<TotalRow> rows = Referee.generated().totals();
        long quarter = Interval.FIFTEEN_MINUTES.millis();
        long first = rows.get(0).time().toEpochMilli() / quarter * quarter;
        long written = first + Duration.ofMinutes(20).toMillis();
        long removed = first + Duration.ofMinutes(40).toMillis();
        RuleWatch.Subject ofStart = new RuleWatch.Subject(Level.TOTAL, Interval.FIFTEEN_MINUTES);
        RuleWatch.Subject ofTopic = new RuleWatch.Subject(Level.ASSET, Interval.FIVE_MINUTES);
        // given a start rule, and one that is written and removed, with a restart after each
        MetricsHarness harness = new MetricsHarness(SETTINGS, Set.of(ofStart), null);
        List<BoundaryRecord> seen = new ArrayList<>();
        for (Map.Entry<Long, List<TotalRow>> minute : byTime(rows).entrySet()) {
            if (minute.getKey() == written || minute.getKey() == removed) {
                boolean isWritten = minute.getKey() == written;
                harness.hear(new RunEvent.Rule("of-topic", minute.getKey() - 1, isWritten ? ofTopic : null));
                seen.addAll(harness.output());
                OperatorSubtaskState state = harness.snapshot();
                harness.close();
                harness = new MetricsHarness(SETTINGS, Set.of(ofStart), state);
            }
            for (TotalRow row : minute.getValue()) {
                harness.say(row, minute.getKey());
            }
            harness.watermark(minute.getKey() - 1);
        }
        seen.addAll(harness.output());
        harness.close();

        assertThat(seen)
                .extracting(record -> new RuleWatch.Subject(record.level(), record.interval()))
                .containsOnly(ofStart, ofTopic);
        // what is seen of the topic's rule: from its time until what may be corrected is behind its end
        assertThat(seen)
                .filteredOn(record -> record.level() == Level.ASSET)
                .extracting(record -> record.time().toEpochMilli())
                .allMatch(time -> time >= written
                        && time < removed + Duration.ofMinutes(15).toMillis())
                .contains(written, removed);
        // and the start rule sees all there is
        assertThat(seen)
                .filteredOn(record -> record.level() == Level.TOTAL)
                .hasSameSizeAs(rows.stream()
                        .filter(row ->
                                row.entity().level() == Level.TOTAL && row.interval() == Interval.FIFTEEN_MINUTES)
                        .toList());
    }

    private static String comparable(MetricsRow row) {
        return Referee.write(row).replaceAll("\"share_of_\\w+\":[^,]+,|\"revision\":\\d+,", "");
    }

    /** A row as it might have looked before a late observation. */
    private static TotalRow wrong(TotalRow row) {
        Ledger change = row.figures().change();
        Ledger other = Ledger.of(
                BigDecimal.TEN,
                BigDecimal.ONE,
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                new BigDecimal("-3.5"),
                BigDecimal.ZERO);
        return Referee.changed(
                row, row.figures().valueUsd().add(BigDecimal.TEN), change == null ? null : change.plus(other));
    }

    private static List<String> expected(Referee referee) {
        List<String> rows = new ArrayList<>();
        for (Interval interval : Interval.values()) {
            rows.addAll(referee.values("metrics." + interval.text()));
        }
        return rows;
    }

    private static List<String> published(List<BoundaryRecord> measured) {
        return measured.stream()
                .map(BoundaryRecord::metrics)
                .map(Referee::write)
                .toList();
    }

    private static TreeMap<Long, List<TotalRow>> byTime(List<TotalRow> rows) {
        TreeMap<Long, List<TotalRow>> minutes = new TreeMap<>();
        for (TotalRow row : rows) {
            minutes.computeIfAbsent(row.time().toEpochMilli(), time -> new ArrayList<>())
                    .add(row);
        }
        return minutes;
    }
}
