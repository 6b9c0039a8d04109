package io.openinterest.job.config;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** YAML files of the user, or their copies in the jar. */
public final class ConfigurationFile {

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final int MAX_BYTES = 16 << 20;

    private ConfigurationFile() {}

    /**
     * Reads a file; where there is none, the jar's copy of that name.
     *
     * @param key what named it: an argument or a key, for the sentence
     * @throws ConfigurationException when there is neither, or when it is no YAML
     */
    public static JsonNode read(String key, String file) {
        try {
            Path path = Path.of(file);
            return parse(Files.exists(path) ? all(path, key, file) : inJar(file), file);
        } catch (NoSuchFileException e) {
            throw new ConfigurationException(key + " " + file + " does not exist, allowed is a YAML file.");
        } catch (IOException | InvalidPathException e) {
            throw new ConfigurationException(key + " " + file + " can't be read, allowed is a YAML file.");
        }
    }

    /** What may have no end. */
    private static byte[] all(Path path, String key, String file) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new ConfigurationException(
                        key + " " + file + " is larger than " + MAX_BYTES + " bytes, allowed is a YAML file.");
            }
            return bytes;
        }
    }

    /** Reads the jar's copy of a file. */
    static JsonNode readInJar(String file) {
        try {
            return parse(inJar(file), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a value as it stands in a file. */
    static JsonNode value(String text) throws IOException {
        return tree(text.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode parse(byte[] yaml, String file) throws IOException {
        try {
            return tree(yaml);
        } catch (MismatchedInputException e) {
            throw new ConfigurationException(file + " holds more than one document, allowed is one.");
        } catch (JsonProcessingException e) {
            throw new ConfigurationException("%s is not readable as YAML: %s at line %d."
                    .formatted(
                            file,
                            e.getOriginalMessage()
                                    .lines()
                                    .findFirst()
                                    .orElse("syntax error")
                                    .replaceFirst("^([a-z]+\\.)+\\w+: ", ""),
                            e.getLocation() == null ? 1 : e.getLocation().getLineNr()));
        }
    }

    private static JsonNode tree(byte[] yaml) throws IOException {
        try (YAMLParser parser = YAML.getFactory().createParser(yaml)) {
            while (parser.nextToken() != null) {
                // an unquoted *USDT, which would be read as the text USDT
                if (parser.isCurrentAlias()) {
                    throw new JsonParseException(parser, "text that begins with * and has no quotes");
                }
            }
        }
        return YAML.readTree(yaml);
    }

    private static byte[] inJar(String file) throws IOException {
        try (InputStream in = ConfigurationFile.class.getResourceAsStream("/" + file)) {
            if (in == null) {
                throw new NoSuchFileException(file);
            }
            return in.readAllBytes();
        }
    }
}
