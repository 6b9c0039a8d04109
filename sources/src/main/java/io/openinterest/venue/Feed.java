package io.openinterest.venue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A feed of a venue: something it is asked for again and again, or subscribed to. A feed is declared fluently, once, in
 * {@link Venue#feeds}, and only read afterwards; what is not called keeps its default.
 */
public sealed interface Feed {

    /** Unique in the venue; shown in metrics and used as the endpoint in the conventions. */
    String name();

    /** Bytes above which an answer or message is none: a few times what the venue sends. */
    int largest();

    /** A REST poll on a grid aligned to the epoch. Every sweep must report at least one row or price. */
    static Poll poll(String name) {
        return new Poll(name, Poll.Kind.DATA, null, 2 << 20);
    }

    /**
     * The instrument list, every ten minutes unless said otherwise; other feeds wait for the first. What a completely
     * read list no longer names is delisted.
     */
    static Poll instruments(String name) {
        return new Poll(name, Poll.Kind.INSTRUMENTS, Duration.ofMinutes(10), 4 << 20);
    }

    /** A poll that may report nothing, for what the venue only keeps to itself (families, funding intervals). */
    static Poll lookup(String name) {
        return new Poll(name, Poll.Kind.LOOKUP, Duration.ofMinutes(10), 2 << 20);
    }

    /** A WebSocket subscription. The path, with its query, stands below the venue's WebSocket URL. */
    static Subscription subscribe(String name, String path) {
        return new Subscription(name, path);
    }

    /** The plan of a sweep: what it asks. */
    @FunctionalInterface
    interface Plan {
        /** The requests of the sweep that starts now; pages are asked for by the parser. */
        List<Request> requests(Instruments listed, Instant now);
    }

    /** A REST poll. */
    final class Poll implements Feed {

        private final String name;
        private final Kind kind;
        private @Nullable Duration every;
        private Plan plan = (listed, now) -> List.of();
        private @Nullable BiConsumer<Reply, Observer> parser;
        private BiConsumer<Request, Fault> failed = (request, fault) -> {};
        private @Nullable String after;
        private int largest;

        /** The kinds of answers, which decide what a sweep must report. */
        public enum Kind {
            /** Rows or prices. */
            DATA,
            /** The instrument list. */
            INSTRUMENTS,
            /** Nothing. */
            LOOKUP
        }

        private Poll(String name, Kind kind, @Nullable Duration every, int largest) {
            this.name = name;
            this.kind = kind;
            this.every = every;
            this.largest = largest;
        }

        /** Sweeps at multiples of this since the epoch. */
        public Poll every(Duration distance) {
            every = distance;
            return this;
        }

        /** A single GET. */
        public Poll get(String path) {
            return get(path, 1);
        }

        /** A single GET with a weight. */
        public Poll get(String path, int weight) {
            return requests((listed, now) -> List.of(Request.get(path).weight(weight)));
        }

        /** A single POST of JSON. */
        public Poll post(String path, String json) {
            return requests((listed, now) -> List.of(Request.post(path, json)));
        }

        /** Requests that depend on the list or the time; none is a sweep with nothing to do. */
        public Poll requests(Plan requests) {
            plan = requests;
            return this;
        }

        /** Reads one good answer. */
        public Poll parse(BiConsumer<Reply, Observer> reader) {
            parser = reader;
            return this;
        }

        /** Is told of each request without a good answer, e.g. to fill a negative cache. */
        public Poll failed(BiConsumer<Request, Fault> listener) {
            failed = listener;
            return this;
        }

        /** An answer above so many bytes is none; 4 MiB of an instrument list and 2 MiB of all else, unless said. */
        public Poll largest(int bytes) {
            largest = bytes;
            return this;
        }

        /** Starts when that feed has succeeded once, and goes after it where both are due. */
        public Poll after(String feed) {
            after = feed;
            return this;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int largest() {
            return largest;
        }

        /** The kind of its answers. */
        public Kind kind() {
            return kind;
        }

        /** Distance of sweeps; null for the venue's poll interval. */
        public @Nullable Duration every() {
            return every;
        }

        /** The requests of a sweep, spread over it where there are many. */
        public Plan plan() {
            return plan;
        }

        /** Reads one good answer. */
        public @Nullable BiConsumer<Reply, Observer> parser() {
            return parser;
        }

        /** Is told of a request that got no good answer. */
        public BiConsumer<Request, Fault> failed() {
            return failed;
        }

        /** The feed that goes first; null for the instrument list. */
        public @Nullable String after() {
            return after;
        }
    }

    /** A WebSocket subscription. Topics are opaque texts, one per acknowledgement. */
    final class Subscription implements Feed {

        private final String name;
        private final String path;
        private Function<Instruments, List<String>> topics = listed -> List.of();
        private @Nullable Function<List<String>, String> subscribe;
        private @Nullable Function<List<String>, String> unsubscribe;
        private int chunk = 1;
        private int perConnection = 200;
        private Duration pace = Duration.ofMillis(250);
        private @Nullable Duration ping;
        private @Nullable String pingFrame;
        private Duration silence = Duration.ofSeconds(30);
        private Duration maxAge = Duration.ofHours(23);
        private Duration acknowledged = Duration.ofSeconds(10);
        private @Nullable Reader parser;
        private Consumer<List<String>> opened = fresh -> {};
        private int largest = 1 << 20;

        /** Reads one message. */
        @FunctionalInterface
        public interface Reader {
            /** Reports what it says, answers on the socket where it must. */
            void read(Reply message, Socket socket, Observer out);
        }

        private Subscription(String name, String path) {
            this.name = name;
            this.path = path;
        }

        /**
         * Topics, computed from the list at connect and after each change of it, and the frame that asks for some of
         * them. Without any the path says it all.
         */
        public Subscription topics(
                Function<Instruments, List<String>> wanted, int perFrame, Function<List<String>, String> frame) {
            topics = wanted;
            chunk = perFrame;
            subscribe = frame;
            return this;
        }

        /** The frame that ends some topics, where that is worth it. */
        public Subscription unsubscribe(Function<List<String>, String> frame) {
            unsubscribe = frame;
            return this;
        }

        /** At most so many topics on one connection; more open more connections. */
        public Subscription perConnection(int most) {
            perConnection = most;
            return this;
        }

        /** At least so long between frames. */
        public Subscription pace(Duration distance) {
            pace = distance;
            return this;
        }

        /** A ping of the application, sent every so often; a null frame is a WebSocket ping. */
        public Subscription ping(Duration distance, String frame) {
            ping = distance;
            pingFrame = frame;
            return this;
        }

        /** Replaced when no message reported anything for so long; heartbeats are no data. */
        public Subscription silence(Duration longest) {
            silence = longest;
            return this;
        }

        /** Replaced at this age, before the venue ends it. */
        public Subscription maxAge(Duration age) {
            maxAge = age;
            return this;
        }

        /** The longest wait for {@link Socket#confirm} of every topic; null where the venue confirms none. */
        public Subscription acknowledged(Duration longest) {
            acknowledged = longest;
            return this;
        }

        /** A message above so many bytes, compressed or not, ends its connection; 1 MiB unless said. */
        public Subscription largest(int bytes) {
            largest = bytes;
            return this;
        }

        /** Reads one message, decompressed. */
        public Subscription parse(Reader reader) {
            parser = reader;
            return this;
        }

        /** Is told the topics of a new connection before it subscribes: what was merged of them is dropped here. */
        public Subscription opened(Consumer<List<String>> listener) {
            opened = listener;
            return this;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int largest() {
            return largest;
        }

        /** Path and query below the venue's WebSocket URL. */
        public String path() {
            return path;
        }

        /** The topics to subscribe to. */
        public Function<Instruments, List<String>> topics() {
            return topics;
        }

        /** Makes the frame that asks for some topics; null where the path says it all. */
        public @Nullable Function<List<String>, String> subscribe() {
            return subscribe;
        }

        /** Makes the frame that ends some topics; null where it is not worth it. */
        public @Nullable Function<List<String>, String> unsubscribe() {
            return unsubscribe;
        }

        /** Topics per frame. */
        public int chunk() {
            return chunk;
        }

        /** Topics per connection. */
        public int perConnection() {
            return perConnection;
        }

        /** Distance of frames. */
        public Duration pace() {
            return pace;
        }

        /** Distance of pings; null where the client sends none. */
        public @Nullable Duration ping() {
            return ping;
        }

        /** Text of a ping; null for a WebSocket ping frame. */
        public @Nullable String pingFrame() {
            return pingFrame;
        }

        /** Longest time without data. */
        public Duration silence() {
            return silence;
        }

        /** Age at which a connection is replaced. */
        public Duration maxAge() {
            return maxAge;
        }

        /** The time after the last frame by which all topics must have been confirmed; null if the venue confirms none. */
        public Duration acknowledged() {
            return acknowledged;
        }

        /** Reads one message. */
        public @Nullable Reader parser() {
            return parser;
        }

        /** Is told the topics of a new connection. */
        public Consumer<List<String>> opened() {
            return opened;
        }
    }
}
