package io.openinterest.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.AssetClass;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Bybit v5, linear, inverse and option: tickers in bulk, instruments and history in pages, tickers over the socket.
 * Linear and inverse publish both sides beside the single one; inverse counts USD and gives its value in coins.
 */
final class SimulatedBybit implements SimulatedVenue {

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("dMMMuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final String QUARTER_CODES = "HMUZ";
    private static final long LAUNCHED = 1_585_526_400_000L;
    private static final int REQUESTS = 600;

    /** Pages are short, so that all clients see them turned. */
    private static final int PAGE = 20;

    private static final Map<String, Duration> INTERVALS = Map.of(
            "5min", Duration.ofMinutes(5),
            "15min", Duration.ofMinutes(15),
            "30min", Duration.ofMinutes(30),
            "1h", Duration.ofHours(1),
            "4h", Duration.ofHours(4),
            "1d", Duration.ofDays(1));

    private final World world;
    private final Allowance allowance;

    SimulatedBybit(World world) {
        this.world = world;
        this.allowance = new Allowance(world, REQUESTS, Duration.ofSeconds(5));
    }

    /**
     * A symbol.
     *
     * @param category {@code linear}, {@code inverse} or {@code option}
     * @param base as written, {@code 1000PEPE}
     * @param settle what it is settled in
     * @param size coins in one unit of the base as written
     */
    private record Listing(Contract contract, String category, String base, String quote, String settle, int size) {

        String symbol() {
            return contract.symbol();
        }

        boolean dated() {
            return contract.expiration() != null;
        }

        /** Mark of one unit of the base as written. */
        double mark(Instant at) {
            return contract.mark(at) * size;
        }

        double index(Instant at) {
            return contract.index(at) * size;
        }

        /** One side, in units of the base as written. */
        double units(Instant at) {
            return contract.openInterest(at) / size;
        }
    }

    @Override
    public List<String> ids() {
        return List.of("bybit-linear", "bybit-inverse", "bybit-option");
    }

    @Override
    public SimReply answer(SimRequest request) {
        int used = allowance.spend(1);
        if (used > allowance.limit()) {
            return new SimReply(
                    403, Map.of("Content-Type", "text/plain"), "access too frequent, please try again later");
        }
        List<Listing> listings = listings(request.query().getOrDefault("category", ""));
        SimReply reply = listings.isEmpty() ? refused("params error: Category Is Invalid") : answer(request, listings);
        return reply.with("X-Bapi-Limit", allowance.limit())
                .with("X-Bapi-Limit-Status", allowance.limit() - used)
                .with("X-Bapi-Limit-Reset-Timestamp", allowance.resetAt());
    }

    private SimReply answer(SimRequest request, List<Listing> listings) {
        return switch (request.path()) {
            case "/v5/market/tickers" -> tickers(request, listings);
            case "/v5/market/instruments-info" -> instruments(request, listings);
            case "/v5/market/open-interest" -> openInterest(request, listings);
            case "/v5/market/mark-price-kline" -> markPrices(request, listings);
            default -> new SimReply(404, Map.of(), "");
        };
    }

    private List<Listing> listings(String category) {
        return switch (category) {
            case "linear" -> linear();
            case "inverse" -> inverse();
            case "option" -> options();
            default -> List.of();
        };
    }

    private List<Listing> linear() {
        List<Listing> all = new ArrayList<>();
        for (Asset asset : world.assets()) {
            int size = asset.code().equals("PEPE") ? 1000 : 1;
            String base = size == 1 ? asset.code() : size + asset.code();
            Contract contract = world.perpetual("bybit-linear", asset, base + "USDT", 0.13);
            all.add(new Listing(contract, "linear", base, "USDT", "USDT", size));
        }
        for (Asset asset : world.assets("BTC", "ETH")) {
            String base = asset.code();
            Contract perpetual = world.perpetual("bybit-linear", asset, base + "PERP", 0.01);
            all.add(new Listing(perpetual, "linear", base, "USDC", "USDC", 1));
            for (Instant expiration : world.quarters(2)) {
                for (String quote : List.of("USDT", "USDC")) {
                    String symbol = base + (quote.equals("USDT") ? quote : "") + "-" + day(expiration);
                    Contract future = world.future("bybit-linear", asset, symbol, 0.002, expiration);
                    all.add(new Listing(future, "linear", base, quote, quote, 1));
                }
            }
        }
        return all;
    }

    private List<Listing> inverse() {
        List<Listing> all = new ArrayList<>();
        for (Asset asset : world.assets("BTC", "ETH", "SOL", "XRP", "ADA")) {
            String base = asset.code();
            Contract perpetual = world.perpetual("bybit-inverse", asset, base + "USD", 0.015);
            all.add(new Listing(perpetual, "inverse", base, "USD", base, 1));
        }
        for (Asset asset : world.assets("BTC", "ETH")) {
            for (Instant expiration : world.quarters(2)) {
                int quarter = (expiration.atZone(ZoneOffset.UTC).getMonthValue() - 1) / 3;
                String year = DateTimeFormatter.ofPattern("uu")
                        .withZone(ZoneOffset.UTC)
                        .format(expiration);
                String symbol = asset.code() + "USD" + QUARTER_CODES.charAt(quarter) + year;
                Contract future = world.future("bybit-inverse", asset, symbol, 0.002, expiration);
                all.add(new Listing(future, "inverse", asset.code(), "USD", asset.code(), 1));
            }
        }
        return all;
    }

    /** Two families: settled in USDT and named so, and the older one settled in USDC. */
    private List<Listing> options() {
        List<Listing> all = new ArrayList<>();
        for (Asset asset : world.assets("BTC", "ETH", "SOL")) {
            for (Instant expiration : world.optionExpirations()) {
                for (BigDecimal strike : world.strikes(asset)) {
                    String start = asset.code() + "-" + day(expiration) + "-" + strike.toPlainString();
                    for (boolean call : new boolean[] {true, false}) {
                        all.add(option(
                                asset, start + (call ? "-C" : "-P") + "-USDT", "USDT", expiration, strike, call));
                        if (asset.code().equals("BTC")) {
                            all.add(option(asset, start + (call ? "-C" : "-P"), "USDC", expiration, strike, call));
                        }
                    }
                }
            }
        }
        return all;
    }

    private Listing option(
            Asset asset, String symbol, String settle, Instant expiration, BigDecimal strike, boolean call) {
        Contract contract = world.option("bybit-option", asset, symbol, 0.0004, expiration, strike, call);
        return new Listing(contract, "option", asset.code(), "USD", settle, 1);
    }

    private static String day(Instant expiration) {
        return DAY.format(expiration).toUpperCase(Locale.ROOT);
    }

    /** {@code {"retCode":0,"retMsg":"OK","result":{...},"retExtInfo":{},"time":1789677926362}}. */
    private SimReply envelope(int code, String message, ObjectNode result) {
        ObjectNode body = Payload.object().put("retCode", code).put("retMsg", message);
        body.set("result", result);
        body.putObject("retExtInfo");
        return SimReply.json(body.put("time", world.now().toEpochMilli()));
    }

    private SimReply refused(String message) {
        return envelope(10001, message, Payload.object());
    }

    /**
     * {@code {"category":"linear","list":[{"symbol":"ETHUSDT","lastPrice":"2450.34","indexPrice":"2451.55","markPrice":
     * "2450.48","openInterest":"797657.13","openInterestValue":"1954642843.92","singleOpenInterest":"398828.57",
     * "singleOpenInterestValue":"977321434.21","turnover24h":"2692158450.4150","fundingRate":"0.00003531",...}]}}:
     * all symbols at once, options of one coin.
     */
    private SimReply tickers(SimRequest request, List<Listing> listings) {
        String category = request.parameter("category");
        String symbol = request.parameter("symbol");
        String baseCoin = request.parameter("baseCoin");
        if (category.equals("option") && symbol == null && baseCoin == null) {
            return refused("params error: baseCoin and symbol are both empty");
        }
        Instant now = world.now();
        ObjectNode result = Payload.object().put("category", category);
        ArrayNode rows = result.putArray("list");
        for (Listing listing : listings) {
            boolean asked = symbol != null
                    ? listing.symbol().equals(symbol)
                    : baseCoin == null || listing.base().equals(baseCoin);
            if (asked) {
                rows.add(category.equals("option") ? option(listing, now, false) : future(listing, now, false));
            }
        }
        if (symbol != null && rows.isEmpty()) {
            return refused("params error: Symbol Is Invalid");
        }
        return envelope(0, "OK", result);
    }

    /** A row of linear or inverse; over the socket without the fields that only REST has, and the date as text. */
    private static ObjectNode future(Listing listing, Instant now, boolean socket) {
        Instant expiration = listing.contract().expiration();
        boolean inverse = listing.category().equals("inverse");
        double mark = listing.mark(now);
        int places = places(mark);
        BigDecimal single = single(listing, now);
        BigDecimal both = single.add(single);
        double perUnit = inverse ? 1 / mark : mark;
        double volume = listing.contract().volume(now) / listing.size();
        ObjectNode row = Payload.object()
                .put("symbol", listing.symbol())
                .put("lastPrice", Payload.text(mark, places))
                .put("indexPrice", Payload.text(listing.index(now), places))
                .put("markPrice", Payload.text(mark, places))
                .put("prevPrice24h", Payload.text(listing.mark(now.minus(Duration.ofDays(1))), places))
                .put("openInterest", both.toPlainString())
                .put("openInterestValue", Payload.text(both.doubleValue() * perUnit, 2))
                .put("singleOpenInterest", single.toPlainString())
                .put("singleOpenInterestValue", Payload.text(single.doubleValue() * perUnit, 2))
                .put("turnover24h", Payload.text(inverse ? volume : volume * mark, 4))
                .put("volume24h", Payload.text(inverse ? volume * mark : volume, 4))
                .put(
                        "fundingRate",
                        listing.dated() ? "" : Payload.text(listing.contract().fundingRate(now), 8))
                .put("nextFundingTime", listing.dated() ? "" : nextFunding(now))
                .put("fundingIntervalHour", listing.dated() ? "" : "8")
                .put("bid1Price", Payload.text(mark * 0.9999, places))
                .put("ask1Price", Payload.text(mark * 1.0001, places))
                .put("preOpenPrice", "")
                .put("preQty", "")
                .put("curPreListingPhase", "");
        if (socket) {
            row.put("tickDirection", "ZeroPlusTick");
            return listing.dated() ? row.put("deliveryTime", expiration.toString()) : row;
        }
        return row.put("predictedDeliveryPrice", "")
                .put("basisRate", "")
                .put("basis", "")
                .put("deliveryFeeRate", "")
                .put("deliveryTime", listing.dated() ? String.valueOf(expiration.toEpochMilli()) : "0");
    }

    /** One side as published: units of the base, for inverse whole USD. */
    private static BigDecimal single(Listing listing, Instant at) {
        return listing.category().equals("inverse")
                ? Payload.number(listing.units(at) * listing.mark(at), 0)
                : Payload.number(listing.units(at), 3);
    }

    private static String nextFunding(Instant now) {
        long interval = Duration.ofHours(8).toMillis();
        return String.valueOf((now.toEpochMilli() / interval + 1) * interval);
    }

    /** Places that leave six significant digits or more. */
    private static int places(double price) {
        return Math.max(2, 6 - (int) Math.ceil(StrictMath.log10(price)));
    }

    /**
     * {@code {"symbol":"BTC-21MAR26-70000-C-USDT","markPrice":"937.69840219","indexPrice":"70055.65003535","markIv":
     * "0.5397","underlyingPrice":"70064.65572325","openInterest":"18.93","turnover24h":"3511046.46438064",...}}; the
     * socket has other names for some, {@code markPriceIv}.
     */
    private static ObjectNode option(Listing listing, Instant now, boolean socket) {
        Contract contract = listing.contract();
        double premium = contract.premium(now);
        double volume = contract.volume(now);
        String volatility = Payload.text(contract.volatility(now), 4);
        return Payload.object()
                .put("symbol", listing.symbol())
                .put(socket ? "bidPrice" : "bid1Price", Payload.text(premium * 0.99, 0))
                .put(socket ? "bidIv" : "bid1Iv", volatility)
                .put(socket ? "askPrice" : "ask1Price", Payload.text(premium * 1.01, 0))
                .put(socket ? "askIv" : "ask1Iv", volatility)
                .put("lastPrice", Payload.text(premium, 0))
                .put("markPrice", Payload.text(premium, 8))
                .put("indexPrice", Payload.text(contract.index(now), 8))
                .put(socket ? "markPriceIv" : "markIv", volatility)
                .put("underlyingPrice", Payload.text(contract.mark(now), 8))
                .put("openInterest", Payload.text(contract.openInterest(now), 2))
                .put("turnover24h", Payload.text(volume * contract.index(now), 8))
                .put("volume24h", Payload.text(volume, 2))
                .put("delta", Payload.text(contract.delta(now), 8))
                .put("predictedDeliveryPrice", "0");
    }

    /**
     * {@code {"nextPageCursor":"","category":"linear","list":[{"symbol":"TSLAUSDT","contractType":"LinearPerpetual",
     * "status":"Trading","baseCoin":"TSLA","quoteCoin":"USDT","launchTime":"0","deliveryTime":"0",...,"settleCoin":
     * "USDT","symbolType":"stock"}]}}: trading ones unless another {@code status} is asked for, options of BTC unless
     * another {@code baseCoin} is.
     */
    private SimReply instruments(SimRequest request, List<Listing> listings) {
        String category = request.parameter("category");
        String symbol = request.parameter("symbol");
        String baseCoin = request.parameter("baseCoin");
        String status = request.query().getOrDefault("status", "Trading");
        String coin = baseCoin == null && category.equals("option") ? "BTC" : baseCoin;
        Predicate<Listing> asked = listing -> symbol != null
                ? listing.symbol().equals(symbol)
                : status.equals("Trading") && (coin == null || listing.base().equals(coin));
        List<Listing> found = listings.stream().filter(asked).toList();
        if (symbol != null && found.isEmpty()) {
            return refused("params error: Symbol Is Invalid");
        }
        String cursor = request.parameter("cursor");
        int from = 0;
        if (cursor != null) {
            String last = cursor.replaceFirst("^first=.*&last=", "");
            from = 1 + found.stream().map(Listing::symbol).toList().indexOf(last);
            if (from == 0) {
                return refused("params error: Cursor Is Invalid");
            }
        }
        int to = Math.min(found.size(), from + (int) request.number("limit", 500, 1, PAGE));
        ObjectNode result = Payload.object().put("category", category);
        ArrayNode rows = result.putArray("list");
        found.subList(from, to).forEach(listing -> rows.add(instrument(listing)));
        return envelope(
                0,
                "OK",
                result.put(
                        "nextPageCursor",
                        to == found.size()
                                ? ""
                                : "first%3D" + found.get(from).symbol() + "%26last%3D"
                                        + found.get(to - 1).symbol()));
    }

    private static ObjectNode instrument(Listing listing) {
        ObjectNode row = Payload.object().put("symbol", listing.symbol());
        if (listing.category().equals("option")) {
            row.put("optionsType", listing.contract().call() ? "Call" : "Put");
        } else {
            String kind = listing.category().equals("linear") ? "Linear" : "Inverse";
            row.put("contractType", kind + (listing.dated() ? "Futures" : "Perpetual"));
        }
        row.put("status", "Trading")
                .put("baseCoin", listing.base())
                .put("quoteCoin", listing.quote())
                .put("settleCoin", listing.settle())
                .put("launchTime", String.valueOf(LAUNCHED))
                .put(
                        "deliveryTime",
                        listing.dated()
                                ? String.valueOf(listing.contract().expiration().toEpochMilli())
                                : "0")
                .put("deliveryFeeRate", "")
                .put("priceScale", "2");
        row.putObject("lotSizeFilter").put("minOrderQty", "0.001").put("qtyStep", "0.001");
        if (!listing.category().equals("option")) {
            row.put("fundingInterval", listing.dated() ? 0 : 480);
        }
        AssetClass assetClass = listing.contract().asset().assetClass();
        String type = assetClass == AssetClass.EQUITY ? "stock" : assetClass == AssetClass.COMMODITY ? "commodity" : "";
        return row.put("symbolType", type).put("isPreListing", false);
    }

    /**
     * {@code {"symbol":"BTCUSDT","category":"linear","list":[{"openInterest":"52664.64200000","singleOpenInterest":
     * "26332.321","timestamp":"1789458600000"}],"nextPageCursor":"lastid%3D28782110%26lasttime%3D1789458000"}}: newest
     * first; the cursor stands in the answer as it must stand in the next request.
     */
    private SimReply openInterest(SimRequest request, List<Listing> listings) {
        Listing listing = find(listings, request.parameter("symbol"));
        Duration interval = INTERVALS.get(request.query().getOrDefault("intervalTime", ""));
        if (listing == null || interval == null || listing.category().equals("option")) {
            return refused("params error: " + (interval == null ? "IntervalTime" : "Symbol") + " Is Invalid");
        }
        long now = world.now().toEpochMilli();
        long end = Math.min(now, request.number("endTime", now, 0, Long.MAX_VALUE));
        String cursor = request.parameter("cursor");
        if (cursor != null) {
            if (!cursor.matches("lastid=\\d+&lasttime=\\d{1,11}")) {
                return refused("params error: Cursor Is Invalid");
            }
            end = Math.min(end, Long.parseLong(cursor.replaceFirst(".*lasttime=", "")) * 1000 - 1);
        }
        long start = request.number("startTime", LAUNCHED, LAUNCHED, Long.MAX_VALUE);
        long limit = request.number("limit", 50, 1, 200);
        long step = interval.toMillis();
        ObjectNode result = Payload.object().put("symbol", listing.symbol()).put("category", listing.category());
        ArrayNode rows = result.putArray("list");
        long time = Math.floorDiv(end, step) * step;
        for (; time >= start && rows.size() < limit; time -= step) {
            BigDecimal single = single(listing, Instant.ofEpochMilli(time));
            rows.addObject()
                    .put(
                            "openInterest",
                            single.add(single)
                                    .setScale(8, RoundingMode.UNNECESSARY)
                                    .toPlainString())
                    .put("singleOpenInterest", single.toPlainString())
                    .put("timestamp", String.valueOf(time));
        }
        long last = time + step;
        String next = time >= start ? "lastid%3D" + last / step + "%26lasttime%3D" + last / 1000 : "";
        return envelope(0, "OK", result.put("nextPageCursor", next));
    }

    /**
     * {@code {"symbol":"BTCUSDT","category":"linear","list":[["1670608800000","17164.16","17164.16","17121.5",
     * "17131.64"]]}}: start, open, high, low, close, newest first.
     */
    private SimReply markPrices(SimRequest request, List<Listing> listings) {
        Listing listing = find(listings, request.parameter("symbol"));
        String interval = request.query().getOrDefault("interval", "");
        if (listing == null || !interval.matches("1|3|5|15|30|60|120|240|360|720|D")) {
            return refused("params error: " + (listing == null ? "Symbol" : "Interval") + " Is Invalid");
        }
        long step = interval.equals("D")
                ? Duration.ofDays(1).toMillis()
                : Duration.ofMinutes(Integer.parseInt(interval)).toMillis();
        long now = world.now().toEpochMilli();
        long end = Math.min(now, request.number("end", now, 0, Long.MAX_VALUE));
        long start = request.number("start", LAUNCHED, LAUNCHED, Long.MAX_VALUE);
        long limit = request.number("limit", 200, 1, 1000);
        ObjectNode result = Payload.object().put("symbol", listing.symbol()).put("category", listing.category());
        ArrayNode rows = result.putArray("list");
        for (long time = Math.floorDiv(end, step) * step; time >= start && rows.size() < limit; time -= step) {
            double open = listing.mark(Instant.ofEpochMilli(time));
            double close = listing.mark(Instant.ofEpochMilli(Math.min(now, time + step)));
            int places = places(open);
            rows.addArray()
                    .add(String.valueOf(time))
                    .add(Payload.text(open, places))
                    .add(Payload.text(Math.max(open, close), places))
                    .add(Payload.text(Math.min(open, close), places))
                    .add(Payload.text(close, places));
        }
        return envelope(0, "OK", result);
    }

    private static Listing find(List<Listing> listings, String symbol) {
        return listings.stream()
                .filter(listing -> listing.symbol().equals(symbol))
                .findFirst()
                .orElse(null);
    }

    @Override
    public SimulatedSocket connect(SimRequest upgrade, Wire wire) {
        String category = upgrade.path().replaceFirst("^/v5/public/", "");
        return listings(category).isEmpty() ? null : new Tickers(category, wire);
    }

    /** One connection: a snapshot of each ticker, then what has changed; options come as snapshots always. */
    private final class Tickers implements SimulatedSocket {

        private final String category;
        private final Wire wire;
        private final boolean option;
        private final Map<String, ObjectNode> sent = new LinkedHashMap<>();
        private long sequence = 764_144_442_982L;

        Tickers(String category, Wire wire) {
            this.category = category;
            this.wire = wire;
            this.option = category.equals("option");
        }

        /** {@code {"req_id":"t1","op":"subscribe","args":["tickers.BTCUSDT"]}}. */
        @Override
        public void received(String text) {
            JsonNode command = Payload.read(text);
            switch (command.path("op").asText()) {
                case "ping" -> pong(command);
                case "subscribe" -> subscribe(command);
                case "unsubscribe" -> {
                    command.path("args").forEach(topic -> sent.remove(topic.asText()));
                    acknowledge(command, "unsubscribe");
                }
                default ->
                    wire.send(Payload.write(Payload.object()
                            .put("success", false)
                            .put("ret_msg", "Invalid op")
                            .put("conn_id", "s1")));
            }
        }

        private void pong(JsonNode command) {
            if (option) {
                ObjectNode pong = Payload.object();
                pong.putArray("args").add(String.valueOf(world.now().toEpochMilli()));
                wire.send(Payload.write(pong.put("op", "pong")));
            } else {
                acknowledge(command, "ping");
            }
        }

        private void subscribe(JsonNode command) {
            List<Listing> listings = listings(category);
            List<String> good = new ArrayList<>();
            List<String> bad = new ArrayList<>();
            for (JsonNode topic : command.path("args")) {
                String symbol = topic.asText().replaceFirst("^tickers\\.", "");
                boolean known = topic.asText().startsWith("tickers.") && find(listings, symbol) != null;
                (known ? good : bad).add(topic.asText());
            }
            if (option) {
                ObjectNode answer = Payload.object().put("success", true).put("conn_id", "s1");
                ObjectNode data = answer.putObject("data");
                bad.forEach(data.putArray("failTopics")::add);
                good.forEach(data.putArray("successTopics")::add);
                wire.send(Payload.write(answer.put("type", "COMMAND_RESP")));
            } else if (bad.isEmpty()) {
                acknowledge(command, "subscribe");
            } else {
                wire.send(Payload.write(Payload.object()
                        .put("success", false)
                        .put("ret_msg", "Invalid topic: " + bad.get(0))
                        .put("conn_id", "s1")
                        .put("op", "subscribe")));
                return;
            }
            Instant now = world.now();
            for (String topic : good) {
                ObjectNode row = row(find(listings, topic.substring("tickers.".length())), now);
                sent.put(topic, row);
                push(topic, "snapshot", row, now);
            }
        }

        /** {@code {"success":true,"ret_msg":"","conn_id":"...","req_id":"t1","op":"subscribe"}}. */
        private void acknowledge(JsonNode command, String op) {
            ObjectNode answer = Payload.object()
                    .put("success", true)
                    .put("ret_msg", op.equals("ping") ? "pong" : "")
                    .put("conn_id", "s1");
            if (command.has("req_id")) {
                answer.set("req_id", command.get("req_id"));
            }
            wire.send(Payload.write(answer.put("op", op)));
        }

        @Override
        public void tick(Instant now) {
            List<Listing> listings = listings(category);
            for (Map.Entry<String, ObjectNode> topic : sent.entrySet()) {
                Listing listing = find(listings, topic.getKey().substring("tickers.".length()));
                if (listing != null) {
                    ObjectNode row = row(listing, now);
                    ObjectNode delta = changed(topic.getValue(), row);
                    if (delta.size() > 1) {
                        topic.setValue(row);
                        push(topic.getKey(), option ? "snapshot" : "delta", option ? row : delta, now);
                    }
                }
            }
        }

        private ObjectNode row(Listing listing, Instant now) {
            return option ? option(listing, now, true) : future(listing, now, true);
        }

        /** The symbol and the fields that differ: what is missing in a delta is unchanged. */
        private ObjectNode changed(ObjectNode before, ObjectNode after) {
            ObjectNode delta = Payload.object();
            after.properties().forEach(field -> {
                if (field.getKey().equals("symbol") || !field.getValue().equals(before.get(field.getKey()))) {
                    delta.set(field.getKey(), field.getValue());
                }
            });
            return delta;
        }

        /** {@code {"topic":"tickers.BTCUSDT","type":"delta","data":{...},"cs":764144450620,"ts":1786659827983}}. */
        private void push(String topic, String type, ObjectNode data, Instant now) {
            ObjectNode frame = Payload.object().put("topic", topic).put("type", type);
            frame.set("data", data);
            sequence++;
            wire.send(Payload.write(frame.put("cs", sequence).put("ts", now.toEpochMilli())));
        }
    }
}
