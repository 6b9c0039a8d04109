package io.openinterest.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.AssetClass;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Deribit v2: instruments, summaries by settlement currency and tickers, all as JSON-RPC over REST or the socket.
 * Reversed futures count dollars, all else coins; combos and spot stand in the same lists without open interest.
 */
final class SimulatedDeribit implements SimulatedVenue {

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("dMMMuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final long NEVER = 32_503_708_800_000L;
    private static final long LISTED = 1_534_167_754_000L;
    private static final String METHODS = "/api/v2/";

    private static final int CREDITS_PER_SECOND = 10_000;
    private static final int CALL = 500;
    private static final int LIST_CALL = 10_000;
    private static final int SUBSCRIBE_CALL = 3_000;
    private static final Duration REFILL = Duration.ofSeconds(5);

    /** Coins in one contract of the linear perpetuals. */
    private static final Map<String, String> LINEAR_SIZES = Map.of(
            "BTC", "0.0001", "ETH", "0.001", "SOL", "0.1", "XRP", "1", "DOGE", "100", "BNB", "0.01", "ADA", "10",
            "PEPE", "1000", "TSLA", "0.01", "XAUT", "0.001");

    private final World world;
    private final Allowance credits;

    SimulatedDeribit(World world) {
        this.world = world;
        this.credits = new Allowance(world, CREDITS_PER_SECOND * (int) REFILL.toSeconds(), REFILL);
    }

    /**
     * An instrument.
     *
     * @param base as written, {@code 1000PEPE}
     * @param settle settlement currency, by which summaries are asked for
     * @param size contract size
     * @param coins coins in one unit of the base as written
     */
    private record Listing(Contract contract, String base, String settle, BigDecimal size, int coins) {

        String name() {
            return contract.symbol();
        }

        boolean linear() {
            return settle.equals("USDC");
        }

        boolean option() {
            return contract.isOption();
        }

        String index() {
            return (base + (linear() ? "_usdc" : "_usd")).toLowerCase(Locale.ROOT);
        }
    }

    /** A refusal in the form of JSON-RPC. */
    private static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int code;
        private final String reason;
        private final String param;

        Refused(int code, String message, String reason, String param) {
            super(message);
            this.code = code;
            this.reason = reason;
            this.param = param;
        }

        static Refused invalid(String reason, String param) {
            return new Refused(-32602, "Invalid params", reason, param);
        }
    }

    @Override
    public List<String> ids() {
        return List.of("deribit");
    }

    @Override
    public SimReply answer(SimRequest request) {
        if (!request.path().startsWith(METHODS)) {
            return new SimReply(404, Map.of(), "");
        }
        try {
            JsonNode result = call(request.path().substring(METHODS.length()), request);
            ObjectNode body = Payload.object().put("jsonrpc", "2.0");
            body.set("result", result);
            return SimReply.json(stamped(body));
        } catch (Refused refused) {
            return SimReply.json(refused.code == 10028 ? 429 : 400, stamped(error(refused)));
        }
    }

    /** {@code {"usIn":1790133842785065,"usOut":1790133842785140,"usDiff":75,"testnet":false}}, after the result. */
    private ObjectNode stamped(ObjectNode body) {
        long micros = world.now().toEpochMilli() * 1000;
        return body.put("usIn", micros)
                .put("usOut", micros + 75)
                .put("usDiff", 75)
                .put("testnet", false);
    }

    /** {@code "error":{"code":-32602,"data":{"reason":"invalid currency","param":"currency"},"message":"Invalid params"}}. */
    private static ObjectNode error(Refused refused) {
        ObjectNode body = Payload.object().put("jsonrpc", "2.0");
        ObjectNode error = body.putObject("error").put("code", refused.code);
        if (refused.reason != null) {
            error.putObject("data").put("reason", refused.reason).put("param", refused.param);
        }
        error.put("message", refused.getMessage());
        return body;
    }

    private void spend(int cost) {
        if (credits.spend(cost) > credits.limit()) {
            throw new Refused(10028, "too_many_requests", null, null);
        }
    }

    private JsonNode call(String method, SimRequest request) {
        spend(method.equals("public/get_instruments") ? LIST_CALL : CALL);
        return switch (method) {
            case "public/get_instruments" -> instruments(request);
            case "public/get_book_summary_by_currency" -> summaries(request);
            case "public/ticker" -> tickerOf(request);
            case "public/test" -> Payload.object().put("version", "1.2.26");
            default -> throw new Refused(-32601, "Method not found", null, null);
        };
    }

