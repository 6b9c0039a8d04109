package io.openinterest.functions.expiry;

import io.openinterest.functions.record.ExpiryRow;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.run.Pending;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Sums the included options of an exchange, asset and UTC date of expiration, keyed by
 * {@link OptionContribution#expiry()}. The 5m and 15m records are that of the 1-minute boundary. A contribution to a
 * boundary already published is a correction: every record that differs is published once more.
 */
public final class SumExpiries extends KeyedProcessFunction<String, OptionContribution, ExpiryRow> {

    private static final long serialVersionUID = 1L;

    private final Duration allowedLateness;

    private transient Pending<OptionContribution> waiting;
    private transient MapState<Long, ExpirySums> boundaries;

    /**
     * Sums expiries.
     *
     * @param allowedLateness how long a published record may still be corrected
     */
    public SumExpiries(Duration allowedLateness) {
        this.allowedLateness = allowedLateness;
    }

    @Override
    public void open(OpenContext context) {
        waiting = Pending.of(getRuntimeContext(), "waiting", OptionContribution.class, OptionContribution::pass);
        boundaries = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>("boundaries", Types.LONG, TypeInformation.of(ExpirySums.class)));
    }

    @Override
    public void processElement(OptionContribution option, Context context, Collector<ExpiryRow> out) throws Exception {
        waiting.add(option, context.timestamp(), context.timerService());
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<ExpiryRow> out) throws Exception {
        TreeMap<Long, List<OptionContribution>> passes = waiting.take(timestamp);
        for (List<OptionContribution> options : passes.values()) {
            TreeMap<Long, List<OptionContribution>> byBoundary = new TreeMap<>();
            for (OptionContribution option : options) {
                byBoundary
                        .computeIfAbsent(option.boundary(), boundary -> new ArrayList<>())
                        .add(option);
            }
            for (List<OptionContribution> changes : byBoundary.values()) {
                change(changes, out);
            }
        }
        long kept = allowedLateness.toMillis() + Interval.MINUTE_MILLIS;
        if (!passes.isEmpty()) {
            context.timerService().registerEventTimeTimer(timestamp + kept);
        }
        forget(timestamp + 1 - kept);
    }

    /** Takes in what one pass says about one boundary. */
    private void change(List<OptionContribution> changes, Collector<ExpiryRow> out) throws Exception {
        OptionContribution any = changes.get(0);
        ExpirySums sums = boundaries.get(any.boundary());
        if (sums == null) {
            sums = new ExpirySums();
        }
        ExpiryRow before = sums.isEmpty() ? null : sums.row(any, allowedLateness);
        changes.forEach(sums::add);
        ExpiryRow now = sums.isEmpty() ? null : sums.row(any, allowedLateness);
        if (!Objects.equals(now, before)) {
            sums.revision++;
            for (Interval interval : Interval.values()) {
                if (interval.isBoundary(any.boundary())) {
                    out.collect(
                            now == null ? before.withdrawn(interval, sums.revision) : now.at(interval, sums.revision));
                }
            }
        }
        boundaries.put(any.boundary(), sums);
    }

    private void forget(long last) throws Exception {
        List<Long> past = new ArrayList<>();
        for (Long boundary : boundaries.keys()) {
            if (boundary <= last) {
                past.add(boundary);
            }
        }
        for (Long boundary : past) {
            boundaries.remove(boundary);
        }
    }
}
