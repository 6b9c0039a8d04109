package io.openinterest.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Coin Metrics' community API with the futures of CME: one figure a day, a reference rate a minute, one unknown market
 * fails a whole list, and the address of the next page repeats the key.
 */
final class SimulatedCoinmetrics implements SimulatedVenue {

    private static final int REQUESTS = 10;
    private static final int MONTHS = 3;
    private static final String MONTH_CODES = "FGHJKMNQUVXZ";
    private static final ZoneId LONDON = ZoneId.of("Europe/London");

    private final World world;
    private final Allowance allowance;

    /** A product: root of the symbol, base, contract size, share of the asset's open interest. */
    private record Product(String root, String asset, BigDecimal size, double share) {}

    private static final List<Product> PRODUCTS = List.of(
            new Product("BTC", "BTC", new BigDecimal("5"), 0.012),
            new Product("ETH", "ETH", new BigDecimal("50"), 0.012),
            new Product("MBT", "BTC", new BigDecimal("0.1"), 0.001),
            new Product("MET", "ETH", new BigDecimal("0.1"), 0.001));

    /** Last Fridays to 2032 that are Good Friday, Christmas or Boxing Day, and Christmas before Boxing Day. */
    private static final Set<LocalDate> DAYS_OFF = Set.of(
            LocalDate.of(2026, 12, 25),
            LocalDate.of(2027, 3, 26),
            LocalDate.of(2029, 3, 30),
            LocalDate.of(2031, 12, 25),
            LocalDate.of(2031, 12, 26),
            LocalDate.of(2032, 3, 26));

    private record Listed(Product product, Contract contract) {
        String market() {
            return "cme-" + contract.symbol() + "-future";
        }
    }

    SimulatedCoinmetrics(World world) {
        this.world = world;
        this.allowance = new Allowance(world, REQUESTS, Duration.ofSeconds(6));
    }

    @Override
    public List<String> ids() {
        return List.of("coinmetrics");
    }

    @Override
    public SimReply answer(SimRequest request) {
        if (allowance.spend(1) > allowance.limit()) {
            return error(429, "rate_limit", "Too many requests.").with("X-RateLimit-Reset", 6);
        }
        return switch (request.path()) {
            case "/v4/reference-data/markets" -> markets(request);
            case "/v4/timeseries/market-openinterest" -> openInterest(request);
            case "/v4/timeseries/asset-metrics" -> rates(request);
            default -> error(404, "not_found", "The requested resource was not found.");
        };
    }

    private List<Listed> listed() {
        List<Listed> listed = new ArrayList<>();
        YearMonth month = YearMonth.from(world.now().atZone(ZoneOffset.UTC));
        if (!expiration(month).isAfter(world.now())) {
            month = month.plusMonths(1);
        }
        for (Product product : PRODUCTS) {
            for (int i = 0; i < MONTHS; i++) {
                YearMonth of = month.plusMonths(i);
                String symbol = product.root() + MONTH_CODES.charAt(of.getMonthValue() - 1) + of.getYear() % 10;
                listed.add(new Listed(
                        product,
                        world.future("cme", world.asset(product.asset()), symbol, product.share(), expiration(of))));
            }
        }
        return listed;
    }

    /** The month's last Friday, or the last day before it that is a business day in London and New York. */
    private static Instant expiration(YearMonth month) {
        LocalDate day = month.atDay(1).with(TemporalAdjusters.lastInMonth(DayOfWeek.FRIDAY));
        while (DAYS_OFF.contains(day)) {
            day = day.minusDays(1);
        }
        return day.atTime(LocalTime.of(16, 0)).atZone(LONDON).toInstant();
    }

    /**
     * {"data":[{"market":"cme-BTCZ6-future","exchange":"cme","type":"future","base":"btc","quote":"usd",
     * "pair":"btc-usd","symbol":"BTCZ6","size_asset":"btc","margin_asset":"usd","contract_size":"5",
     * "listing":"...","expiration":"2026-12-24T16:00:00.000000000Z","status":"online"}]}
     */
    private SimReply markets(SimRequest request) {
        ArrayNode rows = Payload.array();
        for (Listed market : listed()) {
            String base = market.product().asset().toLowerCase(Locale.ROOT);
            Instant expiration = market.contract().expiration();
            rows.add(Payload.object()
                    .put("market", market.market())
                    .put("exchange", "cme")
                    .put("type", "future")
                    .put("base", base)
                    .put("quote", "usd")
                    .put("pair", base + "-usd")
                    .put("symbol", market.contract().symbol())
                    .put("size_asset", base)
                    .put("margin_asset", "usd")
                    .put("contract_size", market.product().size().toPlainString())
                    .put("listing", nanos(expiration.minus(Duration.ofDays(180))))
                    .put("expiration", nanos(expiration))
                    .put("status", "online"));
        }
        return page(request, rows);
    }

