package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.millis;
import static io.openinterest.venue.Fields.required;
import static io.openinterest.venue.Fields.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.venue.Backfill;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Socket;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A made-up venue with short times, for tests of streams: one file, as the guide says. */
public final class Stub implements Venue {

    private final VenueSettings settings;
    private final Map<String, BigDecimal> prices = new HashMap<>();

    public Stub(VenueSettings settings) {
        this.settings = settings;
    }

    @Override
    public String exchange() {
        return "stub";
    }

    @Override
    public String restUrl() {
        return "http://localhost";
    }

    @Override
    public String wsUrl() {
        return "ws://localhost";
    }

    @Override
    public List<RateLimit> limits() {
        return List.of(
                RateLimit.of("stub", 10_000, Duration.ofSeconds(1)),
                RateLimit.of("stub-history", 10_000, Duration.ofSeconds(1)));
    }

    /** {"at":1795176000000,"count":"7","price":"2"} */
    @Override
    public Backfill history() {
        return new Backfill(
                Duration.ofSeconds(1),
                Integer.parseInt(settings.option("together", "1")),
                (some, from, to) -> List.of(Request.get("/past")
                        .with("symbol", some.stream().map(Instrument::symbol).collect(Collectors.joining(",")))
                        .with("from", from.toEpochMilli())
                        .with("to", to.toEpochMilli())
                        .limit("stub-history")),
                (reply, out) -> List.of(reply.request().param("symbol").split(","))
                        .forEach(symbol -> out.row(symbol)
                                .count(decimal(reply.json(), "count"))
                                .mark(decimal(reply.json(), "price"))
                                .at(millis(reply.json(), "at"))
                                .emit()));
    }

    @Override
    public List<Feed> feeds() {
        Feed.Subscription stream = Feed.subscribe("stream", "/ws")
                .topics(
                        listed -> listed.observed().stream()
                                .map(Instrument::symbol)
                                .toList(),
                        2,
                        topics -> "subscribe " + String.join(",", topics))
                .pace(Duration.ofMillis(20))
                .ping(Duration.ofMillis(Integer.parseInt(settings.option("ping-ms", "60000"))), "ping")
                .silence(Duration.ofMillis(Integer.parseInt(settings.option("silence-ms", "60000"))))
                .maxAge(Duration.ofMillis(Integer.parseInt(settings.option("max-age-ms", "60000"))))
                .acknowledged(Duration.ofMillis(300))
                .opened(topics -> prices.keySet().removeAll(topics))
                .parse(this::message);
        return List.of(
                Feed.instruments("list")
                        .get("/list")
                        .every(Duration.ofMillis(Integer.parseInt(settings.option("list-ms", "600000"))))
                        .parse((reply, out) -> out.each(
                                list(reply.json(), ""),
                                row -> out.instrument(Instrument.perpetual(row.asText(), "BTC", "USD", "USD")
                                        .contractSize(BigDecimal.ONE)))),
                Feed.poll("rest").get("/rest").parse((reply, out) -> row(reply.json(), out)),
                stream);
    }

    /** {"symbol":"A","count":"7","price":"2"}, price only where it changed; {"confirm":"A"}, {"refuse":"A"}, {"beat":1}, {"hello":1} */
    private void message(Reply message, Socket socket, Observer out) {
        JsonNode body = message.json();
        if (body.has("confirm")) {
            socket.confirm(text(body, "confirm"));
        } else if (body.has("refuse")) {
            socket.refuse(text(body, "refuse"), "because");
        } else if (body.has("hello")) {
            socket.understood();
        } else if (body.has("beat")) {
            socket.send("beat " + body.path("beat"));
        } else {
            String symbol = required(body, "symbol");
            if (decimal(body, "price") != null) {
                prices.put(symbol, decimal(body, "price"));
            }
            if (prices.containsKey(symbol)) {
                out.row(symbol)
                        .count(decimal(body, "count"))
                        .mark(prices.get(symbol))
                        .emit();
            }
        }
    }

    private static void row(JsonNode body, Observer out) {
        out.row(required(body, "symbol"))
                .count(decimal(body, "count"))
                .mark(decimal(body, "price"))
                .emit();
    }
}
