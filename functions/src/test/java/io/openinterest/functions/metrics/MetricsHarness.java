package io.openinterest.functions.metrics;

import io.openinterest.functions.Harnesses;
import io.openinterest.functions.Referee;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.TotalRow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;

/** The operator alone, with the parents' values taken from the same rows. */
public final class MetricsHarness implements AutoCloseable {

    private final KeyedTwoInputStreamOperatorTestHarness<String, TotalRow, ParentValue, BoundaryRecord> operator;

    public MetricsHarness(MetricsSettings settings, OperatorSubtaskState state) throws Exception {
        operator = Harnesses.open(
                new KeyedTwoInputStreamOperatorTestHarness<>(
                        new CoBroadcastWithKeyedOperator<>(new DeriveMetrics(settings), List.of(DeriveMetrics.PARENTS)),
                        TotalRow::key,
                        null,
                        Types.STRING),
                BoundaryRecord.class,
                state);
    }

    public MetricsHarness(MetricsSettings settings) throws Exception {
        this(settings, null);
    }

    int timers() {
        return operator.numEventTimeTimers();
    }

    int stateEntries() {
        return operator.numKeyedStateEntries();
    }

    public void say(TotalRow total, long step) throws Exception {
        boolean inOrder = total.time().toEpochMilli() == step;
        TotalRow row = Referee.published(total, inOrder ? Pass.inOrder(step) : Pass.correcting(step));
        if (ParentValue.isParent(row)) {
            operator.processElement2(new StreamRecord<>(ParentValue.of(row), step - 1));
        }
        operator.processElement1(new StreamRecord<>(row, step - 1));
    }

    public void watermark(long time) throws Exception {
        operator.processBothWatermarks(new Watermark(time));
    }

    OperatorSubtaskState snapshot() throws Exception {
        return operator.snapshot(1, 1);
    }

    /** What the last checkpoint has of entities, entry by entry. */
    Map<List<Object>, byte[]> entries() throws Exception {
        Map<List<Object>, byte[]> entries = new HashMap<>();
        for (String state : List.of("correctable", "minutes", "day")) {
            entries.putAll(Harnesses.entries(operator.getOperator(), state, Types.LONG));
        }
        entries.putAll(Harnesses.entries(operator.getOperator(), "trails", TypeInformation.of(Interval.class)));
        return entries;
    }

    public List<? extends StreamRecord<? extends BoundaryRecord>> records() {
        return operator.extractOutputStreamRecords();
    }

    List<BoundaryRecord> output() {
        return operator.extractOutputValues();
    }

    @Override
    public void close() {
        try {
            operator.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
