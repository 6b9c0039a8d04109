package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.divide;
import static io.openinterest.venue.Fields.figureIso;
import static io.openinterest.venue.Fields.figureTime;
import static io.openinterest.venue.Fields.flag;
import static io.openinterest.venue.Fields.iso;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.multiply;
import static io.openinterest.venue.Fields.parts;
import static io.openinterest.venue.Fields.requiredDecimal;
import static io.openinterest.venue.Fields.text;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;
import static io.openinterest.venue.Fields.wordIfAny;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Structure;
import io.openinterest.venue.AssetClasses;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instruments;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Kraken futures, all of them in one answer. Facts: docs.kraken.com, Futures REST (instruments, tickers) and WebSocket
 * (ticker).
 *
 * <p>PI and FI are inverse contracts of 1 USD, PF and FF linear ones of one base unit with many collaterals, margined in
 * USD. Symbols were lower case once, so they are joined in upper case. {@code fundingRate} is money per contract and hour,
 * not a fraction: dollars for a coin of linear contracts, coins for a dollar of inverse ones. {@code serverTime} is the
 * time of the figures; {@code lastTime}, of the last trade, can be hours old or missing. With {@code transport: websocket}
 * the ticker feed is read as well.
 */
public final class KrakenFutures implements Venue {

    private static final BigDecimal HOURLY = BigDecimal.ONE;

    private final AssetClasses classes;
    private final boolean streams;
    private final Stated stated = new Stated();
    /** The venue's spelling by upper case, as its tickers write some symbols otherwise than its list. */
    private final Map<String, String> symbols = new HashMap<>();

