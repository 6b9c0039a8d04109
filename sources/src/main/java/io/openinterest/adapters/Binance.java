package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.figureTime;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.requiredDecimal;
import static io.openinterest.venue.Fields.requiredMillis;
import static io.openinterest.venue.Fields.text;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.Structure;
import io.openinterest.venue.AssetClasses;
import io.openinterest.venue.Assets;
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
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Binance futures: {@code binance-usdm} (margined in stablecoins, {@code /fapi}) and {@code binance-coinm} (margined in
 * the coin, {@code /dapi}). Open interest is asked symbol by symbol, there is neither a bulk call nor a stream; marks
 * and funding rates come in one bulk call before. Facts: developers.binance.com, derivatives, usds-margined-futures and
 * coin-margined-futures.
 *
 * <p>USD-M counts units of the base asset, COIN-M contracts of {@code contractSize} dollars. Both count one side.
 */
public final class Binance implements Venue {

    /** Since 2026-06-30 both product lines draw on one pool per address, and the header tells what is used of it. */
    private static final RateLimit POOL =
            RateLimit.of("binance-futures", 2400, Duration.ofMinutes(1)).usedIn("x-mbx-used-weight-1m");

    private static final RateLimit HISTORY_POOL = RateLimit.of("binance-futures-history", 1000, Duration.ofMinutes(5));

    private static final BigDecimal USUAL_FUNDING_HOURS = BigDecimal.valueOf(8);

    private static final Duration HISTORY_STEP = Duration.ofMinutes(5);
    private static final int HISTORY_ROWS = 500;
    /** Thirty days are kept; a question that begins earlier is refused. */
    private static final Duration HISTORY_KEPT = Duration.ofDays(30).minus(HISTORY_STEP);

    private static final Pattern BANNED_UNTIL = Pattern.compile("banned until (\\d{13})");
    private static final Duration MAX_BAN = Duration.ofDays(3);

    /** Not listed as said, or closed, delivering or not open yet: the answer is the same until the list changes. */
    private static final Set<String> NOT_TRADING = Set.of("-4108", "-1121", "-1122");

    private final AssetClasses classes;
    private final boolean coinMargined;
    private final String api;
    private final Stated stated = new Stated();

    /** Symbols refused since the last instrument list. */
    private final Set<String> refused = new HashSet<>();
    /** As of the last bulk call; empty while it fails. */
    private final Map<String, BigDecimal> fundingRates = new HashMap<>();
    /** Of the symbols that do not or did not always fund every eight hours. */
    private final Map<String, BigDecimal> fundingHours = new HashMap<>();
    /** Pair and contract type by symbol, as COIN-M's history names them. */
    private final Map<String, Role> roles = new HashMap<>();

    private record Role(String pair, String contractType) {}

    public Binance(VenueSettings settings) {
        this.classes = settings.common().assetClasses();
        this.coinMargined = settings.id().equals("binance-coinm");
        this.api = coinMargined ? "/dapi/v1/" : "/fapi/v1/";
    }

    @Override
    public String exchange() {
        return "binance";
    }

    @Override
    public String restUrl() {
        return coinMargined ? "https://dapi.binance.com" : "https://fapi.binance.com";
    }

    @Override
    public List<RateLimit> limits() {
        return List.of(POOL, HISTORY_POOL);
    }

    @Override
    public List<Feed> feeds() {
        return List.of(
                Feed.instruments("instruments").get(api + "exchangeInfo").parse(this::instruments),
                Feed.lookup("funding-intervals").get(api + "fundingInfo").parse(this::fundingIntervals),
                // a sweep of open interest lasts longer than this: each row has a mark of its own time
                Feed.poll("prices")
                        .every(Duration.ofSeconds(15))
                        .get(api + "premiumIndex", 10)
                        .parse(this::prices)
                        .failed((request, fault) -> fundingRates.clear()),
                Feed.poll("open-interest")
                        .after("prices")
                        .requests((listed, now) -> openInterestRequests(listed))
                        .largest(64 << 10)
                        .parse(this::openInterest)
                        .failed(this::refuse));
    }

