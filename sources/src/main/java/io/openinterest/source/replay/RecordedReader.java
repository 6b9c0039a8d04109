package io.openinterest.source.replay;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.ObservationReader;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;

/**
 * Reads the recording in the task's own thread: a call reads a few kilobytes at most, which is less than handing them
 * over from another thread costs.
 */
final class RecordedReader implements SourceReader<Arrival, RecordedSplit> {

    private final SourceReaderContext context;
    private final long outOfOrderness;
    private final ObservationReader reader = new ObservationReader(InstantSource.system());

    private Recording recording;
    private boolean noMoreSplits;
    private CompletableFuture<Void> available = new CompletableFuture<>();

    RecordedReader(SourceReaderContext context, long outOfOrderness) {
        this.context = context;
        this.outOfOrderness = outOfOrderness;
    }

    @Override
    public void start() {
        if (recording == null) {
            context.sendSplitRequest();
        }
    }

    @Override
    public void addSplits(List<RecordedSplit> splits) {
        for (RecordedSplit split : splits) {
            recording = new Recording(split, outOfOrderness, reader);
        }
        available.complete(null);
    }

    @Override
    public void notifyNoMoreSplits() {
        noMoreSplits = true;
        available.complete(null);
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Arrival> output) throws IOException {
        if (recording == null) {
            return noMoreSplits ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
        }
        Arrival arrival = recording.poll();
        if (arrival != null) {
            emit(arrival, output);
        }
        if (recording.isFinished()) {
            finish();
        }
        return InputStatus.MORE_AVAILABLE;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return available;
    }

    @Override
    public List<RecordedSplit> snapshotState(long checkpoint) {
        return recording == null ? List.of() : List.of(recording.position());
    }

    @Override
    public void close() throws IOException {
        if (recording != null) {
            recording.close();
        }
    }

    private void emit(Arrival arrival, ReaderOutput<Arrival> output) {
        if (arrival.observation() == null) {
            context.metricGroup().getNumRecordsInErrorsCounter().inc();
            output.collect(arrival, arrival.watermark());
        } else {
            output.collect(arrival, arrival.observation().time().toEpochMilli());
        }
    }

    /** A restored split was not asked for, so nobody has said yet that there are no more. */
    private void finish() {
        recording = null;
        if (!noMoreSplits) {
            available = new CompletableFuture<>();
            context.sendSplitRequest();
        }
    }
}
