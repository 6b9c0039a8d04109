package io.openinterest.valuation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * The shapes of a venue's answers: of each feed the paths, the types found there, whether every object has them and
 * whether the parser reads them. Learned from captured answers and kept as {@code shapes/<venue id>.txt}, a line of
 * which is
 *
 * <pre>{@code tickers /result/list/[]/markPrice string read always}</pre>
 *
 * An answer is compared with them about once in ten minutes and feed. What matters is a path that the parser reads and
 * that is lost or has another type, and a field that no feed of the venue had, named like a unit of the count, where
 * something is counted.
 */
public final class Shapes {

    private static final Duration COMPARED_EVERY = Duration.ofMinutes(10);

    /** Rows of a list look alike. */
    private static final int MAX_SAMPLES = 20;

    private static final int MAX_TOLD = 20;

    private static final Pattern UNIT_NAME =
            Pattern.compile("(?i).*(multiplier|contract_?size|contract_?val|ct_?val|open_?interest|sides?)");

    /** Read once for each venue, however many readers it has. */
    private static final Map<String, Shapes> KEPT = new ConcurrentHashMap<>();

    private final Map<String, Map<String, Path>> byFeed;
    private final Set<String> names;
    private final Map<String, Instant> compared = new HashMap<>();
    private final Map<String, Integer> changed = new HashMap<>();

    /**
     * One path of a feed.
     *
     * @param types JSON types found there, apart from null
     * @param isRead true where the parser reads it
     * @param isAlways true where every captured object at its parent has it
     */
    private record Path(Set<String> types, boolean isRead, boolean isAlways) {}

    /** What stands at a path of some answers. */
    private static final class Place {
        private final Set<JsonNodeType> types = EnumSet.noneOf(JsonNodeType.class);
        private int count;
        private int objects;
    }

    /** The paths of some answers, and their types. */
    public static final class Found {
        private final Map<String, Place> places = new HashMap<>();

        /** Takes one more answer. */
        public void add(JsonNode answer) {
            walk(answer, "", (path, node) -> {
                Place place = places.computeIfAbsent(path, key -> new Place());
                place.count++;
                place.objects += node.isObject() ? 1 : 0;
                if (!node.isNull()) {
                    place.types.add(node.getNodeType());
                }
            });
        }

        /** JSON types by path, apart from null. */
        public Map<String, Set<String>> types() {
            Map<String, Set<String>> types = new TreeMap<>();
            places.forEach((path, place) ->
                    place.types.forEach(type -> types.computeIfAbsent(path, key -> new TreeSet<>())
                            .add(type.name().toLowerCase(java.util.Locale.ROOT))));
            return types;
        }

        /** True where each object at the parent had it. */
        public boolean isAlways(String path) {
            return has(path) && places.get(path).count == objects(parent(path));
        }

        private boolean has(String path) {
            return places.containsKey(path);
        }

        private int objects(String path) {
            return has(path) ? places.get(path).objects : 0;
        }
    }

    Shapes() {
        this(new HashMap<>(), new HashSet<>());
    }

    private Shapes(Map<String, Map<String, Path>> byFeed, Set<String> names) {
        this.byFeed = byFeed;
        this.names = names;
    }

    /** The shapes that are kept of a venue; of one without there are none and nothing is compared. */
    static Shapes of(String venue) {
        Shapes kept = KEPT.computeIfAbsent(venue, Shapes::read);
        return new Shapes(kept.byFeed, kept.names);
    }

    private static Shapes read(String venue) {
        Shapes shapes = new Shapes();
        try (InputStream in = Shapes.class.getResourceAsStream("/shapes/" + venue + ".txt")) {
            if (in != null) {
                new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                        .lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .forEach(shapes::learn);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the shapes of " + venue + " can't be read", e);
        }
        return shapes;
    }

    /** Takes a line of the resource. */
    void learn(String line) {
        List<String> words = Arrays.asList(line.split(" "));
        Set<String> types = Set.of(words.get(2).split(","));
        names.add(name(words.get(1)));
        byFeed.computeIfAbsent(words.get(0), feed -> new TreeMap<>())
                .put(words.get(1), new Path(types, words.contains("read"), words.contains("always")));
    }

    /** True about once in ten minutes for each feed that is known. */
    boolean isDue(String feed, Instant at) {
        Instant before = compared.get(feed);
        return byFeed.containsKey(feed)
                && (before == null || !before.plus(COMPARED_EVERY).isAfter(at));
    }

    /**
     * The sentences on what changed and matters.
     *
     * @param counts whether the feed says how much there is: a new unit matters only there
     */
    List<String> compare(String feed, JsonNode answer, Instant at, boolean counts) {
        compared.put(feed, at);
        Map<String, Path> known = byFeed.get(feed);
        Found found = new Found();
        found.add(answer);
        List<String> changes = new ArrayList<>();
        known.forEach((path, shape) -> {
            if (shape.isRead && shape.isAlways && !found.has(path) && found.objects(parent(path)) > 0) {
                changes.add("the field " + path + " is lost");
            }
        });
        found.types().forEach((path, types) -> {
            Path shape = known.get(path);
            boolean isNew = shape == null && !names.contains(name(path));
            if (counts && isNew && UNIT_NAME.matcher(path).matches()) {
                changes.add("the field " + path + " is new and may be a unit of the count");
            } else if (shape != null && shape.isRead && !shape.types.containsAll(types)) {
                changes.add("the field " + path + " is " + String.join(" or ", types) + ", it was "
                        + String.join(" or ", new TreeSet<>(shape.types)));
            }
        });
        changed.put(feed, changes.size());
        return changes.size() > MAX_TOLD ? changes.subList(0, MAX_TOLD) : changes;
    }

    /** Number of paths that changed and matter, by the last comparison of each feed. */
    int changed() {
        return changed.values().stream().mapToInt(count -> count).sum();
    }

    /** True after the first comparison. */
    boolean hasCompared() {
        return !compared.isEmpty();
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    /** The step of a path for a key; one that names a market and no field, such as BTC-USD or PF_XBTUSD, is a star. */
    public static String step(String key) {
        boolean isMarket = key.length() > 2;
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c == '-' || c == ':') {
                return "*";
            }
            isMarket &= c < 'a' || c > 'z';
        }
        return isMarket ? "*" : key.replace(' ', '_');
    }

    private static void walk(JsonNode node, String path, BiConsumer<String, JsonNode> visitor) {
        visitor.accept(path, node);
        if (node.isObject()) {
            Map<String, Integer> samples = new HashMap<>();
            node.properties().forEach(field -> {
                String step = step(field.getKey());
                if (samples.merge(step, 1, Integer::sum) <= MAX_SAMPLES) {
                    walk(field.getValue(), path + "/" + step, visitor);
                }
            });
        } else if (node.isArray()) {
            boolean isRow = node.size() > 3 && !node.get(0).isContainerNode();
            for (int i = 0; i < Math.min(node.size(), MAX_SAMPLES); i++) {
                walk(node.get(i), path + "/" + (isRow ? "[" + i + "]" : "[]"), visitor);
            }
        }
    }
}
