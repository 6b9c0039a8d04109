package io.openinterest.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.AssetClass;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * OKX v5: swaps, dated futures with the X-Perp among them, and options by family; open interest in bulk and over the
 * socket. Figures carry the venue's float noise, suspended instruments stay listed, expired ones linger with open
 * interest 0, and {@code oiUsd} of an option is no notional.
 */
final class SimulatedOkx implements SimulatedVenue {

    private static final DateTimeFormatter YYMMDD =
            DateTimeFormatter.ofPattern("yyMMdd").withZone(ZoneOffset.UTC);
    private static final String LISTED = "1609459200000";
    private static final Instant XPERP_END = Instant.parse("2031-04-04T08:00:00Z");
    private static final BigDecimal NOISE = new BigDecimal("0.000000017");
    private static final int REQUESTS = 20;

    /** Coins in one linear contract, where it is not one. */
    private static final Map<String, String> CONTRACTS = Map.of(
            "BTC", "0.01", "ETH", "0.1", "XRP", "100", "DOGE", "1000", "BNB", "0.01", "ADA", "100", "PEPE", "10000000");

    private final World world;
    private final Map<String, Allowance> allowances = new LinkedHashMap<>();

    SimulatedOkx(World world) {
        this.world = world;
        for (String endpoint : List.of("instruments", "open-interest", "mark-price", "index-tickers", "underlying")) {
            int requests = endpoint.equals("mark-price") ? REQUESTS / 2 : REQUESTS;
            allowances.put(endpoint, new Allowance(world, requests, Duration.ofSeconds(2)));
        }
    }

    /**
     * An instrument.
     *
     * @param instType {@code SWAP}, {@code FUTURES} or {@code OPTION}
     * @param family e.g. {@code BTC-USD_UM}
     * @param uly underlying, e.g. {@code BTC-USD}
     * @param settle settlement currency
     * @param ctType {@code linear}, {@code inverse} or, for options, empty
     * @param ctVal value of a contract before the multiplier
     * @param ctMult multiplier
     */
    private record Listing(
            Contract contract,
            String instType,
            String family,
            String uly,
            String settle,
            String ctType,
            String ctVal,
            String ctMult) {

        String symbol() {
            return contract.symbol();
        }

        boolean inverse() {
            return ctType.equals("inverse");
        }

        BigDecimal size() {
            return new BigDecimal(ctVal).multiply(new BigDecimal(ctMult));
        }
    }

    @Override
    public List<String> ids() {
        return List.of("okx");
    }

    @Override
    public SimReply answer(SimRequest request) {
        String endpoint = request.path().replaceFirst("^/api/v5/(public|market)/", "");
        Allowance allowance = allowances.get(endpoint);
        if (allowance == null) {
            return SimReply.json(404, envelope("404", "Invalid URL", Payload.array()));
        }
        if (allowance.spend(1) > allowance.limit()) {
            return SimReply.json(429, envelope("50011", "Too Many Requests", Payload.array()));
        }
        return switch (endpoint) {
            case "instruments" -> listed(request, this::instrument, true);
            case "open-interest" -> listed(request, this::openInterest, false);
            case "mark-price" -> listed(request, this::markPrice, false);
            case "index-tickers" -> indexTickers(request);
            default -> underlying(request);
        };
    }

    private interface Rows {
        ObjectNode row(Listing listing, Instant now);
    }

    private List<Listing> listings() {
        List<Listing> all = new ArrayList<>();
        swaps(all);
        futures(all);
        options(all);
        return all;
    }

    private void swaps(List<Listing> all) {
        for (Asset asset : world.assets()) {
            all.add(linear(perpetual(asset, "-USDT-SWAP", 0.08), "SWAP", "USDT"));
        }
        for (Asset asset : world.assets("BTC", "ETH")) {
            all.add(linear(perpetual(asset, "-USDC-SWAP", 0.003), "SWAP", "USDC"));
            all.add(inverse(perpetual(asset, "-USD-SWAP", 0.012), "SWAP"));
        }
        all.add(unified(perpetual(world.asset("BTC"), "-USD_UM-SWAP", 0.001), "SWAP", "BTC-USD_UM"));
    }

