package io.openinterest.functions.expiry;

import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.ExpiryRow;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Revisions;
import io.openinterest.functions.run.HoldsState;
import io.openinterest.functions.run.Pending;
import io.openinterest.functions.run.Unpacked;
import io.openinterest.functions.run.Unpacked.Held;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyContext;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.util.Collector;

/**
 * Sums the included options of an exchange, asset and UTC date of expiration, keyed by
 * {@link OptionContribution#expiry()}. The 5m and 15m records are that of the 1-minute boundary. A contribution to a
 * boundary already published is a correction: every record that differs is published once more.
 */
public final class SumExpiries extends KeyedProcessFunction<String, OptionContribution, ExpiryRow>
        implements HoldsState {

    private static final long serialVersionUID = 1L;

    private final CorrectionWindow corrections;

    private transient Pending<OptionContribution> waiting;
    private transient Unpacked<Long, ExpirySums> boundariesByExpiry;
    private transient ValueState<byte[]> revised;

    private SumExpiries(CorrectionWindow corrections) {
        this.corrections = corrections;
    }

    /** Sums expiries, whose records may be corrected so long, of what is keyed by them. */
    public static OneInputStreamOperator<OptionContribution, ExpiryRow> operator(CorrectionWindow corrections) {
        return HoldsState.operator(new SumExpiries(corrections));
    }

    @Override
    public void open(OpenContext context) {
        waiting = Pending.of(getRuntimeContext(), "waiting", OptionContribution.class, OptionContribution::pass);
        boundariesByExpiry = new Unpacked<>(
                getRuntimeContext(),
                "boundaries",
                Types.LONG,
                ExpirySums::pack,
                (boundary, packed) -> ExpirySums.unpack(packed));
        revised = Revisions.state(getRuntimeContext());
    }

    @Override
    public void write(KeyContext context) throws Exception {
        boundariesByExpiry.write(context);
    }

    @Override
    public void processElement(OptionContribution option, Context context, Collector<ExpiryRow> out) throws Exception {
        waiting.add(option, context.timestamp(), context.timerService());
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<ExpiryRow> out) throws Exception {
        TreeMap<Long, List<OptionContribution>> passes = waiting.take(timestamp);
        Unpacked<Long, ExpirySums>.Values boundaries = boundariesByExpiry.of(context.getCurrentKey());
        Revisions revisions = Revisions.read(revised);
        for (List<OptionContribution> options : passes.values()) {
            TreeMap<Long, List<OptionContribution>> byBoundary = new TreeMap<>();
            for (OptionContribution option : options) {
                byBoundary
                        .computeIfAbsent(option.boundary(), boundary -> new ArrayList<>())
                        .add(option);
            }
            for (List<OptionContribution> changes : byBoundary.values()) {
                change(changes, boundaries, revisions, out);
            }
        }
        long kept = corrections.allowedLateness().toMillis() + Interval.MINUTE_MILLIS;
        if (!passes.isEmpty()) {
            context.timerService().registerEventTimeTimer(timestamp + kept);
        }
        for (Map.Entry<Long, Held<ExpirySums>> boundary : boundaries.present()) {
            if (boundary.getKey() <= timestamp + 1 - kept) {
                boundary.getValue().remove();
            }
        }
        revisions.forgetUpTo(timestamp + 1 - kept);
        revisions.write(revised);
    }

    /** Takes in what one pass says about one boundary. */
    private void change(
            List<OptionContribution> changes,
            Unpacked<Long, ExpirySums>.Values boundaries,
            Revisions revisions,
            Collector<ExpiryRow> out)
            throws Exception {
        OptionContribution any = changes.get(0);
        Held<ExpirySums> held = boundaries.at(any.boundary());
        ExpirySums sums = held.get() == null ? new ExpirySums() : held.get();
        ExpiryRow before = sums.row(any, corrections);
        changes.forEach(sums::add);
        ExpiryRow now = sums.row(any, corrections);
        for (Interval interval : Interval.values()) {
            if (interval.isBoundary(any.boundary())) {
                revisions.publish(at(interval, before), at(interval, now), out::collect);
            }
        }
        if (now == null) {
            held.remove();
        } else {
            held.put(sums);
        }
    }

    private static ExpiryRow at(Interval interval, ExpiryRow row) {
        return row == null ? null : row.at(interval);
    }
}