    /** Five-minute open interest of the last thirty days. */
    @Override
    public Backfill history() {
        return Backfill.ofEach(HISTORY_STEP, this::pastRequests, this::past);
    }

    @Override
    public Fault fault(Reply reply) {
        return judge(reply);
    }

    /**
     * {"code":-1121,"msg":"Invalid symbol."} with HTTP 400; {"code":-1003,"msg":"Way too many requests; IP banned until
     * 1659146400000. ..."} with 418, or 429 before that; 403 from the firewall; 503 with several texts, of which -1008
     * is throttling of the whole system.
     */
    static Fault judge(Reply reply) {
        Fault http = Fault.of(reply);
        String code = text(reply.json(), "code");
        if (code == null || !code.startsWith("-")) {
            return http;
        }
        String message = text(reply.json(), "msg");
        // options say it with -1008, which is else that the system is busy
        if (code.equals("-1003")
                || message != null && BANNED_UNTIL.matcher(message).find()) {
            return Fault.limited(reply, code, message, pause(message, http, reply.receivedAt()));
        }
        return switch (code) {
            case "-1000", "-1001", "-1006", "-1007", "-1008", "-1016" -> Fault.retry(code, message);
            default -> http == null || http.kind() == Fault.Kind.REFUSED ? Fault.refused(code, message) : http;
        };
    }

    /** The longer of what the text and what the header says; null where neither says anything. */
    private static Duration pause(String message, Fault http, Instant now) {
        Duration asked = http == null ? null : http.pause();
        Matcher until = BANNED_UNTIL.matcher(message == null ? "" : message);
        if (!until.find()) {
            return asked;
        }
        Duration ban = Duration.between(now, Instant.ofEpochMilli(Long.parseLong(until.group(1))));
        Duration bounded = ban.compareTo(MAX_BAN) > 0 ? MAX_BAN : ban;
        return bounded.isNegative() || asked != null && asked.compareTo(bounded) > 0 ? asked : bounded;
    }

    /**
     * {"symbols":[{"symbol":"BTCUSDT","pair":"BTCUSDT","contractType":"PERPETUAL","deliveryDate":4133404800000,
     * "status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","marginAsset":"USDT","underlyingType":"COIN",
     * "underlyingSubType":["PoW"]}]}; COIN-M has "contractStatus" in place of "status", and "contractSize":100.
     */
    private void instruments(Reply reply, Observer out) {
        refused.clear();
        JsonNode rows = list(reply.json(), "/symbols");
        stated.add(rows);
        String state = coinMargined ? "contractStatus" : "status";
        out.each(rows, row -> {
            String symbol = word(row, "symbol");
            out.instrument(symbol, () -> status(word(row, state)), () -> instrument(symbol, row, out));
        });
    }

    private Instrument instrument(String symbol, JsonNode row, Observer out) {
        String base = word(row, "baseAsset");
        String quote = word(row, "quoteAsset");
        String margin = word(row, "marginAsset");
        String contractType = word(row, "contractType");
        Instrument instrument;
        if (contractType.contains("PERPETUAL")) {
            instrument = Instrument.perpetual(symbol, base, quote, margin);
        } else if (contractType.contains("QUARTER") || contractType.contains("MONTH")) {
            instrument = Instrument.future(symbol, base, quote, margin, requiredMillis(row, "deliveryDate"));
        } else {
            throw unknown("contractType", contractType);
        }
        instrument = classified(instrument, base, row, stated, classes, out);
        if (!coinMargined) {
            return instrument;
        }
        Role role = new Role(word(row, "pair"), contractType);
        if (status(word(row, "contractStatus")) == Instrument.Status.OBSERVED) {
            // a contract takes over the role of the one that was delivered, which may still be listed with it
            roles.values().remove(role);
            roles.put(symbol, role);
        }
        // contracts of dollars, whatever they are margined in
        return instrument.structure(Structure.INVERSE).contractSize(requiredDecimal(row, "contractSize"));
    }