    /** Reads the stream too if the option {@code transport} is {@code websocket}. */
    public KrakenFutures(VenueSettings settings) {
        this.classes = settings.common().assetClasses();
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

    /** The budget of private questions. Public ones cost nothing, but where one is too much the other pauses too. */
    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("kraken-futures", 500, Duration.ofSeconds(10)));
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
        JsonNode rows = list(reply.json(), "/instruments");
        stated.add(rows);
        out.each(rows, row -> {
            String type = wordIfAny(row, "type");
            if (!"spot index".equals(type)) {
                String symbol = spelled(word(row, "symbol"));
                symbols.put(symbol.toUpperCase(Locale.ROOT), symbol);
                out.instrument(symbol, () -> status(row), () -> instrument(symbol, row, out));
            }
        });
    }

    /** As the venue writes it, PF_MSTRxUSD; lists that write all in small letters are from before it did. */
    private static String spelled(String symbol) {
        return symbol.equals(symbol.toLowerCase(Locale.ROOT)) ? symbol.toUpperCase(Locale.ROOT) : symbol;
    }

    private static Instrument.Status status(JsonNode row) {
        return flag(row, "tradeable") ? Instrument.Status.OBSERVED : Instrument.Status.SUSPENDED;
    }

    private Instrument instrument(String symbol, JsonNode row, Observer out) {
        String type = word(row, "type");
        boolean isInverse = switch (type) {
            case "futures_inverse" -> true;
            case "flexible_futures", "futures_vanilla" -> false;
            default -> throw unknown("type", type);
        };
        String[] assets = assets(symbol, row);
        String margin = isInverse ? assets[0] : assets[1];
        // PF and PI have no end; FF_ETHUSD_260925 does
        Instrument instrument = symbol.split("_").length < 3
                ? Instrument.perpetual(symbol, assets[0], assets[1], margin)
                : Instrument.future(symbol, assets[0], assets[1], margin, end(row));
        return classified(instrument, assets[0], row, out)
                .structure(isInverse ? Structure.INVERSE : Structure.LINEAR)
                .contractSize(requiredDecimal(row, "contractSize"));
    }

    private static Instant end(JsonNode row) {
        Instant end = iso(row, "lastTradingTime");
        if (end == null) {
            throw new Fields.BadSchema("the field lastTradingTime is missing");
        }
        return end;
    }

    /** Base and quote as the list has them; older lists only name the pair, and the oldest only the symbol. */
    private String[] assets(String symbol, JsonNode row) {
        String pair = stated.word(row, "pair");
        if (pair != null) {
            return parts(pair, ":", 2);
        }
        if (stated.has("base")) {
            return new String[] {word(row, "base"), word(row, "quote")};
        }
        String both = parts(symbol, "_", 2)[1];
        return new String[] {both.substring(0, both.length() - 3), both.substring(both.length() - 3)};
    }

    /** {@code tradfi} tells what is no coin, and the category what it is; xStocks are tokens and have a small x. */
    private Instrument classified(Instrument instrument, String base, JsonNode row, Observer out) {
        String category = stated.word(row, "category");
        boolean isKnown = category != null && classes.ofWord(category).orElse(AssetClass.CRYPTO) != AssetClass.CRYPTO;
        if (isKnown) {
            return out.classified(instrument, base, "category", category);
        } else if (base.matches("[A-Z.]+x")) {
            return instrument.assetClass(AssetClass.EQUITY, base.substring(0, base.length() - 1));
        }
        Instrument named = out.classified(instrument, base);
        if (stated.value(row, "tradfi") == null) {
            return named;
        } else if (!flag(row, "tradfi")) {
            return instrument;
        }
        return named.assetClass() != AssetClass.CRYPTO
                ? named
                : out.classified(instrument, base, "category", "tradfi " + category);
    }

    /**
     * {"result":"success","serverTime":"2026-08-27T17:21:56.554Z","tickers":[{"symbol":"PF_XBTUSD","pair":"XBT:USD",
     * "markPrice":80758.44014980957,"openInterest":2165.173200000000000,"vol24h":8309.2546,"volumeQuote":668123456.1,
     * "fundingRate":1.09E-9,"indexPrice":80758.22,"suspended":false},{"symbol":"in_xbtusd","last":80758}]}. Index rows have
     * no open interest, and are in no list.
     */
    private void tickers(Reply reply, Observer out) {
        Instant time = figureIso(reply.json(), "serverTime");
        out.each(list(reply.json(), "/tickers"), row -> {
            String symbol = listed(word(row, "symbol"));
            if (!row.has("openInterest") && out.instruments().get(symbol) == null) {
                return;
            }
            Row market = out.row(symbol);
            if (!flag(row, "suspended")) {
                ticker(market, row, "indexPrice", time);
                BigDecimal money = decimal(row, "fundingRate");
                if (isInverse(row, "symbol")) {
                    // coins for a dollar
                    market.funding(multiply(money, market.price()), HOURLY).volumeInQuote(decimal(row, "vol24h"));
                } else {
                    // dollars for a coin
                    market.funding(divide(money, market.price()), HOURLY);
                    volume(market, row, "vol24h");
                }
                market.emit();
            }
        });
    }

    private String listed(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return symbols.getOrDefault(upper, upper);
    }

    private static Row ticker(Row market, JsonNode row, String index, Instant time) {
        return market.count(decimal(row, "openInterest"))
                .mark(decimal(row, "markPrice"))
                .index(decimal(row, index))
                .at(time);
    }

    private static boolean isInverse(JsonNode row, String field) {
        return row.path(field).asText().toUpperCase(Locale.ROOT).matches("[PF]I_.*");
    }

    /** Volume in dollars, where the row has it, else in coins. */
    private static void volume(Row market, JsonNode row, String inCoins) {
        BigDecimal dollars = decimal(row, "volumeQuote");
        if (dollars != null) {
            market.volumeInQuote(dollars);
        } else {
            market.volumeInBase(decimal(row, inCoins));
        }
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

    private static boolean isSuspended(JsonNode body) {
        return "ticker".equals(text(body, "feed")) && body.has("openInterest") && flag(body, "suspended");
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
            body.path("product_ids").forEach(product -> socket.confirm(listed(product.asText())));
        } else if ("subscribed_failed".equals(event)) {
            body.path("product_ids").forEach(product -> socket.refuse(listed(product.asText()), "not subscribed"));
        } else if ("alert".equals(event) || "error".equals(event)) {
            out.venueError("the venue answered " + text(body, "message"));
        } else if ("info".equals(event) || "heartbeat".equals(text(body, "feed")) || isSuspended(body)) {
            socket.understood();
        } else if ("ticker".equals(text(body, "feed")) && body.has("openInterest")) {
            Row market = ticker(out.row(listed(word(body, "product_id"))), body, "index", figureTime(body, "time"))
                    .funding(decimal(body, "relative_funding_rate"), HOURLY);
            if (isInverse(body, "product_id")) {
                market.volumeInQuote(decimal(body, "volume"));
            } else {
                volume(market, body, "volume");
            }
            market.emit();
        }
    }
}
