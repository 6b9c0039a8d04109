package io.openinterest.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Binance options ({@code /eapi}): open interest per underlying and expiration by REST and, every 60 seconds, over the
 * socket, where both documented names of the stream work. A contract is {@code unit} coins, but open interest counts
 * coins.
 */
final class SimulatedBinanceOptions implements SimulatedVenue {

    private static final DateTimeFormatter YYMMDD =
            DateTimeFormatter.ofPattern("yyMMdd").withZone(ZoneOffset.UTC);

    /** Underlyings and how many coins one contract is. */
    private static final Map<String, Integer> UNITS =
            Map.of("BTC", 1, "ETH", 1, "SOL", 1, "BNB", 1, "XRP", 100, "DOGE", 1000);

    private static final double SHARE = 0.0005;

    private final World world;
    private final BinanceWeights weights;

    SimulatedBinanceOptions(World world) {
        this.world = world;
        this.weights = new BinanceWeights(world);
    }

    @Override
    public List<String> ids() {
        return List.of("binance-options");
    }

    @Override
    public SimReply answer(SimRequest request) {
        return switch (request.path()) {
            case "/eapi/v1/exchangeInfo" -> weights.meter(1, exchangeInfo());
            case "/eapi/v1/openInterest" -> weights.meter(0, openInterest(request));
            case "/eapi/v1/index" -> weights.meter(1, index(request));
            case "/eapi/v1/mark" -> weights.meter(5, mark(request));
            default -> BinanceWeights.error(404, -5000, "Path " + request.path() + " does not exist.");
        };
    }

    private List<Contract> contracts() {
        List<Contract> all = new ArrayList<>();
        for (Asset asset : world.assets()) {
            if (UNITS.containsKey(asset.code())) {
                for (Instant expiration : world.optionExpirations()) {
                    for (BigDecimal strike : world.strikes(asset)) {
                        String start = asset.code() + "-" + YYMMDD.format(expiration) + "-" + strike.toPlainString();
                        all.add(world.option("binance-options", asset, start + "-C", SHARE, expiration, strike, true));
                        all.add(world.option("binance-options", asset, start + "-P", SHARE, expiration, strike, false));
                    }
                }
            }
        }
        return all;
    }

    /** The contracts of {@code BTC} that expire on {@code 261225}. */
    private List<Contract> contracts(String underlying, String expiration) {
        return contracts().stream()
                .filter(contract -> contract.asset().code().equals(underlying))
                .filter(contract -> YYMMDD.format(contract.expiration()).equals(expiration))
                .toList();
    }

    /**
     * {@code {"optionContracts":[{"baseAsset":"BTC","quoteAsset":"USDT","underlying":"BTCUSDT","settleAsset":"USDT"}],
     * "optionSymbols":[{"expiryDate":1660521600000,"symbol":"BTC-220815-50000-C","side":"CALL","strikePrice":"50000",
     * "underlying":"BTCUSDT","unit":1,"quoteAsset":"USDT","status":"TRADING",...}],...}}
     */
    private SimReply exchangeInfo() {
        ObjectNode info = Payload.object()
                .put("timezone", "UTC")
                .put("serverTime", world.now().toEpochMilli());
        ArrayNode underlyings = info.putArray("optionContracts");
        for (Asset asset : world.assets()) {
            if (UNITS.containsKey(asset.code())) {
                underlyings
                        .addObject()
                        .put("baseAsset", asset.code())
                        .put("quoteAsset", "USDT")
                        .put("underlying", asset.code() + "USDT")
                        .put("settleAsset", "USDT");
            }
        }
        info.putArray("optionAssets").addObject().put("name", "USDT");
        ArrayNode symbols = info.putArray("optionSymbols");
        for (Contract contract : contracts()) {
            String code = contract.asset().code();
            symbols.addObject()
                    .put("expiryDate", contract.expiration().toEpochMilli())
                    .put("symbol", contract.symbol())
                    .put("side", contract.call() ? "CALL" : "PUT")
                    .put("strikePrice", contract.strike().toPlainString())
                    .put("underlying", code + "USDT")
                    .put("unit", UNITS.get(code))
                    .put("minQty", "0.01")
                    .put("maxQty", "100")
                    .put("priceScale", 2)
                    .put("quantityScale", 2)
                    .put("quoteAsset", "USDT")
                    .put("status", "TRADING");
        }
        info.putArray("rateLimits")
                .addObject()
                .put("rateLimitType", "REQUEST_WEIGHT")
                .put("interval", "MINUTE")
                .put("intervalNum", 1)
                .put("limit", BinanceWeights.PER_MINUTE);
        return SimReply.json(info);
    }

