package io.openinterest.venue;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NumericNode;
import io.openinterest.observation.Json;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads fields of a payload. What is missing, null or an empty string is absent (null here), never zero; what is there
 * but can't be read throws {@link Malformed}, which makes the row a quarantine record.
 */
public final class Fields {

    /** Reads JSON with exact decimals; bytes after the document make it malformed. */
    public static final JsonMapper MAPPER = JsonMapper.builder(Json.factory())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // a bare NaN costs its row, not the answer
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /** No figure of a market needs more digits on either side of the point; an exponent beyond is an attack. */
    private static final int MAX_DIGITS = 60;

    private static final int QUOTIENT_SCALE = 16;
    private static final BigDecimal SECONDS_END = new BigDecimal("1e11");
    private static final BigDecimal MILLIS_END = new BigDecimal("1e14");

    private Fields() {}

    /** Thrown for a figure or time that can't be read; the message names the field. */
    public static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed(String field, JsonNode value) {
            super("the field " + field + " can't be read: " + brief(value));
        }

        private static String brief(JsonNode value) {
            String text = value.toString();
            return text.length() <= 80 ? text : text.substring(0, 80) + "...";
        }
    }

    /** Thrown for a figure that must be there and is not; the message names the field. */
    public static final class Missing extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Missing(String field) {
            super("the field " + field + " is missing");
        }
    }

    /** Thrown for a payload that has not the documented form. */
    public static final class BadSchema extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** A sentence on what is missing. */
        public BadSchema(String message) {
            super(message);
        }
    }

    /** Text or number as text; null when absent. */
    public static @Nullable String text(JsonNode row, String field) {
        return text(row.path(field));
    }

    /** Text or number as text; null when absent. */
    public static @Nullable String text(JsonNode value) {
        return isAbsent(value) || value.isContainerNode() ? null : value.asText();
    }

    /** Text that must be there. */
    public static String required(JsonNode row, String field) {
        String text = text(row, field);
        if (text == null) {
            throw new BadSchema("the field " + field + " is missing");
        }
        return text;
    }

    /** The parts of a symbol or pair, of which so many at least must be there. */
    public static String[] parts(String text, String separator, int least) {
        String[] parts = text.split(separator);
        if (parts.length < least) {
            throw new BadSchema(text + " has not " + least + " parts with " + separator + " between them");
        }
        return parts;
    }

    /** The strike in an option's symbol: 70000 of BTC-27MAR26-70000-C, 0.625 of XRP_USDC-27MAR26-0d625-P. */
    public static BigDecimal strike(String symbol) {
        String strike = parts(symbol, "-", 3)[2].replace('d', '.');
        if (!strike.matches("\\d{1,30}(\\.\\d{1,30})?")) {
            throw new BadSchema(symbol + " names no strike");
        }
        return new BigDecimal(strike);
    }

    /** A decimal that must be there: without it the row is a quarantine record of reason {@code missing-value}. */
    public static BigDecimal requiredDecimal(JsonNode row, String field) {
        BigDecimal decimal = decimal(row, field);
        if (decimal == null) {
            throw new Missing(field);
        }
        return decimal;
    }

    /** An error to throw for a word that no document knows, where its meaning matters (state, type, structure). */
    public static BadSchema unknown(String field, String word) {
        return new BadSchema("the field " + field + " says '" + word + "', which is not known");
    }

    /** An error to throw for a linear contract that is settled in another asset than it is quoted in. */
    public static BadSchema quanto(String quote, String margin) {
        return new BadSchema("it is quoted in " + quote + ", settled in " + margin
                + " and not inverse, so its multiplier is no size in coins");
    }

    /** A decimal, number or text; null when absent. */
    public static @Nullable BigDecimal decimal(JsonNode row, String field) {
        return decimal(field, row.path(field));
    }

    /** A decimal at a place of an array, as Bitfinex sends them; null when absent. */
    public static @Nullable BigDecimal decimal(JsonNode array, int index) {
        return decimal("[" + index + "]", array.path(index));
    }

    /** Epoch milliseconds, or seconds where the number is below 1e11; null when absent or zero. */
    public static @Nullable Instant millis(JsonNode row, String field) {
        return millis(field, row.path(field));
    }

    /** Epoch milliseconds at a place of an array; null when absent or zero. */
    public static @Nullable Instant millis(JsonNode array, int index) {
        return millis("[" + index + "]", array.path(index));
    }

    /**
     * The time of a figure, epoch milliseconds, or seconds where the number is below 1e11. One that can't be read is
     * absent like one that is not there: it costs the time and not the figure.
     */
    public static @Nullable Instant figureTime(JsonNode row, String field) {
        return readable(() -> millis(row, field));
    }

    /** The time of a figure at a place of an array; see {@link #figureTime(JsonNode, String)}. */
    public static @Nullable Instant figureTime(JsonNode array, int index) {
        return readable(() -> millis(array, index));
    }

    /** The time of a figure in ISO-8601; see {@link #figureTime(JsonNode, String)}. */
    public static @Nullable Instant figureIso(JsonNode row, String field) {
        return readable(() -> iso(row, field));
    }

    private static @Nullable Instant readable(Supplier<@Nullable Instant> time) {
        try {
            return time.get();
        } catch (Malformed e) {
            return null;
        }
    }

    /** An ISO-8601 time, cut to milliseconds; null when absent. */
    public static @Nullable Instant iso(JsonNode row, String field) {
        String text = text(row, field);
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant().truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
        } catch (DateTimeException e) {
            throw new Malformed(field, row.path(field));
        }
    }

    /** Text that must be there as text: a number, flag or list in its place is another form of answer. */
    public static String word(JsonNode row, String field) {
        JsonNode value = row.path(field);
        if (isAbsent(value)) {
            throw new BadSchema("the field " + field + " is missing");
        }
        if (!value.isTextual()) {
            throw new BadSchema("the field " + field + " is no text");
        }
        return value.textValue();
    }

    /**
     * Text where the field is text; null where it is absent or anything else. For what tells a market's row from others: a
     * row that does not say it is read on, and {@link #word} then tells of it with its symbol.
     */
    public static @Nullable String wordIfAny(JsonNode row, String field) {
        JsonNode value = row.path(field);
        return isAbsent(value) || !value.isTextual() ? null : value.textValue();
    }

    /** Text that may be left out, as text; null where it is. */
    public static @Nullable String optionalWord(JsonNode row, String field) {
        return isAbsent(row.path(field)) ? null : word(row, field);
    }

    /** True or false, also as text, which must be there. */
    public static boolean flag(JsonNode row, String field) {
        JsonNode value = row.path(field);
        if (isAbsent(value)) {
            throw new BadSchema("the field " + field + " is missing");
        }
        String text = value.isContainerNode() ? "" : value.asText();
        if (!text.equals("true") && !text.equals("false")) {
            throw new BadSchema("the field " + field + " is neither true nor false");
        }
        return text.equals("true");
    }

    /** Epoch milliseconds or seconds that must be there and not zero. */
    public static Instant requiredMillis(JsonNode row, String field) {
        Instant time = millis(row, field);
        if (time == null) {
            throw new BadSchema("the field " + field + " is missing");
        }
        return time;
    }

    /** The array at a JSON pointer, e.g. {@code /result/list}. */
    public static JsonNode list(JsonNode body, String pointer) {
        JsonNode list = pointer.isEmpty() ? body : body.at(pointer);
        if (!list.isArray()) {
            throw new BadSchema("there is no list at " + (pointer.isEmpty() ? "the top" : pointer));
        }
        return list;
    }

    /** A quotient with 16 decimals, half-even; null if an operand is null or the divisor zero. */
    public static @Nullable BigDecimal divide(@Nullable BigDecimal dividend, @Nullable BigDecimal divisor) {
        return dividend == null || divisor == null || divisor.signum() == 0
                ? null
                : dividend.divide(divisor, QUOTIENT_SCALE, RoundingMode.HALF_EVEN);
    }

    /** A product; null if an operand is null. */
    public static @Nullable BigDecimal multiply(@Nullable BigDecimal a, @Nullable BigDecimal b) {
        return a == null || b == null ? null : a.multiply(b, MathContext.UNLIMITED);
    }

    private static boolean isAbsent(JsonNode value) {
        return value instanceof MissingNode
                || value.isNull()
                || value.isTextual() && value.textValue().isEmpty();
    }

    private static @Nullable BigDecimal decimal(String field, JsonNode value) {
        if (isAbsent(value)) {
            return null;
        }
        BigDecimal decimal;
        if (value instanceof NumericNode number && !number.isNaN()) {
            decimal = number.decimalValue();
        } else if (value.isTextual() && value.textValue().length() <= 200) {
            try {
                decimal = new BigDecimal(value.textValue());
            } catch (NumberFormatException e) {
                throw new Malformed(field, value);
            }
        } else {
            throw new Malformed(field, value);
        }
        // the scale first: writing 1e999999999 out would take a gigabyte
        if (decimal.scale() > MAX_DIGITS || (long) decimal.precision() - decimal.scale() > MAX_DIGITS) {
            throw new Malformed(field, value);
        }
        return decimal;
    }

    private static @Nullable Instant millis(String field, JsonNode value) {
        BigDecimal number = decimal(field, value);
        if (number == null || number.signum() == 0) {
            return null;
        }
        if (number.signum() < 0 || number.compareTo(MILLIS_END) >= 0) {
            throw new Malformed(field, value);
        }
        return number.compareTo(SECONDS_END) < 0
                ? Instant.ofEpochMilli(number.movePointRight(3).longValue())
                : Instant.ofEpochMilli(number.longValue());
    }
}
