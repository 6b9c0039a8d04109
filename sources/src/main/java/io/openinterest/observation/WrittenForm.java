package io.openinterest.observation;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.Month;
import java.time.Year;
import java.util.Arrays;
import java.util.Map;

/**
 * Reads an observation in the one form in which this project writes it: every field in the order of the record, no space
 * between, decimals with or without quotes, texts of ASCII without escapes, times as {@code 2026-12-25T08:00:00Z}
 * with three decimals or none. A single pass over the bytes that makes nothing but the observation. A small exponent,
 * which this project writes nowhere, is understood too: what else writes JSON has one in every small funding rate.
 *
 * <p>Knows no faults: for whatever is not exactly of that form, valid or not, it gives null, and
 * {@link ObservationReader} looks again.
 */
final class WrittenForm {

    private static final byte[][] NAMES = names(
            "market",
            "time",
            "exchange",
            "venue",
            "symbol",
            "asset_class",
            "base",
            "quote",
            "margin",
            "type",
            "structure",
            "expiration",
            "strike",
            "contract_count",
            "contract_size",
            "sides",
            "amount_base",
            "price_usd",
            "price_source",
            "value_usd",
            "market_value_usd",
            "funding_rate",
            "funding_interval_hours",
            "volume_24h_usd",
            "exchange_time",
            "database_time",
            "delisted",
            "origin");
    private static final byte[] NULL = bytes("null");
    private static final byte[] TRUE = bytes("true");
    private static final byte[] FALSE = bytes("false");

    /** Digits that surely fit a long. */
    private static final int LONG_DIGITS = 18;

    /** Characters of a number, and an exponent, beyond which it is left to the one who knows the limits. */
    private static final int MAX_NUMBER = 60;

    private static final int MAX_EXPONENT = 39;

    private static final int MILLIS_PER_DAY = 86_400_000;
    private static final long LATEST_TIME_MS = ObservationReader.LATEST_TIME.toEpochMilli();

    /** Thrown as it is, over and over: it only says that this is not the form. */
    private static final OtherForm OTHER_FORM = new OtherForm();

    /** Texts seen before, by their hash: the same few names come again with every line, and are the same objects then. */
    private final String[] texts = new String[1 << 16];

    private final char[] digits = new char[1 + MAX_NUMBER];

    private byte[] line;
    private int at;
    private int end;
    private int field;

    /** The time read last, which often is the next one too. */
    private Instant lastTime = Instant.EPOCH;

    /** The observation, complete but for the time, which may be in the future; null where the line has another form. */
    Observation read(byte[] text, int offset, int length) {
        line = text;
        at = offset;
        end = offset + length;
        field = 0;
        try {
            return observation();
        } catch (OtherForm e) {
            return null;
        } finally {
            line = null;
        }
    }

    private Observation observation() {
        String market = text();
        Instant time = time(true);
        String exchange = text();
        String venue = text();
        String symbol = text();
        AssetClass assetClass = constant(ObservationReader.ASSET_CLASSES);
        String base = text();
        String quote = text();
        String margin = text();
        MarketType type = constant(ObservationReader.TYPES);
        Structure structure = constant(ObservationReader.STRUCTURES);
        Instant expiration = time(false);
        BigDecimal strike = amount();
        check(!type.isOption() || expiration != null && strike != null);
        BigDecimal contractCount = required(amount());
        BigDecimal contractSize = amount();
        int sides = sides();
        BigDecimal amountBase = required(amount());
        BigDecimal priceUsd = amount();
        String priceSource = optionalText();
        BigDecimal valueUsd = required(amount());
        BigDecimal marketValueUsd = amount();
        BigDecimal fundingRate = number(true);
        BigDecimal fundingIntervalHours = amount();
        BigDecimal volume24hUsd = amount();
        Instant exchangeTime = time(false);
        Instant databaseTime = time(false);
        boolean delisted = delisted();
        String origin = optionalText();
        check(at == end - 1 && line[at] == '}' && (priceUsd != null || delisted));
        return new Observation(
                market,
                time,
                exchange,
                venue,
                symbol,
                assetClass,
                base,
                quote,
                margin,
                type,
                structure,
                expiration,
                strike,
                contractCount,
                contractSize,
                sides,
                amountBase,
                priceUsd,
                priceSource,
                valueUsd,
                marketValueUsd,
                fundingRate,
                fundingIntervalHours,
                volume24hUsd,
                exchangeTime,
                databaseTime,
                delisted,
                origin);
    }

