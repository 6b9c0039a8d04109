package io.openinterest.functions.alert;

import io.openinterest.functions.alert.AlertRule.Subject;
import io.openinterest.functions.alert.AlertStanding.Active;
import io.openinterest.functions.alert.AlertStanding.Transition;
import io.openinterest.functions.alert.RuleIndex.Installed;
import io.openinterest.functions.metrics.BoundaryRecord;
import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.AlertEvent.Evidence;
import io.openinterest.functions.record.AlertEvent.Figures;
import io.openinterest.functions.record.AlertEvent.Occasion;
import io.openinterest.functions.record.AlertEvent.State;
import io.openinterest.functions.record.Boundary;
import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.run.Pending;
import io.openinterest.functions.run.RunBounds;
import io.openinterest.observation.Json;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Evaluates the rules on every record and publishes the lives of the alerts. Keyed by {@link BoundaryRecord#entity()};
 * changes of rules and the reach of the run come by broadcast (state {@link #RULES} and {@link RunBounds}).
 *
 * <p>Nothing is evaluated before the first watermark: a source that holds its watermark back until it has read the rules
 * that are there gives the same alerts in every run. Only entities with something going on have state and a timer.
 */
public final class EvaluateAlerts
        extends KeyedBroadcastProcessFunction<String, BoundaryRecord, AlertControl, AlertEvent> {

    /** Broadcast state: the changes of each rule while the job ran, as {@link RuleChange#addedTo} keeps it. */
    public static final MapStateDescriptor<String, List<RuleChange>> RULES =
            new MapStateDescriptor<>("rules", Types.STRING, Types.LIST(TypeInformation.of(RuleChange.class)));

    private static final long serialVersionUID = 1L;
    private static final long SILENCE = Duration.ofHours(1).toMillis();

    private final List<AlertRule> startRules;
    private final CorrectionWindow corrections;

    private transient Map<String, AlertRule> start;
    private transient RuleIndex index;
    private transient Map<State, Counter> counters;
    private transient Pending<BoundaryRecord> waiting;
    private transient MapState<Subject, AlertStanding> standings;
    private transient MapState<Interval, Long> lastRecords;

    /**
     * Evaluates rules.
     *
     * @param startRules in force until the topic says otherwise
     * @param corrections how long an alert can be retracted
     */
    public EvaluateAlerts(List<AlertRule> startRules, CorrectionWindow corrections) {
        this.startRules = new ArrayList<>(startRules);
        this.corrections = corrections;
    }

    @Override
    public void open(OpenContext context) {
        start = new HashMap<>();
        startRules.forEach(rule -> start.put(rule.subject().id(), rule));
        waiting = Pending.of(getRuntimeContext(), "waiting", BoundaryRecord.class, BoundaryRecord::pass);
        standings = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>(
                        "standings", TypeInformation.of(Subject.class), TypeInformation.of(AlertStanding.class)));
        // of the intervals with a standing only
        lastRecords = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>("last-records", TypeInformation.of(Interval.class), Types.LONG));
        getRuntimeContext().getMetricGroup().gauge("rules", () -> index == null ? start.size() : index.size());
        counters = new EnumMap<>(State.class);
        for (State state : State.values()) {
            counters.put(
                    state,
                    getRuntimeContext().getMetricGroup().counter(state.name().toLowerCase(Locale.ROOT)));
        }
    }

    @Override
    public void processBroadcastElement(AlertControl control, Context context, Collector<AlertEvent> out)
            throws Exception {
        if (control.run() != null) {
            RunBounds.learn(control.run(), context);
            return;
        }
        BroadcastState<String, List<RuleChange>> rules = context.getBroadcastState(RULES);
        RuleChange change = control.change();
        List<RuleChange> changes = change.addedTo(rules.get(change.id()));
        rules.put(change.id(), changes);
        index(rules).install(change.id(), start.get(change.id()), changes);
    }

    @Override
    public void processElement(BoundaryRecord record, ReadOnlyContext context, Collector<AlertEvent> out)
            throws Exception {
        if (context.currentWatermark() == Long.MIN_VALUE || !waiting.isEmpty()) {
            waiting.add(record, context.timestamp(), context.timerService());
            return;
        }
        RuleIndex rules = index(context.getBroadcastState(RULES));
        new Evaluation(rules, context.getCurrentKey(), context.timerService(), out).take(record);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<AlertEvent> out) throws Exception {
        RuleIndex rules = index(context.getBroadcastState(RULES));
        Evaluation evaluation = new Evaluation(rules, context.getCurrentKey(), context.timerService(), out);
        for (List<BoundaryRecord> pass : waiting.take(timestamp).values()) {
            for (BoundaryRecord record : pass) {
                evaluation.take(record);
            }
        }
        // event time comes no further than boundaries are published, but at the end
        boolean ended = context.timerService().currentWatermark() == Long.MAX_VALUE;
        if (!ended || timestamp < RunBounds.last(Long.MAX_VALUE, context.getBroadcastState(RunBounds.REACHED))) {
            evaluation.pass(timestamp + 1);
        }
    }

    private RuleIndex index(ReadOnlyBroadcastState<String, List<RuleChange>> rules) throws Exception {
        if (index == null) {
            index = new RuleIndex();
            start.forEach((id, rule) -> index.install(id, rule, List.of()));
            for (Map.Entry<String, List<RuleChange>> entry : rules.immutableEntries()) {
                index.install(entry.getKey(), start.get(entry.getKey()), entry.getValue());
            }
        }
        return index;
    }

    /** An entity meets its rules. */
    private final class Evaluation {

        private final RuleIndex rules;
        private final String entity;
        private final TimerService timers;
        private final Collector<AlertEvent> out;
        private final List<AlertEvent> events = new ArrayList<>(0);

        Evaluation(RuleIndex rules, String entity, TimerService timers, Collector<AlertEvent> out) {
            this.rules = rules;
            this.entity = entity;
            this.timers = timers;
            this.out = out;
        }

        /** A new record is judged; a correction can only take the reason for an alert away. */
        void take(BoundaryRecord record) throws Exception {
            Reading reading = new Reading(record);
            Map<Subject, AlertStanding> known = known(record.interval());
            if (record.pass().correction()) {
                correct(record.interval(), reading, known);
            } else {
                judge(record, reading, known);
            }
            publish();
        }

        private void judge(BoundaryRecord record, Reading reading, Map<Subject, AlertStanding> known) throws Exception {
            List<Installed> reached =
                    rules.rules(record.level(), record.interval(), record.id()).reachedBy(reading);
            if (known.isEmpty() && reached.isEmpty()) {
                return;
            }
            Interval interval = record.interval();
            long boundary = reading.time();
            Long last = lastRecords.get(interval);
            boolean goesOn = last != null && last == boundary - interval.millis();
            boolean stays = false;
            for (Map.Entry<Subject, AlertStanding> one : known.entrySet()) {
                Subject subject = one.getKey();
                AlertStanding standing = expired(subject, one.getValue(), last, boundary, true);
                Installed rule = rules.inForce(subject, boundary);
                standing = rule == null ? standing.broken() : next(rule, standing, reading, goesOn);
                stays |= keep(subject, one.getValue(), standing, boundary);
            }
            for (Installed rule : reached) {
                if (rule.isInForce(boundary) && !known.containsKey(rule.rule().subject())) {
                    AlertStanding standing = next(rule, AlertStanding.NONE, reading, false);
                    stays |= keep(rule.rule().subject(), AlertStanding.NONE, standing, boundary);
                }
            }
            if (stays) {
                lastRecords.put(interval, boundary);
                timers.registerEventTimeTimer(boundary + interval.millis() - 1);
            } else if (last != null) {
                lastRecords.remove(interval);
            }
        }

        private AlertStanding next(Installed installed, AlertStanding standing, Reading reading, boolean goesOn) {
            AlertRule rule = installed.rule();
            AlertStanding.Step step = standing.next(rule, installed.metric(), reading, goesOn);
            Transition transition = step.transition();
            if (transition != null) {
                BigDecimal x = reading.figure(installed.metric());
                String message = switch (transition.state()) {
                    case OPEN -> AlertMessages.opened(rule, id(), transition.alert(), reading.valueUsd());
                    case ESCALATED -> AlertMessages.escalated(rule, id(), reading.time(), x);
                    default -> AlertMessages.resolved(rule, id(), reading.time(), x, transition.alert());
                };
                events.add(event(rule.subject(), transition, reading.time(), x, message, reading.evidence()));
            }
            return step.standing();
        }

        /** A record that nobody knew of ends a silence, but is none of the boundaries in a row. */
        private void correct(Interval interval, Reading reading, Map<Subject, AlertStanding> known) throws Exception {
            Long last = known.isEmpty() ? null : lastRecords.get(interval);
            boolean isLast = last != null && last < reading.time() && reading.valueUsd() != null;
            for (Map.Entry<Subject, AlertStanding> one : known.entrySet()) {
                AlertStanding standing = isLast
                        ? expired(one.getKey(), one.getValue(), last, reading.time(), true)
                                .broken()
                        : corrected(one.getKey(), one.getValue(), reading);
                if (!standing.equals(one.getValue())) {
                    standings.put(one.getKey(), standing);
                }
            }
            if (isLast) {
                lastRecords.put(interval, reading.time());
            }
        }

        private AlertStanding corrected(Subject subject, AlertStanding standing, Reading reading) {
            Active alert = standing.openedAt(reading.time());
            Installed installed = alert == null ? null : rules.find(subject);
            if (installed == null) {
                return standing;
            }
            Evidence evidence = reading.evidence() == null ? alert.evidence() : reading.evidence();
            if (!reading.has(installed.metric()) || reading.holds(installed.rule(), installed.metric())) {
                return standing.openedOn(alert, evidence);
            }
            AlertStanding.Step step =
                    standing.retract(alert, reading.time() + subject.interval().millis());
            BigDecimal x = reading.figure(installed.metric());
            String message = AlertMessages.retracted(installed.rule(), id(), x, alert);
            events.add(event(subject, step.transition(), reading.time(), x, message, evidence));
            return step.standing();
        }

        /**
         * Time passes, whether the entity has records or not.
         *
         * @param boundary the boundary event time has passed: all records up to there are published
         */
        void pass(long boundary) throws Exception {
            for (Interval interval : Interval.values()) {
                Long last = interval.isBoundary(boundary) ? lastRecords.get(interval) : null;
                if (last == null) {
                    continue;
                }
                boolean stays = false;
                boolean missed = last + interval.millis() <= boundary;
                for (Map.Entry<Subject, AlertStanding> one : known(interval).entrySet()) {
                    AlertStanding standing = expired(one.getKey(), one.getValue(), last, boundary, false)
                            .settled(corrections.finalBoundary(boundary));
                    stays |= keep(one.getKey(), one.getValue(), missed ? standing.broken() : standing, boundary);
                }
                if (stays) {
                    timers.registerEventTimeTimer(boundary + interval.millis() - 1);
                } else {
                    lastRecords.remove(interval);
                }
            }
            publish();
        }

        /** Ends an alert whose rule is gone, or whose entity had no record for an hour; a rule that comes back begins anew. */
        private AlertStanding expired(
                Subject subject, AlertStanding standing, long last, long boundary, boolean hasRecord) {
            if (standing.active() == null) {
                return rules.staysInForce(subject, last, boundary) ? standing : standing.anew();
            }
            long step = subject.interval().millis();
            for (long at = last + step; at <= boundary; at += step) {
                boolean gone = !rules.staysInForce(subject, at - step, at);
                boolean silent = at - last >= SILENCE && !(hasRecord && at == boundary);
                if (gone || silent) {
                    AlertStanding.Step ended = standing.expire();
                    String because = gone
                            ? "its rule was removed or replaced"
                            : "there was no record since " + Json.text(Instant.ofEpochMilli(last));
                    String message = AlertMessages.expired(subject, id(), at, standing.active(), because);
                    events.add(event(subject, ended.transition(), at, null, message, null));
                    return ended.standing();
                }
            }
            return standing;
        }

        private AlertEvent event(
                Subject subject, Transition transition, long time, BigDecimal x, String message, Evidence evidence) {
            Active alert = transition.alert();
            Instant openedAt = Instant.ofEpochMilli(alert.openedAt());
            return AlertEvent.of(
                    new AlertEvent.Rule(subject.id(), subject.version(), subject.kind()),
                    transition.state(),
                    alert.severity(),
                    new Occasion(
                            subject.level(),
                            id(),
                            Boundary.of(subject.interval(), time),
                            openedAt,
                            transition.isOver()),
                    new Figures(subject.metric(), x, transition.threshold(), alert.peak()),
                    message,
                    evidence);
        }

        /** The entity within its level. */
        private String id() {
            return entity.substring(entity.indexOf(':') + 1);
        }

        private boolean keep(Subject subject, AlertStanding before, AlertStanding now, long boundary) throws Exception {
            if (now.isOver(boundary)) {
                standings.remove(subject);
                return false;
            }
            if (!now.equals(before)) {
                standings.put(subject, now);
            }
            return true;
        }

        /** The standings of an interval; most entities have none. */
        private Map<Subject, AlertStanding> known(Interval interval) throws Exception {
            if (standings.isEmpty()) {
                return Map.of();
            }
            Map<Subject, AlertStanding> known = new HashMap<>();
            for (Map.Entry<Subject, AlertStanding> standing : standings.entries()) {
                if (standing.getKey().interval() == interval) {
                    known.put(standing.getKey(), standing.getValue());
                }
            }
            return known;
        }

        private void publish() {
            events.sort(Comparator.comparing(event -> event.rule().ruleId()));
            for (AlertEvent event : events) {
                counters.get(event.state()).inc();
                out.collect(event);
            }
            events.clear();
        }
    }
}
