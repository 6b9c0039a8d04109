package io.openinterest.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.AssetClass;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Binance USD-M ({@code /fapi}) and COIN-M ({@code /dapi}) futures, which share one pool of request weight: open
 * interest per symbol, marks in bulk, history. Beside the traded symbols both list one that is settling and answers
 * with an error, as the venue does.
 */
final class SimulatedBinanceFutures implements SimulatedVenue {

    private static final String USDM = "binance-usdm";
    private static final String COINM = "binance-coinm";

    private static final DateTimeFormatter YYMMDD =
            DateTimeFormatter.ofPattern("yyMMdd").withZone(ZoneOffset.UTC);
    private static final long NEVER = 4_133_404_800_000L;
    private static final long ONBOARDED = 1_569_398_400_000L;
    private static final List<String> DATED = List.of("CURRENT_QUARTER", "NEXT_QUARTER");
    private static final String FUNDED_OFTEN = "HYPEUSDT";
    private static final int HISTORY_REQUESTS = 1000;
    private static final Duration HISTORY = Duration.ofDays(30);
    private static final Map<String, Duration> PERIODS = Map.of(
            "5m", Duration.ofMinutes(5),
            "15m", Duration.ofMinutes(15),
            "30m", Duration.ofMinutes(30),
            "1h", Duration.ofHours(1),
            "2h", Duration.ofHours(2),
            "4h", Duration.ofHours(4),
            "6h", Duration.ofHours(6),
            "12h", Duration.ofHours(12),
            "1d", Duration.ofDays(1));

    private final World world;
    private final BinanceWeights weights;
    private final Allowance history;

    SimulatedBinanceFutures(World world) {
        this.world = world;
        this.weights = new BinanceWeights(world);
        this.history = new Allowance(world, HISTORY_REQUESTS, Duration.ofMinutes(5));
    }

    /**
     * A symbol of one of the two.
     *
     * @param contract what it follows
     * @param pair underlying pair
     * @param base base as written, {@code 1000PEPE}
     * @param quote quote and, unless coin-settled, margin
     * @param contractType e.g. {@code PERPETUAL}
     * @param size coins in one unit of the base as written, or USD in one contract
     */
    private record Listing(
            Contract contract, String pair, String base, String quote, String contractType, double size) {

        String symbol() {
            return contract.symbol();
        }

        boolean dated() {
            return contract.expiration() != null;
        }
    }

    @Override
    public List<String> ids() {
        return List.of(USDM, COINM);
    }

    @Override
    public SimReply answer(SimRequest request) {
        boolean usdm = request.venue().equals(USDM);
        List<Listing> listings = usdm ? usdm() : coinm();
        String prefix = usdm ? "/fapi/v1/" : "/dapi/v1/";
        return switch (request.path().replace(prefix, "")) {
            case "exchangeInfo" -> weights.meter(1, usdm ? usdmInfo(listings) : coinmInfo(listings));
            case "openInterest" -> weights.meter(1, openInterest(request, listings, usdm));
            case "premiumIndex" -> premiumIndex(request, listings, usdm);
            case "fundingInfo" -> SimReply.json(fundingInfo());
            case "/futures/data/openInterestHist" -> openInterestHist(request, listings, usdm);
            default -> BinanceWeights.error(404, -5000, "Path " + request.path() + " does not exist.");
        };
    }

    private List<Listing> usdm() {
        List<Listing> all = new ArrayList<>();
        for (Asset asset : world.assets()) {
            String type = asset.assetClass() == AssetClass.CRYPTO ? "PERPETUAL" : "TRADIFI_PERPETUAL";
            boolean thousands = asset.code().equals("PEPE");
            String base = thousands ? "1000PEPE" : asset.code();
            all.add(usdm(world.perpetual(USDM, asset, base + "USDT", 0.26), base, "USDT", type, thousands ? 1000 : 1));
        }
        for (Asset asset : world.assets("BTC", "ETH")) {
            String base = asset.code();
            all.add(usdm(world.perpetual(USDM, asset, base + "USDC", 0.02), base, "USDC", "PERPETUAL", 1));
            List<Instant> quarters = world.quarters(2);
            for (int i = 0; i < quarters.size(); i++) {
                String symbol = base + "USDT_" + YYMMDD.format(quarters.get(i));
                all.add(usdm(world.future(USDM, asset, symbol, 0.01, quarters.get(i)), base, "USDT", DATED.get(i), 1));
            }
        }
        all.add(usdm(world.perpetual(USDM, world.asset("ETH"), "ETHBTC", 0.002), "ETH", "BTC", "PERPETUAL", 1));
        return all;
    }

