package io.openinterest.valuation;

import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Terms that the symbols of dated contracts tell: {@code BTC-25DEC26-100000-C}, {@code BTCUSDT_261225},
 * {@code ETH_USDT_20261009}. Terms of the list that say otherwise can't be read.
 */
final class SymbolTerms {

    private static final Pattern DATED =
            Pattern.compile("(?<![A-Z0-9])(\\d{1,2}[A-Z]{3}\\d{2})(?![0-9])|(?<!\\d)(20\\d{6}|\\d{6})(?=-|$)");
    private static final Pattern STRIKE = Pattern.compile("-(\\d+(?:[.d]\\d+)?)-[CP](?:-[A-Z]+)?$");
    private static final List<DateTimeFormatter> FORMS = List.of(
            new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .appendPattern("dMMMuu")
                    .toFormatter(Locale.ENGLISH),
            DateTimeFormatter.ofPattern("uuMMdd", Locale.ROOT),
            DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT));

    /** A list may name the day otherwise than the symbol, never another season. */
    private static final Duration MAX_DIFFERENCE = Duration.ofDays(45);

    private SymbolTerms() {}

    /**
     * Compares.
     *
     * @throws Fields.BadSchema where expiration or strike contradict the symbol
     */
    static void check(Instrument instrument) {
        Instant told = date(instrument.symbol());
        Instant expiration = instrument.expiration();
        if (told != null
                && expiration != null
                && Duration.between(told, expiration).abs().compareTo(MAX_DIFFERENCE) > 0) {
            throw new Fields.BadSchema("the expiration " + expiration + " is not that of the symbol");
        }
        Matcher strike = STRIKE.matcher(instrument.symbol());
        if (instrument.strike() != null
                && strike.find()
                && new BigDecimal(strike.group(1).replace('d', '.')).compareTo(instrument.strike()) != 0) {
            throw new Fields.BadSchema(
                    "the strike " + instrument.strike().toPlainString() + " is not that of the symbol");
        }
    }

    private static Instant date(String symbol) {
        Matcher dated = DATED.matcher(symbol);
        if (!dated.find()) {
            return null;
        }
        for (DateTimeFormatter form : FORMS) {
            try {
                return LocalDate.parse(dated.group(), form)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant();
            } catch (DateTimeException e) {
                continue;
            }
        }
        return null;
    }
}