    private void futures(List<Listing> all) {
        for (Asset asset : world.assets("BTC", "ETH")) {
            for (Instant expiration : world.quarters(2)) {
                String end = YYMMDD.format(expiration);
                String code = asset.code();
                all.add(inverse(world.future("okx", asset, code + "-USD-" + end, 0.002, expiration), "FUTURES"));
                Contract linear = world.future("okx", asset, code + "-USDT-" + end, 0.002, expiration);
                all.add(linear(linear, "FUTURES", "USDT"));
            }
            String symbol = "-USD_UM_XPERP-" + YYMMDD.format(XPERP_END);
            all.add(unified(perpetual(asset, symbol, 0.002), "FUTURES", asset.code() + "-USD_UM_XPERP"));
        }
    }

    private void options(List<Listing> all) {
        for (Asset asset : world.assets("BTC", "ETH")) {
            String uly = asset.code() + "-USD";
            for (String family : List.of(uly, uly + "_UM")) {
                for (Instant expiration : world.optionExpirations()) {
                    for (BigDecimal strike : world.strikes(asset)) {
                        for (String side : List.of("C", "P")) {
                            String symbol =
                                    String.join("-", family, YYMMDD.format(expiration), strike.toPlainString(), side);
                            Contract contract =
                                    world.option("okx", asset, symbol, 0.0003, expiration, strike, side.equals("C"));
                            String settle = family.equals(uly) ? asset.code() : "USDS";
                            String multiplier = asset.code().equals("BTC") ? "0.01" : "0.1";
                            all.add(new Listing(contract, "OPTION", family, uly, settle, "", "1", multiplier));
                        }
                    }
                }
            }
        }
    }

    private Contract perpetual(Asset asset, String rest, double share) {
        return world.perpetual("okx", asset, asset.code() + rest, share);
    }

    private static Listing linear(Contract contract, String instType, String quote) {
        String code = contract.asset().code();
        String family = code + "-" + quote;
        return new Listing(contract, instType, family, family, quote, "linear", CONTRACTS.getOrDefault(code, "1"), "1");
    }

    private static Listing inverse(Contract contract, String instType) {
        String code = contract.asset().code();
        String family = code + "-USD";
        return new Listing(contract, instType, family, family, code, "inverse", code.equals("BTC") ? "100" : "10", "1");
    }

    /** Margined in a dollar coin, quoted in dollars. */
    private static Listing unified(Contract contract, String instType, String family) {
        String code = contract.asset().code();
        return new Listing(
                contract, instType, family, code + "-USD", "USDS", "linear", CONTRACTS.getOrDefault(code, "1"), "1");
    }

    /** {@code {"code":"0","msg":"","data":[...]}}: the code is text. */
    private static ObjectNode envelope(String code, String message, ArrayNode data) {
        ObjectNode body = Payload.object().put("code", code).put("msg", message);
        body.set("data", data);
        return body;
    }

    private static SimReply refused(String code, String message) {
        return SimReply.json(envelope(code, message, Payload.array()));
    }

    /** One row per instrument that was asked for; options by family only. */
    private SimReply listed(SimRequest request, Rows rows, boolean instruments) {
        String instType = request.parameter("instType");
        String family = request.parameter("instFamily");
        String uly = request.parameter("uly");
        String instId = request.parameter("instId");
        if (instType == null || !instType.matches("SWAP|FUTURES|OPTION")) {
            return refused("51000", "Parameter instType error");
        }
        if (instType.equals("OPTION") && family == null && uly == null) {
            return refused("50015", "Either parameter uly or instFamily is required");
        }
        ArrayNode data = Payload.array();
        Instant now = world.now();
        for (Listing listing : listings()) {
            boolean asked = listing.instType().equals(instType)
                    && (family == null || listing.family().equals(family))
                    && (uly == null || listing.uly().equals(uly))
                    && (instId == null || listing.symbol().equals(instId));
            if (asked) {
                data.add(rows.row(listing, now));
            }
        }
        if (data.isEmpty()) {
            return family != null && instId == null
                    ? refused("51002", "Instrument ID doesn't match underlying index.")
                    : refused("51001", "Instrument ID, Instrument ID code or Spread ID doesn't exist.");
        }
        if (instruments && instType.equals("SWAP") && instId == null && family == null) {
            data.add(halted("OLD-USDT-SWAP", "suspend"));
            data.add(halted("NEW-USDT-SWAP", "preopen"));
        }
        if (!instruments && instType.equals("FUTURES") && instId == null && family == null) {
            data.add(expired(now));
        }
        return SimReply.json(envelope("0", "", data));
    }

