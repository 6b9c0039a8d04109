package io.openinterest.simulator;

import com.fasterxml.jackson.databind.JsonNode;
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
 * HTX: linear contracts (v1 in bulk and v5 one by one), coin-margined swaps and coin-margined futures, each with lists of
 * contracts, open interest and indices. Both sides are counted, errors come in HTTP 200, and a contract that is gone keeps
 * an index that stands still.
 */
final class SimulatedHtx implements SimulatedVenue {

    private static final DateTimeFormatter YYMMDD =
            DateTimeFormatter.ofPattern("uuMMdd").withZone(ZoneOffset.UTC);
    private static final int REQUESTS = 240;
    private static final Duration WINDOW = Duration.ofSeconds(3);
    private static final long STANDSTILL = 1_770_000_000_000L;
    private static final int COIN_CONTRACT = 100;
    private static final int OTHER_COIN_CONTRACT = 10;

    /** Coins in one linear contract. */
    private static final Map<String, Double> SIZES = Map.ofEntries(
            Map.entry("BTC", 0.001),
            Map.entry("ETH", 0.01),
            Map.entry("BNB", 0.1),
            Map.entry("DOGE", 100d),
            Map.entry("XRP", 10d),
            Map.entry("PEPE", 1_000_000d),
            Map.entry("XAUT", 0.001),
            Map.entry("XAU", 0.001),
            Map.entry("TSLA", 0.01));

    private final World world;
    private final Allowance allowance;

    SimulatedHtx(World world) {
        this.world = world;
        this.allowance = new Allowance(world, REQUESTS, WINDOW);
    }

    /** The three families, each with its own paths. */
    private enum Family {
        LINEAR,
        COIN_SWAP,
        COIN_FUTURE
    }

    /**
     * A market.
     *
     * @param size coins in a linear contract, USD in another
     */
    private record Listing(Contract contract, Family family, double size) {

        String code() {
            return contract.symbol();
        }

        String base() {
            return contract.asset().code();
        }

        /** Both sides, whole contracts. */
        long volume(Instant at) {
            double units = contract.openInterest(at) * (family == Family.LINEAR ? 1 : contract.mark(at));
            return 2 * Math.max(1, Math.round(units / size));
        }

        /** Both sides, in coins. */
        double amount(Instant at) {
            return volume(at) * size / (family == Family.LINEAR ? 1 : contract.mark(at));
        }
    }

    @Override
    public List<String> ids() {
        return List.of("htx");
    }

    @Override
    public SimReply answer(SimRequest request) {
        int used = allowance.spend(1);
        SimReply reply = used > allowance.limit()
                ? error("err_code", 1032, "The number of access exceeded the limit.")
                : answerWithin(request);
        return reply.with("ratelimit-limit", allowance.limit())
                .with("ratelimit-interval", WINDOW.toMillis())
                .with("ratelimit-remaining", Math.max(0, allowance.limit() - used))
                .with("ratelimit-reset", allowance.resetAt());
    }

    private SimReply answerWithin(SimRequest request) {
        return switch (request.path()) {
            case "/linear-swap-api/v1/swap_contract_info" -> contracts(linear(request));
            case "/linear-swap-api/v1/swap_open_interest" -> openInterest(linear(request), request);
            case "/linear-swap-api/v1/swap_index" -> indices(listings(Family.LINEAR));
            case "/swap-api/v1/swap_contract_info" -> contracts(listings(Family.COIN_SWAP));
            case "/swap-api/v1/swap_open_interest" -> openInterest(listings(Family.COIN_SWAP), request);
            case "/swap-api/v1/swap_index" -> indices(listings(Family.COIN_SWAP));
            case "/api/v1/contract_contract_info" -> contracts(listings(Family.COIN_FUTURE));
            case "/api/v1/contract_open_interest" -> openInterest(listings(Family.COIN_FUTURE), request);
            case "/api/v1/contract_index" -> indices(listings(Family.COIN_FUTURE));
            case "/v5/market/open_interest" -> single(request);
            default ->
                SimReply.json(
                        404,
                        Payload.object()
                                .put("timestamp", world.now().toString())
                                .put("status", 404)
                                .put("error", "Not Found")
                                .put("path", request.path()));
        };
    }

    /** {@code business_type}: swap if left out, futures or all. */
    private List<Listing> linear(SimRequest request) {
        String business = request.query().getOrDefault("business_type", "swap");
        return listings(Family.LINEAR).stream()
                .filter(listing -> business.equals("all") || business.equals(business(listing)))
                .toList();
    }

