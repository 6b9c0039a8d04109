package io.openinterest.transport;

import io.openinterest.adapters.Adapters;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.valuation.LastFigures;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Feed;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one venue: its polls, subscriptions and history. Starting and ending never block; what the venue says goes to the
 * {@link Output}.
 */
public final class VenueRunner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(VenueRunner.class);
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** Far longer than one answer is read, and shorter than Flink waits for a source to close. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Polls without a live observation that make an outage, whose past is read. */
    private static final int OUTAGE_POLLS = 3;

    private final VenueContext context;
    private final Instant resumeFrom;
    private final Output output;
    private final Outflow outflow;
    private final Map<String, PollRunner> polls = new LinkedHashMap<>();
    private final Map<String, StreamRunner> streams = new LinkedHashMap<>();
    private BackfillRunner history;
    private Instant owed;
    private boolean isClockDoubted;
    private boolean isRestored;

    /** Takes arrivals. Called on the venue's thread; must not block. */
    public interface Output {
        /**
         * Takes one arrival.
         *
         * @param resumeFrom from when the past is to be read by a job that restarts after this; null for none of it
         */
        void arrived(Arrival arrival, Instant resumeFrom);

        /** Takes an error after which this process is not to be trusted with the venue; it is logged already. */
        default void failed(Error error) {}

        /** True while nothing more is wanted: polls are skipped. */
        boolean isPaused();
    }

    /**
     * A runner of one venue, which is not started yet.
     *
     * @param resumeFrom from when the past is to be read; null at the first start
     */
    public VenueRunner(VenueSettings settings, Instant resumeFrom, Output output, VenueStats stats, Http http) {
        this(settings, resumeFrom, output, stats, http, ReceiptClock.SYSTEM, VenueThread.executor(settings.id()));
    }

    VenueRunner(
            VenueSettings settings,
            Instant resumeFrom,
            Output output,
            VenueStats stats,
            Network network,
            ReceiptClock clock,
            ScheduledExecutorService executor) {
        Venue venue = Adapters.create(settings);
        Duration pollInterval = settings.pollInterval() != null ? settings.pollInterval() : venue.pollInterval();
        stats.countsFor(settings.maxAge(venue));
        this.resumeFrom = resumeFrom;
        this.output = output;
        this.owed = venue.history() == null ? null : resumeFrom;
        this.outflow = new Outflow(
                settings.common().lateness(),
                clock,
                stats,
                output,
                pollInterval.multipliedBy(OUTAGE_POLLS),
                this::outage);
        this.context = new VenueContext(
                settings,
                venue,
                new VenueReader(venue, settings, outflow),
                new VenueThread(settings.id(), executor, this::unexpected),
                clock,
                network,
                stats,
                VenueContext.quotas(venue, settings, clock),
                new Budget(VenueContext.BUDGET_BYTES));
    }

    /** Names of the limits a venue is metered by; two venues that share one are to be read by one reader. */
    public static Set<String> limits(VenueSettings settings) {
        return Adapters.create(settings).limits().stream()
                .map(limit -> Quota.key(limit, settings.restUrl()))
                .collect(Collectors.toSet());
    }

    /** Goes on from the figures of each market that were handed on last before a restart; to be called before the start. */
    public void resume(Map<String, LastFigures> last) {
        isRestored = true;
        context.reader().resume(last);
    }

    /** Starts everything, asynchronously. */
    public void start() {
        context.thread().run(() -> {
            Openings openings = new Openings(context.clock());
            for (Feed feed : context.venue().feeds()) {
                if (feed instanceof Feed.Poll poll) {
                    polls.put(poll.name(), new PollRunner(context, this, poll));
                } else if (feed instanceof Feed.Subscription subscription) {
                    streams.put(subscription.name(), new StreamRunner(context, openings, subscription));
                }
            }
            if (owed != null) {
                outflow.owe(owed);
                outflow.hold();
            }
            SourceSettings common = context.settings().common();
            context.thread().later(wait(common), this::stopWaiting);
            context.thread().every(SECOND, this::second);
            polls.values().forEach(PollRunner::start);
            if (knowsInstruments()) {
                listed();
            }
        });
    }

    /** How long event time waits. A venue that never answered has no history to wait for, and delays a restart no longer. */
    private Duration wait(SourceSettings common) {
        Duration start = common.startWait();
        Duration history = common.historyWait();
        if (resumeFrom != null) {
            return history;
        }
        return isRestored && history.compareTo(start) < 0 ? history : start;
    }

    /** Ends everything, asynchronously. */
    public void end() {
        context.thread().run(() -> {
            try {
                streams.values().forEach(StreamRunner::close);
            } finally {
                context.thread().close();
            }
        });
    }

    /**
     * Ends everything and waits for it: the class loader of a job is closed once its sources are, and a thread that then
     * meets a class for the first time can't even end itself.
     */
    @Override
    public void close() {
        end();
        try {
            if (!context.thread().awaitEnd(PATIENCE)) {
                LOG.warn("{}: still busy {} after its end", context.id(), PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- for the feeds, on the venue's thread ---------------------------------------------------------------------

    boolean isPaused() {
        return output.isPaused();
    }

    PollRunner poll(String name) {
        return polls.get(name);
    }

    /** True once every instrument list has been read, be it in part. */
    boolean knowsInstruments() {
        return polls.values().stream().filter(PollRunner::isInstrumentList).allMatch(PollRunner::hasListed);
    }

    /** An instrument list was read. */
    void listed() {
        context.stats().listed(context.reader().instruments().size());
        if (!knowsInstruments()) {
            return;
        }
        streams.values().forEach(StreamRunner::update);
        readWhatIsOwed();
    }

    /** Gives every feed that is due the chance to start, those first that others go after. */
    void wakeAll() {
        polls.values().stream().filter(poll -> !poll.goesAfter()).forEach(PollRunner::wake);
        polls.values().stream().filter(PollRunner::goesAfter).forEach(PollRunner::wake);
    }

    // ---- the past -------------------------------------------------------------------------------------------------

    private void outage(Instant since) {
        if (context.venue().history() == null || !knowsInstruments()) {
            return;
        }
        outflow.owe(since);
        if (history == null) {
            // the present goes on at once and the past follows
            context.thread().run(() -> readHistory(since));
        } else if (owed == null) {
            owed = since;
        }
    }

    /** Asks for the past since then, where it holds at least one row. */
    private void readHistory(Instant from) {
        if (history != null) {
            return;
        }
        long step = context.venue().history().granularity().toMillis();
        Instant to = context.clock().now();
        if (Math.floorDiv(to.toEpochMilli(), step) == Math.floorDiv(from.toEpochMilli(), step)) {
            historyRead();
            return;
        }
        LOG.info("{}: reading the history from {} to {}", context.id(), from, to);
        context.stats().owes(from);
        history = new BackfillRunner(context, from, to, this::historyRead);
        history.start();
    }

    private void historyRead() {
        if (history != null) {
            LOG.info("{}: the history is read", context.id());
        }
        history = null;
        context.stats().owes(null);
        outflow.paid();
        outflow.release();
        readWhatIsOwed();
    }

    /** A gap that was found while there was no way to read it. */
    private void readWhatIsOwed() {
        if (owed != null) {
            Instant from = owed;
            owed = null;
            outflow.owe(from);
            readHistory(from);
        }
    }

    private void stopWaiting() {
        outflow.release();
        if (outflow.begin()) {
            tell(Reason.VENUE_ERROR, "the venue has not answered since the start");
        }
    }

    // ---- housekeeping ---------------------------------------------------------------------------------------------

    private void second() {
        checkClock();
        context.reader().expire(context.clock().now());
        streams.values().forEach(StreamRunner::check);
        context.stats()
                .connected(streams.values().stream()
                        .mapToInt(StreamRunner::connections)
                        .sum());
        outflow.check();
        context.quotas().values().stream()
                .mapToDouble(quota -> quota.used(context.millis()))
                .max()
                .ifPresent(context.stats()::used);
        // another venue of the exchange may have been told to pause
        context.quotas().values().stream()
                .mapToLong(quota -> quota.pausedFor(context.millis()))
                .filter(pause -> pause > 0)
                .forEach(pause ->
                        context.stats().pausedUntil(context.clock().now().plusMillis(pause)));
    }

    private void checkClock() {
        context.clock().now();
        Duration difference = context.clock().difference();
        boolean isOff = difference.abs().compareTo(context.settings().common().lateness()) > 0;
        if (isOff != isClockDoubted) {
            isClockDoubted = isOff;
            if (isOff) {
                LOG.warn(
                        "{}: the clock of this host has moved by {}; times of receipt follow it slowly",
                        context.id(),
                        difference);
            } else {
                LOG.info("{}: times of receipt agree with the clock of this host again", context.id());
            }
        }
    }

    private void unexpected(Throwable error) {
        if (error instanceof Error fatal) {
            output.failed(fatal);
        }
        tell(Reason.SCHEMA, "unexpected error: " + error);
    }

    private void tell(Reason reason, String detail) {
        outflow.quarantined(new Quarantined(context.clock().now(), context.id(), null, null, reason, detail, null));
    }
}
