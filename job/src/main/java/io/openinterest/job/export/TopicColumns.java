package io.openinterest.job.export;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openinterest.observation.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * The columns of a topic's files: {@code key}, {@code timestamp} (of the Kafka record), {@code published_at}, every field
 * of the topic's JSON Schema under its name and with its type, and {@code json}, the record as it is in the topic.
 *
 * <p>A decimal column has 18 digits before the point and 20 after it. That is exact for everything the analytics
 * publish; a figure of a venue with more digits after the point is rounded half-even in its column, one too large is
 * null there, and {@code json} has both exactly.
 */
final class TopicColumns {

    private static final String KEY = "key";
    private static final String TIMESTAMP = "timestamp";
    private static final String PUBLISHED_AT = "published_at";
    private static final String JSON = "json";

    private static final int PRECISION = 38;
    private static final int SCALE = 20;
    private static final int DECIMAL_BYTES = 16;
    /** What the job writes itself may be of any length. */
    private static final JsonMapper MAPPER = Json.mapper(Json.Decimals.NUMBER);

    static {
        MAPPER.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNumberLength(Integer.MAX_VALUE)
                        .build());
    }

    private final List<Field> fields;
    private final MessageType type;

    /** Writes a value of the record as a Parquet value. */
    private sealed interface Kind {}

    private enum Scalar implements Kind {
        TEXT,
        DECIMAL,
        INTEGER,
        BOOLEAN,
        TIME
    }

    private record Group(List<Field> fields) implements Kind {}

    private record Array(Kind element) implements Kind {}

    private record Field(String name, Kind kind) {

        Type type() {
            return TopicColumns.type(name, kind);
        }
    }

    private TopicColumns(String topic, List<Field> fields) {
        this.fields = fields;
        List<Type> columns = new ArrayList<>();
        columns.add(text(KEY));
        columns.add(millis(TIMESTAMP));
        columns.add(millis(PUBLISHED_AT));
        fields.forEach(field -> columns.add(field.type()));
        columns.add(text(JSON));
        type = new MessageType(topic.replace('.', '_'), columns);
    }

    /** The columns of a topic, by its JSON Schema. */
    static TopicColumns of(String topic) {
        String name = topic.replaceFirst("\\.\\d+m$", "");
        JsonNode schema = schema(name);
        if (schema == null) {
            schema = schema("totals");
        }
        JsonNode definitions = schema.path("$defs");
        JsonNode root = resolve(schema, definitions);
        return new TopicColumns(topic, group(root, definitions).fields());
    }

    private static JsonNode schema(String name) {
        try (InputStream in = TopicColumns.class.getResourceAsStream("/conf/schemas/" + name + ".schema.json")) {
            return in == null ? null : MAPPER.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first of several, which is what a record usually is: an observation and not a time mark, a value and not null. */
    private static JsonNode resolve(JsonNode schema, JsonNode definitions) {
        JsonNode each = schema.has("oneOf") ? schema.path("oneOf").path(0) : schema;
        return each.has("$ref") ? definitions.path(each.path("$ref").asText().replace("#/$defs/", "")) : each;
    }

    private static Group group(JsonNode schema, JsonNode definitions) {
        List<Field> fields = new ArrayList<>();
        schema.path("properties")
                .properties()
                .forEach(property -> fields.add(new Field(property.getKey(), kind(property.getValue(), definitions))));
        return new Group(fields);
    }

    private static Kind kind(JsonNode schema, JsonNode definitions) {
        JsonNode each = resolve(schema, definitions);
        if (each.has("properties")) {
            return group(each, definitions);
        }
        if (each.has("items")) {
            return new Array(kind(each.path("items"), definitions));
        }
        if (each.equals(definitions.path("time"))) {
            return Scalar.TIME;
        }
        if (each.path("const").isBoolean() || says(each, "boolean")) {
            return Scalar.BOOLEAN;
        }
        if (says(each, "number")) {
            return Scalar.DECIMAL;
        }
        return says(each, "integer") || each.path("enum").path(0).isIntegralNumber() ? Scalar.INTEGER : Scalar.TEXT;
    }

    private static boolean says(JsonNode schema, String type) {
        JsonNode types = schema.path("type");
        if (types.isTextual()) {
            return types.asText().equals(type);
        }
        for (JsonNode each : types) {
            if (each.asText().equals(type)) {
                return true;
            }
        }
        return false;
    }

    MessageType type() {
        return type;
    }

    private static Type type(String name, Kind kind) {
        if (kind instanceof Group group) {
            return Types.optionalGroup()
                    .addFields(group.fields().stream().map(Field::type).toArray(Type[]::new))
                    .named(name);
        }
        if (kind instanceof Array array) {
            return Types.optionalList()
                    .element(type("element", array.element()))
                    .named(name);
        }
        return switch ((Scalar) kind) {
            case TEXT -> text(name);
            case TIME -> millis(name);
            case INTEGER -> Types.optional(PrimitiveTypeName.INT64).named(name);
            case BOOLEAN -> Types.optional(PrimitiveTypeName.BOOLEAN).named(name);
            case DECIMAL ->
                Types.optional(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY)
                        .length(DECIMAL_BYTES)
                        .as(LogicalTypeAnnotation.decimalType(SCALE, PRECISION))
                        .named(name);
        };
    }

    private static Type text(String name) {
        return Types.optional(PrimitiveTypeName.BINARY)
                .as(LogicalTypeAnnotation.stringType())
                .named(name);
    }

    private static Type millis(String name) {
        return Types.optional(PrimitiveTypeName.INT64)
                .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MILLIS))
                .named(name);
    }

    /** Writes a record. */
    void write(ExportedRecord record, RecordConsumer to) {
        JsonNode tree;
        try {
            tree = MAPPER.readTree(record.json());
        } catch (IOException e) {
            throw new UncheckedIOException("the job published what is no JSON", e);
        }
        to.startMessage();
        put(KEY, 0, to, () -> to.addBinary(Binary.fromString(record.key())));
        put(TIMESTAMP, 1, to, () -> to.addLong(record.time()));
        if (record.publishedAt() != null) {
            put(PUBLISHED_AT, 2, to, () -> to.addLong(record.publishedAt()));
        }
        write(fields, 3, tree, to);
        put(JSON, 3 + fields.size(), to, () -> to.addBinary(Binary.fromConstantByteArray(record.json())));
        to.endMessage();
    }

    private static void write(List<Field> fields, int first, JsonNode object, RecordConsumer to) {
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.get(i);
            JsonNode value = object.path(field.name());
            if (isWritable(field.kind(), value)) {
                put(field.name(), first + i, to, () -> write(field.kind(), value, to));
            }
        }
    }

    /** A value that has none in its column: null, an empty list's element, a decimal that is too large. */
    private static boolean isWritable(Kind kind, JsonNode value) {
        return !value.isNull() && !value.isMissingNode() && (kind != Scalar.DECIMAL || unscaled(value) != null);
    }

    private static void write(Kind kind, JsonNode value, RecordConsumer to) {
        if (kind instanceof Group group) {
            to.startGroup();
            write(group.fields(), 0, value, to);
            to.endGroup();
        } else if (kind instanceof Array array) {
            to.startGroup();
            if (!value.isEmpty()) {
                put(
                        "list",
                        0,
                        to,
                        () -> value.forEach(element -> {
                            to.startGroup();
                            put("element", 0, to, () -> write(array.element(), element, to));
                            to.endGroup();
                        }));
            }
            to.endGroup();
        } else {
            switch ((Scalar) kind) {
                case TEXT -> to.addBinary(Binary.fromString(value.asText()));
                case TIME -> to.addLong(Instant.parse(value.asText()).toEpochMilli());
                case INTEGER -> to.addLong(value.asLong());
                case BOOLEAN -> to.addBoolean(value.asBoolean());
                case DECIMAL -> to.addBinary(Binary.fromConstantByteArray(sixteenBytes(unscaled(value))));
            }
        }
    }

    private static void put(String name, int index, RecordConsumer to, Runnable value) {
        to.startField(name, index);
        value.run();
        to.endField(name, index);
    }

    private static BigInteger unscaled(JsonNode value) {
        BigDecimal exact = value.isNumber() ? value.decimalValue() : new BigDecimal(value.asText());
        BigDecimal fitting = exact.setScale(SCALE, RoundingMode.HALF_EVEN);
        return fitting.precision() > PRECISION ? null : fitting.unscaledValue();
    }

    /** Two's complement, big-endian. */
    private static byte[] sixteenBytes(BigInteger value) {
        byte[] shortest = value.toByteArray();
        byte[] bytes = new byte[DECIMAL_BYTES];
        if (value.signum() < 0) {
            Arrays.fill(bytes, (byte) -1);
        }
        System.arraycopy(shortest, 0, bytes, DECIMAL_BYTES - shortest.length, shortest.length);
        return bytes;
    }
}
