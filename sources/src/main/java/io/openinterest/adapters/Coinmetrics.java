package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.figureIso;
import static io.openinterest.venue.Fields.iso;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.optionalWord;
import static io.openinterest.venue.Fields.required;
import static io.openinterest.venue.Fields.requiredDecimal;
import static io.openinterest.venue.Fields.text;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;
import static io.openinterest.venue.Fields.wordIfAny;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Structure;
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
import io.openinterest.venue.Row;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Coin Metrics API v4: markets of many exchanges, by default those of CME. Contracts as the exchange counts them, sizes
 * from the reference data. {@code value_usd} is deprecated there and not read: values come from the reference rate of
 * the base asset, as the rows have no price. Facts: docs.coinmetrics.io, market open interest.
 *
 * <p>With a key in the environment variable {@code COINMETRICS_API_KEY} the professional host is asked, else the
 * community one, which knows the last 24 hours. {@code next_page_url} contains the key: only the page token is used.
 */
public final class Coinmetrics implements Venue {

    private static final String KEY = "COINMETRICS_API_KEY";
    private static final List<String> OTHERWISE = List.of("cme-*-future");
    /** An address may have 10,000 characters. */
    private static final int IDS_AT_ONCE = 100;

    private static final int PAGE = 10_000;
    private static final int ROWS_PER_MARKET = 50;
    private static final Duration WINDOW = Duration.ofMinutes(30);
    /** CME has one figure a day, and none on a long weekend. */
    private static final Duration DAILY_WINDOW = Duration.ofHours(96);

    private static final String RATE = "ReferenceRateUSD";
    /** Span in which the newest rate is looked for, by frequency; the community may have one a day. */
    private static final Map<String, Duration> RATE_WINDOWS =
            Map.of("1m", WINDOW, "1h", Duration.ofHours(4), "1d", Duration.ofHours(49));

    private static final Map<String, String> OURS =
            Map.of("okex", "okx", "huobi", "htx", "gate.io", "gate", "crypto.com", "cryptocom");
    private static final Map<String, String> THEIRS =
            OURS.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
    /** A market id or a pattern of some; anything else among the symbols only chooses from what is asked for. */
    private static final Pattern MARKETS = Pattern.compile("[^,&?#\\s]+-(future|option|\\*)");

    /** BTC-USDT-231027, BTC-25DEC26 */
    private static final Pattern DAY = Pattern.compile("(\\d{6}|\\d[A-Z]{3}\\d{2})$");

    private static final Pattern QUOTED_VALUE = Pattern.compile("(?:Value|Asset) '([^']+)'");
    private static final Pattern QUOTED_MARKET = Pattern.compile("[Mm]arket '([^']+)'");
    private static final Pattern TOKEN = Pattern.compile("[?&]next_page_token=([^&]+)");

    /** Of one time the one they wrote down last, which corrects the others. */
    private static final Comparator<JsonNode> NEWEST_FIRST = Comparator.comparing(
                    (JsonNode row) -> row.path("time").textValue())
            .thenComparing(row -> row.path("database_time").asText())
            .reversed();

    private final List<String> markets;
    private final Duration pollInterval;
    private final String key;

    /** Market ids they do not know: one of them fails a whole list. */
    private final Set<String> unknownMarkets = new HashSet<>();

    private final Set<String> withoutRate = new HashSet<>();
    /** Frequencies of the reference rate still to try, best first: not every key may have each. */
    private final List<String> frequencies = new ArrayList<>(List.of("1m", "1h", "1d"));

    public Coinmetrics(VenueSettings settings) {
        this(settings, System.getenv(KEY));
    }

    Coinmetrics(VenueSettings settings, String key) {
        List<String> wanted = settings.symbols() == null ? OTHERWISE : settings.symbols();
        List<String> ids =
                wanted.stream().filter(text -> MARKETS.matcher(text).matches()).toList();
        this.markets = ids.isEmpty() ? OTHERWISE : ids;
        this.pollInterval = settings.pollInterval();
        this.key = key == null || key.isBlank() ? null : key.strip();
    }

