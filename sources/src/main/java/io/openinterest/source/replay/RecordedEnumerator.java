package io.openinterest.source.replay;

import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;

/** Hands the one split to the reader that asks first, and tells all others that there is nothing to do. */
final class RecordedEnumerator implements SplitEnumerator<RecordedSplit, RecordedSplit> {

    private final SplitEnumeratorContext<RecordedSplit> context;
    private RecordedSplit unassigned;

    RecordedEnumerator(SplitEnumeratorContext<RecordedSplit> context, RecordedSplit unassigned) {
        this.context = context;
        this.unassigned = unassigned;
    }

    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtask, String host) {
        if (!unassigned.files().isEmpty()) {
            context.assignSplit(unassigned, subtask);
            unassigned = RecordedSplit.NOTHING;
        }
        context.signalNoMoreSplits(subtask);
    }

    @Override
    public void addSplitsBack(List<RecordedSplit> splits, int subtask) {
        for (RecordedSplit split : splits) {
            unassigned = split;
        }
    }

    @Override
    public void addReader(int subtask) {}

    @Override
    public RecordedSplit snapshotState(long checkpoint) {
        return unassigned;
    }

    @Override
    public void close() {}
}
