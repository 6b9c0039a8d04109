package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.divide;
import static io.openinterest.venue.Fields.figureIso;
import static io.openinterest.venue.Fields.flag;
import static io.openinterest.venue.Fields.iso;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.multiply;
import static io.openinterest.venue.Fields.required;
import static io.openinterest.venue.Fields.requiredDecimal;
import static io.openinterest.venue.Fields.text;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;
import static io.openinterest.venue.Fields.wordIfAny;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Structure;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Row;
import io.openinterest.venue.Socket;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * BitMEX, closed since 2026-09-23: for recorded payloads and stand-ins. {@code /instrument/active} is the list and has
 * open interest, prices, funding and volume of every contract; the {@code instrument} table of the WebSocket has the
 * same rows, first whole and then what changed. Facts: bitmex.com/api/explorer, Instrument.
 *
 * <p>{@code openInterest} counts contracts, which are a dollar (inverse), some coins (linear) or a multiplier (quanto).
 * {@code openValue} is the same in the smallest unit of the settlement currency; bitcoin is valued with the index that
 * XBTUSD settles to.
 */
public final class Bitmex implements Venue {

    private static final Set<String> PERPETUALS = Set.of("FFWCSX", "FFWCSF", "FFSCSX");
    private static final Set<String> BASKETS = Set.of("ALTMEX", "DEFIMEX", "METAMEX");
    private static final Instant YEAR_2000 = Instant.parse("2000-01-01T00:00:00Z");
    private static final BigDecimal MINUTES_PER_HOUR = new BigDecimal(60);
    private static final List<String> FIGURES = List.of("openInterest", "openValue", "markPrice");

    private final boolean streams;

    /** Rows of the WebSocket table by symbol: an update has only the fields that changed. */
    private final Map<String, ObjectNode> table = new HashMap<>();
    /** USD per bitcoin; null until a row of XBTUSD came, and after an answer without one that can be believed. */
    private BigDecimal bitcoin;

    public Bitmex(VenueSettings settings) {
        this.streams = settings.option("transport", "rest").equals("websocket");
    }

    @Override
    public String exchange() {
        return "bitmex";
    }

    @Override
    public String restUrl() {
        return "https://www.bitmex.com";
    }

    @Override
    public String wsUrl() {
        return "wss://ws.bitmex.com";
    }

    @Override
    public String closed() {
        return "BitMEX closed on 2026-09-23 at 04:00 UTC; its recordings can still be replayed.";
    }

