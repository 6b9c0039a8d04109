package io.openinterest.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.AssetClass;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * MEXC perpetuals: open interest in contracts, whose size only the list of contracts tells, errors inside HTTP 200, stocks
 * with a symbol of their own, paused and delivered contracts.
 */
final class SimulatedMexc implements SimulatedVenue {

    private static final int REQUESTS = 20;
    private static final int INVERSE_DOLLARS = 100;
    private static final int FUNDING_HOURS = 4;
    private static final int HOURS_OF_RATE = 8;
    private static final int ENABLED = 0;
    private static final int COMPLETED = 2;
    private static final int PAUSED = 4;

    private final World world;
    private final Allowance allowance;

    SimulatedMexc(World world) {
        this.world = world;
        this.allowance = new Allowance(world, REQUESTS, Duration.ofSeconds(2));
    }

    /**
     * A market.
     *
     * @param base as written, {@code TSLASTOCK}
     * @param size base coins in a contract, dollars where it is inverse
     */
    private record Listing(Contract contract, String base, BigDecimal size, boolean inverse) {

        String symbol() {
            return contract.symbol();
        }

        double contracts(double amount, double price) {
            return amount * (inverse ? price : 1) / size.doubleValue();
        }
    }

    @Override
    public List<String> ids() {
        return List.of("mexc");
    }

    @Override
    public SimReply answer(SimRequest request) {
        if (allowance.spend(1) > allowance.limit()) {
            return error(510, "Requests are too frequent, please try again later");
        }
        return switch (request.path()) {
            case "/api/v1/contract/detail" -> contracts();
            case "/api/v1/contract/funding_rate" -> fundingRates();
            case "/api/v1/contract/ticker" -> tickers();
            default -> SimReply.json(404, Payload.object().put("success", false).put("code", 404));
        };
    }

    private List<Listing> listings() {
        List<Listing> all = new ArrayList<>();
        for (Asset asset : world.assets()) {
            String base = asset.code() + (asset.assetClass() == AssetClass.EQUITY ? "STOCK" : "");
            Contract contract = world.perpetual("mexc", asset, base + "_USDT", 0.04);
            all.add(new Listing(contract, base, size(asset.price()), false));
        }
        for (Asset asset : world.assets("BTC", "ETH")) {
            Contract contract = world.perpetual("mexc", asset, asset.code() + "_USD", 0.002);
            all.add(new Listing(contract, asset.code(), BigDecimal.valueOf(INVERSE_DOLLARS), true));
        }
        return all;
    }

    /** The power of ten of coins that is worth one to ten dollars. */
    private static BigDecimal size(double price) {
        return BigDecimal.ONE.scaleByPowerOfTen((int) -Math.floor(Math.log10(price)));
    }

    /**
     * {"success":true,"code":0,"data":[{"symbol":"BTC_USDT","baseCoin":"BTC","quoteCoin":"USDT","settleCoin":"USDT",
     * "contractSize":0.0001,"state":0}]}
     */
    private SimReply contracts() {
        ArrayNode rows = Payload.array();
        for (Listing listing : listings()) {
            String quote = listing.inverse() ? "USD" : "USDT";
            String settle = listing.inverse() ? listing.base() : "USDT";
            rows.add(contract(listing.symbol(), listing.base(), quote, settle, listing.size(), ENABLED));
        }
        rows.add(contract("LUNA_USDT", "LUNA", "USDT", "USDT", BigDecimal.ONE, PAUSED));
        rows.add(contract("FTT_USDT", "FTT", "USDT", "USDT", BigDecimal.ONE, COMPLETED));
        return success(rows);
    }

    private static ObjectNode contract(
            String symbol, String base, String quote, String settle, BigDecimal size, int state) {
        return Payload.object()
                .put("symbol", symbol)
                .put("baseCoin", base)
                .put("quoteCoin", quote)
                .put("settleCoin", settle)
                .put("contractSize", size)
                .put("state", state);
    }

    /** {"success":true,"code":0,"data":[{"symbol":"RIF_USDT","fundingRate":0.00005,"collectCycle":4}]} */
    private SimReply fundingRates() {
        ArrayNode rows = Payload.array();
        for (Listing listing : listings()) {
            rows.add(Payload.object()
                    .put("symbol", listing.symbol())
                    .put("fundingRate", fundingRate(listing))
                    .put("collectCycle", FUNDING_HOURS));
        }
        return success(rows);
    }

    private BigDecimal fundingRate(Listing listing) {
        return Payload.number(listing.contract().fundingRate(world.now()) * FUNDING_HOURS / HOURS_OF_RATE, 8);
    }

    /**
     * {"success":true,"code":0,"data":[{"symbol":"BTC_USDT","lastPrice":80319.3,"volume24":565457133,
     * "amount24":4477604519.13254,"holdVol":585233517,"indexPrice":80349,"fairPrice":80318.2,"fundingRate":7.3e-05,
     * "timestamp":1787848767691}]}
     */
    private SimReply tickers() {
        Instant now = world.now();
        ArrayNode rows = Payload.array();
        for (Listing listing : listings()) {
            Contract contract = listing.contract();
            double mark = contract.mark(now);
            double volume = contract.volume(now);
            rows.add(Payload.object()
                    .put("symbol", listing.symbol())
                    .put("lastPrice", Payload.number(mark, 10))
                    .put("volume24", Payload.number(listing.contracts(volume, mark), 0))
                    .put("amount24", Payload.number(listing.inverse() ? volume : volume * mark, 5))
                    .put("holdVol", Payload.number(listing.contracts(contract.openInterest(now), mark), 0))
                    .put("indexPrice", Payload.number(contract.index(now), 10))
                    .put("fairPrice", Payload.number(mark, 10))
                    .put("fundingRate", fundingRate(listing))
                    .put("timestamp", now.toEpochMilli()));
        }
        rows.add(Payload.object()
                .put("symbol", "LUNA_USDT")
                .put("holdVol", 1000)
                .put("fairPrice", 1)
                .put("timestamp", now.toEpochMilli()));
        return success(rows);
    }

    private static SimReply success(ArrayNode rows) {
        ObjectNode body = Payload.object().put("success", true).put("code", 0);
        body.set("data", rows);
        return SimReply.json(body);
    }

    private static SimReply error(int code, String message) {
        return SimReply.json(
                Payload.object().put("success", false).put("code", code).put("message", message));
    }
}
