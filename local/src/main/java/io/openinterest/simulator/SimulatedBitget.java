package io.openinterest.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.AssetClass;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Bitget v2: three product types, each with a list and tickers. Open interest is in coins, of coin-margined contracts too;
 * a dated contract repeats a funding rate of zero, and one that is off stays in list and tickers.
 */
final class SimulatedBitget implements SimulatedVenue {

    private static final int REQUESTS = 20;
    private static final String QUARTER_CODES = "HMUZ";

    private final World world;
    private final Allowance allowance;

    SimulatedBitget(World world) {
        this.world = world;
        this.allowance = new Allowance(world, REQUESTS, Duration.ofSeconds(1));
    }

    private record Listing(Contract contract, String quote) {

        boolean isDated() {
            return contract.expiration() != null;
        }
    }

    @Override
    public List<String> ids() {
        return List.of("bitget");
    }

    @Override
    public SimReply answer(SimRequest request) {
        if (allowance.spend(1) > allowance.limit()) {
            return error(429, "429", "Too Many Requests");
        }
        List<Listing> listings = listings(request.query().getOrDefault("productType", ""));
        if (listings.isEmpty()) {
            return error(400, "40020", "Parameter productType error");
        }
        return switch (request.path()) {
            case "/api/v2/mix/market/contracts" -> contracts(listings);
            case "/api/v2/mix/market/tickers" -> tickers(listings);
            case "/api/v2/mix/market/open-interest" -> openInterest(listings, request.parameter("symbol"));
            default -> error(404, "40404", "Request URL NOT FOUND");
        };
    }

    private List<Listing> listings(String product) {
        List<Listing> all = new ArrayList<>();
        switch (product.toUpperCase(Locale.ROOT)) {
            case "USDT-FUTURES" -> {
                for (Asset asset : world.assets()) {
                    all.add(new Listing(world.perpetual("bitget", asset, asset.code() + "USDT", 0.06), "USDT"));
                }
            }
            case "COIN-FUTURES" -> {
                for (Asset asset : world.assets("BTC", "ETH", "XRP")) {
                    all.add(new Listing(world.perpetual("bitget", asset, asset.code() + "USD", 0.005), "USD"));
                }
                for (Asset asset : world.assets("BTC", "ETH")) {
                    for (Instant expiration : world.quarters(2)) {
                        String symbol = asset.code() + "USD" + quarter(expiration);
                        all.add(new Listing(world.future("bitget", asset, symbol, 0.0005, expiration), "USD"));
                    }
                }
            }
            case "USDC-FUTURES" -> {
                for (Asset asset : world.assets("BTC", "ETH", "SOL")) {
                    all.add(new Listing(world.perpetual("bitget", asset, asset.code() + "PERP", 0.002), "USDC"));
                }
            }
            default -> {
                // the venue knows no other
            }
        }
        return all;
    }

    /** Z26 of December 2026. */
    private static String quarter(Instant expiration) {
        String date = expiration.toString();
        int month = Integer.parseInt(date.substring(5, 7));
        return QUARTER_CODES.charAt((month - 1) / 3) + date.substring(2, 4);
    }

    /** {@code {"code":"00000","msg":"success","requestTime":1695794095685,"data":...}}. */
    private ObjectNode envelope(String code, String message) {
        return Payload.object()
                .put("code", code)
                .put("msg", message)
                .put("requestTime", world.now().toEpochMilli());
    }

    private SimReply error(int status, String code, String message) {
        return SimReply.json(status, envelope(code, message).putNull("data"));
    }

    private SimReply success(ArrayNode rows) {
        ObjectNode body = envelope("00000", "success");
        body.set("data", rows);
        return SimReply.json(body);
    }

    /**
     * {@code [{"symbol":"BTCUSDT","baseCoin":"BTC","quoteCoin":"USDT","supportMarginCoins":["USDT"],"symbolType":
     * "perpetual","symbolStatus":"normal","deliveryTime":"","fundInterval":"8","isRwa":"NO",...}]}
     */
    private SimReply contracts(List<Listing> listings) {
        ArrayNode rows = Payload.array();
        listings.forEach(listing -> rows.add(contract(listing)));
        if (listings.get(0).quote().equals("USDT")) {
            rows.add(contract(listings.get(0))
                    .put("symbol", "OLDUSDT")
                    .put("baseCoin", "OLD")
                    .put("symbolStatus", "off"));
        }
        return success(rows);
    }

