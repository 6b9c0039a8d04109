package io.openinterest.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.BufferedSink;
import okio.ByteString;

/**
 * A way in which a venue misbehaves, for tests. One fault of a venue holds at a time, until it is healed or used up; a
 * fault object is used once.
 */
public final class InjectedFault {

    enum Sockets {
        /** Work as ever. */
        SPEAK,
        /** Open, but nothing comes any more. */
        SILENT,
        /** Open, but what a client asks for is not answered. */
        DEAF,
        /** Cut a few seconds after each was opened. */
        STORM,
        /** Cut where open, refused where asked for. */
        CUT
    }

    private static final Pattern EPOCH_MILLIS = Pattern.compile("\\b1[78]\\d{11}\\b");
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    /** Path and query, and the honest answer to it. */
    private final Effect effect;

    private final Sockets sockets;
    private final String pathPart;
    private final AtomicInteger left;

    private interface Effect {
        MockResponse apply(String target, MockResponse honest);
    }

    private InjectedFault(Effect effect, Sockets sockets, String pathPart, AtomicInteger left) {
        this.effect = effect;
        this.sockets = sockets;
        this.pathPart = pathPart;
        this.left = left;
    }

    private static InjectedFault of(UnaryOperator<MockResponse> effect, Sockets sockets) {
        return new InjectedFault(
                (target, honest) -> effect.apply(honest), sockets, "", new AtomicInteger(Integer.MAX_VALUE));
    }

    /** Requests are answered so; open sockets go on, new ones are refused in the same way. */
    public static InjectedFault status(int status, Map<String, String> headers, String body) {
        return of(
                honest -> {
                    MockResponse.Builder answer =
                            new MockResponse.Builder().code(status).body(body);
                    headers.forEach(answer::setHeader);
                    return answer.build();
                },
                Sockets.SPEAK);
    }

    /** Requests are answered with a page of markup, as gateways in front of venues do. */
    public static InjectedFault html(int status) {
        return status(
                status,
                Map.of("Content-Type", "text/html"),
                "<html><head><title>" + status + "</title></head><body><center><h1>" + status
                        + "</h1></center></body></html>");
    }

    /** Requests are answered with the first half of the body, as if it were the whole. */
    public static InjectedFault truncated() {
        return of(
                honest -> {
                    Buffer body = body(honest);
                    Buffer half = new Buffer();
                    half.write(body, body.size() / 2);
                    return honest.newBuilder().body(half).build();
                },
                Sockets.SPEAK);
    }

    /** The connection is lost in the middle of the body. */
    public static InjectedFault interrupted() {
        return of(
                honest -> honest.newBuilder()
                        .onResponseBody(new SocketEffect.CloseSocket())
                        .build(),
                Sockets.SPEAK);
    }

    /** Answers come, but late. */
    public static InjectedFault slow(Duration delay) {
        return of(
                honest -> honest.newBuilder()
                        .headersDelay(delay.toMillis(), TimeUnit.MILLISECONDS)
                        .build(),
                Sockets.SPEAK);
    }

    /** Every connection is closed without an answer, open sockets too. */
    public static InjectedFault reset() {
        return of(
                honest -> new MockResponse.Builder()
                        .onResponseStart(new SocketEffect.CloseSocket())
                        .build(),
                Sockets.CUT);
    }

    /** Connections are taken and nothing ever comes back, on open sockets neither. */
    public static InjectedFault silent() {
        return of(
                honest -> new MockResponse.Builder()
                        .onResponseStart(SocketEffect.Stall.INSTANCE)
                        .build(),
                Sockets.SILENT);
    }

    /** REST works; subscriptions are taken and never confirmed, pings never answered. */
    public static InjectedFault lostAcknowledgements() {
        return of(UnaryOperator.identity(), Sockets.DEAF);
    }

    /** REST works, and every socket is cut a few seconds after it was opened. */
    public static InjectedFault reconnectStorm() {
        return of(UnaryOperator.identity(), Sockets.STORM);
    }

    /** Answers have so many bytes of JSON that means nothing. */
    public static InjectedFault gigantic(long bytes) {
        return ofBody(new Repeated("[", "[],".repeat(10_000), "[]]", bytes / 30_000 + 1));
    }

    /** Answers are so many lists within one another, in thousands. */
    public static InjectedFault deep(long lists) {
        return ofBody(new Repeated("", "[".repeat(1_000), "", lists / 1_000));
    }

    /** Answers are a megabyte of gzip that inflates to a gigabyte. */
    public static InjectedFault gzipBomb() {
        return of(
                honest -> honest.newBuilder()
                        .setHeader("Content-Encoding", "gzip")
                        .body(new Buffer().write(GzipBomb.BYTES))
                        .build(),
                Sockets.SPEAK);
    }

