package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.figureTime;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.millis;
import static io.openinterest.venue.Fields.requiredMillis;
import static io.openinterest.venue.Fields.strike;
import static io.openinterest.venue.Fields.text;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.MarketType;
import io.openinterest.venue.Backfill;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instruments;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Socket;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bybit v5 derivatives: {@code bybit-linear}, {@code bybit-inverse} and {@code bybit-option}. One bulk call a minute
 * has open interest, mark price, funding and volume of a whole category; options take one call per base coin. Facts:
 * bybit-exchange.github.io/docs/v5, market and websocket/public/ticker.
 *
 * <p>{@code openInterest} of linear and inverse counts both sides; {@code singleOpenInterest} one. Inverse counts
 * dollars, and there {@code singleOpenInterestValue} is in coins. With {@code transport: websocket} the ticker stream
 * is read as well, and the bulk call refreshes what the stream left unchanged.
 */
public final class Bybit implements Venue {

    private static final String WRONG_PARAMETER = "10001";
    private static final int MAX_COINS = 1000;
    /** A coin without options is tried again. */
    private static final Duration TRIED_EVERY = Duration.ofHours(1);

    private static final Duration BAN_PAUSE = Duration.ofMinutes(10);
    private static final Duration HISTORY_STEP = Duration.ofMinutes(5);
    private static final int HISTORY_ROWS = 200;
    private static final Pattern REFUSED = Pattern.compile("topic: *(\\S+)");

    private final String category;
    private final boolean streams;
    private final Stated stated = new Stated();

    /** Ticker state of the stream by topic: a delta has only the fields that changed. */
    private final Map<String, ObjectNode> tickers = new HashMap<>();
    /** Whose options are asked for: as configured, and each that has a perpetual. */
    private final Set<String> coins;
    /** Time at which a coin turned out to have no options. */
    private final Map<String, Instant> without = new HashMap<>();
    /** Topics of each subscribe frame: the answer names only the frame. */
    private final Map<String, List<String>> asked = new HashMap<>();

    private int frames;

    public Bybit(VenueSettings settings) {
        this.category = settings.id().substring("bybit-".length());
        this.streams = settings.option("transport", "rest").equals("websocket");
        this.coins = new LinkedHashSet<>(settings.common().products().askedOf(settings.id()));
    }

    @Override
    public String exchange() {
        return "bybit";
    }

    @Override
    public String restUrl() {
        return "https://api.bybit.com";
    }

    @Override
    public String wsUrl() {
        return "wss://stream.bybit.com";
    }