    private List<Listing> listings() {
        List<Listing> all = new ArrayList<>();
        for (Asset asset : world.assets("BTC", "ETH")) {
            String code = asset.code();
            BigDecimal size = new BigDecimal(code.equals("BTC") ? "10" : "1");
            all.add(reversed(world.perpetual("deribit", asset, code + "-PERPETUAL", 0.025), size));
            for (Instant expiration : world.quarters(2)) {
                String symbol = code + "-" + day(expiration);
                all.add(reversed(world.future("deribit", asset, symbol, 0.005, expiration), size));
            }
            options(all, asset, code, 0.0015, BigDecimal.ONE);
        }
        for (Asset asset : world.assets()) {
            String size = LINEAR_SIZES.get(asset.code());
            if (size != null) {
                int coins = asset.code().equals("PEPE") ? 1000 : 1;
                String base = coins == 1 ? asset.code() : coins + asset.code();
                Contract contract = world.perpetual("deribit", asset, base + "_USDC-PERPETUAL", 0.002);
                all.add(new Listing(contract, base, "USDC", new BigDecimal(size), coins));
            }
        }
        options(all, world.asset("SOL"), "SOL_USDC", 0.0005, BigDecimal.TEN);
        options(all, world.asset("XRP"), "XRP_USDC", 0.0005, new BigDecimal("1000"));
        return all;
    }

    private void options(List<Listing> all, Asset asset, String family, double share, BigDecimal size) {
        String settle = family.endsWith("_USDC") ? "USDC" : asset.code();
        for (Instant expiration : world.optionExpirations()) {
            for (BigDecimal strike : world.strikes(asset)) {
                for (String side : List.of("C", "P")) {
                    String level = strike.toPlainString().replace('.', 'd');
                    String symbol = String.join("-", family, day(expiration), level, side);
                    Contract contract =
                            world.option("deribit", asset, symbol, share, expiration, strike, side.equals("C"));
                    all.add(new Listing(contract, asset.code(), settle, size, 1));
                }
            }
        }
    }

    private static Listing reversed(Contract contract, BigDecimal size) {
        String code = contract.asset().code();
        return new Listing(contract, code, code, size, 1);
    }

    private static String day(Instant expiration) {
        return DAY.format(expiration).toUpperCase(Locale.ROOT);
    }

    private static boolean asked(Listing listing, String currency, String kind) {
        return (currency == null || currency.equals("any") || listing.settle().equals(currency))
                && (kind == null || kind.equals(listing.option() ? "option" : "future"));
    }

    /**
     * {@code [{"instrument_name":"BTC-27DEC24-100000-C","kind":"option","instrument_type":"reversed","option_type":
     * "call","strike":100000.0,"contract_size":1.0,"expiration_timestamp":1735300800000,"base_currency":"BTC",
     * "quote_currency":"BTC","counter_currency":"USD","settlement_currency":"BTC","settlement_period":"month",
     * "is_active":true,...}]}
     */
    private ArrayNode instruments(SimRequest request) {
        String currency = request.parameter("currency");
        String kind = request.parameter("kind");
        ArrayNode rows = Payload.array();
        for (Listing listing : listings()) {
            if (asked(listing, currency, kind)) {
                rows.add(instrument(listing));
            }
        }
        if (kind == null && (currency == null || currency.matches("any|BTC"))) {
            rows.addObject()
                    .put("kind", "future_combo")
                    .put("instrument_name", "BTC-FS-" + day(world.quarters(1).get(0)) + "_PERP")
                    .put("instrument_type", "reversed")
                    .put("creation_timestamp", LISTED)
                    .put("is_active", true)
                    .put("contract_size", new BigDecimal("10.0"))
                    .put("settlement_currency", "BTC")
                    .put("base_currency", "BTC")
                    .put("counter_currency", "USD")
                    .put("quote_currency", "USD");
            rows.addObject()
                    .put("kind", "spot")
                    .put("instrument_name", "ETH_BTC")
                    .put("creation_timestamp", LISTED)
                    .put("is_active", true)
                    .put("contract_size", new BigDecimal("0.0001"))
                    .put("base_currency", "ETH")
                    .put("counter_currency", "BTC")
                    .put("quote_currency", "BTC");
        }
        return rows;
    }