    private static InjectedFault ofBody(MockResponseBody body) {
        return of(
                honest -> honest.newBuilder()
                        .body(body)
                        .setHeader("Content-Length", body.getContentLength())
                        .build(),
                Sockets.SPEAK);
    }

    /** The body comes a few bytes at a time. */
    public static InjectedFault split() {
        return of(
                honest -> honest.newBuilder()
                        .throttleBody(1024, 10, TimeUnit.MILLISECONDS)
                        .build(),
                Sockets.SPEAK);
    }

    /** Whoever listens there speaks no HTTP, as a TLS handshake with the wrong end looks. */
    public static InjectedFault noHttp() {
        return of(
                honest -> new MockResponse.Builder()
                        .status("\u0015\u0003\u0003\u0000\u0002\u0002\u0028")
                        .build(),
                Sockets.CUT);
    }

    /** Every list of more than three has lost its second half. */
    public static InjectedFault halfLists() {
        return ofText(InjectedFault::halved);
    }

    /** The venue's clock is ahead: times of these days move, expirations don't. */
    public static InjectedFault clockAhead(Clock clock, Duration by) {
        return ofText(text -> EPOCH_MILLIS.matcher(text).replaceAll(found -> {
            long time = Long.parseLong(found.group());
            boolean isOfNow = Math.abs(time - clock.millis()) < DAY_MILLIS;
            return Long.toString(isOfNow ? time + by.toMillis() : time);
        }));
    }

    /** Each question gets the answer it got first. */
    public static InjectedFault frozen() {
        Map<String, MockResponse> first = new ConcurrentHashMap<>();
        return new InjectedFault(
                (target, honest) -> honest.getBody() == null ? honest : first.computeIfAbsent(target, key -> honest),
                Sockets.SPEAK,
                "",
                new AtomicInteger(Integer.MAX_VALUE));
    }

    /** REST works, sockets open, and nothing comes over them. */
    public static InjectedFault silentSockets() {
        return of(UnaryOperator.identity(), Sockets.SILENT);
    }

    /** This fault on paths only that contain the text. Sockets are concerned all the same. */
    public InjectedFault on(String part) {
        return new InjectedFault(effect, sockets, part, left);
    }

    /** This fault for so many requests, then none. */
    public InjectedFault times(int requests) {
        return new InjectedFault(effect, sockets, pathPart, new AtomicInteger(requests));
    }

    Sockets sockets() {
        return left.get() > 0 ? sockets : Sockets.SPEAK;
    }

    /**
     * The honest answer, or what the fault makes of it.
     *
     * @param target path and query
     */
    MockResponse apply(String path, String target, MockResponse honest) {
        boolean hit = path.contains(pathPart) && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
        return hit ? effect.apply(target, honest) : honest;
    }

    private static InjectedFault ofText(UnaryOperator<String> change) {
        return of(
                honest -> honest.getBody() == null
                        ? honest
                        : honest.newBuilder()
                                .body(change.apply(body(honest).readUtf8()))
                                .build(),
                Sockets.SPEAK);
    }

    private static String halved(String text) {
        JsonNode tree = Payload.read(text);
        for (JsonNode array : tree.isArray() ? List.of(tree) : arraysIn(tree)) {
            ArrayNode list = (ArrayNode) array;
            int keep = list.size() > 3 ? list.size() / 2 : list.size();
            while (list.size() > keep) {
                list.remove(list.size() - 1);
            }
        }
        return tree.isMissingNode() ? text : Payload.write(tree);
    }

    /** The outermost ones. */
    private static List<JsonNode> arraysIn(JsonNode tree) {
        List<JsonNode> arrays = new ArrayList<>();
        tree.forEach(child -> {
            if (child.isArray()) {
                arrays.add(child);
            } else {
                arrays.addAll(arraysIn(child));
            }
        });
        return arrays;
    }

    /** A text with a middle that is there so many times. */
    private record Repeated(String first, String again, String last, long times) implements MockResponseBody {

        @Override
        public long getContentLength() {
            return first.length() + times * again.length() + last.length();
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            byte[] middle = again.getBytes(StandardCharsets.US_ASCII);
            sink.writeUtf8(first);
            for (long written = 0; written < times; written++) {
                sink.write(middle);
            }
            sink.writeUtf8(last);
        }
    }

    /** A gigabyte of spaces, made when it is first wanted. */
    private static final class GzipBomb {

        private static final ByteString BYTES = make();

        private static ByteString make() {
            Buffer bomb = new Buffer();
            byte[] spaces = " ".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
            try (GZIPOutputStream out = new GZIPOutputStream(bomb.outputStream())) {
                for (int written = 0; written < 1 << 30; written += spaces.length) {
                    out.write(spaces);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bomb.readByteString();
        }
    }

    private static Buffer body(MockResponse response) {
        Buffer body = new Buffer();
        try {
            if (response.getBody() != null) {
                response.getBody().writeTo(body);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return body;
    }
}
