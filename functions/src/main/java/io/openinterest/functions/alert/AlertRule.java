package io.openinterest.functions.alert;

import io.openinterest.functions.record.AlertEvent.Kind;
import io.openinterest.functions.record.AlertEvent.Severity;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.run.RuleWatch;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.List;

/**
 * A rule that says when to raise an alert, with the defaults filled in.
 *
 * @param subject which rule it is and what it looks at
 * @param ids the entities it looks at; {@code *} stands for any text
 * @param thresholds what figures call for an alert
 * @param conditions what else must be
 */
public record AlertRule(Subject subject, List<String> ids, Thresholds thresholds, Conditions conditions)
        implements Serializable {

    /** What it looks at. */
    public RuleWatch.Subject watched() {
        return new RuleWatch.Subject(subject.level(), subject.interval());
    }

    /**
     * A version of a rule and what it looks at: all that outlives the rule while an alert of it is open.
     *
     * @param id the rule's id
     * @param version first 12 hex digits of SHA-256 of the rule as it was written
     * @param kind what its alerts are about
     * @param level the level it looks at
     * @param interval the interval it looks at
     * @param metric path of the figure
     */
    public record Subject(String id, String version, Kind kind, Level level, Interval interval, String metric)
            implements Serializable {}

    /**
     * The thresholds of a figure.
     *
     * @param direction what counts as reaching a threshold
     * @param warning the threshold
     * @param critical the threshold of a critical alert; null where there is none
     * @param clear within it an alert resolves
     */
    public record Thresholds(Direction direction, BigDecimal warning, BigDecimal critical, BigDecimal clear)
            implements Serializable {

        /** The severity a figure calls for; null if it does not reach the warning threshold. */
        Severity severity(BigDecimal x) {
            if (critical != null && direction.reaches(x, critical)) {
                return Severity.CRITICAL;
            }
            return direction.reaches(x, warning) ? Severity.WARNING : null;
        }

        /** The figure that was crossed. */
        BigDecimal of(Severity severity) {
            return severity == Severity.CRITICAL ? critical : warning;
        }

        /** Whether the figure is back within {@code clear}. */
        boolean isClear(BigDecimal x) {
            return !direction.reaches(x, clear);
        }
    }

    /**
     * Conditions beside the figure.
     *
     * @param boundaries boundaries in a row that must hold before an alert opens
     * @param cooldownMillis how long after an alert resolved no other opens
     * @param minValueUsd least value of the entity
     * @param minCoverage least coverage, now and where a metric with a horizon looks back to
     */
    public record Conditions(int boundaries, long cooldownMillis, BigDecimal minValueUsd, BigDecimal minCoverage)
            implements Serializable {}

    /** The bad side of a threshold. The constants are part of saved state: append only. */
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
        BELOW;

        /** Whether it is about where a figure stands, and not about how far it moved. */
        boolean isOfLevel() {
            return this == ABOVE || this == BELOW;
        }

        boolean reaches(BigDecimal x, BigDecimal threshold) {
            return switch (this) {
                case UP, ABOVE -> x.compareTo(threshold) >= 0;
                case DOWN -> x.compareTo(threshold.negate()) <= 0;
                case BOTH -> x.abs().compareTo(threshold) >= 0;
                case BELOW -> x.compareTo(threshold) <= 0;
            };
        }

        /** The figure that is worse for the peak: farther from 0, or the lesser where the rule looks below. */
        BigDecimal worse(BigDecimal peak, BigDecimal x) {
            boolean worse = this == BELOW ? x.compareTo(peak) < 0 : x.abs().compareTo(peak.abs()) > 0;
            return worse ? x : peak;
        }

        /** A threshold as the figure is compared with it. */
        BigDecimal signed(BigDecimal threshold) {
            return this == DOWN ? threshold.negate() : threshold;
        }
    }
}