    private static ObjectNode contract(Listing listing) {
        Asset asset = listing.contract().asset();
        ObjectNode row = Payload.object()
                .put("symbol", listing.contract().symbol())
                .put("baseCoin", asset.code())
                .put("quoteCoin", listing.quote())
                .put("sizeMultiplier", "0.0001")
                .put("symbolType", listing.isDated() ? "delivery" : "perpetual")
                .put("symbolStatus", "normal")
                .put("offTime", "-1")
                .put("limitOpenTime", "-1")
                .put("deliveryTime", time(listing))
                .put("deliveryStartTime", "")
                .put("deliveryPeriod", listing.isDated() ? "this_quarter" : "")
                .put("fundInterval", listing.isDated() ? "" : "8")
                .put(
                        "isRwa",
                        asset.assetClass() == AssetClass.CRYPTO && !asset.code().equals("XAUT") ? "NO" : "YES");
        ArrayNode margins = row.putArray("supportMarginCoins");
        if (listing.quote().equals("USD")) {
            margins.add("BTC").add("ETH").add("USDC");
        } else {
            margins.add(listing.quote());
        }
        return row;
    }

    private static String time(Listing listing) {
        return listing.isDated()
                ? String.valueOf(listing.contract().expiration().toEpochMilli())
                : "";
    }

    /**
     * {@code [{"symbol":"ETHUSD_231229","lastPr":"1829.3","askPr":"1829.8","bidPr":"1829.3","high24h":"0","low24h":"0",
     * "ts":"1695794098184","baseVolume":"0","quoteVolume":"0","usdtVolume":"0","indexPrice":"1822.15","fundingRate":"0",
     * "holdingAmount":"9488.49","deliveryTime":"1703836799000","deliveryStatus":"delivery_normal","markPrice":"1829"}]}
     */
    private SimReply tickers(List<Listing> listings) {
        ArrayNode rows = Payload.array();
        listings.forEach(listing -> rows.add(ticker(listing)));
        if (listings.get(0).quote().equals("USDT")) {
            rows.add(ticker(listings.get(0)).put("symbol", "OLDUSDT"));
        }
        return success(rows);
    }

    private ObjectNode ticker(Listing listing) {
        Instant now = world.now();
        Contract contract = listing.contract();
        String mark = price(contract.mark(now));
        String traded = Payload.text(contract.volume(now) * contract.mark(now), 4);
        return Payload.object()
                .put("symbol", contract.symbol())
                .put("lastPr", mark)
                .put("askPr", mark)
                .put("bidPr", mark)
                .put("bidSz", "1")
                .put("askSz", "1")
                .put("high24h", mark)
                .put("low24h", mark)
                .put("ts", String.valueOf(now.toEpochMilli()))
                .put("change24h", "0")
                .put("baseVolume", Payload.text(contract.volume(now), 4))
                .put("quoteVolume", traded)
                .put("usdtVolume", traded)
                .put("openUtc", mark)
                .put("changeUtc24h", "0")
                .put("indexPrice", price(contract.index(now)))
                .put("fundingRate", listing.isDated() ? "0" : Payload.text(contract.fundingRate(now), 6))
                .put("holdingAmount", Payload.text(contract.openInterest(now), 4))
                .put("deliveryStartTime", "")
                .put("deliveryTime", time(listing))
                .put("deliveryStatus", listing.isDated() ? "delivery_normal" : "")
                .put("open24h", mark)
                .put("markPrice", mark);
    }

    /** {@code {"openInterestList":[{"symbol":"BTCUSDT","size":"52234.134"}],"ts":"1700866041023"}}, of one symbol. */
    private SimReply openInterest(List<Listing> listings, String symbol) {
        for (Listing listing : listings) {
            if (listing.contract().symbol().equals(symbol)) {
                ObjectNode body = envelope("00000", "success");
                ObjectNode data = body.putObject("data");
                data.putArray("openInterestList")
                        .addObject()
                        .put("symbol", symbol)
                        .put("size", Payload.text(listing.contract().openInterest(world.now()), 4));
                data.put("ts", String.valueOf(world.now().toEpochMilli()));
                return SimReply.json(body);
            }
        }
        return error(400, "40034", "Parameter does not exist");
    }

    /** Six significant digits or more. */
    private static String price(double price) {
        return Payload.text(price, Math.max(1, 6 - (int) Math.ceil(StrictMath.log10(price))));
    }
}
