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
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Runs one poll on its grid. A sweep is all its requests and the pages they lead to; a tick that finds a sweep still
 * running is skipped. Everything happens on the venue's thread.
 */
final class PollRunner {

    /** Sweeps land this long before the full minute at the latest, each venue a little earlier or later. */
    private static final long MIN_LEAD_MILLIS = 4_000;

    private static final int LEAD_SPREAD_MILLIS = 8_000;
    private static final int PACED_FROM_REQUESTS = 20;
    private static final double SWEEP_SHARE = 0.6;
    private static final int IN_FLIGHT = 8;
    private static final int MAX_REQUESTS = 20_000;
    private static final int MAX_FAULTS_IN_A_ROW = 3;

    private final VenueRunner runner;
    private final Feed.Poll feed;
    private final long every;
    private final long phase;
    private final Backoff backoff;

    private Sweep sweep;
    private boolean due;
    private boolean succeeded;
    private boolean listed;
    private long quietUntil;

    private final class Sweep {
        final Deque<Request> open = new ArrayDeque<>();
        final Set<String> asked = new HashSet<>();
        final Listing listing = new Listing();
        final long gap;
        int inFlight;
        int reported;
        int faultsInARow;
        final Set<String> repeated = new HashSet<>();
        boolean complete = true;
        boolean aborted;
        boolean waiting;
        Duration pause;
        String last = feed.name();

        Sweep(List<Request> requests) {
            requests.forEach(this::add);
            gap = requests.size() < PACED_FROM_REQUESTS ? 0 : (long) (every * SWEEP_SHARE / requests.size());
        }

        /** A question is asked once in a sweep, so a cursor that leads back ends the pages. */
        void add(Request request) {
            if (asked.size() < MAX_REQUESTS && asked.add(request + " " + request.body())) {
                open.add(request);
            }
        }
    }

    PollRunner(VenueRunner runner, Feed.Poll feed) {
        this.runner = runner;
        this.feed = feed;
        this.every = (feed.every() != null ? feed.every() : runner.pollInterval()).toMillis();
        long lead = MIN_LEAD_MILLIS + Math.floorMod(runner.id().hashCode(), LEAD_SPREAD_MILLIS);
        this.phase = every - Math.min(every / 2, lead);
        this.backoff = runner.backoff();
    }

    /** The first sweep starts at once, the next on the grid. */
    void start() {
        due = true;
        wake();
        schedule();
    }

    boolean isInstrumentList() {
        return feed.kind() == Kind.INSTRUMENTS;
    }

    boolean hasListed() {
        return listed;
    }

    /** Starts a sweep that is due, if nothing it waits for is missing. */
    void wake() {
        if (!due || sweep != null || runner.isPaused() || now() < quietUntil) {
            return;
        }
        if (feed.kind() == Kind.DATA && !runner.knowsInstruments()) {
            return;
        }
        if (feed.after() != null) {
            PollRunner first = runner.poll(feed.after());
            if (first != null && (!first.succeeded || first.isBusy())) {
                return;
            }
        }
        due = false;
        if (feed.unless() != null && !runner.stream(feed.unless()).isSilent(feed.silence())) {
            return;
        }
        begin();
    }

    private boolean isBusy() {
        return sweep != null || due && now() >= quietUntil;
    }

    private void schedule() {
        long now = now();
        long next = Math.floorDiv(now - phase, every) * every + phase + every;
        runner.later(Duration.ofMillis(next - now), () -> {
            due = true;
            // a feed that goes after another is woken by it, when both are due
            wake();
            schedule();
        });
    }

    private void begin() {
        List<Request> requests;
        try {
            requests = feed.plan().requests(runner.observations().instruments(), Instant.ofEpochMilli(now()));
        } catch (RuntimeException e) {
            Fault fault = new Fault(Fault.Kind.RETRY, Reason.SCHEMA, "plan", "no request could be made: " + e, null);
            runner.observations().failed(feed.name(), fault, null, runner.now());
            retryLater(backoff.next());
            return;
        }
        if (requests.isEmpty()) {
            succeed();
            return;
        }
        sweep = new Sweep(requests);
        pump();
    }

    /** Asks as much as the pace, the limit and the open answers allow. */
    private void pump() {
        Sweep current = sweep;
        if (current == null || current.waiting) {
            return;
        }
        while (!current.aborted && !current.open.isEmpty() && current.inFlight < IN_FLIGHT) {
            Request request = current.open.peek();
            Quota quota = runner.quota(request);
            long wait = quota == null ? 0 : quota.take(request.weight(), now());
            if (wait > 0) {
                pumpIn(current, wait);
                return;
            }
            current.open.poll();
            ask(current, request);
            if (current.gap > 0 && !current.open.isEmpty()) {
                pumpIn(current, current.gap);
                return;
            }
        }
        if (current.inFlight == 0 && (current.aborted || current.open.isEmpty())) {
            end(current);
        }
    }