    /** 600 requests in 5 s per address, over all categories. */
    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("bybit", 600, Duration.ofSeconds(5)).remainingIn("x-bapi-limit-status"));
    }

    @Override
    public Map<String, List<String>> options() {
        return Map.of("transport", List.of("rest", "websocket"));
    }

    @Override
    public List<Feed> feeds() {
        List<Feed> feeds = new ArrayList<>();
        if (isOption()) {
            feeds.add(Feed.lookup("coins")
                    .get("/v5/market/instruments-info?category=linear&limit=1000")
                    .largest(4 << 20)
                    .parse(this::coins));
        }
        Feed.Poll instruments = Feed.instruments("instruments")
                .requests((listed, now) -> requests("/v5/market/instruments-info", triedCoins(now)).stream()
                        .map(request -> request.with("limit", 1000))
                        .toList())
                .parse(this::instruments);
        feeds.addAll(List.of(
                isOption() ? instruments.after("coins") : instruments,
                Feed.poll("tickers")
                        .requests((listed, now) -> requests("/v5/market/tickers", listedCoins(listed)))
                        .largest(4 << 20)
                        .parse(this::tickers)));
        if (streams) {
            feeds.add(Feed.subscribe("ticker-stream", "/v5/public/" + category)
                    .topics(Bybit::topics, 200, this::subscribeFrame)
                    .unsubscribe(this::unsubscribeFrame)
                    .perConnection(2000)
                    .ping(Duration.ofSeconds(20), "{\"op\":\"ping\"}")
                    .silence(Duration.ofSeconds(60))
                    .opened(this::forget)
                    .parse(this::stream));
        }
        return feeds;
    }

    /** Five-minute open interest, valued with the mark price of the same instant. Options have no history. */
    @Override
    public Backfill history() {
        return isOption() ? null : Backfill.ofEach(HISTORY_STEP, this::pastRequests, this::past);
    }

    /** Error codes come in HTTP 200. Over the address limit the answer is 403, and asking on prolongs it. */
    @Override
    public Fault fault(Reply reply) {
        Fault fault = judge(reply);
        return fault != null && fault.code().equals(WRONG_PARAMETER) && isTrial(reply.request()) ? null : fault;
    }

    /** A coin without options is no fault: it was only tried. One that has a second page has options. */
    private static boolean isTrial(Request request) {
        return request != null
                && request.path().startsWith("/v5/market/instruments-info")
                && request.param("baseCoin") != null
                && request.param("cursor") == null;
    }

    private static Fault judge(Reply reply) {
        if (reply.status() == 403) {
            return Fault.limited(reply, "403", "access too frequent", BAN_PAUSE);
        }
        String code = text(reply.json(), "retCode");
        if (code == null || code.equals("0")) {
            return Fault.of(reply);
        }
        String message = text(reply.json(), "retMsg");
        return switch (code) {
            case "10006", "10429" -> Fault.limited(reply, code, message, null);
            // the address has asked too much, over all categories
            case "10009", "10018" -> Fault.limited(reply, code, message, BAN_PAUSE);
            case "429", "10000", "10016" -> Fault.retry(code, message);
            default -> Fault.refused(code, message);
        };
    }

    private boolean isOption() {
        return category.equals("option");
    }

    private List<Request> requests(String path, Collection<String> ofCoins) {
        Request request = Request.get(path).with("category", category);
        return isOption()
                ? ofCoins.stream().map(coin -> request.with("baseCoin", coin)).toList()
                : List.of(request);
    }

    private List<String> triedCoins(Instant now) {
        return coins.stream()
                .filter(coin -> !without.containsKey(coin)
                        || !without.get(coin).plus(TRIED_EVERY).isAfter(now))
                .toList();
    }

    private static List<String> listedCoins(Instruments listed) {
        return listed.observed().stream()
                .map(instrument -> instrument.base().toUpperCase(Locale.ROOT))
                .distinct()
                .sorted()
                .toList();
    }

    private static boolean isListed(String coin, Instruments listed) {
        return listed.all().stream()
                .anyMatch(known -> known.status() != Instrument.Status.DELISTED
                        && known.base().toUpperCase(Locale.ROOT).equals(coin));
    }

    /** The list of perpetuals: options exist on some of their coins, and only asking tells on which. */
    private void coins(Reply reply, Observer out) {
        out.each(list(reply.json(), "/result/list"), row -> {
            if (coins.size() < MAX_COINS) {
                coins.add(word(row, "baseCoin"));
            }
        });
        nextPage(reply, out);
    }

    /**
     * {"retCode":0,"result":{"category":"linear","nextPageCursor":"","list":[{"symbol":"BTCUSDT",
     * "contractType":"LinearPerpetual","status":"Trading","baseCoin":"BTC","quoteCoin":"USDT","settleCoin":"USDT",
     * "deliveryTime":"0","symbolType":"innovation"}]}}, options with "optionsType":"Call" in place of contractType.
     */
    private void instruments(Reply reply, Observer out) {
        boolean exists = judge(reply) == null;
        JsonNode rows = exists ? list(reply.json(), "/result/list") : Fields.MAPPER.createArrayNode();
        String coin = reply.request().param("baseCoin");
        if (coin != null && rows.isEmpty() && !isListed(coin, out.instruments())) {
            without.put(coin, reply.receivedAt());
        } else if (coin != null) {
            without.remove(coin);
        }
        if (!exists) {
            return;
        }
        stated.add(rows);
        out.each(rows, row -> {
            String symbol = word(row, "symbol");
            out.instrument(symbol, () -> status(row), () -> instrument(symbol, row, out));
        });
        nextPage(reply, out);
    }

    /** The cursor of the last page is empty or null; a page that is full has another behind it. */
    private static void nextPage(Reply reply, Observer out) {
        JsonNode cursor = reply.json().at("/result/nextPageCursor");
        String limit = reply.request().param("limit");
        boolean isFull = limit != null && reply.json().at("/result/list").size() >= Integer.parseInt(limit);
        if (!cursor.isTextual() && (isFull || !cursor.isNull())) {
            throw new Fields.BadSchema("the field nextPageCursor is missing");
        }
        if (cursor.isTextual() && !cursor.textValue().isEmpty()) {
            out.ask(reply.request().withEncoded("cursor", cursor.textValue()));
        }
    }

    private Instrument instrument(String symbol, JsonNode row, Observer out) {
        String base = word(row, "baseCoin");
        String quote = word(row, "quoteCoin");
        String margin = word(row, "settleCoin");
        return classified(typed(symbol, base, quote, margin, row), base, stated.word(row, "symbolType"), out);
    }

    private Instrument typed(String symbol, String base, String quote, String margin, JsonNode row) {
        if (isOption()) {
            String side = word(row, "optionsType");
            MarketType type = switch (side) {
                case "Call" -> MarketType.CALL;
                case "Put" -> MarketType.PUT;
                default -> throw unknown("optionsType", side);
            };
            return Instrument.option(
                    symbol, base, quote, margin, type, requiredMillis(row, "deliveryTime"), strike(symbol));
        }
        String type = word(row, "contractType");
        return switch (type) {
            // a perpetual with a delivery time is about to be delisted, and a perpetual until then
            case "LinearPerpetual", "InversePerpetual" -> Instrument.perpetual(symbol, base, quote, margin);
            case "LinearFutures", "InverseFutures" ->
                Instrument.future(symbol, base, quote, margin, requiredMillis(row, "deliveryTime"));
            default -> throw unknown("contractType", type);
        };
    }

    /** The region a coin is traded in, empty for most, or what it is when it is no coin. */
    private static Instrument classified(Instrument instrument, String base, String symbolType, Observer out) {
        return "".equals(symbolType) ? instrument : out.classified(instrument, base, "symbolType", symbolType);
    }

    private static Instrument.Status status(JsonNode row) {
        String status = word(row, "status");
        return switch (status) {
            case "Trading", "Settling", "Delivering" -> Instrument.Status.OBSERVED;
            case "PreLaunch" -> Instrument.Status.SUSPENDED;
            case "Closed" -> Instrument.Status.DELISTED;
            default -> throw unknown("status", status);
        };
    }

    /**
     * {"retCode":0,"result":{"category":"linear","list":[{"symbol":"ETHUSDT","markPrice":"2450.48",
     * "openInterest":"797657.13","singleOpenInterest":"398828.57","singleOpenInterestValue":"977321434.21",
     * "turnover24h":"2692158450.4150","volume24h":"1101140.65","fundingRate":"0.00003531",
     * "fundingIntervalHour":"8"}]},"time":1789677926362}
     */
    private void tickers(Reply reply, Observer out) {
        Instant time = figureTime(reply.json(), "time");
        out.each(list(reply.json(), "/result/list"), row -> ticker(row, time, out));
    }

    private void ticker(JsonNode row, Instant time, Observer out) {
        var market =
                out.row(word(row, "symbol")).count(decimal(row, "openInterest")).at(time);
        switch (category) {
            case "linear" ->
                market.amount(decimal(row, "singleOpenInterest"))
                        .oneSided(decimal(row, "singleOpenInterest"))
                        .value(decimal(row, "singleOpenInterestValue"))
                        .mark(decimal(row, "markPrice"))
                        .index(decimal(row, "indexPrice"))
                        .volumeInQuote(decimal(row, "turnover24h"));
            case "inverse" ->
                market.amount(decimal(row, "singleOpenInterestValue"))
                        .value(decimal(row, "singleOpenInterest"))
                        .oneSided(decimal(row, "singleOpenInterest"))
                        .mark(decimal(row, "markPrice"))
                        .index(decimal(row, "indexPrice"))
                        .volumeInQuote(decimal(row, "volume24h"));
            default ->
                market.index(decimal(row, "indexPrice"))
                        .premium(decimal(row, "markPrice"))
                        .volumeInQuote(decimal(row, "turnover24h"));
        }
        market.funding(decimal(row, "fundingRate"), decimal(row, "fundingIntervalHour"))
                .emit();
    }

    private static List<String> topics(Instruments listed) {
        return listed.observed().stream()
                .map(instrument -> "tickers." + instrument.symbol())
                .toList();
    }

    private void forget(List<String> topics) {
        topics.forEach(tickers::remove);
        asked.values().removeIf(frame -> topics.contains(frame.get(0)));
    }

    private String subscribeFrame(List<String> topics) {
        String id = nextId();
        asked.put(id, topics);
        return frame(id, "subscribe", topics);
    }

    /** Topics that go on would count against the most a connection may have, and be refused when they come back. */
    private String unsubscribeFrame(List<String> topics) {
        topics.forEach(tickers::remove);
        return frame(nextId(), "unsubscribe", topics);
    }

    private String nextId() {
        frames++;
        return "t" + frames;
    }

    private static String frame(String id, String operation, List<String> topics) {
        ObjectNode frame = Fields.MAPPER.createObjectNode().put("req_id", id).put("op", operation);
        topics.forEach(frame.putArray("args")::add);
        return frame.toString();
    }

    /**
     * {"topic":"tickers.BTCUSDT","type":"snapshot","data":{"symbol":"BTCUSDT","markPrice":"63560.80",
     * "openInterest":"59972.256",...},"ts":1786659827683}, then "type":"delta" with the changed keys only. Answers:
     * {"success":true,"req_id":"t1","op":"subscribe"}, for options {"data":{"failTopics":[],"successTopics":[...]},
     * "type":"COMMAND_RESP"}, on failure {"success":false,"ret_msg":"Invalid topic: ..."} or {"success":false,
     * "ret_msg":"error:handler not found,topic:tickers.BTCUSDT","req_id":"t1","op":"subscribe"}.
     */
    private void stream(Reply message, Socket socket, Observer out) {
        JsonNode body = message.json();
        String topic = text(body, "topic");
        if (topic == null) {
            answer(body, socket);
            return;
        }
        if (!topic.startsWith("tickers.") || !body.path("data").isObject()) {
            return;
        }
        ObjectNode changed = (ObjectNode) body.path("data");
        ObjectNode known = tickers.get(topic);
        if (known == null
                && text(body, "type") != null
                && body.path("type").asText().equals("delta")) {
            return;
        }
        ObjectNode ticker = body.path("type").asText().equals("delta") ? known.setAll(changed) : changed;
        tickers.put(topic, ticker);
        if (text(ticker, "openInterest") != null && text(ticker, "markPrice") != null) {
            ticker(ticker, figureTime(body, "ts"), out);
        }
    }

    private void answer(JsonNode body, Socket socket) {
        String operation = body.path("op").asText();
        String said = body.path("ret_msg").asText();
        if (operation.equals("pong") || operation.equals("unsubscribe") || said.equals("pong")) {
            socket.understood();
            return;
        }
        body.at("/data/successTopics").forEach(topic -> socket.confirm(topic.asText()));
        body.at("/data/failTopics").forEach(topic -> socket.refuse(topic.asText(), "named among failTopics"));
        List<String> topics = asked.remove(body.path("req_id").asText());
        if (body.path("success").asBoolean(true)) {
            if (topics != null) {
                topics.forEach(socket::confirm);
            }
        } else {
            refused(said, topics == null ? List.of() : topics, socket);
        }
    }

    /** The first topic that can't be subscribed to refuses its whole frame: the others are asked for again. */
    private void refused(String why, List<String> topics, Socket socket) {
        Matcher named = REFUSED.matcher(why);
        if (!named.find()) {
            return;
        }
        String topic = named.group(1);
        if (why.contains("already subscribed")) {
            socket.confirm(topic);
        } else {
            socket.refuse(topic, why);
        }
        List<String> others =
                topics.stream().filter(other -> !other.equals(topic)).toList();
        if (!others.isEmpty() && others.size() < topics.size()) {
            socket.send(subscribeFrame(others));
        }
    }

    private List<Request> pastRequests(Instrument instrument, Instant from, Instant to) {
        List<Request> requests = new ArrayList<>();
        Duration span = HISTORY_STEP.multipliedBy(HISTORY_ROWS);
        for (Instant start = from; start.isBefore(to); start = start.plus(span)) {
            Instant end = start.plus(span).isBefore(to) ? start.plus(span) : to;
            requests.add(Request.get("/v5/market/mark-price-kline")
                    .with("category", category)
                    .with("symbol", instrument.symbol())
                    .with("interval", 5)
                    .with("start", start.minus(HISTORY_STEP).toEpochMilli())
                    .with("end", end.toEpochMilli())
                    .with("limit", HISTORY_ROWS + 2));
            requests.add(Request.get("/v5/market/open-interest")
                    .with("category", category)
                    .with("symbol", instrument.symbol())
                    .with("intervalTime", "5min")
                    .with("startTime", start.toEpochMilli())
                    .with("endTime", end.toEpochMilli() - 1)
                    .with("limit", HISTORY_ROWS));
        }
        return requests;
    }

    /**
     * {"retCode":0,"result":{"symbol":"BTCUSDT","category":"linear","list":[["1789458600000","63560.8","63570",
     * "63550","63561"]]}}: start, open, high, low, close; and {"result":{"symbol":"BTCUSDT","list":[{
     * "openInterest":"52664.642","singleOpenInterest":"26332.321","timestamp":"1789458600000"}],
     * "nextPageCursor":"lastid%3D28782110%26lasttime%3D1789458000"}}, newest first. A timestamp may be in seconds; the
     * cursor is encoded already.
     */
    private void past(Reply reply, Observer out) {
        String symbol = reply.request().param("symbol");
        JsonNode rows = list(reply.json(), "/result/list");
        if (reply.request().path().startsWith("/v5/market/mark-price-kline")) {
            out.each(rows, row -> {
                out.about(symbol);
                out.pastPrice(symbol, millis(row, 0), decimal(row, 1));
            });
            return;
        }
        out.each(rows, row -> {
            var market = out.row(symbol).count(decimal(row, "openInterest")).at(figureTime(row, "timestamp"));
            BigDecimal oneSide = decimal(row, "singleOpenInterest");
            (category.equals("inverse") ? market.value(oneSide) : market.amount(oneSide)).emit();
        });
        if (!rows.isEmpty()) {
            nextPage(reply, out);
        }
    }
}
