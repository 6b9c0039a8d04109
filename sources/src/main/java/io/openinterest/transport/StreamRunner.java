package io.openinterest.transport;

import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Socket;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPInputStream;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;

/**
 * Keeps the connections of one subscription: subscribes in paced frames, compares what is confirmed with what was
 * asked, pings, and replaces a connection that is silent, old or broken. On the venue's thread; only the network's own
 * callbacks are elsewhere, and they hand over at most {@link #MAX_QUEUED} messages before they wait, which makes the
 * venue wait.
 */
final class StreamRunner {

    private static final int MAX_QUEUED = 1_000;
    private static final int MAX_MESSAGE = 32 << 20;
    private static final int NORMAL_CLOSURE = 1000;

    private final VenueRunner runner;
    private final Feed.Subscription feed;
    private final List<Connection> connections = new ArrayList<>();
    private final Set<String> refused = new HashSet<>();
    private final Backoff backoff;
    private long lastData;
    private boolean updated;
    private boolean closed;

    StreamRunner(VenueRunner runner, Feed.Subscription feed) {
        this.runner = runner;
        this.feed = feed;
        this.backoff = runner.backoff();
        this.lastData = now();
    }

    /** Nothing was reported for so long, or since the start. */
    boolean isSilent(Duration longest) {
        return now() - lastData >= longest.toMillis();
    }

    /** Subscribes to what the listed markets want. */
    void update() {
        refused.clear();
        updated = true;
        Set<String> wanted =
                new LinkedHashSet<>(feed.topics().apply(runner.observations().instruments()));
        for (Connection connection : connections) {
            connection.drop(wanted);
            wanted.removeAll(connection.topics);
        }
        List<String> missing = new ArrayList<>(wanted);
        for (Connection connection : connections) {
            int room = Math.min(missing.size(), feed.perConnection() - connection.topics.size());
            connection.add(new ArrayList<>(missing.subList(0, Math.max(0, room))));
            missing = missing.subList(Math.max(0, room), missing.size());
        }
        for (int start = 0; start < missing.size(); start += feed.perConnection()) {
            int end = Math.min(missing.size(), start + feed.perConnection());
            Connection connection = new Connection(missing.subList(start, end));
            connections.add(connection);
            connection.connect();
        }
        if (connections.isEmpty() && feed.subscribe() == null) {
            Connection connection = new Connection(List.of());
            connections.add(connection);
            connection.connect();
        }
    }

    /** Looks after the connections; about once a second. */
    void check() {
        if (updated) {
            List.copyOf(connections).forEach(Connection::check);
        }
    }

    void close() {
        closed = true;
        connections.forEach(Connection::end);
        connections.clear();
    }

    private long now() {
        return runner.now().toEpochMilli();
    }

    private void reject(String detail, String raw) {
        Fault fault = new Fault(Fault.Kind.RETRY, Reason.VENUE_ERROR, "websocket", detail, null);
        runner.observations().failed("WS " + feed.path(), fault, raw, runner.now());
    }

    /** One connection after another for the same topics. */
    private final class Connection implements Socket {

        final Set<String> topics;
        final Set<String> unconfirmed = new LinkedHashSet<>();
        final Deque<String> frames = new ArrayDeque<>();
        private WebSocket socket;
        private Semaphore room = new Semaphore(MAX_QUEUED);
        private int generation;
        private boolean isOpen;
        private boolean isSending;
        private boolean isRetried;
        private long openedAt;
        private long dataAt;
        private long pingAt;
        private long askedAt;

        Connection(Collection<String> topics) {
            this.topics = new LinkedHashSet<>(topics);
        }

        void connect() {
            if (closed || topics.isEmpty() && feed.subscribe() != null) {
                return;
            }
            int mine = ++generation;
            Semaphore permits = new Semaphore(MAX_QUEUED);
            room = permits;
            isOpen = false;
            openedAt = now();
            dataAt = openedAt;
            Duration ping = feed.ping() != null && feed.pingFrame() == null ? feed.ping() : Duration.ZERO;
            socket = runner.http().open(runner.wsUrl() + feed.path(), ping, new Listener(mine, permits));
        }

        private void opened(int of) {
            if (of != generation) {
                return;
            }
            isOpen = true;
            isRetried = false;
            pingAt = now();
            dataAt = now();
            frames.clear();
            unconfirmed.clear();
            feed.opened().accept(List.copyOf(topics));
            ask(topics);
        }

        /** Topics the listed markets want. */
        void drop(Set<String> wanted) {
            List<String> gone =
                    topics.stream().filter(topic -> !wanted.contains(topic)).toList();
            topics.removeAll(gone);
            unconfirmed.removeAll(gone);
            if (isOpen && feed.unsubscribe() != null) {
                chunks(gone).forEach(chunk -> queue(feed.unsubscribe().apply(chunk)));
            }
        }

        /** Topics the listed markets want. */
        void add(Collection<String> more) {
            topics.addAll(more);
            if (isOpen) {
                ask(more);
            }
        }

        private void ask(Collection<String> wanted) {
            if (feed.subscribe() == null || wanted.isEmpty()) {
                return;
            }
            if (feed.acknowledged() != null) {
                unconfirmed.addAll(wanted);
            }
            chunks(wanted).forEach(chunk -> queue(feed.subscribe().apply(chunk)));
        }