    /**
     * {"data":[{"market":"cme-BTCZ6-future","time":"2026-11-19T00:00:00.000000000Z","contract_count":"1200",
     * "value_usd":"516000000","database_time":"...","exchange_time":"..."}]}; {@code value_usd} is as wrong as there.
     */
    private SimReply openInterest(SimRequest request) {
        String wanted = request.parameter("markets");
        if (wanted == null) {
            return badParameter("markets", "Missing parameter.");
        }
        List<Listed> listed = listed();
        for (String id : wanted.split(",")) {
            if (!id.contains("*")
                    && listed.stream().noneMatch(market -> market.market().equals(id))) {
                return badParameter("markets", "Market '" + id + "' is not supported.");
            }
        }
        String pattern = wanted.replace(",", "|").replace("*", ".*");
        ArrayNode rows = Payload.array();
        for (Listed market : listed) {
            if (market.market().matches(pattern)) {
                instants(request, Duration.ofDays(1), "limit_per_market")
                        .forEach(day -> rows.add(openInterest(market, day)));
            }
        }
        return page(request, rows);
    }

    private static ObjectNode openInterest(Listed market, Instant day) {
        double contracts =
                market.contract().openInterest(day) / market.product().size().doubleValue();
        return Payload.object()
                .put("market", market.market())
                .put("time", nanos(day))
                .put("contract_count", Payload.text(contracts, 0))
                .put("value_usd", Payload.text(contracts, 0))
                .put("database_time", nanos(day.plus(Duration.ofHours(9))))
                .put("exchange_time", nanos(day));
    }

    /** {"data":[{"asset":"btc","time":"2026-11-20T11:59:00.000000000Z","ReferenceRateUSD":"86000.1"}]} */
    private SimReply rates(SimRequest request) {
        ArrayNode rows = Payload.array();
        if (!"ReferenceRateUSD".equals(request.parameter("metrics"))) {
            return badParameter("metrics", "Metric is not supported.");
        }
        for (String code : request.query().getOrDefault("assets", "").split(",")) {
            Asset asset = world.asset(code.toUpperCase(Locale.ROOT));
            for (Instant minute : instants(request, Duration.ofMinutes(1), "limit_per_asset")) {
                rows.add(Payload.object()
                        .put("asset", code)
                        .put("time", nanos(minute))
                        .put("ReferenceRateUSD", Payload.text(world.index(asset, minute), 8)));
            }
        }
        return page(request, rows);
    }

    /** Full steps from start_time to end_time or now, cut at the end that paging does not begin at. */
    private List<Instant> instants(SimRequest request, Duration step, String limit) {
        Instant end =
                request.parameter("end_time") == null ? world.now() : Instant.parse(request.parameter("end_time"));
        Instant start = request.parameter("start_time") == null
                ? world.now().minus(Duration.ofDays(1))
                : Instant.parse(request.parameter("start_time"));
        List<Instant> instants = new ArrayList<>();
        long millis = step.toMillis();
        for (long at = -Math.floorDiv(-start.toEpochMilli(), millis) * millis; at <= end.toEpochMilli(); at += millis) {
            instants.add(Instant.ofEpochMilli(at));
        }
        int most = (int) request.number(limit, instants.size(), 1, Integer.MAX_VALUE);
        if (most >= instants.size()) {
            return instants;
        }
        return "start".equals(request.parameter("paging_from"))
                ? instants.subList(0, most)
                : instants.subList(instants.size() - most, instants.size());
    }

    private static SimReply page(SimRequest request, ArrayNode rows) {
        int size = (int) request.number("page_size", 100, 1, 10_000);
        int from = (int) request.number("next_page_token", 0, 0, rows.size());
        ArrayNode page = Payload.array();
        for (int i = from; i < Math.min(from + size, rows.size()); i++) {
            page.add(rows.get(i));
        }
        ObjectNode answer = Payload.object().set("data", page);
        if (from + size < rows.size()) {
            String token = Integer.toString(from + size);
            answer.put("next_page_token", token)
                    .put(
                            "next_page_url",
                            "https://api.coinmetrics.io" + request.path() + "?api_key=" + request.parameter("api_key")
                                    + "&next_page_token=" + token);
        }
        return SimReply.json(answer);
    }

    private static SimReply badParameter(String name, String what) {
        return error(400, "bad_parameter", "Bad parameter '" + name + "'. " + what);
    }

    private static SimReply error(int status, String type, String message) {
        ObjectNode answer = Payload.object();
        answer.putObject("error").put("type", type).put("message", message);
        return SimReply.json(status, answer);
    }

    private static String nanos(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", ".000000000Z");
    }
}