    private static String business(Listing listing) {
        return listing.contract().expiration() == null ? "swap" : "futures";
    }

    private List<Listing> listings(Family family) {
        List<Listing> all = new ArrayList<>();
        switch (family) {
            case LINEAR -> {
                for (Asset asset : world.assets()) {
                    String code = asset.code() + "-USDT";
                    all.add(new Listing(world.perpetual("htx", asset, code, 0.03), family, size(asset)));
                }
                for (Asset asset : world.assets("BTC", "ETH")) {
                    for (Instant expiration : world.fridays(2)) {
                        String code = asset.code() + "-USDT-" + YYMMDD.format(expiration);
                        all.add(new Listing(world.future("htx", asset, code, 0.0005, expiration), family, size(asset)));
                    }
                }
            }
            case COIN_SWAP -> {
                for (Asset asset : world.assets("BTC", "ETH", "XRP", "DOGE")) {
                    String code = asset.code() + "-USD";
                    all.add(new Listing(world.perpetual("htx", asset, code, 0.001), family, dollars(asset)));
                }
            }
            case COIN_FUTURE -> {
                for (Asset asset : world.assets("BTC", "ETH")) {
                    for (Instant expiration : world.quarters(1)) {
                        String code = asset.code() + YYMMDD.format(expiration);
                        all.add(new Listing(
                                world.future("htx", asset, code, 0.0005, expiration), family, dollars(asset)));
                    }
                }
            }
        }
        return all;
    }

    private static double size(Asset asset) {
        return SIZES.getOrDefault(asset.code(), 1d);
    }

    private static int dollars(Asset asset) {
        return asset.code().equals("BTC") ? COIN_CONTRACT : OTHER_COIN_CONTRACT;
    }

    /** {@code {"status":"ok","data":[...],"ts":1645289383814}}. */
    private SimReply ok(ArrayNode data) {
        ObjectNode body = Payload.object().put("status", "ok");
        body.set("data", data);
        return SimReply.json(body.put("ts", world.now().toEpochMilli()));
    }

    private SimReply error(String field, int code, String message) {
        return SimReply.json(Payload.object()
                .put("status", "error")
                .put(field, code)
                .put("err_msg", message)
                .put("ts", world.now().toEpochMilli()));
    }

    /**
     * {@code [{"symbol":"BTC","contract_code":"BTC-USDT","contract_size":0.001,"price_tick":0.1,"delivery_date":"",
     * "delivery_time":"","create_date":"20201021","contract_status":1,"settlement_date":"1645315200000",
     * "support_margin_mode":"all","business_type":"swap","pair":"BTC-USDT","contract_type":"swap",
     * "trade_partition":"USDT"}]}, coin-margined ones with fewer fields. The last swap of the list is suspended.
     */
    private SimReply contracts(List<Listing> listings) {
        ArrayNode rows = Payload.array();
        listings.forEach(listing -> rows.add(contract(listing)));
        if (listings.stream().anyMatch(listing -> listing.code().equals("BTC-USDT"))) {
            Listing first = listings.get(0);
            rows.add(contract(first)
                    .put("symbol", "CYBER")
                    .put("contract_code", "CYBER-USDT")
                    .put("pair", "CYBER-USDT")
                    .put("contract_status", 3));
        }
        return ok(rows);
    }

    private static ObjectNode contract(Listing listing) {
        Instant expiration = listing.contract().expiration();
        ObjectNode row = Payload.object()
                .put("symbol", listing.base())
                .put("contract_code", listing.code())
                .put("contract_size", Payload.number(listing.size(), 18))
                .put("price_tick", Payload.number(0.1, 18))
                .put("delivery_time", expiration == null ? "" : String.valueOf(expiration.toEpochMilli()))
                .put("create_date", "20201021")
                .put("contract_status", 1);
        if (listing.family() == Family.COIN_FUTURE) {
            return row.put("contract_type", "quarter")
                    .put("delivery_date", date(expiration))
                    .put("settlement_time", "1795161600000");
        }
        row.put("settlement_date", "1795161600000");
        if (listing.family() == Family.LINEAR) {
            row.put("delivery_date", expiration == null ? "" : date(expiration))
                    .put("support_margin_mode", "all")
                    .put("business_type", business(listing))
                    .put("pair", listing.base() + "-USDT")
                    .put("contract_type", expiration == null ? "swap" : "this_week")
                    .put("trade_partition", "USDT");
            label(listing.contract().asset(), row.putArray("labels"), row.putArray("tradfi_labels"));
        }
        return row;
    }