    /**
     * {@code [{"symbol":"ETH-260925-2600-P","sumOpenInterest":"2165.81","sumOpenInterestUsd":"5889858.84",
     * "timestamp":"1790163480000"}]}: of the full minute, the time as text. An expiration nobody trades gives an empty
     * list.
     */
    private SimReply openInterest(SimRequest request) {
        String underlying = request.parameter("underlyingAsset");
        String expiration = request.parameter("expiration");
        if (underlying == null || expiration == null) {
            return BinanceWeights.missing(underlying == null ? "underlyingAsset" : "expiration");
        }
        if (!UNITS.containsKey(underlying)) {
            return BinanceWeights.error(400, -6010, "Open interest error data.");
        }
        Instant minute = world.now().truncatedTo(ChronoUnit.MINUTES);
        ArrayNode rows = Payload.array();
        for (Contract contract : contracts(underlying, expiration)) {
            rows.addObject()
                    .put("symbol", contract.symbol())
                    .put("sumOpenInterest", coins(contract, minute).toPlainString())
                    .put("sumOpenInterestUsd", usd(contract, minute))
                    .put("timestamp", String.valueOf(minute.toEpochMilli()));
        }
        return SimReply.json(rows);
    }

    private static BigDecimal coins(Contract contract, Instant at) {
        return Payload.number(contract.openInterest(at), 2);
    }

    private static String usd(Contract contract, Instant at) {
        return Payload.text(coins(contract, at).doubleValue() * contract.index(at), 8);
    }

    /** {@code {"time":1656647305000,"indexPrice":"105917.75"}}. */
    private SimReply index(SimRequest request) {
        String underlying = request.parameter("underlying");
        if (underlying == null) {
            return BinanceWeights.missing("underlying");
        }
        String code = underlying.replaceFirst("USDT$", "");
        if (!UNITS.containsKey(code) || code.equals(underlying)) {
            return BinanceWeights.error(400, -1121, "Invalid symbol.");
        }
        Instant now = world.now();
        return SimReply.json(Payload.object()
                .put("time", now.truncatedTo(ChronoUnit.SECONDS).toEpochMilli())
                .put("indexPrice", Payload.text(world.index(world.asset(code), now), 8)));
    }

    /**
     * {@code [{"symbol":"BTC-200730-9000-C","markPrice":"1343.2883","bidIV":"1.40000077","askIV":"1.50000153","markIV":
     * "1.45000000","delta":"0.55937056",...}]}: the premium of one contract.
     */
    private SimReply mark(SimRequest request) {
        String symbol = request.parameter("symbol");
        Instant now = world.now();
        ArrayNode rows = Payload.array();
        for (Contract contract : contracts()) {
            if (symbol == null || contract.symbol().equals(symbol)) {
                String volatility = Payload.text(contract.volatility(now), 8);
                rows.addObject()
                        .put("symbol", contract.symbol())
                        .put("markPrice", premium(contract, now))
                        .put("bidIV", volatility)
                        .put("askIV", volatility)
                        .put("markIV", volatility)
                        .put("delta", Payload.text(contract.delta(now), 8))
                        .put("theta", "-1.00000000")
                        .put("gamma", "0.00010000")
                        .put("vega", "1.00000000")
                        .put("highPriceLimit", Payload.text(contract.index(now), 1))
                        .put("lowPriceLimit", "0.1")
                        .put("riskFreeInterest", "0.1");
            }
        }
        return rows.isEmpty() ? BinanceWeights.error(400, -1121, "Invalid symbol.") : SimReply.json(rows);
    }

    private static String premium(Contract contract, Instant at) {
        return Payload.text(contract.premium(at) * UNITS.get(contract.asset().code()), 4);
    }

    /**
     * {@code /market/stream?streams=a/b} wraps frames in {@code {"stream":..,"data":..}}, {@code /market/ws} does not.
     * Without {@code /market} the venue still takes subscriptions, and never sends anything.
     */
    @Override
    public SimulatedSocket connect(SimRequest upgrade, Wire wire) {
        if (!upgrade.path().matches("(/market)?/(stream|ws)(/.*)?")) {
            return null;
        }
        Streams streams = new Streams(
                wire,
                upgrade.path().startsWith("/market"),
                upgrade.path().replace("/market", "").startsWith("/stream"));
        String first = upgrade.path().replaceFirst("^(/market)?/(stream|ws)/?", "");
        for (String stream : (first + "/" + upgrade.query().getOrDefault("streams", "")).split("/")) {
            if (!stream.isEmpty()) {
                streams.names.add(stream);
            }
        }
        return streams;
    }

    /** One connection and its subscriptions. */
    private final class Streams implements SimulatedSocket {

        private static final Duration OPEN_INTEREST_EVERY = Duration.ofSeconds(60);
        private static final Duration PRICES_EVERY = Duration.ofSeconds(1);
        private static final int MAX_STREAMS = 200;

