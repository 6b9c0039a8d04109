package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.flag;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.required;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;
import static io.openinterest.venue.Fields.wordIfAny;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.AssetClass;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Hyperliquid perpetuals: the first dex and all that others built (HIP-3, {@code xyz:NVDA}). One call a minute for each
 * dex has universe and figures; a figure belongs to the name at the same place. Facts:
 * hyperliquid.gitbook.io, info endpoint, perpetuals.
 *
 * <p>Open interest is in coins, one side, without a time. Everything is quoted in dollars; the margin is the collateral
 * of the dex, a token that {@code spotMeta} names. What builders list has the class they gave it in
 * {@code perpCategories}. With {@code transport: websocket} one channel has the figures of all dexs, without names.
 */
public final class Hyperliquid implements Venue {

    private static final String INFO = "/info";
    private static final int WEIGHT = 20;
    private static final String CHANNEL = "allDexsAssetCtxs";
    private static final BigDecimal THOUSAND = new BigDecimal(1000);
    private static final BigDecimal FUNDING_HOURS = BigDecimal.ONE;
    private static final int MAX_DEXS = 50;

    private final boolean streams;

    /** Dexs that are asked for: those of the last list and of the one before, for a list may leave one out. */
    private Set<String> dexs = Set.of();

    private Set<String> lastNamed = Set.of();
    /** Names of collateral tokens by their index; those in use in 2026 until the venue says otherwise. */
    private Map<String, String> tokens = Map.of("0", "USDC", "235", "USDE", "268", "USDT0", "360", "USDH");

    private Map<String, String> categories = Map.of();
    /** Names of each dex, by place: the stream has none. */
    private final Map<String, List<String>> universes = new HashMap<>();

    public Hyperliquid(VenueSettings settings) {
        this.streams = settings.option("transport", "rest").equals("websocket");
    }

    @Override
    public String exchange() {
        return "hyperliquid";
    }

    @Override
    public String restUrl() {
        return "https://api.hyperliquid.xyz";
    }

    @Override
    public String wsUrl() {
        return "wss://api.hyperliquid.xyz";
    }