    private static ObjectNode instrument(Listing listing) {
        Contract contract = listing.contract();
        Instant expiration = contract.expiration();
        String counter = listing.linear() ? "USDC" : "USD";
        String type = listing.linear() ? "linear" : "reversed";
        AssetClass assetClass = contract.asset().assetClass();
        ObjectNode row = Payload.object()
                .put("price_index", listing.index())
                .put("kind", listing.option() ? "option" : "future")
                .put("instrument_name", listing.name())
                .put("instrument_type", type);
        if (listing.option()) {
            row.put("option_type", contract.call() ? "call" : "put").put("strike", contract.strike());
        } else {
            row.put("future_type", type);
        }
        String period = expiration == null ? "perpetual" : "month";
        return row.put("expiration_timestamp", expiration == null ? NEVER : expiration.toEpochMilli())
                .put("creation_timestamp", LISTED)
                .put("is_active", true)
                .put("state", "open")
                .put("contract_size", listing.size())
                .put("settlement_currency", listing.settle())
                .put("settlement_period", period)
                .put("base_currency", listing.base())
                .put("counter_currency", counter)
                .put("quote_currency", listing.option() ? listing.settle() : counter)
                .put("underlying_type", assetClass.text());
    }

    /**
     * {@code [{"instrument_name":"BTC-27JUN25","open_interest":390279240,"mark_price":96760.58,"volume":216.69274001,
     * "volume_usd":21776140.0,"base_currency":"BTC","quote_currency":"USD","creation_timestamp":1736993696792,
     * "estimated_delivery_price":100064.33,...}]}: a snapshot of every two seconds, with one time for all rows.
     */
    private ArrayNode summaries(SimRequest request) {
        String currency = request.parameter("currency");
        String kind = request.parameter("kind");
        if (currency == null || !currency.matches("BTC|ETH|USDC|USDT|EURR")) {
            throw Refused.invalid("invalid currency", "currency");
        }
        Instant time = Instant.ofEpochMilli(world.now().toEpochMilli() / 2000 * 2000);
        ArrayNode rows = Payload.array();
        for (Listing listing : listings()) {
            if (asked(listing, currency, kind)) {
                rows.add(summary(listing, time));
            }
        }
        if (kind == null && currency.equals("BTC")) {
            rows.addObject()
                    .put("instrument_name", "BTC-FS-" + day(world.quarters(1).get(0)) + "_PERP")
                    .put("mark_price", new BigDecimal("-12.5"))
                    .put("volume", BigDecimal.ZERO)
                    .put("base_currency", "BTC")
                    .put("quote_currency", "USD")
                    .put("creation_timestamp", time.toEpochMilli());
        }
        return rows;
    }

    private static ObjectNode summary(Listing listing, Instant at) {
        Contract contract = listing.contract();
        double volume = contract.volume(at) / listing.coins();
        ObjectNode row = Payload.object()
                .putNull("high")
                .putNull("low")
                .putNull("last")
                .put("instrument_name", listing.name())
                .putNull("bid_price")
                .putNull("ask_price")
                .put("open_interest", openInterest(listing, at))
                .put("mark_price", markPrice(listing, at))
                .putNull("price_change")
                .put("volume", Payload.number(volume, 8));
        if (listing.option()) {
            row.put("interest_rate", BigDecimal.ZERO)
                    .put("mark_iv", Payload.number(100 * contract.volatility(at), 2))
                    .put("underlying_price", Payload.number(contract.mark(at), 4))
                    .put("underlying_index", "SYN." + listing.name().replaceFirst("-[^-]+-[CP]$", ""));
        } else if (contract.expiration() == null) {
            row.put("funding_8h", fundingRate(contract, at)).put("current_funding", BigDecimal.ZERO);
        }
        String counter = listing.linear() ? "USDC" : "USD";
        return row.put("base_currency", listing.base())
                .put("creation_timestamp", at.toEpochMilli())
                .put("estimated_delivery_price", index(listing, at))
                .put("quote_currency", listing.option() ? listing.settle() : counter)
                .put("volume_usd", Payload.number(contract.volume(at) * contract.index(at), 2))
                .putNull("mid_price");
    }