    @Override
    public String exchange() {
        return "coinmetrics";
    }

    @Override
    public String restUrl() {
        return key == null ? "https://community-api.coinmetrics.io" : "https://api.coinmetrics.io";
    }

    /** Its okex, huobi, gate.io and crypto.com are okx, htx, gate and cryptocom, in what is asked for too. */
    @Override
    public String published(String configured) {
        return renamed(configured, OURS);
    }

    @Override
    public boolean isAggregator() {
        return true;
    }

    @Override
    public Set<String> alsoDelivers() {
        boolean isCmeAsked = markets.stream().anyMatch(market -> market.matches("\\*.*|cme-.*"));
        return isCmeAsked ? Set.of("cme") : Set.of();
    }

    @Override
    public List<RateLimit> limits() {
        RateLimit limit = key == null
                ? RateLimit.of("coinmetrics", 10, Duration.ofSeconds(6))
                : RateLimit.of("coinmetrics", 6000, Duration.ofSeconds(20));
        return List.of(limit.remainingIn("x-ratelimit-remaining"));
    }

    @Override
    public List<Feed> feeds() {
        return List.of(
                Feed.instruments("instruments")
                        .requests((listed, now) -> questions().stream()
                                .map(this::referenceData)
                                .distinct()
                                .toList())
                        .largest(8 << 20)
                        .parse(Coinmetrics::instruments)
                        .failed(this::learn),
                // a lookup: without rates the rows are still to be read, and say what they lack
                Feed.lookup("reference-rates")
                        .every(pollInterval)
                        .requests(this::rates)
                        .parse(Coinmetrics::rates)
                        .failed(this::learnRates),
                Feed.poll("open-interest")
                        .requests((listed, now) -> questions().stream()
                                .map(markets -> latest(markets, now))
                                .toList())
                        .largest(8 << 20)
                        .parse(Coinmetrics::openInterest)
                        .failed(this::learn)
                        .after("reference-rates"));
    }

    @Override
    public Backfill history() {
        return new Backfill(Duration.ofMinutes(1), IDS_AT_ONCE, this::pastRequests, Coinmetrics::past);
    }

    /** {"error":{"type":"bad_parameter","message":"Bad parameter 'markets'. Market 'x-spot' is not supported."}} */
    @Override
    public Fault fault(Reply reply) {
        if (reply.status() == 429) {
            String seconds = reply.header("x-ratelimit-reset");
            boolean isNumber = seconds != null && seconds.matches("\\d{1,5}");
            return Fault.limited(
                    reply, "429", "too many requests", isNumber ? Duration.ofSeconds(Long.parseLong(seconds)) : null);
        }
        String type = text(reply.json().at("/error/type"));
        return type == null || reply.status() >= 500
                ? Fault.of(reply)
                : Fault.refused(type, reply.json().at("/error/message").asText());
    }

    /** {"error":{"type":"forbidden","message":"Requested metric ... is not available with supplied credentials."}} */
    @Override
    public boolean deniesQuestions() {
        return true;
    }

    // ---- what is asked --------------------------------------------------------------------------------------------

    /** Values of the parameter {@code markets}: one pattern, or ids joined by commas. */
    private List<String> questions() {
        List<String> theirs = markets.stream()
                .map(symbol -> renamed(symbol, THEIRS))
                .filter(symbol -> !unknownMarkets.contains(symbol))
                .toList();
        List<String> questions =
                new ArrayList<>(theirs.stream().filter(id -> id.contains("*")).toList());
        theirs.stream()
                .filter(id -> !id.contains("*"))
                .collect(Collectors.partitioningBy(Coinmetrics::isDaily))
                .values()
                .forEach(ids -> Request.parts(ids, IDS_AT_ONCE).forEach(part -> questions.add(String.join(",", part))));
        return questions;
    }