    /** 1200 a minute per address; every question here weighs 20. */
    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("hyperliquid", 1200, Duration.ofMinutes(1)));
    }

    @Override
    public Map<String, List<String>> options() {
        return Map.of("transport", List.of("rest", "websocket"));
    }

    @Override
    public List<Feed> feeds() {
        // tokens and categories are asked for at once, the dexs of builders two answers later: so they find them there,
        // and do without where the venue has none
        List<Feed> feeds = new ArrayList<>(List.of(
                Feed.lookup("tokens")
                        .requests((listed, now) -> List.of(question("spotMeta")))
                        .every(Duration.ofHours(1))
                        .parse(this::tokens),
                Feed.lookup("categories")
                        .requests((listed, now) -> List.of(question("perpCategories")))
                        .parse(this::categories),
                Feed.lookup("dexs")
                        .requests((listed, now) -> List.of(question("perpDexs")))
                        .parse(this::dexs),
                Feed.instruments("instruments")
                        .requests((listed, now) -> List.of(contexts("")))
                        .after("dexs")
                        .parse(this::instruments),
                Feed.poll("contexts")
                        .requests((listed, now) -> contextRequests(listed))
                        .parse(this::contexts)));
        if (streams) {
            feeds.add(Feed.subscribe("context-stream", "/ws")
                    .topics(
                            listed -> List.of(CHANNEL),
                            1,
                            topics -> "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"" + CHANNEL + "\"}}")
                    .ping(Duration.ofSeconds(30), "{\"method\":\"ping\"}")
                    .silence(Duration.ofSeconds(60))
                    // each message holds all markets
                    .largest(4 << 20)
                    .parse(this::stream));
        }
        return feeds;
    }

    private static Request question(String type) {
        return Request.post(
                        INFO, Fields.MAPPER.createObjectNode().put("type", type).toString())
                .weight(WEIGHT);
    }

    private static Request contexts(String dex) {
        String body = Fields.MAPPER
                .createObjectNode()
                .put("type", "metaAndAssetCtxs")
                .put("dex", dex)
                .toString();
        return Request.post(INFO, body).weight(WEIGHT);
    }

    private static List<Request> contextRequests(Instruments listed) {
        return listed.observed().stream()
                .map(instrument -> contexts(dex(instrument.symbol())))
                .distinct()
                .toList();
    }

    /** xyz of xyz:NVDA, nothing of BTC. */
    private static String dex(String symbol) {
        return symbol.substring(0, Math.max(0, symbol.indexOf(':')));
    }

    // ---- what the list does not say -------------------------------------------------------------------------------

    /** [null,{"name":"xyz","fullName":"XYZ","deployer":"0x88...","assetToStreamingOiCap":[["xyz:AAPL","50000000.0"]]}] */
    private void dexs(Reply reply, Observer out) {
        JsonNode answer = list(reply.json(), "");
        if (!answer.path(0).isNull()) {
            throw new Fields.BadSchema("the list of dexs does not begin with the first, which has no name");
        }
        Set<String> named = new LinkedHashSet<>();
        for (int place = 1; place < answer.size() && named.size() < MAX_DEXS; place++) {
            named.add(word(answer.path(place), "name"));
        }
        dexs = new LinkedHashSet<>(named);
        dexs.addAll(lastNamed);
        lastNamed = named;
    }

    /** {"universe":[...],"tokens":[{"name":"USDC","szDecimals":8,"index":0,"isCanonical":true}]} */
    private void tokens(Reply reply, Observer out) {
        Map<String, String> found = new HashMap<>();
        out.each(list(reply.json(), "/tokens"), token -> found.put(required(token, "index"), word(token, "name")));
        tokens = found;
    }

    /** [["xyz:GOLD","commodities"],["flx:BTC","crypto"]] */
    private void categories(Reply reply, Observer out) {
        Map<String, String> found = new HashMap<>();
        out.each(list(reply.json(), ""), pair -> {
            if (!pair.path(0).isTextual() || !pair.path(1).isTextual()) {
                throw new Fields.BadSchema("a category has not a name and a word");
            }
            found.put(pair.path(0).textValue(), pair.path(1).textValue());
        });
        categories = found;
    }

    // ---- instruments and open interest ----------------------------------------------------------------------------

    /**
     * The answer of {@link #contexts(Reply, Observer)}, read for {"universe":[{"name":"BTC","szDecimals":5,
     * "maxLeverage":40},{"name":"MATIC","isDelisted":true}],"marginTables":[],"collateralToken":0}; null is a dex that
     * is gone. The first dex comes first, for its names tell what is a coin.
     */
    private void instruments(Reply reply, Observer out) {
        if (reply.json().isNull()) {
            return;
        }
        JsonNode meta = reply.json().path(0);
        List<String> names = names(reply.json());
        boolean isFirst = "".equals(dex(names));
        Set<String> coins = isFirst ? Set.of() : new HashSet<>(universes.getOrDefault("", List.of()));
        // the first dex had no token of its own when it was the only one
        String margin = isFirst && !meta.has("collateralToken") ? "USDC" : margin(required(meta, "collateralToken"));
        out.each(list(meta, "/universe"), row -> {
            String symbol = word(row, "name");
            out.instrument(symbol, () -> status(row), () -> instrument(symbol, margin, coins, out));
        });
        if (isFirst) {
            dexs.forEach(dex -> out.ask(contexts(dex)));
        }
    }

    /** By place; null for a row without one, which costs that market only. */
    private List<String> names(JsonNode answer) {
        List<String> names = new ArrayList<>();
        list(answer.path(0), "/universe").forEach(row -> names.add(wordIfAny(row, "name")));
        String dex = dex(names);
        if (dex != null) {
            universes.put(dex, names);
        }
        return names;
    }

    /** Null where there is no name. */
    private static String dex(List<String> names) {
        return names.stream()
                .filter(Objects::nonNull)
                .findFirst()
                .map(Hyperliquid::dex)
                .orElse(null);
    }

    /** USDT0 is USDT on another chain. */
    private String margin(String index) {
        String token = tokens.get(index);
        if (token == null) {
            throw unknown("collateralToken", index);
        }
        return token.equals("USDT0") || token.equals("USD\u20AE0") ? "USDT" : token;
    }

    /** Only what is delisted says anything. */
    private static Instrument.Status status(JsonNode row) {
        boolean isDelisted = !row.path("isDelisted").isMissingNode() && flag(row, "isDelisted");
        return isDelisted ? Instrument.Status.DELISTED : Instrument.Status.OBSERVED;
    }

    private Instrument instrument(String symbol, String margin, Set<String> coins, Observer out) {
        String base = symbol.substring(symbol.indexOf(':') + 1);
        Instrument instrument = Instrument.perpetual(symbol, base, "USD", margin);
        if (base.matches("k[A-Z0-9]+")) {
            return instrument.base(base.substring(1).toLowerCase(Locale.ROOT), THOUSAND);
        }
        return dex(symbol).isEmpty() ? instrument : classified(instrument, base, coins, out);
    }

    /** Without a category it is a coin where the first dex has it too, and a stock where nothing else is known. */
    private Instrument classified(Instrument instrument, String base, Set<String> coins, Observer out) {
        String category = categories.get(instrument.symbol());
        if (category != null) {
            return out.classified(instrument, base, "perpCategories", category);
        }
        if (coins.contains(base)) {
            return instrument;
        }
        Instrument named = out.classified(instrument, base);
        return named.assetClass() == AssetClass.CRYPTO ? instrument.assetClass(AssetClass.EQUITY, base) : named;
    }

    /**
     * [{"universe":[{"name":"BTC","szDecimals":5}],"collateralToken":0},[{"funding":"-0.0000015186",
     * "openInterest":"27353.17682","prevDayPx":"76317.0","dayNtlVlm":"1516669192.1953897476","premium":"-0.0005927453",
     * "oraclePx":"77605.0","markPx":"77562.0","midPx":"77558.5","dayBaseVlm":"19707.77457"}]]
     */
    private void contexts(Reply reply, Observer out) {
        if (reply.json().isNull()) {
            return;
        }
        List<String> names = names(reply.json());
        JsonNode contexts = list(reply.json(), "/1");
        if (contexts.size() != names.size()) {
            throw new Fields.BadSchema(
                    "there are " + names.size() + " names and the figures of " + contexts.size() + " markets");
        }
        markets(names, contexts, out);
    }

    private static void markets(List<String> names, JsonNode contexts, Observer out) {
        out.each(contexts, (context, place) -> {
            if (names.get(place) == null) {
                throw new Fields.BadSchema("the market has no name");
            }
            out.row(names.get(place))
                    .count(decimal(context, "openInterest"))
                    .mark(decimal(context, "markPx"))
                    .index(decimal(context, "oraclePx"))
                    .funding(decimal(context, "funding"), FUNDING_HOURS)
                    .volumeInQuote(decimal(context, "dayNtlVlm"))
                    .emit();
        });
    }

    // ---- stream ---------------------------------------------------------------------------------------------------

    /**
     * {"channel":"allDexsAssetCtxs","data":{"ctxs":[["",[{"openInterest":"27353.17682",...}]],["xyz",[...]]]}};
     * {"channel":"subscriptionResponse","data":{"method":"subscribe","subscription":{"type":"allDexsAssetCtxs"}}};
     * {"channel":"error","data":"..."}; {"channel":"pong"}. A dex whose number of markets is not that of its names has
     * just changed, and is left to the next poll.
     */
    private void stream(Reply message, Socket socket, Observer out) {
        JsonNode body = message.json();
        switch (body.path("channel").asText()) {
            case CHANNEL -> {
                for (JsonNode dex : list(body, "/data/ctxs")) {
                    List<String> names = universes.getOrDefault(dex.path(0).textValue(), List.of());
                    if (dex.path(1).size() == names.size()) {
                        markets(names, list(dex, "/1"), out);
                    }
                }
            }
            case "subscriptionResponse" -> socket.confirm(CHANNEL);
            case "pong" -> socket.understood();
            // no refusal: there is no other topic to go on with, and a silent connection is replaced
            case "error" ->
                out.venueError("the venue answered " + body.path("data").asText());
            default -> {}
        }
    }
}
