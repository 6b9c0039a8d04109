package io.openinterest.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.AssetClass;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Hyperliquid: every question is a POST to /info. The first dex has coins, two that others built have a stock, a metal
 * and coins with another collateral. Figures have no time and no names, only the place of their market in the universe,
 * where delisted markets keep theirs.
 */
final class SimulatedHyperliquid implements SimulatedVenue {

    private static final String CHANNEL = "allDexsAssetCtxs";
    private static final int WEIGHT_PER_MINUTE = 1200;
    private static final int WEIGHT = 20;
    /** Spot token that is the collateral of each dex, by its index. */
    private static final Map<String, Integer> COLLATERALS = Map.of("", 0, "xyz", 0, "hyna", 235);

    private final World world;
    private final Allowance allowance;

    SimulatedHyperliquid(World world) {
        this.world = world;
        this.allowance = new Allowance(world, WEIGHT_PER_MINUTE, Duration.ofMinutes(1));
    }

    /**
     * A market.
     *
     * @param contract null where it is delisted
     * @param coins coins in one unit
     */
    private record Listing(String name, Contract contract, int coins) {}

    @Override
    public List<String> ids() {
        return List.of("hyperliquid");
    }

    @Override
    public SimReply answer(SimRequest request) {
        if (!request.path().equals("/info") || !request.method().equals("POST")) {
            return new SimReply(404, Map.of(), "");
        }
        if (allowance.spend(WEIGHT) > allowance.limit()) {
            return new SimReply(429, Map.of("Content-Type", "application/json"), "null");
        }
        JsonNode question = Payload.read(request.body());
        String dex = question.path("dex").asText("");
        Map<String, List<Listing>> dexs = dexs();
        return switch (question.path("type").asText()) {
            case "perpDexs" -> SimReply.json(perpDexs());
            case "spotMeta" -> SimReply.json(spotMeta());
            case "perpCategories" -> SimReply.json(categories(dexs));
            case "meta" -> dexs.containsKey(dex) ? SimReply.json(meta(dex, dexs.get(dex))) : unknownDex();
            case "metaAndAssetCtxs" ->
                dexs.containsKey(dex)
                        ? SimReply.json(
                                Payload.array().add(meta(dex, dexs.get(dex))).add(contexts(dexs.get(dex), world.now())))
                        : unknownDex();
            default -> new SimReply(422, Map.of(), "Failed to deserialize the JSON body into the target type");
        };
    }

    private static SimReply unknownDex() {
        return new SimReply(200, Map.of("Content-Type", "application/json"), "null");
    }

    private Map<String, List<Listing>> dexs() {
        Map<String, List<Listing>> dexs = new LinkedHashMap<>();
        List<Listing> first = new ArrayList<>();
        for (Asset asset : world.assets("BTC", "ETH", "SOL")) {
            first.add(listing(asset.code(), asset, 0.08, 1));
        }
        first.add(new Listing("MATIC", null, 1));
        for (Asset asset : world.assets("XRP", "DOGE", "BNB", "ADA", "HYPE")) {
            first.add(listing(asset.code(), asset, 0.08, 1));
        }
        first.add(listing("kPEPE", world.asset("PEPE"), 0.08, 1000));
        dexs.put("", first);
        dexs.put(
                "xyz",
                List.of(
                        listing("xyz:TSLA", world.asset("TSLA"), 0.1, 1),
                        listing("xyz:XAU", world.asset("XAU"), 0.1, 1)));
        dexs.put(
                "hyna",
                List.of(
                        listing("hyna:BTC", world.asset("BTC"), 0.001, 1),
                        listing("hyna:HYPE", world.asset("HYPE"), 0.01, 1)));
        return dexs;
    }

    private Listing listing(String name, Asset asset, double share, int coins) {
        return new Listing(name, world.perpetual("hyperliquid", asset, name, share), coins);
    }

    /** {@code [null,{"name":"xyz","fullName":"XYZ","deployer":"0x...","assetToStreamingOiCap":[]}]}: null is the first. */
    private static ArrayNode perpDexs() {
        ArrayNode all = Payload.array().addNull();
        for (String dex : List.of("xyz", "hyna")) {
            all.addObject()
                    .put("name", dex)
                    .put("fullName", dex)
                    .put("deployer", "0x0000000000000000000000000000000000000001")
                    .putNull("oracleUpdater")
                    .putNull("feeRecipient")
                    .putArray("assetToStreamingOiCap");
        }
        return all;
    }

    /** {@code {"universe":[],"tokens":[{"name":"USDC","szDecimals":8,"index":0,"isCanonical":true}]}}. */
    private static ObjectNode spotMeta() {
        ObjectNode body = Payload.object();
        body.putArray("universe");
        ArrayNode tokens = body.putArray("tokens");
        tokens.addObject()
                .put("name", "USDC")
                .put("szDecimals", 8)
                .put("index", 0)
                .put("isCanonical", true);
        tokens.addObject()
                .put("name", "USDE")
                .put("szDecimals", 2)
                .put("index", 235)
                .put("isCanonical", false);
        return body;
    }

    /** {@code [["xyz:TSLA","stocks"]]}, of what builders list only. */
    private static ArrayNode categories(Map<String, List<Listing>> dexs) {
        ArrayNode all = Payload.array();
        dexs.forEach((dex, listings) -> {
            if (!dex.isEmpty()) {
                listings.forEach(listing -> all.addArray().add(listing.name()).add(category(listing)));
            }
        });
        return all;
    }

