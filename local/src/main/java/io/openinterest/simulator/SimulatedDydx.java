package io.openinterest.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.AssetClass;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The indexer of dYdX v4: an object of markets by ticker, open interest in coins beside another series of it, the oracle's
 * price, no time; a market that only takes cancellations, and one that is settled.
 */
final class SimulatedDydx implements SimulatedVenue {

    private static final int REQUESTS = 100;
    private static final int HOURS_OF_RATE = 8;
    private static final double OTHER_SERIES = 2.05;

    private final World world;
    private final Allowance allowance;

    SimulatedDydx(World world) {
        this.world = world;
        this.allowance = new Allowance(world, REQUESTS, Duration.ofSeconds(10));
    }

    @Override
    public List<String> ids() {
        return List.of("dydx");
    }

    @Override
    public SimReply answer(SimRequest request) {
        if (allowance.spend(1) > allowance.limit()) {
            return error(429, "Too many requests");
        }
        return request.path().equals("/v4/perpetualMarkets") ? markets() : error(404, "Not Found");
    }

    private List<Contract> contracts() {
        return world.assets().stream()
                .filter(asset -> asset.assetClass() == AssetClass.CRYPTO)
                .map(asset -> world.perpetual("dydx", asset, asset.code() + "-USD", 0.005))
                .toList();
    }

    /**
     * {"markets":{"BTC-USD":{"ticker":"BTC-USD","status":"ACTIVE","oraclePrice":"89919.2","volume24H":"247500844.6834",
     * "nextFundingRate":"0.00000254545454545455","openInterest":"381.7348","marketType":"CROSS",
     * "baseOpenInterest":"782.0931"}}}
     */
    private SimReply markets() {
        Instant now = world.now();
        ObjectNode markets = Payload.object();
        for (Contract contract : contracts()) {
            double index = contract.index(now);
            double openInterest = contract.openInterest(now);
            markets.set(
                    contract.symbol(),
                    market(contract.symbol(), "ACTIVE")
                            .put("oraclePrice", Payload.text(index, 12))
                            .put("volume24H", Payload.text(contract.volume(now) * index, 4))
                            .put("nextFundingRate", Payload.text(contract.fundingRate(now) / HOURS_OF_RATE, 20))
                            .put("openInterest", Payload.text(openInterest, 4))
                            .put("baseOpenInterest", Payload.text(openInterest * OTHER_SERIES, 4)));
        }
        markets.set("LUNA-USD", closed("LUNA-USD", "CANCEL_ONLY"));
        markets.set("MATIC-USD", closed("MATIC-USD", "FINAL_SETTLEMENT"));
        ObjectNode body = Payload.object();
        body.set("markets", markets);
        return SimReply.json(body);
    }

    private static ObjectNode closed(String ticker, String status) {
        return market(ticker, status)
                .put("oraclePrice", "1")
                .put("volume24H", "0")
                .put("nextFundingRate", "0")
                .put("openInterest", "1000")
                .put("baseOpenInterest", "1000");
    }

    private static ObjectNode market(String ticker, String status) {
        return Payload.object().put("ticker", ticker).put("status", status).put("marketType", "CROSS");
    }

    private static SimReply error(int status, String message) {
        ArrayNode errors = Payload.array().add(Payload.object().put("msg", message));
        ObjectNode body = Payload.object();
        body.set("errors", errors);
        return SimReply.json(status, body);
    }
}
