package io.openinterest.functions.alert;

import io.openinterest.functions.record.AlertEvent.Evidence;
import io.openinterest.functions.record.AlertEvent.Severity;
import io.openinterest.functions.record.AlertEvent.State;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The standing of a version of a rule with an entity, and the life of the alert between them: it opens, may escalate once,
 * and resolves, expires or is retracted; the latter also when it has ended, until its opening boundary is final. Every
 * step is from a standing and a reading to the next standing and what there is to tell. Times are epoch milliseconds; a
 * standing that goes on as before is the same object.
 *
 * @param heldSince first of the boundaries in a row that held, up to the entity's last record; {@link #NEVER} if that did
 *     not hold
 * @param cooldownEnd no other alert opens before; while one is open, what it was when that opened
 * @param wasCritical true if the alert behind the cooldown was ever critical
 * @param active the alert; null when there is none
 * @param ended the alerts before it that a correction can still retract, in the order they opened; null in states saved
 *     before there were any
 */
public record AlertStanding(long heldSince, long cooldownEnd, boolean wasCritical, Active active, List<Ended> ended) {

    static final long NEVER = Long.MIN_VALUE;

    /** A rule that has nothing to say about an entity yet. */
    static final AlertStanding NONE = new AlertStanding(NEVER, NEVER, false, null, List.of());

    /** A standing; one that knows of no alert that ended has an empty list. */
    public AlertStanding {
        ended = ended == null ? List.of() : List.copyOf(ended);
    }

    /**
     * An alert that ended, and what its end took the place of.
     *
     * @param alert the alert as it ended
     * @param cooldownEnd of the cooldown when it opened
     * @param wasCritical of the cooldown when it opened
     */
    public record Ended(Active alert, long cooldownEnd, boolean wasCritical) {

        private Ended with(Active corrected) {
            return new Ended(corrected, cooldownEnd, wasCritical);
        }

        private Ended behind(Ended before) {
            return new Ended(alert, before.cooldownEnd, before.wasCritical);
        }
    }

    /**
     * An alert that is open, or was.
     *
     * @param openedAt the opening boundary
     * @param severity the worst so far
     * @param peak the worst figure so far
     * @param evidence the record it opened on, as it reads now
     */
    public record Active(long openedAt, Severity severity, BigDecimal peak, Evidence evidence) {

        private Active on(Evidence corrected) {
            return new Active(openedAt, severity, peak, corrected);
        }
    }

    /**
     * A step in an alert's life.
     *
     * @param alert as it stands now, or stood when it ended
     * @param threshold the figure that was crossed; null where none was
     * @param isOver true if it had ended before, as only one that is retracted can have
     */
    record Transition(State state, Active alert, BigDecimal threshold, boolean isOver) {}

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
            AlertStanding after =
                    new AlertStanding(since, cooldown, now.severity == Severity.CRITICAL, null, endedWith(now));
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
            return quiet(new AlertStanding(since, cooldown, wasCritical, null, ended));
        }
        Active opened = new Active(time, severity, x, reading.evidence());
        AlertStanding now = new AlertStanding(since, cooldownEnd, wasCritical, opened, ended);
        return told(now, State.OPEN, opened, rule.thresholds().of(severity));
    }

    /** The rule is gone, or the entity fell silent. */
    Step expire() {
        return told(new AlertStanding(NEVER, NEVER, false, null, endedWith(active)), State.EXPIRED, active, null);
    }

    /** No alert is open and the rule is gone: neither the count nor the cooldown goes on if it comes back. */
    AlertStanding anew() {
        return new AlertStanding(NEVER, NEVER, false, null, ended);
    }

    private List<Ended> endedWith(Active alert) {
        return Stream.concat(ended.stream(), Stream.of(new Ended(alert, cooldownEnd, wasCritical)))
                .toList();
    }

    /** The alert that opened at a boundary, open or ended since; null if there is none or nothing can correct it. */
    Active openedAt(long boundary) {
        if (active != null && active.openedAt == boundary) {
            return active;
        }
        int at = endedAt(boundary);
        return at < 0 ? null : ended.get(at).alert;
    }

    private int endedAt(long boundary) {
        for (int i = 0; i < ended.size(); i++) {
            if (ended.get(i).alert.openedAt == boundary) {
                return i;
            }
        }
        return -1;
    }

    /**
     * A correction says what the record at the opening boundary really was: not what the rule looks for. The boundaries
     * that held after it still count. Its end began no cooldown, and one that it ended goes on.
     */
    Step retract(Active alert, long next) {
        if (alert.equals(active)) {
            long since = heldSince == NEVER ? NEVER : Math.max(heldSince, next);
            return told(new AlertStanding(since, cooldownEnd, wasCritical, null, ended), State.RETRACTED, alert, null);
        }
        List<Ended> others = new ArrayList<>(ended);
        int place = endedAt(alert.openedAt);
        Ended retracted = others.remove(place);
        AlertStanding now;
        if (place < others.size()) {
            others.set(place, others.get(place).behind(retracted));
            now = with(others);
        } else {
            now = new AlertStanding(heldSince, retracted.cooldownEnd, retracted.wasCritical, active, others);
        }
        return new Step(now, new Transition(State.RETRACTED, alert, null, true));
    }

    /** A correction says what else was in the record at the opening boundary. */
    AlertStanding openedOn(Active alert, Evidence corrected) {
        if (alert.equals(active)) {
            return with(heldSince, alert.on(corrected));
        }
        return with(ended.stream()
                .map(one -> one.alert.equals(alert) ? one.with(alert.on(corrected)) : one)
                .toList());
    }

    /**
     * Forgets the alerts that nothing retracts any more.
     *
     * @param boundary the last one that is final
     */
    AlertStanding settled(long boundary) {
        boolean isAnyFinal = !ended.isEmpty() && ended.get(0).alert.openedAt <= boundary;
        return isAnyFinal
                ? with(ended.stream()
                        .filter(one -> one.alert.openedAt > boundary)
                        .toList())
                : this;
    }

    /** The count of boundaries starts anew. */
    AlertStanding broken() {
        return heldSince == NEVER ? this : new AlertStanding(NEVER, cooldownEnd, wasCritical, active, ended);
    }

    /** Whether nothing here matters to the boundaries after this one. */
    boolean isOver(long boundary) {
        return active == null && heldSince == NEVER && cooldownEnd <= boundary && ended.isEmpty();
    }

    private AlertStanding with(List<Ended> others) {
        return new AlertStanding(heldSince, cooldownEnd, wasCritical, active, others);
    }

    private AlertStanding with(long since, Active alert) {
        return since == heldSince && alert.equals(active)
                ? this
                : new AlertStanding(since, cooldownEnd, wasCritical, alert, ended);
    }

    private Step quiet(long since) {
        return quiet(since == heldSince ? this : new AlertStanding(since, cooldownEnd, wasCritical, active, ended));
    }

    private static Step quiet(AlertStanding standing) {
        return new Step(standing, null);
    }

    private static Step told(AlertStanding standing, State state, Active alert, BigDecimal threshold) {
        return new Step(standing, new Transition(state, alert, threshold, false));
    }
}