    private static String category(Listing listing) {
        AssetClass assetClass = listing.contract().asset().assetClass();
        return assetClass == AssetClass.EQUITY
                ? "stocks"
                : assetClass == AssetClass.COMMODITY ? "commodities" : "crypto";
    }

    /** {@code {"universe":[{"name":"BTC","szDecimals":5,"maxLeverage":40}],"marginTables":[],"collateralToken":0}}. */
    private static ObjectNode meta(String dex, List<Listing> listings) {
        ObjectNode body = Payload.object();
        ArrayNode universe = body.putArray("universe");
        for (Listing listing : listings) {
            ObjectNode row = universe.addObject()
                    .put("name", listing.name())
                    .put("szDecimals", 2)
                    .put("maxLeverage", 20);
            if (listing.contract() == null) {
                row.put("isDelisted", true);
            }
        }
        body.putArray("marginTables");
        return body.put("collateralToken", COLLATERALS.get(dex));
    }

    /**
     * {@code [{"funding":"0.0000125","openInterest":"605822.2557999999","prevDayPx":"2094.6","dayNtlVlm":
     * "591989409.9392402172","premium":"-0.0002824061","oraclePx":"2124.6","markPx":"2123.7","midPx":"2123.95",
     * "impactPxs":["2123.65","2124.0"],"dayBaseVlm":"281686.8234999999"}]}
     */
    private static ArrayNode contexts(List<Listing> listings, Instant now) {
        ArrayNode all = Payload.array();
        for (Listing listing : listings) {
            all.add(listing.contract() == null ? nothing() : context(listing, now));
        }
        return all;
    }

    private static ObjectNode context(Listing listing, Instant now) {
        Contract contract = listing.contract();
        String mark = price(contract.mark(now) * listing.coins());
        ObjectNode row = Payload.object()
                .put("funding", Payload.text(contract.fundingRate(now) / 8, 10))
                .put("openInterest", Payload.text(contract.openInterest(now) / listing.coins(), 10))
                .put("prevDayPx", mark)
                .put("dayNtlVlm", Payload.text(contract.volume(now) * contract.index(now), 10))
                .put("premium", "0.0001")
                .put("oraclePx", price(contract.index(now) * listing.coins()))
                .put("markPx", mark)
                .put("midPx", mark);
        row.putArray("impactPxs").add(mark).add(mark);
        return row.put("dayBaseVlm", Payload.text(contract.volume(now) / listing.coins(), 10));
    }

    private static ObjectNode nothing() {
        return Payload.object()
                .put("funding", "0.0")
                .put("openInterest", "0.0")
                .put("prevDayPx", "0.37621")
                .put("dayNtlVlm", "0.0")
                .putNull("premium")
                .put("oraclePx", "0.3754")
                .put("markPx", "0.37621")
                .putNull("midPx")
                .putNull("impactPxs")
                .put("dayBaseVlm", "0.0");
    }

    private static String price(double price) {
        return Payload.text(price, price > 100 ? 1 : 8);
    }

    @Override
    public SimulatedSocket connect(SimRequest upgrade, Wire wire) {
        return upgrade.path().equals("/ws") ? new Channels(wire) : null;
    }

    /** One connection with the channel of all dexs, pushed every three seconds. */
    private final class Channels implements SimulatedSocket {

        private static final Duration EVERY = Duration.ofSeconds(3);
        private static final Duration PATIENCE = Duration.ofSeconds(60);

        private final Wire wire;
        private boolean subscribed;
        private Instant pushed = Instant.EPOCH;
        private Instant heard = world.now();

        Channels(Wire wire) {
            this.wire = wire;
        }

        /** {@code {"method":"subscribe","subscription":{"type":"allDexsAssetCtxs"}}} or {@code {"method":"ping"}}. */
        @Override
        public void received(String text) {
            heard = world.now();
            JsonNode command = Payload.read(text);
            if (command.path("method").asText().equals("ping")) {
                wire.send(Payload.write(Payload.object().put("channel", "pong")));
            } else if (command.at("/subscription/type").asText().equals(CHANNEL)) {
                subscribed = command.path("method").asText().equals("subscribe");
                ObjectNode answer = Payload.object().put("channel", "subscriptionResponse");
                answer.set("data", command);
                wire.send(Payload.write(answer));
            } else {
                wire.send(Payload.write(
                        Payload.object().put("channel", "error").put("data", "Invalid subscription " + text)));
            }
        }

        /** {@code {"channel":"allDexsAssetCtxs","data":{"ctxs":[["",[{...}]],["xyz",[{...}]]]}}}. */
        @Override
        public void tick(Instant now) {
            if (heard.isBefore(now.minus(PATIENCE)) && !subscribed) {
                wire.close(1000, "Inactive");
            } else if (subscribed && !pushed.isAfter(now.minus(EVERY))) {
                pushed = now;
                ObjectNode frame = Payload.object().put("channel", CHANNEL);
                ArrayNode dexs = frame.putObject("data").putArray("ctxs");
                dexs().forEach((dex, listings) -> dexs.addArray().add(dex).add(contexts(listings, now)));
                wire.send(Payload.write(frame));
            }
        }
    }
}