    private void pumpIn(Sweep current, long millis) {
        current.waiting = true;
        runner.later(Duration.ofMillis(millis), () -> {
            current.waiting = false;
            if (current == sweep) {
                pump();
            }
        });
    }

    private void ask(Sweep current, Request request) {
        current.inFlight++;
        current.last = request.toString();
        long start = now();
        runner.http().ask(runner.restUrl(), request, new Http.Answered() {
            @Override
            public void reply(Reply reply) {
                runner.run(() -> answered(current, request, reply, start));
            }

            @Override
            public void failed(IOException error) {
                runner.run(() -> unanswered(current, request, error, start));
            }
        });
    }

    private void answered(Sweep current, Request request, Reply reply, long start) {
        current.inFlight--;
        try {
            read(current, request, reply, start);
        } finally {
            pump();
        }
    }

    private void read(Sweep current, Request request, Reply reply, long start) {
        Quota quota = runner.quota(request);
        if (quota != null) {
            quota.correct(reply, now());
        }
        Fault fault = runner.judge(reply);
        runner.stats().polled(now() - start, fault == null);
        if (fault != null) {
            fault(current, request, fault, reply.text());
        } else {
            VenueReader.Outcome outcome = runner.observations()
                    .read(
                            feed.name(),
                            Origin.REST,
                            request.toString(),
                            reply,
                            out -> feed.parser().accept(reply, out));
            current.faultsInARow = 0;
            current.reported += outcome.reported();
            current.complete &= outcome.readable();
            current.listing.read(request, outcome);
            outcome.asked().forEach(current::add);
        }
    }

    private void unanswered(Sweep current, Request request, IOException error, long start) {
        current.inFlight--;
        runner.stats().polled(now() - start, false);
        // the class and not the message, which may hold the address with its secret
        String what = "no complete answer: " + error.getClass().getSimpleName();
        fault(current, request, new Fault(Fault.Kind.RETRY, Reason.HTTP_STATUS, "none", what, null), null);
        pump();
    }

    private void fault(Sweep current, Request request, Fault fault, String raw) {
        runner.observations().failed(request.toString(), fault, raw, runner.now());
        tellVenue(request, fault);
        switch (fault.kind()) {
            case REFUSED -> leaveOut(current, request);
            case RETRY -> {
                current.faultsInARow++;
                current.aborted |= current.faultsInARow >= MAX_FAULTS_IN_A_ROW || current.asked.size() == 1;
                current.pause = longer(current.pause, fault.pause());
                if (current.repeated.add(request + " " + request.body())) {
                    current.open.add(request);
                } else {
                    leaveOut(current, request);
                }
            }
            case LIMITED -> {
                current.aborted = true;
                current.pause = longer(current.pause, fault.pause() != null ? fault.pause() : backoff.next());
                Quota quota = runner.quota(request);
                if (quota != null) {
                    quota.pause(current.pause, now());
                }
            }
        }
    }

    private static void leaveOut(Sweep current, Request request) {
        current.complete = false;
        current.listing.missing(request);
    }

    private void tellVenue(Request request, Fault fault) {
        try {
            feed.failed().accept(request, fault);
        } catch (RuntimeException e) {
            Fault bug =
                    new Fault(Fault.Kind.RETRY, Reason.SCHEMA, "failed", "the fault could not be taken: " + e, null);
            runner.observations().failed(request.toString(), bug, null, runner.now());
        }
    }

    private void end(Sweep current) {
        sweep = null;
        // where many are asked, those without an answer after a second try wait for the next sweep
        boolean good = !current.aborted;
        if (feed.kind() == Kind.INSTRUMENTS) {
            Trust trust = runner.observations().refresh(current.listing, !current.aborted, current.last, runner.now());
            good &= current.complete && trust == Trust.ALL;
            // a list with holes is better than none: the venue begins, and the list is asked for again
            listed |= trust != Trust.NONE && runner.observations().instruments().size() > 0;
            runner.listed();
        } else if (feed.kind() == Kind.DATA && good && current.reported == 0) {
            Fault empty = new Fault(
                    Fault.Kind.RETRY, Reason.IMPLAUSIBLE_LIST, "empty", "the open interest list is empty", null);
            runner.observations().failed(current.last, empty, null, runner.now());
            good = false;
        }
        if (good) {
            succeed();
        } else {
            retryLater(current.pause != null ? current.pause : backoff.next());
        }
    }

    private void succeed() {
        succeeded = true;
        backoff.reset();
        runner.wakeAll();
    }

    /** Tries again after the pause, before the next tick or instead of it. */
    private void retryLater(Duration pause) {
        quietUntil = now() + pause.toMillis();
        due = true;
        runner.later(pause.plusMillis(1), this::wake);
        // those that go after this one must not wait for a feed that backs off
        runner.wakeAll();
    }

    private static Duration longer(Duration a, Duration b) {
        return a == null || b != null && b.compareTo(a) > 0 ? b : a;
    }

    private long now() {
        return runner.now().toEpochMilli();
    }
}
