package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.figureTime;
import static io.openinterest.venue.Fields.flag;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.optionalWord;
import static io.openinterest.venue.Fields.requiredDecimal;
import static io.openinterest.venue.Fields.requiredMillis;
import static io.openinterest.venue.Fields.strike;
import static io.openinterest.venue.Fields.text;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;
import static io.openinterest.venue.Fields.wordIfAny;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Structure;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instruments;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Row;
import io.openinterest.venue.Socket;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Deribit futures, perpetuals and options. One summary a minute for each settlement currency and kind has open
 * interest, prices, funding and volume. Facts: docs.deribit.com, get_instruments, get_book_summary_by_currency, ticker.
 *
 * <p>Open interest of inverse futures is in USD, of everything else in base coins, perpetuals too, whatever the
 * documentation says of them; {@code contract_size} only turns it into contracts. Option prices are in base coins where
 * the option is inverse, in USDC where it is linear. {@code creation_timestamp} is the time of the summary. With
 * {@code transport: websocket} the ticker channels are read as well.
 */
public final class Deribit implements Venue {

    /** Id of the calls about heartbeats; those that subscribe have others. */
    private static final int HEARTBEAT = 0;

    /** Credits of an ordinary call and of get_instruments; 10,000 a second come back. */
    private static final int CALL = 500;

    private static final int LIST_CALL = 10_000;
    /** Kinds without open interest; one that is not known is told. */
    private static final Set<String> NO_MARKETS = Set.of("spot", "future_combo", "option_combo");

    private static final BigDecimal FUNDING_HOURS = new BigDecimal(8);

    private final boolean streams;
    private final Stated stated = new Stated();

    /** Channels of each subscribe call: the answer names only those that exist. */
    private final Map<String, List<String>> asked = new HashMap<>();

    private int calls;

    public Deribit(VenueSettings settings) {
        this.streams = settings.option("transport", "rest").equals("websocket");
    }

    @Override
    public String exchange() {
        return "deribit";
    }

    @Override
    public String restUrl() {
        return "https://www.deribit.com";
    }

