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
 * Gate: perpetuals settled in tether, one inverse one settled in bitcoin, dated ones settled in tether, each with a list
 * and tickers. The tickers count both sides, the list one; a contract in delisting stays in both.
 */
final class SimulatedGate implements SimulatedVenue {

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuuMMdd").withZone(ZoneOffset.UTC);
    private static final int REQUESTS = 200;
    private static final int FUNDING_SECONDS = 28_800;

    /** Coins in one contract. */
    private static final Map<String, Double> SIZES = Map.of(
            "BTC",
            0.0001,
            "ETH",
            0.01,
            "BNB",
            0.001,
            "DOGE",
            10d,
            "XRP",
            10d,
            "ADA",
            10d,
            "PEPE",
            10_000_000d,
            "XAUT",
            0.001,
            "XAU",
            0.001,
            "TSLA",
            0.01);

    private final World world;
    private final Allowance allowance;

    SimulatedGate(World world) {
        this.world = world;
        this.allowance = new Allowance(world, REQUESTS, Duration.ofSeconds(10));
    }

    /**
     * A market.
     *
     * @param size coins in one contract; 0 where it is one dollar
     */
    private record Listing(Contract contract, double size) {

        String name() {
            return contract.symbol();
        }

        boolean isInverse() {
            return size == 0;
        }

        boolean isDated() {
            return contract.expiration() != null;
        }

        /** One side, whole contracts. */
        long position(Instant at) {
            double units = contract.openInterest(at);
            return Math.max(1, Math.round(isInverse() ? units * contract.mark(at) : units / size));
        }
    }

    @Override
    public List<String> ids() {
        return List.of("gate");
    }

    @Override
    public SimReply answer(SimRequest request) {
        int used = allowance.spend(1);
        SimReply reply = used > allowance.limit()
                ? error(429, "TOO_MANY_REQUESTS", "Request Rate limit Exceeded")
                : answerWithin(request);
        return reply.with("X-Gate-RateLimit-Limit", allowance.limit())
                .with("X-Gate-RateLimit-Requests-Remain", Math.max(0, allowance.limit() - used))
                .with("X-Gate-RateLimit-Reset-Timestamp", allowance.resetAt() / 1000);
    }

    private SimReply answerWithin(SimRequest request) {
        return switch (request.path()) {
            case "/api/v4/futures/usdt/contracts" -> contracts(perpetuals());
            case "/api/v4/futures/usdt/tickers" -> tickers(perpetuals(), request);
            case "/api/v4/futures/btc/contracts" -> contracts(inverse());
            case "/api/v4/futures/btc/tickers" -> tickers(inverse(), request);
            case "/api/v4/delivery/usdt/contracts" -> contracts(dated());
            case "/api/v4/delivery/usdt/tickers" -> tickers(dated(), request);
            default -> error(404, "NOT_FOUND", "url not found");
        };
    }

    private static SimReply error(int status, String label, String message) {
        return SimReply.json(status, Payload.object().put("label", label).put("message", message));
    }

    private List<Listing> perpetuals() {
        List<Listing> all = new ArrayList<>();
        for (Asset asset : world.assets()) {
            String code = asset.code() + (asset.assetClass() == AssetClass.EQUITY ? "X" : "") + "_USDT";
            all.add(new Listing(world.perpetual("gate", asset, code, 0.06), size(asset)));
        }
        return all;
    }

    private List<Listing> inverse() {
        return List.of(new Listing(world.perpetual("gate", world.asset("BTC"), "BTC_USD", 0.001), 0));
    }

    private List<Listing> dated() {
        List<Listing> all = new ArrayList<>();
        for (Asset asset : world.assets("BTC", "ETH")) {
            for (Instant expiration : world.quarters(2)) {
                String name = asset.code() + "_USDT_" + DAY.format(expiration);
                all.add(new Listing(world.future("gate", asset, name, 0.0005, expiration), size(asset)));
            }
        }
        return all;
    }

    private static double size(Asset asset) {
        return SIZES.getOrDefault(asset.code(), 1d);
    }

    /**
     * {@code [{"name":"BTC_USDT","type":"direct","quanto_multiplier":"0.0001","mark_price":"83760.7","index_price":
     * "83802.16","last_price":"83760.6","funding_interval":28800,"funding_rate":"-0.000002","position_size":289031937,
     * "in_delisting":false,"is_pre_market":false,"status":"trading","contract_type":"","enable_decimal":false,...}]}
     */
    private SimReply contracts(List<Listing> listings) {
        ArrayNode rows = Payload.array();
        listings.forEach(listing -> rows.add(contract(listing)));
        Listing first = listings.get(0);
        if (!first.isDated() && !first.isInverse()) {
            rows.add(contract(first).put("name", "GONE_USDT").put("in_delisting", true));
        }
        return SimReply.json(rows);
    }

