package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.flag;
import static io.openinterest.venue.Fields.iso;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.text;
import static io.openinterest.venue.Fields.word;
import static io.openinterest.venue.Fields.wordIfAny;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Row;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.util.List;

/**
 * FTX, closed since 2022-11-11: for recorded payloads and stand-ins. {@code /api/futures} lists every contract with its
 * mark price and, since 2021, its open interest in coins; before, that stood in {@code /api/futures/<name>/stats}. All
 * contracts are linear in USD. Facts: docs.ftx.com, List all futures and Get future stats, as recorded until 2022.
 */
public final class Ftx implements Venue {

    private final Stated stated = new Stated();

    /** Found by the id; nothing can be configured. */
    public Ftx(VenueSettings settings) {}

    @Override
    public String exchange() {
        return "ftx";
    }

    @Override
    public String restUrl() {
        return "https://ftx.com";
    }

    @Override
    public String closed() {
        return "FTX closed on 2022-11-11; its recordings can still be replayed.";
    }

    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("ftx", 30, Duration.ofSeconds(1)));
    }

    @Override
    public List<Feed> feeds() {
        return List.of(
                Feed.instruments("instruments").get("/api/futures").parse(this::instruments),
                Feed.poll("futures").get("/api/futures").parse(Ftx::futures));
    }

    /** {"success":false,"error":"No such future: X"}. */
    @Override
    public Fault fault(Reply reply) {
        Fault fault = Fault.of(reply);
        String error = text(reply.json(), "error");
        return fault == null && error != null ? Fault.refused("error", error) : fault;
    }

    private void instruments(Reply reply, Observer out) {
        JsonNode rows = list(reply.json(), "/result");
        stated.add(rows);
        out.each(rows, row -> {
            String type = wordIfAny(row, "type");
            // the price of a MOVE contract is a move, of a prediction a probability: no notional in coins
            if (type == null || type.equals("perpetual") || type.equals("future")) {
                String name = word(row, "name");
                out.instrument(
                        name, () -> status(row), () -> out.classified(instrument(name, row), word(row, "underlying")));
            }
        });
    }

    private static Instrument instrument(String name, JsonNode row) {
        String base = word(row, "underlying");
        if (word(row, "type").equals("perpetual")) {
            return Instrument.perpetual(name, base, "USD", "USD");
        }
        word(row, "expiry");
        return Instrument.future(name, base, "USD", "USD", iso(row, "expiry"));
    }

    private Instrument.Status status(JsonNode row) {
        if (stated.has("expired") && flag(row, "expired")) {
            return Instrument.Status.DELISTED;
        }
        boolean isEnabled = !stated.has("enabled") || flag(row, "enabled");
        return isEnabled ? Instrument.Status.OBSERVED : Instrument.Status.SUSPENDED;
    }

    /**
     * {"success":true,"result":[{"name":"BTC-PERP","underlying":"BTC","type":"perpetual","expiry":null,
     * "expired":false,"enabled":true,"mark":8791,"index":8790.51,"volumeUsd24h":762549880.0517,
     * "openInterest":11471.4921}]}; from {@code stats} {"success":true,"result":{"openInterest":11471.4921,...}}.
     */
    private static void futures(Reply reply, Observer out) {
        JsonNode result = reply.json().path("result");
        String path = reply.request().path();
        if (path.endsWith("/stats")) {
            String name = path.substring("/api/futures/".length(), path.length() - "/stats".length());
            out.row(name).count(decimal(result, "openInterest")).emit();
            return;
        }
        out.each(list(reply.json(), "/result"), row -> {
            String name = word(row, "name");
            Instrument listed = out.instruments().get(name);
            if (listed == null || listed.status() != Instrument.Status.OBSERVED) {
                return;
            }
            Row market = out.row(name);
            out.mark(name, decimal(row, "mark"));
            if (row.has("openInterest")) {
                market.count(decimal(row, "openInterest"))
                        .mark(decimal(row, "mark"))
                        .index(decimal(row, "index"))
                        .volumeUsd(decimal(row, "volumeUsd24h"))
                        .emit();
            } else {
                out.ask(Request.get("/api/futures/" + name + "/stats"));
            }
        });
    }
}
