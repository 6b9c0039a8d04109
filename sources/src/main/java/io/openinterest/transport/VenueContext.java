package io.openinterest.transport;

import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Fault;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;

/**
 * The context that everything that runs a venue has in common. It never changes, and but for the network it is used on the
 * venue's thread only.
 *
 * @param settings the venue as configured
 * @param venue what it says about itself
 * @param reader reads its answers
 * @param thread where everything happens
 * @param clock the time
 * @param network the way to it
 * @param stats what is counted
 * @param quotas its budgets by the name of their limit, the venue's first limit first
 * @param budget bytes that are not read yet
 */
record VenueContext(
        VenueSettings settings,
        Venue venue,
        VenueReader reader,
        VenueThread thread,
        ReceiptClock clock,
        Network network,
        VenueStats stats,
        Map<String, Quota> quotas,
        Budget budget) {

    /**
     * Of one venue: the largest answer, or some seconds of the busiest stream. All venues at once stay within the heap of
     * a TaskManager of the default size.
     */
    static final int BUDGET_BYTES = 12 << 20;

    /** The budgets of a venue, shared with the venues its exchange meters together. */
    static Map<String, Quota> quotas(Venue venue, VenueSettings settings, ReceiptClock clock) {
        Map<String, Quota> quotas = new LinkedHashMap<>();
        for (RateLimit limit : venue.limits()) {
            quotas.put(limit.scope(), Quota.shared(limit, settings.restUrl(), clock.millis()));
        }
        return quotas;
    }

    String id() {
        return settings.id();
    }

    Duration pollInterval() {
        return settings.pollInterval() != null ? settings.pollInterval() : venue.pollInterval();
    }

    long millis() {
        return clock.millis();
    }

    Backoff backoff() {
        return new Backoff(ThreadLocalRandom.current());
    }

    /** The budget a request counts against; null where no limit is known. */
    Quota quota(Request request) {
        return request.limit() != null
                ? quotas.get(request.limit())
                : quotas.values().stream().findFirst().orElse(null);
    }

    /**
     * Asks; on the venue's thread the good answer is read, or the fault told with what came (null for nothing). Budget,
     * quota and counts are seen to.
     */
    void ask(Request request, int largest, Reading reading, BiConsumer<Fault, String> failed) {
        long start = millis();
        network.ask(base(settings.restUrl(), venue.restUrl()), request, largest, budget, new Network.Answered() {
            @Override
            public void answer(Network.Answer answer) {
                thread.run(() -> {
                    try {
                        answered(request, answer, millis() - start, reading, failed);
                    } finally {
                        budget.give(answer.taken());
                    }
                });
            }

            @Override
            public void failed(Error error) {
                thread.fail(error);
            }
        });
    }

    private void answered(
            Request request, Network.Answer answer, long latency, Reading reading, BiConsumer<Fault, String> failed) {
        if (answer.isNone()) {
            stats.polled(latency, false);
            failed.accept(new Fault(Fault.Kind.RETRY, Reason.HTTP_STATUS, "none", answer.text(), null), null);
            return;
        }
        Reply reply;
        Fault fault;
        try {
            reply = Reply.of(request, answer.status(), answer.headers(), answer.text(), answer.receivedAt());
            Quota quota = quota(request);
            if (quota != null) {
                quota.correct(reply, millis());
            }
            fault = Verdict.of(venue, reply);
        } catch (RuntimeException e) {
            // whoever asked waits for a word
            stats.polled(latency, false);
            String detail = "the answer could not be judged: " + e;
            failed.accept(new Fault(Fault.Kind.RETRY, Reason.SCHEMA, "answer", detail, null), null);
            return;
        }
        stats.polled(latency, fault == null);
        if (fault == null) {
            reading.read(reply);
        } else {
            failed.accept(fault, reply.text());
        }
    }

    /** Opens a WebSocket below the venue's WebSocket URL. */
    WebSocket open(String path, Duration ping, int largest, WebSocketListener listener) {
        return network.open(base(settings.wsUrl(), venue.wsUrl()) + path, ping, largest, listener);
    }

    /** What stands before all paths: as configured, else the venue's own. Paths begin with a slash. */
    private static String base(String configured, String own) {
        String url = configured != null ? configured : own;
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** Tells a fault as a quarantine record. */
    void failed(String endpoint, Fault fault, String raw) {
        reader.failed(endpoint, fault, raw, clock.now());
    }

    /** Reads one good answer. */
    @FunctionalInterface
    interface Reading {
        void read(Reply reply);
    }
}
