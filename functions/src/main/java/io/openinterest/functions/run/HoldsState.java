package io.openinterest.functions.run;

import java.util.List;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.streaming.api.operators.KeyContext;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;

/**
 * A function that holds part of its keyed state as objects ({@link Unpacked}). A function alone can't write under another
 * key than the current one; the operators here let it when a checkpoint is taken, and it runs in no other.
 */
public interface HoldsState {

    /** Writes what changed into keyed state, under every key concerned. */
    void write(KeyContext context) throws Exception;

    /**
     * The last boundary that is done, epoch milliseconds; the least long before the first. Where event time jumps, minutes
     * behind it pass one after the other, so that what waits downstream for event time is of one minute only.
     */
    default long doneUpTo() {
        return Long.MIN_VALUE;
    }

    /**
     * How far event time goes on when a watermark comes: no further than boundaries are published, where they are held
     * back. So nothing downstream is forgotten before its time, and what is released later passes as if it had not waited.
     */
    default long passable(long watermark) throws Exception {
        return watermark;
    }

    /**
     * Whether elements may be taken between two minutes of such a jump, though they came after it: they say themselves what
     * event time they came at.
     */
    default boolean takesTurns() {
        return false;
    }

    /** An operator for a function of one stream. */
    static <K, I, O, F extends KeyedProcessFunction<K, I, O> & HoldsState> OneInputStreamOperator<I, O> operator(
            F function) {
        return new HoldingOperator<>(function);
    }

    /** An operator for a function of one stream and a broadcast. */
    static <K, I, B, O, F extends KeyedBroadcastProcessFunction<K, I, B, O> & HoldsState>
            TwoInputStreamOperator<I, B, O> operator(F function, List<MapStateDescriptor<?, ?>> broadcast) {
        return new HoldingBroadcastOperator<>(function, broadcast);
    }
}
