package io.openinterest.observation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/**
 * The written form of every record: snake case, fields in the order of the record, plain decimals, UTC times with three
 * decimals only where they are not zero.
 */
public final class Json {

    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private static final long MAX_TOKENS = 1_000_000;

    private Json() {}

    /** The form of decimals in a record. Counts, revisions and ages are integers either way. */
    public enum Decimals {
        /** As JSON numbers. */
        NUMBER,
        /** The same text in quotes, as Coin Metrics and most venues write them. */
        STRING
    }

    /** A mapper that writes records in the published form. */
    public static JsonMapper mapper(Decimals decimals) {
        SimpleModule module = new SimpleModule()
                .addSerializer(BigDecimal.class, new DecimalSerializer(decimals))
                .addSerializer(Instant.class, new InstantSerializer());
        return JsonMapper.builder(factory())
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .addModule(module)
                .build();
    }

    /**
     * A factory whose parsers keep decimals exact and refuse numbers, nesting and documents no venue sends: a tree takes
     * memory by its tokens, and the longest list of instruments has a fifth of these.
     */
    public static JsonFactory factory() {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNumberLength(200)
                        .maxNestingDepth(64)
                        .maxTokenCount(MAX_TOKENS)
                        .build())
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .build();
    }

    /** Plain text of a decimal: no exponent, no trailing zeros, {@code 0} never {@code -0}. */
    public static String plain(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }

    /** Text of an instant, cut to milliseconds. */
    public static String text(Instant time) {
        Instant millis = time.truncatedTo(ChronoUnit.MILLIS);
        return (millis.getNano() == 0 ? SECONDS : MILLIS).format(millis);
    }

    private static final class DecimalSerializer extends JsonSerializer<BigDecimal> {

        private final Decimals decimals;

        DecimalSerializer(Decimals decimals) {
            this.decimals = decimals;
        }

        @Override
        public void serialize(BigDecimal value, JsonGenerator out, SerializerProvider provider) throws IOException {
            if (decimals == Decimals.STRING) {
                out.writeString(plain(value));
            } else {
                out.writeNumber(plain(value));
            }
        }
    }

    private static final class InstantSerializer extends JsonSerializer<Instant> {

        @Override
        public void serialize(Instant value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(text(value));
        }
    }
}
