package io.openinterest.functions.alert;

import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.AlertEvent.Evidence;
import io.openinterest.functions.record.AlertEvent.Severity;
import io.openinterest.functions.record.AlertEvent.State;
import io.openinterest.functions.record.Interval;
import io.openinterest.observation.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Where one rule stands with one entity, and the life of the alert between them: it opens, may escalate once, and
 * resolves, expires or is retracted. Times are epoch milliseconds.
 *
 * @param rule the rule, with no other ids than this entity's
 * @param count boundaries in a row that held, up to the last one
 * @param lastHeld the last boundary that held
 * @param cooldownEnd no other alert opens before
 * @param wasCritical true if the alert behind the cooldown was ever critical
 * @param active the alert; null when there is none
 */
public record AlertStanding(
        AlertRule rule, int count, long lastHeld, long cooldownEnd, boolean wasCritical, Active active) {

    private static final long SILENCE = 60 * Interval.MINUTE_MILLIS;

    /**
     * An alert that is open.
     *
     * @param openedAt the opening boundary
     * @param severity the worst so far
     * @param peak the worst figure so far
     * @param lastRecord the last boundary the entity had a record at
     * @param evidence the record it opened on
     */
    public record Active(long openedAt, Severity severity, BigDecimal peak, long lastRecord, Evidence evidence) {}

    /** A rule that has nothing to say about an entity yet. */
    static AlertStanding none(AlertRule rule, String id) {
        return new AlertStanding(rule.only(id), 0, Long.MIN_VALUE, Long.MIN_VALUE, false, null);
    }

    /** How a rule's standing with an entity is known: every version of a rule stands for itself. */
    static String key(AlertRule rule) {
        return rule.id() + "/" + rule.version();
    }

    /** The entity has a record at the next boundary. */
    AlertStanding next(RuleSample reading, List<AlertEvent> events) {
        boolean holds = reading.holds(rule);
        boolean inARow = lastHeld == reading.time() - rule.interval().millis();
        AlertStanding now = new AlertStanding(
                rule,
                !holds ? 0 : inARow ? count + 1 : 1,
                holds ? reading.time() : lastHeld,
                cooldownEnd,
                wasCritical,
                active);
        return active == null ? now.open(reading, holds, events) : now.goOn(reading, events);
    }

    private AlertStanding open(RuleSample reading, boolean holds, List<AlertEvent> events) {
        Severity severity = holds ? rule.severity(reading.x()) : null;
        boolean endsCooldown = severity == Severity.CRITICAL && !wasCritical && cooldownEnd > reading.time();
        long cooldown = endsCooldown ? reading.time() : cooldownEnd;
        if (count < rule.boundaries() || reading.time() < cooldown) {
            return new AlertStanding(rule, count, lastHeld, cooldown, wasCritical, null);
        }
        Active opened = new Active(reading.time(), severity, reading.x(), reading.time(), reading.evidence());
        BigDecimal threshold = rule.threshold(severity);
        events.add(event(
                opened,
                State.OPEN,
                reading,
                threshold,
                "%s of %s %s reached %s, %s the %s threshold of %s, at an open interest of %s USD."
                        .formatted(
                                rule.metric(),
                                rule.level(),
                                id(),
                                Json.plain(reading.x()),
                                side(),
                                severity == Severity.CRITICAL ? "critical" : "warning",
                                signed(threshold),
                                Json.plain(reading.valueUsd()))));
        return with(opened);
    }

    private AlertStanding goOn(RuleSample reading, List<AlertEvent> events) {
        if (reading.x() == null) {
            return with(
                    new Active(active.openedAt(), active.severity(), active.peak(), reading.time(), active.evidence()));
        }
        boolean escalates = reading.isCovered()
                && active.severity() == Severity.WARNING
                && rule.severity(reading.x()) == Severity.CRITICAL;
        Active now = new Active(
                active.openedAt(),
                escalates ? Severity.CRITICAL : active.severity(),
                rule.worse(active.peak(), reading.x()),
                reading.time(),
                active.evidence());
        if (escalates) {
            events.add(event(
                    now,
                    State.ESCALATED,
                    reading,
                    rule.critical(),
                    "%s of %s %s worsened to %s, %s the critical threshold of %s."
                            .formatted(
                                    rule.metric(),
                                    rule.level(),
                                    id(),
                                    Json.plain(reading.x()),
                                    side(),
                                    signed(rule.critical()))));
        } else if (reading.isCovered() && rule.isClear(reading.x())) {
            events.add(event(
                    now,
                    State.RESOLVED,
                    reading,
                    rule.clear(),
                    "%s of %s %s is back at %s, within %s; the peak since %s was %s."
                            .formatted(
                                    rule.metric(),
                                    rule.level(),
                                    id(),
                                    Json.plain(reading.x()),
                                    signed(rule.clear()),
                                    text(now.openedAt()),
                                    Json.plain(now.peak()))));
            return new AlertStanding(
                    rule,
                    count,
                    lastHeld,
                    reading.time() + rule.cooldownMillis(),
                    now.severity() == Severity.CRITICAL,
                    null);
        }
        return with(now);
    }

    /**
     * Ends an alert whose rule is gone, or whose entity had no record for an hour.
     *
     * @param boundary the boundary that is reached
     * @param hasRecord true if the entity has a record there
     * @param isInForce whether the rule is in force at a boundary
     * @return null if the alert ended
     */
    AlertStanding expire(long boundary, boolean hasRecord, LongPredicate isInForce, List<AlertEvent> events) {
        if (active == null) {
            return this;
        }
        long step = rule.interval().millis();
        for (long at = active.lastRecord() + step; at <= boundary; at += step) {
            boolean gone = !isInForce.test(at);
            boolean silent = at - active.lastRecord() >= SILENCE && !(hasRecord && at == boundary);
            if (gone || silent) {
                events.add(event(
                        active,
                        State.EXPIRED,
                        new RuleSample(at, null, null, false, null),
                        null,
                        "The alert on %s of %s %s since %s ended because %s."
                                .formatted(
                                        rule.metric(),
                                        rule.level(),
                                        id(),
                                        text(active.openedAt()),
                                        gone
                                                ? "its rule was removed or replaced"
                                                : "there was no record since " + text(active.lastRecord()))));
                return null;
            }
        }
        return this;
    }

    /** A correction says what the record at the opening boundary really was. */
    AlertStanding correct(RuleSample reading, List<AlertEvent> events) {
        if (active == null || active.openedAt() != reading.time() || reading.holds(rule)) {
            return this;
        }
        Evidence evidence = reading.evidence() == null ? active.evidence() : reading.evidence();
        events.add(event(
                active,
                State.RETRACTED,
                new RuleSample(reading.time(), reading.x(), reading.valueUsd(), reading.isCovered(), evidence),
                null,
                "Late data show that %s of %s %s was %s at %s, which is no reason for an alert."
                        .formatted(
                                rule.metric(),
                                rule.level(),
                                id(),
                                reading.x() == null ? "not known" : Json.plain(reading.x()),
                                text(active.openedAt()))));
        int since = (int)
                Math.max(0, (lastHeld - active.openedAt()) / rule.interval().millis());
        return new AlertStanding(rule, Math.min(count, since), lastHeld, cooldownEnd, false, null);
    }

    /** True if nothing here matters to the boundaries after this one. */
    boolean isOver(long boundary) {
        return active == null && (count == 0 || lastHeld < boundary) && cooldownEnd <= boundary;
    }

    private AlertStanding with(Active alert) {
        return new AlertStanding(rule, count, lastHeld, cooldownEnd, false, alert);
    }

    private String id() {
        return rule.ids().get(0);
    }

    private String side() {
        return switch (rule.direction()) {
            case UP, ABOVE, BOTH -> "at or beyond";
            case DOWN, BELOW -> "at or below";
        };
    }

    /** A threshold as the figure is compared with it. */
    private String signed(BigDecimal threshold) {
        return Json.plain(rule.direction() == AlertRule.Direction.DOWN ? threshold.negate() : threshold);
    }

    private static String text(long time) {
        return Json.text(Instant.ofEpochMilli(time));
    }

    private AlertEvent event(Active alert, State state, RuleSample reading, BigDecimal threshold, String message) {
        return new AlertEvent(
                rule.id() + "/" + rule.level() + ":" + id() + "/" + text(alert.openedAt()),
                rule.id(),
                rule.version(),
                rule.kind(),
                state,
                alert.severity(),
                rule.level(),
                id(),
                rule.interval(),
                Instant.ofEpochMilli(reading.time()),
                Instant.ofEpochMilli(alert.openedAt()),
                rule.metric(),
                reading.x(),
                threshold,
                alert.peak(),
                message,
                reading.evidence());
    }
}