    private static boolean isDaily(String market) {
        return market.startsWith("cme-");
    }

    /** The reference data takes no pattern, but exchange and type. */
    private Request referenceData(String markets) {
        Request request = get("/v4/reference-data/markets").with("page_size", PAGE);
        if (!markets.contains("*")) {
            return request.with("markets", markets);
        }
        String exchange = markets.substring(0, Math.max(0, markets.indexOf('-')));
        String type = markets.substring(markets.lastIndexOf('-') + 1);
        request = exchange.isEmpty() || exchange.contains("*") ? request : request.with("exchange", exchange);
        return type.contains("*") ? request : request.with("type", type);
    }

    /** The rows of the last minutes or days, oldest first; the parser takes the newest of each market. */
    private Request latest(String markets, Instant now) {
        Instant start = now.minus(isDaily(markets) ? DAILY_WINDOW : WINDOW).truncatedTo(ChronoUnit.MINUTES);
        return openInterest(markets, start).with("limit_per_market", ROWS_PER_MARKET);
    }

    private Request openInterest(String markets, Instant start) {
        return get("/v4/timeseries/market-openinterest")
                .withEncoded("markets", markets)
                .with("start_time", start)
                .with("paging_from", "start")
                .with("page_size", PAGE);
    }

    private List<Request> rates(Instruments listed, Instant now) {
        String assets = assets(listed.observed());
        return assets.isEmpty() ? List.of() : List.of(rates(assets, now).with("limit_per_asset", ROWS_PER_MARKET));
    }

    private String assets(Collection<Instrument> some) {
        return some.stream()
                .map(Instrument::base)
                .filter(asset -> !withoutRate.contains(asset))
                .distinct()
                .sorted()
                .collect(Collectors.joining(","));
    }

    private Request rates(String assets, Instant from) {
        Instant start = from.minus(RATE_WINDOWS.get(frequencies.get(0)));
        return get("/v4/timeseries/asset-metrics")
                .withEncoded("assets", assets)
                .with("metrics", RATE)
                .with("frequency", frequencies.get(0))
                .with("start_time", start.truncatedTo(ChronoUnit.MINUTES))
                .with("paging_from", "start")
                .with("page_size", PAGE)
                // an asset without a rate must not cost the others theirs
                .with("ignore_unsupported_errors", true)
                .with("ignore_forbidden_errors", true);
    }

    private Request get(String path) {
        Request request = Request.get(path);
        return key == null ? request : request.withSecret("api_key", key);
    }

    /** One unknown market fails the whole list: the next time it is left out. */
    private void learn(Request request, Fault fault) {
        Matcher market = QUOTED_MARKET.matcher(fault.detail());
        if (fault.code().equals("bad_parameter") && market.find()) {
            unknownMarkets.add(market.group(1));
        }
    }

    /** An asset they have no rate of is left out the next time; only what is said of the frequency changes it. */
    private void learnRates(Request request, Fault fault) {
        Matcher asset = QUOTED_VALUE.matcher(fault.detail());
        if (fault.code().equals("bad_parameter") && fault.detail().contains("'assets'") && asset.find()) {
            withoutRate.add(asset.group(1));
        } else if (fault.kind() == Fault.Kind.REFUSED && frequencies.size() > 1) {
            frequencies.remove(0);
        }
    }

    // ---- what is answered -----------------------------------------------------------------------------------------

