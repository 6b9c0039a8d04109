package io.openinterest.venue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One thing a venue is asked for again and again, or subscribed to. Feeds are declared fluently; each call gives a new
 * one, and what is not called keeps its default.
 */
public sealed interface Feed {

    /** Unique in the venue; shown in metrics and used as the endpoint in the conventions. */
    String name();

    /** A REST poll on a grid aligned to the epoch. Every sweep must report at least one row or price. */
    static Poll poll(String name) {
        return new Poll(
                name, Poll.Kind.DATA, null, (book, now) -> List.of(), null, (request, fault) -> {}, null, null, null);
    }

    /**
     * The instrument list. A sweep whose requests all succeed and whose rows can all be read is the whole list: what it
     * no longer names is delisted.
     * Every ten minutes unless said otherwise; other feeds wait for the first.
     */
    static Poll instruments(String name) {
        return new Poll(
                name,
                Poll.Kind.INSTRUMENTS,
                Duration.ofMinutes(10),
                (book, now) -> List.of(),
                null,
                (request, fault) -> {},
                null,
                null,
                null);
    }

    /** A poll that may report nothing, for what the venue only keeps to itself (families, funding intervals). */
    static Poll lookup(String name) {
        return new Poll(
                name,
                Poll.Kind.LOOKUP,
                Duration.ofMinutes(10),
                (book, now) -> List.of(),
                null,
                (request, fault) -> {},
                null,
                null,
                null);
    }

    /** A WebSocket subscription below the venue's WebSocket URL. */
    static Subscription subscribe(String name, String path) {
        return new Subscription(
                name,
                path,
                book -> List.of(),
                null,
                null,
                1,
                200,
                Duration.ofMillis(250),
                null,
                null,
                Duration.ofSeconds(30),
                Duration.ofHours(23),
                Duration.ofSeconds(10),
                null,
                fresh -> {});
    }

    /** What a sweep asks. */
    @FunctionalInterface
    interface Plan {
        /** The requests of the sweep that starts now; pages are asked for by the parser. */
        List<Request> requests(Instruments book, Instant now);
    }

    /**
     * A REST poll.
     *
     * @param name see {@link Feed#name}
     * @param kind what a sweep must report
     * @param every distance of sweeps; null for the venue's poll interval
     * @param plan the requests of a sweep, spread over it where there are many
     * @param parser reads one good answer
     * @param failed told of a request that got no good answer
     * @param after feed that must have succeeded once, and goes first where both are due; null for the instrument list
     * @param unless subscription in whose place it polls; null to poll always
     * @param silence how long that subscription must have brought nothing
     */
    record Poll(
            String name,
            Kind kind,
            Duration every,
            Plan plan,
            BiConsumer<Reply, Observer> parser,
            BiConsumer<Request, Fault> failed,
            String after,
            String unless,
            Duration silence)
            implements Feed {

        /** What a sweep must report. */
        public enum Kind {
            /** Rows or prices. */
            DATA,
            /** The instrument list. */
            INSTRUMENTS,
            /** Nothing. */
            LOOKUP
        }

        /** Sweeps at multiples of this since the epoch. */
        public Poll every(Duration distance) {
            return new Poll(name, kind, distance, plan, parser, failed, after, unless, silence);
        }

        /** One GET. */
        public Poll get(String path) {
            return requests((book, now) -> List.of(Request.get(path)));
        }

        /** One GET with a weight. */
        public Poll get(String path, int weight) {
            return requests((book, now) -> List.of(Request.get(path).weight(weight)));
        }

        /** One POST of JSON. */
        public Poll post(String path, String json) {
            return requests((book, now) -> List.of(Request.post(path, json)));
        }

        /** Requests that depend on the book or the time; none is a sweep with nothing to do. */
        public Poll requests(Plan other) {
            return new Poll(name, kind, every, other, parser, failed, after, unless, silence);
        }

        /** Reads one good answer. */
        public Poll parse(BiConsumer<Reply, Observer> reader) {
            return new Poll(name, kind, every, plan, reader, failed, after, unless, silence);
        }

        /** Is told of each request without a good answer, e.g. to fill a negative cache. */
        public Poll failed(BiConsumer<Request, Fault> listener) {
            return new Poll(name, kind, every, plan, parser, listener, after, unless, silence);
        }

        /** Starts when that feed has succeeded once, and goes after it where both are due. */
        public Poll after(String feed) {
            return new Poll(name, kind, every, plan, parser, failed, feed, unless, silence);
        }

        /** Polls only while that subscription has brought no data for so long. */
        public Poll whenSilent(String subscription, Duration longer) {
            return new Poll(name, kind, every, plan, parser, failed, after, subscription, longer);
        }
    }

