package io.openinterest.functions.metrics;

import io.openinterest.functions.Harnesses;
import io.openinterest.functions.Referee;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.functions.run.RuleWatch;
import io.openinterest.functions.run.RunEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;

/** The operator alone, with the parents' values taken from the same rows. */
public final class MetricsHarness implements AutoCloseable {

    private final KeyedTwoInputStreamOperatorTestHarness<String, TotalRow, MetricsControl, MetricsRow> operator;

    public MetricsHarness(MetricsSettings settings, OperatorSubtaskState state) throws Exception {
        this(settings, everything(), state);
    }

    public MetricsHarness(MetricsSettings settings) throws Exception {
        this(settings, null);
    }

    MetricsHarness(MetricsSettings settings, Set<RuleWatch.Subject> watched, OperatorSubtaskState state)
            throws Exception {
        operator = Harnesses.open(
                new KeyedTwoInputStreamOperatorTestHarness<>(
                        new CoBroadcastWithKeyedOperator<>(
                                new DeriveMetrics(settings, watched),
                                List.of(DeriveMetrics.PARENTS, RuleWatch.WATCHED)),
                        TotalRow::key,
                        null,
                        Types.STRING),
                MetricsRow.class,
                state);
    }

    /** As if rules looked at all levels and intervals. */
    private static Set<RuleWatch.Subject> everything() {
        Set<RuleWatch.Subject> all = new HashSet<>();
        for (Level level : Level.values()) {
            for (Interval interval : Interval.values()) {
                all.add(new RuleWatch.Subject(level, interval));
            }
        }
        return all;
    }

    void hear(RunEvent.Rule rule) throws Exception {
        operator.processElement2(new StreamRecord<>(MetricsControl.of(rule), rule.time()));
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
            operator.processElement2(new StreamRecord<>(MetricsControl.of(row), step - 1));
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
        return entries;
    }

    /** What goes on to the rules. */
    public List<StreamRecord<BoundaryRecord>> records() {
        Queue<StreamRecord<BoundaryRecord>> records = operator.getSideOutput(DeriveMetrics.WATCHED);
        return records == null ? List.of() : List.copyOf(records);
    }

    List<BoundaryRecord> output() {
        return records().stream().map(StreamRecord::getValue).toList();
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
