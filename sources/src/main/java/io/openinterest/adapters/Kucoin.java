package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.flag;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.optionalWord;
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
import io.openinterest.venue.Row;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

/**
 * KuCoin futures, all of them in one answer that is list and figures at once. Facts: kucoin.com/docs-new, Futures, Get All
 * Symbols.
 *
 * <p>{@code openInterest} is in lots of {@code multiplier} coins; a negative multiplier is an inverse contract of so many
 * dollars. {@code isQuanto} is true of plain tether contracts and says nothing. Rows have no time. Which interval a row's
 * funding rate belongs to is not documented, so none is taken.
 */
public final class Kucoin implements Venue {

    private static final String CONTRACTS = "/api/v1/contracts/active";
    private static final int WEIGHT = 3;

    private final Stated stated = new Stated();

    /** Nothing about this venue is configured. */
    public Kucoin(VenueSettings settings) {}

    @Override
    public String exchange() {
        return "kucoin";
    }

    @Override
    public String restUrl() {
        return "https://api-futures.kucoin.com";
    }

    /** A weight of 2000 in 30 s per address, for all public questions. */
    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("kucoin", 2000, Duration.ofSeconds(30)).remainingIn("gw-ratelimit-remaining"));
    }

    @Override
    public List<Feed> feeds() {
        return List.of(
                Feed.instruments("contracts").get(CONTRACTS, WEIGHT).parse(this::contracts),
                Feed.poll("open-interest")
                        .get(CONTRACTS, WEIGHT)
                        .largest(4 << 20)
                        .parse(this::openInterest));
    }

    /** {"code":"429000","msg":"Too many requests in a short period of time, please retry later"} */
    @Override
    public Fault fault(Reply reply) {
        String code = text(reply.json(), "code");
        if (code == null || code.equals("200000")) {
            return Fault.of(reply);
        }
        String message = text(reply.json(), "msg");
        return switch (code) {
            case "429000", "200002", "1015" -> Fault.limited(reply, code, message, null);
            case "500000" -> Fault.retry(code, message);
            default -> Fault.refused(code, message);
        };
    }

    /**
     * {"code":"200000","data":[{"symbol":"XBTUSDTM","type":"FFWCSX","expireDate":null,"baseCurrency":"XBT",
     * "quoteCurrency":"USDT","settleCurrency":"USDT","multiplier":0.001,"isQuanto":true,"isInverse":false,"status":"Open",
     * "openInterest":"20308707","turnoverOf24h":440861284.1368,"volumeOf24h":5549.818,"markPrice":80689.98,
     * "indexPrice":80732.29,"marketType":"CRYPTO","assetClass":"CRYPTO"},{"symbol":"XBTUSDM","settleCurrency":"XBT",
     * "quoteCurrency":"USD","multiplier":-1.0,"isInverse":true,"turnoverOf24h":68.02716403,"volumeOf24h":1124530.0}]}
     */
    private void contracts(Reply reply, Observer out) {
        JsonNode rows = list(reply.json(), "/data");
        stated.add(rows);
        out.each(rows, row -> {
            String symbol = word(row, "symbol");
            out.instrument(symbol, () -> status(row), () -> instrument(symbol, row, out));
        });
    }

    private static Instrument.Status status(JsonNode row) {
        String status = word(row, "status");
        return switch (status) {
            case "Open", "CancelOnly", "BeingSettled", "PrepareSettled" -> Instrument.Status.OBSERVED;
            case "Init", "Pause", "Paused" -> Instrument.Status.SUSPENDED;
            case "Closed", "Settled" -> Instrument.Status.DELISTED;
            default -> throw unknown("status", status);
        };
    }

    private Instrument instrument(String symbol, JsonNode row, Observer out) {
        String base = word(row, "baseCurrency");
        String quote = word(row, "quoteCurrency");
        String margin = word(row, "settleCurrency");
        String type = word(row, "type");
        Instrument instrument = switch (type) {
            case "FFWCSX" -> Instrument.perpetual(symbol, base, quote, margin);
            case "FFICSX" -> Instrument.future(symbol, base, quote, margin, requiredMillis(row, "expireDate"));
            default -> throw unknown("type", type);
        };
        BigDecimal multiplier = requiredDecimal(row, "multiplier");
        if (stated.has("isInverse") && flag(row, "isInverse") != (multiplier.signum() < 0)) {
            throw new Fields.BadSchema("isInverse and the sign of the multiplier contradict each other");
        }
        if (multiplier.signum() > 0 && !margin.equals(quote)) {
            throw quanto(quote, margin);
        }
        return classified(instrument, base, row, out)
                .structure(multiplier.signum() < 0 ? Structure.INVERSE : Structure.LINEAR)
                .contractSize(multiplier.abs());
    }

    /** {@code marketType} stands in where there is no class; it tells stocks, and is CRYPTO for metals too. */
    private Instrument classified(Instrument instrument, String base, JsonNode row, Observer out) {
        String assetClass = optionalWord(row, "assetClass");
        String market = assetClass == null ? stated.word(row, "marketType") : null;
        if (assetClass != null) {
            return out.classified(instrument, base, "assetClass", assetClass);
        } else if (market == null) {
            stated.word(row, "assetClass");
            return out.classified(instrument, base);
        }
        return switch (market) {
            case "CRYPTO" -> out.classified(instrument, base);
            case "TRADFI" -> out.classified(instrument, base, "marketType", "stock");
            default -> out.classified(instrument, base, "marketType", market);
        };
    }

    /** The answer of {@link #contracts}; the turnover of an inverse contract is in coins, its volume in dollars. */
    private void openInterest(Reply reply, Observer out) {
        out.each(list(reply.json(), "/data"), row -> {
            String symbol = word(row, "symbol");
            Row market = out.row(symbol);
            BigDecimal multiplier = requiredDecimal(row, "multiplier");
            boolean isInverse = multiplier.signum() < 0;
            Instrument listed = out.instruments().get(symbol);
            if (listed != null && isInverse != (listed.structure() == Structure.INVERSE)) {
                throw new Fields.BadSchema("the sign of the multiplier is not that of the list");
            }
            market.count(decimal(row, "openInterest"))
                    .contractSize(multiplier.abs())
                    .mark(decimal(row, "markPrice"))
                    .index(decimal(row, "indexPrice"))
                    .volumeInQuote(decimal(row, isInverse ? "volumeOf24h" : "turnoverOf24h"))
                    .emit();
        });
    }
}
