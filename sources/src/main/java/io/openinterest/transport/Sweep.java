package io.openinterest.transport;

import io.openinterest.venue.Fault;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks many questions, some at a time, at a pace. A line is one question and the pages it leads to, or several that
 * belong together, in order. What fails is asked again after all else and then given up; when half of the latest answers
 * fail, or the venue says it is too much, everything waits and then goes on where it stood, with one question at a time
 * until one is answered. While nothing at all is answered nothing is given up; what is still denied after others were
 * answered is denied to itself alone, so nothing waits for it.
 */
final class Sweep {

    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
    private static final int IN_FLIGHT = 8;
    private static final int MAX_REQUESTS = 20_000;
    private static final int LATEST = 16;
    private static final int MAX_FAULTS = 8;

    private final VenueContext context;
    private final String name;
    private final Way way;
    private final Handler handler;
    private final Backoff backoff;
    private final int faultsOfIllness;
    private final Deque<Line> waiting = new ArrayDeque<>();
    private final Set<String> asked = new HashSet<>();
    private final Deque<Boolean> latest = new ArrayDeque<>();
    private int answered;
    private int inFlight;
    private boolean isTimed;
    private boolean isProbing;
    private boolean isOver;
    private long pausedUntil;
    private long movedAt;

    /**
     * Its way of asking.
     *
     * @param gap distance of questions; zero for none
     * @param tries how often a question is asked that fails while others are answered
     * @param largest bytes of an answer
     * @param isSpare asks only with what the polls of the present leave of the rate limit
     */
    record Way(Duration gap, int tries, int largest, boolean isSpare) {}

    /** Told what comes of it, on the venue's thread. */
    interface Handler {
        /** Reads a good answer and returns the pages it leads to. */
        List<Request> read(Line line, Request request, Reply reply);

        /**
         * A question without a good answer.
         *
         * @param isLeftOut it is not asked again
         */
        void failed(Request request, Fault fault, String raw, boolean isLeftOut);

        /** Nothing is open any more. */
        void ended();
    }

    /** Questions in order. */
    static final class Line {
        private final Deque<Request> open;
        private int tries;
        /** How much was answered when this was too much or denied; -1 for never. */
        private int limitedAfter;

        private boolean isRefused;
        private boolean isGivenUp;

        Line(List<Request> requests) {
            this(requests, 0);
        }

        /**
         * The same.
         *
         * @param tries how often it was denied before, while others were answered
         */
        Line(List<Request> requests, int tries) {
            this.open = new ArrayDeque<>(requests);
            this.tries = tries;
            this.limitedAfter = tries == 0 ? -1 : 0;
        }

        /** Goes on behind the question it stands at. */
        private void next() {
            open.poll();
            tries = 0;
            limitedAfter = -1;
        }

        /** Whether all was answered. */
        boolean isComplete() {
            return !isRefused && !isGivenUp;
        }

        /** Whether the venue said that something has no answer. */
        boolean isRefused() {
            return isRefused;
        }

        /** Whether something might have an answer another time. */
        boolean isGivenUp() {
            return isGivenUp;
        }
    }

    Sweep(VenueContext context, String name, Way way, Backoff backoff, List<Line> lines, Handler handler) {
        this.context = context;
        this.name = name;
        this.way = way;
        this.backoff = backoff;
        this.handler = handler;
        this.faultsOfIllness = Math.min(MAX_FAULTS, (lines.size() + 1) / 2);
        for (Line line : lines) {
            line.open.removeIf(request -> !isNew(request));
            waiting.add(line);
        }
    }

    void start() {
        pump();
    }

    /** Ends it without a word. */
    void abandon() {
        isOver = true;
        // what waits for the end of a ban of days may be held for as long
        waiting.clear();
    }

    /** True while it waits for the venue to recover. */
    boolean isPaused() {
        return context.millis() < pausedUntil;
    }

    /** Whether nothing was asked or answered for so long, though it waits for nothing else: an answer was lost. */
    boolean isStuck(Duration longest) {
        return !isPaused() && !isTimed && context.millis() - movedAt > longest.toMillis();
    }

    /** Until when it waits, on the clock of {@link ReceiptClock#millis}. */
    long pausedUntil() {
        return pausedUntil;
    }

    /** The question it stands at; null at the end. */
    Request next() {
        Line line = waiting.peek();
        return line == null ? null : line.open.peek();
    }

    /** A question is asked once in a sweep, so a cursor that leads back ends the pages. */
    private boolean isNew(Request request) {
        return asked.size() < MAX_REQUESTS && asked.add(request + " " + request.body());
    }

    /** Asks as much as the pace, the limit and the open answers allow. */
    private void pump() {
        while (!isOver && !isTimed && inFlight < (isProbing ? 1 : IN_FLIGHT)) {
            if (isPaused()) {
                pumpIn(pausedUntil - context.millis());
                return;
            }
            Line line = waiting.peek();
            if (line == null) {
                break;
            }
            Request request = line.open.peek();
            if (request == null) {
                waiting.poll();
                continue;
            }
            Quota quota = context.quota(request);
            long wait = quota == null ? 0 : quota.take(request.weight(), context.millis(), way.isSpare);
            if (wait > 0) {
                pumpIn(wait);
                return;
            }
            waiting.poll();
            ask(line, request);
            if (way.gap.toMillis() > 0 && !waiting.isEmpty()) {
                pumpIn(way.gap.toMillis());
                return;
            }
        }
        if (!isOver && !isTimed && inFlight == 0 && waiting.isEmpty()) {
            isOver = true;
            handler.ended();
        }
    }

