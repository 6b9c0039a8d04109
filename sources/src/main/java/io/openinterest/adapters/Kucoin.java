package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.millis;
import static io.openinterest.venue.Fields.required;
import static io.openinterest.venue.Fields.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Structure;
import io.openinterest.venue.Assets;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * KuCoin futures, all of them in one answer that is list and figures at once. Facts: kucoin.com/docs-new, Futures, Get All
 * Symbols.
 *
 * <p>{@code openInterest} is in lots of {@code multiplier} coins; a negative multiplier is an inverse contract of so many
 * dollars. {@code isQuanto} is true of plain tether contracts and says nothing. Rows have no time. Which interval a row's
 * funding rate belongs to is not documented, so none is taken.
 */
public final class Kucoin implements Venue {

    private static final String CONTRACTS = "/api/v1/contracts/active";
    private static final int WEIGHT = 3;
    private static final Set<String> TOKENISED_GOLD = Set.of("XAUT", "PAXG");

    /** Nothing about this venue is configured. */
    public Kucoin(VenueSettings settings) {}

    @Override
    public String exchange() {
        return "kucoin";
    }

    @Override
    public String restUrl() {
        return "https://api-futures.kucoin.com";
    }

    /** A weight of 2000 in 30 s per address, for all public questions. */
    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("kucoin", 2000, Duration.ofSeconds(30)).remainingIn("gw-ratelimit-remaining"));
    }

    @Override
    public List<Feed> feeds() {
        return List.of(
                Feed.instruments("contracts").get(CONTRACTS, WEIGHT).parse(this::contracts),
                Feed.poll("open-interest").get(CONTRACTS, WEIGHT).parse(this::openInterest));
    }

    /** {"code":"429000","msg":"Too many requests in a short period of time, please retry later"} */
    @Override
    public Fault fault(Reply reply) {
        String code = text(reply.json(), "code");
        if (code == null || code.equals("200000")) {
            return Fault.of(reply);
        }
        String message = text(reply.json(), "msg");
        return switch (code) {
            case "429000", "200002", "1015" -> Fault.limited(reply, code, message, null);
            case "500000" -> Fault.retry(code, message);
            default -> Fault.refused(code, message);
        };
    }

    /**
     * {"code":"200000","data":[{"symbol":"XBTUSDTM","type":"FFWCSX","expireDate":null,"baseCurrency":"XBT",
     * "quoteCurrency":"USDT","settleCurrency":"USDT","multiplier":0.001,"isQuanto":true,"isInverse":false,"status":"Open",
     * "openInterest":"20308707","turnoverOf24h":440861284.1368,"volumeOf24h":5549.818,"markPrice":80689.98,
     * "indexPrice":80732.29,"marketType":"CRYPTO","assetClass":"CRYPTO"},{"symbol":"XBTUSDM","settleCurrency":"XBT",
     * "quoteCurrency":"USD","multiplier":-1.0,"isInverse":true,"turnoverOf24h":68.02716403,"volumeOf24h":1124530.0}]}
     */
    private void contracts(Reply reply, Observer out) {
        out.each(list(reply.json(), "/data"), row -> out.instrument(instrument(row)));
    }

    private static Instrument instrument(JsonNode row) {
        String symbol = required(row, "symbol");
        String base = required(row, "baseCurrency");
        String quote = required(row, "quoteCurrency");
        String margin = required(row, "settleCurrency");
        Instrument instrument = "FFICSX".equals(text(row, "type"))
                ? Instrument.future(symbol, base, quote, margin, millis(row, "expireDate"))
                : Instrument.perpetual(symbol, base, quote, margin);
        BigDecimal multiplier = decimal(row, "multiplier");
        String assetClass = text(row, row.has("assetClass") ? "assetClass" : "marketType");
        return classified(instrument, base, assetClass)
                .structure(isInverse(row) ? Structure.INVERSE : Structure.LINEAR)
                .contractSize(multiplier == null ? null : multiplier.abs())
                .status(status(row.path("status").asText()));
    }

    private static boolean isInverse(JsonNode row) {
        BigDecimal multiplier = decimal(row, "multiplier");
        return multiplier != null && multiplier.signum() < 0;
    }

    /** {@code marketType} stands in where there is no class; it tells stocks, and is CRYPTO for metals too. */
    private static Instrument classified(Instrument instrument, String base, String assetClass) {
        if (assetClass == null || TOKENISED_GOLD.contains(base)) {
            return instrument;
        }
        return switch (assetClass) {
            case "CRYPTO" -> instrument;
            case "STOCK", "TRADFI" -> instrument.assetClass(AssetClass.EQUITY, Assets.stock(base));
            case "METAL", "COMMODITY" -> instrument.assetClass(AssetClass.COMMODITY, base);
            case "INDEX" -> instrument.assetClass(AssetClass.INDEX, base);
            case "FOREX" -> instrument.assetClass(AssetClass.FX, base);
            default -> instrument.assetClass(AssetClass.OTHER, base);
        };
    }

    private static Instrument.Status status(String status) {
        return switch (status) {
            case "Init", "Pause", "Paused" -> Instrument.Status.SUSPENDED;
            case "Closed", "Settled" -> Instrument.Status.DELISTED;
            default -> Instrument.Status.OBSERVED;
        };
    }

    /** The answer of {@link #contracts}; the turnover of an inverse contract is in coins, its volume in dollars. */
    private void openInterest(Reply reply, Observer out) {
        out.each(
                list(reply.json(), "/data"),
                row -> out.row(required(row, "symbol"))
                        .count(decimal(row, "openInterest"))
                        .mark(decimal(row, "markPrice"))
                        .index(decimal(row, "indexPrice"))
                        .volumeInQuote(decimal(row, isInverse(row) ? "volumeOf24h" : "turnoverOf24h"))
                        .emit());
    }
}
