package io.openinterest.observation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.openinterest.observation.Quarantined.Reason;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads observations that were written before, to a file or to the observations topic:
 *
 * <pre>
 * {"market":"okx-BTC-USDT-SWAP-future","time":"2026-03-01T07:00:02.714Z","exchange":"okx","venue":"okx",
 *  "symbol":"BTC-USDT-SWAP","asset_class":"crypto","base":"btc","quote":"usdt","margin":"usdt","type":"perpetual",
 *  "structure":"linear","expiration":null,"strike":null,"contract_count":"2719300.8","contract_size":0.01,"sides":1,
 *  "amount_base":27193.008,"price_usd":66250.1,"price_source":"mark","value_usd":1801539499.3008,
 *  "market_value_usd":null,"funding_rate":-0.0001,"funding_interval_hours":8,"volume_24h_usd":null,
 *  "exchange_time":null,"database_time":"2026-03-01T07:00:03.113Z","delisted":false,"origin":"websocket"}
 * </pre>
 *
 * <p>Fields are kept as read, in any order; unknown ones are dropped. Absent, null and the empty text are the same.
 * Numbers stand with or without quotes, with or without exponent, and stay exact. Times are cut to milliseconds.
 *
 * <p>What can't be used is rejected for the first of these reasons that applies: {@code bad-record} (no JSON object, or
 * {@code time}, what identifies the market, an option's strike and expiration too, {@code sides} or {@code delisted}
 * missing or wrong), {@code malformed} (a figure is no number or negative, another field is not of its kind),
 * {@code missing-value}, {@code no-usd-price}, {@code time-in-future}. A record without price is {@code no-usd-price} where
 * its value is missing too, because then the price is only why, and {@code missing-value} where only the price is.
 *
 * <p>Not thread-safe.
 */
public final class ObservationReader {

    /** Bytes a record may have: a thousand times what a real one has. */
    public static final int MAX_RECORD = 1 << 20;

    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(60);

    /** Far more than any venue's symbol; keeps keys, state and messages small whatever arrives. */
    static final int MAX_TEXT = 255;

    /** Digits before and after the point. Beyond this nothing is a figure any more, but arithmetic gets slow. */
    private static final int MAX_DIGITS = 100;

