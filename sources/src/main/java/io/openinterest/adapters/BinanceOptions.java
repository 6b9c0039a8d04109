package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.divide;
import static io.openinterest.venue.Fields.figureTime;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.multiply;
import static io.openinterest.venue.Fields.parts;
import static io.openinterest.venue.Fields.required;
import static io.openinterest.venue.Fields.requiredDecimal;
import static io.openinterest.venue.Fields.requiredMillis;
import static io.openinterest.venue.Fields.text;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.MarketType;
import io.openinterest.venue.AssetClasses;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instruments;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Row;
import io.openinterest.venue.Socket;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Binance options, {@code binance-options} ({@code /eapi}). One stream per underlying and expiration brings the open
 * interest of its options once a minute; a series whose stream has brought nothing for a while is asked for by REST.
 * Facts: developers.binance.com, derivatives, options-trading.
 *
 * <p>The documentation names the stream in two ways, {@code btcusdt@openInterest@261225} in its example and
 * {@code btcusdt@optionOpenInterest@261225} in its title: {@code stream: optionOpenInterest} chooses the other one, and
 * {@code transport: rest} does without. The venue acknowledges streams it never sends, so only data counts.
 */
public final class BinanceOptions implements Venue {

    private static final Duration SILENCE = Duration.ofSeconds(150);
    private static final List<String> STREAM_NAMES = List.of("openInterest", "optionOpenInterest");
    private static final DateTimeFormatter YYMMDD =
            DateTimeFormatter.ofPattern("yyMMdd").withZone(ZoneOffset.UTC);

    private static final Names IN_REPLY = new Names("symbol", "sumOpenInterest", "sumOpenInterestUsd", "timestamp");
    private static final Names IN_STREAM = new Names("s", "o", "h", "E");

    /** An index older than this proves nothing about a count. */
    private static final Duration INDEX_AGE = Duration.ofSeconds(60);

    /** Distance allowed between the quotient of value and index and what it stands for. */
    private static final BigDecimal TOLERANCE = new BigDecimal("0.02");

    private final AssetClasses classes;
    private final boolean streams;
    private final String streamName;
    private final Stated stated = new Stated();

    /** By symbol, of all that are listed. */
    private final Map<String, Series> series = new LinkedHashMap<>();
    /** By underlying. */
    private final Map<String, Index> indexes = new HashMap<>();
    /** Price of a contract by symbol, as of the last bulk call; empty while it fails. */
    private final Map<String, BigDecimal> marks = new HashMap<>();
    /** Time at which the stream of a series last brought data. */
    private final Map<Series, Instant> heard = new HashMap<>();
    /** By underlying, what its options were last seen to be counted in. */
    private final Map<String, Counted> lastCounted = new HashMap<>();
    /** Streams of each subscribe frame that is not answered yet: the answer names only the frame. */
    private final Map<Integer, List<String>> asked = new LinkedHashMap<>();

    private int frames;

    /** All options of an underlying with one expiration, which are asked for together. */
    private record Series(String asset, String underlying, String expiration) {}

    private record Index(BigDecimal price, Instant at) {}

    /** Names of a row's fields. */
    private record Names(String symbol, String count, String value, String time) {}

    private enum Counted {
        COINS,
        CONTRACTS
    }

    public BinanceOptions(VenueSettings settings) {
        this.classes = settings.common().assetClasses();
        this.streams = !settings.option("transport", "websocket").equals("rest");
        this.streamName = settings.option("stream", STREAM_NAMES.get(0));
        if (!STREAM_NAMES.contains(streamName)) {
            throw new IllegalArgumentException("venues." + settings.id() + ".stream is '" + streamName
                    + "', allowed are openInterest and optionOpenInterest.");
        }
    }

    @Override
    public String exchange() {
        return "binance";
    }

    @Override
    public String restUrl() {
        return "https://eapi.binance.com";
    }

    @Override
    public String wsUrl() {
        return "wss://fstream.binance.com";
    }

    /** Limits of its own: options are not metered with the futures. */
    @Override
    public List<RateLimit> limits() {
        return List.of(
                RateLimit.of("binance-options", 2400, Duration.ofMinutes(1)).usedIn("x-mbx-used-weight-1m"));
    }

    /** Open interest is renewed once a minute at best. */
    @Override
    public Duration maxAge() {
        return Duration.ofMinutes(10);
    }

    @Override
    public Map<String, List<String>> options() {
        return Map.of("transport", List.of("rest", "websocket"), "stream", STREAM_NAMES);
    }

