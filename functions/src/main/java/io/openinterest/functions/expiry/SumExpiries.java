package io.openinterest.functions.expiry;

import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.ExpiryRow;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Revisions;
import io.openinterest.functions.run.Pending;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
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

    private final CorrectionWindow corrections;

    private transient Pending<OptionContribution> waiting;
    private transient MapState<Long, ExpirySums> boundaries;
    private transient ValueState<byte[]> revised;

    /** Sums expiries, whose records may be corrected so long. */
    public SumExpiries(CorrectionWindow corrections) {
        this.corrections = corrections;
    }

    @Override
    public void open(OpenContext context) {
        waiting = Pending.of(getRuntimeContext(), "waiting", OptionContribution.class, OptionContribution::pass);
        boundaries = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>("boundaries", Types.LONG, TypeInformation.of(ExpirySums.class)));
        revised = getRuntimeContext()
                .getState(
                        new ValueStateDescriptor<>("revisions", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    }

    @Override
    public void processElement(OptionContribution option, Context context, Collector<ExpiryRow> out) throws Exception {
        waiting.add(option, context.timestamp(), context.timerService());
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<ExpiryRow> out) throws Exception {
        TreeMap<Long, List<OptionContribution>> passes = waiting.take(timestamp);
        Revisions revisions = Revisions.unpack(revised.value());
        for (List<OptionContribution> options : passes.values()) {
            TreeMap<Long, List<OptionContribution>> byBoundary = new TreeMap<>();
            for (OptionContribution option : options) {
                byBoundary
                        .computeIfAbsent(option.boundary(), boundary -> new ArrayList<>())
                        .add(option);
            }
            for (List<OptionContribution> changes : byBoundary.values()) {
                change(changes, revisions, out);
            }
        }
        long kept = corrections.allowedLateness().toMillis() + Interval.MINUTE_MILLIS;
        if (!passes.isEmpty()) {
            context.timerService().registerEventTimeTimer(timestamp + kept);
        }
        forget(timestamp + 1 - kept);
        revisions.forgetUpTo(timestamp + 1 - kept);
        revised.update(revisions.pack());
    }

    /** Takes in what one pass says about one boundary. */
    private void change(List<OptionContribution> changes, Revisions revisions, Collector<ExpiryRow> out)
            throws Exception {
        OptionContribution any = changes.get(0);
        ExpirySums sums = boundaries.get(any.boundary());
        if (sums == null) {
            sums = new ExpirySums();
        }
        ExpiryRow before = sums.row(any, corrections);
        changes.forEach(sums::add);
        ExpiryRow now = sums.row(any, corrections);
        for (Interval interval : Interval.values()) {
            if (interval.isBoundary(any.boundary())) {
                revisions.publish(at(interval, before), at(interval, now), out::collect);
            }
        }
        if (now == null) {
            boundaries.remove(any.boundary());
        } else {
            boundaries.put(any.boundary(), sums);
        }
    }

    private static ExpiryRow at(Interval interval, ExpiryRow row) {
        return row == null ? null : row.at(interval);
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
