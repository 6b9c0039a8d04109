package io.openinterest.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.valuation.Shapes;
import io.openinterest.venue.Fields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/**
 * The kept shapes know all that the cases have. A path is read where the case plays otherwise without it. With
 * {@code -Dshapes.write=true} the shapes are written anew.
 */
class VenueShapesIT {

    private static final Path CASES = Path.of("src", "test", "resources", "venues");
    private static final Path KEPT = Path.of("src", "main", "resources", "shapes");

    /** Of a longer answer only the form is learned. */
    private static final int MAX_PLAYED = 50_000;

    @ParameterizedTest
    @MethodSource("io.openinterest.adapters.VenueCase#venues")
    void theKeptShapesKnowTheCases(String venue) throws IOException {
        Map<String, Shapes.Found> found = new TreeMap<>();
        Map<String, Set<String>> read = new HashMap<>();
        try (Stream<Path> files = Files.list(CASES.resolve(venue))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".case"))
                    .sorted()
                    .toList()) {
                learn(venue, file, found, read);
            }
        }
        List<String> lines = new ArrayList<>();
        found.forEach((feed, paths) -> paths.types().forEach((path, types) -> {
            if (!path.isEmpty()) {
                lines.add(String.join(
                        " ",
                        feed,
                        path,
                        String.join(",", types),
                        read.getOrDefault(feed, Set.of()).contains(path) ? "read" : "unread",
                        paths.isAlways(path) ? "always" : "sometimes"));
            }
        }));
        Path kept = KEPT.resolve(venue + ".txt");
        if (Boolean.getBoolean("shapes.write")) {
            Files.createDirectories(KEPT);
            Files.write(kept, lines);
        }

        assertThat(Files.readAllLines(kept))
                .extracting(line -> line.substring(0, line.indexOf(' ', line.indexOf(' ') + 1)))
                .containsAll(lines.stream()
                        .map(line -> line.substring(0, line.indexOf(' ', line.indexOf(' ') + 1)))
                        .toList());
    }

    private static void learn(String venue, Path file, Map<String, Shapes.Found> found, Map<String, Set<String>> read)
            throws IOException {
        VenueCase played;
        try {
            played = new VenueCase(venue, file);
        } catch (TestAbortedException e) {
            return;
        }
        VenueCase.Outcome right = played.playUnchanged();
        for (int index = 0; index < played.blocks().size(); index++) {
            VenueCase.Block block = played.blocks().get(index);
            if (!block.isAnswer() || block.header().contains("status=")) {
                continue;
            }
            String feed = block.word(1);
            JsonNode whole = json(block.body());
            List<String> bodies = whole != null ? List.of(block.body()) : block.lines();
            for (int line = 0; line < bodies.size(); line++) {
                JsonNode document = json(bodies.get(line));
                if (document == null || !document.isContainerNode()) {
                    continue;
                }
                Shapes.Found paths = new Shapes.Found();
                paths.add(document);
                found.computeIfAbsent(feed, name -> new Shapes.Found()).add(document);
                Set<String> known = read.computeIfAbsent(feed, name -> new HashSet<>());
                for (String path : paths.types().keySet()) {
                    if (path.isEmpty()
                            || known.contains(path)
                            || bodies.get(line).length() > MAX_PLAYED) {
                        continue;
                    }
                    List<String> changed = new ArrayList<>(bodies);
                    changed.set(
                            line,
                            without(
                                            json(bodies.get(line)),
                                            List.of(path.substring(1).split("/")))
                                    .toString());
                    if (!played.playWith(index, String.join("\n", changed)).equals(right)) {
                        known.add(path);
                    }
                }
            }
        }
    }

    /** The document without what stands at a path. */
    private static JsonNode without(JsonNode node, List<String> path) {
        String step = path.get(0);
        boolean isLast = path.size() == 1;
        List<String> rest = path.subList(1, path.size());
        if (node instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                if (Shapes.step(name).equals(step)) {
                    if (isLast) {
                        object.remove(name);
                    } else {
                        without(object.get(name), rest);
                    }
                }
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = array.size() - 1; i >= 0; i--) {
                boolean isHere = step.equals("[]") || step.equals("[" + i + "]");
                if (isHere && !isLast) {
                    without(array.get(i), rest);
                } else if (isHere && step.equals("[]")) {
                    array.remove(i);
                } else if (isHere) {
                    array.setNull(i);
                }
            }
        }
        return node;
    }

    private static JsonNode json(String text) {
        try {
            return Fields.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            return null;
        }
    }
}