    @Override
    public List<Feed> feeds() {
        Stream<Feed> polls = Stream.of(
                Feed.instruments("instruments")
                        .get("/eapi/v1/exchangeInfo")
                        .largest(8 << 20)
                        .parse(this::instruments),
                // premiums only: a poll that names no market would count as an empty list
                Feed.lookup("marks")
                        .every(Duration.ofSeconds(60))
                        .get("/eapi/v1/mark", 5)
                        .largest(4 << 20)
                        .parse(this::marks)
                        .failed((request, fault) -> marks.clear()),
                // before the rows, which it proves the unit of; most have a value of their own
                Feed.poll("index")
                        .requests((listed, now) -> indexRequests(listed))
                        .largest(64 << 10)
                        .parse(this::index),
                Feed.poll("open-interest")
                        .after("index")
                        .requests(this::openInterestRequests)
                        .parse(this::openInterest));
        // pings come from the venue, and it ends each connection after 24 hours
        Feed stream = Feed.subscribe("open-interest-stream", "/market/stream")
                .topics(this::topics, 20, this::subscribeFrame)
                .perConnection(200)
                .silence(SILENCE)
                .maxAge(Duration.ofHours(23))
                .opened(topics -> asked.values().removeIf(frame -> !Collections.disjoint(frame, topics)))
                .parse(this::stream);
        return Stream.concat(polls, streams ? Stream.of(stream) : Stream.empty())
                .toList();
    }

    @Override
    public Fault fault(Reply reply) {
        return Binance.judge(reply);
    }

    /**
     * {"optionContracts":[{"baseAsset":"BTC","quoteAsset":"USDT","underlying":"BTCUSDT","settleAsset":"USDT"}],
     * "optionSymbols":[{"symbol":"BTC-220815-50000-C","side":"CALL","strikePrice":"50000","underlying":"BTCUSDT",
     * "unit":1,"quoteAsset":"USDT","expiryDate":1660550400000,"status":"TRADING"}]}; since July 2026 also
     * "underlyingType", as there are options on stocks.
     */
    private void instruments(Reply reply, Observer out) {
        Map<String, JsonNode> contracts = new HashMap<>();
        reply.json().path("optionContracts").forEach(row -> contracts.put(text(row, "underlying"), row));
        series.keySet().removeIf(symbol -> out.instruments().get(symbol) == null);
        heard.keySet().retainAll(series.values());
        JsonNode rows = list(reply.json(), "/optionSymbols");
        stated.add(rows);
        out.each(rows, row -> {
            String symbol = word(row, "symbol");
            out.instrument(symbol, () -> status(row), () -> instrument(symbol, row, contracts, out));
        });
    }

    /** Older lists have no status, and only what is traded. */
    private Instrument.Status status(JsonNode row) {
        String status = stated.word(row, "status");
        return status == null ? Instrument.Status.OBSERVED : Binance.status(status);
    }

    private Instrument instrument(String symbol, JsonNode row, Map<String, JsonNode> contracts, Observer out) {
        String underlying = word(row, "underlying");
        String quote = word(row, "quoteAsset");
        String side = word(row, "side");
        MarketType type = switch (side) {
            case "CALL" -> MarketType.CALL;
            case "PUT" -> MarketType.PUT;
            default -> throw unknown("side", side);
        };
        Instant expiry = requiredMillis(row, "expiryDate");
        JsonNode contract = contracts.get(underlying);
        String asset = contract == null ? parts(symbol, "-", 2)[0] : word(contract, "baseAsset");
        String margin = contract == null ? quote : word(contract, "settleAsset");
        Instrument instrument = Instrument.option(
                        symbol, asset, quote, margin, type, expiry, requiredDecimal(row, "strikePrice"))
                .contractSize(requiredDecimal(row, "unit"));
        series.put(symbol, new Series(asset, underlying, YYMMDD.format(expiry)));
        return Binance.classified(instrument, asset, row, stated, classes, out);
    }

    /** [{"symbol":"BTC-200730-9000-C","markPrice":"1343.2883","markIV":"1.45"}]: the premium of one contract. */
    private void marks(Reply reply, Observer out) {
        marks.clear();
        out.each(list(reply.json(), ""), row -> {
            String symbol = required(row, "symbol");
            out.about(symbol);
            BigDecimal price = decimal(row, "markPrice");
            if (price != null) {
                marks.put(symbol, price);
            }
        });
    }

    private List<Request> indexRequests(Instruments listed) {
        return observed(listed)
                .map(Series::underlying)
                .distinct()
                .map(underlying -> Request.get("/eapi/v1/index").with("underlying", underlying))
                .toList();
    }

    /** {"time":1656647305000,"indexPrice":"105917.75"}. */
    private void index(Reply reply, Observer out) {
        String underlying = reply.request().param("underlying");
        BigDecimal price = requiredDecimal(reply.json(), "indexPrice");
        out.index(underlying, price);
        if (price.signum() > 0) {
            indexes.put(underlying, new Index(price, reply.receivedAt()));
        }
    }

    private List<Request> openInterestRequests(Instruments listed, Instant now) {
        return observed(listed)
                .distinct()
                .filter(one ->
                        heard.getOrDefault(one, Instant.EPOCH).plus(SILENCE).isBefore(now))
                .map(one -> Request.get("/eapi/v1/openInterest")
                        .with("underlyingAsset", one.asset())
                        .with("expiration", one.expiration())
                        .weight(0))
                .toList();
    }

    private Stream<Series> observed(Instruments listed) {
        return listed.observed().stream().map(instrument -> series.get(instrument.symbol()));
    }