    /** Trading ones are observed. Those about to open or to be delivered are not, and what is settled is gone. */
    static Instrument.Status status(String status) {
        return switch (status) {
            case "TRADING" -> Instrument.Status.OBSERVED;
            case "SETTLING", "DELIVERED", "CLOSE" -> Instrument.Status.DELISTED;
            case "PENDING_TRADING", "PRE_SETTLE", "PRE_DELIVERING", "DELIVERING", "BREAK", "HALT" ->
                Instrument.Status.SUSPENDED;
            default -> throw unknown("status", status);
        };
    }

    /**
     * "underlyingType" is COIN, CRYPTO of options, INDEX, COMMODITY, EQUITY or, for foreign stocks, such as KR_EQUITY;
     * PREMARKET is a coin, or as a TRADIFI_PERPETUAL a company before it is listed. Where it says nothing known of a
     * TRADIFI_PERPETUAL or of TRADFI_OPTIONS, "underlyingSubType" may.
     */
    static Instrument classified(
            Instrument instrument, String asset, JsonNode row, Stated stated, AssetClasses classes, Observer out) {
        String kind = stated.word(row, "underlyingType");
        String contractType = text(row, "contractType");
        boolean isTradfi = contractType != null && contractType.matches("TRADI?FI.*");
        String word = kind == null ? null : kind.replaceFirst("^[A-Z]{2}_", "");
        if ("PREMARKET".equals(word)) {
            word = isTradfi ? "equity" : "crypto";
        } else if (word != null && isTradfi && classes.ofWord(word).isEmpty()) {
            for (JsonNode subtype : row.path("underlyingSubType")) {
                word = classes.ofWord(subtype.asText()).isPresent() ? subtype.asText() : word;
            }
        }
        return out.classified(instrument, asset, "underlyingType", word);
    }

    /**
     * [{"symbol":"HYPEUSDT","fundingIntervalHours":4}]: only symbols whose terms were ever adjusted. One that is there once
     * stays there as long as it is listed, so what an answer lacks is not back to eight hours, but lost.
     */
    private void fundingIntervals(Reply reply, Observer out) {
        fundingHours.keySet().removeIf(symbol -> out.instruments().get(symbol) == null);
        out.each(list(reply.json(), ""), row -> {
            // a symbol that is not in this list funds every eight hours, one that is must say how often
            String symbol = word(row, "symbol");
            out.about(symbol);
            fundingHours.put(symbol, requiredDecimal(row, "fundingIntervalHours"));
        });
    }

    /**
     * [{"symbol":"ETHUSDT","markPrice":"2450.46949612","indexPrice":"2451.42488372","lastFundingRate":"0.00004820",
     * "nextFundingTime":1789689600000,"time":1789677924003}]. Dated COIN-M symbols have "" as their funding rate, and
     * symbols before their opening have no row or the mark 0. One symbol alone is answered without the array.
     */
    private void prices(Reply reply, Observer out) {
        fundingRates.clear();
        JsonNode body = reply.json();
        out.each(body.isObject() ? Fields.MAPPER.createArrayNode().add(body) : body, row -> {
            String symbol = word(row, "symbol");
            out.about(symbol);
            BigDecimal mark = decimal(row, "markPrice");
            BigDecimal index = decimal(row, "indexPrice");
            if (Row.areFar(mark, index)) {
                out.implausible(symbol, "the mark price " + mark + " is far from the index price " + index);
                return;
            }
            out.mark(symbol, mark);
            BigDecimal rate = decimal(row, "lastFundingRate");
            if (rate != null) {
                fundingRates.put(symbol, rate);
            }
        });
    }

    private List<Request> openInterestRequests(Instruments listed) {
        return listed.observed().stream()
                .map(Instrument::symbol)
                .filter(symbol -> !refused.contains(symbol))
                .map(symbol -> Request.get(api + "openInterest").with("symbol", symbol))
                .toList();
    }

    /** A status changed since the last instrument list: asking again before the next would only burn weight. */
    private void refuse(Request request, Fault fault) {
        if (NOT_TRADING.contains(fault.code())) {
            refused.add(request.param("symbol"));
        }
    }