        private final Wire wire;
        private final boolean routed;
        private final boolean wrapped;
        private final Set<String> names = new LinkedHashSet<>();
        private final Map<String, Instant> sent = new HashMap<>();

        Streams(Wire wire, boolean routed, boolean wrapped) {
            this.wire = wire;
            this.routed = routed;
            this.wrapped = wrapped;
        }

        /** {@code {"method":"SUBSCRIBE","params":["btcusdt@openInterest@261225"],"id":1}}. */
        @Override
        public void received(String text) {
            JsonNode command = Payload.read(text);
            JsonNode params = command.path("params");
            List<String> asked = new ArrayList<>();
            params.forEach(param -> asked.add(param.asText()));
            switch (command.path("method").asText()) {
                case "SUBSCRIBE" -> {
                    if (names.size() + asked.size() > MAX_STREAMS) {
                        refuse("too many streams");
                        return;
                    }
                    names.addAll(asked);
                }
                case "UNSUBSCRIBE" -> {
                    asked.forEach(names::remove);
                    asked.forEach(sent::remove);
                }
                default -> {
                    refuse("unknown method");
                    return;
                }
            }
            ObjectNode acknowledged = Payload.object().putNull("result");
            wire.send(Payload.write(acknowledged.set("id", command.path("id"))));
        }

        /** {@code {"code":2,"msg":"Invalid request: unknown stream"}}. */
        private void refuse(String why) {
            wire.send(Payload.write(Payload.object().put("code", 2).put("msg", "Invalid request: " + why)));
        }

        @Override
        public void tick(Instant now) {
            for (String name : names) {
                String[] parts = name.split("@", -1);
                boolean slow = parts.length == 3 && parts[1].matches("openInterest|optionOpenInterest");
                Duration every = slow ? OPEN_INTEREST_EVERY : PRICES_EVERY;
                Instant last = sent.getOrDefault(name, Instant.MIN);
                if (routed && !last.isAfter(now.minus(every))) {
                    sent.put(name, now);
                    ArrayNode rows = rows(parts, slow, now);
                    if (!rows.isEmpty()) {
                        wire.send(Payload.write(
                                wrapped ? Payload.object().put("stream", name).set("data", rows) : rows));
                    }
                }
            }
        }

        private ArrayNode rows(String[] parts, boolean openInterest, Instant now) {
            String underlying = parts[0].toUpperCase(Locale.ROOT).replaceFirst("USDT$", "");
            if (openInterest) {
                return openInterest(underlying, parts[2], now);
            }
            if (parts[0].equals("!index")) {
                return indices(now);
            }
            return parts.length == 2 && parts[1].equals("optionMarkPrice") ? marks(underlying, now) : Payload.array();
        }

        /** {@code [{"e":"openInterest","E":1668759300045,"s":"ETH-221125-2700-C","o":"1580.87","h":"1912992.17"}]}. */
        private ArrayNode openInterest(String underlying, String expiration, Instant now) {
            ArrayNode rows = Payload.array();
            for (Contract contract : contracts(underlying, expiration)) {
                rows.addObject()
                        .put("e", "openInterest")
                        .put("E", now.toEpochMilli())
                        .put("s", contract.symbol())
                        .put("o", coins(contract, now).toPlainString())
                        .put("h", usd(contract, now));
            }
            return rows;
        }

        /** {@code [{"e":"indexPrice","E":1763092572229,"s":"ETHUSDT","p":"3224.51976744"}]}. */
        private ArrayNode indices(Instant now) {
            ArrayNode rows = Payload.array();
            for (Asset asset : world.assets()) {
                if (UNITS.containsKey(asset.code())) {
                    rows.addObject()
                            .put("e", "indexPrice")
                            .put("E", now.toEpochMilli())
                            .put("s", asset.code() + "USDT")
                            .put("p", Payload.text(world.index(asset, now), 8));
                }
            }
            return rows;
        }

        /**
         * {@code [{"s":"XRP-251219-2.05-P","mp":"19.0314","E":1765983420260,"e":"markPrice","i":"1.96239445","b":"-1.0",
         * "a":"-1.0",...}]}: premium of one contract, index of one coin.
         */
        private ArrayNode marks(String underlying, Instant now) {
            ArrayNode rows = Payload.array();
            for (Contract contract : contracts()) {
                if (contract.asset().code().equals(underlying)) {
                    rows.addObject()
                            .put("s", contract.symbol())
                            .put("mp", premium(contract, now))
                            .put("E", now.toEpochMilli())
                            .put("e", "markPrice")
                            .put("i", Payload.text(contract.index(now), 8))
                            .put("P", "0.0000")
                            .put("b", "-1.0")
                            .put("a", "-1.0")
                            .put("vo", Payload.text(contract.volatility(now), 8))
                            .put("d", Payload.text(contract.delta(now), 8));
                }
            }
            return rows;
        }
    }
}
