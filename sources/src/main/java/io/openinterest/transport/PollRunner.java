package io.openinterest.transport;

import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.valuation.Listing;
import io.openinterest.valuation.Trust;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Feed.Poll.Kind;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one poll on its grid. A sweep is all its questions; many are spread over a part of the interval and end before the
 * full minute, so that what they bring is young at the boundary. A tick that finds a sweep still running is skipped.
 * Everything happens on the venue's thread.
 */
final class PollRunner {

    private static final Logger LOG = LoggerFactory.getLogger(PollRunner.class);

    /** Sweeps end this long before the full minute at the latest, each venue a little earlier or later. */
    private static final long MIN_LEAD_MILLIS = 4_000;

    private static final int LEAD_SPREAD_MILLIS = 8_000;
    private static final int PACED_FROM_REQUESTS = 20;
    private static final double SWEEP_SHARE = 0.4;
    private static final int TRIES = 2;

    /** Longer than any answer may take. */
    private static final Duration STUCK = Duration.ofMinutes(1);

    /** Prices another poll asked for so short a while ago are not asked for again. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    private final VenueContext context;
    private final VenueRunner runner;
    private final Feed.Poll feed;
    private final long every;
    private final long lead;
    private final Backoff backoff;

    private Sweep sweep;
    private boolean due;
    private boolean hasTried;
    private boolean hasListed;
    private boolean isIdle;
    private long quietUntil;
    private long beganAt;
    private long orderedAt = Long.MIN_VALUE;
    private long lasts;
    private Request place;
    /** What was denied and not answered since: a sweep that began with it might get no further. */
    private final Set<Request> denied = new HashSet<>();

    /** The results of a sweep so far. */
    private final class Sweeping implements Sweep.Handler {

        private final List<Sweep.Line> lines;
        private final Listing listing = new Listing();
        private int reported;
        private boolean isReadable = true;
        private String last = feed.name();

        Sweeping(List<Sweep.Line> lines) {
            this.lines = lines;
        }

        @Override
        public List<Request> read(Sweep.Line line, Request request, Reply reply) {
            last = request.toString();
            denied.remove(request);
            VenueReader.Outcome outcome = context.reader()
                    .read(
                            feed.name(),
                            Origin.REST,
                            request.toString(),
                            reply,
                            out -> feed.parser().accept(reply, out));
            reported += outcome.reported();
            isReadable &= outcome.readable();
            listing.read(request, outcome);
            return outcome.asked();
        }

        @Override
        public void failed(Request request, Fault fault, String raw, boolean isLeftOut) {
            last = request.toString();
            context.failed(last, fault, raw);
            if (fault.kind() == Fault.Kind.DENIED) {
                denied.add(request);
            }
            if (isLeftOut) {
                listing.missing(request);
            }
            try {
                feed.failed().accept(request, fault);
            } catch (RuntimeException e) {
                context.failed(last, unexpected("failed", "the fault could not be taken: " + e), null);
            }
            if (!hasTried) {
                // those that go after this one do not wait until the venue is well
                hasTried = true;
                runner.wakeAll();
            }
        }

        @Override
        public void ended() {
            end(this);
        }
    }

    PollRunner(VenueContext context, VenueRunner runner, Feed.Poll feed) {
        this.context = context;
        this.runner = runner;
        this.feed = feed;
        this.every = (feed.every() != null ? feed.every() : context.pollInterval()).toMillis();
        this.lead = MIN_LEAD_MILLIS + Math.floorMod(context.id().hashCode(), LEAD_SPREAD_MILLIS);
        this.backoff = context.backoff();
    }

    /** The first sweep starts at once, the next on the grid. */
    void start() {
        schedule(0);
        due = true;
        wake();
    }

    boolean isInstrumentList() {
        return feed.kind() == Kind.INSTRUMENTS;
    }

    boolean hasListed() {
        return hasListed;
    }

    boolean goesAfter() {
        return feed.after() != null;
    }

    /** Starts a sweep that is due, if nothing it waits for is missing. */
    void wake() {
        if (!due || sweep != null || runner.isPaused() || context.millis() < quietUntil) {
            return;
        }
        if (feed.kind() == Kind.DATA && !runner.knowsInstruments()) {
            return;
        }
        PollRunner first = feed.after() == null ? null : runner.poll(feed.after());
        if (first != null && first.isAwaited()) {
            return;
        }
        due = false;
        begin();
    }

    /** True while those that go after this one wait: for one try, not for success. */
    private boolean isAwaited() {
        if (isIdle) {
            return false;
        }
        return sweep != null ? !sweep.isPaused() : !hasTried || due && context.millis() >= quietUntil;
    }

    /** The next tick on the grid; as the length of sweeps moves it a little, it may be at hand again. */
    private void schedule(long leastDistance) {
        long now = context.clock().now().toEpochMilli();
        long phase = every - Math.min(every * 3 / 4, lead + lasts);
        long distance = every - Math.floorMod(now - phase, every);
        context.thread().later(Duration.ofMillis(distance < leastDistance ? distance + every : distance), this::tick);
    }