        private List<List<String>> chunks(Collection<String> wanted) {
            List<String> all = List.copyOf(wanted);
            List<List<String>> chunks = new ArrayList<>();
            for (int start = 0; start < all.size(); start += feed.chunk()) {
                chunks.add(all.subList(start, Math.min(all.size(), start + feed.chunk())));
            }
            return chunks;
        }

        private void queue(String frame) {
            frames.add(frame);
            if (!isSending) {
                isSending = true;
                sendNext(generation);
            }
        }

        private void sendNext(int of) {
            String frame = of == generation ? frames.poll() : null;
            if (frame == null) {
                isSending = false;
                askedAt = now();
                return;
            }
            send(frame);
            runner.later(feed.pace(), () -> sendNext(of));
        }

        void check() {
            long now = now();
            if (socket == null) {
                return;
            }
            if (now - dataAt > feed.silence().toMillis()) {
                replace("no data for " + feed.silence().toSeconds() + " s", true);
            } else if (isOpen && now - openedAt > feed.maxAge().toMillis()) {
                replace("its age", false);
            } else if (isOpen) {
                ping(now);
                compare(now);
            }
        }

        private void ping(long now) {
            if (feed.pingFrame() != null && now - pingAt >= feed.ping().toMillis()) {
                pingAt = now;
                send(feed.pingFrame());
            }
        }

        private void compare(long now) {
            if (isSending
                    || unconfirmed.isEmpty()
                    || feed.acknowledged() == null
                    || now - askedAt < feed.acknowledged().toMillis()) {
                return;
            }
            List<String> missing = List.copyOf(unconfirmed);
            unconfirmed.clear();
            reject(missing.size() + " topics were not confirmed, the first is " + missing.get(0), null);
            if (!isRetried) {
                isRetried = true;
                ask(missing);
            }
        }

        /** Ends this connection and opens the next, after a backoff if something was wrong. */
        private void replace(String why, boolean faulty) {
            if (faulty) {
                reject("the connection was replaced: " + why, null);
            }
            runner.stats().reconnected();
            end();
            runner.later(faulty ? backoff.next() : Duration.ZERO, () -> {
                if (socket == null && connections.contains(this)) {
                    connect();
                }
            });
        }

        void end() {
            generation++;
            isOpen = false;
            isSending = false;
            frames.clear();
            if (socket != null) {
                socket.close(NORMAL_CLOSURE, null);
                socket.cancel();
                socket = null;
            }
            // lets a callback go that waits for room
            room.release(MAX_QUEUED);
        }

        private void broken(int of, String why) {
            if (of == generation && socket != null) {
                replace(why, true);
            }
        }

        private void message(int of, String text) {
            if (of != generation) {
                return;
            }
            Reply message = Reply.message(text, runner.now());
            int reported = runner.observations()
                    .read(
                            feed.name(),
                            Origin.WEBSOCKET,
                            "WS " + feed.path(),
                            message,
                            out -> feed.parser().read(message, this, out))
                    .reported();
            if (reported > 0) {
                dataAt = now();
                lastData = dataAt;
                backoff.reset();
            }
        }

        @Override
        public void send(String frame) {
            if (socket != null) {
                socket.send(frame);
            }
        }

        @Override
        public void confirm(String topic) {
            unconfirmed.remove(topic);
        }

        @Override
        public void refuse(String topic, String why) {
            unconfirmed.remove(topic);
            if (refused.add(topic)) {
                reject("the topic " + topic + " was refused: " + why, null);
            }
        }

        @Override
        public void reconnect(String why) {
            runner.run(() -> {
                if (socket != null) {
                    replace(why, true);
                }
            });
        }

        /** Hands over from the network's threads. */
        private final class Listener extends WebSocketListener {

            private final int mine;
            private final Semaphore permits;

            Listener(int mine, Semaphore permits) {
                this.mine = mine;
                this.permits = permits;
            }

            @Override
            public void onOpen(WebSocket opened, Response response) {
                runner.run(() -> opened(mine));
            }

            @Override
            public void onMessage(WebSocket from, String text) {
                hand(text);
            }

            @Override
            public void onMessage(WebSocket from, ByteString bytes) {
                String text = unzip(bytes);
                if (text == null) {
                    runner.run(() -> reject("a binary message is no gzip or too large", null));
                } else {
                    hand(text);
                }
            }

            @Override
            public void onClosing(WebSocket from, int code, String reason) {
                runner.run(() -> broken(mine, "closed by the venue with code " + code));
            }

            @Override
            public void onFailure(WebSocket from, Throwable error, Response response) {
                String what = response == null ? error.getClass().getSimpleName() : "HTTP " + response.code();
                runner.run(() -> broken(mine, what));
            }

            private void hand(String text) {
                try {
                    permits.acquire();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                runner.run(() -> {
                    try {
                        message(mine, text);
                    } finally {
                        permits.release();
                    }
                });
            }
        }
    }

    /** Venues compress payloads themselves; null when it is not gzip or larger than any message may be. */
    private static String unzip(ByteString bytes) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            byte[] plain = in.readNBytes(MAX_MESSAGE + 1);
            return plain.length > MAX_MESSAGE ? null : new String(plain, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return null;
        }
    }
}
