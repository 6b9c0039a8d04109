package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.millis;
import static io.openinterest.venue.Fields.required;
import static io.openinterest.venue.Fields.text;

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
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Bitget futures: margined in tether, in the coin and in USDC, each product type in one answer. Facts:
 * bitget.com/api-doc/contract, Get All Symbols and Get All Tickers (v2).
 *
 * <p>{@code holdingAmount} is in coins for all three, the coin-margined contracts too. {@code symbolType} tells dated
 * contracts; a dated one repeats a funding rate of zero. What is no coin is marked as a real-world asset, without its
 * class: the metals, energies and currencies are named here, everything else of that kind is a stock.
 */
public final class Bitget implements Venue {

    private static final List<String> PRODUCTS = List.of("USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES");
    private static final BigDecimal EIGHT_HOURS = new BigDecimal(8);
    private static final Set<String> TOKENISED_GOLD = Set.of("XAUT", "PAXG");
    private static final Set<String> COMMODITIES =
            Set.of("XAU", "XAG", "XPT", "XPD", "COPPER", "CL", "BZ", "NATGAS", "WTI", "BRENT");
    private static final Set<String> CURRENCY_PAIRS =
            Set.of("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "USDCHF", "USDCAD", "NZDUSD");

    /** Hours between fundings; dated contracts have none. */
    private final Map<String, BigDecimal> fundingHours = new HashMap<>();

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
        out.each(list(reply.json(), "/data"), row -> {
            String symbol = required(row, "symbol");
            boolean isDated = "delivery".equals(text(row, "symbolType"));
            BigDecimal hours = decimal(row, "fundInterval");
            if (!isDated) {
                fundingHours.put(symbol, hours == null ? EIGHT_HOURS : hours);
            }
            out.instrument(instrument(symbol, row, isDated));
        });
    }

    private static Instrument instrument(String symbol, JsonNode row, boolean isDated) {
        String base = required(row, "baseCoin");
        String quote = required(row, "quoteCoin");
        String margin = quote.equals("USD") ? base : quote;
        Instrument instrument = isDated
                ? Instrument.future(symbol, base, quote, margin, millis(row, "deliveryTime"))
                : Instrument.perpetual(symbol, base, quote, margin);
        return classified(instrument, base, "YES".equals(text(row, "isRwa"))).status(status(row));
    }

    private static Instrument classified(Instrument instrument, String base, boolean isRealWorld) {
        String name = base.toUpperCase(Locale.ROOT);
        if (!isRealWorld || TOKENISED_GOLD.contains(name)) {
            return instrument;
        }
        if (COMMODITIES.contains(name)) {
            return instrument.assetClass(AssetClass.COMMODITY, base);
        }
        return instrument.assetClass(CURRENCY_PAIRS.contains(name) ? AssetClass.FX : AssetClass.EQUITY, base);
    }

    /** listed is not open yet; maintain, limit_open and restrictedAPI restrict orders, and positions stay. */
    private static Instrument.Status status(JsonNode row) {
        String status = row.path("symbolStatus").asText();
        return status.equals("off") || status.equals("listed")
                ? Instrument.Status.SUSPENDED
                : Instrument.Status.OBSERVED;
    }

    /**
     * {"code":"00000","data":[{"symbol":"BTCUSDT","lastPr":"76631.3","ts":"1730332823155","baseVolume":"37764.7894",
     * "quoteVolume":"2914473798.9","indexPrice":"76671.4","fundingRate":"-0.00003","holdingAmount":"29539.3825",
     * "markPrice":"76631.3"}]}
     */
    private void tickers(Reply reply, Observer out) {
        out.each(list(reply.json(), "/data"), row -> {
            String symbol = required(row, "symbol");
            BigDecimal hours = fundingHours.get(symbol);
            out.row(symbol)
                    .count(decimal(row, "holdingAmount"))
                    .mark(decimal(row, "markPrice"))
                    .index(decimal(row, "indexPrice"))
                    .funding(hours == null ? null : decimal(row, "fundingRate"), hours)
                    .volumeInQuote(decimal(row, "quoteVolume"))
                    .at(millis(row, "ts"))
                    .emit();
        });
    }
}
