package io.openinterest.transport;

import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the past of a gap once: market after market, a few at a time, the questions of one market in order, with what
 * the present leaves of the rate limit. A market whose question fails while others are answered is left out; while none
 * is answered it goes on asking, ever more rarely. On the venue's thread.
 */
final class BackfillRunner implements Sweep.Handler {

    private static final int TRIES = 4;
    private static final int MAX_BODY_BYTES = 4 << 20;

    /** Corrections end after minutes and the quota is needed for the present: more than a day is not read. */
    private static final Duration MAX_SPAN = Duration.ofDays(1);

    private final VenueContext context;
    private final Instant from;
    private final Instant to;
    private final Runnable done;

    BackfillRunner(VenueContext context, Instant from, Instant to, Runnable done) {
        this.context = context;
        this.from = from.isBefore(to.minus(MAX_SPAN)) ? to.minus(MAX_SPAN) : from;
        this.to = to;
        this.done = done;
    }

    void start() {
        List<Sweep.Line> lines = new ArrayList<>();
        for (Instrument instrument : context.reader().instruments().observed()) {
            lines.add(new Sweep.Line(questions(instrument)));
        }
        Sweep.Way way = new Sweep.Way(Duration.ZERO, TRIES, MAX_BODY_BYTES, true);
        new Sweep(context, "history", way, context.backoff(), lines, this).start();
    }

    private List<Request> questions(Instrument instrument) {
        try {
            return context.venue().history().plan().requests(instrument, from, to);
        } catch (RuntimeException e) {
            Fault fault = new Fault(Fault.Kind.REFUSED, Reason.SCHEMA, "plan", "no request could be made: " + e, null);
            context.failed("history of " + instrument.symbol(), fault, null);
            return List.of();
        }
    }

    @Override
    public List<Request> read(Sweep.Line line, Request request, Reply reply) {
        return context.reader()
                .read(
                        "history",
                        Origin.HISTORY,
                        request.toString(),
                        reply,
                        out -> context.venue().history().parser().accept(reply, out))
                .asked();
    }

    @Override
    public void failed(Request request, Fault fault, String raw, boolean isLeftOut) {
        context.failed(request.toString(), fault, raw);
    }

    @Override
    public void ended() {
        context.reader().forgetPast();
        done.run();
    }
}
