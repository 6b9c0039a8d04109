package io.openinterest.venue;

import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;

/** Reads the YAML tables of {@code conf/} that users may edit, or their copies in the jar. */
final class ConfFile {

    private ConfFile() {}

    /** The copy in the jar. */
    static <T> T builtIn(String name, Class<T> type) {
        try (InputStream in = ConfFile.class.getResourceAsStream("/" + name)) {
            return read(in, type);
        } catch (IOException e) {
            throw new IllegalStateException("the jar's " + name + " can't be read", e);
        }
    }

    /** A file; a key or value that is not allowed is an {@link IOException} that names it. */
    static <T> T read(Path file, Class<T> type) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, type);
        }
    }

    private static <T> T read(InputStream in, Class<T> type) throws IOException {
        SimpleModule dates = new SimpleModule().addDeserializer(LocalDate.class, new DateDeserializer());
        return JsonMapper.builder(new YAMLFactory())
                .addModule(dates)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build()
                .readValue(in, type);
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
                return (LocalDate) context.handleWeirdStringValue(LocalDate.class, text, "allowed is YYYY-MM-DD");
            }
        }
    }
}
