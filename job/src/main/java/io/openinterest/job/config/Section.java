package io.openinterest.job.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.openinterest.observation.Durations;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One level of the configuration, read strictly: each reader names a key, what it may hold and its default, and
 * {@link #end()} refuses every key that no reader named. A default of null means that the key has none.
 */
public final class Section {

    private static final Pattern SECRET = Pattern.compile("(?i).*(secret|password|token|api-?key|credential).*");
    private static final Pattern ENVIRONMENT = Pattern.compile("\\$\\{env:([A-Za-z_][A-Za-z0-9_]*)}");
    private static final Pattern ASSET = Pattern.compile("[^\\s.]+");
    private static final String HIDDEN = "(not shown)";
    private static final int VALUE_LIMIT = 200;

    /** A longer value is not looked through for passwords, which takes its length squared, and not shown. */
    private static final int SEARCHED = 4096;

    private final String path;
    private final JsonNode node;
    private final Set<String> known = new LinkedHashSet<>();

    private Section(String path, JsonNode node) {
        this.path = path;
        this.node = node;
    }

    /** The whole configuration. */
    static Section root(JsonNode node) {
        return new Section("", node);
    }

    /** A level below this one, empty where the configuration does not have it. */
    Section section(String key) {
        known.add(key);
        JsonNode child = node.path(key);
        if (child.isNull() || child.isMissingNode()) {
            return new Section(name(key) + ".", MissingNode.getInstance());
        }
        if (!child.isObject()) {
            throw wrong(key, child, "a group of keys");
        }
        return new Section(name(key) + ".", child);
    }

    /** The levels below this one, whatever they are called. */
    Map<String, Section> sections() {
        Map<String, Section> sections = new TreeMap<>();
        node.fieldNames().forEachRemaining(key -> sections.put(key, section(key)));
        return sections;
    }

    /** Positive decimals under the names of assets. */
    Map<String, BigDecimal> rates() {
        Map<String, BigDecimal> decimals = new TreeMap<>();
        node.fieldNames().forEachRemaining(key -> {
            if (!key.equals(key.toLowerCase(Locale.ROOT))) {
                throw new ConfigurationException("There is no key " + name(key) + ", perhaps "
                        + name(key.toLowerCase(Locale.ROOT)) + " is meant; allowed are assets in lower case.");
            }
            if (!ASSET.matcher(key).matches()) {
                throw new ConfigurationException("There is no key " + name(key) + ", allowed are assets.");
            }
            BigDecimal value = number(key, "a number above 0", null);
            if (value.signum() <= 0) {
                throw wrong(key, node.get(key), "a number above 0");
            }
            decimals.put(key, value);
        });
        return decimals;
    }

    /**
     * Settings under names of somebody else's, which may be written with dots or as levels. {@code ${env:NAME}} in a value
     * is taken from the environment.
     */
    Map<String, String> settings(String key) {
        Map<String, String> settings = new TreeMap<>();
        section(key).settings("", settings);
        return settings;
    }

    private void settings(String prefix, Map<String, String> settings) {
        node.properties().forEach(entry -> {
            String name = prefix + entry.getKey();
            if (entry.getKey().isBlank()) {
                throw new ConfigurationException(path + " is followed by no name.");
            }
            if (entry.getValue().isObject()) {
                section(entry.getKey()).settings(name + ".", settings);
            } else if (!entry.getValue().isValueNode() || entry.getValue().isNull()) {
                throw new ConfigurationException(name(entry.getKey()) + " has no value, allowed is a text.");
            } else {
                settings.put(name, resolved(entry.getKey(), entry.getValue().asText()));
            }
        });
    }

    private String resolved(String key, String text) {
        return ENVIRONMENT.matcher(text).replaceAll(variable -> {
            String value = System.getenv(variable.group(1));
            if (value == null) {
                throw new ConfigurationException(
                        name(key) + " names the environment variable " + variable.group(1) + ", which is not set.");
            }
            return Matcher.quoteReplacement(value);
        });
    }

    /** Text that is not empty. */
    String text(String key, String fallback) {
        return scalar(key, "a text", fallback, text -> text.isBlank() ? null : text);
    }

    /** A text out of some. */
    String oneOf(String key, List<String> allowed, String fallback) {
        return scalar(key, String.join(", ", allowed), fallback, text -> allowed.contains(text) ? text : null);
    }

    /** {@code true} or {@code false}. */
    Boolean bool(String key, Boolean fallback) {
        return scalar(key, "true or false", fallback, text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        });
    }

    /** A whole number of a range, both ends included. */
    Integer integer(String key, int least, int greatest, Integer fallback) {
        return scalar(key, "a whole number from " + least + " to " + greatest, fallback, text -> {
            try {
                int value = Integer.parseInt(text);
                return value < least || value > greatest ? null : value;
            } catch (NumberFormatException e) {
                return null;
            }
        });
    }

    /** A decimal number of at least 0. */
    BigDecimal decimal(String key, BigDecimal fallback) {
        return number(key, "a number of at least 0", fallback);
    }

    private BigDecimal number(String key, String allowed, BigDecimal fallback) {
        return scalar(key, allowed, fallback, text -> {
            try {
                BigDecimal value = text.length() > 40 ? null : new BigDecimal(text);
                return value == null || value.signum() < 0 || Math.abs((long) value.scale()) > 40 ? null : value;
            } catch (NumberFormatException e) {
                return null;
            }
        });
    }

    /** A duration such as {@code 90s} of a range, both ends included. */
    Duration duration(String key, Duration least, Duration greatest, Duration fallback) {
        String allowed = "a duration such as 500ms, 60s, 5m, 96h or 7d"
                + (least.isZero() ? "" : " of at least " + text(least)) + (least.isZero() ? " of" : " and")
                + " at most " + text(greatest);
        return scalar(key, allowed, fallback, text -> {
            Duration value = Durations.of(text);
            return value == null || value.compareTo(least) < 0 || value.compareTo(greatest) > 0 ? null : value;
        });
    }

    /** An address of one of the schemes, to which a path can be added. */
    URI uri(String key, List<String> schemes, URI fallback) {
        String allowed = "an address that begins with " + String.join(":// or ", schemes)
                + ":// and has neither query nor fragment";
        return scalar(key, allowed, fallback, text -> {
            try {
                URI uri = new URI(text);
                boolean isBase = uri.getHost() != null && uri.getRawQuery() == null && uri.getRawFragment() == null;
                boolean isPort = uri.getPort() == -1 || uri.getPort() > 0 && uri.getPort() < 1 << 16;
                return isBase && isPort && schemes.contains(uri.getScheme()) ? uri : null;
            } catch (URISyntaxException e) {
                return null;
            }
        });
    }

    /** A constant of an enumeration, written in lower case with hyphens. */
    <E extends Enum<E>> E choice(String key, Class<E> type, E fallback) {
        return scalar(key, allowed(type), fallback, text -> constant(type, text));
    }

    /** Some of an enumeration's constants, at least one. */
    <E extends Enum<E>> Set<E> choices(String key, Class<E> type, Set<E> fallback) {
        List<String> texts = texts(key, null);
        if (texts == null) {
            return fallback;
        }
        Set<E> chosen = new LinkedHashSet<>();
        for (String text : texts) {
            E constant = constant(type, text);
            if (constant == null) {
                throw wrong(key, node.get(key), "a list of " + allowed(type));
            }
            chosen.add(constant);
        }
        return chosen;
    }

    /** A list of texts, at least one; a single text counts as a list of one. */
    List<String> texts(String key, List<String> fallback) {
        known.add(key);
        JsonNode value = node.path(key);
        if (value.isMissingNode()) {
            return fallback;
        }
        List<String> texts = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(element -> texts.add(element.isContainerNode() || element.isNull() ? "" : element.asText()));
        } else {
            texts.add(value.isContainerNode() || value.isNull() ? "" : value.asText());
        }
        if (texts.isEmpty() || texts.stream().anyMatch(String::isBlank)) {
            throw wrong(key, value, "a list such as [a, b]");
        }
        return List.copyOf(texts);
    }

    /** Every key below this level with its value as text, without secrets. */
    Map<String, String> flat() {
        Map<String, String> flat = new TreeMap<>();
        node.properties().forEach(entry -> {
            if (entry.getValue().isObject()) {
                flat.putAll(new Section(name(entry.getKey()) + ".", entry.getValue()).flat());
            } else {
                String name = name(entry.getKey());
                flat.put(name, isSecret(name) ? HIDDEN : redacted(entry.getValue()));
            }
        });
        return flat;
    }

    /** Refuses what nobody asked for. */
    void end() {
        node.fieldNames().forEachRemaining(key -> {
            if (!known.contains(key)) {
                throw new ConfigurationException("There is no key " + name(key) + " (set to "
                        + shown(key, node.get(key)) + "), " + instead(key));
            }
        });
    }

    /** The mistake that a value of this level does not hold what it must. */
    ConfigurationException wrong(String key, String allowed) {
        return wrong(key, node.path(key), allowed);
    }

    private ConfigurationException wrong(String key, JsonNode value, String allowed) {
        return new ConfigurationException(name(key) + " is " + shown(key, value) + ", allowed is " + allowed + ".");
    }

    private <T> T scalar(String key, String allowed, T fallback, Function<String, T> parse) {
        known.add(key);
        JsonNode value = node.path(key);
        if (value.isMissingNode()) {
            return fallback;
        }
        T parsed = value.isValueNode() && !value.isNull()
                ? parse.apply(value.asText().strip())
                : null;
        if (parsed == null) {
            throw wrong(key, value, allowed);
        }
        return parsed;
    }

    private String name(String key) {
        return path + key;
    }

    private String instead(String key) {
        String keys =
                known.stream().map(this::name).reduce((a, b) -> a + ", " + b).orElse("none");
        return perhaps(key, known, path) + "allowed is " + keys + ".";
    }

    /** The nearest of the known keys as a beginning of a sentence; empty where none is near. */
    public static String perhaps(String key, Set<String> known, String path) {
        return known.stream()
                .filter(candidate -> distance(candidate, key) <= 1 + key.length() / 4)
                .min(Comparator.comparingInt((String candidate) -> distance(candidate, key))
                        .thenComparing(Comparator.naturalOrder()))
                .map(nearest -> "perhaps " + path + nearest + " is meant; ")
                .orElse("");
    }

    /** Client properties hold passwords under many names. */
    private static boolean isSecret(String name) {
        return name.startsWith("kafka.properties.") || SECRET.matcher(name).matches();
    }

    private String shown(String key, JsonNode value) {
        if (isSecret(name(key))) {
            return "a value not shown here, secrets belong in environment variables";
        }
        String text = redacted(value);
        return text.isBlank() ? "empty" : '"' + text + '"';
    }

    /** The user's text that is no key with a value, as {@link #redacted}; left out where it may hold a secret. */
    static String shown(String text) {
        return isSecret(text) ? HIDDEN : redacted(text);
    }

    private static String redacted(JsonNode value) {
        return redacted(value.isValueNode() ? value.asText("") : value.toString());
    }

    /** A line of bounded length, without the user, password and query of an address. */
    private static String redacted(String text) {
        if (text.length() > SEARCHED) {
            return "(" + text.length() + " characters)";
        }
        String line = ConfigurationException.line(text);
        return line.length() > VALUE_LIMIT ? line.substring(0, VALUE_LIMIT) + "..." : line;
    }

    private static <E extends Enum<E>> String allowed(Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(Section::text)
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> text(constant).equals(text))
                .findFirst()
                .orElse(null);
    }

    /** A constant as the configuration writes it. */
    public static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** In the greatest unit that gives a whole number. */
    private static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = duration.toSeconds();
        if (seconds % 60 != 0 || seconds == 60) {
            return seconds + "s";
        }
        return seconds % 86_400 == 0
                ? seconds / 86_400 + "d"
                : seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds / 60 + "m";
    }

    /** Levenshtein distance, the number of letters to change, add or drop. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
