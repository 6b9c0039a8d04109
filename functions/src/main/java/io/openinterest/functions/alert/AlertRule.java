package io.openinterest.functions.alert;

import io.openinterest.functions.record.AlertEvent.Kind;
import io.openinterest.functions.record.AlertEvent.Severity;
import io.openinterest.functions.record.Interval;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.List;

/**
 * When to raise an alert, with the defaults filled in.
 *
 * @param id the rule's id
 * @param version first 12 hex digits of SHA-256 of the rule as it was written
 * @param kind what its alerts are about
 * @param level the level it looks at: {@code total} to {@code pair}, or {@code market}
 * @param ids the entities it looks at; {@code *} stands for any text
 * @param interval the interval it looks at
 * @param metric path of the figure
 * @param direction what counts as reaching a threshold
 * @param warning the threshold
 * @param critical the threshold of a critical alert; null where there is none
 * @param clear within it an alert resolves
 * @param boundaries boundaries in a row that must hold before an alert opens
 * @param cooldownMillis how long after an alert resolved no other opens
 * @param minValueUsd least value of the entity
 * @param minCoverage least coverage, now and where a metric with a horizon looks back to
 */
public record AlertRule(
        String id,
        String version,
        Kind kind,
        String level,
        List<String> ids,
        Interval interval,
        String metric,
        Direction direction,
        BigDecimal warning,
        BigDecimal critical,
        BigDecimal clear,
        int boundaries,
        long cooldownMillis,
        BigDecimal minValueUsd,
        BigDecimal minCoverage)
        implements Serializable {

    /** The level of markets, which have no total. */
    static final String MARKET_LEVEL = "market";

    /** Which side of a threshold is bad. The constants are part of saved state: append only. */
    public enum Direction {
        /** x is at least the threshold. */
        UP,
        /** x is at most the negative threshold. */
        DOWN,
        /** |x| is at least the threshold. */
        BOTH,
        /** x is at least the threshold, for levels such as a ratio. */
        ABOVE,
        /** x is at most the threshold. */
        BELOW
    }

    /** The same rule, but for one entity only. */
    AlertRule only(String entity) {
        return new AlertRule(
                id,
                version,
                kind,
                level,
                List.of(entity),
                interval,
                metric,
                direction,
                warning,
                critical,
                clear,
                boundaries,
                cooldownMillis,
                minValueUsd,
                minCoverage);
    }

    /** The severity a figure calls for; null if it does not reach the warning threshold. */
    Severity severity(BigDecimal x) {
        if (critical != null && reaches(x, critical)) {
            return Severity.CRITICAL;
        }
        return reaches(x, warning) ? Severity.WARNING : null;
    }

    /** The figure that was crossed. */
    BigDecimal threshold(Severity severity) {
        return severity == Severity.CRITICAL ? critical : warning;
    }

    /** True if the figure is back within {@code clear}. */
    boolean isClear(BigDecimal x) {
        return !reaches(x, clear);
    }

    private boolean reaches(BigDecimal x, BigDecimal threshold) {
        return switch (direction) {
            case UP, ABOVE -> x.compareTo(threshold) >= 0;
            case DOWN -> x.compareTo(threshold.negate()) <= 0;
            case BOTH -> x.abs().compareTo(threshold) >= 0;
            case BELOW -> x.compareTo(threshold) <= 0;
        };
    }

    /** The figure that is worse for the peak: farther from 0, or the lesser where the rule looks below. */
    BigDecimal worse(BigDecimal peak, BigDecimal x) {
        if (direction == Direction.BELOW) {
            return x.compareTo(peak) < 0 ? x : peak;
        }
        return x.abs().compareTo(peak.abs()) > 0 ? x : peak;
    }
}
