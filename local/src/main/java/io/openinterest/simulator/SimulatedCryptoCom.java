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

/**
 * Crypto.com: perpetuals, dated futures and spot pairs in one list, tickers of letters without a mark. The futures last
 * traded far from their book; a spot pair has an open interest of null.
 */
final class SimulatedCryptoCom implements SimulatedVenue {

    private static final DateTimeFormatter YYMMDD =
            DateTimeFormatter.ofPattern("yyMMdd").withZone(ZoneOffset.UTC);
    private static final int REQUESTS = 100;
    private static final double HALF_SPREAD = 0.0001;
    private static final double STALE = 0.9;

    private final World world;
    private final Allowance allowance;

    SimulatedCryptoCom(World world) {
        this.world = world;
        this.allowance = new Allowance(world, REQUESTS, Duration.ofSeconds(1));
    }

    /** A market; {@code end} null for perpetuals. */
    private record Listing(Contract contract, Asset asset, Instant end) {

        String symbol() {
            return contract.symbol();
        }
    }

    @Override
    public List<String> ids() {
        return List.of("crypto-com");
    }

    @Override
    public SimReply answer(SimRequest request) {
        if (allowance.spend(1) > allowance.limit()) {
            return error(429, 42901, "TOO_MANY_REQUESTS");
        }
        return switch (request.path()) {
            case "/exchange/v1/public/get-instruments" -> instruments();
            case "/exchange/v1/public/get-tickers" -> tickers();
            default -> error(400, 40003, "INVALID_REQUEST");
        };
    }

    private List<Listing> listings() {
        List<Listing> all = new ArrayList<>();
        for (Asset asset : world.assets()) {
            if (asset.assetClass() == AssetClass.CRYPTO) {
                all.add(new Listing(perpetual(asset), asset, null));
            }
        }
        for (Asset asset : world.assets("BTC", "ETH")) {
            for (Instant end : world.quarters(1)) {
                String symbol = asset.code() + "USD-" + YYMMDD.format(end);
                all.add(new Listing(world.future("cryptocom", asset, symbol, 0.0001, end), asset, end));
            }
        }
        return all;
    }

    private Contract perpetual(Asset asset) {
        return world.perpetual("cryptocom", asset, asset.code() + "USD-PERP", 0.01);
    }

    /**
     * {"id":1,"method":"public/get-instruments","code":0,"result":{"data":[{"symbol":"BTCUSD-PERP",
     * "inst_type":"PERPETUAL_SWAP","base_ccy":"BTC","quote_ccy":"USD","tradable":true,"expiry_timestamp_ms":0}]}}
     */
    private SimReply instruments() {
        ArrayNode rows = Payload.array();
        for (Listing listing : listings()) {
            String type = listing.end() == null ? "PERPETUAL_SWAP" : "FUTURE";
            long expiry = listing.end() == null ? 0 : listing.end().toEpochMilli();
            rows.add(instrument(listing.symbol(), type, listing.asset().code(), "USD", expiry));
        }
        rows.add(instrument("LUNAUSD-PERP", "PERPETUAL_SWAP", "LUNA", "USD", 0).put("tradable", false));
        rows.add(instrument("BTC_USDT", "CCY_PAIR", "BTC", "USDT", 0));
        return result("public/get-instruments", rows);
    }

    private static ObjectNode instrument(String symbol, String type, String base, String quote, long expiry) {
        return Payload.object()
                .put("symbol", symbol)
                .put("inst_type", type)
                .put("base_ccy", base)
                .put("quote_ccy", quote)
                .put("tradable", true)
                .put("expiry_timestamp_ms", expiry);
    }

    /**
     * {"id":-1,"method":"public/get-tickers","code":0,"result":{"data":[{"i":"BTCUSD-PERP","a":"80128.8","v":"6935.3917",
     * "vv":"552302769.00","b":"80126.3","k":"80126.4","oi":"6160.4519","t":1787857392243}]}}
     */
    private SimReply tickers() {
        Instant now = world.now();
        ArrayNode rows = Payload.array();
        for (Listing listing : listings()) {
            Contract contract = listing.contract();
            double mark = contract.mark(now);
            double last = listing.end() == null ? mark : mark * STALE;
            rows.add(ticker(listing.symbol(), mark, last, contract.volume(now), now)
                    .put("oi", Payload.text(contract.openInterest(now), 4)));
        }
        rows.add(ticker("LUNAUSD-PERP", 1, 1, 0, now).put("oi", "1000"));
        Contract bitcoin = perpetual(world.asset("BTC"));
        rows.add(ticker("BTC_USDT", bitcoin.index(now), bitcoin.index(now), bitcoin.volume(now), now)
                .putNull("oi"));
        return result("public/get-tickers", rows);
    }

    private static ObjectNode ticker(String symbol, double mark, double last, double volume, Instant now) {
        return Payload.object()
                .put("i", symbol)
                .put("a", Payload.text(last, 12))
                .put("v", Payload.text(volume, 4))
                .put("vv", Payload.text(volume * mark, 2))
                .put("b", Payload.text(mark * (1 - HALF_SPREAD), 12))
                .put("k", Payload.text(mark * (1 + HALF_SPREAD), 12))
                .put("t", now.toEpochMilli());
    }

    private static SimReply result(String method, ArrayNode rows) {
        ObjectNode body = Payload.object().put("id", -1).put("method", method).put("code", 0);
        body.putObject("result").set("data", rows);
        return SimReply.json(body);
    }

    private static SimReply error(int status, int code, String message) {
        return SimReply.json(
                status, Payload.object().put("id", -1).put("code", code).put("message", message));
    }
}
