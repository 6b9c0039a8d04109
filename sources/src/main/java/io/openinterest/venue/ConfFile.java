package io.openinterest.venue;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the YAML tables of {@code conf/} that users may edit, or their copies in the jar. */
public final class ConfFile {

    private static final int MAX_BYTES = 16 << 20;
    private static final String EMPTY = "it is empty";

    private static final JsonMapper MAPPER = JsonMapper.builder(new YAMLFactory())
            .addModule(new SimpleModule().addDeserializer(LocalDate.class, new DateDeserializer()))
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // a number of sides is 1 or 2, and 1.5 is neither
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .build();

    private ConfFile() {}

    /** Thrown for a file that can be read and not be used; the message is a clause that says where and why. */
    public static final class Unusable extends IOException {
        private static final long serialVersionUID = 1L;

        Unusable(@Nullable String why) {
            super(why);
        }
    }

    /** The copy in the jar. */
    static <T> T builtIn(String name, Class<T> type) {
        try (InputStream in = ConfFile.class.getResourceAsStream("/" + name)) {
            return read(in, type);
        } catch (IOException e) {
            throw new IllegalStateException("the jar's " + name + " can't be read", e);
        }
    }

    /** A file; a key or value that is not allowed is {@link Unusable}. */
    static <T> T read(Path file, Class<T> type) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, type);
        }
    }

    private static <T> T read(InputStream in, Class<T> type) throws IOException {
        byte[] yaml = in.readNBytes(MAX_BYTES + 1);
        if (yaml.length > MAX_BYTES) {
            throw new Unusable("it is larger than " + MAX_BYTES + " bytes");
        }
        T table;
        try {
            table = MAPPER.readValue(yaml, type);
        } catch (ValueInstantiationException e) {
            throw new Unusable(
                    e.getCause() == null ? e.getOriginalMessage() : e.getCause().getMessage());
        } catch (JsonMappingException e) {
            throw new Unusable(isEmpty(yaml) ? EMPTY : place(e) + why(e));
        } catch (JsonProcessingException e) {
            String line =
                    e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
            throw new Unusable("it is not readable as YAML" + line);
        }
        if (table == null) {
            throw new Unusable(EMPTY);
        }
        return table;
    }

    /** Nothing, or nothing but comments. */
    private static boolean isEmpty(byte[] yaml) throws IOException {
        try {
            return MAPPER.readTree(yaml).isMissingNode();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** The keys that lead to the fault, such as {@code words.equity[0]}, for a sentence on it. */
    private static String place(JsonMappingException e) {
        if (e.getPath().isEmpty()) {
            return "it ";
        }
        return e.getPath().stream()
                        .map(step ->
                                step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                        .collect(Collectors.joining())
                        .substring(1)
                + " ";
    }

    private static String why(JsonMappingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return "is no key, allowed is "
                    + unknown.getKnownPropertyIds().stream()
                            .map(Object::toString)
                            .collect(Collectors.joining(", "));
        } else if (e instanceof InvalidNullException) {
            return "has no value";
        } else if (e instanceof InvalidFormatException format) {
            String allowed =
                    format.getTargetType() == LocalDate.class ? "allowed is YYYY-MM-DD" : "which is not allowed";
            return "says '" + format.getValue() + "', " + allowed;
        }
        return "is not made as in the file of the project";
    }

    private static final class DateDeserializer extends FromStringDeserializer<LocalDate> {

        private static final long serialVersionUID = 1L;

        DateDeserializer() {
            super(LocalDate.class);
        }

        @Override
        protected LocalDate _deserialize(String text, DeserializationContext context) throws IOException {
            try {
                return LocalDate.parse(text);
            } catch (DateTimeException e) {
                return (LocalDate) context.handleWeirdStringValue(LocalDate.class, text, "no date");
            }
        }
    }
}
