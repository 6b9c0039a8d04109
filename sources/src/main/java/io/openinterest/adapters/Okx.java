package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.figureTime;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.optionalWord;
import static io.openinterest.venue.Fields.parts;
import static io.openinterest.venue.Fields.required;
import static io.openinterest.venue.Fields.requiredDecimal;
import static io.openinterest.venue.Fields.requiredMillis;
import static io.openinterest.venue.Fields.text;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Structure;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * OKX swaps, futures and options. One bulk call a minute for all swaps, one for all futures and one for each family of
 * options. Facts: okx.com/docs-v5, Public Data and WebSocket open-interest.
 *
 * <p>Linear rows carry their value in {@code oiUsd}; inverse ones are worth contracts x contract size exactly; options
 * are worth coins x index, because their {@code oiUsd} is something else. One contract is {@code ctVal x ctMult}. With
 * {@code transport: websocket} the open-interest channel is read as well; it is silent while nothing changes, so the
 * bulk calls go on.
 */
public final class Okx implements Venue {

    private static final int MAX_FAMILIES = 100;
    private static final String MARK_PRICE_LIMIT = "okx-mark-price";
    /** No market is still observed when its premium is this old. */
    private static final Duration PREMIUM_AGE = Duration.ofMinutes(5);

    /** A parameter is wrong, there is no such instrument, it does not match the underlying, there is nothing. */
    private static final Set<String> NO_SUCH_FAMILY = Set.of("51000", "51001", "51002", "404");

    private static final Pattern UNKNOWN_TOPIC = Pattern.compile("instId:([^\\s,]+) doesn't exist");

    private final boolean streams;
    private final Stated stated = new Stated();

    /** Families of options to try: as configured, and found in lists that leave out the dollar-margined ones. */
    private final Set<String> families;

    /** Mark prices of options, by family. */
    private final Map<String, Premiums> premiums = new HashMap<>();

    private record Premiums(Instant at, Map<String, BigDecimal> bySymbol) {}

    public Okx(VenueSettings settings) {
        this.streams = settings.option("transport", "rest").equals("websocket");
        this.families = new LinkedHashSet<>(settings.common().products().askedOf(settings.id()));
    }

    @Override
    public String exchange() {
        return "okx";
    }

    @Override
    public String restUrl() {
        return "https://www.okx.com";
    }

    @Override
    public String wsUrl() {
        return "wss://ws.okx.com:8443";
    }

    /** Each endpoint has 20 requests in 2 s per address, which all together keep; mark prices have 10. */
    @Override
    public List<RateLimit> limits() {
        return List.of(
                RateLimit.of("okx", 20, Duration.ofSeconds(2)),
                RateLimit.of(MARK_PRICE_LIMIT, 10, Duration.ofSeconds(2)));
    }

    @Override
    public Map<String, List<String>> options() {
        return Map.of("transport", List.of("rest", "websocket"));
    }

    @Override
    public List<Feed> feeds() {
        List<Feed> feeds = new ArrayList<>(List.of(
                Feed.lookup("families")
                        .get("/api/v5/public/underlying?instType=OPTION")
                        .parse(this::families),
                Feed.instruments("instruments")
                        .after("families")
                        .requests((listed, now) -> requests("/api/v5/public/instruments", List.copyOf(families)))
                        .parse(this::instruments),
                Feed.poll("prices")
                        .requests((listed, now) -> priceRequests(listed))
                        .parse(this::prices),
                Feed.poll("open-interest")
                        .after("prices")
                        .requests((listed, now) -> requests("/api/v5/public/open-interest", List.of()))
                        .parse(this::openInterest),
                Feed.poll("option-open-interest")
                        .requests(
                                (listed, now) -> optionRequests("/api/v5/public/open-interest", listedFamilies(listed)))
                        .after("prices")
                        .parse(this::openInterest)));
        if (streams) {
            // 480 requests an hour on a connection, 64 KB in one
            feeds.add(Feed.subscribe("open-interest-stream", "/ws/v5/public")
                    .topics(Okx::topics, 500, Okx::subscribeFrame)
                    .perConnection(3000)
                    .pace(Duration.ofMillis(7500))
                    .ping(Duration.ofSeconds(20), "ping")
                    .silence(Duration.ofSeconds(60))
                    .parse(this::stream));
        }
        return feeds;
    }

