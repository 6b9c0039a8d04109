package io.openinterest.source.replay;

import io.openinterest.observation.Arrival;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;

/**
 * Merges the recording in the task's own thread, which waits for what others read ahead and not for long: a call takes
 * what a few pieces of a file take to read at most.
 */
final class RecordedReader implements SourceReader<Arrival, RecordedSplit> {

    private static final long MINUTE = Duration.ofMinutes(1).toMillis();

    /** A market of daily reports counts for four days and is forgotten a day later; after that nothing is left to do. */
    private static final long LONGEST_SILENCE = Duration.ofDays(5).toMillis();

    private final SourceReaderContext context;
    private final long outOfOrderness;
    private final Pace pace;

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

    /** Event time, full minutes: that is told, up to which it goes on at its pace, and that is read. */
    private long told = Long.MIN_VALUE;

    private long paced = Long.MIN_VALUE;
    private long reached = Long.MIN_VALUE;

    RecordedReader(SourceReaderContext context, long outOfOrderness, Pace pace) {
        this.context = context;
        this.outOfOrderness = outOfOrderness;
        this.pace = pace;
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
            recording = new Recording(split, outOfOrderness);
        }
        available.complete(null);
    }

    @Override
    public void notifyNoMoreSplits() {
        noMoreSplits = true;
        available.complete(null);
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Arrival> output) throws IOException, InterruptedException {
        if (told < reached) {
            return goOn(output);
        }
        if (recording == null) {
            return noMoreSplits ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
        }
        Arrival arrival = recording.poll();
        if (arrival != null) {
            emit(arrival, output);
            reach(arrival.watermark());
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
        pace.begin(checkpoint);
        return recording == null ? List.of() : List.of(recording.position());
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
        pace.complete(checkpoint);
        if (told < reached && pace.left() > 0) {
            available.complete(null);
        }
    }

    @Override
    public void notifyCheckpointAborted(long checkpoint) {
        pace.abort(checkpoint);
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

    /** Nothing happens within a minute, so event time goes on minute by minute: one watermark where thousands would do. */
    private void reach(long watermark) {
        if (watermark == Long.MIN_VALUE || watermark < reached + MINUTE) {
            return;
        }
        reached = Math.floorDiv(watermark, MINUTE) * MINUTE;
        // rows of every minute fill the network, and hold the source by that
        boolean free = told == Long.MIN_VALUE || reached == told + MINUTE;
        paced = free ? told : Math.min(reached, told + LONGEST_SILENCE);
    }

    /** Tells event time up to what is read, in steps where a checkpoint has to get through in between. */
    private InputStatus goOn(ReaderOutput<Arrival> output) {
        if (told < paced) {
            long minutes = Math.min((paced - told) / MINUTE, pace.left());
            if (minutes <= 0) {
                if (recording != null) {
                    tell();
                }
                available = new CompletableFuture<>();
                return InputStatus.NOTHING_AVAILABLE;
            }
            told += minutes * MINUTE;
            pace.pass(minutes);
        } else {
            told = reached;
        }
        output.emitWatermark(new Watermark(told - 1));
        return InputStatus.MORE_AVAILABLE;
    }

    private void tell() {
        records = read;
        eventTime = recording.greatestTime();
        percent = 100 * recording.progress();
    }

    /** A restored split was not asked for, so nobody has said yet that there are no more. */
    private void finish() throws IOException {
        recording.close();
        recording = null;
        if (!noMoreSplits) {
            available = new CompletableFuture<>();
            context.sendSplitRequest();
        }
    }
}
