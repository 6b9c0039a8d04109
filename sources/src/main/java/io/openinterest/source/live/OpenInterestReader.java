package io.openinterest.source.live;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.transport.ReceiptClock;
import io.openinterest.valuation.LastFigures;
import io.openinterest.venue.VenueSettings;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.Watermark;
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

    /** Longer than any venue's names; a hostile one must not keep a split from being written. */
    private static final int MAX_NAME = 1_000;

    private final Map<String, String> readings = new HashMap<>();

    /** The point up to which a venue was handed on. */
    static final class Progress {
        private final String venue;
        private final String reading;
        private final Map<String, LastFigures> last;
        private Instant resumeFrom;

        Progress(VenueSplit split, String reading) {
            this.venue = split.venue();
            this.resumeFrom = split.resumeFrom();
            this.reading = reading;
            this.last = new HashMap<>(split.lastReadAs(reading));
        }

        private void handOn(Observation observation) {
            if (observation.delisted()) {
                last.remove(observation.market());
            } else if (!Origin.HISTORY.isOf(observation)
                    && !Origin.FILE.isOf(observation)
                    && observation.market().length() <= MAX_NAME) {
                last.put(observation.market(), LastFigures.of(observation));
            }
        }
    }

    static OpenInterestReader create(List<VenueSettings> venues, SourceReaderContext context) {
        long lateness = venues.get(0).common().lateness().toMillis();
        Inbox inbox = new Inbox(() -> ReceiptClock.SYSTEM.now().toEpochMilli() - lateness);
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
        venues.forEach(venue -> readings.put(venue.id(), VenueSplit.reading(venue)));
    }

    private static RecordEmitter<Inbox.Item, Arrival, Progress> emitter(Counter errors) {
        return (item, output, progress) -> {
            Arrival arrival = item.arrival();
            if (item.isMinute()) {
                output.emitWatermark(new Watermark(arrival.watermark() - 1));
            } else if (arrival.evidence() != null) {
                output.collect(arrival, arrival.evidence().time().toEpochMilli());
            } else if (arrival.observation() == null) {
                errors.inc();
                output.collect(arrival, arrival.quarantined().time().toEpochMilli());
            } else {
                output.collect(arrival, arrival.observation().time().toEpochMilli());
                progress.handOn(arrival.observation());
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
        return new Progress(split, readings.get(split.venue()));
    }

    @Override
    protected VenueSplit toSplitType(String splitId, Progress progress) {
        return new VenueSplit(progress.venue, progress.resumeFrom, progress.reading, Map.copyOf(progress.last));
    }
}