    /** Goes to the value of the next field. */
    private void next() {
        byte[] name = NAMES[field++];
        check(is(name));
        at += name.length;
        check(at < end);
    }

    private boolean is(byte[] expected) {
        int to = at + expected.length;
        return to <= end && Arrays.equals(line, at, to, expected, 0, expected.length);
    }

    private boolean takes(byte[] literal) {
        if (is(literal)) {
            at += literal.length;
            return true;
        }
        return false;
    }

    private String text() {
        next();
        check(line[at] == '"');
        return textInQuotes();
    }

    private String optionalText() {
        next();
        if (line[at] == '"') {
            return textInQuotes();
        }
        check(takes(NULL));
        return null;
    }

    private String textInQuotes() {
        int from = ++at;
        int hash = 0;
        int c = 0;
        while (at < end && (c = line[at]) != '"') {
            // a space in front could be all there is; what is beyond ASCII has a negative sign
            check(c > ' ' && c != '\\' && c < 0x7F || c == ' ' && at > from);
            hash = 31 * hash + c;
            at++;
        }
        int length = at - from;
        check(at < end && length > 0 && length <= ObservationReader.MAX_TEXT);
        at++;
        int place = (hash ^ hash >>> 16) & texts.length - 1;
        String known = texts[place];
        if (known == null || known.hashCode() != hash || !isSame(known, from, length)) {
            known = new String(line, from, length, StandardCharsets.ISO_8859_1);
            texts[place] = known;
        }
        return known;
    }

    private boolean isSame(String known, int from, int length) {
        if (known.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (known.charAt(i) != line[from + i]) {
                return false;
            }
        }
        return true;
    }

    private <T> T constant(Map<String, T> known) {
        return required(known.get(text()));
    }

    private int sides() {
        next();
        int sides = line[at++] - '0';
        check(sides == 1 || sides == 2);
        return sides;
    }

    private boolean delisted() {
        next();
        if (takes(FALSE)) {
            return false;
        }
        check(takes(TRUE));
        return true;
    }

    private BigDecimal amount() {
        return number(false);
    }

    private BigDecimal number(boolean maybeNegative) {
        next();
        if (line[at] == 'n') {
            check(takes(NULL));
            return null;
        }
        boolean quoted = line[at] == '"';
        if (quoted) {
            at++;
        }
        boolean negative = at < end && line[at] == '-';
        check(!negative || maybeNegative);
        if (negative) {
            at++;
        }
        BigDecimal number = digits(negative);
        if (quoted) {
            check(at < end && line[at] == '"');
            at++;
        }
        return number;
    }

    /** Digits, and behind a point more of them; zeros at either end of what counts are no part of the number. */
    private BigDecimal digits(boolean negative) {
        int from = at;
        long unscaled = 0;
        int significant = 0;
        int zeros = 0;
        int point = -1;
        for (; at < end; at++) {
            int digit = line[at] - '0';
            if (digit == 0) {
                zeros++;
            } else if (digit > 0 && digit <= 9) {
                for (; zeros > 0; zeros--) {
                    unscaled *= 10;
                    significant += significant > 0 ? 1 : 0;
                }
                unscaled = 10 * unscaled + digit;
                significant++;
            } else if (line[at] == '.' && point < 0) {
                point = at;
            } else {
                break;
            }
        }
        int to = at;
        int length = to - from;
        boolean leadingZero = length > 1 && line[from] == '0' && point != from + 1;
        check(length > 0 && length <= MAX_NUMBER && point != from && point != to - 1 && !leadingZero);
        int exponent = exponent();
        if (significant == 0) {
            return BigDecimal.ZERO;
        }
        int scale = (point < 0 ? 0 : to - point - 1) - zeros - exponent;
        if (significant <= LONG_DIGITS) {
            return BigDecimal.valueOf(negative ? -unscaled : unscaled, scale);
        }
        int count = 0;
        if (negative) {
            digits[count++] = '-';
        }
        for (int i = from; i < to; i++) {
            if (i != point) {
                digits[count++] = (char) line[i];
            }
        }
        return new BigDecimal(new BigDecimal(digits, 0, count - zeros).unscaledValue(), scale);
    }