    private void pumpIn(long millis) {
        isTimed = true;
        context.thread().later(Duration.ofMillis(Math.max(1, millis)), () -> {
            isTimed = false;
            pump();
        });
    }

    private void ask(Line line, Request request) {
        movedAt = context.millis();
        inFlight++;
        context.ask(
                request,
                way.largest,
                reply -> returned(() -> read(line, request, reply)),
                (fault, raw) -> returned(() -> failed(line, request, fault, raw)));
    }

    private void returned(Runnable what) {
        movedAt = context.millis();
        inFlight--;
        try {
            if (!isOver) {
                what.run();
            }
        } finally {
            pump();
        }
    }

    private void read(Line line, Request request, Reply reply) {
        note(true);
        if (isProbing) {
            isProbing = false;
            latest.clear();
            LOG.info("{} {}: answered again", context.id(), name);
        }
        line.next();
        try {
            for (Iterator<Request> pages = handler.read(line, request, reply).iterator(); pages.hasNext(); ) {
                Request page = pages.next();
                if (isNew(page)) {
                    line.open.addFirst(page);
                }
            }
        } finally {
            // the pages of one question may be many: the others go first
            waiting.add(line);
        }
    }

    private void failed(Line line, Request request, Fault fault, String raw) {
        // a refusal is an answer: the venue is well
        note(fault.kind() == Fault.Kind.REFUSED);
        boolean isLimited = fault.kind().isOfAddress();
        boolean isFirst = line.limitedAfter < 0;
        boolean isGivenUp = isLimited ? isLimitedAlone(line, fault.kind()) : isFailing(line, fault.kind());
        boolean isLeftOut = isGivenUp || fault.kind() == Fault.Kind.REFUSED;
        if (isLeftOut) {
            line.isGivenUp |= isGivenUp;
            line.isRefused |= !isGivenUp;
            line.next();
        }
        handler.failed(request, fault, raw, isLeftOut);
        switch (fault.kind()) {
            case REFUSED -> waiting.add(line);
            case RETRY -> {
                waiting.add(line);
                if (isProbing
                        || faults() >= faultsOfIllness && faults() * 2 >= latest.size()
                        || fault.pause() != null) {
                    pause(fault);
                }
            }
            case LIMITED -> {
                // what is too much once is asked next, so that all have their turn; what is so again goes last
                if (isFirst) {
                    waiting.addFirst(line);
                } else {
                    waiting.add(line);
                }
                pauseWithLimit(request, fault);
            }
            case BANNED -> {
                waiting.add(line);
                pauseWithLimit(request, fault);
            }
            case DENIED -> {
                waiting.add(line);
                // many in a row may be a ban again
                if (!isGivenUp || faults() >= MAX_FAULTS) {
                    pauseWithLimit(request, fault);
                }
            }
        }
    }

    private boolean isFailing(Line line, Fault.Kind kind) {
        return kind == Fault.Kind.RETRY && latest.contains(true) && ++line.tries >= way.tries;
    }

    /** Whether this is too much or denied again and again, and others are answered in between. */
    private boolean isLimitedAlone(Line line, Fault.Kind kind) {
        boolean isAlone = answered > line.limitedAfter && ++line.tries >= way.tries;
        // where only this is left, nothing can be answered in between, and what was answered before counts
        line.limitedAfter = kind != Fault.Kind.LIMITED && waiting.isEmpty() ? 0 : answered;
        return isAlone;
    }

    /** Pauses, and whoever shares the rate limit of the question with it; with a ban whoever shares any. */
    private void pauseWithLimit(Request request, Fault fault) {
        Duration pause = pause(fault);
        Quota quota = context.quota(request);
        if (fault.kind() == Fault.Kind.BANNED) {
            context.quotas().values().forEach(any -> any.pause(pause, context.millis()));
        } else if (quota != null) {
            quota.pause(pause, context.millis());
        }
    }

    private long faults() {
        return latest.stream().filter(good -> !good).count();
    }

    private void note(boolean good) {
        latest.add(good);
        answered += good ? 1 : 0;
        if (latest.size() > LATEST) {
            latest.poll();
        }
    }

    /** The greater of what was stated and the backoff, which grows once for all questions that were open together. */
    private Duration pause(Fault fault) {
        Duration pause = fault.pause();
        if (!isPaused()) {
            pause = Fault.longer(backoff.next(), pause);
            LOG.info("{} {}: pauses for {}: {}", context.id(), name, pause, fault.detail());
        } else if (pause == null) {
            pause = Duration.ofMillis(pausedUntil - context.millis());
        }
        isProbing = true;
        pausedUntil = Math.max(pausedUntil, context.millis() + pause.toMillis());
        context.stats().pausedUntil(context.clock().now().plusMillis(pausedUntil - context.millis()));
        return pause;
    }
}
