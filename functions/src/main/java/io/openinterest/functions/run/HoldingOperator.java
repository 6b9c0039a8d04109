package io.openinterest.functions.run;

import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;

/** Runs a function of one stream that {@link HoldsState}. */
final class HoldingOperator<K, I, O> extends KeyedProcessOperator<K, I, O> {

    private static final long serialVersionUID = 1L;

    HoldingOperator(KeyedProcessFunction<K, I, O> function) {
        super(function);
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        ((HoldsState) userFunction).write(this);
        super.snapshotState(context);
    }
}