    /** Dollars of reversed futures in full contracts, units of the base of all else. */
    private static BigDecimal openInterest(Listing listing, Instant at) {
        Contract contract = listing.contract();
        if (listing.option()) {
            return Payload.number(contract.openInterest(at), 1);
        }
        return listing.linear()
                ? Payload.number(contract.openInterest(at) / listing.coins(), 4)
                : Payload.number(contract.openInterest(at) * contract.mark(at) / 10, 0)
                        .multiply(BigDecimal.TEN);
    }

    /** Of an option the premium, in coins where it settles in coins. */
    private static BigDecimal markPrice(Listing listing, Instant at) {
        Contract contract = listing.contract();
        if (!listing.option()) {
            return Payload.number(contract.mark(at) * listing.coins(), listing.linear() ? 6 : 2);
        }
        return listing.linear()
                ? Payload.number(contract.premium(at), 6)
                : Payload.number(contract.premium(at) / contract.index(at), 8);
    }

    private static BigDecimal index(Listing listing, Instant at) {
        return Payload.number(listing.contract().index(at) * listing.coins(), 6);
    }

    private static BigDecimal fundingRate(Contract contract, Instant at) {
        return Payload.number(contract.fundingRate(at), 8);
    }

    private ObjectNode tickerOf(SimRequest request) {
        String name = request.parameter("instrument_name");
        return listings().stream()
                .filter(listing -> listing.name().equals(name))
                .findFirst()
                .map(listing -> ticker(listing, world.now()))
                .orElseThrow(() -> Refused.invalid("instrument not found", "instrument_name"));
    }

    /**
     * {@code {"timestamp":1765541474086,"state":"open","stats":{"volume":11897.27640428,"volume_usd":1092371540.0,...},
     * "index_price":92263.55,"instrument_name":"BTC-PERPETUAL","open_interest":1132329370.0,"mark_price":92281.78,
     * "estimated_delivery_price":92263.55,"funding_8h":0.00001742,...}}
     */
    private static ObjectNode ticker(Listing listing, Instant at) {
        Contract contract = listing.contract();
        ObjectNode row = Payload.object().put("timestamp", at.toEpochMilli()).put("state", "open");
        row.putObject("stats")
                .put("volume", Payload.number(contract.volume(at) / listing.coins(), 8))
                .put("volume_usd", Payload.number(contract.volume(at) * contract.index(at), 2))
                .putNull("price_change")
                .putNull("low")
                .putNull("high");
        row.put("index_price", index(listing, at))
                .put("instrument_name", listing.name())
                .put("open_interest", openInterest(listing, at))
                .put("mark_price", markPrice(listing, at))
                .put("last_price", markPrice(listing, at))
                .put("estimated_delivery_price", index(listing, at));
        if (listing.option()) {
            row.put("mark_iv", Payload.number(100 * contract.volatility(at), 2))
                    .put("underlying_price", Payload.number(contract.mark(at), 4))
                    .put("underlying_index", "SYN." + listing.name().replaceFirst("-[^-]+-[CP]$", ""))
                    .put("interest_rate", BigDecimal.ZERO)
                    .putObject("greeks")
                    .put("delta", Payload.number(contract.delta(at), 5));
        } else if (contract.expiration() == null) {
            row.put("current_funding", BigDecimal.ZERO).put("funding_8h", fundingRate(contract, at));
        }
        return row;
    }

    @Override
    public SimulatedSocket connect(SimRequest upgrade, Wire wire) {
        return upgrade.path().equals("/ws/api/v2") ? new Session(wire) : null;
    }

    /** One connection: ticker channels every second, and a heartbeat where the client wants one. */
    private final class Session implements SimulatedSocket {

        private static final Duration EVERY = Duration.ofSeconds(1);
        private static final Duration PATIENCE = Duration.ofSeconds(10);
        private static final Duration IDLE = Duration.ofSeconds(60);

        private final Wire wire;
        private final Set<String> channels = new LinkedHashSet<>();
        private final Instant opened = world.now();
        private Instant pushed = Instant.MIN;
        private Duration heartbeat;
        private Instant beaten;
        private boolean answered = true;

        Session(Wire wire) {
            this.wire = wire;
        }

