package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.figureTime;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.multiply;
import static io.openinterest.venue.Fields.required;
import static io.openinterest.venue.Fields.requiredDecimal;
import static io.openinterest.venue.Fields.text;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Structure;
import io.openinterest.venue.AssetClasses;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Row;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * MEXC perpetuals, linear and inverse, all of them in one answer. Facts: mexcdevelop.github.io/apidocs/contract_v1_en,
 * Contract Information, Contract Ticker and Funding Rate.
 *
 * <p>Open interest is in contracts, whose size only the contract list has: base coins for linear contracts, USD for
 * inverse ones. The mark is called fair price. The ticker has the funding rate but not its interval, which the funding
 * list adds. Stocks are told by their symbols, {@code AALSTOCK_USDT}. A rate limit is an error code inside HTTP 200.
 */
public final class Mexc implements Venue {

    private final AssetClasses classes;
    private final Stated stated = new Stated();

    /** Hours between fundings by symbol. */
    private Map<String, BigDecimal> fundingHours = Map.of();

    /** Nothing about this venue is configured. */
    public Mexc(VenueSettings settings) {
        this.classes = settings.common().assetClasses();
    }

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
                Feed.instruments("contracts")
                        .get("/api/v1/contract/detail")
                        .largest(8 << 20)
                        .parse(this::contracts),
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
     * {"success":true,"code":0,"data":[{"symbol":"FILECOIN_USDT","baseCoin":"FILECOIN","baseCoinName":"FIL",
     * "quoteCoin":"USDT","settleCoin":"USDT","contractSize":0.1,"state":0,"futureType":1,
     * "conceptPlate":["mc-trade-zone-storage"]}]}. Type 1 is a perpetual, 2 a dated contract, whose date is not told.
     */
    private void contracts(Reply reply, Observer out) {
        JsonNode rows = list(reply.json(), "/data");
        stated.add(rows);
        out.each(rows, row -> {
            String symbol = word(row, "symbol");
            out.instrument(symbol, () -> status(row), () -> instrument(symbol, row, out));
        });
    }

    /** 0 enabled, 1 in delivery, 2 completed, 3 offline, 4 paused. */
    private static Instrument.Status status(JsonNode row) {
        String state = required(row, "state");
        return switch (state) {
            case "0" -> Instrument.Status.OBSERVED;
            case "4" -> Instrument.Status.SUSPENDED;
            case "1", "2", "3" -> Instrument.Status.DELISTED;
            default -> throw unknown("state", state);
        };
    }

    private Instrument instrument(String symbol, JsonNode row, Observer out) {
        // an id of the venue, such as FILECOIN or NVIDIA, whose asset stands in baseCoinName
        String id = word(row, "baseCoin");
        String name = stated.word(row, "baseCoinName");
        String base = name == null || name.isEmpty() ? id : name;
        String settled = word(row, "settleCoin");
        String margin = settled.equals(id) ? base : settled;
        String quote = word(row, "quoteCoin");
        Instrument instrument = isDated(row)
                ? Instrument.future(symbol, base, quote, margin, null)
                : Instrument.perpetual(symbol, base, quote, margin);
        return classified(instrument, base, stated.value(row, "conceptPlate"), out)
                .contractSize(requiredDecimal(row, "contractSize"));
    }

    private boolean isDated(JsonNode row) {
        if (stated.value(row, "futureType") == null) {
            return false;
        }
        String type = required(row, "futureType");
        return switch (type) {
            case "1" -> false;
            case "2" -> true;
            default -> throw unknown("futureType", type);
        };
    }

    /** A contract on no coin is in the zone tradfi and in one that says what it is; without zones its name tells. */
    private Instrument classified(Instrument instrument, String base, JsonNode plates, Observer out) {
        List<String> zones = new ArrayList<>();
        for (JsonNode plate : plates == null ? Fields.MAPPER.createArrayNode() : list(plates, "")) {
            if (!plate.isTextual()) {
                throw new Fields.BadSchema("conceptPlate names a zone that is no text");
            }
            zones.add(plate.textValue().toLowerCase(Locale.ROOT).replaceFirst("^mc-trade-zone-", ""));
        }
        for (String zone : zones) {
            String word = zone.replaceFirst("futures$", "");
            if (classes.ofWord(word).orElse(AssetClass.CRYPTO) != AssetClass.CRYPTO) {
                return out.classified(instrument, base, "conceptPlate", word);
            }
        }
        return zones.contains("tradfi")
                ? out.classified(instrument, base, "conceptPlate", String.join(" ", zones))
                : zones.isEmpty() ? out.classified(instrument, base) : instrument;
    }

    /**
     * {"success":true,"code":0,"data":[{"symbol":"RIF_USDT","fundingRate":0.00005,"collectCycle":4,
     * "nextSettleTime":1789516800000,"timestamp":1789505423033}]}
     */
    private void funding(Reply reply, Observer out) {
        JsonNode rows = list(reply.json(), "/data");
        Map<String, BigDecimal> hours = new HashMap<>();
        out.each(rows, row -> {
            String symbol = word(row, "symbol");
            out.about(symbol);
            hours.put(symbol, requiredDecimal(row, "collectCycle"));
        });
        fundingHours = hours;
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
        String symbol = word(row, "symbol");
        Row market = out.row(symbol)
                .count(decimal(row, "holdVol"))
                .mark(decimal(row, "fairPrice"))
                .index(decimal(row, "indexPrice"))
                .funding(decimal(row, "fundingRate"), fundingHours.get(symbol))
                .at(figureTime(row, "timestamp"));
        Instrument instrument = out.instruments().get(symbol);
        if (instrument != null && instrument.structure() == Structure.INVERSE) {
            market.volumeInQuote(multiply(decimal(row, "volume24"), instrument.contractSize()));
        } else {
            market.volumeInQuote(decimal(row, "amount24"));
        }
        market.emit();
    }
}
