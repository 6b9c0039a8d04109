package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.divide;
import static io.openinterest.venue.Fields.iso;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.millis;
import static io.openinterest.venue.Fields.required;
import static io.openinterest.venue.Fields.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.AssetClass;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instruments;
import io.openinterest.venue.Observer;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Socket;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Kraken futures, all of them in one answer. Facts: docs.kraken.com, Futures REST (instruments, tickers) and WebSocket
 * (ticker).
 *
 * <p>PI and FI are inverse contracts of 1 USD, PF and FF linear ones of one base unit with many collaterals, margined in
 * USD. Symbols were lower case once, so they are joined in upper case. {@code fundingRate} is in quote currency per
 * contract and hour, not a fraction. {@code serverTime} is the time of the figures; {@code lastTime}, of the last trade,
 * can be hours old or missing. With {@code transport: websocket} the ticker feed is read as well.
 */
public final class KrakenFutures implements Venue {

    private static final BigDecimal HOURLY = BigDecimal.ONE;

    private final boolean streams;

    /** Reads the stream too if the option {@code transport} is {@code websocket}. */
    public KrakenFutures(VenueSettings settings) {
        this.streams = settings.option("transport", "rest").equals("websocket");
    }

    @Override
    public String exchange() {
        return "kraken";
    }

    @Override
    public String restUrl() {
        return "https://futures.kraken.com";
    }

    @Override
    public String wsUrl() {
        return "wss://futures.kraken.com";
    }

    @Override
    public Map<String, List<String>> options() {
        return Map.of("transport", List.of("rest", "websocket"));
    }

    @Override
    public List<Feed> feeds() {
        List<Feed> feeds = new ArrayList<>(List.of(
                Feed.instruments("instruments")
                        .get("/derivatives/api/v3/instruments")
                        .parse(this::instruments),
                Feed.poll("tickers").get("/derivatives/api/v3/tickers").parse(this::tickers)));
        if (streams) {
            feeds.add(Feed.subscribe("ticker-stream", "/ws/v1")
                    .topics(KrakenFutures::topics, 100, KrakenFutures::subscribeFrame)
                    .ping(Duration.ofSeconds(30), null)
                    .silence(Duration.ofSeconds(60))
                    .parse(this::stream));
        }
        return feeds;
    }

    /** {"result":"error","error":"apiLimitExceeded","serverTime":"..."}, or {"errors":[{"message":"..."}]}. */
    @Override
    public Fault fault(Reply reply) {
        JsonNode body = reply.json();
        String error = text(body, "error");
        if (error == null) {
            error = text(body.path("errors").path(0), "message");
        }
        if (error == null) {
            return Fault.of(reply);
        }
        return switch (error) {
            case "apiLimitExceeded" -> Fault.limited(reply, error, "too many requests", null);
            case "Server Error", "Unavailable", "marketUnavailable" -> Fault.retry(error, error);
            default -> Fault.refused(error, error);
        };
    }

    /**
     * {"result":"success","instruments":[{"symbol":"PF_XBTUSD","type":"flexible_futures","base":"BTC","quote":"USD",
     * "pair":"BTC:USD","contractSize":1,"tradeable":true},{"symbol":"FI_XBTUSD_260925","type":"futures_inverse",
     * "lastTradingTime":"2026-09-25T15:00:00.000Z","contractSize":1,"tradeable":true},{"symbol":"in_xbtusd",
     * "type":"spot index","tradeable":false}]}. Index rows are no markets.
     */
    private void instruments(Reply reply, Observer out) {
        out.each(list(reply.json(), "/instruments"), row -> {
            String type = required(row, "type");
            if (type.startsWith("futures") || type.startsWith("flexible")) {
                out.instrument(instrument(row, type.equals("futures_inverse")));
            }
        });
    }