    private static Listing usdm(Contract contract, String base, String quote, String contractType, double size) {
        return new Listing(contract, base + quote, base, quote, contractType, size);
    }

    private List<Listing> coinm() {
        List<Listing> all = new ArrayList<>();
        for (Asset asset : world.assets("BTC", "ETH", "SOL", "XRP", "DOGE", "BNB", "ADA")) {
            String pair = asset.code() + "USD";
            double size = asset.code().equals("BTC") ? 100 : 10;
            Contract perpetual = world.perpetual(COINM, asset, pair + "_PERP", 0.03);
            all.add(new Listing(perpetual, pair, asset.code(), "USD", "PERPETUAL", size));
            if (asset.code().equals("BTC") || asset.code().equals("ETH")) {
                List<Instant> quarters = world.quarters(2);
                for (int i = 0; i < quarters.size(); i++) {
                    String symbol = pair + "_" + YYMMDD.format(quarters.get(i));
                    Contract future = world.future(COINM, asset, symbol, 0.005, quarters.get(i));
                    all.add(new Listing(future, pair, asset.code(), "USD", DATED.get(i), size));
                }
            }
        }
        return all;
    }

    /**
     * {@code {"timezone":"UTC","serverTime":..,"futuresType":"U_MARGINED","rateLimits":[{"rateLimitType":
     * "REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":2400}],"symbols":[{"symbol":"BTCUSDT","pair":
     * "BTCUSDT","contractType":"PERPETUAL","deliveryDate":4133404800000,"status":"TRADING","baseAsset":"BTC",
     * "quoteAsset":"USDT","marginAsset":"USDT","underlyingType":"COIN",...}]}}
     */
    private SimReply usdmInfo(List<Listing> listings) {
        ObjectNode info = info().put("futuresType", "U_MARGINED");
        ArrayNode symbols = info.putArray("symbols");
        for (Listing listing : listings) {
            symbols.add(usdmSymbol(listing, listing.symbol(), "TRADING"));
        }
        Contract gone = world.perpetual(USDM, world.asset("ADA"), "OLDUSDT", 0);
        symbols.add(usdmSymbol(usdm(gone, "OLD", "USDT", "PERPETUAL", 1), "OLDUSDT", "SETTLING"));
        symbols.add(usdmSymbol(usdm(gone, "NEW", "USDT", "", 1), "NEWUSDT", "PENDING_TRADING"));
        return SimReply.json(info);
    }

    private static ObjectNode usdmSymbol(Listing listing, String symbol, String status) {
        ObjectNode row = Payload.object()
                .put("symbol", symbol)
                .put("pair", listing.pair())
                .put("contractType", listing.contractType())
                .put("deliveryDate", delivery(listing))
                .put("onboardDate", ONBOARDED)
                .put("status", status)
                .put("maintMarginPercent", "2.5000")
                .put("requiredMarginPercent", "5.0000")
                .put("baseAsset", listing.base())
                .put("quoteAsset", listing.quote())
                .put("marginAsset", listing.quote())
                .put("pricePrecision", 2)
                .put("quantityPrecision", 3)
                .put("baseAssetPrecision", 8)
                .put("quotePrecision", 8)
                .put("underlyingType", underlyingType(listing.contract().asset()));
        row.putArray("underlyingSubType");
        row.putArray("filters")
                .addObject()
                .put("filterType", "PRICE_FILTER")
                .put("minPrice", "0.01")
                .put("maxPrice", "1000000")
                .put("tickSize", "0.01");
        return row;
    }

    private static String underlyingType(Asset asset) {
        return asset.assetClass() == AssetClass.CRYPTO
                ? "COIN"
                : asset.assetClass().name();
    }

    /**
     * As of USD-M, but {@code contractStatus} in place of {@code status}, and {@code "contractSize":100}: USD in one
     * contract.
     */
    private SimReply coinmInfo(List<Listing> listings) {
        ObjectNode info = info();
        ArrayNode symbols = info.putArray("symbols");
        for (Listing listing : listings) {
            symbols.add(coinmSymbol(listing, "TRADING"));
        }
        Contract gone = world.perpetual(COINM, world.asset("ADA"), "OLDUSD_PERP", 0);
        symbols.add(coinmSymbol(new Listing(gone, "OLDUSD", "OLD", "USD", "PERPETUAL", 10), "CLOSE"));
        return SimReply.json(info);
    }