    /**
     * {@code {"instId":"ETH-USDT-SWAP","instType":"SWAP","uly":"ETH-USDT","instFamily":"ETH-USDT","baseCcy":"","quoteCcy":
     * "","settleCcy":"USDT","ctType":"linear","ctVal":"0.1","ctMult":"1","ctValCcy":"ETH","optType":"","stk":"",
     * "expTime":"","state":"live","ruleType":"normal",...}}: of derivatives base and quote are empty.
     */
    private ObjectNode instrument(Listing listing, Instant now) {
        Contract contract = listing.contract();
        String code = contract.asset().code();
        boolean xperp = listing.family().endsWith("_XPERP");
        Instant expiration = xperp ? XPERP_END : contract.expiration();
        String option = contract.call() ? "C" : "P";
        AssetClass assetClass = contract.asset().assetClass();
        return Payload.object()
                .put("instId", listing.symbol())
                .put("instType", listing.instType())
                .put("uly", listing.uly())
                .put("instFamily", listing.family())
                .put(
                        "instCategory",
                        assetClass == AssetClass.EQUITY ? "3" : assetClass == AssetClass.COMMODITY ? "4" : "1")
                .put("category", "1")
                .put("baseCcy", "")
                .put("quoteCcy", "")
                .put("settleCcy", listing.settle())
                .put("ctType", listing.ctType())
                .put("ctVal", listing.ctVal())
                .put("ctMult", listing.ctMult())
                .put("ctValCcy", listing.inverse() ? "USD" : code)
                .put("optType", contract.isOption() ? option : "")
                .put("stk", contract.isOption() ? contract.strike().toPlainString() : "")
                .put("expTime", expiration == null ? "" : String.valueOf(expiration.toEpochMilli()))
                .put("listTime", LISTED)
                .put("lever", contract.isOption() ? "" : "100")
                .put("lotSz", "1")
                .put("minSz", "1")
                .put("tickSz", "0.1")
                .put("alias", "")
                .put("ruleType", xperp ? "xperp" : "normal")
                .put("state", "live");
    }

    private ObjectNode halted(String symbol, String state) {
        Contract contract = world.perpetual("okx", world.asset("ADA"), symbol, 0);
        String family = symbol.replace("-SWAP", "");
        Listing listing = new Listing(contract, "SWAP", family, family, "USDT", "linear", "1", "1");
        return instrument(listing, world.now())
                .put("ctValCcy", family.replace("-USDT", ""))
                .put("state", state);
    }

    /**
     * {@code {"instId":"ETH-USDT-SWAP","instType":"SWAP","oi":"6099139.870000016","oiCcy":"609913.9870000016","oiUsd":
     * "1494667414.821943920992","ts":"1789677927222"}}: contracts, coins, dollars. The dollars of an option are its
     * count.
     */
    private ObjectNode openInterest(Listing listing, Instant now) {
        Contract contract = listing.contract();
        Instant at = now.minusMillis(Math.floorMod(listing.symbol().hashCode(), 3000));
        BigDecimal mark = Payload.number(contract.mark(at), 10);
        BigDecimal contracts;
        BigDecimal coins;
        BigDecimal dollars;
        if (listing.inverse()) {
            contracts = divide(contract.openInterest(at) * mark.doubleValue(), listing.size(), 0);
            dollars = contracts.multiply(listing.size());
            coins = dollars.divide(mark, MathContext.DECIMAL64);
        } else if (contract.isOption()) {
            contracts = divide(contract.openInterest(at), listing.size(), 0);
            coins = contracts.multiply(listing.size());
            dollars = contracts;
        } else {
            contracts = divide(contract.openInterest(at), listing.size(), 2).add(NOISE);
            coins = contracts.multiply(listing.size());
            dollars = coins.multiply(mark);
        }
        return Payload.object()
                .put("instId", listing.symbol())
                .put("instType", listing.instType())
                .put("oi", contracts.toPlainString())
                .put("oiCcy", coins.toPlainString())
                .put("oiUsd", dollars.toPlainString())
                .put("ts", String.valueOf(at.toEpochMilli()));
    }

