package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** A client of one simulated exchange, without a network between, on a clock that moves when told. */
final class Asking {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final SimulatedVenue venue;
    private final MovingClock clock = new MovingClock("2026-11-20T12:00:00Z");

    Asking(Function<World, SimulatedVenue> exchange) {
        this.venue = exchange.apply(new World(clock, 7));
    }

    Instant now() {
        return clock.instant();
    }

    void pass(Duration time) {
        clock.pass(time);
    }

    /** Asks with parameters given as name, value, name, value. */
    SimReply reply(String id, String path, String... parameters) {
        Map<String, String> query = new LinkedHashMap<>();
        for (int i = 0; i < parameters.length; i += 2) {
            query.put(parameters[i], parameters[i + 1]);
        }
        return venue.answer(SimRequest.get(id, path, query));
    }

    /** Posts a body. */
    SimReply post(String id, String path, String body) {
        return venue.answer(new SimRequest(id, "POST", path, Map.of(), body));
    }

    /** The body of an answer with status 200. */
    JsonNode get(String id, String path, String... parameters) {
        SimReply reply = reply(id, path, parameters);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return json(reply.body());
    }

    /** A socket and all frames it was sent, as they come. */
    Talk talk(String id, String path, String... parameters) {
        Map<String, String> query = new LinkedHashMap<>();
        for (int i = 0; i < parameters.length; i += 2) {
            query.put(parameters[i], parameters[i + 1]);
        }
        List<JsonNode> frames = new ArrayList<>();
        List<Integer> closings = new ArrayList<>();
        Wire wire = new Wire() {
            @Override
            public void send(String text) {
                frames.add(frame(text));
            }

            @Override
            public void close(int code, String reason) {
                closings.add(code);
            }
        };
        return new Talk(venue.connect(SimRequest.get(id, path, query), wire), frames, closings);
    }

    /**
     * The client's side of a socket.
     *
     * @param socket null where the venue has none at the path
     * @param frames what came, oldest first
     * @param closings codes with which the venue closed it
     */
    record Talk(SimulatedSocket socket, List<JsonNode> frames, List<Integer> closings) {

        JsonNode last() {
            return frames.get(frames.size() - 1);
        }
    }

    private static JsonNode frame(String text) {
        return text.startsWith("{") || text.startsWith("[") ? json(text) : TextNode.valueOf(text);
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }

    /** The field names of a captured payload, as paths; skips the test where the captures are not at hand. */
    static Set<String> captured(String... files) throws IOException {
        Path payloads = Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."))
                .resolve("../shared/venues/payloads");
        assumeTrue(Files.isDirectory(payloads), "no captured payloads beside the project");
        Set<String> fields = new TreeSet<>();
        for (String file : files) {
            for (String document : documents(payloads.resolve(file))) {
                fields.addAll(fields(json(document)));
            }
        }
        return fields;
    }

    private static List<String> documents(Path file) throws IOException {
        return file.toString().endsWith(".jsonl") ? Files.readAllLines(file) : List.of(Files.readString(file));
    }

    /** Names of all fields as paths: {@code result.list[].symbol}. */
    static Set<String> fields(JsonNode node) {
        Set<String> fields = new TreeSet<>();
        collect(node, "", fields);
        return fields;
    }

    private static void collect(JsonNode node, String path, Set<String> fields) {
        node.properties().forEach(field -> {
            String name = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
            fields.add(name);
            collect(field.getValue(), name, fields);
        });
        if (node.isArray()) {
            node.forEach(element -> collect(element, path + "[]", fields));
        }
    }
}
