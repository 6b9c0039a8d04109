package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.figureTime;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.millis;
import static io.openinterest.venue.Fields.multiply;
import static io.openinterest.venue.Fields.optionalWord;
import static io.openinterest.venue.Fields.required;
import static io.openinterest.venue.Fields.requiredDecimal;
import static io.openinterest.venue.Fields.requiredMillis;
import static io.openinterest.venue.Fields.text;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Structure;
import io.openinterest.venue.AssetClasses;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instruments;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * HTX derivatives: linear swaps and futures, coin-margined swaps, coin-margined futures, each family in one answer.
 * Facts: htx.com/opend/newApiPages and huobiapi.github.io, "Query swap open interest" of the three families.
 *
 * <p>{@code volume} (contracts), {@code amount} (coins) and {@code value} (quote, linear only) are sums of both sides, and
 * the venue works them out with the last price; there is no mark price in bulk. Coin-margined contracts are of 10 or 100
 * USD. The index prices only what has no figure of its own, a market without open interest. {@code trade_*} counts both
 * sides of the trades and is left out.
 *
 * <p>The linear family moves to v5, which answers one contract a call. Where the bulk question of v1 is gone, has no rows,
 * or is refused three times in a row, each contract is asked for, and the bulk question is tried again every hour.
 */
public final class Htx implements Venue {

    private static final String LINEAR = "/linear-swap-api/v1/swap_open_interest";
    /** Not found, and the code of an interface that is switched off. */
    private static final Set<String> GONE = Set.of("404", "1017");

    /** Any other refusal may be of one moment. */
    private static final int MAX_REFUSALS = 3;

    private static final Duration PROBE = Duration.ofHours(1);
    private static final Duration INDEX_AGE = Duration.ofSeconds(60);
    private static final BigDecimal HALF = new BigDecimal("0.5");

    private final AssetClasses classes;
    private final Stated stated = new Stated();

    private boolean bulkRefused;
    /** Refusals of the bulk question in a row. */
    private int refusals;
    /** Next try of the bulk question; null until each contract was asked for. */
    private Instant probeAt;

    /** Nothing about this venue is configured. */
    public Htx(VenueSettings settings) {
        this.classes = settings.common().assetClasses();
    }

    @Override
    public String exchange() {
        return "htx";
    }

    @Override
    public String restUrl() {
        return "https://api.hbdm.com";
    }