    /**
     * A WebSocket subscription. Topics are opaque texts, one per acknowledgement.
     *
     * @param name see {@link Feed#name}
     * @param path path and query below the venue's WebSocket URL
     * @param topics what is wanted, computed from the book at connect and after each change of it
     * @param subscribe makes the frame that asks for some topics; null where the path says it all
     * @param unsubscribe makes the frame that ends some topics; null where it is not worth it
     * @param chunk topics per frame
     * @param perConnection topics per connection; more open more connections
     * @param pace distance of frames
     * @param ping distance of pings; null where the client sends none
     * @param pingFrame text of a ping; null for a WebSocket ping frame
     * @param silence without data for so long the connection is replaced; heartbeats are no data
     * @param maxAge a connection is replaced before the venue ends it
     * @param acknowledged how long after the last frame all topics must have been confirmed; null if the venue
     *     confirms none
     * @param parser reads one message
     * @param opened told the topics of a new connection before it subscribes: what was merged of them is dropped here
     */
    record Subscription(
            String name,
            String path,
            Function<Instruments, List<String>> topics,
            Function<List<String>, String> subscribe,
            Function<List<String>, String> unsubscribe,
            int chunk,
            int perConnection,
            Duration pace,
            Duration ping,
            String pingFrame,
            Duration silence,
            Duration maxAge,
            Duration acknowledged,
            Reader parser,
            Consumer<List<String>> opened)
            implements Feed {

        /** Topics from the book and the frame that asks for some of them. */
        public Subscription topics(
                Function<Instruments, List<String>> wanted, int perFrame, Function<List<String>, String> frame) {
            return new Subscription(
                    name,
                    path,
                    wanted,
                    frame,
                    unsubscribe,
                    perFrame,
                    perConnection,
                    pace,
                    ping,
                    pingFrame,
                    silence,
                    maxAge,
                    acknowledged,
                    parser,
                    opened);
        }

        /** The frame that ends some topics. */
        public Subscription unsubscribe(Function<List<String>, String> frame) {
            return new Subscription(
                    name,
                    path,
                    topics,
                    subscribe,
                    frame,
                    chunk,
                    perConnection,
                    pace,
                    ping,
                    pingFrame,
                    silence,
                    maxAge,
                    acknowledged,
                    parser,
                    opened);
        }

        /** At most so many topics on one connection. */
        public Subscription perConnection(int most) {
            return new Subscription(
                    name,
                    path,
                    topics,
                    subscribe,
                    unsubscribe,
                    chunk,
                    most,
                    pace,
                    ping,
                    pingFrame,
                    silence,
                    maxAge,
                    acknowledged,
                    parser,
                    opened);
        }

        /** At least so long between frames. */
        public Subscription pace(Duration distance) {
            return new Subscription(
                    name,
                    path,
                    topics,
                    subscribe,
                    unsubscribe,
                    chunk,
                    perConnection,
                    distance,
                    ping,
                    pingFrame,
                    silence,
                    maxAge,
                    acknowledged,
                    parser,
                    opened);
        }

        /** A ping of the application, sent every so often; a null frame is a WebSocket ping. */
        public Subscription ping(Duration distance, String frame) {
            return new Subscription(
                    name,
                    path,
                    topics,
                    subscribe,
                    unsubscribe,
                    chunk,
                    perConnection,
                    pace,
                    distance,
                    frame,
                    silence,
                    maxAge,
                    acknowledged,
                    parser,
                    opened);
        }

        /** Replaced when no message reported anything for so long. */
        public Subscription silence(Duration longest) {
            return new Subscription(
                    name,
                    path,
                    topics,
                    subscribe,
                    unsubscribe,
                    chunk,
                    perConnection,
                    pace,
                    ping,
                    pingFrame,
                    longest,
                    maxAge,
                    acknowledged,
                    parser,
                    opened);
        }

        /** Replaced at this age. */
        public Subscription maxAge(Duration age) {
            return new Subscription(
                    name,
                    path,
                    topics,
                    subscribe,
                    unsubscribe,
                    chunk,
                    perConnection,
                    pace,
                    ping,
                    pingFrame,
                    silence,
                    age,
                    acknowledged,
                    parser,
                    opened);
        }

        /** How long to wait for {@link Socket#confirm} of every topic; null where the venue confirms none. */
        public Subscription acknowledged(Duration longest) {
            return new Subscription(
                    name,
                    path,
                    topics,
                    subscribe,
                    unsubscribe,
                    chunk,
                    perConnection,
                    pace,
                    ping,
                    pingFrame,
                    silence,
                    maxAge,
                    longest,
                    parser,
                    opened);
        }

        /** Reads one message, decompressed. */
        public Subscription parse(Reader reader) {
            return new Subscription(
                    name,
                    path,
                    topics,
                    subscribe,
                    unsubscribe,
                    chunk,
                    perConnection,
                    pace,
                    ping,
                    pingFrame,
                    silence,
                    maxAge,
                    acknowledged,
                    reader,
                    opened);
        }

        /** Is told the topics of a new connection before it subscribes. */
        public Subscription opened(Consumer<List<String>> listener) {
            return new Subscription(
                    name,
                    path,
                    topics,
                    subscribe,
                    unsubscribe,
                    chunk,
                    perConnection,
                    pace,
                    ping,
                    pingFrame,
                    silence,
                    maxAge,
                    acknowledged,
                    parser,
                    listener);
        }

        /** Reads one message. */
        @FunctionalInterface
        public interface Reader {
            /** Reports what it says, answers on the socket where it must. */
            void read(Reply message, Socket socket, Observer out);
        }
    }
}
