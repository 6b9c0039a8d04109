package io.openinterest.functions.alert;

import io.openinterest.functions.alert.RuleIndex.Installed;
import io.openinterest.functions.metrics.BoundaryRecord;
import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.AlertEvent.State;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.run.RunBounds;
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
 * Evaluates the rules on every record and publishes the lives of the alerts. Keyed by {@link BoundaryRecord#entity()}; changes
 * of rules and the reach of the run come by broadcast (state {@link #RULES} and {@link RunBounds}).
 *
 * <p>Nothing is evaluated before the first watermark: a source that holds its watermark back until it has read the rules
 * that are there gives the same alerts in every run. Only entities with something going on have state and a timer.
 */
public final class EvaluateAlerts
        extends KeyedBroadcastProcessFunction<String, BoundaryRecord, AlertControl, AlertEvent> {

    /** What was written about each rule while the job ran, as {@link RuleChange#addedTo} keeps it. */
    public static final MapStateDescriptor<String, List<RuleChange>> RULES =
            new MapStateDescriptor<>("rules", Types.STRING, Types.LIST(TypeInformation.of(RuleChange.class)));

    private static final long serialVersionUID = 1L;

    private final List<AlertRule> startRules;

    private transient Map<String, AlertRule> start;
    private transient RuleIndex index;
    private transient Map<State, Counter> counters;
    private transient MapState<Long, List<BoundaryRecord>> waiting;
    private transient MapState<String, AlertStanding> standings;

    /**
     * Evaluates rules.
     *
     * @param startRules in force until the topic says otherwise
     */
    public EvaluateAlerts(List<AlertRule> startRules) {
        this.startRules = new ArrayList<>(startRules);
    }

    @Override
    public void open(OpenContext context) {
        start = new HashMap<>();
        startRules.forEach(rule -> start.put(rule.id(), rule));
        waiting = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>(
                        "waiting", Types.LONG, Types.LIST(TypeInformation.of(BoundaryRecord.class))));
        standings = getRuntimeContext()
                .getMapState(
                        new MapStateDescriptor<>("standings", Types.STRING, TypeInformation.of(AlertStanding.class)));
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
    public void processElement(BoundaryRecord measured, ReadOnlyContext context, Collector<AlertEvent> out)
            throws Exception {
        long timestamp = context.timestamp();
        if (context.currentWatermark() > Long.MIN_VALUE && waiting.isEmpty()) {
            Evaluation evaluation =
                    new Evaluation(index(context.getBroadcastState(RULES)), context.timerService(), out);
            evaluation.take(measured, timestamp);
            return;
        }
        List<BoundaryRecord> all = waiting.get(timestamp);
        if (all == null) {
            all = new ArrayList<>();
            context.timerService().registerEventTimeTimer(timestamp);
        }
        all.add(measured);
        waiting.put(timestamp, all);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<AlertEvent> out) throws Exception {
        Evaluation evaluation = new Evaluation(index(context.getBroadcastState(RULES)), context.timerService(), out);
        List<BoundaryRecord> all = waiting.get(timestamp);
        if (all != null) {
            waiting.remove(timestamp);
            for (BoundaryRecord measured : all) {
                evaluation.take(measured, timestamp);
            }
        }
        boolean ended = context.timerService().currentWatermark() == Long.MAX_VALUE;
        long last =
                ended ? RunBounds.last(Long.MAX_VALUE, context.getBroadcastState(RunBounds.REACHED)) : Long.MAX_VALUE;
        if (timestamp < last) {
            evaluation.expire(timestamp + 1);
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

    /** One entity meets its rules. */
    private final class Evaluation {

        private final RuleIndex rules;
        private final TimerService timers;
        private final Collector<AlertEvent> out;

        Evaluation(RuleIndex rules, TimerService timers, Collector<AlertEvent> out) {
            this.rules = rules;
            this.timers = timers;
            this.out = out;
        }

        /** A new record is judged; a correction can only take the reason for an alert away. */
        void take(BoundaryRecord measured, long timestamp) throws Exception {
            long boundary = measured.time().toEpochMilli();
            List<AlertEvent> events = new ArrayList<>();
            if (measured.pass().correction()) {
                correct(measured, events);
            } else {
                expire(measured.interval(), boundary, true, events);
                judge(measured, boundary, events);
            }
            publish(events);
        }

        private void judge(BoundaryRecord measured, long boundary, List<AlertEvent> events) throws Exception {
            for (Installed installed : rules.rules(measured.levelName(), measured.interval(), measured.id())) {
                if (!installed.isInForce(boundary)) {
                    continue;
                }
                AlertRule rule = installed.rule();
                String key = AlertStanding.key(rule);
                AlertStanding known = standings.get(key);
                AlertStanding standing = known == null ? AlertStanding.none(rule, measured.id()) : known;
                AlertStanding next = standing.next(RuleSample.of(measured, installed.metric(), rule), events);
                if (!next.isOver(boundary)) {
                    standings.put(key, next);
                    timers.registerEventTimeTimer(boundary + rule.interval().millis() - 1);
                } else if (known != null) {
                    standings.remove(key);
                }
            }
        }

        private void correct(BoundaryRecord measured, List<AlertEvent> events) throws Exception {
            for (AlertStanding standing : known(measured.interval())) {
                RuleMetric metric = RuleMetric.of(standing.rule());
                if (metric.isIn(measured)) {
                    AlertStanding next = standing.correct(RuleSample.of(measured, metric, standing.rule()), events);
                    standings.put(AlertStanding.key(standing.rule()), next);
                }
            }
        }

        /** Time passes, whether the entity has records or not. */
        void expire(long boundary) throws Exception {
            List<AlertEvent> events = new ArrayList<>();
            for (Interval interval : Interval.values()) {
                if (interval.isBoundary(boundary)) {
                    expire(interval, boundary, false, events);
                }
            }
            publish(events);
        }

        private void expire(Interval interval, long boundary, boolean hasRecord, List<AlertEvent> events)
                throws Exception {
            for (AlertStanding standing : known(interval)) {
                AlertRule rule = standing.rule();
                AlertStanding now = standing.expire(boundary, hasRecord, at -> rules.isInForce(rule, at), events);
                boolean stays = now != null && (hasRecord || !now.isOver(boundary));
                if (!stays) {
                    standings.remove(AlertStanding.key(rule));
                } else if (!hasRecord) {
                    timers.registerEventTimeTimer(boundary + interval.millis() - 1);
                }
            }
        }

        /** The standings of an interval, in the order of their rules. */
        private List<AlertStanding> known(Interval interval) throws Exception {
            List<AlertStanding> known = new ArrayList<>();
            for (AlertStanding standing : standings.values()) {
                if (standing.rule().interval() == interval) {
                    known.add(standing);
                }
            }
            known.sort(Comparator.comparing(standing -> AlertStanding.key(standing.rule())));
            return known;
        }

        private void publish(List<AlertEvent> events) {
            for (AlertEvent event : events) {
                counters.get(event.state()).inc();
                out.collect(event);
            }
        }
    }
}
