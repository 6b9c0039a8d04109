package io.openinterest.functions.metrics;

import io.openinterest.functions.record.TotalRow;
import io.openinterest.functions.run.RunEvent;

/**
 * News for the metrics beside the totals they are derived from; one of the two is null.
 *
 * @param parent the value of a parent
 * @param rule what became of an alert rule
 */
public record MetricsControl(ParentValue parent, RunEvent.Rule rule) {

    /** The value of a parent's row. */
    public static MetricsControl of(TotalRow row) {
        return new MetricsControl(ParentValue.of(row), null);
    }

    /** A rule was written or removed. */
    public static MetricsControl of(RunEvent.Rule rule) {
        return new MetricsControl(null, rule);
    }
}
