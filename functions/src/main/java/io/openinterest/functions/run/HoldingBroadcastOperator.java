package io.openinterest.functions.run;

import io.openinterest.functions.record.Interval;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;

/** Runs a function of one stream and a broadcast that {@link HoldsState}. */
final class HoldingBroadcastOperator<K, I, B, O> extends CoBroadcastWithKeyedOperator<K, I, B, O> {

    private static final long serialVersionUID = 1L;

    /** Behind a longer silence nothing waits downstream but what is reported once a day. */
    private static final long LONGEST_SILENCE = Duration.ofHours(26).toMillis();

    private long eventTime = Long.MIN_VALUE;

    HoldingBroadcastOperator(
            KeyedBroadcastProcessFunction<K, I, B, O> function, List<MapStateDescriptor<?, ?>> broadcast) {
        super(function, broadcast);
    }

    @Override
    public void processWatermark(Watermark watermark) throws Exception {
        long done = ((HoldsState) userFunction).doneUpTo();
        if (done != Long.MIN_VALUE && watermark.getTimestamp() != Long.MAX_VALUE) {
            long last = Math.min(watermark.getTimestamp(), done + LONGEST_SILENCE);
            long minute = Interval.boundaryAfter(Math.max(done, eventTime));
            for (; minute - 1 < last; minute += Interval.MINUTE_MILLIS) {
                super.processWatermark(new Watermark(minute - 1));
            }
        }
        super.processWatermark(watermark);
        eventTime = watermark.getTimestamp();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        ((HoldsState) userFunction).write(this);
        super.snapshotState(context);
    }
}
