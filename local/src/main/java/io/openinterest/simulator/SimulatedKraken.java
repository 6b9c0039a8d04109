package io.openinterest.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.AssetClass;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Kraken futures: inverse contracts of one dollar (PI, FI) and linear ones of one coin (PF, FF) in one list, index rows and
 * a suspended market among them. XBT stands for bitcoin, a tokenised stock ends with a small x, and the funding rate is
 * money: dollars for a coin of linear contracts, coins for a dollar of inverse ones.
 */
final class SimulatedKraken implements SimulatedVenue {

    private static final DateTimeFormatter YYMMDD =
            DateTimeFormatter.ofPattern("yyMMdd").withZone(ZoneOffset.UTC);
    private static final int HOURS_OF_FUNDING = 8;

    private final World world;

    SimulatedKraken(World world) {
        this.world = world;
    }

    /** A market; {@code end} null for perpetuals. */
    private record Listing(Contract contract, String pair, boolean inverse, Instant end) {

        String symbol() {
            return contract.symbol();
        }
    }

    @Override
    public List<String> ids() {
        return List.of("kraken-futures");
    }

    @Override
    public SimReply answer(SimRequest request) {
        return switch (request.path()) {
            case "/derivatives/api/v3/instruments" -> instruments();
            case "/derivatives/api/v3/tickers" -> tickers();
            default ->
                SimReply.json(404, Payload.object().put("result", "error").put("error", "Not Found"));
        };
    }

    @Override
    public SimulatedSocket connect(SimRequest upgrade, Wire wire) {
        return upgrade.path().equals("/ws/v1") ? new TickerFeed(wire) : null;
    }

    private List<Listing> listings() {
        List<Listing> all = new ArrayList<>();
        for (Asset asset : world.assets()) {
            boolean stock = asset.assetClass() == AssetClass.EQUITY;
            if (!stock && asset.assetClass() != AssetClass.CRYPTO) {
                continue;
            }
            String code = code(asset);
            String symbol = "PF_" + code + (stock ? "X" : "") + "USD";
            all.add(new Listing(
                    world.perpetual("kraken", asset, symbol, 0.01), code + (stock ? "x" : "") + ":USD", false, null));
        }
        for (Asset asset : world.assets("BTC", "ETH")) {
            String pair = code(asset) + ":USD";
            String name = code(asset) + "USD";
            all.add(new Listing(world.perpetual("kraken", asset, "PI_" + name, 0.001), pair, true, null));
            for (Instant end : world.quarters(1)) {
                String date = "_" + YYMMDD.format(end);
                all.add(new Listing(world.future("kraken", asset, "FI_" + name + date, 0.0002, end), pair, true, end));
                all.add(new Listing(world.future("kraken", asset, "FF_" + name + date, 0.0004, end), pair, false, end));
            }
        }
        return all;
    }

    private static String code(Asset asset) {
        return asset.code().equals("BTC") ? "XBT" : asset.code();
    }

    /**
     * {"result":"success","instruments":[{"symbol":"PF_XBTUSD","type":"flexible_futures","pair":"XBT:USD","base":"XBT",
     * "quote":"USD","contractSize":1,"tradeable":true}]}
     */
    private SimReply instruments() {
        ArrayNode rows = Payload.array();
        for (Listing listing : listings()) {
            ObjectNode row = Payload.object()
                    .put("symbol", listing.symbol())
                    .put("type", listing.inverse() ? "futures_inverse" : "flexible_futures")
                    .put("pair", listing.pair())
                    .put("base", listing.pair().split(":")[0])
                    .put("quote", "USD")
                    .put("contractSize", 1)
                    .put("tradeable", true);
            if (listing.end() != null) {
                row.put("lastTradingTime", listing.end().toString());
            }
            rows.add(row);
        }
        rows.add(Payload.object()
                .put("symbol", "in_xbtusd")
                .put("type", "spot index")
                .put("tradeable", false));
        rows.add(Payload.object()
                .put("symbol", "PF_LUNAUSD")
                .put("type", "flexible_futures")
                .put("pair", "LUNA:USD")
                .put("contractSize", 1)
                .put("tradeable", true));
        return success("instruments", rows);
    }

