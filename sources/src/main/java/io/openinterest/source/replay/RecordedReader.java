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

    /** Often enough to be watched, and seldom enough to cost nothing. */
    private static final int TOLD_EVERY = 1000;

    // read by the threads that report metrics
    private volatile long records;
    private volatile long eventTime;
    private volatile double percent;

    private long read;
    private Recording recording;
    private boolean noMoreSplits;
    private CompletableFuture<Void> available = new CompletableFuture<>();

    RecordedReader(SourceReaderContext context, long outOfOrderness) {
        this.context = context;
        this.outOfOrderness = outOfOrderness;
    }

    /** Registers {@code replayRecords}, {@code replayEventTime} (epoch milliseconds) and {@code replayPercent}. */
    @Override
    public void start() {
        context.metricGroup().gauge("replayRecords", () -> records);
        context.metricGroup().gauge("replayEventTime", () -> eventTime);
        context.metricGroup().gauge("replayPercent", () -> percent);
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
            read++;
        }
        if (read - records >= TOLD_EVERY || recording.isFinished()) {
            tell();
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

    private void tell() {
        records = read;
        eventTime = recording.greatestTime();
        percent = 100 * recording.progress();
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