        /** {@code {"jsonrpc":"2.0","id":1,"method":"public/subscribe","params":{"channels":[...]}}}. */
        @Override
        public void received(String text) {
            JsonNode command = Payload.read(text);
            try {
                ObjectNode body = head(command);
                body.set("result", result(command.path("method").asText(), command.path("params")));
                wire.send(Payload.write(stamped(body)));
            } catch (Refused refused) {
                ObjectNode body = head(command);
                body.set("error", error(refused).get("error"));
                wire.send(Payload.write(stamped(body)));
                if (refused.code == 10028) {
                    wire.close(4000, "too_many_requests");
                }
            }
        }

        private ObjectNode head(JsonNode command) {
            ObjectNode body = Payload.object().put("jsonrpc", "2.0");
            if (command.has("id")) {
                body.set("id", command.get("id"));
            }
            return body;
        }

        private JsonNode result(String method, JsonNode params) {
            switch (method) {
                case "public/subscribe" -> {
                    return subscribe(params.path("channels"));
                }
                case "public/unsubscribe" -> {
                    ArrayNode gone = Payload.array();
                    params.path("channels").forEach(channel -> {
                        if (channels.remove(channel.asText())) {
                            gone.add(channel.asText());
                        }
                    });
                    return gone;
                }
                case "public/set_heartbeat" -> {
                    if (params.path("interval").asInt() < 10) {
                        throw Refused.invalid("value must be at least 10", "interval");
                    }
                    heartbeat = Duration.ofSeconds(params.get("interval").asInt());
                    beaten = world.now();
                    return Payload.object().textNode("ok");
                }
                default -> {
                    answered = answered || method.equals("public/test");
                    Map<String, String> query = new LinkedHashMap<>();
                    params.properties()
                            .forEach(param ->
                                    query.put(param.getKey(), param.getValue().asText()));
                    return call(method, SimRequest.get("deribit", METHODS + method, query));
                }
            }
        }

        /** The channels that exist; what does not is left out of the answer without a word. */
        private ArrayNode subscribe(JsonNode asked) {
            spend(SUBSCRIBE_CALL);
            List<String> names = listings().stream().map(Listing::name).toList();
            ArrayNode known = Payload.array();
            for (JsonNode channel : asked) {
                String[] parts = channel.asText().split("\\.", -1);
                if (parts.length == 3 && parts[2].equals("raw")) {
                    throw new Refused(13778, "raw_subscriptions_not_available_for_unauthorized", null, null);
                }
                if (parts.length == 3
                        && parts[0].equals("ticker")
                        && parts[2].matches("100ms|agg2")
                        && names.contains(parts[1])) {
                    channels.add(channel.asText());
                    known.add(channel.asText());
                }
            }
            return known;
        }

        @Override
        public void tick(Instant now) {
            if (heartbeat == null && channels.isEmpty() && opened.isBefore(now.minus(IDLE))) {
                wire.close(1000, "idle");
            } else if (!answered && beaten.isBefore(now.minus(PATIENCE))) {
                wire.close(4000, "heartbeat unanswered");
            } else {
                beat(now);
                push(now);
            }
        }

        /** {@code {"params":{"type":"test_request"},"method":"heartbeat","jsonrpc":"2.0"}}. */
        private void beat(Instant now) {
            if (heartbeat != null && answered && !beaten.isAfter(now.minus(heartbeat))) {
                ObjectNode frame = Payload.object();
                frame.putObject("params").put("type", "test_request");
                wire.send(Payload.write(frame.put("method", "heartbeat").put("jsonrpc", "2.0")));
                answered = false;
                beaten = now;
            }
        }

        /** {@code {"jsonrpc":"2.0","method":"subscription","params":{"channel":"ticker.BTC-PERPETUAL.100ms","data":{}}}}. */
        private void push(Instant now) {
            if (channels.isEmpty() || pushed.isAfter(now.minus(EVERY))) {
                return;
            }
            pushed = now;
            Map<String, Listing> byName = new LinkedHashMap<>();
            listings().forEach(listing -> byName.put(listing.name(), listing));
            for (String channel : channels) {
                Listing listing = byName.get(channel.split("\\.", -1)[1]);
                if (listing != null) {
                    ObjectNode frame = Payload.object().put("jsonrpc", "2.0").put("method", "subscription");
                    frame.putObject("params").put("channel", channel).set("data", ticker(listing, now));
                    wire.send(Payload.write(frame));
                }
            }
        }
    }
}