    private static void label(Asset asset, ArrayNode labels, ArrayNode tradfi) {
        if (asset.assetClass() == AssetClass.CRYPTO) {
            labels.add("common");
        } else {
            labels.add("tradfi");
            tradfi.add(asset.assetClass() == AssetClass.EQUITY ? "Stocks" : "Metals");
        }
    }

    private static String date(Instant expiration) {
        return "20" + YYMMDD.format(expiration);
    }

    /**
     * {@code [{"volume":78696,"amount":78.696,"symbol":"BTC","value":3823138.2456,"contract_code":"BTC-USDT",
     * "trade_amount":0,"trade_volume":0,"trade_turnover":0,"business_type":"swap","pair":"BTC-USDT",
     * "contract_type":"swap"}]}, or of the code that was asked for; a delisted contract keeps a row.
     */
    private SimReply openInterest(List<Listing> listings, SimRequest request) {
        String code = request.parameter("contract_code");
        ArrayNode rows = Payload.array();
        for (Listing listing : listings) {
            if (code == null || listing.code().equals(code)) {
                rows.add(openInterest(listing, false));
            }
        }
        if (code != null && rows.isEmpty()) {
            return error("err_code", 1014, "This contract doesnt exist.");
        }
        if (code == null && listings.stream().anyMatch(listing -> listing.family() == Family.LINEAR)) {
            rows.add(openInterest(listings.get(0), false)
                    .put("symbol", "CVX")
                    .put("contract_code", "CVX-USDT")
                    .put("pair", "CVX-USDT"));
        }
        return ok(rows);
    }

    /** One contract as v5 has it: {@code {"code":200,"message":"Success","data":{...},"ts":1781327941440}}. */
    private SimReply single(SimRequest request) {
        String code = request.parameter("contract_code");
        ObjectNode body = Payload.object();
        JsonNode data = listings(Family.LINEAR).stream()
                .filter(listing -> listing.code().equals(code))
                .findFirst()
                .map(listing -> openInterest(listing, true))
                .orElse(null);
        body.put("code", data == null ? 1014 : 200)
                .put("message", data == null ? "This contract doesnt exist." : "Success");
        if (data != null) {
            body.set("data", data);
        }
        return SimReply.json(body.put("ts", world.now().toEpochMilli()));
    }

    private ObjectNode openInterest(Listing listing, boolean asText) {
        Instant now = world.now();
        double traded = listing.contract().volume(now) * 2;
        double mark = listing.contract().mark(now);
        ObjectNode row = Payload.object();
        if (asText) {
            return row.put("amount", Payload.text(listing.amount(now), 8))
                    .put("volume", String.valueOf(listing.volume(now)))
                    .put("value", Payload.text(listing.amount(now) * mark, 4))
                    .put("contract_code", listing.code())
                    .put("trade_amount", Payload.text(traded, 8))
                    .put("trade_volume", Payload.text(traded / listing.size(), 0))
                    .put("trade_turnover", Payload.text(traded * mark, 4));
        }
        row.put("volume", Payload.number(listing.volume(now), 18))
                .put("amount", Payload.number(listing.amount(now), 18))
                .put("symbol", listing.base())
                .put("contract_code", listing.code())
                .put("trade_amount", Payload.number(traded, 18))
                .put("trade_volume", Payload.number(traded / listing.size(), 0))
                .put("trade_turnover", Payload.number(traded * mark, 18));
        if (listing.family() == Family.LINEAR) {
            row.put("value", Payload.number(listing.amount(now) * mark, 4))
                    .put("business_type", business(listing))
                    .put("pair", listing.base() + "-USDT");
        }
        return listing.family() == Family.COIN_SWAP ? row : row.put("contract_type", "quarter");
    }

    /** {@code [{"index_price":13076.29,"index_ts":1603694592011,"contract_code":"BTC-USDT","trade_partition":"USDT"}]}. */
    private SimReply indices(List<Listing> listings) {
        Instant now = world.now();
        ArrayNode rows = Payload.array();
        for (Listing listing : listings) {
            ObjectNode row = Payload.object()
                    .put("index_price", Payload.number(listing.contract().index(now), 10))
                    .put("index_ts", now.toEpochMilli());
            if (listing.family() == Family.COIN_FUTURE) {
                rows.add(row.put("symbol", listing.base()));
            } else if (listing.contract().expiration() == null) {
                rows.add(row.put("contract_code", listing.code()));
            }
        }
        rows.addObject()
                .put("index_price", Payload.number(2.5, 10))
                .put("index_ts", STANDSTILL)
                .put("contract_code", "CVX-USDT");
        return ok(rows);
    }
}
