package io.openinterest.functions.alert;

import io.openinterest.functions.metrics.BoundaryRecord;
import io.openinterest.functions.record.AlertEvent.Evidence;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.TotalRow;
import java.math.BigDecimal;
import java.util.List;

/**
 * What a rule reads off an entity at a boundary.
 *
 * @param time the boundary, epoch milliseconds
 * @param x the figure; null where the record has none
 * @param valueUsd the entity's value; null where the record was withdrawn
 * @param isCovered true if coverage is sufficient now and, for a figure with a horizon, where that looks back to; a
 *     coverage that is null is
 * @param evidence the record itself
 */
record RuleSample(long time, BigDecimal x, BigDecimal valueUsd, boolean isCovered, Evidence evidence) {

    static RuleSample of(BoundaryRecord measured, RuleMetric metric, AlertRule rule) {
        return new RuleSample(
                measured.time().toEpochMilli(),
                metric.of(measured),
                valueUsd(measured),
                isCovered(measured, metric, rule.minCoverage()),
                evidence(measured));
    }

    /** True if this boundary calls for an alert. */
    boolean holds(AlertRule rule) {
        return x != null
                && isCovered
                && valueUsd != null
                && valueUsd.compareTo(rule.minValueUsd()) >= 0
                && rule.severity(x) != null;
    }

    private static BigDecimal valueUsd(BoundaryRecord measured) {
        if (measured.market() != null) {
            return measured.market().valueUsd();
        }
        return measured.metrics() != null
                ? measured.metrics().figures().size().valueUsd()
                : measured.total().valueUsd();
    }

    private static boolean isCovered(BoundaryRecord measured, RuleMetric metric, BigDecimal least) {
        if (measured.market() != null) {
            return true;
        }
        MetricsRow metrics = measured.metrics();
        MetricsRow.Size size = metrics == null ? null : metrics.figures().size();
        if (!isEnough(size != null ? size.coverage() : measured.total().coverage(), least)) {
            return false;
        }
        return metric.horizon() == null
                || size == null
                || size.coverageBefore() == null
                || isEnough(size.coverageBefore().over(metric.horizon()), least);
    }

    private static boolean isEnough(BigDecimal coverage, BigDecimal least) {
        return coverage == null || coverage.compareTo(least) >= 0;
    }

    private static Evidence evidence(BoundaryRecord measured) {
        MarketRow market = measured.market();
        if (market != null) {
            return new Evidence(
                    market.valueUsd(), market.openUsd(), market.change(), BigDecimal.ONE, market.ageMs(), null);
        }
        TotalRow total = measured.total();
        if (total == null) {
            return null;
        }
        String movers = total.extras() == null ? null : total.extras().movers();
        return new Evidence(
                total.valueUsd(),
                total.openUsd(),
                total.change(),
                total.coverage(),
                total.maxAgeMs(),
                total.level() != Level.ASSET
                        ? null
                        : movers == null || movers.isEmpty() ? List.of() : List.of(movers.split(",")));
    }
}