    /** A family of options that does not exist is no fault: it was only tried. What is refused for another reason is one. */
    @Override
    public Fault fault(Reply reply) {
        Fault fault = judge(reply);
        return fault != null && NO_SUCH_FAMILY.contains(fault.code()) && isTrial(reply.request()) ? null : fault;
    }

    /** {"code":"50011","msg":"Too Many Requests","data":[]}, with HTTP 200, 400, 429 or 5xx. */
    private static Fault judge(Reply reply) {
        String code = text(reply.json(), "code");
        if (code == null || code.equals("0")) {
            return Fault.of(reply);
        }
        String message = text(reply.json(), "msg");
        return switch (code) {
            case "50011" -> Fault.limited(reply, code, message, null);
            case "50001", "50004", "50013", "50026" -> Fault.retry(code, message);
            default -> reply.status() == 429 || reply.status() >= 500 ? Fault.of(reply) : Fault.refused(code, message);
        };
    }

    private static boolean isTrial(Request request) {
        return request.path().startsWith("/api/v5/public/instruments") && request.param("instFamily") != null;
    }

    // ---- instruments ----------------------------------------------------------------------------------------------

    private static List<Request> requests(String path, List<String> optionFamilies) {
        return Stream.concat(
                        Stream.of("SWAP", "FUTURES")
                                .map(type -> Request.get(path).with("instType", type)),
                        optionRequests(path, optionFamilies).stream())
                .toList();
    }

    private static List<Request> optionRequests(String path, List<String> optionFamilies) {
        return optionFamilies.stream()
                .map(family -> Request.get(path).with("instType", "OPTION").with("instFamily", family))
                .toList();
    }

    private static List<String> listedFamilies(Instruments listed) {
        return listed.observed().stream()
                .filter(instrument -> instrument.type().isOption())
                .map(instrument -> family(instrument.symbol()))
                .distinct()
                .toList();
    }

    /** {"code":"0","data":[["BTC-USD","ETH-USD"]],"msg":""} */
    private void families(Reply reply, Observer out) {
        for (JsonNode group : list(reply.json(), "/data")) {
            group.forEach(underlying -> tryFamily(text(underlying)));
        }
    }

    private void tryFamily(String underlying) {
        if (underlying != null && families.size() < MAX_FAMILIES) {
            families.add(underlying);
            families.add(underlying + "_UM");
        }
    }

    /**
     * {"code":"0","msg":"","data":[{"instId":"ETH-USDT-SWAP","instType":"SWAP","uly":"ETH-USDT","instFamily":"ETH-USDT",
     * "baseCcy":"","quoteCcy":"","settleCcy":"USDT","ctType":"linear","ctVal":"0.1","ctMult":"1","ctValCcy":"ETH",
     * "optType":"","stk":"","expTime":"","state":"live","ruleType":"normal","instCategory":"1"}]}. An option has
     * "ctType":"", "optType":"C" and "stk":"92000"; an X-Perp has "instType":"FUTURES", "ruleType":"xperp" and a family
     * that ends in _XPERP.
     */
    private void instruments(Reply reply, Observer out) {
        boolean exists = judge(reply) == null;
        JsonNode rows = exists ? list(reply.json(), "/data") : Fields.MAPPER.createArrayNode();
        String family = reply.request().param("instFamily");
        String asked = family != null ? family : reply.request().param("instType");
        if (rows.isEmpty() && isListed(asked, out.instruments())) {
            throw new Fields.BadSchema("the list of " + asked + " is empty");
        }
        stated.add(reply.request().param("instType"), rows);
        out.each(rows, row -> {
            // what is announced may have no name yet
            if (text(row, "instId") != null || status(row) == Instrument.Status.OBSERVED) {
                String symbol = word(row, "instId");
                if (underlying(symbol).endsWith("-USD")) {
                    tryFamily(underlying(symbol));
                }
                out.instrument(symbol, () -> status(row), () -> instrument(symbol, row, out));
            }
        });
    }

    private static boolean isListed(String product, Instruments listed) {
        return listed.all().stream()
                .anyMatch(known -> known.status() != Instrument.Status.DELISTED
                        && product(known).equals(product));
    }

    private static String product(Instrument instrument) {
        if (instrument.type().isOption()) {
            return family(instrument.symbol());
        }
        return instrument.symbol().endsWith("-SWAP") ? "SWAP" : "FUTURES";
    }