    private static BigDecimal divide(double amount, BigDecimal size, int places) {
        return BigDecimal.valueOf(amount).divide(size, places, RoundingMode.HALF_EVEN);
    }

    /** A future that the instruments no longer have and open interest still has. */
    private ObjectNode expired(Instant now) {
        Instant friday = world.fridays(1).get(0).minus(Duration.ofDays(7));
        return Payload.object()
                .put("instId", "BTC-USD-" + YYMMDD.format(friday))
                .put("instType", "FUTURES")
                .put("oi", "0")
                .put("oiCcy", "0")
                .put("oiUsd", "0")
                .put("ts", String.valueOf(now.toEpochMilli()));
    }

    /**
     * {@code {"instType":"SWAP","instId":"BTC-USDT-SWAP","markPx":"84660.1","ts":"1744590349506"}}: of an option the
     * premium of one coin, in coins where it settles in coins.
     */
    private ObjectNode markPrice(Listing listing, Instant now) {
        Contract contract = listing.contract();
        double mark = contract.isOption() ? contract.premium(now) : contract.mark(now);
        boolean inCoins =
                contract.isOption() && listing.settle().equals(contract.asset().code());
        return Payload.object()
                .put("instType", listing.instType())
                .put("instId", listing.symbol())
                .put("markPx", Payload.text(inCoins ? mark / contract.index(now) : mark, 10))
                .put("ts", String.valueOf(now.toEpochMilli()));
    }

    /** {@code {"instId":"BTC-USD","idxPx":"103895","high24h":...,"ts":"1746942707815"}}, by quote or one of them. */
    private SimReply indexTickers(SimRequest request) {
        String quote = request.parameter("quoteCcy");
        String instId = request.parameter("instId");
        if (quote == null && instId == null) {
            return refused("50014", "Parameter quoteCcy can not be empty.");
        }
        ArrayNode data = Payload.array();
        for (Asset asset : world.assets()) {
            for (String currency : List.of("USD", "USDT", "USDC")) {
                String name = asset.code() + "-" + currency;
                if (instId == null ? currency.equals(quote) : name.equals(instId)) {
                    data.add(index(asset, name, world.now()));
                }
            }
        }
        return data.isEmpty()
                ? refused("51001", "Instrument ID, Instrument ID code or Spread ID doesn't exist.")
                : SimReply.json(envelope("0", "", data));
    }

    private ObjectNode index(Asset asset, String name, Instant now) {
        String price = Payload.text(world.index(asset, now), 8);
        return Payload.object()
                .put("instId", name)
                .put("idxPx", price)
                .put("high24h", price)
                .put("low24h", price)
                .put("open24h", price)
                .put("sodUtc0", price)
                .put("sodUtc8", price)
                .put("ts", String.valueOf(now.toEpochMilli()));
    }

    /** {@code {"code":"0","data":[["BTC-USD","ETH-USD"]],"msg":""}}. */
    private SimReply underlying(SimRequest request) {
        String instType = request.parameter("instType");
        if (instType == null) {
            return refused("50014", "Parameter instType can not be empty.");
        }
        ArrayNode data = Payload.array();
        ArrayNode names = data.addArray();
        listings().stream()
                .filter(listing -> listing.instType().equals(instType))
                .map(Listing::uly)
                .distinct()
                .forEach(names::add);
        return SimReply.json(envelope("0", "", data));
    }