    /**
     * {"symbol":"ETHUSDT","openInterest":"2293434.547","time":1789677920144}: base units. COIN-M: {"symbol":
     * "BTCUSD_PERP","pair":"BTCUSD","openInterest":"12668208","contractType":"PERPETUAL","time":1791284692616}:
     * contracts.
     */
    private void openInterest(Reply reply, Observer out) {
        JsonNode row = reply.json();
        String symbol = word(row, "symbol");
        out.row(symbol)
                .count(decimal(row, "openInterest"))
                .funding(fundingRates.get(symbol), fundingHours.getOrDefault(symbol, USUAL_FUNDING_HOURS))
                .at(figureTime(row, "time"))
                .emit();
    }

    private List<Request> pastRequests(Instrument instrument, Instant from, Instant to) {
        Request question = Request.get("/futures/data/openInterestHist");
        Instant start = later(from, to.minus(HISTORY_KEPT));
        if (coinMargined) {
            Role role = roles.get(instrument.symbol());
            if (role == null) {
                return List.of();
            }
            question = question.with("pair", role.pair()).with("contractType", role.contractType());
            // before the last delivery another contract was the current or next quarter
            start = instrument.expiration() == null ? start : later(start, lastDelivery(to));
        } else {
            question = question.with("symbol", instrument.symbol());
        }
        question = question.with("period", "5m").with("limit", HISTORY_ROWS).limit(HISTORY_POOL.scope());
        List<Request> requests = new ArrayList<>();
        Duration span = HISTORY_STEP.multipliedBy(HISTORY_ROWS);
        for (; start.isBefore(to); start = start.plus(span)) {
            Instant end = start.plus(span).isBefore(to) ? start.plus(span) : to;
            requests.add(question.with("startTime", start.toEpochMilli()).with("endTime", end.toEpochMilli() - 1));
        }
        return requests;
    }

    /**
     * [{"symbol":"BTCUSDT","sumOpenInterest":"94731.04600000","sumOpenInterestValue":"8157280897.95540000",
     * "timestamp":1791284400000}], the time as number or text. COIN-M: [{"pair":"BTCUSD","contractType":"PERPETUAL",
     * "sumOpenInterest":"2909783.00000000","sumOpenInterestValue":"3377.42432722","timestamp":1791284100000}], where
     * the "value" is the amount in the base asset.
     */
    private void past(Reply reply, Observer out) {
        String symbol =
                coinMargined ? symbolOf(reply.request()) : reply.request().param("symbol");
        out.each(list(reply.json(), ""), row -> {
            var market = out.row(symbol).count(decimal(row, "sumOpenInterest")).at(figureTime(row, "timestamp"));
            BigDecimal value = requiredDecimal(row, "sumOpenInterestValue");
            if (coinMargined) {
                market.amount(value);
            } else if (isInDollars(out.instruments().get(symbol))) {
                market.value(value);
            }
            market.emit();
        });
    }

    private String symbolOf(Request request) {
        Role asked = new Role(request.param("pair"), request.param("contractType"));
        return roles.entrySet().stream()
                .filter(entry -> entry.getValue().equals(asked))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new Fields.BadSchema("no listed symbol is " + asked));
    }

    /** Nothing says in what the value of a market like ETHBTC is given, so it is left aside there. */
    private static boolean isInDollars(Instrument instrument) {
        return instrument != null && Assets.isDollar(instrument.quote());
    }

    /** Quarterly contracts are delivered, and those behind them move up, on the last Friday of a quarter at 08:00. */
    private static Instant lastDelivery(Instant before) {
        LocalDate quarter = LocalDate.ofInstant(before, ZoneOffset.UTC).with(IsoFields.DAY_OF_QUARTER, 1);
        Instant delivery = deliveryOf(quarter);
        return delivery.isAfter(before) ? deliveryOf(quarter.minusMonths(3)) : delivery;
    }

    private static Instant deliveryOf(LocalDate quarter) {
        return quarter.plusMonths(2)
                .with(TemporalAdjusters.lastInMonth(DayOfWeek.FRIDAY))
                .atTime(8, 0)
                .toInstant(ZoneOffset.UTC);
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
