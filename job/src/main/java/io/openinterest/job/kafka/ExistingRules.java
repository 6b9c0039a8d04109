package io.openinterest.job.kafka;

import io.openinterest.functions.alert.RuleRecord;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Tells the rules that were in the topic when the job was submitted, once, ahead of everything that the topic says later
 * and of event time. An operator and no function, because a function does not see watermarks.
 */
final class ExistingRules extends AbstractStreamOperator<RuleRecord>
        implements OneInputStreamOperator<RuleRecord, RuleRecord> {

    private static final long serialVersionUID = 1;

    private final ArrayList<RuleRecord> rules;
    private transient boolean told;
    private transient ListState<Boolean> saved;

    /**
     * Tells rules.
     *
     * @param rules in the order of the topic
     */
    ExistingRules(List<RuleRecord> rules) {
        this.rules = new ArrayList<>(rules);
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        saved = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("told", Types.BOOLEAN));
        told = saved.get().iterator().hasNext();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        saved.update(told ? List.of(true) : List.of());
    }

    @Override
    public void processElement(StreamRecord<RuleRecord> rule) {
        tell();
        output.collect(rule);
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        tell();
        super.processWatermark(mark);
    }

    private void tell() {
        if (!told) {
            told = true;
            rules.forEach(rule -> output.collect(new StreamRecord<>(rule)));
        }
    }
}