    @Override
    public SimulatedSocket connect(SimRequest upgrade, Wire wire) {
        return upgrade.path().equals("/ws/v5/public") ? new Channels(wire) : null;
    }

    /** One connection: the channels open-interest, mark-price and index-tickers, pushed every three seconds. */
    private final class Channels implements SimulatedSocket {

        private static final Duration EVERY = Duration.ofSeconds(3);
        private static final Duration PATIENCE = Duration.ofSeconds(30);
        private static final String CONNECTION = "a4d3ae55";

        private final Wire wire;
        private final Map<JsonNode, Instant> pushed = new LinkedHashMap<>();
        private Instant heard = world.now();

        Channels(Wire wire) {
            this.wire = wire;
        }

        /** {@code {"op":"subscribe","args":[{"channel":"open-interest","instId":"BTC-USDT-SWAP"}]}}, or plain ping. */
        @Override
        public void received(String text) {
            heard = world.now();
            if (text.equals("ping")) {
                wire.send("pong");
                return;
            }
            JsonNode command = Payload.read(text);
            String op = command.path("op").asText();
            if (!op.matches("subscribe|unsubscribe") || !command.path("args").isArray()) {
                wire.send(error("60012", "Invalid request: " + text));
                return;
            }
            Map<String, Listing> listings = byId();
            for (JsonNode arg : command.get("args")) {
                if (data(arg, listings, heard).isEmpty()) {
                    wire.send(error(
                            "60018",
                            "Wrong URL or channel:" + arg.path("channel").asText() + ",instId:"
                                    + arg.path("instId").asText()
                                    + " doesn't exist. Please use the correct URL, channel"
                                    + " and parameters referring to API document."));
                    continue;
                }
                ObjectNode acknowledged = Payload.object().put("event", op);
                acknowledged.set("arg", arg);
                wire.send(Payload.write(acknowledged.put("connId", CONNECTION)));
                if (op.equals("subscribe")) {
                    pushed.put(arg, Instant.MIN);
                } else {
                    pushed.remove(arg);
                }
            }
        }

        private String error(String code, String message) {
            return Payload.write(Payload.object()
                    .put("event", "error")
                    .put("code", code)
                    .put("msg", message)
                    .put("connId", CONNECTION));
        }

        /** {@code {"arg":{"channel":"open-interest","instId":"ETH-USDT-SWAP"},"data":[{...}]}}. */
        @Override
        public void tick(Instant now) {
            boolean idle = pushed.isEmpty() && heard.isBefore(now.minus(PATIENCE));
            if (idle) {
                wire.close(4004, "No data received in 30s.");
                return;
            }
            Map<String, Listing> listings = byId();
            for (Map.Entry<JsonNode, Instant> channel : pushed.entrySet()) {
                if (!channel.getValue().isAfter(now.minus(EVERY))) {
                    channel.setValue(now);
                    ArrayNode data = data(channel.getKey(), listings, now);
                    if (!data.isEmpty()) {
                        ObjectNode frame = Payload.object();
                        frame.set("arg", channel.getKey());
                        frame.set("data", data);
                        wire.send(Payload.write(frame));
                    }
                }
            }
        }

        /** The rows of a channel; none where there is no such channel. */
        private ArrayNode data(JsonNode arg, Map<String, Listing> listings, Instant now) {
            String channel = arg.path("channel").asText();
            String instId = arg.path("instId").asText();
            Listing listing = listings.get(instId);
            ArrayNode data = Payload.array();
            if (channel.equals("open-interest") && listing != null) {
                data.add(openInterest(listing, now));
            } else if (channel.equals("mark-price") && listing != null) {
                data.add(markPrice(listing, now));
            } else if (channel.equals("index-tickers")) {
                world.assets().stream()
                        .filter(asset -> instId.equals(asset.code() + "-USD"))
                        .forEach(asset -> data.add(index(asset, instId, now)));
            }
            return data;
        }

        private Map<String, Listing> byId() {
            Map<String, Listing> listings = new LinkedHashMap<>();
            listings().forEach(listing -> listings.put(listing.symbol(), listing));
            return listings;
        }
    }
}
