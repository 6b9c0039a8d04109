package io.openinterest.functions.run;

import java.util.List;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;

/** Runs a function of one stream and a broadcast that {@link HoldsState}. */
final class HoldingBroadcastOperator<K, I, B, O> extends CoBroadcastWithKeyedOperator<K, I, B, O> {

    private static final long serialVersionUID = 1L;

    HoldingBroadcastOperator(
            KeyedBroadcastProcessFunction<K, I, B, O> function, List<MapStateDescriptor<?, ?>> broadcast) {
        super(function, broadcast);
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        ((HoldsState) userFunction).write(this);
        super.snapshotState(context);
    }
}
