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
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the past of a gap once: market after market, or as many together as the venue allows, a few questions at a time
 * and those of one market in order, with what the present leaves of the rate limit. A market whose question fails while
 * others are answered is left out, and where several were named each is asked for alone before; while none is answered
 * it goes on asking, ever more rarely. On the venue's thread.
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

    /** The markets a question names. */
    private final Map<Request, List<Instrument>> named = new HashMap<>();

    /** Markets to be asked for one by one. */
    private final Set<Instrument> alone = new LinkedHashSet<>();

    BackfillRunner(VenueContext context, Instant from, Instant to, Runnable done) {
        this.context = context;
        this.from = from.isBefore(to.minus(MAX_SPAN)) ? to.minus(MAX_SPAN) : from;
        this.to = to;
        this.done = done;
    }

    void start() {
        int together = context.venue().history().together();
        ask(Request.parts(context.reader().instruments().observed(), together));
    }

    private void ask(List<List<Instrument>> parts) {
        List<Sweep.Line> lines = new ArrayList<>();
        named.clear();
        for (List<Instrument> part : parts) {
            List<Request> questions = questions(part);
            questions.forEach(question -> named.put(question, part));
            lines.add(new Sweep.Line(questions));
        }
        Sweep.Way way = new Sweep.Way(Duration.ZERO, TRIES, MAX_BODY_BYTES, true);
        new Sweep(context, "history", way, context.backoff(), lines, this).start();
    }

    private List<Request> questions(List<Instrument> part) {
        try {
            return context.venue().history().plan().requests(part, from, to);
        } catch (RuntimeException e) {
            Fault fault = new Fault(Fault.Kind.REFUSED, Reason.SCHEMA, "plan", "no request could be made: " + e, null);
            context.failed("history of " + part.get(0).symbol(), fault, null);
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
        List<Instrument> part = named.getOrDefault(request, List.of());
        if (isLeftOut && part.size() > 1) {
            alone.addAll(part);
        }
    }

    @Override
    public void ended() {
        if (!alone.isEmpty()) {
            List<List<Instrument>> parts = alone.stream().map(List::of).toList();
            alone.clear();
            ask(parts);
            return;
        }
        context.reader().forgetPast();
        done.run();
    }
}
