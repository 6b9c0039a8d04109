package io.openinterest.functions.alert;

import io.openinterest.functions.metrics.BoundaryRecord;
import io.openinterest.functions.record.AlertEvent.Evidence;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.TotalRow;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The figures of an entity at a boundary, as rules read them. Most records call for nothing, so nothing is made before it is
 * asked for.
 */
final class Reading {

    private final BoundaryRecord record;
    private final long time;
    private Map<RuleMetric, BigDecimal> figures;
    private Evidence evidence;

    Reading(BoundaryRecord record) {
        this.record = record;
        this.time = record.time().toEpochMilli();
    }

    /** The boundary, epoch milliseconds. */
    long time() {
        return time;
    }

    /** Whether what was measured has the record the figure is in. */
    boolean has(RuleMetric metric) {
        return metric.isIn(record);
    }

    /** The figure; null where the record has none. */
    BigDecimal figure(RuleMetric metric) {
        if (figures == null) {
            figures = new HashMap<>();
        }
        BigDecimal known = figures.get(metric);
        if (known == null && !figures.containsKey(metric)) {
            known = metric.of(record);
            figures.put(metric, known);
        }
        return known;
    }

    /** Whether this boundary calls for an alert. */
    boolean holds(AlertRule rule, RuleMetric metric) {
        BigDecimal x = figure(metric);
        BigDecimal value = valueUsd();
        return x != null
                && value != null
                && rule.thresholds().severity(x) != null
                && value.compareTo(rule.conditions().minValueUsd()) >= 0
                && isCovered(rule, metric);
    }

    /** The entity's value; null where the record was withdrawn. */
    BigDecimal valueUsd() {
        if (record.market() != null) {
            return record.market().figures().size().valueUsd();
        }
        return record.metrics() != null
                ? record.metrics().figures().size().valueUsd()
                : record.total().figures().valueUsd();
    }

    /**
     * Whether coverage is sufficient now and, for a figure with a horizon, where that looks back to; a coverage that is
     * null is.
     */
    boolean isCovered(AlertRule rule, RuleMetric metric) {
        BigDecimal least = rule.conditions().minCoverage();
        if (record.market() != null) {
            return true;
        }
        if (record.metrics() == null) {
            return isEnough(record.total().figures().basis().coverage(), least);
        }
        MetricsRow.Size size = record.metrics().figures().size();
        return isEnough(size.coverage(), least)
                && (metric.horizon() == null
                        || size.coverageBefore() == null
                        || isEnough(size.coverageBefore().over(metric.horizon()), least));
    }

    private static boolean isEnough(BigDecimal coverage, BigDecimal least) {
        return coverage == null || coverage.compareTo(least) >= 0;
    }

    /** The record itself; null where there is no total. */
    Evidence evidence() {
        if (evidence == null) {
            evidence =
                    record.market() != null ? of(record.market()) : record.total() == null ? null : of(record.total());
        }
        return evidence;
    }

    private static Evidence of(MarketRow market) {
        MarketRow.Figures figures = market.figures();
        return new Evidence(
                figures.size().valueUsd(),
                figures.range().openUsd(),
                figures.change(),
                BigDecimal.ONE,
                figures.observed().ageMs(),
                null);
    }

    private static Evidence of(TotalRow total) {
        TotalRow.Figures figures = total.figures();
        String movers =
                figures.unpublished() == null ? null : figures.unpublished().movers();
        return new Evidence(
                figures.valueUsd(),
                figures.range().openUsd(),
                figures.change(),
                figures.basis().coverage(),
                figures.basis().maxAgeMs(),
                total.entity().level() != Level.ASSET
                        ? null
                        : movers == null || movers.isEmpty() ? List.of() : List.of(movers.split(",")));
    }
}