    private ObjectNode contract(Listing listing) {
        Instant now = world.now();
        Contract contract = listing.contract();
        int places = places(contract.mark(now));
        ObjectNode row = Payload.object()
                .put("name", listing.name())
                .put("type", listing.isInverse() ? "inverse" : "direct")
                .put("quanto_multiplier", multiplier(listing))
                .put("mark_type", "index")
                .put("mark_price_round", "0.0001")
                .put("index_price", Payload.text(contract.index(now), places))
                .put("mark_price", Payload.text(contract.mark(now), places))
                .put("last_price", Payload.text(contract.mark(now), places))
                .put("position_size", listing.position(now))
                .put("trade_size", 803_383_292)
                .put("in_delisting", false);
        if (listing.isDated()) {
            String name = listing.name();
            return row.put("cycle", "QUARTERLY")
                    .put("underlying", name.substring(0, name.lastIndexOf('_')))
                    .put("expire_time", contract.expiration().getEpochSecond());
        }
        return row.put("funding_rate_indicative", Payload.text(contract.fundingRate(now), 6))
                .put("funding_offset", 0)
                .put("funding_interval", FUNDING_SECONDS)
                .put("short_users", 116)
                .put("long_users", 156)
                .put("is_pre_market", false)
                .put("enable_decimal", false)
                .put("status", "trading")
                .put("contract_type", type(contract.asset()));
    }

    private static String multiplier(Listing listing) {
        return Payload.number(listing.size(), 8).stripTrailingZeros().toPlainString();
    }

    private static String type(Asset asset) {
        return switch (asset.assetClass()) {
            case EQUITY -> "stocks";
            case COMMODITY -> "metals";
            default -> asset.code().equals("XAUT") ? "metals" : "";
        };
    }

    /**
     * {@code [{"contract":"BTC_USDT","last":"80304.3","mark_price":"80307.41","index_price":"80348.12","total_size":
     * "585356384","funding_rate":"0.000007","volume_24h":"491316167","volume_24h_base":"49131","volume_24h_quote":
     * "3904379785","volume_24h_settle":"3904379785","quanto_multiplier":"0.0001",...}]}, of one contract if asked.
     */
    private SimReply tickers(List<Listing> listings, SimRequest request) {
        String contract = request.parameter("contract");
        ArrayNode rows = Payload.array();
        for (Listing listing : listings) {
            if (contract == null || listing.name().equals(contract)) {
                rows.add(ticker(listing));
            }
        }
        return contract != null && rows.isEmpty()
                ? error(400, "CONTRACT_NOT_FOUND", "CONTRACT_NOT_FOUND")
                : SimReply.json(rows);
    }

    private ObjectNode ticker(Listing listing) {
        Instant now = world.now();
        Contract contract = listing.contract();
        double mark = contract.mark(now);
        int places = places(mark);
        double volume = contract.volume(now);
        double contracts = listing.isInverse() ? volume * mark : volume / listing.size();
        String price = Payload.text(mark, places);
        ObjectNode row = Payload.object()
                .put("contract", listing.name())
                .put("last", price)
                .put("low_24h", price)
                .put("high_24h", price)
                .put("change_percentage", "0.1")
                .put("change_price", "0")
                .put("index_price", Payload.text(contract.index(now), places))
                .put("mark_price", price)
                .put("total_size", String.valueOf(2 * listing.position(now)))
                .put("volume_24h", Payload.text(contracts, 0))
                .put("volume_24h_base", Payload.text(volume, 0))
                .put("volume_24h_quote", Payload.text(volume * mark, 0))
                .put("volume_24h_settle", Payload.text(listing.isInverse() ? volume : volume * mark, 0))
                .put("highest_bid", price)
                .put("highest_size", "6590")
                .put("lowest_ask", price)
                .put("lowest_size", "35521")
                .put("quanto_multiplier", multiplier(listing));
        if (listing.isDated()) {
            return row.put("basis_rate", "0.005").put("basis_value", "400").put("settle_price", "0");
        }
        return row.put("funding_rate", Payload.text(contract.fundingRate(now), 6))
                .put("funding_rate_indicative", Payload.text(contract.fundingRate(now), 6));
    }

    /** Places that leave six significant digits or more. */
    private static int places(double price) {
        return Math.max(2, 6 - (int) Math.ceil(StrictMath.log10(price)));
    }
}
