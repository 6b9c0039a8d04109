package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.figureTime;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.parts;
import static io.openinterest.venue.Fields.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Structure;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Bitfinex perpetuals, all of them in one answer. Facts: docs.bitfinex.com, Derivatives Status and Configs.
 *
 * <p>Open interest is in base coins. Prices are in the asset after the colon, which is the margin too: tether, bitcoin, and
 * once the euro token. The mark is the exchange's composite index; the spot price beside it goes stale on thin contracts.
 * The status is rewritten every 3 s and cached for 5 s under the same address, so the address changes with every poll.
 */
public final class Bitfinex implements Venue {

    private static final int TIME = 1;
    private static final int FUNDING = 12;
    private static final int MARK = 15;
    private static final int OPEN_INTEREST = 18;

    private static final String PERPETUAL = "F0";
    private static final BigDecimal FUNDING_HOURS = new BigDecimal(8);
    private static final Duration BAN_PAUSE = Duration.ofSeconds(60);

    /** Three-letter names of longer ones. */
    private static final Map<String, String> NAMES =
            Map.of("UST", "USDT", "EUT", "EURT", "ALG", "ALGO", "ATO", "ATOM", "IOT", "IOTA");

    private static final String INDEX = "IX";

    /** Nothing about this venue is configured. */
    public Bitfinex(VenueSettings settings) {}

    @Override
    public String exchange() {
        return "bitfinex";
    }

    @Override
    public String restUrl() {
        return "https://api-pub.bitfinex.com";
    }

    /** 90 requests a minute; beyond that the address is blocked for a minute. */
    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("bitfinex", 90, Duration.ofMinutes(1)));
    }

    @Override
    public List<Feed> feeds() {
        return List.of(
                Feed.instruments("instruments")
                        .get("/v2/conf/pub:list:pair:futures")
                        .parse(this::instruments),
                Feed.poll("status")
                        .requests((listed, now) -> List.of(Request.get("/v2/status/deriv")
                                .with("keys", "ALL")
                                .with("_", now.toEpochMilli())))
                        .parse(this::status));
    }

    /** ["error",11010,"ratelimit: error"], or {"error":"ERR_RATE_LIMIT"}; without Retry-After. */
    @Override
    public Fault fault(Reply reply) {
        JsonNode body = reply.json();
        if ("ERR_RATE_LIMIT".equals(text(body, "error"))) {
            return Fault.limited(reply, "ERR_RATE_LIMIT", "too many requests", BAN_PAUSE);
        }
        if (!"error".equals(text(body.path(0)))) {
            return Fault.of(reply);
        }
        String code = body.path(1).asText();
        String message = body.path(2).asText();
        return switch (code) {
            case "11010" -> Fault.limited(reply, code, message, BAN_PAUSE);
            case "20060" -> Fault.retry(code, message);
            default -> Fault.refused(code, message);
        };
    }

    /** [["ADAF0:USTF0","ETHF0:BTCF0","EUROPE50IXF0:USTF0","TESTBTCF0:TESTUSDTF0"]]; test pairs are paper. */
    private void instruments(Reply reply, Observer out) {
        out.each(list(reply.json(), "/0"), pair -> {
            if (!pair.isTextual()) {
                throw new Fields.BadSchema("a pair is no text");
            }
            if (!pair.textValue().startsWith("TEST")) {
                String symbol = "t" + pair.textValue();
                out.instrument(
                        symbol, () -> Instrument.Status.OBSERVED, () -> instrument(symbol, pair.textValue(), out));
            }
        });
    }

    private static Instrument instrument(String symbol, String pair, Observer out) {
        String[] assets = parts(pair, ":", 2);
        String base = name(assets[0]);
        String quote = name(assets[1]);
        Instrument instrument = Instrument.perpetual(symbol, base, quote, quote).structure(Structure.LINEAR);
        return base.endsWith(INDEX)
                ? instrument.assetClass(AssetClass.INDEX, base.substring(0, base.length() - INDEX.length()))
                : out.classified(instrument, base);
    }

    private static String name(String asset) {
        String plain = asset.endsWith(PERPETUAL) ? asset.substring(0, asset.length() - PERPETUAL.length()) : asset;
        return NAMES.getOrDefault(plain, plain);
    }

    /**
     * [["tBTCF0:USTF0",1787857387000,null,80180.3,80132.5,null,64043539.2859323,null,1787875200000,0.00021483,3507,null,
     * 0.00015,null,null,80135.875,null,null,8806.24112386,null,null,null,0.0005,0.0025]]: symbol, time, last price, spot
     * price, insurance fund, next funding and what is accrued for it, current funding (12), mark (15), open interest (18).
     * An unknown symbol gives an empty list.
     */
    private void status(Reply reply, Observer out) {
        out.each(list(reply.json(), ""), row -> {
            if (!row.path(0).isTextual()) {
                throw new Fields.BadSchema("a row does not begin with its symbol");
            }
            out.row(row.path(0).textValue())
                    .count(decimal(row, OPEN_INTEREST))
                    .mark(decimal(row, MARK))
                    .funding(decimal(row, FUNDING), FUNDING_HOURS)
                    .at(figureTime(row, TIME))
                    .emit();
        });
    }
}
