package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.millis;
import static io.openinterest.venue.Fields.multiply;
import static io.openinterest.venue.Fields.required;
import static io.openinterest.venue.Fields.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Structure;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Row;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * MEXC perpetuals, linear and inverse, all of them in one answer. Facts: mexcdevelop.github.io/apidocs/contract_v1_en,
 * Contract Information, Contract Ticker and Funding Rate.
 *
 * <p>Open interest is in contracts, whose size only the contract list has: base coins for linear contracts, USD for
 * inverse ones. The mark is called fair price. The ticker has the funding rate but not its interval, which the funding
 * list adds. Stocks are told by their symbols, {@code AALSTOCK_USDT}. A rate limit is an error code inside HTTP 200.
 */
public final class Mexc implements Venue {

    private static final String STOCK = "STOCK";
    private static final Set<String> COMMODITIES = Set.of("XAU", "XAG", "XPT", "XPD", "USOIL", "UKOIL");
    private static final Set<String> INDICES = Set.of("SP500", "NAS100", "US30");

    /** Hours between fundings by symbol; the rate of a market that is not in it yet has no interval. */
    private final Map<String, BigDecimal> fundingHours = new HashMap<>();

    /** Nothing about this venue is configured. */
    public Mexc(VenueSettings settings) {}

    @Override
    public String exchange() {
        return "mexc";
    }

    @Override
    public String restUrl() {
        return "https://contract.mexc.com";
    }

    /** 20 requests in 2 s. */
    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("mexc", 20, Duration.ofSeconds(2)));
    }

    @Override
    public List<Feed> feeds() {
        return List.of(
                Feed.instruments("contracts").get("/api/v1/contract/detail").parse(this::contracts),
                Feed.lookup("funding").get("/api/v1/contract/funding_rate").parse(this::funding),
                Feed.poll("tickers").get("/api/v1/contract/ticker").parse(this::tickers));
    }

    /** {"success":false,"code":510,"message":"Requests are too frequent, please try again later"} with HTTP 200. */
    @Override
    public Fault fault(Reply reply) {
        String code = text(reply.json(), "code");
        if (code == null || code.equals("0") || reply.status() / 100 != 2) {
            return Fault.of(reply);
        }
        String message = text(reply.json(), "message");
        return switch (code) {
            case "510" -> Fault.limited(reply, code, message, null);
            case "500", "501" -> Fault.retry(code, message);
            default -> Fault.refused(code, message);
        };
    }

    /**
     * {"success":true,"code":0,"data":[{"symbol":"BTC_USDT","baseCoin":"BTC","quoteCoin":"USDT","settleCoin":"USDT",
     * "contractSize":0.0001,"state":0}]}. States: 0 enabled, 1 delivery, 2 completed, 3 offline, 4 paused.
     */
    private void contracts(Reply reply, Observer out) {
        out.each(list(reply.json(), "/data"), row -> out.instrument(instrument(row)));
    }

    private static Instrument instrument(JsonNode row) {
        String base = required(row, "baseCoin");
        Instrument instrument = Instrument.perpetual(
                        required(row, "symbol"), base, required(row, "quoteCoin"), required(row, "settleCoin"))
                .contractSize(decimal(row, "contractSize"))
                .status(status(text(row, "state")));
        if (base.endsWith(STOCK)) {
            return instrument.assetClass(AssetClass.EQUITY, base.substring(0, base.length() - STOCK.length()));
        }
        if (COMMODITIES.contains(base)) {
            return instrument.assetClass(AssetClass.COMMODITY, base);
        }
        return INDICES.contains(base) ? instrument.assetClass(AssetClass.INDEX, base) : instrument;
    }

    private static Instrument.Status status(String state) {
        if (state == null || state.equals("0")) {
            return Instrument.Status.OBSERVED;
        }
        return state.equals("4") ? Instrument.Status.SUSPENDED : Instrument.Status.DELISTED;
    }

    /**
     * {"success":true,"code":0,"data":[{"symbol":"RIF_USDT","fundingRate":0.00005,"collectCycle":4,
     * "nextSettleTime":1789516800000,"timestamp":1789505423033}]}
     */
    private void funding(Reply reply, Observer out) {
        JsonNode rows = list(reply.json(), "/data");
        fundingHours.clear();
        out.each(rows, row -> fundingHours.put(required(row, "symbol"), decimal(row, "collectCycle")));
    }

    /**
     * {"success":true,"code":0,"data":[{"symbol":"BTC_USDT","lastPrice":80319.3,"volume24":565457133,
     * "amount24":4477604519.13254,"holdVol":585233517,"indexPrice":80349,"fairPrice":80318.2,"fundingRate":7.3e-05,
     * "timestamp":1787848767691}]}: volume24 and holdVol are contracts, amount24 is in the margin's currency.
     */
    private void tickers(Reply reply, Observer out) {
        out.each(list(reply.json(), "/data"), row -> ticker(row, out));
    }

    private void ticker(JsonNode row, Observer out) {
        String symbol = required(row, "symbol");
        Row market = out.row(symbol)
                .count(decimal(row, "holdVol"))
                .mark(decimal(row, "fairPrice"))
                .index(decimal(row, "indexPrice"))
                .funding(decimal(row, "fundingRate"), fundingHours.get(symbol))
                .at(millis(row, "timestamp"));
        Instrument instrument = out.instruments().get(symbol);
        if (instrument != null && instrument.structure() == Structure.INVERSE) {
            market.volumeInQuote(multiply(decimal(row, "volume24"), instrument.contractSize()));
        } else {
            market.volumeInQuote(decimal(row, "amount24"));
        }
        market.emit();
    }
}
