package io.openinterest.transport;

import io.openinterest.adapters.Adapters;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one venue on one thread: its polls, subscriptions and history. Starting and closing never block; what the venue
 * says goes to the {@link Output}.
 *
 * <p>Until the venue has answered, or the wait for it is over, arrivals carry the watermark {@link Long#MIN_VALUE}:
 * event time is not known yet. After a restart live observations are held back, newest per market, until the history
 * of the gap is in or the wait for it is over.
 */
public final class VenueRunner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(VenueRunner.class);
    private static final Duration STREAM_DISTANCE = Duration.ofSeconds(1);

    private final VenueSettings settings;
    private final Venue venue;
    private final Instant resumeFrom;
    private final Output output;
    private final VenueStats stats;
    private final VenueReader observations;
    private final Http http;
    private final String restUrl;
    private final String wsUrl;
    private final Duration pollInterval;
    private final Map<String, Quota> quotas = new LinkedHashMap<>();
    private final ScheduledThreadPoolExecutor thread;

    private final Map<String, PollRunner> polls = new LinkedHashMap<>();
    private final Map<String, StreamRunner> streams = new LinkedHashMap<>();
    private BackfillRunner history;

    /** Newest live observation of each market while the history of a gap is read; null when nothing is held. */
    private Map<String, Observation> held;

    private final Map<String, StreamState> streamed = new HashMap<>();
    private boolean open;
    private Instant lastLive;

    /** Start of the gap of a restart while its history is not asked for; null when there is none. */
    private Instant owed;

    /** Where arrivals go. Called on the venue's thread; must not block. */
    public interface Output {
        /** One more. */
        void arrived(Arrival arrival);

        /** True while nothing more is wanted: polls are skipped. */
        boolean isPaused();
    }

    private static final class StreamState {
        long emittedAt;
        Observation pending;
    }

    /**
     * For one venue.
     *
     * @param resumeFrom as-of of the last observation before a restart; null at the first start
     */
    public VenueRunner(VenueSettings settings, Instant resumeFrom, Output output, VenueStats stats, Http http) {
        this.settings = settings;
        this.venue = Adapters.create(settings);
        this.resumeFrom = resumeFrom;
        this.output = output;
        this.stats = stats;
        this.http = http;
        this.restUrl = settings.restUrl() != null ? settings.restUrl() : venue.restUrl();
        this.wsUrl = settings.wsUrl() != null ? settings.wsUrl() : venue.wsUrl();
        this.pollInterval = settings.pollInterval() != null ? settings.pollInterval() : venue.pollInterval();
        this.owed = venue.history() == null ? null : resumeFrom;
        this.observations = new VenueReader(venue, settings, new VenueReader.Sink() {
            @Override
            public void observed(Observation observation, Origin origin) {
                take(observation, origin);
            }

            @Override
            public void quarantined(Quarantined quarantined) {
                reject(quarantined);
            }
        });
        for (RateLimit limit : venue.limits()) {
            quotas.put(limit.scope(), Quota.shared(limit, settings.restUrl(), System.currentTimeMillis()));
        }
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread created = new Thread(task, "venue " + settings.id());
            created.setDaemon(true);
            return created;
        });
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Starts everything, asynchronously. */
    public void start() {
        run(() -> {
            for (Feed feed : venue.feeds()) {
                if (feed instanceof Feed.Poll poll) {
                    polls.put(poll.name(), new PollRunner(this, poll));
                } else if (feed instanceof Feed.Subscription subscription) {
                    streams.put(subscription.name(), new StreamRunner(this, subscription));
                }
            }
            if (owed != null) {
                held = new HashMap<>();
            }
            Duration wait = resumeFrom == null ? common().startWait() : common().historyWait();
            later(wait, this::stopWaiting);
            polls.values().forEach(PollRunner::start);
            if (knowsInstruments()) {
                listed();
            }
            every(STREAM_DISTANCE, this::second);
        });
    }

    @Override
    public void close() {
        run(() -> {
            streams.values().forEach(StreamRunner::close);
            thread.shutdown();
        });
    }

    // ---- for the feed runners, on the venue's thread --------------------------------------------------------------

    Venue venue() {
        return venue;
    }

    VenueReader observations() {
        return observations;
    }

    VenueStats stats() {
        return stats;
    }

    Http http() {
        return http;
    }

    String restUrl() {
        return restUrl;
    }

    String wsUrl() {
        return wsUrl;
    }

    Duration pollInterval() {
        return pollInterval;
    }

    String id() {
        return settings.id();
    }

    boolean isPaused() {
        return output.isPaused();
    }

    Backoff backoff() {
        return new Backoff(ThreadLocalRandom.current());
    }

    Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    /** What the venue says of an answer; null when it is good. */
    Fault judge(Reply reply) {
        try {
            return venue.fault(reply);
        } catch (RuntimeException e) {
            return new Fault(Fault.Kind.RETRY, Reason.SCHEMA, "fault", "the answer could not be judged: " + e, null);
        }
    }

    /** The budget a request counts against; null where no limit is known. */
    Quota quota(Request request) {
        return request.limit() != null
                ? quotas.get(request.limit())
                : quotas.values().stream().findFirst().orElse(null);
    }

    PollRunner poll(String name) {
        return polls.get(name);
    }

    StreamRunner stream(String name) {
        return streams.get(name);
    }

    /** True once every instrument list has been read, be it in part. */
    boolean knowsInstruments() {
        return polls.values().stream().filter(PollRunner::isInstrumentList).allMatch(PollRunner::hasListed);
    }

    /** The instrument list was read. */
    void listed() {
        stats.listed(observations.instruments().size());
        if (!knowsInstruments()) {
            return;
        }
        streams.values().forEach(StreamRunner::update);
        if (owed != null) {
            Instant from = owed;
            owed = null;
            readHistory(from);
        }
    }

    /** Gives every feed that is due the chance to start. */
    void wakeAll() {
        polls.values().forEach(PollRunner::wake);
    }

    /** Runs on the venue's thread; after closing, never. An error is logged and ends only this task. */
    void run(Runnable task) {
        try {
            thread.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.trace("{} is closed", id());
        }
    }

    void later(Duration delay, Runnable task) {
        try {
            thread.schedule(guarded(task), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.trace("{} is closed", id());
        }
    }

    private void every(Duration distance, Runnable task) {
        thread.scheduleWithFixedDelay(guarded(task), distance.toMillis(), distance.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("{}: unexpected error", id(), e);
                reject(new Quarantined(now(), id(), null, null, Reason.SCHEMA, "unexpected error: " + e, null));
            }
        };
    }

    // ---- what comes out -------------------------------------------------------------------------------------------

    private void take(Observation observation, Origin origin) {
        if (observation.delisted()) {
            // nothing of the stream may follow it
            streamed.remove(observation.market());
        }
        switch (origin) {
            case HISTORY -> emit(observation);
            case WEBSOCKET -> thin(observation);
            default -> live(observation);
        }
    }

    /** A streamed market goes out at most once a second, the newest value. */
    private void thin(Observation observation) {
        StreamState state = streamed.computeIfAbsent(observation.market(), market -> new StreamState());
        long at = observation.databaseTime().toEpochMilli();
        if (at - state.emittedAt >= STREAM_DISTANCE.toMillis()) {
            state.emittedAt = at;
            state.pending = null;
            live(observation);
        } else {
            state.pending = observation;
        }
    }

    private void second() {
        Instant now = now();
        observations.expire(now);
        streams.values().forEach(StreamRunner::check);
        for (StreamState state : streamed.values()) {
            if (state.pending != null && now.toEpochMilli() - state.emittedAt >= STREAM_DISTANCE.toMillis()) {
                Observation pending = state.pending;
                state.pending = null;
                state.emittedAt = now.toEpochMilli();
                live(pending);
            }
        }
        quotas.values().stream().findFirst().ifPresent(quota -> stats.used(quota.used(now.toEpochMilli())));
    }

    private void live(Observation observation) {
        stats.observed(observation.databaseTime().toEpochMilli());
        if (held != null) {
            held.put(observation.market(), observation);
            return;
        }
        Instant before = lastLive;
        lastLive = observation.databaseTime();
        open = true;
        emit(observation);
        if (before != null && isOutage(before, lastLive)) {
            readHistory(before);
        }
    }

    private boolean isOutage(Instant before, Instant now) {
        return venue.history() != null
                && history == null
                && knowsInstruments()
                && Duration.between(before, now).compareTo(pollInterval.multipliedBy(3)) > 0;
    }

    /** Asks for the past since then, where it holds at least one row. */
    private void readHistory(Instant from) {
        long step = venue.history().granularity().toMillis();
        Instant to = now();
        if (Math.floorDiv(to.toEpochMilli(), step) == Math.floorDiv(from.toEpochMilli(), step)) {
            release();
            return;
        }
        LOG.info("{}: reading the history from {} to {}", id(), from, to);
        history = new BackfillRunner(this, from, to, () -> {
            history = null;
            release();
        });
        history.start();
    }

    /** Lets go of what was held while the history was read. */
    private void release() {
        if (held == null) {
            return;
        }
        Map<String, Observation> waiting = held;
        held = null;
        lastLive = now();
        waiting.values().forEach(this::live);
    }

    private void stopWaiting() {
        release();
        if (!open) {
            open = true;
            reject(new Quarantined(
                    now(), id(), null, null, Reason.VENUE_ERROR, "the venue has not answered since the start", null));
        }
    }

    private void emit(Observation observation) {
        output.arrived(Arrival.of(observation, watermark(observation.databaseTime())));
    }

    private void reject(Quarantined quarantined) {
        stats.sentToQuarantine();
        output.arrived(Arrival.of(quarantined, watermark(quarantined.time())));
    }

    private long watermark(Instant received) {
        return open ? received.minus(common().lateness()).toEpochMilli() : Long.MIN_VALUE;
    }

    private SourceSettings common() {
        return settings.common();
    }
}
