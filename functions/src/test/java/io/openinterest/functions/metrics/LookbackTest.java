package io.openinterest.functions.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.Referee;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.TotalRow;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LookbackTest {

    private static final MetricsSettings SETTINGS =
            new MetricsSettings(new BigDecimal("0.0005"), new BigDecimal("0.0005"), Duration.ofMinutes(15));

    @Test
    void derivesWhatAnIndependentImplementationDerives() {
        Referee referee = Referee.generated();
        List<TotalRow> totals = referee.totals();
        Map<String, BigDecimal> values = new HashMap<>();
        for (TotalRow row : totals) {
            values.put(row.entity() + row.time(), row.valueUsd());
        }
        TreeMap<Instant, Map<String, List<TotalRow>>> boundaries = new TreeMap<>();
        for (TotalRow row : totals) {
            boundaries
                    .computeIfAbsent(row.time(), time -> new TreeMap<>())
                    .computeIfAbsent(row.entity(), entity -> new ArrayList<>())
                    .add(row);
        }
        Map<String, Lookback> histories = new HashMap<>();
        List<String> actual = new ArrayList<>();

        boundaries.forEach((time, entities) -> entities.forEach((entity, rows) -> histories
                .computeIfAbsent(entity, key -> Lookback.empty())
                .advance(
                        rows,
                        time.toEpochMilli(),
                        new Derivation(rows.get(0), SETTINGS, (parent, at) -> values.get(parent + at)))
                .forEach(row -> actual.add(Referee.write(row)))));

        List<String> expected = new ArrayList<>();
        for (Interval interval : Interval.values()) {
            expected.addAll(referee.values("metrics." + interval.text()));
        }
        assertThat(actual).containsExactlyInAnyOrderElementsOf(expected);
    }
}
