package io.openinterest.functions.alert;

import io.openinterest.functions.record.AlertEvent.Evidence;
import io.openinterest.functions.record.AlertEvent.Severity;
import io.openinterest.functions.record.AlertEvent.State;
import java.math.BigDecimal;

/**
 * The standing of a version of a rule with an entity, and the life of the alert between them: it opens, may escalate once,
 * and resolves, expires or is retracted. Every step is from a standing and a reading to the next standing and what there
 * is to tell. Times are epoch milliseconds; a standing that goes on as before is the same object.
 *
 * @param heldSince first of the boundaries in a row that held, up to the entity's last record; {@link #NEVER} if that did
 *     not hold
 * @param cooldownEnd no other alert opens before; while one is open, what it was when that opened
 * @param wasCritical true if the alert behind the cooldown was ever critical
 * @param active the alert; null when there is none
 */
public record AlertStanding(long heldSince, long cooldownEnd, boolean wasCritical, Active active) {

    static final long NEVER = Long.MIN_VALUE;

    /** A rule that has nothing to say about an entity yet. */
    static final AlertStanding NONE = new AlertStanding(NEVER, NEVER, false, null);

    /**
     * An alert that is open.
     *
     * @param openedAt the opening boundary
     * @param severity the worst so far
     * @param peak the worst figure so far
     * @param evidence the record it opened on, as it reads now
     */
    public record Active(long openedAt, Severity severity, BigDecimal peak, Evidence evidence) {}

    /**
     * A step in an alert's life.
     *
     * @param alert as it stands now, or stood when it ended
     * @param threshold the figure that was crossed; null where none was
     */
    record Transition(State state, Active alert, BigDecimal threshold) {}

    /**
     * A standing and what led there.
     *
     * @param transition null where there is nothing to tell
     */
    record Step(AlertStanding standing, Transition transition) {}

    /**
     * The entity has a record at the next boundary.
     *
     * @param goesOn true if the entity had a record at the boundary before
     */
    Step next(AlertRule rule, RuleMetric metric, Reading reading, boolean goesOn) {
        BigDecimal x = reading.figure(metric);
        boolean holds = reading.holds(rule, metric);
        long since = !holds ? NEVER : goesOn && heldSince != NEVER ? heldSince : reading.time();
        if (active == null) {
            return holds ? hold(rule, x, since, reading) : quiet(NEVER);
        }
        Severity severity = x == null ? null : rule.thresholds().severity(x);
        boolean isCovered = x != null && reading.isCovered(rule, metric);
        BigDecimal peak =
                x == null ? active.peak : rule.thresholds().direction().worse(active.peak, x);
        Active now = peak.compareTo(active.peak) == 0
                ? active
                : new Active(active.openedAt, active.severity, peak, active.evidence);
        if (isCovered && severity == Severity.CRITICAL && active.severity == Severity.WARNING) {
            Active worse = new Active(now.openedAt, Severity.CRITICAL, now.peak, now.evidence);
            return told(
                    with(since, worse),
                    State.ESCALATED,
                    worse,
                    rule.thresholds().critical());
        }
        if (isCovered && rule.thresholds().isClear(x)) {
            long cooldown = reading.time() + rule.conditions().cooldownMillis();
            AlertStanding after = new AlertStanding(since, cooldown, now.severity == Severity.CRITICAL, null);
            return told(after, State.RESOLVED, now, rule.thresholds().clear());
        }
        return quiet(with(since, now));
    }

    /** No alert is open and the boundary holds: one opens if it has held long enough and no cooldown is in the way. */
    private Step hold(AlertRule rule, BigDecimal x, long since, Reading reading) {
        long time = reading.time();
        Severity severity = rule.thresholds().severity(x);
        boolean endsCooldown = severity == Severity.CRITICAL && !wasCritical;
        long cooldown = endsCooldown ? Math.min(time, cooldownEnd) : cooldownEnd;
        long boundaries = (time - since) / rule.subject().interval().millis() + 1;
        if (boundaries < rule.conditions().boundaries() || time < cooldown) {
            return quiet(new AlertStanding(since, cooldown, wasCritical, null));
        }
        Active opened = new Active(time, severity, x, reading.evidence());
        AlertStanding now = new AlertStanding(since, cooldownEnd, wasCritical, opened);
        return told(now, State.OPEN, opened, rule.thresholds().of(severity));
    }

    /** The rule is gone, or the entity fell silent. */
    Step expire() {
        return told(NONE, State.EXPIRED, active, null);
    }

    /**
     * A correction says what the record at the opening boundary really was: not what the rule looks for. The boundaries
     * that held after it still count, and a cooldown that it ended goes on.
     */
    Step retract(long next) {
        long since = heldSince == NEVER ? NEVER : Math.max(heldSince, next);
        return told(new AlertStanding(since, cooldownEnd, wasCritical, null), State.RETRACTED, active, null);
    }

    /** A correction says what else was in the record at the opening boundary. */
    AlertStanding openedOn(Evidence corrected) {
        return with(heldSince, new Active(active.openedAt, active.severity, active.peak, corrected));
    }

    /** The count of boundaries starts anew. */
    AlertStanding broken() {
        return heldSince == NEVER ? this : new AlertStanding(NEVER, cooldownEnd, wasCritical, active);
    }

    /** Whether nothing here matters to the boundaries after this one. */
    boolean isOver(long boundary) {
        return active == null && heldSince == NEVER && cooldownEnd <= boundary;
    }

    private AlertStanding with(long since, Active alert) {
        return since == heldSince && alert.equals(active)
                ? this
                : new AlertStanding(since, cooldownEnd, wasCritical, alert);
    }

    private Step quiet(long since) {
        return quiet(since == heldSince ? this : new AlertStanding(since, cooldownEnd, wasCritical, active));
    }

    private static Step quiet(AlertStanding standing) {
        return new Step(standing, null);
    }

    private static Step told(AlertStanding standing, State state, Active alert, BigDecimal threshold) {
        return new Step(standing, new Transition(state, alert, threshold));
    }
}
