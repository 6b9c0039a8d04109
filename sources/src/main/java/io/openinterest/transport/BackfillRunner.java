package io.openinterest.transport;

import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Instrument;
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
 * Reads the past of a gap once: market after market, a few at a time, the questions of one market in order. A market
 * whose question fails for good is left out. On the venue's thread.
 */
final class BackfillRunner {

    private static final int AT_ONCE = 8;
    private static final int TRIES = 4;
    private static final int MAX_PAGES = 200;

    /** Corrections end after minutes and the quota is needed for the present: more than a day is not read. */
    private static final Duration MAX_SPAN = Duration.ofDays(1);

    private final VenueRunner runner;
    private final Instant from;
    private final Instant to;
    private final Runnable done;
    private final Deque<Market> markets = new ArrayDeque<>();
    private int running;

    private static final class Market {
        final Deque<Request> open = new ArrayDeque<>();
        final Set<String> asked = new HashSet<>();
        final Backoff backoff;
        int tries;

        Market(Backoff backoff) {
            this.backoff = backoff;
        }
    }

    BackfillRunner(VenueRunner runner, Instant from, Instant to, Runnable done) {
        this.runner = runner;
        this.from = from.isBefore(to.minus(MAX_SPAN)) ? to.minus(MAX_SPAN) : from;
        this.to = to;
        this.done = done;
    }

    void start() {
        for (Instrument instrument : runner.observations().instruments().observed()) {
            if (runner.observations().isWanted(instrument)) {
                Market market = new Market(runner.backoff());
                market.open.addAll(questions(instrument));
                if (!market.open.isEmpty()) {
                    markets.add(market);
                }
            }
        }
        next();
    }

    private List<Request> questions(Instrument instrument) {
        try {
            return runner.venue().history().plan().requests(instrument, from, to);
        } catch (RuntimeException e) {
            Fault fault = new Fault(Fault.Kind.REFUSED, Reason.SCHEMA, "plan", "no request could be made: " + e, null);
            runner.observations().failed("history of " + instrument.symbol(), fault, null, runner.now());
            return List.of();
        }
    }

    private void next() {
        while (running < AT_ONCE && !markets.isEmpty()) {
            running++;
            ask(markets.poll());
        }
        if (running == 0) {
            runner.observations().forgetPast();
            done.run();
        }
    }

    private void ask(Market market) {
        Request request = market.open.peek();
        if (request == null) {
            running--;
            next();
            return;
        }
        Quota quota = runner.quota(request);
        long wait =
                quota == null ? 0 : quota.take(request.weight(), runner.now().toEpochMilli());
        if (wait > 0) {
            runner.later(Duration.ofMillis(wait), () -> ask(market));
            return;
        }
        runner.http().ask(runner.restUrl(), request, new Http.Answered() {
            @Override
            public void reply(Reply reply) {
                runner.run(() -> answered(market, request, reply));
            }

            @Override
            public void failed(IOException error) {
                String what = "no complete answer: " + error.getClass().getSimpleName();
                Fault fault = new Fault(Fault.Kind.RETRY, Reason.HTTP_STATUS, "none", what, null);
                runner.run(() -> fault(market, request, fault, null));
            }
        });
    }

    private void answered(Market market, Request request, Reply reply) {
        Fault fault = runner.judge(reply);
        if (fault != null) {
            fault(market, request, fault, reply.text());
            return;
        }
        market.open.poll();
        market.tries = 0;
        VenueReader.Outcome outcome = runner.observations()
                .read(
                        "history",
                        Origin.HISTORY,
                        request.toString(),
                        reply,
                        out -> runner.venue().history().parser().accept(reply, out));
        for (Request page : outcome.asked()) {
            if (market.asked.size() < MAX_PAGES && market.asked.add(page.toString())) {
                market.open.addFirst(page);
            }
        }
        ask(market);
    }

    private void fault(Market market, Request request, Fault fault, String raw) {
        runner.observations().failed(request.toString(), fault, raw, runner.now());
        market.tries++;
        Duration pause = fault.pause() != null ? fault.pause() : market.backoff.next();
        if (fault.kind() == Fault.Kind.LIMITED) {
            Quota quota = runner.quota(request);
            if (quota != null) {
                quota.pause(pause, runner.now().toEpochMilli());
            }
        }
        if (fault.kind() == Fault.Kind.REFUSED || market.tries >= TRIES) {
            market.open.poll();
            market.tries = 0;
            ask(market);
        } else {
            runner.later(pause, () -> ask(market));
        }
    }
}