    /**
     * {"data":[{"market":"cme-BTCZ6-future","exchange":"cme","type":"future","base":"btc","quote":"usd",
     * "symbol":"BTCZ6","size_asset":"btc","margin_asset":"usd","contract_size":"5",
     * "listing":"2025-12-29T00:00:00.000000000Z","expiration":"2026-12-24T16:00:00.000000000Z","status":"online"}],
     * "next_page_token":"...","next_page_url":"..."}; options with "option_contract_type":"call" and "strike".
     */
    private static void instruments(Reply reply, Observer out) {
        out.each(list(reply.json(), "/data"), row -> {
            String type = wordIfAny(row, "type");
            if (!"spot".equals(type)) {
                String key = renamed(word(row, "market"), OURS);
                out.instrument(key, () -> status(row, reply.receivedAt()), () -> instrument(row, out));
            }
        });
        nextPage(reply, out);
    }

    /** Markets that are over stay in the reference data, with or without saying so. */
    private static Instrument.Status status(JsonNode row, Instant now) {
        // the documentation has rows without one
        String status = optionalWord(row, "status");
        if (status != null && !status.equals("online") && !status.equals("offline")) {
            throw unknown("status", status);
        }
        Instant end = expiration(row, word(row, "type"));
        boolean isOver = "offline".equals(status) || end != null && !end.isAfter(now);
        return isOver ? Instrument.Status.DELISTED : Instrument.Status.OBSERVED;
    }

    private static Instrument instrument(JsonNode row, Observer out) {
        String type = word(row, "type");
        if (!type.equals("future") && !type.equals("option")) {
            throw unknown("type", type);
        }
        String exchange = word(row, "exchange");
        String symbol = word(row, "symbol");
        String base = word(row, "base");
        String quote = word(row, "quote");
        String sized = word(row, "size_asset");
        if (!sized.equals(base) && (type.equals("option") || !sized.equals(quote))) {
            // a quanto contract is so much of the margin
            throw unknown("size_asset", sized);
        }
        // inverse contracts are so many dollars, and margined in the coin
        String otherwise = type.equals("option") ? sized : sized.equals(base) ? quote : base;
        String stated = optionalWord(row, "margin_asset");
        String margin = stated == null ? otherwise : stated;
        Instant expiration = expiration(row, type);
        Instrument instrument;
        if (type.equals("option")) {
            instrument = Instrument.option(
                    symbol, base, quote, margin, side(row), expiration, requiredDecimal(row, "strike"));
        } else {
            instrument = (expiration == null
                            ? Instrument.perpetual(symbol, base, quote, margin)
                            : Instrument.future(symbol, base, quote, margin, expiration))
                    .structure(sized.equals(base) ? Structure.LINEAR : Structure.INVERSE);
        }
        return out.classified(instrument, base)
                .contractSize(requiredDecimal(row, "contract_size"))
                .of(OURS.getOrDefault(exchange, exchange), exchange.equals("cme") ? "cme" : null);
    }

    private static MarketType side(JsonNode row) {
        String side = word(row, "option_contract_type");
        return switch (side) {
            case "call" -> MarketType.CALL;
            case "put" -> MarketType.PUT;
            default -> throw unknown("option_contract_type", side);
        };
    }

    /** A future without an expiration is a perpetual, except where its exchange has none or its symbol names the day. */
    private static Instant expiration(JsonNode row, String type) {
        String exchange = word(row, "exchange");
        String symbol = word(row, "symbol");
        Instant expiration = optionalWord(row, "expiration") == null ? null : iso(row, "expiration");
        if (expiration == null && exchange.equals("cme")) {
            expiration = cmeExpiration(row, symbol);
        }
        boolean isDated = exchange.equals("cme")
                || type.equals("option")
                || DAY.matcher(symbol).find();
        if (expiration == null && isDated) {
            throw new Fields.BadSchema("the field expiration is missing");
        }
        return expiration;
    }

    /** The symbol has one digit of the year, so the listing decides the decade. */
    private static Instant cmeExpiration(JsonNode row, String symbol) {
        Instant listing = optionalWord(row, "listing") == null ? null : iso(row, "listing");
        YearMonth month = listing == null ? null : Cme.month(symbol, YearMonth.from(listing.atZone(ZoneOffset.UTC)));
        return month == null ? null : Cme.expiration(month);
    }