    @Override
    public String wsUrl() {
        return "wss://www.deribit.com";
    }

    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("deribit", 10_000, Duration.ofSeconds(1)));
    }

    @Override
    public Map<String, List<String>> options() {
        return Map.of("transport", List.of("rest", "websocket"));
    }

    @Override
    public List<Feed> feeds() {
        List<Feed> feeds = new ArrayList<>(List.of(
                Feed.instruments("instruments")
                        // 5.1 MB of 5,930 instruments in 2026
                        .get("/api/v2/public/get_instruments?currency=any&expired=false", LIST_CALL)
                        .largest(10 << 20)
                        .parse(this::instruments),
                Feed.poll("summaries")
                        .requests((listed, now) -> summaryRequests(listed))
                        .largest(4 << 20)
                        .parse(this::summaries)));
        if (streams) {
            // a subscribe call costs 3,000 credits and takes 500 channels
            feeds.add(Feed.subscribe("ticker-stream", "/ws/api/v2")
                    .topics(Deribit::topics, 500, this::subscribeFrame)
                    .perConnection(2000)
                    .pace(Duration.ofMillis(500))
                    .ping(Duration.ofSeconds(30), rpc(HEARTBEAT, "public/set_heartbeat", "interval", 30))
                    .silence(Duration.ofSeconds(60))
                    .opened(topics -> asked.values().removeIf(lost -> topics.contains(lost.get(0))))
                    .parse(this::stream));
        }
        return feeds;
    }

    /**
     * {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"reason":"invalid currency",
     * "param":"currency"}},"testnet":false}, with HTTP 400.
     */
    @Override
    public Fault fault(Reply reply) {
        JsonNode error = reply.json().path("error");
        String code = text(error, "code");
        if (code == null) {
            return Fault.of(reply);
        }
        String reason = text(error.path("data"), "reason");
        String message = text(error, "message") + (reason == null ? "" : ", " + reason);
        return switch (code) {
            // too_many_requests, too_many_concurrent_requests
            case "10028", "10066" -> Fault.limited(reply, code, message, null);
            // queue full, system_maintenance, public requests disabled, temporarily_unavailable, timed_out
            case "10047", "11051", "11056", "13028", "13888" -> Fault.retry(code, message);
            default -> reply.status() == 429 || reply.status() >= 500 ? Fault.of(reply) : Fault.refused(code, message);
        };
    }

    // ---- instruments ----------------------------------------------------------------------------------------------

    /**
     * {"jsonrpc":"2.0","result":[{"instrument_name":"BTC-27MAR26-70000-C","kind":"option","instrument_type":"reversed",
     * "base_currency":"BTC","quote_currency":"BTC","counter_currency":"USD","settlement_currency":"BTC",
     * "settlement_period":"month","expiration_timestamp":1774598400000,"option_type":"call","strike":70000.0,
     * "contract_size":1.0,"is_active":true,"state":"open","underlying_type":"crypto"}]}; kinds are future, option,
     * spot, future_combo and option_combo. Lists of 2021 have neither instrument_type nor settlement_currency.
     */
    private void instruments(Reply reply, Observer out) {
        JsonNode rows = list(reply.json(), "/result");
        stated.add(rows);
        out.each(rows, row -> {
            String kind = wordIfAny(row, "kind");
            if (kind == null || !NO_MARKETS.contains(kind)) {
                String symbol = word(row, "instrument_name");
                out.instrument(symbol, () -> status(row), () -> instrument(symbol, row, out));
            }
        });
    }

    private Instrument instrument(String symbol, JsonNode row, Observer out) {
        String kind = word(row, "kind");
        boolean isOption = switch (kind) {
            case "future" -> false;
            case "option" -> true;
            default -> throw unknown("kind", kind);
        };
        String base = word(row, "base_currency");
        boolean linear = isLinear(symbol, row);
        // the quote_currency of an inverse option is its coin
        String quote = stated.has("counter_currency")
                ? word(row, "counter_currency")
                : linear ? word(row, "quote_currency") : "USD";
        String settled = stated.word(row, "settlement_currency");
        String margin = settled != null ? settled : linear ? quote : base;
        Instrument instrument;
        if (isOption) {
            instrument = Instrument.option(
                    symbol,
                    base,
                    quote,
                    margin,
                    side(row),
                    requiredMillis(row, "expiration_timestamp"),
                    strikeOf(row, symbol));
        } else if (symbol.endsWith("-PERPETUAL") || "perpetual".equals(text(row, "settlement_period"))) {
            instrument = Instrument.perpetual(symbol, base, quote, margin);
        } else {
            instrument = Instrument.future(symbol, base, quote, margin, requiredMillis(row, "expiration_timestamp"));
        }
        return out.classified(instrument, base, "underlying_type", stated.word(row, "underlying_type"))
                .structure(linear ? Structure.LINEAR : Structure.INVERSE)
                .contractSize(requiredDecimal(row, "contract_size"));
    }

    private static MarketType side(JsonNode row) {
        String side = word(row, "option_type");
        return switch (side) {
            case "call" -> MarketType.CALL;
            case "put" -> MarketType.PUT;
            default -> throw unknown("option_type", side);
        };
    }

    /** Linear ones have an underscore in their names, in lists from before there were types. */
    private boolean isLinear(String symbol, JsonNode row) {
        String type = stated.has("instrument_type") ? word(row, "instrument_type") : optionalWord(row, "future_type");
        if (type == null) {
            return symbol.contains("_");
        }
        return switch (type) {
            case "linear" -> true;
            case "reversed" -> false;
            default -> throw unknown("instrument_type", type);
        };
    }

    private static BigDecimal strikeOf(JsonNode row, String symbol) {
        BigDecimal strike = decimal(row, "strike");
        return strike != null ? strike : strike(symbol);
    }

    /** An open market is locked for moments many times a minute, and in settlement every day: both are observed. */
    private Instrument.Status status(JsonNode row) {
        String state = stated.word(row, "state");
        if (state == null) {
            return flag(row, "is_active") ? Instrument.Status.OBSERVED : Instrument.Status.SUSPENDED;
        }
        return switch (state) {
            case "open", "locked", "settlement" -> Instrument.Status.OBSERVED;
            case "archivized", "delivered", "closed" -> Instrument.Status.DELISTED;
            case "inactive", "halted" -> Instrument.Status.SUSPENDED;
            default -> throw unknown("state", state);
        };
    }

    // ---- open interest --------------------------------------------------------------------------------------------

    /** One for each settlement currency and kind that is listed. */
    private static List<Request> summaryRequests(Instruments listed) {
        return listed.observed().stream()
                .map(instrument -> Request.get("/api/v2/public/get_book_summary_by_currency")
                        .weight(CALL)
                        .with("currency", instrument.margin().toUpperCase(Locale.ROOT))
                        .with("kind", instrument.type().isOption() ? "option" : "future"))
                .distinct()
                .toList();
    }

    /**
     * {"jsonrpc":"2.0","result":[{"instrument_name":"BTC-31JAN25-92000-P","open_interest":135.94,
     * "mark_price":0.01866323,"underlying_price":99067.37,"underlying_index":"BTC-31JAN25",
     * "estimated_delivery_price":100143.63,"volume":3.21,"volume_usd":4624.81,"base_currency":"BTC",
     * "quote_currency":"BTC","creation_timestamp":1737074222663}]}; perpetuals have "funding_8h":5.149e-5. Spot and
     * combos have no open interest.
     */
    private void summaries(Reply reply, Observer out) {
        out.each(
                list(reply.json(), "/result"),
                row -> market(row, out)
                        .at(figureTime(row, "creation_timestamp"))
                        .volumeUsd(decimal(row, "volume_usd"))
                        .emit());
    }

    private static Row market(JsonNode row, Observer out) {
        String symbol = word(row, "instrument_name");
        Row market =
                out.row(symbol).count(decimal(row, "open_interest")).funding(decimal(row, "funding_8h"), FUNDING_HOURS);
        Instrument instrument = out.instruments().get(symbol);
        if (instrument == null) {
            return market;
        }
        if (!instrument.type().isOption()) {
            return market.mark(decimal(row, "mark_price"));
        }
        // the price of the forward tells an index that is off by a factor
        market.index(index(row)).index(decimal(row, "underlying_price"));
        return instrument.structure() == Structure.INVERSE
                ? market.premiumInBase(decimal(row, "mark_price"))
                : market.premium(decimal(row, "mark_price"));
    }

    /** The estimated delivery price is the index until it is no number any more, but "expired". */
    private static BigDecimal index(JsonNode row) {
        BigDecimal index;
        try {
            index = decimal(row, "estimated_delivery_price");
        } catch (Fields.Malformed e) {
            index = null;
        }
        return index != null ? index : decimal(row, "underlying_price");
    }

    // ---- stream ---------------------------------------------------------------------------------------------------

    private static List<String> topics(Instruments listed) {
        return listed.observed().stream()
                .map(instrument -> "ticker." + instrument.symbol() + ".agg2")
                .toList();
    }

    private String subscribeFrame(List<String> topics) {
        calls++;
        asked.put(Integer.toString(calls), topics);
        return rpc(calls, "public/subscribe", "channels", topics);
    }

    private static String rpc(int id, String method, String parameter, Object value) {
        ObjectNode frame = Fields.MAPPER
                .createObjectNode()
                .put("jsonrpc", "2.0")
                .put("id", id)
                .put("method", method);
        frame.putObject("params").putPOJO(parameter, value);
        return frame.toString();
    }

    /**
     * {"jsonrpc":"2.0","method":"subscription","params":{"channel":"ticker.BTC_USDC-PERPETUAL.agg2","data":{
     * "timestamp":1790133840887,"state":"open","instrument_name":"BTC_USDC-PERPETUAL","open_interest":459.3409,
     * "mark_price":86778.14,"index_price":86744.11,"estimated_delivery_price":86744.11,"funding_8h":5.149e-5,
     * "stats":{"volume_usd":1092371540.0}}}}; {"jsonrpc":"2.0","id":1,"result":["ticker.BTC-PERPETUAL.agg2"]}, without
     * the channels that do not exist; {"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}, to be
     * answered within 10 s; {"jsonrpc":"2.0","id":1,"error":{"code":10028,"message":"too_many_requests"}}, after which
     * the venue closes.
     */
    private void stream(Reply message, Socket socket, Observer out) {
        JsonNode body = message.json();
        JsonNode data = body.at("/params/data");
        switch (body.path("method").asText()) {
            case "subscription" -> {
                if (body.at("/params/channel").asText().startsWith("ticker.")) {
                    market(data, out)
                            .at(figureTime(data, "timestamp"))
                            .volumeUsd(decimal(data.path("stats"), "volume_usd"))
                            .emit();
                }
            }
            case "heartbeat" -> {
                socket.understood();
                if (body.at("/params/type").asText().equals("test_request")) {
                    socket.send("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"public/test\",\"params\":{}}");
                }
            }
            default -> answer(body, socket);
        }
    }

    private void answer(JsonNode body, Socket socket) {
        if (body.path("id").asInt(-1) == HEARTBEAT && body.has("result")) {
            socket.understood();
        }
        List<String> topics = asked.remove(body.path("id").asText());
        if (body.has("error")) {
            String error = body.at("/error/code").asText() + " "
                    + body.at("/error/message").asText();
            if (error.startsWith("10028 ")) {
                socket.reconnect(error);
            } else if (topics != null) {
                topics.forEach(topic -> socket.refuse(topic, error));
            }
        } else if (topics != null) {
            Set<String> confirmed = new HashSet<>();
            body.path("result").forEach(channel -> confirmed.add(channel.asText()));
            for (String topic : topics) {
                if (confirmed.contains(topic)) {
                    socket.confirm(topic);
                } else {
                    socket.refuse(topic, "the channel does not exist");
                }
            }
        }
    }
}
