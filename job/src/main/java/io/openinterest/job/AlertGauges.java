package io.openinterest.job;

import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.AlertEvent.Kind;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

/**
 * Passes alert events on and shows how many alerts are active, {@code activeAlerts} of {@code kind.market} and of
 * {@code kind.data-quality}. Each subtask counts its own; the sum over subtasks is right at any parallelism.
 */
final class AlertGauges extends RichMapFunction<AlertEvent, AlertEvent> implements CheckpointedFunction {

    private static final long serialVersionUID = 1;

    // read by the threads that report metrics
    private transient AtomicLong market;
    private transient AtomicLong dataQuality;

    private transient ListState<Long> marketState;
    private transient ListState<Long> dataQualityState;

    @Override
    public void open(OpenContext context) {
        gauge("market", market::get);
        gauge("data-quality", dataQuality::get);
    }

    private void gauge(String kind, Gauge<Long> gauge) {
        getRuntimeContext().getMetricGroup().addGroup("kind", kind).gauge("activeAlerts", gauge);
    }

    @Override
    public AlertEvent map(AlertEvent event) {
        int step = switch (event.state()) {
            case OPEN -> 1;
            case ESCALATED -> 0;
            case RESOLVED, EXPIRED -> -1;
            case RETRACTED -> event.occasion().isOver() ? 0 : -1;
        };
        (event.rule().kind() == Kind.MARKET ? market : dataQuality).addAndGet(step);
        return event;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        marketState = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("market", Types.LONG));
        dataQualityState =
                context.getOperatorStateStore().getListState(new ListStateDescriptor<>("data-quality", Types.LONG));
        market = new AtomicLong(sum(marketState));
        dataQuality = new AtomicLong(sum(dataQualityState));
    }

    /** After a rescale a subtask may hold the counts of several, or none. */
    private static long sum(ListState<Long> state) throws Exception {
        long sum = 0;
        for (long part : state.get()) {
            sum += part;
        }
        return sum;
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        marketState.update(List.of(market.get()));
        dataQualityState.update(List.of(dataQuality.get()));
    }
}