    /** Of ten, behind a number; 0 where there is none. */
    private int exponent() {
        if (at >= end || line[at] != 'e' && line[at] != 'E') {
            return 0;
        }
        at++;
        boolean negative = at < end && line[at] == '-';
        if (negative || at < end && line[at] == '+') {
            at++;
        }
        int from = at;
        int exponent = 0;
        while (at < end && line[at] >= '0' && line[at] <= '9') {
            exponent = 10 * exponent + line[at++] - '0';
            check(exponent <= MAX_EXPONENT);
        }
        check(at > from && at - from <= 3);
        return negative ? -exponent : exponent;
    }

    private Instant time(boolean isRequired) {
        next();
        if (line[at] == 'n') {
            check(!isRequired && takes(NULL));
            return null;
        }
        // "2026-12-25T08:00:00Z" or "2026-12-25T08:00:00.000Z"
        check(at + 22 <= end
                && line[at] == '"'
                && line[at + 5] == '-'
                && line[at + 8] == '-'
                && line[at + 11] == 'T'
                && line[at + 14] == ':'
                && line[at + 17] == ':');
        int year = 100 * two(at + 1) + two(at + 3);
        int month = two(at + 6);
        int day = two(at + 9);
        int hour = two(at + 12);
        int minute = two(at + 15);
        int second = two(at + 18);
        int millis = 0;
        at += 20;
        if (line[at] == '.') {
            check(at + 6 <= end);
            millis = 10 * two(at + 1) + digit(at + 3);
            at += 4;
        }
        check(line[at] == 'Z' && line[at + 1] == '"');
        at += 2;
        check(year >= 1970
                && month >= 1
                && month <= 12
                && day >= 1
                && day <= 31
                && (day <= 28 || day <= Month.of(month).length(Year.isLeap(year)))
                && hour <= 23
                && minute <= 59
                && second <= 59);
        long time = epochDay(year, month, day) * MILLIS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000L + millis;
        check(!isRequired || time <= LATEST_TIME_MS);
        if (time != lastTime.toEpochMilli()) {
            lastTime = Instant.ofEpochMilli(time);
        }
        return lastTime;
    }

    /** Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March. */
    private static long epochDay(int year, int month, int day) {
        int y = month <= 2 ? year - 1 : year;
        int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return 365L * y + y / 4 - y / 100 + y / 400 + dayOfYear - 719_468;
    }

    private int two(int from) {
        return 10 * digit(from) + digit(from + 1);
    }

    private int digit(int index) {
        int digit = line[index] - '0';
        check(digit >= 0 && digit <= 9);
        return digit;
    }

    private static <T> T required(T value) {
        check(value != null);
        return value;
    }

    private static void check(boolean isOfTheForm) {
        if (!isOfTheForm) {
            throw OTHER_FORM;
        }
    }

    /** The text between a value and the next: the opening bracket or a comma, and the name. */
    private static byte[][] names(String... fields) {
        byte[][] names = new byte[fields.length][];
        for (int i = 0; i < fields.length; i++) {
            names[i] = bytes((i == 0 ? "{" : ",") + "\"" + fields[i] + "\":");
        }
        return names;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static final class OtherForm extends RuntimeException {

        private static final long serialVersionUID = 1;

        OtherForm() {
            super(null, null, false, false);
        }
    }
}
