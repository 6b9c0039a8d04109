package io.openinterest.job;

import io.openinterest.functions.record.Entity;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.TotalRow;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Shows totals as gauges, so that open interest itself can be charted in the dashboard and scraped: of the whole market
 * ({@code total.all}), of each exchange, and of the largest assets. One instance sees them all, and what it shows is of
 * one boundary, the newest that is complete.
 *
 * <ul>
 *   <li>{@code openInterestUsd}: one-sided notional
 *   <li>{@code coverage}: the part of the last known value that is still included; NaN where nothing is known
 *   <li>{@code likeForLikeUsd}: open interest when the entity was first seen plus all contracts opened or closed since, in
 *       USD. Prices, listings, expiries and silent venues do not move it: where {@code openInterestUsd} falls and this
 *       does not, nobody has closed a position
 *   <li>{@code boundaryLatencyMs}: from a boundary to its totals being complete, by the clock of this machine
 *   <li>{@code boundaryAgeMs}: since a boundary was last complete; -1 before the first
 * </ul>
 */
final class TotalGauges extends KeyedProcessFunction<String, TotalRow, Void> {

    private static final long serialVersionUID = 1;

    /** Assets that are shown from the boundary on at which they are among these. */
    private static final int LARGEST = 30;

    /** Gauges can't be taken back, so there must be an end to those of each level. */
    private static final int MOST_GAUGES = 100;

    private static final int LATENCIES = 60;
    private static final Set<Level> SHOWN = EnumSet.of(Level.TOTAL, Level.EXCHANGE, Level.ASSET);

    private final boolean measuresLatency;

    /** USD, by entity: {@code asset:btc}. */
    private transient MapState<String, Double> likeForLike;

    private transient TreeMap<Long, Map<String, TotalRow>> waiting;
    private transient Map<Level, Set<String>> registered;
    private transient Histogram latency;
    private transient long shownBoundary;

    // read by the threads that report metrics
    private transient volatile Map<String, Figures> shown;
    private transient volatile long shownNanos;

    /** The gauges of an entity. */
    private record Figures(double openInterestUsd, double coverage, double likeForLikeUsd) {

        /** An entity without a record has no open interest, and nobody knows more. */
        static final Figures NONE = new Figures(0, Double.NaN, Double.NaN);
    }

    /**
     * Gauges of what flows by.
     *
     * @param measuresLatency whether boundaries are of today; a replay would tell the age of the recording
     */
    TotalGauges(boolean measuresLatency) {
        this.measuresLatency = measuresLatency;
    }

    /** Whether a row can become a gauge: of one minute, of a level of which there are not too many. */
    static boolean concerns(TotalRow row) {
        return row.interval() == Interval.ONE_MINUTE
                && row.figures().valueUsd() != null
                && SHOWN.contains(row.entity().level());
    }

    @Override
    public void open(OpenContext context) {
        likeForLike =
                getRuntimeContext().getMapState(new MapStateDescriptor<>("like-for-like", Types.STRING, Types.DOUBLE));
        waiting = new TreeMap<>();
        registered = new HashMap<>();
        shown = Map.of();
        shownBoundary = Long.MIN_VALUE;
        MetricGroup group = getRuntimeContext().getMetricGroup();
        if (measuresLatency) {
            latency = group.histogram("boundaryLatencyMs", new DescriptiveStatisticsHistogram(LATENCIES));
        }
        group.gauge("boundaryAgeMs", (Gauge<Long>)
                () -> shownNanos == 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - shownNanos));
    }

    @Override
    public void processElement(TotalRow row, Context context, Collector<Void> out) {
        long boundary = row.time().toEpochMilli();
        // a correction of the past is in the topics; a chart has gone on
        if (boundary > shownBoundary) {
            waiting.computeIfAbsent(boundary, minute -> new HashMap<>()).put(row.key(), row);
            context.timerService().registerEventTimeTimer(context.timestamp());
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Void> out) throws Exception {
        while (!waiting.isEmpty() && waiting.firstKey() <= timestamp + 1) {
            Map.Entry<Long, Map<String, TotalRow>> boundary = waiting.pollFirstEntry();
            show(boundary.getKey(), boundary.getValue());
        }
    }

    private void show(long boundary, Map<String, TotalRow> rows) throws Exception {
        Map<String, Figures> figures = new HashMap<>();
        for (Map.Entry<String, TotalRow> entry : rows.entrySet()) {
            figures.put(entry.getKey(), figures(entry.getKey(), entry.getValue()));
        }
        shown = figures;
        shownBoundary = boundary;
        rows.values().stream()
                .filter(row -> row.entity().level() != Level.ASSET)
                .forEach(this::register);
        rows.values().stream()
                .filter(row -> row.entity().level() == Level.ASSET)
                .sorted(Comparator.comparing((TotalRow row) -> row.figures().valueUsd())
                        .reversed())
                .limit(LARGEST)
                .forEach(this::register);
        if (measuresLatency) {
            latency.update(System.currentTimeMillis() - boundary);
        }
        shownNanos = System.nanoTime();
    }

    private Figures figures(String entity, TotalRow row) throws Exception {
        TotalRow.Figures total = row.figures();
        double value = total.valueUsd().doubleValue();
        Double before = likeForLike.get(entity);
        BigDecimal opened = total.change() == null ? null : total.change().quantityUsd();
        double now = before == null ? value : opened == null ? before : before + opened.doubleValue();
        likeForLike.put(entity, now);
        BigDecimal coverage = total.basis().coverage();
        return new Figures(value, coverage == null ? Double.NaN : coverage.doubleValue(), now);
    }

    private void register(TotalRow row) {
        Entity shownEntity = row.entity();
        Set<String> ids = registered.computeIfAbsent(shownEntity.level(), level -> new HashSet<>());
        if (ids.size() < MOST_GAUGES && ids.add(shownEntity.id())) {
            String entity = row.key();
            MetricGroup group = getRuntimeContext()
                    .getMetricGroup()
                    .addGroup(shownEntity.level().text(), shownEntity.id());
            gauge(group, "openInterestUsd", entity, Figures::openInterestUsd);
            gauge(group, "coverage", entity, Figures::coverage);
            gauge(group, "likeForLikeUsd", entity, Figures::likeForLikeUsd);
        }
    }

    private void gauge(MetricGroup group, String name, String entity, ToDoubleFunction<Figures> figure) {
        group.gauge(name, (Gauge<Double>) () -> figure.applyAsDouble(shown.getOrDefault(entity, Figures.NONE)));
    }
}
