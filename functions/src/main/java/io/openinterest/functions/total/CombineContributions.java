package io.openinterest.functions.total;

import io.openinterest.functions.total.Contribution.Destination;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Adds contributions up that go to the same place, before they cross the network: markets of a group are spread over many
 * shards, and most shards have one of them.
 *
 * <p>What a minute brings comes at once, with its watermark behind it. Until then it waits here, in memory only: a
 * checkpoint lets it go first.
 */
public final class CombineContributions extends AbstractStreamOperator<Contribution>
        implements OneInputStreamOperator<Contribution, Contribution> {

    private static final long serialVersionUID = 1L;

    private transient Map<Destination, Sums> waiting;
    /** When all of it was sent, event time in epoch milliseconds. */
    private transient long sentAt;

    @Override
    public void open() throws Exception {
        super.open();
        waiting = new LinkedHashMap<>();
    }

    @Override
    public void processElement(StreamRecord<Contribution> element) {
        if (element.getTimestamp() != sentAt) {
            letGo();
            sentAt = element.getTimestamp();
        }
        Contribution contribution = element.getValue();
        Sums known = waiting.putIfAbsent(contribution.to(), contribution.sums());
        if (known != null) {
            known.add(contribution.sums());
        }
    }

    private void letGo() {
        waiting.forEach((to, sums) -> output.collect(new StreamRecord<>(new Contribution(to, sums), sentAt)));
        waiting.clear();
    }

    @Override
    public void processWatermark(Watermark watermark) throws Exception {
        letGo();
        super.processWatermark(watermark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpoint) {
        letGo();
    }

    @Override
    public void finish() throws Exception {
        letGo();
        super.finish();
    }
}
