package io.openinterest.functions.alert;

import io.openinterest.functions.alert.AlertRule.Direction;
import io.openinterest.functions.alert.AlertRule.Subject;
import io.openinterest.functions.alert.AlertStanding.Active;
import io.openinterest.functions.record.AlertEvent.Severity;
import io.openinterest.observation.Json;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Sentences of alerts for people: each one sentence with figures as one says them, the time and the rule. */
final class AlertMessages {

    private static final int DIGITS = 2;
    private static final MathContext SIGNIFICANT = new MathContext(DIGITS, RoundingMode.HALF_EVEN);
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);
    private static final List<String> THOUSANDS = List.of("", " thousand", " million", " billion", " trillion");

    /** Those whose name does not say so. */
    private static final Set<String> FRACTIONS =
            Set.of("coverage", "ewma_volatility", "funding_rate_8h", "percentile_24h", "return");

    private AlertMessages() {}

    static String opened(AlertRule rule, String id, Active alert, BigDecimal valueUsd) {
        String where = ", at an open interest of " + usd(valueUsd);
        return isBoolean(rule.subject())
                ? sentence(rule.subject(), id, "is " + truth(alert.peak()), alert.openedAt(), where)
                : sentence(
                        rule.subject(),
                        id,
                        "reached " + figure(rule, alert.peak()),
                        alert.openedAt(),
                        beyond(rule, alert.severity()) + where);
    }

    static String escalated(AlertRule rule, String id, long time, BigDecimal x) {
        return isBoolean(rule.subject())
                ? sentence(rule.subject(), id, "is " + truth(x), time, ", which is critical")
                : sentence(rule.subject(), id, "worsened to " + figure(rule, x), time, beyond(rule, Severity.CRITICAL));
    }

    static String resolved(AlertRule rule, String id, long time, BigDecimal x, Active alert) {
        String peak = "; the peak since " + text(alert.openedAt()) + " was " + figure(rule, alert.peak());
        return isBoolean(rule.subject())
                ? sentence(rule.subject(), id, "is " + truth(x) + " again", time, ", since " + text(alert.openedAt()))
                : sentence(
                        rule.subject(),
                        id,
                        "is back at " + figure(rule, x),
                        time,
                        ", " + cleared(rule.thresholds().direction()) + " "
                                + threshold(rule, rule.thresholds().clear()) + peak);
    }

    private static String cleared(Direction direction) {
        return switch (direction) {
            case UP, DOWN, BOTH -> "within";
            case ABOVE -> "below";
            case BELOW -> "above";
        };
    }

    static String expired(Subject subject, String id, long time, Active alert, String because) {
        return sentence(
                subject,
                id,
                "is watched no longer",
                time,
                ": " + because + ", with an alert since " + text(alert.openedAt()));
    }

    static String retracted(AlertRule rule, String id, BigDecimal x, Active alert) {
        String truly = x == null ? "not known" : isBoolean(rule.subject()) ? truth(x) : figure(rule, x);
        return sentence(
                rule.subject(),
                id,
                "was " + truly,
                alert.openedAt(),
                " as late data show, which is no reason for an alert");
    }

    private static String sentence(Subject subject, String id, String what, long time, String more) {
        return subject.metric() + " of " + subject.level().text() + " " + id + " " + what + " at " + text(time) + more
                + " (rule " + subject.id() + ").";
    }

    private static String beyond(AlertRule rule, Severity severity) {
        Direction direction = rule.thresholds().direction();
        boolean isBelow = direction == Direction.DOWN || direction == Direction.BELOW;
        return ", " + (isBelow ? "at or below" : "at or beyond") + " the "
                + (severity == Severity.CRITICAL ? "critical" : "warning") + " threshold of "
                + threshold(rule, rule.thresholds().of(severity));
    }

    private static String threshold(AlertRule rule, BigDecimal threshold) {
        return plain(rule.subject(), rule.thresholds().direction().signed(threshold));
    }

    /** A change has its sign. */
    private static String figure(AlertRule rule, BigDecimal x) {
        Direction direction = rule.thresholds().direction();
        return (x.signum() > 0 && !direction.isOfLevel() ? "+" : "") + plain(rule.subject(), x);
    }

    private static String plain(Subject subject, BigDecimal x) {
        if (isFraction(subject.metric())) {
            return rounded(x.movePointRight(2)) + " %";
        }
        return isUsd(subject.metric()) ? usd(x) + pace(subject.metric()) : rounded(x);
    }

    /** By its whole name: what coverage did to a total, {@code change.coverage_usd}, is an amount. */
    private static boolean isFraction(String metric) {
        return metric.contains("_pct") || metric.contains("share") || FRACTIONS.contains(metric);
    }

    /** The parts of a value are amounts like the value, whatever they are called. */
    private static boolean isUsd(String metric) {
        return metric.contains("usd") || metric.startsWith("by_type.") || metric.startsWith("by_margin.");
    }

    private static String pace(String metric) {
        return metric.endsWith("_per_min2") ? " per minute squared" : metric.endsWith("_per_min") ? " per minute" : "";
    }

    /** What a figure was that counts 1 or 0; a rule may also look for what is false. */
    private static String truth(BigDecimal x) {
        return x.signum() == 0 ? "false" : "true";
    }

    private static boolean isBoolean(Subject subject) {
        return RuleMetric.of(subject).isBoolean();
    }

    /** {@code 8.4 million USD}. */
    private static String usd(BigDecimal amount) {
        BigDecimal rest = amount;
        int thousands = 0;
        while (rest.abs().compareTo(THOUSAND) >= 0 && thousands < THOUSANDS.size() - 1) {
            rest = rest.divide(THOUSAND);
            thousands++;
        }
        return rounded(rest) + THOUSANDS.get(thousands) + " USD";
    }

    /** Two digits after the point, or two at all where that would be nothing. */
    private static String rounded(BigDecimal x) {
        BigDecimal rounded = x.setScale(DIGITS, RoundingMode.HALF_EVEN);
        return Json.plain(rounded.signum() == 0 && x.signum() != 0 ? x.round(SIGNIFICANT) : rounded);
    }

    private static String text(long time) {
        return Json.text(Instant.ofEpochMilli(time));
    }
}