    /** 30 requests a minute without a key. */
    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("bitmex", 30, Duration.ofMinutes(1)).remainingIn("x-ratelimit-remaining"));
    }

    @Override
    public Map<String, List<String>> options() {
        return Map.of("transport", List.of("rest", "websocket"));
    }

    @Override
    public List<Feed> feeds() {
        Feed instruments =
                Feed.instruments("instruments").get("/api/v1/instrument/active").parse(Bitmex::instruments);
        Feed active = Feed.poll("active")
                .get("/api/v1/instrument/active")
                .largest(4 << 20)
                .parse(this::active);
        Feed stream = Feed.subscribe("instrument-stream", "/realtime")
                .topics(
                        listed -> List.of("instrument"),
                        1,
                        topics -> "{\"op\":\"subscribe\",\"args\":[\"" + topics.get(0) + "\"]}")
                .ping(Duration.ofSeconds(5), "ping")
                .opened(topics -> table.clear())
                // the first message is the whole table
                .largest(4 << 20)
                .parse(this::stream);
        return streams ? List.of(instruments, active, stream) : List.of(instruments, active);
    }

    /** {"error":{"message":"Invalid API Key.","name":"HTTPError"}} with a status of its own. */
    @Override
    public Fault fault(Reply reply) {
        Fault fault = Fault.of(reply);
        String message = text(reply.json().at("/error/message"));
        return fault == null && message != null
                ? Fault.refused(reply.json().at("/error/name").asText(), message)
                : fault;
    }

    private static void instruments(Reply reply, Observer out) {
        out.each(list(reply.json(), ""), row -> {
            String kind = wordIfAny(row, "typ");
            // spreads have no open interest, FFICSX are predictions, the rest is spot and indices
            if (kind == null || PERPETUALS.contains(kind) || kind.equals("FFCCSX")) {
                String symbol = word(row, "symbol");
                out.instrument(symbol, () -> status(row), () -> instrument(symbol, row));
            }
        });
    }

    private static Instrument.Status status(JsonNode row) {
        String state = word(row, "state");
        return switch (state) {
            // closed is between two sessions
            case "Open", "Closed" -> Instrument.Status.OBSERVED;
            case "Unlisted", "Delisted", "Halted", "Suspended" -> Instrument.Status.SUSPENDED;
            case "Settled" -> Instrument.Status.DELISTED;
            default -> throw unknown("state", state);
        };
    }

    private static Instrument instrument(String symbol, JsonNode row) {
        String kind = word(row, "typ");
        String base = word(row, "underlying");
        String quote = word(row, "quoteCurrency");
        String margin = word(row, "settlCurrency");
        Instrument instrument = kind.equals("FFCCSX")
                ? Instrument.future(symbol, base, quote, margin, expiry(row))
                : Instrument.perpetual(symbol, base, quote, margin);
        boolean isQuanto = flag(row, "isQuanto");
        if (flag(row, "isInverse")) {
            instrument = instrument.structure(Structure.INVERSE).contractSize(BigDecimal.ONE);
        } else if (isQuanto) {
            instrument = instrument.structure(Structure.QUANTO).contractSize(requiredDecimal(row, "multiplier"));
        } else {
            BigDecimal perUnit = requiredDecimal(row, "underlyingToPositionMultiplier");
            instrument = instrument.structure(Structure.LINEAR).contractSize(divide(BigDecimal.ONE, perUnit));
        }
        if (kind.equals("FFWCSF")) {
            return instrument.assetClass(AssetClass.FX, base);
        } else if (kind.equals("FFSCSX")) {
            return instrument.assetClass(AssetClass.EQUITY, base);
        }
        return BASKETS.contains(base) ? instrument.assetClass(AssetClass.INDEX, base) : instrument;
    }

    private static Instant expiry(JsonNode row) {
        word(row, "expiry");
        return iso(row, "expiry");
    }

    /**
     * [{"symbol":"XBTUSD","typ":"FFWCSX","state":"Open","underlying":"XBT","quoteCurrency":"USD","settlCurrency":"XBt",
     * "isInverse":true,"isQuanto":false,"multiplier":-100000000,"underlyingToPositionMultiplier":null,"expiry":null,
     * "fundingRate":0.0001,"fundingInterval":"2000-01-01T08:00:00.000Z","turnover24h":2061444079797,
     * "foreignNotional24h":662123900,"openInterest":574264600,"openValue":1784268825430,"markPrice":32184.89,
     * "indicativeSettlePrice":32182.72,"timestamp":"2021-07-22T22:36:05.000Z"}]
     */
    private void active(Reply reply, Observer out) {
        JsonNode rows = list(reply.json(), "");
        // an old one would value the others at a price of long ago
        bitcoin = null;
        rows.forEach(this::rememberBitcoin);
        out.each(rows, row -> report(row, out));
    }

    /** The index is believed where the mark is near it; of one that is off everything settled in bitcoin would be. */
    private void rememberBitcoin(JsonNode row) {
        if (row.path("symbol").asText().equals("XBTUSD")) {
            BigDecimal index = readable(row, "indicativeSettlePrice");
            boolean isBelieved = index != null && index.signum() > 0 && !Row.areFar(index, readable(row, "markPrice"));
            bitcoin = isBelieved ? index : null;
        }
    }

    private static BigDecimal readable(JsonNode row, String field) {
        try {
            return decimal(row, field);
        } catch (Fields.Malformed e) {
            return null;
        }
    }

    private void report(JsonNode row, Observer out) {
        Instrument instrument = out.instruments().get(word(row, "symbol"));
        if (instrument == null) {
            return;
        }
        Row market = out.row(instrument.symbol())
                .count(decimal(row, "openInterest"))
                .mark(decimal(row, "markPrice"))
                .index(decimal(row, "indicativeSettlePrice"))
                .funding(decimal(row, "fundingRate"), hours(iso(row, "fundingInterval")))
                .at(figureIso(row, "timestamp"));
        BigDecimal settled = settled(instrument, decimal(row, "openValue"));
        BigDecimal traded = settled(instrument, decimal(row, "turnover24h"));
        if (instrument.structure() == Structure.INVERSE) {
            market.amount(settled).volumeInQuote(decimal(row, "foreignNotional24h"));
        }
        boolean isDollarInverse = instrument.structure() == Structure.INVERSE
                && instrument.quote().equals("usd");
        if (instrument.margin().equals("usdt")) {
            market.value(settled).volumeInQuote(traded);
        } else if (instrument.margin().equals("btc") && bitcoin != null && !isDollarInverse) {
            market.valueUsd(multiply(settled, bitcoin)).volumeUsd(multiply(traded, bitcoin));
        }
        market.emit();
    }

    /** From satoshi or millionths of a USDT to whole ones; null for a currency of another scale. */
    private static BigDecimal settled(Instrument instrument, BigDecimal smallest) {
        return smallest == null
                ? null
                : switch (instrument.margin()) {
                    case "btc" -> smallest.movePointLeft(8);
                    case "usdt" -> smallest.movePointLeft(6);
                    default -> null;
                };
    }

    /** An interval is written as the time at which it ends if it begins with the year 2000. */
    private static BigDecimal hours(Instant interval) {
        return interval == null
                ? null
                : divide(
                        BigDecimal.valueOf(Duration.between(YEAR_2000, interval).toMinutes()), MINUTES_PER_HOUR);
    }

    /**
     * {"table":"instrument","action":"partial","data":[{"symbol":"XBTUSD",...}]}, then "update" with
     * {"symbol":"ETHUSD","openInterest":58922153}, also "insert" and "delete". What is no part of a row that came
     * whole is dropped. Answers: {"success":true,"subscribe":"instrument","request":{...}}, {"error":"...","request":
     * {"args":["instrument"]}}, the greeting {"info":"Welcome to the BitMEX Realtime API."}, and the text pong.
     */
    private void stream(Reply message, Socket socket, Observer out) {
        JsonNode body = message.json();
        if (message.text().equals("pong") || body.has("info")) {
            socket.understood();
        } else if (body.path("success").asBoolean()) {
            socket.confirm(body.path("subscribe").asText());
        } else if (body.has("error")) {
            body.at("/request/args").forEach(topic -> socket.refuse(topic.asText(), text(body, "error")));
        } else if (body.path("table").asText().equals("instrument")) {
            String action = body.path("action").asText();
            out.each(list(body, "/data"), change -> change(action, change, out));
        }
    }

    private void change(String action, JsonNode change, Observer out) {
        String symbol = required(change, "symbol");
        if (action.equals("delete")) {
            table.remove(symbol);
            return;
        }
        if (!action.equals("update")) {
            table.put(symbol, change.deepCopy());
        }
        ObjectNode row = table.get(symbol);
        if (row == null) {
            return;
        }
        row.setAll((ObjectNode) change);
        rememberBitcoin(row);
        if (FIGURES.stream().anyMatch(change::has) && text(row, "openInterest") != null) {
            report(row, out);
        }
    }
}