    private static ObjectNode coinmSymbol(Listing listing, String status) {
        ObjectNode row = Payload.object()
                .put("symbol", listing.symbol())
                .put("pair", listing.pair())
                .put("contractType", listing.contractType())
                .put("deliveryDate", delivery(listing))
                .put("onboardDate", ONBOARDED)
                .put("contractStatus", status)
                .put("contractSize", (int) listing.size())
                .put("marginAsset", listing.base())
                .put("maintMarginPercent", "2.5000")
                .put("requiredMarginPercent", "5.0000")
                .put("baseAsset", listing.base())
                .put("quoteAsset", listing.quote())
                .put("pricePrecision", 1)
                .put("quantityPrecision", 0)
                .put("baseAssetPrecision", 8)
                .put("quotePrecision", 8)
                .put("underlyingType", "COIN");
        row.putArray("underlyingSubType");
        return row;
    }

    private ObjectNode info() {
        ObjectNode info = Payload.object()
                .put("timezone", "UTC")
                .put("serverTime", world.now().toEpochMilli());
        info.putArray("rateLimits")
                .addObject()
                .put("rateLimitType", "REQUEST_WEIGHT")
                .put("interval", "MINUTE")
                .put("intervalNum", 1)
                .put("limit", BinanceWeights.PER_MINUTE);
        info.putArray("exchangeFilters");
        return info;
    }

    private static long delivery(Listing listing) {
        return listing.dated() ? listing.contract().expiration().toEpochMilli() : NEVER;
    }

    /**
     * {@code {"symbol":"BTCUSDT","openInterest":"94791.893","time":1791284697161}}, some seconds old as at the venue;
     * COIN-M adds {@code pair} and {@code contractType} and counts contracts.
     */
    private SimReply openInterest(SimRequest request, List<Listing> listings, boolean usdm) {
        String symbol = request.parameter("symbol");
        if (symbol == null) {
            return BinanceWeights.missing("symbol");
        }
        if (symbol.matches("OLDUSDT|NEWUSDT|OLDUSD_PERP")) {
            return BinanceWeights.error(
                    400, -4108, "Symbol is on delivering or delivered or settling or closed or pre-trading.");
        }
        for (Listing listing : listings) {
            if (listing.symbol().equals(symbol)) {
                Instant time = world.now().minusMillis(1000 + Math.floorMod(symbol.hashCode(), 5000));
                ObjectNode row = Payload.object().put("symbol", symbol);
                if (!usdm) {
                    row.put("pair", listing.pair());
                }
                row.put("openInterest", Payload.text(count(listing, time, usdm), usdm ? 3 : 0));
                if (!usdm) {
                    row.put("contractType", listing.contractType());
                }
                return SimReply.json(row.put("time", time.toEpochMilli()));
            }
        }
        return BinanceWeights.error(400, -1121, "Invalid symbol.");
    }

    /** Units of the symbol's base, or contracts of {@code size} USD. */
    private static double count(Listing listing, Instant at, boolean usdm) {
        double coins = listing.contract().openInterest(at);
        return usdm ? coins / listing.size() : coins * listing.contract().mark(at) / listing.size();
    }

    /** Mark or index in the quote, of one unit of the symbol's base. */
    private double inQuote(double usd, Listing listing, Instant at, boolean usdm) {
        double quote = listing.quote().equals("BTC") ? world.index(world.asset("BTC"), at) : 1;
        return usd * (usdm ? listing.size() : 1) / quote;
    }

    /**
     * {@code {"symbol":"ETHUSDT","markPrice":"2450.46949612","indexPrice":"2451.42488372","estimatedSettlePrice":
     * "2454.96754264","lastFundingRate":"0.00004820","interestRate":"0.00010000","nextFundingTime":1789689600000,
     * "time":1789677924003}}: an array without {@code symbol} and always on COIN-M, where dated symbols have empty
     * rates.
     */
    private SimReply premiumIndex(SimRequest request, List<Listing> listings, boolean usdm) {
        String symbol = request.parameter("symbol");
        String pair = request.parameter("pair");
        ArrayNode rows = Payload.array();
        for (Listing listing : listings) {
            if ((symbol == null || listing.symbol().equals(symbol))
                    && (pair == null || listing.pair().equals(pair))) {
                rows.add(premium(listing, usdm));
            }
        }
        if (rows.isEmpty()) {
            return weights.meter(1, BinanceWeights.error(400, -1121, "Invalid symbol."));
        }
        boolean single = usdm && symbol != null;
        return weights.meter(single ? 1 : 10, SimReply.json(single ? rows.get(0) : rows));
    }

