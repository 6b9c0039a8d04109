package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.TotalRow;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Derives the metrics of every total. Keyed by {@link TotalRow#entity()}; the values of assets, exchanges and the whole
 * market come by broadcast, for the shares.
 *
 * <p>A row's timestamp is the full minute it is published at, minus a millisecond. Rows wait for the watermark to pass
 * that minute, so that the 1m, 5m and 15m rows of a boundary and the values of the parents are all there, in whatever
 * order they came. Rows of an earlier boundary than their minute are corrections: every record they change is emitted
 * again, at most once per minute.
 *
 * <p>Emits the total together with its metrics; in a correction the part that did not change is null.
 */
public final class DeriveMetrics extends KeyedBroadcastProcessFunction<String, TotalRow, ParentValue, BoundaryRecord> {

    /** Values of parents by boundary, then by {@code <step>/<entity>}, the step being the minute they were said at. */
    public static final MapStateDescriptor<Long, Map<String, BigDecimal>> PARENTS =
            new MapStateDescriptor<>("parents", Types.LONG, Types.MAP(Types.STRING, Types.BIG_DEC));

    /** An entity without a record for longer begins anew. */
    private static final Duration KEPT_AFTER_LAST_RECORD = Duration.ofHours(24);

    private final MetricsSettings settings;
    private transient MapState<Long, List<TotalRow>> waiting;
    private transient ValueState<Lookback> history;
    private transient ValueState<Long> forgetting;

    public DeriveMetrics(MetricsSettings settings) {
        this.settings = settings;
    }

    @Override
    public void open(OpenContext context) {
        waiting = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>(
                        "waiting", Types.LONG, Types.LIST(TypeInformation.of(TotalRow.class))));
        history =
                getRuntimeContext().getState(new ValueStateDescriptor<>("history", TypeInformation.of(Lookback.class)));
        forgetting = getRuntimeContext().getState(new ValueStateDescriptor<>("forgetting", Types.LONG));
    }

    @Override
    public void processElement(TotalRow row, ReadOnlyContext context, Collector<BoundaryRecord> out) throws Exception {
        long step = context.timestamp() + 1;
        List<TotalRow> rows = waiting.get(step);
        if (rows == null) {
            rows = new ArrayList<>();
            context.timerService().registerEventTimeTimer(step - 1);
        }
        rows.add(row);
        waiting.put(step, rows);
    }

    @Override
    public void processBroadcastElement(ParentValue parent, Context context, Collector<BoundaryRecord> out)
            throws Exception {
        BroadcastState<Long, Map<String, BigDecimal>> parents = context.getBroadcastState(PARENTS);
        Map<String, BigDecimal> values = parents.get(parent.time());
        if (values == null) {
            forget(parents, context.currentWatermark());
            values = new HashMap<>();
        }
        BigDecimal value = parent.valueUsd() == null ? BigDecimal.ZERO : parent.valueUsd();
        values.put(said(context.timestamp() + 1, parent.entity()), value);
        parents.put(parent.time(), values);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<BoundaryRecord> out) throws Exception {
        long step = timestamp + 1;
        List<TotalRow> rows = waiting.get(step);
        if (rows != null) {
            waiting.remove(step);
            Lookback past = history.value();
            if (past == null) {
                past = Lookback.empty();
                forgetAt(step + memory(), context);
            }
            ReadOnlyBroadcastState<Long, Map<String, BigDecimal>> parents = context.getBroadcastState(PARENTS);
            Derivation derivation =
                    new Derivation(rows.get(0), settings, (entity, time) -> value(parents, entity, time, step));
            emit(rows, past.advance(rows, step, derivation), out);
            history.update(past);
        }
        if (forgetting.value() != null && forgetting.value() == timestamp) {
            long until = history.value().lastTime() + memory();
            if (until <= step) {
                history.clear();
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

    /** How long after its last record an entity is remembered. */
    private long memory() {
        return KEPT_AFTER_LAST_RECORD.plus(settings.allowedLateness()).toMillis() + Interval.MINUTE_MILLIS;
    }

    private static void emit(List<TotalRow> rows, List<MetricsRow> metrics, Collector<BoundaryRecord> out) {
        List<MetricsRow> rest = new ArrayList<>(metrics);
        List<BoundaryRecord> measured = new ArrayList<>();
        for (TotalRow row : rows) {
            MetricsRow of = null;
            for (Iterator<MetricsRow> candidates = rest.iterator(); of == null && candidates.hasNext(); ) {
                MetricsRow candidate = candidates.next();
                if (candidate.interval() == row.interval() && candidate.time().equals(row.time())) {
                    of = candidate;
                    candidates.remove();
                }
            }
            measured.add(new BoundaryRecord(null, row, of));
        }
        rest.forEach(row -> measured.add(new BoundaryRecord(null, null, row)));
        measured.sort(BoundaryRecord.BY_TIME);
        measured.forEach(out::collect);
    }

    /** The parent's value at a boundary as it was known at a step. */
    private static BigDecimal value(
            ReadOnlyBroadcastState<Long, Map<String, BigDecimal>> parents, String entity, Instant time, long step) {
        try {
            long boundary = time.toEpochMilli();
            Map<String, BigDecimal> values = parents.get(boundary);
            BigDecimal value = null;
            for (long at = step; values != null && value == null && at >= boundary; at -= Interval.MINUTE_MILLIS) {
                value = values.get(said(at, entity));
            }
            return value;
        } catch (Exception e) {
            throw new IllegalStateException("The values of the parents can't be read.", e);
        }
    }

    private static String said(long step, String entity) {
        return step + "/" + entity;
    }

    private void forget(BroadcastState<Long, Map<String, BigDecimal>> parents, long watermark) throws Exception {
        if (watermark == Long.MIN_VALUE) {
            return;
        }
        long oldest = watermark - settings.allowedLateness().toMillis() - 2 * Interval.MINUTE_MILLIS;
        for (Iterator<Map.Entry<Long, Map<String, BigDecimal>>> entries = parents.iterator(); entries.hasNext(); ) {
            if (entries.next().getKey() < oldest) {
                entries.remove();
            }
        }
    }
}