    /**
     * {"result":"success","serverTime":"2026-08-27T17:21:56.554Z","tickers":[{"symbol":"PF_XBTUSD","tag":"perpetual",
     * "pair":"XBT:USD","markPrice":80758.44,"openInterest":2165.1732,"vol24h":8309.25,"volumeQuote":671045330.1,
     * "indexPrice":80758.22,"fundingRate":1.09,"suspended":false}]}
     */
    private SimReply tickers() {
        Instant now = world.now();
        ArrayNode rows = Payload.array();
        for (Listing listing : listings()) {
            Contract contract = listing.contract();
            double mark = contract.mark(now);
            double unit = listing.inverse() ? mark : 1;
            ObjectNode row = Payload.object()
                    .put("symbol", listing.symbol())
                    .put("tag", listing.end() == null ? "perpetual" : "quarter")
                    .put("pair", listing.pair())
                    .put("markPrice", Payload.number(mark, 10))
                    .put("openInterest", Payload.number(contract.openInterest(now) * unit, listing.inverse() ? 0 : 4))
                    .put("vol24h", Payload.number(contract.volume(now) * unit, listing.inverse() ? 0 : 4))
                    .put("volumeQuote", Payload.number(contract.volume(now) * mark, 2))
                    .put("indexPrice", Payload.number(contract.index(now), 8))
                    .put("suspended", false);
            if (listing.end() == null) {
                double rate = contract.fundingRate(now) / HOURS_OF_FUNDING;
                row.put("fundingRate", Payload.number(listing.inverse() ? rate / mark : rate * mark, 20));
            }
            rows.add(row);
        }
        rows.add(Payload.object()
                .put("symbol", "PF_LUNAUSD")
                .put("pair", "LUNA:USD")
                .put("markPrice", 1)
                .put("openInterest", 1000)
                .put("suspended", true));
        rows.add(Payload.object().put("symbol", "in_xbtusd").put("last", 1).put("lastTime", now.toString()));
        return success("tickers", rows);
    }

    private SimReply success(String name, ArrayNode rows) {
        ObjectNode body = Payload.object()
                .put("result", "success")
                .put("serverTime", world.now().toString());
        body.set(name, rows);
        return SimReply.json(body);
    }

    /** The ticker feed: an acknowledgement a product, then every product once a second. */
    private final class TickerFeed implements SimulatedSocket {

        private final Wire wire;
        private final Set<String> products = new LinkedHashSet<>();

        TickerFeed(Wire wire) {
            this.wire = wire;
            wire.send(Payload.write(Payload.object().put("event", "info").put("version", 1)));
        }

        @Override
        public void received(String text) {
            JsonNode frame = Payload.read(text);
            if (!frame.path("event").asText().equals("subscribe")
                    || !frame.path("feed").asText().equals("ticker")) {
                wire.send(Payload.write(Payload.object().put("event", "alert").put("message", "Bad request")));
                return;
            }
            for (JsonNode product : frame.path("product_ids")) {
                products.add(product.asText());
                ObjectNode answer = Payload.object().put("event", "subscribed").put("feed", "ticker");
                answer.putArray("product_ids").add(product.asText());
                wire.send(Payload.write(answer));
            }
        }

        @Override
        public void tick(Instant now) {
            for (Listing listing : listings()) {
                if (products.contains(listing.symbol())) {
                    wire.send(Payload.write(ticker(listing, now)));
                }
            }
        }

        /** {"feed":"ticker","product_id":"PI_BCHUSD","index":123.8,"time":1680220799000,"relative_funding_rate":-0.000004,
         * "volume":1234,"openInterest":488789,"markPrice":123.84,"suspended":false} */
        private ObjectNode ticker(Listing listing, Instant now) {
            Contract contract = listing.contract();
            double unit = listing.inverse() ? contract.mark(now) : 1;
            int places = listing.inverse() ? 0 : 4;
            ObjectNode ticker = Payload.object()
                    .put("feed", "ticker")
                    .put("product_id", listing.symbol())
                    .put("index", Payload.number(contract.index(now), 8))
                    .put("time", now.toEpochMilli())
                    .put("volume", Payload.number(contract.volume(now) * unit, places))
                    .put("openInterest", Payload.number(contract.openInterest(now) * unit, places))
                    .put("markPrice", Payload.number(contract.mark(now), 10))
                    .put("suspended", false);
            if (listing.end() == null) {
                ticker.put("relative_funding_rate", Payload.number(contract.fundingRate(now) / HOURS_OF_FUNDING, 12));
            }
            return ticker;
        }
    }
}