    private ObjectNode premium(Listing listing, boolean usdm) {
        Instant now = world.now();
        Contract contract = listing.contract();
        String index = Payload.text(inQuote(contract.index(now), listing, now, usdm), 8);
        ObjectNode row = Payload.object().put("symbol", listing.symbol());
        if (!usdm) {
            row.put("pair", listing.pair());
        }
        row.put("markPrice", Payload.text(inQuote(contract.mark(now), listing, now, usdm), 8))
                .put("indexPrice", index)
                .put("estimatedSettlePrice", index);
        if (listing.dated()) {
            row.put("lastFundingRate", usdm ? "0.00000000" : "")
                    .put("interestRate", usdm ? "0.00000000" : "")
                    .put("nextFundingTime", 0);
        } else {
            int hours = listing.symbol().equals(FUNDED_OFTEN) ? 4 : 8;
            long funding = Duration.ofHours(hours).toMillis();
            row.put("lastFundingRate", Payload.text(contract.fundingRate(now) * hours / 8, 8))
                    .put("interestRate", "0.00010000")
                    .put("nextFundingTime", (now.toEpochMilli() / funding + 1) * funding);
        }
        return row.put("time", now.toEpochMilli());
    }

    /**
     * {@code [{"symbol":"HYPEUSDT","adjustedFundingRateCap":"0.02","adjustedFundingRateFloor":"-0.02",
     * "fundingIntervalHours":4,"disclaimer":false}]}: only symbols that differ from eight hours.
     */
    private static ArrayNode fundingInfo() {
        ArrayNode rows = Payload.array();
        rows.addObject()
                .put("symbol", FUNDED_OFTEN)
                .put("adjustedFundingRateCap", "0.02000000")
                .put("adjustedFundingRateFloor", "-0.02000000")
                .put("fundingIntervalHours", 4)
                .put("disclaimer", false);
        return rows;
    }

    /**
     * USD-M by symbol {@code [{"symbol":"BTCUSDT","sumOpenInterest":"94731.04600000","sumOpenInterestValue":
     * "8157280897.95540000","CMCCirculatingSupply":"20094037.00000000","timestamp":1791284400000}]}, COIN-M by
     * {@code pair} and {@code contractType}, in contracts and, as "value", coins. Oldest first.
     */
    private SimReply openInterestHist(SimRequest request, List<Listing> listings, boolean usdm) {
        if (history.spend(1) > history.limit()) {
            return BinanceWeights.error(429, -1003, "Too many requests; current limit is 1000 requests per 5 minutes.");
        }
        Duration period = PERIODS.get(request.query().getOrDefault("period", ""));
        if (period == null) {
            return BinanceWeights.missing("period");
        }
        Listing listing = null;
        for (Listing candidate : listings) {
            boolean asked = usdm
                    ? candidate.symbol().equals(request.parameter("symbol"))
                    : candidate.pair().equals(request.parameter("pair"))
                            && candidate.contractType().equals(request.parameter("contractType"));
            listing = asked ? candidate : listing;
        }
        if (listing == null) {
            return BinanceWeights.error(400, -1121, "Invalid symbol.");
        }
        long now = world.now().toEpochMilli();
        long oldest = now - HISTORY.toMillis();
        long start = request.number("startTime", -1, 0, Long.MAX_VALUE);
        long end = Math.min(now, request.number("endTime", now, 0, Long.MAX_VALUE));
        if (start >= 0 && (start < oldest || start > end)) {
            return BinanceWeights.error(400, -1130, "parameter 'startTime' is invalid.");
        }
        long step = period.toMillis();
        long limit = request.number("limit", 30, 1, 500);
        long last = Math.floorDiv(end, step) * step;
        long first = Math.max(start >= 0 ? start : oldest, last - (limit - 1) * step);
        ArrayNode rows = Payload.array();
        for (long time = -Math.floorDiv(-first, step) * step; time <= last; time += step) {
            rows.add(past(listing, Instant.ofEpochMilli(time), usdm));
        }
        return SimReply.json(rows);
    }

    private ObjectNode past(Listing listing, Instant at, boolean usdm) {
        double coins = listing.contract().openInterest(at);
        String count = Payload.text(count(listing, at, usdm), usdm ? 3 : 0) + (usdm ? "00000" : ".00000000");
        if (usdm) {
            double value = coins * inQuote(listing.contract().mark(at), listing, at, true) / listing.size();
            return Payload.object()
                    .put("symbol", listing.symbol())
                    .put("sumOpenInterest", count)
                    .put("sumOpenInterestValue", Payload.text(value, 8))
                    .put("CMCCirculatingSupply", "20094037.00000000")
                    .put("timestamp", at.toEpochMilli());
        }
        return Payload.object()
                .put("contractType", listing.contractType())
                .put("sumOpenInterest", count)
                .put("sumOpenInterestValue", Payload.text(coins, 8))
                .put("pair", listing.pair())
                .put("timestamp", at.toEpochMilli());
    }
}
