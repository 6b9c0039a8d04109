package io.openinterest.source.live;

import io.openinterest.observation.Arrival;
import io.openinterest.transport.Http;
import io.openinterest.transport.VenueRunner;
import io.openinterest.transport.VenueStats;
import io.openinterest.venue.VenueSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;

/**
 * Starts the venues it is given and drains the inbox they fill. Runs on the fetcher thread, which waits on the inbox
 * only; the network has threads of its own.
 */
final class VenueSplitReader implements SplitReader<Inbox.Item, VenueSplit> {

    private final Map<String, VenueSettings> settings;
    private final Inbox inbox;
    private final SourceReaderMetricGroup metrics;
    private final Http http = new Http();
    private final List<VenueRunner> runners = new ArrayList<>();

    VenueSplitReader(List<VenueSettings> venues, Inbox inbox, SourceReaderMetricGroup metrics) {
        this.settings = venues.stream().collect(Collectors.toMap(VenueSettings::id, Function.identity()));
        this.inbox = inbox;
        this.metrics = metrics;
    }

    @Override
    public RecordsWithSplitIds<Inbox.Item> fetch() {
        RecordsBySplits.Builder<Inbox.Item> records = new RecordsBySplits.Builder<>();
        try {
            inbox.take().forEach(records::addAll);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return records.build();
    }

    /** Starts sockets and timers, which come back later. */
    @Override
    public void handleSplitsChanges(SplitsChange<VenueSplit> change) {
        for (VenueSplit split : change.splits()) {
            VenueSettings venue = settings.get(split.venue());
            VenueStats stats = VenueMetrics.register(metrics, split.venue(), inbox);
            VenueRunner runner = new VenueRunner(venue, split.resumeFrom(), new ToInbox(split.venue()), stats, http);
            if (split.reading() != null) {
                runner.resume(split.lastReadAs(VenueSplit.reading(venue)));
            }
            runners.add(runner);
            runner.start();
        }
    }

    @Override
    public void wakeUp() {
        inbox.wakeUp();
    }

    /** A paused venue polls no more, and its streams go on to replace what waits. */
    @Override
    public void pauseOrResumeSplits(Collection<VenueSplit> toPause, Collection<VenueSplit> toResume) {
        inbox.pause(toPause.stream().map(VenueSplit::venue).toList());
        inbox.resume(toResume.stream().map(VenueSplit::venue).toList());
    }

    @Override
    public void close() {
        // all begin to end before the first is waited for
        runners.forEach(VenueRunner::end);
        http.close();
        runners.forEach(VenueRunner::close);
    }

    private final class ToInbox implements VenueRunner.Output {

        private final String venue;

        ToInbox(String venue) {
            this.venue = venue;
        }

        @Override
        public void arrived(Arrival arrival, Instant resumeFrom) {
            inbox.put(venue, new Inbox.Item(arrival, resumeFrom));
        }

        @Override
        public void failed(Error error) {
            inbox.fail(error);
        }

        @Override
        public boolean isPaused() {
            return inbox.isFull(venue);
        }
    }
}