    private void tick() {
        // first of all, so that nothing that happens below ends the poll
        schedule(every / 2);
        long now = context.millis();
        if (sweep != null && (sweep.isPaused() && now - beganAt > 2 * every || sweep.isStuck(STUCK))) {
            // the questions of then are no longer those of now: begin again at the same place
            place = sweep.next();
            quietUntil = sweep.pausedUntil();
            sweep.abandon();
            sweep = null;
            context.thread().later(Duration.ofMillis(Math.max(0, quietUntil - now) + 1), this::wake);
        }
        due |= sweep == null && (orderedAt == Long.MIN_VALUE || now - orderedAt > every / 2);
        PollRunner first = feed.after() == null ? null : runner.poll(feed.after());
        if (first != null && due) {
            first.order();
        }
        wake();
    }

    /** A sweep now, unless there has just been one, so that what goes after it has its prices of now. */
    private void order() {
        if (sweep == null && context.millis() - beganAt >= FRESH.toMillis()) {
            orderedAt = context.millis();
            due = true;
            wake();
        }
    }

    private void begin() {
        List<Request> requests;
        try {
            requests = feed.plan()
                    .requests(context.reader().instruments(), context.clock().now());
        } catch (RuntimeException e) {
            context.failed(feed.name(), unexpected("plan", "no request could be made: " + e), null);
            retryLater(backoff.next());
            return;
        }
        isIdle = requests.isEmpty();
        if (isIdle) {
            // what needs markets is asked when there are some
            due = !runner.knowsInstruments();
            hasTried |= !due;
            if (!due) {
                runner.wakeAll();
            }
            return;
        }
        beganAt = context.millis();
        // nothing is read before the lists are
        boolean isPaced = requests.size() >= PACED_FROM_REQUESTS && (!isInstrumentList() || hasListed);
        Duration gap = Duration.ofMillis(isPaced ? (long) (every * SWEEP_SHARE / requests.size()) : 0);
        Sweeping sweeping = new Sweeping(lines(requests));
        sweep = new Sweep(
                context,
                feed.name(),
                new Sweep.Way(gap, TRIES, feed.largest(), false),
                backoff,
                sweeping.lines,
                sweeping);
        sweep.start();
    }

    /** Each question is a line; the sweep goes on where the last one stood that had to be left, and denials go last. */
    private List<Sweep.Line> lines(List<Request> requests) {
        List<Request> ordered = new ArrayList<>(requests);
        if (place != null) {
            Collections.rotate(ordered, -Math.max(0, ordered.indexOf(place)));
            place = null;
        }
        denied.retainAll(requests);
        ordered.sort(Comparator.comparing(denied::contains));
        return ordered.stream()
                .map(request -> new Sweep.Line(List.of(request), denied.contains(request) ? TRIES - 1 : 0))
                .toList();
    }

    private void end(Sweeping ended) {
        sweep = null;
        hasTried = true;
        long lasted = context.millis() - beganAt;
        lasts = ended.lines.size() < PACED_FROM_REQUESTS ? 0 : Math.min(lasted, every / 2);
        boolean isGood = ended.lines.stream().noneMatch(Sweep.Line::isGivenUp) && ended.isReadable;
        if (feed.kind() == Kind.INSTRUMENTS) {
            isGood &= takeList(ended);
        } else if (feed.kind() == Kind.DATA && ended.reported == 0) {
            boolean isRefused = ended.lines.stream().noneMatch(Sweep.Line::isComplete);
            if (!isRefused) {
                context.failed(
                        ended.last,
                        new Fault(
                                Fault.Kind.RETRY,
                                Reason.IMPLAUSIBLE_LIST,
                                "empty",
                                "the open interest list is empty",
                                null),
                        null);
            }
            isGood = false;
        } else if (feed.kind() == Kind.DATA) {
            // those without an answer after a second try wait for the next sweep
            isGood = true;
        }
        if (isGood) {
            backoff.reset();
            runner.wakeAll();
        } else {
            retryLater(backoff.next());
        }
    }

    /**
     * A list with holes is better than none: the venue begins. A product line that is refused costs that line only, and is
     * asked for again when the list is due; what else is missing is asked for soon.
     */
    private boolean takeList(Sweeping ended) {
        Trust trust = context.reader()
                .refresh(ended.listing, true, ended.last, context.clock().now());
        hasListed |= trust != Trust.NONE && context.reader().instruments().size() > 0;
        runner.listed();
        return trust == Trust.ALL || trust == Trust.PART && ended.lines.stream().anyMatch(Sweep.Line::isRefused);
    }

    /** Tries again after the pause, before the next tick or instead of it. */
    private void retryLater(Duration pause) {
        LOG.info("{} {}: asks again in {}", context.id(), feed.name(), pause);
        quietUntil = context.millis() + pause.toMillis();
        hasTried = true;
        due = true;
        context.stats().pausedUntil(context.clock().now().plus(pause));
        context.thread().later(pause.plusMillis(1), this::wake);
        // those that go after this one must not wait for a feed that backs off
        runner.wakeAll();
    }

    private static Fault unexpected(String code, String detail) {
        return new Fault(Fault.Kind.RETRY, Reason.SCHEMA, code, detail, null);
    }
}