    private Instrument instrument(String symbol, JsonNode row, Observer out) {
        // BTC-USD_UM is margined in a dollar coin and quoted in USD, as its underlying BTC-USD says
        String[] assets = parts(underlying(symbol), "-", 2);
        String base = assets[0];
        String quote = assets[1];
        String margin = word(row, "settleCcy");
        String type = word(row, "instType");
        Instrument instrument = switch (type) {
            // the time of a swap's delisting is no expiration
            case "SWAP" -> Instrument.perpetual(symbol, base, quote, margin).structure(structure(row));
            case "FUTURES" ->
                (isPerpetual(symbol, row)
                                ? Instrument.perpetual(symbol, base, quote, margin)
                                : Instrument.future(symbol, base, quote, margin, requiredMillis(row, "expTime")))
                        .structure(structure(row));
            case "OPTION" ->
                Instrument.option(
                        symbol,
                        base,
                        quote,
                        margin,
                        side(row),
                        requiredMillis(row, "expTime"),
                        requiredDecimal(row, "stk"));
            default -> throw unknown("instType", type);
        };
        return classified(instrument, base, stated.word(row, "instCategory"), out)
                .contractSize(requiredDecimal(row, "ctVal").multiply(requiredDecimal(row, "ctMult")));
    }

    /** An X-Perp is filed under futures and has a date that is no expiration. */
    private static boolean isPerpetual(String symbol, JsonNode row) {
        return symbol.contains("_XPERP") || "xperp".equals(optionalWord(row, "ruleType"));
    }

    private static Structure structure(JsonNode row) {
        String type = word(row, "ctType");
        return switch (type) {
            case "linear" -> Structure.LINEAR;
            case "inverse" -> Structure.INVERSE;
            default -> throw unknown("ctType", type);
        };
    }

    private static MarketType side(JsonNode row) {
        String side = word(row, "optType");
        return switch (side) {
            case "C" -> MarketType.CALL;
            case "P" -> MarketType.PUT;
            default -> throw unknown("optType", side);
        };
    }

    private static Instrument classified(Instrument instrument, String base, String category, Observer out) {
        if (category == null || category.isEmpty()) {
            return out.classified(instrument, base);
        }
        String word = switch (category) {
            case "1" -> "crypto";
            case "3" -> "stock";
            case "4" -> "commodity";
            case "5" -> "forex";
            case "6" -> "bond";
            default -> category;
        };
        return out.classified(instrument, base, "instCategory", word);
    }

    /** preopen, suspend, rebase and test are listed and not traded. */
    private static Instrument.Status status(JsonNode row) {
        String state = word(row, "state");
        return switch (state) {
            case "live" -> Instrument.Status.OBSERVED;
            case "preopen", "suspend", "rebase", "settling", "test" -> Instrument.Status.SUSPENDED;
            case "expired" -> Instrument.Status.DELISTED;
            default -> throw unknown("state", state);
        };
    }

    /** BTC-USD_UM of BTC-USD_UM-260626-61000-C. */
    private static String family(String symbol) {
        String[] parts = symbol.split("-");
        return parts.length < 2 ? symbol : parts[0] + "-" + parts[1];
    }

    /** BTC-USD of BTC-USD_UM-260626-61000-C, which is also the name of its index. */
    private static String underlying(String symbol) {
        return family(symbol).replaceFirst("_.*", "");
    }

    // ---- prices ---------------------------------------------------------------------------------------------------

    private static List<Request> priceRequests(Instruments listed) {
        List<String> optionFamilies = listedFamilies(listed);
        List<Request> requests = new ArrayList<>();
        optionFamilies.stream()
                .map(family -> underlying(family).split("-")[1])
                .distinct()
                .map(quote -> Request.get("/api/v5/market/index-tickers").with("quoteCcy", quote))
                .forEach(requests::add);
        requests("/api/v5/public/mark-price", optionFamilies)
                .forEach(request -> requests.add(request.limit(MARK_PRICE_LIMIT)));
        return requests;
    }