    /**
     * [{"symbol":"ETH-260925-2600-P","sumOpenInterest":"2165.81","sumOpenInterestUsd":"5889858.84",
     * "timestamp":"1790163480000"}]: the value is that of the underlying coins. A series nobody trades has an empty list
     * or the error -6010.
     */
    private void openInterest(Reply reply, Observer out) {
        out.each(list(reply.json(), ""), row -> option(row, IN_REPLY, reply.receivedAt(), out));
    }

    private List<String> topics(Instruments listed) {
        return observed(listed)
                .distinct()
                .map(one -> one.underlying().toLowerCase(Locale.ROOT) + "@" + streamName + "@" + one.expiration())
                .toList();
    }

    private String subscribeFrame(List<String> topics) {
        frames++;
        asked.put(frames, topics);
        ObjectNode frame = Fields.MAPPER.createObjectNode().put("method", "SUBSCRIBE");
        topics.forEach(frame.putArray("params")::add);
        return frame.put("id", frames).toString();
    }

    /**
     * {"stream":"ethusdt@openInterest@221125","data":[{"e":"openInterest","E":1668759300045,"s":"ETH-221125-2700-C",
     * "o":"1580.87","h":"1912992.178168204"}]}, or the array alone. The rows name their option, so the name of the
     * stream does not matter; other events on the same connection are none of ours.
     */
    private void stream(Reply message, Socket socket, Observer out) {
        JsonNode body = message.json();
        JsonNode data = body.has("data") ? body.path("data") : body;
        if (!message.isJson()) {
            throw new Fields.BadSchema("the message is no JSON document");
        } else if (data.isArray()) {
            out.each(data, row -> {
                if (row.path("e").asText().equals("openInterest")) {
                    option(row, IN_STREAM, message.receivedAt(), out);
                    Series brought = series.get(text(row, "s"));
                    if (brought != null) {
                        heard.put(brought, message.receivedAt());
                    }
                }
            });
        } else {
            answer(body, socket);
        }
    }

    /**
     * {"result":null,"id":1}, or {"code":2,"msg":"Invalid request: unknown stream"}, in newer form {"error":{"code":2,
     * "msg":"..."},"id":1}. A refusal may lack the id: answers come in order.
     */
    private void answer(JsonNode body, Socket socket) {
        JsonNode error = body.has("error") ? body.path("error") : body;
        boolean refusal = error.has("code");
        if (asked.isEmpty() || !refusal && !body.has("result")) {
            return;
        }
        int oldest = asked.keySet().iterator().next();
        List<String> topics = asked.remove(body.path("id").asInt(oldest));
        if (topics != null) {
            topics.forEach(refusal ? topic -> socket.refuse(topic, text(error, "msg")) : socket::confirm);
        }
    }

    /** The index is the price of a coin where the value does not give it: some have interest and a value of 0. */
    private void option(JsonNode row, Names names, Instant now, Observer out) {
        String symbol = word(row, names.symbol());
        Row market = out.row(symbol);
        BigDecimal count = decimal(row, names.count());
        BigDecimal value = decimal(row, names.value());
        Instrument option = out.instruments().get(symbol);
        Series one = series.get(symbol);
        if (option == null || one == null) {
            return;
        }
        market.count(count).value(value).at(figureTime(row, names.time()));
        BigDecimal unit = option.contractSize();
        // none is none in coins and in contracts
        if (unit.compareTo(BigDecimal.ONE) != 0 && isPositive(count)) {
            Counted in = counted(one.underlying(), count, value, unit, now);
            if (in == null) {
                out.implausible(symbol, "the value fits neither " + count + " coins nor as many contracts of " + unit);
                return;
            }
            if (in == Counted.COINS) {
                market.count(divide(count, unit)).amount(count);
            }
        }
        market.priceOf(one.underlying())
                .premium(divide(marks.get(symbol), unit))
                .emit();
    }

    /**
     * Of contracts of several coins the documentation says that contracts are counted, but payloads show coins: value ÷
     * (count × index) is 1 where coins are counted, the unit where contracts are, and else null. Where that can't be
     * told, the other options of the underlying tell it.
     */
    private Counted counted(String underlying, BigDecimal count, BigDecimal value, BigDecimal unit, Instant now) {
        Index index = indexes.get(underlying);
        boolean known = index != null && !index.at().plus(INDEX_AGE).isBefore(now);
        if (!known || !isPositive(count) || !isPositive(value)) {
            return lastCounted.get(underlying);
        }
        BigDecimal ratio = divide(value, multiply(count, index.price()));
        Counted found = isNear(ratio, BigDecimal.ONE) ? Counted.COINS : isNear(ratio, unit) ? Counted.CONTRACTS : null;
        if (found != null) {
            lastCounted.put(underlying, found);
        }
        return found;
    }

    private static boolean isPositive(BigDecimal figure) {
        return figure != null && figure.signum() > 0;
    }

    private static boolean isNear(BigDecimal figure, BigDecimal target) {
        return figure.subtract(target).abs().compareTo(target.multiply(TOLERANCE)) <= 0;
    }
}