    /** Objects and lists within one another: each takes more memory than text. */
    private static final int MAX_DEPTH = 64;

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?=\\.?[0-9])[0-9]{0,100}(?:\\.[0-9]{0,100})?(?:[eE][+-]?[0-9]{1,3})?");

    private static final String NO_OBJECT = "the record is not one JSON object";

    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    /** Of {@code time}: the boundary after it, and when that is final, at most a week on, have years of four digits too. */
    static final Instant LATEST_TIME = Instant.parse("9999-12-23T23:59:59.999Z");

    static final Map<String, AssetClass> ASSET_CLASSES = byText(AssetClass.values());
    static final Map<String, MarketType> TYPES = byText(MarketType.values());
    static final Map<String, Structure> STRUCTURES = byText(Structure.values());

    private final InstantSource clock;

    /**
     * A bare NaN is read so that it is rejected as a figure; long numbers are cut off by us, knowing the market, and long
     * names are none of ours, nor worth to be remembered for the next record.
     */
    private final JsonFactory json = Json.factory()
            .rebuild()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(MAX_RECORD)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final WrittenForm writtenForm = new WrittenForm();

    /** Of the record at hand. */
    private Map<String, Value> fields;

    /**
     * A reader.
     *
     * @param clock tells the time against which the {@code time} of a record without {@code database_time} is judged;
     *     nothing else depends on it
     */
    public ObservationReader(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * The result of reading a record; one of the two is null.
     *
     * @param observation the observation, null when rejected
     * @param quarantined the record for quarantine, without a time of receipt; null when usable
     */
    public record Reading(Observation observation, Quarantined quarantined) {}

    /** A text that can be kept: not too long, not blank, and no half of a character, which can't be written. */
    public static boolean isName(String text) {
        return text.length() <= MAX_TEXT
                && !text.isBlank()
                && text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    /** Reads one record from UTF-8 text. Never throws for what is in the text. */
    public Reading read(byte[] text, int offset, int length) {
        Observation written = writtenForm.read(text, offset, length);
        return written == null || isInFuture(written) ? readAnyForm(text, offset, length) : new Reading(written, null);
    }

    /** The same for every text, only slower. */
    Reading readAnyForm(byte[] text, int offset, int length) {
        fields = new HashMap<>();
        try {
            if (length > MAX_RECORD) {
                throw new Rejected(Reason.BAD_RECORD, "the record is longer than 1 MiB");
            }
            String fault = isUtf8(text, offset, length) ? parse(text, offset, length) : "the record is not UTF-8 text";
            if (fault != null) {
                fields = Map.of();
                throw new Rejected(Reason.BAD_RECORD, fault);
            }
            return new Reading(observation(), null);
        } catch (Rejected e) {
            return new Reading(null, rejected(e, text, offset, length));
        }
    }

    /** Reads one record from UTF-8 text. Never throws for what is in the text. */
    public Reading read(byte[] text) {
        return read(text, 0, text.length);
    }

    /**
     * The quarantine record of text that never was a record.
     *
     * @param why an English sentence
     * @param text what there was instead
     */
    public static Quarantined unreadable(String why, byte[] text) {
        return new Quarantined(null, "", null, null, Reason.BAD_RECORD, why, head(text, 0, text.length));
    }

    private Quarantined rejected(Rejected why, byte[] text, int offset, int length) {
        String venue = optionalIdentity("venue");
        return new Quarantined(
                null,
                venue == null ? "" : venue,
                null,
                optionalIdentity("market"),
                why.reason,
                why.getMessage(),
                head(text, offset, length));
    }

    /** More than enough for the quarantine record, which cuts between characters. */
    private static String head(byte[] text, int offset, int length) {
        return new String(text, offset, Math.min(length, 2 * Quarantined.RAW_BYTES), StandardCharsets.UTF_8);
    }

    /**
     * Asked before parsing: the parser takes characters that are written with too many bytes and halves of some, and UTF-16
     * and UTF-32, which have a zero in every bracket.
     */
    private static boolean isUtf8(byte[] text, int offset, int length) {
        boolean ascii = true;
        for (int i = offset; i < offset + length; i++) {
            if (text[i] == 0) {
                return false;
            }
            ascii &= text[i] > 0;
        }
        if (ascii) {
            return true;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text, offset, length));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Fills {@code fields}; says what is wrong where the text is anything but one JSON object, else null. */
    private String parse(byte[] text, int offset, int length) {
        try (JsonParser parser = json.createParser(text, offset, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return NO_OBJECT;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                if (token.isStructStart()) {
                    parser.skipChildren();
                    fields.put(name, new Value(token, ""));
                } else {
                    fields.put(name, new Value(token, parser.getText()));
                }
            }
            return parser.nextToken() == null ? null : NO_OBJECT;
        } catch (StreamConstraintsException e) {
            return "the record is nested more than " + MAX_DEPTH + " levels deep";
        } catch (IOException e) {
            return NO_OBJECT;
        }
    }

    private Observation observation() {
        String market = identity("market");
        required("time");
        Instant time = time("time", Reason.BAD_RECORD);
        String exchange = identity("exchange");
        String venue = identity("venue");
        String symbol = identity("symbol");
        AssetClass assetClass = identity("asset_class", ASSET_CLASSES);
        String base = identity("base");
        String quote = identity("quote");
        String margin = identity("margin");
        MarketType type = identity("type", TYPES);
        Structure structure = identity("structure", STRUCTURES);
        if (type.isOption()) {
            required("expiration");
            required("strike");
        }
        Instant expiration = time("expiration", Reason.BAD_RECORD);
        int sides = sides();
        boolean delisted = delisted();

        Observation observation = new Observation(
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
                amount("strike"),
                amount("contract_count"),
                amount("contract_size"),
                sides,
                amount("amount_base"),
                amount("price_usd"),
                optionalText("price_source"),
                amount("value_usd"),
                amount("market_value_usd"),
                number("funding_rate", Reason.MALFORMED),
                amount("funding_interval_hours"),
                amount("volume_24h_usd"),
                time("exchange_time", Reason.MALFORMED),
                time("database_time", Reason.MALFORMED),
                delisted,
                optionalText("origin"));
        checkComplete(observation);
        checkTime(observation);
        return observation;
    }

    private static void checkComplete(Observation observation) {
        if (observation.contractCount() == null) {
            throw new Rejected(Reason.MISSING_VALUE, "contract_count is missing");
        }
        if (observation.amountBase() == null) {
            throw new Rejected(Reason.MISSING_VALUE, "amount_base is missing");
        }
        if (observation.valueUsd() == null) {
            throw new Rejected(Reason.NO_USD_PRICE, "value_usd is missing");
        }
        if (observation.priceUsd() == null && !observation.delisted()) {
            throw new Rejected(Reason.MISSING_VALUE, "price_usd is missing");
        }
    }

    private void checkTime(Observation observation) {
        if (isInFuture(observation)) {
            throw new Rejected(
                    Reason.TIME_IN_FUTURE,
                    "time is more than 60 s after "
                            + (observation.databaseTime() == null ? "the wall clock" : "database_time"));
        }
        if (observation.time().isAfter(LATEST_TIME)) {
            throw new Rejected(Reason.BAD_RECORD, "time is after " + LATEST_TIME);
        }
    }

    private boolean isInFuture(Observation observation) {
        Instant received = observation.databaseTime();
        long now = received == null ? clock.millis() : received.toEpochMilli();
        return observation.time().toEpochMilli() - now > CLOCK_TOLERANCE.toMillis();
    }

    private String identity(String name) {
        Value value = required(name);
        if (!value.isText()) {
            throw new Rejected(Reason.BAD_RECORD, name + " is not a text: " + value);
        }
        return value.text;
    }

    private <T> T identity(String name, Map<String, T> known) {
        String text = identity(name);
        T constant = known.get(text);
        if (constant == null) {
            throw new Rejected(Reason.BAD_RECORD, name + " is none of the known ones: " + present(name));
        }
        return constant;
    }

    private int sides() {
        required("sides");
        BigDecimal sides = number("sides", Reason.BAD_RECORD);
        if (sides.compareTo(BigDecimal.ONE) != 0 && sides.compareTo(BigDecimal.valueOf(2)) != 0) {
            throw new Rejected(Reason.BAD_RECORD, "sides is neither 1 nor 2: " + present("sides"));
        }
        return sides.intValue();
    }

    private boolean delisted() {
        Value value = required("delisted");
        if (!value.token.isBoolean()) {
            throw new Rejected(Reason.BAD_RECORD, "delisted is neither true nor false: " + value);
        }
        return value.token == JsonToken.VALUE_TRUE;
    }

    private BigDecimal amount(String name) {
        BigDecimal number = number(name, Reason.MALFORMED);
        if (number != null && number.signum() < 0) {
            throw new Rejected(Reason.MALFORMED, name + " is negative: " + present(name));
        }
        return number;
    }

    /** The number without trailing zeros, so that equal observations are equal records too. */
    private BigDecimal number(String name, Reason otherwise) {
        Value value = present(name);
        if (value == null) {
            return null;
        }
        if (value.token != JsonToken.VALUE_STRING && !value.token.isNumeric()
                || !NUMBER.matcher(value.text).matches()) {
            throw new Rejected(otherwise, name + " is not a number: " + value);
        }
        BigDecimal number = new BigDecimal(value.text).stripTrailingZeros();
        if (number.scale() > MAX_DIGITS || number.precision() - number.scale() > MAX_DIGITS) {
            throw new Rejected(otherwise, name + " has more than " + MAX_DIGITS + " digits: " + value);
        }
        return number;
    }

    private Instant time(String name, Reason otherwise) {
        Value value = present(name);
        if (value == null) {
            return null;
        }
        try {
            Instant time = Instant.parse(value.isText() ? value.text : "");
            if (!time.isBefore(EARLIEST) && !time.isAfter(LATEST)) {
                return time.truncatedTo(ChronoUnit.MILLIS);
            }
        } catch (DateTimeException e) {
            // told below
        }
        throw new Rejected(otherwise, name + " is not a time like 2026-12-25T08:00:00Z: " + value);
    }

    private String optionalText(String name) {
        Value value = present(name);
        if (value != null && !value.isText()) {
            throw new Rejected(Reason.MALFORMED, name + " is not a text: " + value);
        }
        return value == null ? null : value.text;
    }

    private String optionalIdentity(String name) {
        Value value = present(name);
        return value != null && value.isText() ? value.text : null;
    }

    private Value required(String name) {
        Value value = present(name);
        if (value == null) {
            throw new Rejected(Reason.BAD_RECORD, name + " is missing");
        }
        return value;
    }

    private Value present(String name) {
        Value value = fields.get(name);
        return value == null || value.isAbsent() ? null : value;
    }

    private static <E extends Enum<E>> Map<String, E> byText(E[] constants) {
        return Arrays.stream(constants)
                .collect(Collectors.toMap(c -> c.name().toLowerCase(Locale.ROOT), Function.identity()));
    }

    /** A field's value as it stands in the text; objects and arrays without their content. */
    private record Value(JsonToken token, String text) {

        boolean isAbsent() {
            return token == JsonToken.VALUE_NULL || token == JsonToken.VALUE_STRING && text.isEmpty();
        }

        boolean isText() {
            return token == JsonToken.VALUE_STRING && isName(text);
        }

        @Override
        public String toString() {
            if (token.isStructStart()) {
                return token == JsonToken.START_OBJECT ? "an object" : "a list";
            }
            // through bytes, because half a character can't be written to the quarantine either
            byte[] start = text.substring(0, Math.min(text.length(), 40)).getBytes(StandardCharsets.UTF_8);
            return new String(start, StandardCharsets.UTF_8) + (text.length() <= 40 ? "" : "...");
        }
    }

    /** Stackless: a file may hold nothing but bad records. */
    private static final class Rejected extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final Reason reason;

        Rejected(Reason reason, String detail) {
            super(detail, null, false, false);
            this.reason = reason;
        }
    }
}
