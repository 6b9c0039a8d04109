package io.openinterest.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Coin Metrics' API with as many markets as one wants: ten exchanges and 400 coins, both skewed, more than half of the
 * markets options, a figure a minute. It remembers nothing: what is asked of the past is answered with no rows.
 */
public final class ManyMarkets implements SimulatedVenue {

    /** The id of the venue. */
    public static final String VENUE = "coinmetrics";

    private static final String[] EXCHANGES = {
        "binance", "bybit", "okex", "deribit", "bitfinex", "kraken", "huobi", "gate.io", "bitget", "mexc"
    };
    private static final int ASSETS = 400;
    private static final double SHARE_OF_OPTIONS = 0.55;

    private final World world;
    private final List<Market> markets = new ArrayList<>();

    private record Market(String exchange, String type, String symbol, String base, double contracts) {

        String id() {
            return exchange + "-" + symbol + "-" + type;
        }
    }

    private ManyMarkets(World world, int count) {
        this.world = world;
        Random random = new Random(7);
        for (int i = 0; i < count; i++) {
            int exchange = (int) Math.min(-Math.log(1 - random.nextDouble()) / 0.35, EXCHANGES.length - 1);
            String base = "c%03d".formatted((int) (ASSETS * Math.pow(random.nextDouble(), 2)));
            markets.add(new Market(
                    EXCHANGES[exchange],
                    random.nextDouble() < SHARE_OF_OPTIONS ? "option" : "future",
                    base.toUpperCase(Locale.ROOT) + "-" + i,
                    base,
                    Math.pow(10, 2 + 4 * random.nextDouble())));
        }
    }

    /** A simulator with no other venue. */
    public static VenueSimulator simulator(int markets) {
        return new VenueSimulator(Clock.systemUTC(), List.of(world -> new ManyMarkets(world, markets)));
    }

    @Override
    public List<String> ids() {
        return List.of(VENUE);
    }

    @Override
    public SimReply answer(SimRequest request) {
        return switch (request.path()) {
            case "/v4/reference-data/markets" -> page(request, chosen(request), this::listed);
            case "/v4/timeseries/market-openinterest" -> page(request, chosen(request), this::openInterest);
            case "/v4/timeseries/asset-metrics" -> rates(request);
            default -> SimReply.json(404, Payload.object());
        };
    }

    private interface Form {
        ObjectNode of(Market market);
    }

    /** By pattern, list or type, whatever the request has. */
    private List<Market> chosen(SimRequest request) {
        if (request.parameter("end_time") != null) {
            return List.of();
        }
        String wanted = request.parameter("markets");
        String type = request.parameter("type");
        Predicate<Market> is = market -> type == null || market.type().equals(type);
        if (wanted != null && wanted.startsWith("*-")) {
            is = market -> wanted.endsWith(market.type());
        } else if (wanted != null) {
            TreeSet<String> ids = new TreeSet<>(Arrays.asList(wanted.split(",")));
            is = market -> ids.contains(market.id());
        }
        return markets.stream().filter(is).toList();
    }

    private ObjectNode listed(Market market) {
        ObjectNode row = Payload.object()
                .put("market", market.id())
                .put("exchange", market.exchange())
                .put("type", market.type())
                .put("base", market.base())
                .put("quote", "usdt")
                .put("pair", market.base() + "-usdt")
                .put("symbol", market.symbol())
                .put("size_asset", market.base())
                .put("margin_asset", "usdt")
                .put("contract_size", "1")
                .put("status", "online");
        if (market.type().equals("option")) {
            Instant end = world.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(30));
            row.put("expiration", nanos(end))
                    .put("strike", Integer.toString(50 + market.symbol().length()))
                    .put("option_contract_type", "call");
        }
        return row;
    }

    private ObjectNode openInterest(Market market) {
        Instant minute = world.now().truncatedTo(ChronoUnit.MINUTES);
        double moved = 1 + 0.01 * new Random(minute.hashCode() ^ market.symbol().hashCode()).nextDouble();
        return Payload.object()
                .put("market", market.id())
                .put("time", nanos(minute))
                .put("contract_count", Payload.text(market.contracts() * moved, 3))
                .put("database_time", nanos(minute))
                .put("exchange_time", nanos(minute));
    }

    private SimReply rates(SimRequest request) {
        Instant minute = world.now().truncatedTo(ChronoUnit.MINUTES);
        ArrayNode rows = Payload.array();
        if (request.parameter("end_time") == null) {
            for (String asset : request.parameter("assets").split(",")) {
                double price = 100 + asset.hashCode() % 50 + new Random(minute.hashCode()).nextDouble();
                rows.add(Payload.object()
                        .put("asset", asset)
                        .put("time", nanos(minute))
                        .put("ReferenceRateUSD", Payload.text(price, 8)));
            }
        }
        return SimReply.json(Payload.object().set("data", rows));
    }

    private static SimReply page(SimRequest request, List<Market> markets, Form form) {
        int size = (int) request.number("page_size", 100, 1, 10_000);
        int from = (int) request.number("next_page_token", 0, 0, markets.size());
        int to = Math.min(from + size, markets.size());
        ArrayNode rows = Payload.array();
        markets.subList(from, to).forEach(market -> rows.add(form.of(market)));
        ObjectNode answer = Payload.object().set("data", rows);
        if (to < markets.size()) {
            answer.put("next_page_token", Integer.toString(to));
        }
        return SimReply.json(answer);
    }

    private static String nanos(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", ".000000000Z");
    }
}
