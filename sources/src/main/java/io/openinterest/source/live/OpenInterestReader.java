package io.openinterest.source.live;

import io.openinterest.observation.Arrival;
import io.openinterest.transport.ReceiptClock;
import io.openinterest.venue.VenueSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.metrics.Counter;

/**
 * The reader of some venues: hands on what {@link VenueSplitReader} fetches, in the task's thread, each arrival to the
 * output of its venue, so that each venue has its own watermark.
 */
@SuppressWarnings("try") // the close of the base class may be interrupted
final class OpenInterestReader
        extends SingleThreadMultiplexSourceReaderBase<Inbox.Item, Arrival, VenueSplit, OpenInterestReader.Progress> {

    /** The point up to which a venue was handed on. */
    static final class Progress {
        private final String venue;
        private Instant resumeFrom;

        Progress(VenueSplit split) {
            this.venue = split.venue();
            this.resumeFrom = split.resumeFrom();
        }
    }

    static OpenInterestReader create(List<VenueSettings> venues, SourceReaderContext context) {
        Inbox inbox = new Inbox();
        context.metricGroup().setPendingRecordsGauge(inbox::size);
        context.metricGroup()
                .gauge(
                        "clockDifferenceMs",
                        () -> ReceiptClock.SYSTEM.difference().toMillis());
        return new OpenInterestReader(venues, context, inbox);
    }

    private OpenInterestReader(List<VenueSettings> venues, SourceReaderContext context, Inbox inbox) {
        super(
                () -> new VenueSplitReader(venues, inbox, context.metricGroup()),
                emitter(context.metricGroup().getNumRecordsInErrorsCounter()),
                context.getConfiguration(),
                context);
    }

    private static RecordEmitter<Inbox.Item, Arrival, Progress> emitter(Counter errors) {
        return (item, output, progress) -> {
            Arrival arrival = item.arrival();
            if (arrival.evidence() != null) {
                output.collect(arrival, arrival.evidence().time().toEpochMilli());
            } else if (arrival.observation() == null) {
                errors.inc();
                output.collect(arrival, arrival.quarantined().time().toEpochMilli());
            } else {
                output.collect(arrival, arrival.observation().time().toEpochMilli());
            }
            if (item.resumeFrom() != null) {
                progress.resumeFrom = item.resumeFrom();
            }
        };
    }

    @Override
    protected void onSplitFinished(Map<String, Progress> finished) {}

    @Override
    protected Progress initializedState(VenueSplit split) {
        return new Progress(split);
    }

    @Override
    protected VenueSplit toSplitType(String splitId, Progress progress) {
        return new VenueSplit(progress.venue, progress.resumeFrom);
    }
}
