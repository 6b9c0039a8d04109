package io.openinterest.functions.run;

import io.openinterest.functions.record.Interval;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;

/** Runs a function of one stream and a broadcast that {@link HoldsState}. */
final class HoldingBroadcastOperator<K, I, B, O> extends CoBroadcastWithKeyedOperator<K, I, B, O> {

    private static final long serialVersionUID = 1L;

    /** Behind a longer silence nothing waits downstream but what is reported once a day. */
    private static final long LONGEST_SILENCE = Duration.ofHours(26).toMillis();

    /** Much for the input that waits, and little for a jump of hours. */
    private static final long TURN_MILLIS = 10;

    private long eventTime = Long.MIN_VALUE;
    /** The newest watermark that came, as far as it may pass. */
    private long goal = Long.MIN_VALUE;
    /** The next minute to pass on the way there. */
    private long minute;
    /** Up to when minutes are passed one by one. */
    private long last;

    private boolean isOnTheWay;

    HoldingBroadcastOperator(
            KeyedBroadcastProcessFunction<K, I, B, O> function, List<MapStateDescriptor<?, ?>> broadcast) {
        super(function, broadcast);
    }

    @Override
    public void processWatermark(Watermark watermark) throws Exception {
        long passable = function().passable(watermark.getTimestamp());
        if (passable <= goal) {
            return;
        }
        goal = passable;
        boolean ends = goal == Long.MAX_VALUE;
        long done = function().doneUpTo();
        last = ends || done == Long.MIN_VALUE ? Long.MIN_VALUE : Math.min(goal, done + LONGEST_SILENCE);
        if (!isOnTheWay) {
            minute = Interval.boundaryAfter(Math.max(done, eventTime));
        }
        if (!isOnTheWay || ends) {
            goOn();
        }
    }

    /**
     * Goes on to the newest watermark. Hours of minutes are much work: where the function lets it, whatever else has come is
     * taken between two of them, so that a checkpoint waits for one minute and not for all.
     */
    private void goOn() throws Exception {
        isOnTheWay = false;
        while (minute - 1 < last) {
            super.processWatermark(new Watermark(minute - 1));
            minute += Interval.MINUTE_MILLIS;
            if (function().takesTurns() && minute - 1 < last) {
                isOnTheWay = true;
                ProcessingTimeService clock = getProcessingTimeService();
                clock.registerTimer(clock.getCurrentProcessingTime() + TURN_MILLIS, time -> takeTurn());
                return;
            }
        }
        super.processWatermark(new Watermark(goal));
        eventTime = goal;
    }

    private void takeTurn() throws Exception {
        if (isOnTheWay) {
            goOn();
        }
    }

    private HoldsState function() {
        return (HoldsState) userFunction;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        function().write(this);
        super.snapshotState(context);
    }
}
