package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.divide;
import static io.openinterest.venue.Fields.figureTime;
import static io.openinterest.venue.Fields.flag;
import static io.openinterest.venue.Fields.list;
import static io.openinterest.venue.Fields.requiredMillis;
import static io.openinterest.venue.Fields.text;
import static io.openinterest.venue.Fields.unknown;
import static io.openinterest.venue.Fields.word;
import static io.openinterest.venue.Fields.wordIfAny;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.MarketType;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
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
import java.util.Set;

/**
 * Crypto.com perpetuals and dated futures, all of them in one answer. Facts: exchange-docs.crypto.com/exchange/v1,
 * get-instruments and get-tickers.
 *
 * <p>Open interest is in base coins, prices are in USD. The ticker has no mark: get-valuations has it, one market a
 * request, which would make hundreds of requests a minute of one. So perpetuals take the last price; dated futures, which
 * trade seldom, the middle of bid and ask.
 */
public final class CryptoCom implements Venue {

    /** Spot pairs and warrants have no open interest; a type that is not known is told. */
    private static final Set<String> NO_MARKETS = Set.of("CCY_PAIR", "WARRANT");

    private static final BigDecimal TWO = BigDecimal.valueOf(2);

    /** Nothing about this venue is configured. */
    public CryptoCom(VenueSettings settings) {}

    @Override
    public String exchange() {
        return "cryptocom";
    }

    @Override
    public String restUrl() {
        return "https://api.crypto.com";
    }

    /** 100 requests a second for each public method. */
    @Override
    public List<RateLimit> limits() {
        return List.of(RateLimit.of("crypto-com", 100, Duration.ofSeconds(1)));
    }

    @Override
    public List<Feed> feeds() {
        return List.of(
                Feed.instruments("instruments")
                        .get("/exchange/v1/public/get-instruments")
                        .parse(this::instruments),
                Feed.poll("tickers").get("/exchange/v1/public/get-tickers").parse(this::tickers));
    }

    /** {"id":-1,"method":"public/get-tickers","code":42901,"message":"TOO_MANY_REQUESTS"} */
    @Override
    public Fault fault(Reply reply) {
        String code = text(reply.json(), "code");
        if (code == null || code.equals("0")) {
            return Fault.of(reply);
        }
        String message = text(reply.json(), "message");
        return switch (code) {
            case "42901", "10006" -> Fault.limited(reply, code, message, null);
            case "50001", "10001" -> Fault.retry(code, message);
            default -> reply.status() == 429 || reply.status() >= 500 ? Fault.of(reply) : Fault.refused(code, message);
        };
    }

    /**
     * {"id":1,"method":"public/get-instruments","code":0,"result":{"data":[{"symbol":"BTCUSD-PERP",
     * "inst_type":"PERPETUAL_SWAP","base_ccy":"BTC","quote_ccy":"USD","tradable":true,"expiry_timestamp_ms":0},
     * {"symbol":"BTCUSD-261225","inst_type":"FUTURE","base_ccy":"BTC","quote_ccy":"USD","tradable":true,
     * "expiry_timestamp_ms":1798185600000},{"symbol":"BTC_USD","inst_type":"CCY_PAIR"}]}}. The expiry of a perpetual means
     * nothing.
     */
    private void instruments(Reply reply, Observer out) {
        out.each(list(reply.json(), "/result/data"), row -> {
            String type = wordIfAny(row, "inst_type");
            if (type == null || !NO_MARKETS.contains(type)) {
                String symbol = word(row, "symbol");
                out.instrument(symbol, () -> status(row), () -> instrument(symbol, row, out));
            }
        });
    }

    private static Instrument.Status status(JsonNode row) {
        return flag(row, "tradable") ? Instrument.Status.OBSERVED : Instrument.Status.SUSPENDED;
    }

    /** The list has no class: the name tells. The margin is a basket of dollars and coins, valued in the quote currency. */
    private static Instrument instrument(String symbol, JsonNode row, Observer out) {
        String type = word(row, "inst_type");
        boolean isDated = switch (type) {
            case "PERPETUAL_SWAP" -> false;
            case "FUTURE" -> true;
            default -> throw unknown("inst_type", type);
        };
        String base = word(row, "base_ccy");
        String quote = word(row, "quote_ccy");
        quote = quote.equals("USD_Stable_Coin") ? "USD" : quote;
        Instrument instrument = isDated
                ? Instrument.future(symbol, base, quote, quote, requiredMillis(row, "expiry_timestamp_ms"))
                : Instrument.perpetual(symbol, base, quote, quote);
        return out.classified(instrument, base);
    }

    /**
     * {"id":-1,"method":"public/get-tickers","code":0,"result":{"data":[{"i":"BTCUSD-PERP","a":"80128.8","v":"6935.3917",
     * "vv":"552302769.00","b":"80126.3","k":"80126.4","oi":"6160.4519","t":1787857392243}]}}: last price, volume in coins
     * and in USD, bid, ask. Spot rows have an open interest of "0" or null.
     */
    private void tickers(Reply reply, Observer out) {
        out.each(list(reply.json(), "/result/data"), row -> ticker(row, out));
    }

    private static void ticker(JsonNode row, Observer out) {
        String symbol = word(row, "i");
        Instrument instrument = out.instruments().get(symbol);
        if (instrument == null) {
            return;
        }
        Row market = out.row(symbol)
                .count(decimal(row, "oi"))
                .volumeUsd(decimal(row, "vv"))
                .at(figureTime(row, "t"));
        BigDecimal last = decimal(row, "a");
        BigDecimal middle = middle(decimal(row, "b"), decimal(row, "k"));
        if (instrument.type() == MarketType.FUTURE) {
            market.last(middle).last(last);
        } else {
            market.last(last).last(middle);
        }
        market.emit();
    }

    /** Null where a side of the book is empty: half of the other side is no price. */
    private static BigDecimal middle(BigDecimal bid, BigDecimal ask) {
        return isThere(bid) && isThere(ask) ? divide(bid.add(ask), TWO) : null;
    }

    private static boolean isThere(BigDecimal price) {
        return price != null && price.signum() > 0;
    }
}