    /** {"data":[{"asset":"btc","time":"2026-11-20T11:59:00.000000000Z","ReferenceRateUSD":"86000.1"}]}, by time. */
    private static void rates(Reply reply, Observer out) {
        Map<String, BigDecimal> newest = new LinkedHashMap<>();
        out.each(list(reply.json(), "/data"), row -> {
            String asset = word(row, "asset");
            BigDecimal rate = decimal(row, RATE);
            if (rate != null) {
                newest.put(asset, rate);
            }
        });
        newest.forEach(out::index);
        nextPage(reply, out);
    }

    /**
     * {"data":[{"market":"cme-BTCF1-future","time":"2020-08-05T23:05:00.000000000Z","contract_count":"8000",
     * "value_usd":"1.0","database_time":"2020-08-05T23:05:01.000000000Z","exchange_time":null}],
     * "next_page_token":"..."}, ordered by market and time. A market that goes on on the next page is told twice, the
     * second time newer.
     */
    private static void openInterest(Reply reply, Observer out) {
        Map<String, List<JsonNode>> byMarket = new LinkedHashMap<>();
        out.each(list(reply.json(), "/data"), row -> {
            word(row, "time");
            byMarket.computeIfAbsent(word(row, "market"), market -> new ArrayList<>())
                    .add(0, row);
        });
        Map<String, JsonNode> read = new HashMap<>();
        byMarket.forEach((market, rows) -> {
            rows.sort(NEWEST_FIRST);
            // the newest that can be read counts, and what is newer is told, or as new
            out.each(Fields.MAPPER.createArrayNode().addAll(rows), row -> {
                JsonNode newest = read.getOrDefault(market, row);
                if (NEWEST_FIRST.compare(newest, row) == 0 && emit(row, out)) {
                    read.put(market, row);
                }
            });
        });
        nextPage(reply, out);
    }

    /** False where the row of a listed market has no figure. */
    private static boolean emit(JsonNode row, Observer out) {
        Instrument instrument = out.instruments().get(renamed(word(row, "market"), OURS));
        if (instrument == null) {
            return true;
        }
        Instant exchangeTime = figureIso(row, "exchange_time");
        Row market = out.row(instrument.key());
        BigDecimal count = decimal(row, "contract_count");
        market.count(count)
                .priceOf(instrument.base())
                .at(exchangeTime == null ? iso(row, "time") : exchangeTime)
                .emit();
        return count != null;
    }

    private static void nextPage(Reply reply, Observer out) {
        String token = optionalWord(reply.json(), "next_page_token");
        String url = optionalWord(reply.json(), "next_page_url");
        Matcher inUrl = TOKEN.matcher(url == null ? "" : url);
        if (token != null) {
            out.ask(reply.request().with("next_page_token", token));
        } else if (inUrl.find()) {
            out.ask(reply.request().withEncoded("next_page_token", inUrl.group(1)));
        }
    }

    private List<Request> pastRequests(List<Instrument> some, Instant from, Instant to) {
        String ids = some.stream().map(market -> renamed(market.key(), THEIRS)).collect(Collectors.joining(","));
        return List.of(
                rates(assets(some), from).with("end_time", to),
                openInterest(ids, from).with("end_time", to).with("end_inclusive", false));
    }

    private static void past(Reply reply, Observer out) {
        if (reply.request().param("assets") != null) {
            out.each(
                    list(reply.json(), "/data"),
                    row -> out.pastPrice(required(row, "asset"), iso(row, "time"), decimal(row, RATE)));
        } else {
            out.each(list(reply.json(), "/data"), row -> emit(row, out));
        }
        nextPage(reply, out);
    }

    private static String renamed(String market, Map<String, String> names) {
        int end = market.indexOf('-');
        return end < 0
                ? market
                : names.getOrDefault(market.substring(0, end), market.substring(0, end)) + market.substring(end);
    }
}
