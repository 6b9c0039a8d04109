package io.openinterest.job.kafka;

import io.openinterest.observation.Arrival;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Tells every observation the event time of its partition when it was written. This is the part of reading the topic that
 * has to remember something: after a restart, reading goes on between two marks, and the first of them is still the one
 * that counts. Which partitions a subtask gets then is not known, so each gets the marks of all. Ahead of the first mark
 * of a partition nothing is late.
 */
final class ReadWatermarks extends ProcessFunction<TopicEntry, Arrival> implements CheckpointedFunction {

    private static final long serialVersionUID = 1;

    private final boolean marked;
    private final long lateness;
    private transient Map<Integer, PartitionWatermark> times;
    private transient ListState<PartitionWatermark> saved;

    /**
     * Tells observations their event time.
     *
     * @param marked whether there are time marks; else event time is the greatest time read minus the lateness
     * @param lateness milliseconds
     */
    ReadWatermarks(boolean marked, long lateness) {
        this.marked = marked;
        this.lateness = lateness;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        times = new HashMap<>();
        saved = context.getOperatorStateStore()
                .getUnionListState(
                        new ListStateDescriptor<>("partition-times", TypeInformation.of(PartitionWatermark.class)));
        for (PartitionWatermark time : saved.get()) {
            // a subtask that had the partition before the last rescale still remembers it as it was then
            times.merge(time.partition(), time, PartitionWatermark::later);
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        saved.update(List.copyOf(times.values()));
    }

    @Override
    public void processElement(TopicEntry entry, Context context, Collector<Arrival> out) {
        PartitionWatermark time = times.computeIfAbsent(entry.partition(), PartitionWatermark::start)
                .after(entry);
        times.put(entry.partition(), time);
        long reached = time.reached(marked, lateness);
        if (entry.observation() != null) {
            long known = reached == Long.MIN_VALUE ? entry.observation().time().toEpochMilli() : reached;
            out.collect(
                    entry.accepted()
                            ? Arrival.accepted(entry.observation(), known)
                            : Arrival.of(entry.observation(), known));
        } else if (entry.quarantined() != null) {
            out.collect(Arrival.of(entry.quarantined(), reached));
        }
    }
}