    private static Instrument instrument(JsonNode row, boolean inverse) {
        String symbol = required(row, "symbol").toUpperCase(Locale.ROOT);
        String[] assets = assets(row, symbol);
        Instant end = iso(row, "lastTradingTime");
        String margin = inverse ? assets[0] : assets[1];
        Instrument instrument = end == null
                ? Instrument.perpetual(symbol, assets[0], assets[1], margin)
                : Instrument.future(symbol, assets[0], assets[1], margin, end);
        if (assets[0].matches("[A-Z.]+x")) {
            instrument = instrument.assetClass(AssetClass.EQUITY, assets[0].substring(0, assets[0].length() - 1));
        }
        return instrument
                .contractSize(decimal(row, "contractSize"))
                .status(
                        row.path("tradeable").asBoolean(true)
                                ? Instrument.Status.OBSERVED
                                : Instrument.Status.SUSPENDED);
    }

    /** Base and quote as the list has them; older lists only name the pair, and the oldest only the symbol. */
    private static String[] assets(JsonNode row, String symbol) {
        if (text(row, "pair") != null) {
            return text(row, "pair").split(":");
        }
        if (text(row, "base") != null && text(row, "quote") != null) {
            return new String[] {text(row, "base"), text(row, "quote")};
        }
        String both = symbol.split("_")[1];
        return new String[] {both.substring(0, both.length() - 3), both.substring(both.length() - 3)};
    }

    /**
     * {"result":"success","serverTime":"2026-08-27T17:21:56.554Z","tickers":[{"symbol":"PF_XBTUSD","pair":"XBT:USD",
     * "markPrice":80758.44014980957,"openInterest":2165.173200000000000,"vol24h":8309.2546,"volumeQuote":668123456.1,
     * "fundingRate":1.09E-9,"indexPrice":80758.22,"suspended":false},{"symbol":"in_xbtusd","last":80758}]}. Index rows have
     * no open interest.
     */
    private void tickers(Reply reply, Observer out) {
        Instant time = iso(reply.json(), "serverTime");
        out.each(list(reply.json(), "/tickers"), row -> {
            if (row.has("openInterest") && !row.path("suspended").asBoolean()) {
                BigDecimal rate = divide(decimal(row, "fundingRate"), decimal(row, "markPrice"));
                ticker(required(row, "symbol"), row, "indexPrice", "vol24h", rate, time, out);
            }
        });
    }

    private static void ticker(
            String name, JsonNode row, String index, String volume, BigDecimal rate, Instant time, Observer out) {
        String symbol = name.toUpperCase(Locale.ROOT);
        var market = out.row(symbol)
                .count(decimal(row, "openInterest"))
                .mark(decimal(row, "markPrice"))
                .index(decimal(row, index))
                .funding(rate, HOURLY)
                .at(time);
        if (symbol.startsWith("PI_") || symbol.startsWith("FI_")) {
            market.volumeInQuote(decimal(row, volume));
        } else {
            market.volumeInBase(decimal(row, volume));
        }
        market.emit();
    }

    private static List<String> topics(Instruments listed) {
        return listed.observed().stream().map(Instrument::symbol).toList();
    }

    private static String subscribeFrame(List<String> products) {
        ObjectNode frame =
                Fields.MAPPER.createObjectNode().put("event", "subscribe").put("feed", "ticker");
        products.forEach(frame.putArray("product_ids")::add);
        return frame.toString();
    }

    /**
     * {"feed":"ticker","product_id":"PI_BCHUSD","index":123.8,"time":1680220799000,"funding_rate":1.2e-9,
     * "relative_funding_rate":-0.000004,"volume":1234,"openInterest":488789,"markPrice":123.84,"suspended":false}. One
     * {"event":"subscribed","feed":"ticker","product_ids":["PI_BCHUSD"]} a product; a heartbeat or {@code ticker_lite} has
     * no open interest.
     */
    private void stream(Reply message, Socket socket, Observer out) {
        JsonNode body = message.json();
        String event = text(body, "event");
        if ("subscribed".equals(event)) {
            body.path("product_ids").forEach(product -> socket.confirm(product.asText()));
        } else if ("subscribed_failed".equals(event)) {
            body.path("product_ids").forEach(product -> socket.refuse(product.asText(), "not subscribed"));
        } else if ("ticker".equals(text(body, "feed"))
                && body.has("openInterest")
                && !body.path("suspended").asBoolean()) {
            BigDecimal rate = decimal(body, "relative_funding_rate");
            ticker(required(body, "product_id"), body, "index", "volume", rate, millis(body, "time"), out);
        }
    }
}
