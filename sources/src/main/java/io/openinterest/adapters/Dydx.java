package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Observer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

/**
 * dYdX v4 perpetuals, all of them in one answer of the indexer. Facts: docs.dydx.xyz, Indexer API, Get Perpetual
 * Markets.
 *
 * <p>Open interest is in base coins, the only price is the oracle's, an index, and there is no time. Quoted in USD,
 * margined in USDC. {@code baseOpenInterest} beside {@code openInterest} is another series and is ignored.
 */
public final class Dydx implements Venue {

    private static final String MARKETS = "/v4/perpetualMarkets";
    private static final BigDecimal HOURLY = BigDecimal.ONE;

    /** Nothing about this venue is configured. */
    public Dydx(VenueSettings settings) {}

    @Override
    public String exchange() {
        return "dydx";
    }

    @Override
    public String restUrl() {
        return "https://indexer.dydx.trade";
    }

    /** 100 requests in 10 s. */
    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("dydx", 100, Duration.ofSeconds(10)));
    }

    @Override
    public List<Feed> feeds() {
        return List.of(
                Feed.instruments("instruments").get(MARKETS).parse(this::instruments),
                Feed.poll("markets").get(MARKETS).parse(this::markets));
    }

    /**
     * {"markets":{"BTC-USD":{"ticker":"BTC-USD","status":"ACTIVE","marketType":"CROSS","stepSize":"0.0001"}}}. A market of
     * a token is named after its pool: {@code BUFFI,UNISWAP_V3,0X4C1B...-USD}.
     */
    private void instruments(Reply reply, Observer out) {
        out.each(rows(reply), row -> {
            String ticker = word(row, "ticker");
            String base = ticker.replaceFirst("[,-].*", "");
            out.instrument(
                    ticker,
                    () -> status(row),
                    () -> out.classified(Instrument.perpetual(ticker, base, "USD", "USDC"), base));
        });
    }

    /** PAUSED, CANCEL_ONLY, POST_ONLY and INITIALIZING are listed and not traded. */
    private static Instrument.Status status(JsonNode row) {
        String status = word(row, "status");
        return switch (status) {
            case "ACTIVE" -> Instrument.Status.OBSERVED;
            case "PAUSED", "CANCEL_ONLY", "POST_ONLY", "INITIALIZING" -> Instrument.Status.SUSPENDED;
            case "FINAL_SETTLEMENT" -> Instrument.Status.DELISTED;
            default -> throw unknown("status", status);
        };
    }

    /**
     * {"markets":{"BTC-USD":{"ticker":"BTC-USD","status":"ACTIVE","oraclePrice":"89919.2","volume24H":"247500844.6834",
     * "nextFundingRate":"0.00000254545454545455","openInterest":"381.7348","baseOpenInterest":"782.0931"}}}: the volume in
     * USD, the funding rate of one hour.
     */
    private void markets(Reply reply, Observer out) {
        out.each(
                rows(reply),
                row -> out.row(word(row, "ticker"))
                        .count(decimal(row, "openInterest"))
                        .index(decimal(row, "oraclePrice"))
                        .funding(decimal(row, "nextFundingRate"), HOURLY)
                        .volumeInQuote(decimal(row, "volume24H"))
                        .emit());
    }

    /** The markets without their keys, which repeat the tickers. */
    private static JsonNode rows(Reply reply) {
        JsonNode markets = reply.json().path("markets");
        if (!markets.isObject()) {
            throw new Fields.BadSchema("there is no object at /markets");
        }
        ArrayNode rows = Fields.MAPPER.createArrayNode();
        markets.forEach(rows::add);
        return rows;
    }
}
