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
import io.openinterest.observation.AssetClass;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Bitget futures: margined in tether, in the coin and in USDC, each product type in one answer. Facts:
 * bitget.com/api-doc/contract, Get All Symbols and Get All Tickers (v2).
 *
 * <p>{@code holdingAmount} is in coins for all three, the coin-margined contracts too. {@code symbolType} tells dated
 * contracts; a dated one repeats a funding rate of zero. What is no coin is marked as a real-world asset, without its
 * class: metals, energies and currencies are told by their names, everything else of that kind is a stock.
 */
public final class Bitget implements Venue {

    private static final List<String> PRODUCTS = List.of("USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES");

    /** Hours between fundings; dated contracts have none. */
    private final Map<String, BigDecimal> fundingHours = new HashMap<>();

    private final Stated stated = new Stated();

    /** Nothing about this venue is configured. */
    public Bitget(VenueSettings settings) {}

    @Override
    public String exchange() {
        return "bitget";
    }

    @Override
    public String restUrl() {
        return "https://api.bitget.com";
    }

    /** 20 requests a second per address. */
    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("bitget", 20, Duration.ofSeconds(1)));
    }

    @Override
    public List<Feed> feeds() {
        return List.of(
                Feed.instruments("contracts")
                        .requests((listed, now) -> requests("/api/v2/mix/market/contracts"))
                        .parse(this::contracts),
                Feed.poll("tickers")
                        .requests((listed, now) -> requests("/api/v2/mix/market/tickers"))
                        .parse(this::tickers));
    }

    private static List<Request> requests(String path) {
        return PRODUCTS.stream()
                .map(product -> Request.get(path).with("productType", product))
                .toList();
    }

    /** {"code":"40034","msg":"Parameter does not exist","requestTime":1695794095685,"data":null} */
    @Override
    public Fault fault(Reply reply) {
        String code = text(reply.json(), "code");
        if (code == null || code.equals("00000")) {
            return Fault.of(reply);
        }
        String message = text(reply.json(), "msg");
        return switch (code) {
            case "429", "30007" -> Fault.limited(reply, code, message, null);
            case "40010", "40015", "40200", "40725", "45001" -> Fault.retry(code, message);
            default -> Fault.refused(code, message);
        };
    }

    /**
     * {"code":"00000","data":[{"symbol":"BTCUSDT","baseCoin":"BTC","quoteCoin":"USDT","symbolType":"perpetual",
     * "symbolStatus":"normal","deliveryTime":"","fundInterval":"8","isRwa":"NO"},{"symbol":"BTCUSDZ26","baseCoin":"BTC",
     * "quoteCoin":"USD","symbolType":"delivery","symbolStatus":"normal","deliveryTime":"1798185600000"}]}. The coins a
     * contract accepts as margin are many; what it is settled in follows from the quote.
     */
    private void contracts(Reply reply, Observer out) {
        JsonNode rows = list(reply.json(), "/data");
        stated.add(reply.request().param("productType"), rows);
        out.each(rows, row -> {
            String symbol = word(row, "symbol");
            fundingHours.remove(symbol);
            out.instrument(symbol, () -> status(row), () -> instrument(symbol, row, out));
        });
    }

    /** maintain, limit_open and restrictedAPI restrict orders, and positions stay. */
    private static Instrument.Status status(JsonNode row) {
        String status = word(row, "symbolStatus");
        return switch (status) {
            case "normal", "maintain", "limit_open", "restrictedAPI" -> Instrument.Status.OBSERVED;
            case "listed", "off" -> Instrument.Status.SUSPENDED;
            default -> throw unknown("symbolStatus", status);
        };
    }

    private Instrument instrument(String symbol, JsonNode row, Observer out) {
        String base = word(row, "baseCoin");
        String quote = word(row, "quoteCoin");
        String margin = quote.equalsIgnoreCase("USD") ? base : quote;
        String type = word(row, "symbolType");
        Instrument instrument;
        switch (type) {
            case "perpetual" -> {
                fundingHours.put(symbol, requiredDecimal(row, "fundInterval"));
                instrument = Instrument.perpetual(symbol, base, quote, margin);
            }
            case "delivery" ->
                instrument = Instrument.future(symbol, base, quote, margin, requiredMillis(row, "deliveryTime"));
            default -> throw unknown("symbolType", type);
        }
        return classified(instrument, base, stated.word(row, "isRwa"), out);
    }

    /** A real-world asset has no class in the list: it is a stock unless its name is known. */
    private static Instrument classified(Instrument instrument, String base, String isRealWorld, Observer out) {
        Instrument named = out.classified(instrument, base);
        if (isRealWorld == null) {
            return named;
        }
        return switch (isRealWorld) {
            case "NO" -> instrument;
            case "YES" ->
                named.assetClass() != AssetClass.CRYPTO ? named : out.classified(instrument, base, "isRwa", "stock");
            default -> out.classified(instrument, base, "isRwa", isRealWorld);
        };
    }

    /**
     * {"code":"00000","data":[{"symbol":"BTCUSDT","lastPr":"76631.3","ts":"1730332823155","baseVolume":"37764.7894",
     * "quoteVolume":"2914473798.9","indexPrice":"76671.4","fundingRate":"-0.00003","holdingAmount":"29539.3825",
     * "markPrice":"76631.3"}]}
     */
    private void tickers(Reply reply, Observer out) {
        out.each(list(reply.json(), "/data"), row -> {
            String symbol = word(row, "symbol");
            out.row(symbol)
                    .count(decimal(row, "holdingAmount"))
                    .mark(decimal(row, "markPrice"))
                    .index(decimal(row, "indexPrice"))
                    .funding(decimal(row, "fundingRate"), fundingHours.get(symbol))
                    .volumeInQuote(decimal(row, "quoteVolume"))
                    .at(figureTime(row, "ts"))
                    .emit();
        });
    }
}
