package io.openinterest.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openinterest.observation.Evidence;
import io.openinterest.observation.Json;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined;
import io.openinterest.valuation.Kept;
import io.openinterest.valuation.Listing;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Observer;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Socket;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Plays one {@code .case} file to a venue: what it is asked and answers, in order, and what must come of it. The form
 * is explained in {@code src/test/resources/venues/README.md}.
 */
final class VenueCase {

    private static final Path CASES = Path.of("src", "test", "resources", "venues");
    private static final JsonMapper PUBLISHED = Json.mapper(Json.Decimals.NUMBER);
    private static final SourceSettings DEFAULTS = SourceSettings.defaults();

    private final String id;
    private final List<Block> blocks;
    private final boolean expects;
    private final Map<String, String> options = new HashMap<>();
    private final Map<String, BigDecimal> rates = new HashMap<>();
    private List<String> symbols;

    private final List<Observation> observations = new ArrayList<>();
    private final List<Quarantined> quarantine = new ArrayList<>();
    private final List<Evidence> evidence = new ArrayList<>();

    private final List<String> socketCalls = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-20T12:00:00Z");
    private VenueSettings settings;
    private Venue venue;
    private Map<String, Feed> feeds;
    private VenueReader out;

    /** The venues that have cases. */
    static List<String> venues() {
        try (Stream<Path> folders = Files.list(CASES)) {
            return folders.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers of one sweep of the instrument list that is not finished yet. */
    private Listing listing = new Listing();

    private String sweeping;

    /** What a venue was asked and answered, or what must come of it. */
    record Block(String header, List<String> words, String body) {

        Block(String header, String body) {
            this(header, List.of(header.split("\\s+")), body);
        }

        Block with(String otherBody) {
            return new Block(header, words, otherBody);
        }

        /** True for an answer or message of the venue, whose body can be changed. */
        boolean isAnswer() {
            return header.startsWith(">>") && !body.isEmpty();
        }

        String word(int index) {
            return index < words.size() ? words.get(index) : "";
        }

        List<String> lines() {
            return body.lines().filter(line -> !line.isBlank()).toList();
        }
    }

    VenueCase(String id, Path file) throws IOException {
        this(id, parse(Files.readString(file)), true);
    }

    private VenueCase(String id, List<Block> blocks, boolean expects) {
        this.id = id;
        this.blocks = blocks;
        this.expects = expects;
    }

    /** All that came of a case. */
    record Outcome(
            List<Observation> observations, List<Quarantined> quarantine, List<Evidence> evidence, List<String> asked) {

        /** What checks found to contradict the registry. */
        Set<String> contradictions() {
            return evidence.stream()
                    .filter(one -> one.verdict() == Evidence.Verdict.CONTRADICTED)
                    .map(one -> one.check() + " " + one.figure() + " " + one.detail())
                    .collect(Collectors.toSet());
        }
    }

    List<Block> blocks() {
        return blocks;
    }

    /** Plays it with another body in one of its blocks, whatever is expected. */
    Outcome playWith(int block, String body) {
        List<Block> changed = new ArrayList<>(blocks);
        changed.set(block, blocks.get(block).with(body));
        return new VenueCase(id, changed, false).playThrough();
    }

    /** Plays it as it stands, whatever is expected. */
    Outcome playUnchanged() {
        return new VenueCase(id, blocks, false).playThrough();
    }

    private Outcome playThrough() {
        blocks.forEach(this::play);
        start();
        finishSweep();
        out.expire(now.plusSeconds(61));
        return new Outcome(
                observations,
                quarantine,
                evidence,
                socketCalls.stream().filter(call -> call.startsWith("ask ")).toList());
    }

    /** Plays it; throws an assertion error that names the block. */
    void play() {
        for (Block block : blocks) {
            try {
                play(block);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("at the block '" + block.header() + "': " + e.getMessage(), e);
            }
        }
        start();
        finishSweep();
        out.giveUpWaiting();
        assertThat(texts(observations)).as("observations that no block expects").isEmpty();
        assertThat(texts(quarantine))
                .as("quarantine records that no block expects")
                .isEmpty();
    }

    private void play(Block block) {
        String name = block.word(1);
        boolean answer = block.header().startsWith(">>");
        if (!(answer && name.equals(sweeping))) {
            finishSweep();
        }
        if (!answer) {
            start();
            if (expects || name.equals("reconnected")) {
                expect(block, name);
            }
        } else if (name.equals("at")) {
            now = Instant.parse(block.word(2));
        } else if (name.equals("option")) {
            options.put(block.word(2).split("=")[0], block.word(2).split("=")[1]);
        } else if (name.equals("rate")) {
            rates.put(block.word(2).split("=")[0], new BigDecimal(block.word(2).split("=")[1]));
        } else if (name.equals("symbols")) {
            symbols = List.of(
                    block.header().substring(">> symbols".length()).strip().split("\\s*,\\s*"));
        } else if (name.equals("wait")) {
            start();
            now = now.plus(Duration.parse("PT" + block.word(2)));
            out.expire(now);
        } else {
            start();
            receive(block, name);
        }
    }

    private void start() {
        if (venue != null) {
            return;
        }
        SourceSettings common = new SourceSettings(
                DEFAULTS.lateness(),
                DEFAULTS.startWait(),
                DEFAULTS.historyWait(),
                rates,
                DEFAULTS.conventions(),
                DEFAULTS.assetClasses(),
                DEFAULTS.products(),
                DEFAULTS.directExchanges(),
                false);
        settings = new VenueSettings(id, null, null, null, null, symbols, options, common);
        venue = Adapters.create(settings);
        feeds = new HashMap<>();
        venue.feeds().forEach(feed -> feeds.put(feed.name(), feed));
        out = new VenueReader(venue, settings, new Kept(observations, quarantine, evidence));
        // from here on minutes pass
        out.expire(now);
    }

    // ---- answers --------------------------------------------------------------------------------------------------

    private void receive(Block block, String name) {
        Feed feed = feeds.get(name);
        if (feed instanceof Feed.Poll poll) {
            Request request = request(block, poll);
            answer(
                    poll.name(),
                    Origin.REST,
                    request,
                    block,
                    reply -> observer -> poll.parser().accept(reply, observer),
                    poll);
        } else if (feed instanceof Feed.Subscription subscription) {
            // a captured message may be spread over lines
            Reply whole = Reply.message(block.body(), now);
            List<Reply> messages = whole.isJson()
                    ? List.of(whole)
                    : block.lines().stream()
                            .map(line -> Reply.message(line, now))
                            .toList();
            for (Reply message : messages) {
                out.read(
                        name,
                        Origin.WEBSOCKET,
                        "WS " + subscription.path(),
                        message,
                        observer -> subscription.parser().read(message, socket(), observer));
            }
        } else if (name.equals("history")) {
            Request request = request(block, null);
            answer(
                    name,
                    Origin.HISTORY,
                    request,
                    block,
                    reply -> observer -> venue.history().parser().accept(reply, observer),
                    null);
        } else {
            fail("the venue has no feed '" + name + "', only " + feeds.keySet());
        }
    }

    private interface Reading {
        Consumer<Observer> of(Reply reply);
    }

    private void answer(String name, Origin origin, Request request, Block block, Reading reading, Feed.Poll poll) {
        int status = 200;
        Map<String, String> headers = new HashMap<>();
        for (String word : block.words()) {
            if (word.startsWith("status=")) {
                status = Integer.parseInt(word.substring("status=".length()));
            } else if (word.startsWith("header=")) {
                String[] header = word.substring("header=".length()).split(":", 2);
                headers.put(header[0], header[1]);
            }
        }
        Reply reply = Reply.of(request, status, headers, block.body(), now);
        boolean list = poll != null && poll.kind() == Feed.Poll.Kind.INSTRUMENTS;
        if (list && sweeping == null) {
            sweeping = name;
        }
        Fault fault = venue.fault(reply);
        if (fault != null) {
            out.failed(request.toString(), fault, reply.text(), now);
            if (poll != null) {
                poll.failed().accept(request, fault);
            }
            if (list) {
                listing.missing(request);
            }
            return;
        }
        VenueReader.Outcome outcome = out.read(name, origin, request.toString(), reply, reading.of(reply));
        if (list) {
            listing.read(request, outcome);
        }
        outcome.asked().forEach(asked -> socketCalls.add("ask " + asked));
    }

    private void finishSweep() {
        if (sweeping != null) {
            out.refresh(listing, true, sweeping, now);
            listing = new Listing();
            sweeping = null;
        }
    }

    /** The request in the block's header, else the first the feed would make. */
    private Request request(Block block, Feed.Poll poll) {
        String method = block.word(2);
        if (method.equals("GET") || method.equals("POST")) {
            return new Request(method, block.word(3), null, 1, null, null);
        }
        List<Request> requests = poll == null ? List.of() : poll.plan().requests(out.instruments(), now);
        return requests.isEmpty() ? Request.get("/") : requests.get(0);
    }

    private Socket socket() {
        return new Socket() {
            @Override
            public void send(String frame) {
                socketCalls.add("send " + frame);
            }

            @Override
            public void confirm(String topic) {
                socketCalls.add("confirm " + topic);
            }

            @Override
            public void refuse(String topic, String why) {
                socketCalls.add("refuse " + topic);
            }

            @Override
            public void understood() {}

            @Override
            public void reconnect(String why) {
                socketCalls.add("reconnect");
            }
        };
    }

    // ---- expectations ---------------------------------------------------------------------------------------------

    private void expect(Block block, String name) {
        switch (name) {
            case "observations" -> {
                // what one market alone does is released a few seconds later
                out.expire(now.plusSeconds(6));
                String total = block.word(3);
                compare(block.lines(), texts(observations), total.isEmpty() ? -1 : Integer.parseInt(total));
                observations.clear();
            }
            case "quarantine" -> {
                out.giveUpWaiting();
                compare(block.lines(), texts(quarantine), -1);
                quarantine.clear();
            }
            case "requests" ->
                assertThat(((Feed.Poll) feeds.get(block.word(2)))
                                .plan().requests(out.instruments(), now).stream()
                                        .map(request -> request.body() == null
                                                ? request.toString()
                                                : request + " " + request.body())
                                        .toList())
                        .isEqualTo(block.lines());
            case "history-requests" -> {
                Instrument instrument = out.instruments().get(block.word(2));
                assertThat(venue.history()
                                .plan()
                                .requests(
                                        List.of(instrument),
                                        Instant.parse(block.word(3)),
                                        Instant.parse(block.word(4))))
                        .extracting(Request::toString)
                        .isEqualTo(block.lines());
            }
            case "frames" -> {
                Feed.Subscription feed = (Feed.Subscription) feeds.get(block.word(2));
                List<String> topics = feed.topics().apply(out.instruments());
                List<String> frames = new ArrayList<>();
                for (int from = 0; from < topics.size(); from += feed.chunk()) {
                    frames.add(feed.subscribe()
                            .apply(topics.subList(from, Math.min(topics.size(), from + feed.chunk()))));
                }
                assertThat(frames).isEqualTo(block.lines());
            }
            case "calls" -> {
                assertThat(socketCalls).isEqualTo(block.lines());
                socketCalls.clear();
            }
            case "reconnected" -> {
                Feed.Subscription feed = (Feed.Subscription) feeds.get(block.word(2));
                feed.opened().accept(feed.topics().apply(out.instruments()));
            }
            default -> fail("there is no expectation '" + name + "'");
        }
    }

    /** Each expected line names some fields of one actual record; the order must be the same. */
    private static void compare(List<String> expected, List<JsonNode> actual, int total) {
        if (total < 0) {
            assertThat(actual).as("number of records").hasSameSizeAs(expected);
        } else {
            assertThat(actual).as("number of records").hasSize(total);
        }
        Iterator<JsonNode> records = actual.iterator();
        for (String line : expected) {
            JsonNode wanted = json(line);
            JsonNode record = null;
            while (records.hasNext()) {
                JsonNode next = records.next();
                if (total < 0 || next.path("market").equals(wanted.path("market"))) {
                    record = next;
                    break;
                }
            }
            if (record == null) {
                fail("no record fits " + line);
            }
            JsonNode found = record;
            wanted.properties()
                    .forEach(field -> assertThat(isSame(field.getValue(), found.path(field.getKey())))
                            .as(
                                    "%s is %s, expected %s in %s",
                                    field.getKey(), found.path(field.getKey()), field.getValue(), found)
                            .isTrue());
        }
    }

    private static boolean isSame(JsonNode wanted, JsonNode found) {
        return wanted.isNumber() && found.isNumber()
                ? wanted.decimalValue().compareTo(found.decimalValue()) == 0
                : wanted.equals(found);
    }

    private static List<JsonNode> texts(List<?> records) {
        return records.stream()
                .map(record -> {
                    try {
                        return json(PUBLISHED.writeValueAsString(record));
                    } catch (JsonProcessingException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    private static JsonNode json(String line) {
        try {
            return Fields.MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON: " + line, e);
        }
    }

    // ---- the file -------------------------------------------------------------------------------------------------

    private static List<Block> parse(String text) throws IOException {
        List<Block> blocks = new ArrayList<>();
        String header = null;
        StringBuilder body = new StringBuilder();
        for (String line : text.lines().toList()) {
            if (line.startsWith(">> ") || line.startsWith("== ")) {
                if (header != null) {
                    blocks.add(block(header, body.toString()));
                }
                header = line;
                body.setLength(0);
            } else if (!line.startsWith("#")) {
                body.append(line).append('\n');
            }
        }
        if (header != null) {
            blocks.add(block(header, body.toString()));
        }
        return blocks;
    }

    private static Block block(String header, String body) throws IOException {
        int file = header.indexOf(" < ");
        if (file < 0) {
            return new Block(header, body.strip());
        }
        Path payload = payloads().resolve(header.substring(file + 3).strip());
        assumeTrue(Files.exists(payload), "the captured payload is not here: " + payload.getFileName());
        return new Block(header.substring(0, file), Files.readString(payload).strip());
    }

    /** Where the captured payloads are, if they are. */
    static Path payloads() {
        return Path.of(System.getProperty("shared.directory", "../../shared"), "venues", "payloads");
    }
}