    /**
     * {"code":"0","msg":"","data":[{"instId":"BTC-USD","idxPx":"103895","ts":"1746942707815"}]} of index-tickers and
     * {"code":"0","msg":"","data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","markPx":"84660.1",
     * "ts":"1744590349506"}]} of mark-price, which is a premium where the instrument is an option.
     */
    private void prices(Reply reply, Observer out) {
        JsonNode rows = list(reply.json(), "/data");
        String family = reply.request().param("instFamily");
        if (family != null) {
            Map<String, BigDecimal> marks = new HashMap<>();
            out.each(rows, row -> {
                String symbol = required(row, "instId");
                out.about(symbol);
                marks.put(symbol, decimal(row, "markPx"));
            });
            premiums.put(family, new Premiums(reply.receivedAt(), marks));
            return;
        }
        out.each(rows, row -> {
            String symbol = required(row, "instId");
            out.about(symbol);
            out.index(symbol, decimal(row, "idxPx"));
            out.mark(symbol, decimal(row, "markPx"));
        });
    }

    private BigDecimal premium(String symbol, Instant now) {
        Premiums known = premiums.get(family(symbol));
        return known == null || known.at().plus(PREMIUM_AGE).isBefore(now)
                ? null
                : known.bySymbol().get(symbol);
    }

    // ---- open interest --------------------------------------------------------------------------------------------

    /**
     * {"code":"0","data":[{"instId":"ETH-USDT-SWAP","instType":"SWAP","oi":"6099139.870000016",
     * "oiCcy":"609913.9870000016","oiUsd":"1494667414.821943920992","ts":"1789677927222"}],"msg":""}: contracts, coins,
     * dollars. Expired instruments can still be in it.
     */
    private void openInterest(Reply reply, Observer out) {
        out.each(list(reply.json(), "/data"), row -> openInterest(row, reply.receivedAt(), out));
    }

    private void openInterest(JsonNode row, Instant now, Observer out) {
        String symbol = word(row, "instId");
        Row market = out.row(symbol)
                .count(decimal(row, "oi"))
                .amount(decimal(row, "oiCcy"))
                .at(figureTime(row, "ts"));
        Instrument instrument = out.instruments().get(symbol);
        if (instrument == null) {
            market.emit();
            return;
        }
        boolean inverse = instrument.structure() == Structure.INVERSE;
        if (instrument.type().isOption()) {
            market.priceOf(underlying(symbol));
            if (inverse) {
                market.premiumInBase(premium(symbol, now));
            } else {
                market.premium(premium(symbol, now));
            }
        } else if (!inverse) {
            market.valueUsd(decimal(row, "oiUsd"));
        }
        market.emit();
    }

    // ---- stream ---------------------------------------------------------------------------------------------------

    private static List<String> topics(Instruments listed) {
        return listed.observed().stream().map(Instrument::symbol).toList();
    }

    private static String subscribeFrame(List<String> topics) {
        ObjectNode frame = Fields.MAPPER.createObjectNode().put("op", "subscribe");
        ArrayNode args = frame.putArray("args");
        topics.forEach(topic -> args.addObject().put("channel", "open-interest").put("instId", topic));
        return frame.toString();
    }

    /**
     * {"arg":{"channel":"open-interest","instId":"ETH-USDT-SWAP"},"data":[...]} with the rows of the REST answer;
     * {"event":"subscribe","arg":{"channel":"open-interest","instId":"LTC-USD-SWAP"},"connId":"a4d3ae55"};
     * {"event":"error","code":"60018","msg":"Wrong URL or channel:open-interest,instId:BTC-USDT-250101 doesn't
     * exist..."}; {"event":"notice","code":"64008","msg":"The connection will soon be closed for a service upgrade..."};
     * and the text pong.
     */
    private void stream(Reply message, Socket socket, Observer out) {
        if (message.text().equals("pong")) {
            socket.understood();
            return;
        }
        JsonNode body = message.json();
        String event = text(body, "event");
        String topic = text(body.path("arg"), "instId");
        if (event == null) {
            if ("open-interest".equals(text(body.path("arg"), "channel"))) {
                openInterest(message, out);
            }
        } else if (event.equals("subscribe") && topic != null) {
            socket.confirm(topic);
        } else if (event.equals("notice") && "64008".equals(text(body, "code"))) {
            socket.reconnect("a service upgrade is announced");
        } else if (event.equals("error")) {
            String error = text(body, "code") + ": " + text(body, "msg");
            Matcher unknown = UNKNOWN_TOPIC.matcher(error);
            if (topic != null || unknown.find()) {
                socket.refuse(topic != null ? topic : unknown.group(1), error);
            } else {
                out.venueError("the venue answered " + error);
            }
        }
    }
}
