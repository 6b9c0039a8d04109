package io.openinterest.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.AssetClass;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * KuCoin futures: one answer with list and figures. Bitcoin is XBT, open interest counts lots, inverse contracts have a
 * multiplier below zero, a paused contract stays in the answer, and nothing has a time.
 */
final class SimulatedKucoin implements SimulatedVenue {

    private static final int WEIGHT_PER_WINDOW = 2000;
    private static final int WEIGHT = 3;
    private static final String QUARTER_CODES = "HMUZ";

    /** Coins in one lot. */
    private static final Map<String, Double> SIZES = Map.of(
            "BTC", 0.001, "ETH", 0.01, "BNB", 0.01, "DOGE", 100d, "XRP", 10d, "ADA", 10d, "PEPE", 520_000d, "XAUT",
            0.001, "XAU", 0.001, "TSLA", 0.01);

    private final World world;
    private final Allowance allowance;

    SimulatedKucoin(World world) {
        this.world = world;
        this.allowance = new Allowance(world, WEIGHT_PER_WINDOW, Duration.ofSeconds(30));
    }

    /**
     * A market.
     *
     * @param multiplier coins in one lot; -1 where a lot is one dollar
     */
    private record Listing(Contract contract, String base, String quote, double multiplier) {

        boolean isInverse() {
            return multiplier < 0;
        }

        boolean isDated() {
            return contract.expiration() != null;
        }
    }

    @Override
    public List<String> ids() {
        return List.of("kucoin");
    }

    @Override
    public SimReply answer(SimRequest request) {
        int used = allowance.spend(WEIGHT);
        SimReply reply = used > allowance.limit()
                ? error(429, "429000", "Too many requests in a short period of time, please retry later")
                : answerWithin(request);
        return reply.with("gw-ratelimit-limit", allowance.limit())
                .with("gw-ratelimit-remaining", Math.max(0, allowance.limit() - used))
                .with("gw-ratelimit-reset", allowance.resetAt() - world.now().toEpochMilli());
    }

    private SimReply answerWithin(SimRequest request) {
        return request.path().equals("/api/v1/contracts/active") ? contracts() : error(404, "404", "Not Found");
    }

    private static SimReply error(int status, String code, String message) {
        return SimReply.json(status, Payload.object().put("code", code).put("msg", message));
    }

    private List<Listing> listings() {
        List<Listing> all = new ArrayList<>();
        for (Asset asset : world.assets()) {
            String base = code(asset);
            double size = SIZES.getOrDefault(asset.code(), 1d);
            all.add(new Listing(world.perpetual("kucoin", asset, base + "USDTM", 0.015), base, "USDT", size));
        }
        for (Asset asset : world.assets("BTC", "ETH")) {
            String base = code(asset);
            all.add(new Listing(world.perpetual("kucoin", asset, base + "USDM", 0.001), base, "USD", -1));
        }
        for (Instant expiration : world.quarters(1)) {
            String date = expiration.toString();
            int month = Integer.parseInt(date.substring(5, 7));
            String symbol = "XBTM" + QUARTER_CODES.charAt((month - 1) / 3) + date.substring(2, 4);
            Contract contract = world.future("kucoin", world.asset("BTC"), symbol, 0.0005, expiration);
            all.add(new Listing(contract, "XBT", "USD", -1));
        }
        return all;
    }

    private static String code(Asset asset) {
        return asset.code().equals("BTC") ? "XBT" : asset.code();
    }

    /** {@code {"code":"200000","data":[...]}}. */
    private SimReply contracts() {
        ObjectNode body = Payload.object().put("code", "200000");
        ArrayNode rows = body.putArray("data");
        List<Listing> listings = listings();
        listings.forEach(listing -> rows.add(row(listing)));
        rows.add(row(listings.get(0)).put("symbol", "OLDUSDTM").put("status", "Paused"));
        return SimReply.json(body);
    }

    /**
     * {@code {"symbol":"XBTUSDTM","type":"FFWCSX","expireDate":null,"baseCurrency":"XBT","quoteCurrency":"USDT",
     * "settleCurrency":"USDT","lotSize":1,"multiplier":0.001,"isQuanto":true,"isInverse":false,"status":"Open",
     * "openInterest":"20308707","turnoverOf24h":440861284.1368,"volumeOf24h":5549.818,"markPrice":80689.98,"indexPrice":
     * 80732.29,"lastTradePrice":80675.4,...}}
     */
    private ObjectNode row(Listing listing) {
        Instant now = world.now();
        Contract contract = listing.contract();
        double mark = contract.mark(now);
        int places = Math.max(2, 6 - (int) Math.ceil(StrictMath.log10(mark)));
        double coins = contract.openInterest(now);
        double lots = listing.isInverse() ? coins * mark : coins / listing.multiplier();
        double traded = contract.volume(now);
        ObjectNode row = Payload.object()
                .put("symbol", contract.symbol())
                .put("displaySymbol", contract.symbol())
                .put("rootSymbol", listing.isInverse() ? listing.base() : listing.quote())
                .put("type", listing.isDated() ? "FFICSX" : "FFWCSX")
                .put("firstOpenDate", 1_585_555_200_000L);
        if (listing.isDated()) {
            row.put("expireDate", contract.expiration().toEpochMilli())
                    .put("settleDate", contract.expiration().toEpochMilli());
        } else {
            row.putNull("expireDate").putNull("settleDate");
        }
        return row.put("baseCurrency", listing.base())
                .put("displayBaseCurrency", listing.base())
                .put("quoteCurrency", listing.quote())
                .put("settleCurrency", listing.isInverse() ? listing.base() : listing.quote())
                .put("maxOrderQty", 1_000_000)
                .put("lotSize", 1)
                .put("tickSize", Payload.number(0.1, 1))
                .put("multiplier", Payload.number(listing.multiplier(), 3))
                .put("isQuanto", listing.base().equals("XBT") && !listing.isInverse())
                .put("isInverse", listing.isInverse())
                .put("markMethod", "FairPrice")
                .put("indexSymbol", ".K" + listing.base() + listing.quote())
                .put("status", "Open")
                .put("openInterest", Payload.text(Math.max(1, lots), 0))
                .put("turnoverOf24h", Payload.number(listing.isInverse() ? traded : traded * mark, 8))
                .put("volumeOf24h", Payload.number(listing.isInverse() ? traded * mark : traded, 8))
                .put("markPrice", Payload.number(mark, places))
                .put("indexPrice", Payload.number(contract.index(now), places))
                .put("lastTradePrice", Payload.number(mark, places))
                .put("marketStage", "NORMAL")
                .put("marketType", contract.asset().assetClass() == AssetClass.EQUITY ? "TRADFI" : "CRYPTO")
                .put("assetClass", assetClass(contract.asset()));
    }

    private static String assetClass(Asset asset) {
        return switch (asset.assetClass()) {
            case EQUITY -> "STOCK";
            case COMMODITY -> "METAL";
            default -> asset.code().equals("XAUT") ? "METAL" : "CRYPTO";
        };
    }
}
