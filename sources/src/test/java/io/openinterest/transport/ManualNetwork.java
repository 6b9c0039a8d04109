package io.openinterest.transport;

import io.openinterest.venue.Request;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;

/** A venue without a network: answers by path, the last one for ever, and sockets the test holds the other end of. */
final class ManualNetwork implements Network {

    private static final Duration LATENCY = Duration.ofMillis(50);

    private final ManualTime time;
    private final Map<String, Deque<Function<Request, Answer>>> answers = new LinkedHashMap<>();

    /** Questions in order, with the time since the start. */
    final List<Asked> asked = new ArrayList<>();

    /** Sockets in the order of opening. */
    final List<Connection> sockets = new ArrayList<>();

    record Asked(Duration at, String target) {}

    ManualNetwork(ManualTime time) {
        this.time = time;
    }

    /** What is answered to a path that contains this, null for never; of several each once and the last for ever. */
    ManualNetwork answer(String part, int status, Map<String, String> headers, String body) {
        return answer(
                part,
                request -> new Answer(status, headers, body, 0, time.clock().now()));
    }

    ManualNetwork answer(String part, String body) {
        return answer(part, 200, Map.of(), body);
    }

    ManualNetwork answer(String part, Function<Request, Answer> how) {
        answers.computeIfAbsent(part, key -> new ArrayDeque<>()).add(how);
        return this;
    }

    /** In place of all that was given for it. */
    ManualNetwork answerFromNow(String part, String body) {
        answers.remove(part);
        return answer(part, body);
    }

    /** Targets that contain this, since the start. */
    List<Asked> asked(String part) {
        return asked.stream().filter(one -> one.target.contains(part)).toList();
    }

    @Override
    public void ask(String baseUrl, Request request, int largest, Budget budget, Answered answered) {
        asked.add(new Asked(Duration.between(ManualTime.START, time.real()), request.path()));
        Deque<Function<Request, Answer>> given = answers.entrySet().stream()
                .filter(entry -> request.path().contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing is given for " + request));
        Function<Request, Answer> next = given.size() > 1 ? given.poll() : given.peek();
        time.after(LATENCY, () -> {
            Answer answer;
            try {
                answer = next.apply(request);
            } catch (Error e) {
                answered.failed(e);
                return;
            }
            if (answer != null) {
                answered.answer(answer);
            }
        });
    }

    @Override
    public WebSocket open(String url, Duration ping, int largest, WebSocketListener listener) {
        Connection connection = new Connection(url, Duration.between(ManualTime.START, time.real()), listener);
        sockets.add(connection);
        return connection;
    }

    /** The venue's end. */
    static final class Connection implements WebSocket {
        final String url;
        final Duration at;
        final List<String> received = new ArrayList<>();
        private final WebSocketListener client;
        boolean isClosed;
        Error onClose;

        Connection(String url, Duration at, WebSocketListener client) {
            this.url = url;
            this.at = at;
            this.client = client;
        }

        Connection accept() {
            client.onOpen(this, null);
            return this;
        }

        void say(String text) {
            client.onMessage(this, text);
        }

        void breakDown() {
            client.onFailure(this, new java.io.EOFException(), null);
        }

        void refuse(int status, String retryAfter) {
            okhttp3.Response.Builder response = new okhttp3.Response.Builder()
                    .request(new okhttp3.Request.Builder()
                            .url("http://localhost/")
                            .build())
                    .protocol(okhttp3.Protocol.HTTP_1_1)
                    .code(status)
                    .message("refused");
            if (retryAfter != null) {
                response.header("Retry-After", retryAfter);
            }
            client.onFailure(this, new java.net.ProtocolException("refused"), response.build());
        }

        @Override
        public boolean send(String text) {
            received.add(text);
            return true;
        }

        @Override
        public boolean send(ByteString bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean close(int code, String reason) {
            if (onClose != null) {
                throw onClose;
            }
            isClosed = true;
            return true;
        }

        @Override
        public void cancel() {
            isClosed = true;
        }

        @Override
        public long queueSize() {
            return 0;
        }

        @Override
        public okhttp3.Request request() {
            throw new UnsupportedOperationException();
        }
    }
}
