package io.openinterest.functions.metrics;

import io.openinterest.functions.metrics.ParentValue.Known;
import io.openinterest.functions.metrics.ParentValue.Said;
import io.openinterest.functions.record.Boundary;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.functions.run.Pending;
import io.openinterest.functions.run.RuleWatch;
import io.openinterest.wire.RecordType;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Derives the metrics of every total. Keyed by {@link TotalRow#key()}; the values of assets, exchanges and the whole
 * market come by broadcast, for the shares, and with them what rules look at.
 *
 * <p>Rows wait until the watermark has passed the time they were sent at, so that the 1m, 5m and 15m rows of a pass and
 * the values of the parents are all there, in whatever order they came. Every record that a correction changes is emitted
 * again, at most once per pass.
 */
public final class DeriveMetrics extends KeyedBroadcastProcessFunction<String, TotalRow, MetricsControl, MetricsRow> {

    /** All records of a boundary together where a rule looks at them; in a correction what did not change is null. */
    public static final OutputTag<BoundaryRecord> WATCHED =
            new OutputTag<>("watched-records", new RecordType<>(BoundaryRecord.class));

    /** Values of parents, as long as a row may ask for them. */
    public static final MapStateDescriptor<Said, Known> PARENTS =
            new MapStateDescriptor<>("parents", TypeInformation.of(Said.class), TypeInformation.of(Known.class));

    private static final long serialVersionUID = 1L;

    /** An entity without a record for longer begins anew. */
    private static final Duration MEMORY = Duration.ofHours(24);

    private final MetricsSettings settings;
    private final Set<RuleWatch.Subject> watched;
    private transient RuleWatch watch;
    private transient Pending<TotalRow> waiting;
    private transient Lookback lookback;
    private transient ValueState<Long> forgetting;
    private transient long pruned;

    /**
     * Derives by these settings.
     *
     * @param watched what rules look at, whatever the topic of rules says
     */
    public DeriveMetrics(MetricsSettings settings, Set<RuleWatch.Subject> watched) {
        this.settings = settings;
        this.watched = watched;
    }

    @Override
    public void open(OpenContext context) {
        watch = new RuleWatch(watched);
        waiting = Pending.of(getRuntimeContext(), "waiting", TotalRow.class, TotalRow::pass);
        lookback = new Lookback(getRuntimeContext(), settings.corrections());
        forgetting = getRuntimeContext().getState(new ValueStateDescriptor<>("forgetting", Types.LONG));
        pruned = Long.MIN_VALUE;
    }

    @Override
    public void processElement(TotalRow row, ReadOnlyContext context, Collector<MetricsRow> out) throws Exception {
        waiting.add(row, context.timestamp(), context.timerService());
    }

    @Override
    public void processBroadcastElement(MetricsControl control, Context context, Collector<MetricsRow> out)
            throws Exception {
        if (control.rule() != null) {
            watch.learn(control.rule(), context.getBroadcastState(RuleWatch.WATCHED));
            return;
        }
        BroadcastState<Said, Known> parents = context.getBroadcastState(PARENTS);
        if (context.currentWatermark() > pruned) {
            pruned = context.currentWatermark();
            prune(parents, pruned);
        }
        ParentValue parent = control.parent();
        BigDecimal value = parent.valueUsd() == null ? BigDecimal.ZERO : parent.valueUsd();
        parents.put(parent.said(), new Known(value, context.timestamp()));
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<MetricsRow> out) throws Exception {
        ReadOnlyBroadcastState<Said, Known> parents = context.getBroadcastState(PARENTS);
        TreeMap<Long, List<TotalRow>> passes = waiting.take(timestamp);
        for (Map.Entry<Long, List<TotalRow>> pass : passes.entrySet()) {
            long minute = pass.getKey();
            List<TotalRow> rows = pass.getValue();
            Derivation derivation = new Derivation(
                    rows.get(0).entity(), minute, settings, (entity, time) -> value(parents, entity, time, minute));
            List<MetricsRow> metrics = lookback.advance(rows, minute, derivation);
            metrics.forEach(out::collect);
            emitWatched(rows, metrics, minute, context);
        }
        Long forgotten = forgetting.value();
        if (forgotten == null && !passes.isEmpty()) {
            forgetAt(passes.firstKey() + memory(), context);
        } else if (forgotten != null && forgotten == timestamp) {
            long until = lookback.lastTime() + memory();
            if (until <= timestamp + 1) {
                lookback.clear();
                forgetting.clear();
            } else {
                forgetAt(until, context);
            }
        }
    }

    private void forgetAt(long time, OnTimerContext context) throws Exception {
        context.timerService().registerEventTimeTimer(time - 1);
        forgetting.update(time - 1);
    }

    /** The time in milliseconds for which an entity is remembered after its last record. */
    private long memory() {
        return MEMORY.plus(settings.corrections().allowedLateness()).toMillis() + Interval.MINUTE_MILLIS;
    }

    private void emitWatched(List<TotalRow> rows, List<MetricsRow> metrics, long minute, OnTimerContext context)
            throws Exception {
        Set<Interval> intervals = watch.intervals(
                rows.get(0).entity().level(),
                settings.corrections().finalBoundary(minute),
                context.getBroadcastState(RuleWatch.WATCHED));
        if (intervals.isEmpty()) {
            return;
        }
        Map<Boundary, BoundaryRecord> records = new HashMap<>();
        for (TotalRow row : rows) {
            if (intervals.contains(row.interval())) {
                records.put(row.boundary(), new BoundaryRecord(null, row, null));
            }
        }
        for (MetricsRow row : metrics) {
            if (intervals.contains(row.interval())) {
                records.merge(
                        row.boundary(),
                        new BoundaryRecord(null, null, row),
                        (total, measured) -> new BoundaryRecord(null, total.total(), measured.metrics()));
            }
        }
        records.values().stream().sorted(BoundaryRecord.BY_TIME).forEach(record -> context.output(WATCHED, record));
    }

    /** The parent's value at a boundary as the newest pass up to a minute said it. */
    private static BigDecimal value(
            ReadOnlyBroadcastState<Said, Known> parents, String entity, Instant time, long minute) {
        try {
            long boundary = time.toEpochMilli();
            Known known = null;
            for (long at = minute; known == null && at >= boundary; at -= Interval.MINUTE_MILLIS) {
                known = parents.get(new Said(entity, boundary, at));
            }
            return known == null ? null : known.usd();
        } catch (Exception e) {
            throw new IllegalStateException("The values of the parents can't be read.", e);
        }
    }

    /**
     * Forgets what no row can ask for any more: all rows sent with it have been taken, and no correction reaches its
     * boundary.
     */
    private void prune(BroadcastState<Said, Known> parents, long watermark) throws Exception {
        long oldest = watermark - settings.corrections().allowedLateness().toMillis() - 2 * Interval.MINUTE_MILLIS;
        for (Iterator<Map.Entry<Said, Known>> entries = parents.iterator(); entries.hasNext(); ) {
            Map.Entry<Said, Known> entry = entries.next();
            if (entry.getKey().boundary() < oldest && entry.getValue().sentAt() <= watermark) {
                entries.remove();
            }
        }
    }
}
