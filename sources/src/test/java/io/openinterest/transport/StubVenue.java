package io.openinterest.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.Buffer;
import okio.ByteString;

/** An exchange on loopback: answers by path, in the order given, the last one for ever. */
public final class StubVenue implements AutoCloseable {

    private static final String EXTENSIONS = "Sec-WebSocket-Extensions";

    private volatile boolean mayCompress;
    private volatile boolean compressesUnasked;
    private volatile boolean isCompressing;
    private final MockWebServer server = new MockWebServer();
    private final Map<String, Deque<MockResponse>> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

    /** A megabyte of gzip that inflates to a gigabyte of spaces. */
    public static ByteString gzipBomb() {
        return GzipBomb.BYTES;
    }

    private static final class GzipBomb {

        private static final ByteString BYTES = make();

        private static ByteString make() {
            Buffer bomb = new Buffer();
            byte[] spaces = " ".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII);
            try (GZIPOutputStream out = new GZIPOutputStream(bomb.outputStream())) {
                for (int written = 0; written < 1_000; written++) {
                    out.write(spaces);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bomb.readByteString();
        }
    }

    /** Sockets clients opened, in order. */
    public final BlockingQueue<Connection> sockets = new LinkedBlockingQueue<>();

    /** The server's end of a WebSocket. */
    public static final class Connection extends WebSocketListener {
        public final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        public final CountDownLatch closed = new CountDownLatch(1);
        private final StubVenue venue;
        public WebSocket socket;

        Connection(StubVenue venue) {
            this.venue = venue;
        }

        @Override
        public void onOpen(WebSocket opened, Response response) {
            socket = opened;
            venue.sockets.add(this);
        }

        @Override
        public void onMessage(WebSocket from, String text) {
            received.add(text);
        }

        @Override
        public void onClosing(WebSocket from, int code, String reason) {
            from.close(code, null);
            closed.countDown();
        }

        @Override
        public void onFailure(WebSocket from, Throwable error, Response response) {
            closed.countDown();
        }
    }

    public StubVenue() {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                synchronized (asked) {
                    asked.add(request.getTarget());
                }
                requests.add(request.getTarget());
                if (request.getHeaders().get("Upgrade") != null) {
                    MockResponse.Builder upgrade =
                            new MockResponse.Builder().webSocketUpgrade(new Connection(StubVenue.this));
                    isCompressing = compressesUnasked
                            || mayCompress && request.getHeaders().get(EXTENSIONS) != null;
                    return isCompressing
                            ? upgrade.setHeader(EXTENSIONS, "permessage-deflate")
                                    .build()
                            : upgrade.build();
                }
                String path = request.getUrl().encodedPath();
                Deque<MockResponse> queue = answers.get(path);
                if (queue == null) {
                    return new MockResponse.Builder().code(404).body("{}").build();
                }
                synchronized (queue) {
                    return queue.size() > 1 ? queue.poll() : queue.peek();
                }
            }
        });
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers a path with this, after what was given for it before. */
    public StubVenue answer(String path, MockResponse response) {
        answers.computeIfAbsent(path, key -> new ArrayDeque<>()).add(response);
        return this;
    }

    /** Answers a path with this JSON. */
    public StubVenue answer(String path, String json) {
        return answer(path, json(json).build());
    }

    /** Compresses frames to clients that offer it. */
    public void compress() {
        mayCompress = true;
    }

    /** Compresses frames to the next clients, though none offers it, or not any more. */
    public void compressUnasked(boolean compresses) {
        compressesUnasked = compresses;
    }

    /** Whether the last client took it. */
    public boolean isCompressing() {
        return isCompressing;
    }

    public static MockResponse.Builder json(String body) {
        return new MockResponse.Builder()
                .addHeader("Content-Type", "application/json")
                .body(body);
    }

    public String restUrl() {
        return "http://" + server.getHostName() + ":" + server.getPort() + "/stub";
    }

    public String wsUrl() {
        return restUrl().replace("http:", "ws:");
    }

    /** All targets asked for so far, prefix included. */
    public List<String> asked() {
        synchronized (asked) {
            return List.copyOf(asked);
        }
    }

    /** Waits for the next request whose target contains the text. */
    public String awaitRequest(String part) throws InterruptedException {
        for (String target = next(); target != null; target = next()) {
            if (target.contains(part)) {
                return target;
            }
        }
        throw new AssertionError("nobody asked for " + part + ", only for " + asked());
    }

    private String next() throws InterruptedException {
        return requests.poll(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        server.close();
    }
}
