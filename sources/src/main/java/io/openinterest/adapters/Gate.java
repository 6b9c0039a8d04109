package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.divide;
import static io.openinterest.venue.Fields.flag;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.parts;
import static io.openinterest.venue.Fields.quanto;
import static io.openinterest.venue.Fields.requiredDecimal;
import static io.openinterest.venue.Fields.requiredMillis;
import static io.openinterest.venue.Fields.text;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.Structure;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Row;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gate futures: perpetuals settled in tether and in bitcoin, and dated ones settled in tether, each kind in one answer.
 * Facts: gate.com/docs/developers/apiv4, futures and delivery.
 *
 * <p>{@code total_size} of a ticker counts both sides, in contracts; {@code position_size} of the list, which is up to ten
 * minutes old and only proves the sides, one. A contract is {@code quanto_multiplier} coins, and one dollar where that is
 * zero. Sizes may have decimals, and rows have no time. The funding interval is in the list only.
 */
public final class Gate implements Venue {

    private static final List<String> PRODUCTS = List.of("futures/usdt", "futures/btc", "delivery/usdt");
    private static final BigDecimal SECONDS_PER_HOUR = new BigDecimal(3600);

    /** Bases that the venue files under currencies, and are tokens. */
    private static final Set<String> TOKENS = Set.of("USDC");

    private final Map<String, BigDecimal> fundingHours = new HashMap<>();
    private final Stated stated = new Stated();
    /** One-sided counts of the list. */
    private final Map<String, BigDecimal> positions = new HashMap<>();

    /** Nothing about this venue is configured. */
    public Gate(VenueSettings settings) {}

    @Override
    public String exchange() {
        return "gate";
    }

    @Override
    public String restUrl() {
        return "https://api.gateio.ws";
    }

    /** 200 requests in 10 s per address and endpoint. */
    @Override
    public List<RateLimit> limits() {
        return List.of(
                RateLimit.of("gate", 200, Duration.ofSeconds(10)).remainingIn("x-gate-ratelimit-requests-remain"));
    }

    @Override
    public List<Feed> feeds() {
        return List.of(
                Feed.instruments("contracts")
                        .requests((listed, now) -> requests("contracts"))
                        .parse(this::contracts),
                Feed.poll("tickers")
                        .requests((listed, now) -> requests("tickers"))
                        .parse(this::tickers));
    }

    private static List<Request> requests(String what) {
        return PRODUCTS.stream()
                .map(product -> Request.get("/api/v4/" + product + "/" + what))
                .toList();
    }

    /** {"label":"INVALID_PARAM_VALUE","message":"Invalid parameter value: settle"} */
    @Override
    public Fault fault(Reply reply) {
        String label = text(reply.json(), "label");
        if (label == null) {
            return Fault.of(reply);
        }
        String message = text(reply.json(), "message");
        return switch (label) {
            case "TOO_MANY_REQUESTS" -> Fault.limited(reply, label, message, null);
            case "INTERNAL", "SERVER_ERROR", "TOO_BUSY" -> Fault.retry(label, message);
            default -> Fault.refused(label, message);
        };
    }

    /**
     * [{"name":"BTC_USDT","type":"direct","quanto_multiplier":"0.0001","funding_interval":28800,"in_delisting":false,
     * "status":"trading","contract_type":""},{"name":"BTC_USD","type":"inverse","quanto_multiplier":"0"},
     * {"name":"ETH_USDT_20261009","type":"direct","quanto_multiplier":"0.01","expire_time":1791532800,
     * "in_delisting":false}]
     */
    private void contracts(Reply reply, Observer out) {
        JsonNode rows = list(reply.json(), "");
        stated.add(reply.request().path(), rows);
        out.each(rows, row -> {
            String name = word(row, "name");
            fundingHours.remove(name);
            positions.remove(name);
            out.instrument(name, () -> status(row), () -> instrument(name, row, out));
        });
    }

    /** A contract that is about to be delisted goes stale and is gone with the list; dated contracts have no status. */
    private Instrument.Status status(JsonNode row) {
        String status = stated.has("status") ? word(row, "status") : "trading";
        boolean isLeaving = flag(row, "in_delisting");
        return switch (status) {
            case "delisted" -> Instrument.Status.DELISTED;
            case "prelaunch", "delisting", "circuit_breaker" -> Instrument.Status.SUSPENDED;
            case "trading" -> isLeaving ? Instrument.Status.SUSPENDED : Instrument.Status.OBSERVED;
            default -> throw unknown("status", status);
        };
    }

    private Instrument instrument(String name, JsonNode row, Observer out) {
        String[] parts = parts(name, "_", 2);
        String base = parts[0];
        String quote = parts[1];
        String margin = quote.equals("USD") ? "BTC" : quote;
        boolean isDated = parts.length > 2;
        positions.put(name, decimal(row, "position_size"));
        Instrument instrument = isDated
                ? Instrument.future(name, base, quote, margin, requiredMillis(row, "expire_time"))
                : Instrument.perpetual(name, base, quote, margin);
        if (!isDated) {
            fundingHours.put(name, divide(decimal(row, "funding_interval"), SECONDS_PER_HOUR));
        }
        String type = word(row, "type");
        if (!type.equals("direct") && !type.equals("inverse")) {
            throw unknown("type", type);
        }
        Structure structure = type.equals("inverse") ? Structure.INVERSE : Structure.LINEAR;
        if (structure == Structure.LINEAR && !margin.equals(quote)) {
            throw quanto(quote, margin);
        }
        return classified(instrument, base, stated.word(row, "contract_type"), out)
                .structure(structure)
                .contractSize(size(requiredDecimal(row, "quanto_multiplier"), structure));
    }

    /** Zero is a contract of one dollar where the contract is inverse, and no size of any other. */
    private static BigDecimal size(BigDecimal multiplier, Structure structure) {
        boolean isInverse = structure == Structure.INVERSE;
        if ((multiplier.signum() == 0) != isInverse) {
            throw new Fields.BadSchema("the type is " + (isInverse ? "inverse" : "direct") + " and the multiplier "
                    + multiplier.toPlainString());
        }
        return isInverse ? BigDecimal.ONE : multiplier;
    }

    /** An empty type is a coin's. */
    private static Instrument classified(Instrument instrument, String base, String type, Observer out) {
        boolean isCoin = "".equals(type) || TOKENS.contains(base);
        return isCoin ? instrument : out.classified(instrument, base, "contract_type", type);
    }

    /**
     * [{"contract":"BTC_USDT","mark_price":"80307.41","index_price":"80348.12","total_size":"585356384",
     * "funding_rate":"0.000007","volume_24h_quote":"3904379785"}]; dated contracts have no funding.
     */
    private void tickers(Reply reply, Observer out) {
        out.each(list(reply.json(), ""), row -> {
            String contract = word(row, "contract");
            Row market = out.row(contract);
            Instrument listed = out.instruments().get(contract);
            BigDecimal multiplier = decimal(row, "quanto_multiplier");
            if (listed != null && multiplier != null) {
                market.contractSize(size(multiplier, listed.structure()));
            }
            market.count(decimal(row, "total_size"))
                    .oneSided(positions.get(contract))
                    .mark(decimal(row, "mark_price"))
                    .index(decimal(row, "index_price"))
                    .funding(decimal(row, "funding_rate"), fundingHours.get(contract))
                    .volumeInQuote(decimal(row, "volume_24h_quote"))
                    .emit();
        });
    }
}
