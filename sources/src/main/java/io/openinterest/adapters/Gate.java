package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.divide;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.millis;
import static io.openinterest.venue.Fields.required;
import static io.openinterest.venue.Fields.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Structure;
import io.openinterest.venue.Assets;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
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
 * <p>{@code total_size} of a ticker counts both sides, in contracts; {@code position_size} of the list, which is not read,
 * one. A contract is {@code quanto_multiplier} coins, and one dollar where that is zero. Sizes may have decimals, and rows
 * have no time. The funding interval is in the list only.
 */
public final class Gate implements Venue {

    private static final List<String> PRODUCTS = List.of("futures/usdt", "futures/btc", "delivery/usdt");
    private static final BigDecimal SECONDS_PER_HOUR = new BigDecimal(3600);

    /** What the venue files under metals and currencies, and is a token. */
    private static final Set<String> TOKENS = Set.of("XAUT", "PAXG", "USDC");

    private final Map<String, BigDecimal> fundingHours = new HashMap<>();

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
        out.each(list(reply.json(), ""), row -> {
            String name = required(row, "name");
            fundingHours.put(name, divide(decimal(row, "funding_interval"), SECONDS_PER_HOUR));
            out.instrument(instrument(name, row));
        });
    }

    private static Instrument instrument(String name, JsonNode row) {
        String[] parts = name.split("_");
        String base = parts[0];
        String quote = parts[1];
        String margin = quote.equals("USD") ? "BTC" : quote;
        Instrument instrument = parts.length == 2
                ? Instrument.perpetual(name, base, quote, margin)
                : Instrument.future(name, base, quote, margin, millis(row, "expire_time"));
        BigDecimal multiplier = decimal(row, "quanto_multiplier");
        boolean inverse = multiplier != null && multiplier.signum() == 0;
        return classified(instrument, base, text(row, "contract_type"))
                .structure(inverse ? Structure.INVERSE : Structure.LINEAR)
                .contractSize(inverse ? BigDecimal.ONE : multiplier)
                .status(status(row));
    }

    private static Instrument classified(Instrument instrument, String base, String type) {
        if (type == null || TOKENS.contains(base)) {
            return instrument;
        }
        return switch (type) {
            case "stocks" -> instrument.assetClass(AssetClass.EQUITY, Assets.stock(base));
            case "indices" -> instrument.assetClass(AssetClass.INDEX, base);
            case "metals", "commodities" -> instrument.assetClass(AssetClass.COMMODITY, base);
            case "forex" -> instrument.assetClass(AssetClass.FX, base);
            default -> instrument.assetClass(AssetClass.OTHER, base);
        };
    }

    /** In delisting nobody can open positions any more; the contract leaves the list at the end. */
    private static Instrument.Status status(JsonNode row) {
        String status = row.path("status").asText();
        if (status.equals("delisted")) {
            return Instrument.Status.DELISTED;
        }
        boolean held = row.path("in_delisting").asBoolean()
                || Set.of("prelaunch", "delisting").contains(status);
        return held ? Instrument.Status.SUSPENDED : Instrument.Status.OBSERVED;
    }

    /**
     * [{"contract":"BTC_USDT","mark_price":"80307.41","index_price":"80348.12","total_size":"585356384",
     * "funding_rate":"0.000007","volume_24h_quote":"3904379785"}]; dated contracts have no funding.
     */
    private void tickers(Reply reply, Observer out) {
        out.each(list(reply.json(), ""), row -> {
            String contract = required(row, "contract");
            BigDecimal hours = fundingHours.get(contract);
            out.row(contract)
                    .count(decimal(row, "total_size"))
                    .mark(decimal(row, "mark_price"))
                    .index(decimal(row, "index_price"))
                    .funding(hours == null ? null : decimal(row, "funding_rate"), hours)
                    .volumeInQuote(decimal(row, "volume_24h_quote"))
                    .emit();
        });
    }
}