    /** 240 requests in 3 s per address, over all families. */
    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("htx", 240, Duration.ofSeconds(3)).remainingIn("ratelimit-remaining"));
    }

    @Override
    public List<Feed> feeds() {
        return List.of(
                Feed.instruments("instruments")
                        .requests((listed, now) -> List.of(
                                everyBusiness("/linear-swap-api/v1/swap_contract_info"),
                                Request.get("/swap-api/v1/swap_contract_info"),
                                Request.get("/api/v1/contract_contract_info")))
                        .parse(this::instruments),
                Feed.poll("index")
                        .requests((listed, now) -> List.of(
                                Request.get("/linear-swap-api/v1/swap_index"),
                                Request.get("/swap-api/v1/swap_index"),
                                Request.get("/api/v1/contract_index")))
                        .parse(this::index),
                Feed.poll("linear-open-interest")
                        .after("index")
                        .requests(this::linearRequests)
                        .failed(this::linearFailed)
                        .parse(this::linearOpenInterest),
                Feed.poll("coin-open-interest")
                        .after("index")
                        .requests((listed, now) -> List.of(
                                Request.get("/swap-api/v1/swap_open_interest"),
                                Request.get("/api/v1/contract_open_interest")))
                        .parse(this::openInterest));
    }

    /**
     * Errors come in HTTP 200: {"status":"error","err_code":1014,"err_msg":"This contract doesnt exist.","ts":1790134000000},
     * "err-code" and "err-msg" from market data, {"code":1014,"message":"..."} from v5, where 200 is good.
     */
    @Override
    public Fault fault(Reply reply) {
        JsonNode body = reply.json();
        String code = null;
        if ("error".equals(text(body, "status"))) {
            code = body.has("err_code") ? text(body, "err_code") : text(body, "err-code");
        } else if (body.has("code") && !"200".equals(text(body, "code"))) {
            code = text(body, "code");
        }
        if (code == null) {
            return Fault.of(reply);
        }
        String message = body.path("err_msg")
                .asText(body.path("err-msg").asText(body.path("message").asText()));
        return switch (code) {
            case "1032" -> Fault.limited(reply, code, message, null);
            case "1000", "1001", "1002", "1003", "1004", "1030" -> Fault.retry(code, message);
            default -> Fault.refused(code, message);
        };
    }

    // ---- instruments ----------------------------------------------------------------------------------------------

    /** Without this parameter the linear family hides its dated futures. */
    private static Request everyBusiness(String path) {
        return Request.get(path).with("business_type", "all");
    }

    /**
     * {"status":"ok","data":[{"symbol":"BTC","contract_code":"BTC-USDT-261225","contract_size":0.001,
     * "delivery_time":"1798185600000","contract_status":1,"business_type":"futures","pair":"BTC-USDT",
     * "trade_partition":"USDT","labels":["hot"],"tradfi_labels":[]}],"ts":1645289383814}. Coin-margined codes are BTC-USD
     * and BTC261225; a delivery time of a swap is that of its delisting.
     */
    private void instruments(Reply reply, Observer out) {
        JsonNode rows = list(reply.json(), "/data");
        stated.add(reply.request().path(), rows);
        out.each(rows, row -> {
            String code = word(row, "contract_code");
            out.instrument(code, () -> status(row), () -> instrument(code, row, out));
        });
    }

    /** 0 delisted, 1 listed, 2 to be listed, 3 and 4 suspended, 5 to 7 in settlement or delivery, 8 delivered. */
    private static Instrument.Status status(JsonNode row) {
        String status = required(row, "contract_status");
        return switch (status) {
            case "1", "5", "6", "7" -> Instrument.Status.OBSERVED;
            case "2", "3", "4" -> Instrument.Status.SUSPENDED;
            case "0", "8" -> Instrument.Status.DELISTED;
            default -> throw unknown("contract_status", status);
        };
    }

    private Instrument instrument(String code, JsonNode row, Observer out) {
        String base = word(row, "symbol");
        String[] parts = code.split("-");
        String quote = parts.length == 1 ? "USD" : parts[1];
        String margin = quote.equals("USD") ? base : quote;
        Instrument instrument = parts.length == 2
                ? Instrument.perpetual(code, base, quote, margin)
                : Instrument.future(code, base, quote, margin, requiredMillis(row, "delivery_time"));
        return classified(instrument, base, row, out).contractSize(requiredDecimal(row, "contract_size"));
    }

    /**
     * {"tradfi_labels":["Stocks","Indices"]} is a fund of stocks, and none are a coin's; {"labels":["stock"]} tells where
     * they are missing.
     */
    private Instrument classified(Instrument instrument, String base, JsonNode row, Observer out) {
        List<String> labels = labels(row, "tradfi_labels");
        if (labels == null) {
            labels = labels(row, "labels");
            if (labels == null || !labels.contains("stock")) {
                stated.value(row, "tradfi_labels");
                return out.classified(instrument, base);
            }
        }
        if (labels.isEmpty()) {
            return instrument;
        }
        String told = String.join(", ", labels);
        for (String label : labels) {
            AssetClass found = classes.ofWord(label).orElse(null);
            if (found == AssetClass.EQUITY) {
                return out.classified(instrument, base, "tradfi_labels", label);
            }
            told = found == null ? told : label;
        }
        return out.classified(instrument, base, "tradfi_labels", told);
    }

    /** One text or a list of them; null where the field is missing. */
    private static List<String> labels(JsonNode row, String field) {
        JsonNode value = row.path(field);
        if (!value.isArray()) {
            String label = optionalWord(row, field);
            return label == null ? null : List.of(label);
        }
        List<String> labels = new ArrayList<>();
        for (JsonNode label : value) {
            if (!label.isTextual()) {
                throw new Fields.BadSchema("the field " + field + " has a label that is no text");
            }
            labels.add(label.textValue());
        }
        return labels;
    }

    // ---- open interest --------------------------------------------------------------------------------------------

    /**
     * {"status":"ok","data":[{"index_price":19695.41,"index_ts":1606780806000,"contract_code":"BTC-USDT"}],
     * "ts":1606780807036}, of futures "symbol":"BTC" in place of the code. Delisted contracts keep a row with an old time.
     */
    private void index(Reply reply, Observer out) {
        Instant now = figureTime(reply.json(), "ts");
        out.each(list(reply.json(), "/data"), row -> {
            String code = text(row, "contract_code");
            String key = code == null ? required(row, "symbol") : code;
            out.about(key);
            Instant time = millis(row, "index_ts");
            boolean fresh = now == null || time == null || time.plus(INDEX_AGE).isAfter(now);
            out.index(key, fresh ? decimal(row, "index_price") : null);
        });
    }

    /** BTC-USDT of BTC-USDT-261225, BTC-USD of itself, BTC of BTC261225. */
    private static String indexKey(String code) {
        String[] parts = code.split("-");
        return parts.length == 1 ? code.replaceFirst("\\d{6}$", "") : parts[0] + "-" + parts[1];
    }

    private List<Request> linearRequests(Instruments listed, Instant now) {
        Request bulk = everyBusiness(LINEAR);
        if (!bulkRefused) {
            return List.of(bulk);
        }
        List<Request> requests = new ArrayList<>();
        if (probeAt == null) {
            probeAt = now.plus(PROBE);
        } else if (!now.isBefore(probeAt)) {
            probeAt = now.plus(PROBE);
            requests.add(bulk);
        }
        for (Instrument instrument : listed.observed()) {
            if (instrument.structure() == Structure.LINEAR) {
                requests.add(Request.get("/v5/market/open_interest").with("contract_code", instrument.symbol()));
            }
        }
        return requests;
    }

    private void linearFailed(Request request, Fault fault) {
        if (request.path().startsWith(LINEAR) && fault.kind() == Fault.Kind.REFUSED) {
            refusals++;
            bulkRefused |= GONE.contains(fault.code()) || refusals >= MAX_REFUSALS;
        }
    }

    private void linearOpenInterest(Reply reply, Observer out) {
        if (reply.request().path().startsWith(LINEAR)) {
            refusals = 0;
            bulkRefused = reply.json().path("data").isEmpty();
            probeAt = bulkRefused ? probeAt : null;
        }
        openInterest(reply, out);
    }

    /**
     * {"status":"ok","data":[{"volume":78696,"amount":78.696,"symbol":"BTC","value":3823138.2456,
     * "contract_code":"BTC-USDT","trade_amount":0,"business_type":"swap","pair":"BTC-USDT"}],"ts":1638754059540}; v5 has
     * "data":{"amount":"32476.092","volume":"32476092","value":"2063137924.9668","contract_code":"BTC-USDT"}.
     */
    private void openInterest(Reply reply, Observer out) {
        Instant time = figureTime(reply.json(), "ts");
        JsonNode data = reply.json().path("data");
        out.each(data.isObject() ? Fields.MAPPER.createArrayNode().add(data) : list(reply.json(), "/data"), row -> {
            String code = word(row, "contract_code");
            out.row(code)
                    .count(decimal(row, "volume"))
                    .amount(multiply(decimal(row, "amount"), HALF))
                    .value(multiply(decimal(row, "value"), HALF))
                    .priceOf(indexKey(code))
                    .at(time)
                    .emit();
        });
    }
}
