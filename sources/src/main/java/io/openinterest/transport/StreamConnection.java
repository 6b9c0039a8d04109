package io.openinterest.transport;

import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import okhttp3.WebSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection after another for the same topics: subscribes in paced frames, compares what is confirmed with what was
 * asked, pings, and replaces a connection that is silent, old or broken, ever later while it does not stay healthy for a
 * minute. On the venue's thread.
 */
final class StreamConnection implements Socket, StreamLine.End {

    private static final Logger LOG = LoggerFactory.getLogger(StreamConnection.class);
    private static final int NORMAL_CLOSURE = 1000;
    private static final Duration HEALTHY = Duration.ofMinutes(1);

    /** A message nobody reads that says such a thing is more than an unknown greeting. */
    private static final Pattern TROUBLE =
            Pattern.compile("error|alert|fail|invalid|denied|limit", Pattern.CASE_INSENSITIVE);

    private enum State {
        /** Waits for its turn, after a failure longer. */
        WAITING,
        /** The handshake is on its way. */
        CONNECTING,
        /** Messages may come. */
        OPEN,
        /** For good. */
        ENDED
    }

    private final VenueContext context;
    private final StreamRunner stream;
    private final Openings openings;
    private final Feed.Subscription feed;
    private final Backoff backoff;
    private final Set<String> topics = new LinkedHashSet<>();
    private final TopicRequests requests;
    private State state = State.WAITING;
    private StreamLine line;
    private WebSocket socket;
    private boolean isHealthy;
    private boolean isTouched;
    private long openedAt;
    private long dataAt;
    private long pingAt;

    StreamConnection(VenueContext context, StreamRunner stream, Openings openings, Feed.Subscription feed) {
        this.context = context;
        this.stream = stream;
        this.openings = openings;
        this.feed = feed;
        this.backoff = context.backoff();
        this.requests = new TopicRequests(context, feed, frame -> socket.send(frame));
    }

    Set<String> topics() {
        return topics;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** Topics the listed markets do not want any more are given up. */
    void retain(Set<String> wanted) {
        List<String> gone =
                topics.stream().filter(topic -> !wanted.contains(topic)).toList();
        topics.removeAll(gone);
        if (state == State.OPEN) {
            requests.unsubscribe(gone);
        }
    }

    /** Takes the first so many topics and returns the others. */
    List<String> add(List<String> more, int count) {
        List<String> taken = List.copyOf(more.subList(0, count));
        topics.addAll(taken);
        if (state == State.OPEN) {
            requests.subscribe(taken);
        }
        return more.subList(count, more.size());
    }

    void start() {
        connectIn(openings.after(Duration.ZERO));
    }

    // ---- life -----------------------------------------------------------------------------------------------------

    private void connectIn(Duration wait) {
        state = State.WAITING;
        context.thread().later(wait, () -> {
            if (state == State.WAITING) {
                connect();
            }
        });
    }

    private void connect() {
        if (hasNothingToAsk()) {
            return;
        }
        state = State.CONNECTING;
        openedAt = context.millis();
        dataAt = openedAt;
        line = new StreamLine(context, feed.largest(), this);
        Duration ping = feed.ping() != null && feed.pingFrame() == null ? feed.ping() : Duration.ZERO;
        try {
            socket = context.open(feed.path(), ping, feed.largest(), line);
        } catch (IllegalArgumentException e) {
            replace("the address is no valid URL", null);
        }
    }

    @Override
    public void opened() {
        LOG.info("{} {}: connected for {} topics", context.id(), feed.name(), topics.size());
        state = State.OPEN;
        isHealthy = false;
        openedAt = context.millis();
        dataAt = openedAt;
        pingAt = openedAt;
        requests.reset();
        feed.opened().accept(List.copyOf(topics));
        requests.subscribe(topics);
    }

    void check() {
        long now = context.millis();
        if (state == State.CONNECTING && isOver(openedAt, feed.silence())) {
            replace("no connection in " + feed.silence().toSeconds() + " s", null);
        } else if (state == State.OPEN && hasNothingToAsk()) {
            hangUp();
            state = State.WAITING;
        } else if (state == State.OPEN && isOver(dataAt, feed.silence())) {
            replace("no data for " + feed.silence().toSeconds() + " s", null);
        } else if (state == State.OPEN && isOver(openedAt, feed.maxAge())) {
            LOG.info("{} {}: replaces a connection of age {}", context.id(), feed.name(), feed.maxAge());
            context.stats().reconnected();
            hangUp();
            connectIn(openings.after(Duration.ZERO));
        } else if (state == State.OPEN) {
            if (!isHealthy && isOver(openedAt, HEALTHY)) {
                isHealthy = true;
                backoff.reset();
            }
            ping(now);
            List<String> overdue = requests.overdue();
            if (!overdue.isEmpty()) {
                reject(overdue.size() + " topics were not confirmed, the first is " + overdue.get(0), null);
            }
        }
    }

    /** All its topics were refused or given up; the next look at the listed markets ends it. */
    private boolean hasNothingToAsk() {
        return topics.isEmpty() && feed.subscribe() != null;
    }

    private boolean isOver(long since, Duration longest) {
        return context.millis() - since > longest.toMillis();
    }

    /** Ends it for good. */
    void end() {
        hangUp();
        state = State.ENDED;
    }

    /** Something was wrong: the next one comes after a backoff, or the pause the venue states where that is longer. */
    private void replace(String why, Duration stated) {
        hangUp();
        context.stats().reconnected();
        Duration pause = Fault.longer(backoff.next(), stated);
        Duration wait = openings.after(pause);
        LOG.info("{} {}: connects again in {}: {}", context.id(), feed.name(), wait, why);
        reject("the connection was replaced: " + why, null);
        connectIn(wait);
    }

    private void hangUp() {
        requests.reset();
        if (line != null) {
            line.cut();
        }
        line = null;
        if (socket != null) {
            socket.close(NORMAL_CLOSURE, null);
            socket.cancel();
        }
        socket = null;
    }

    @Override
    public void ended(String why) {
        replace(why, null);
    }

    @Override
    public void refused(Network.Answer answer) {
        Fault fault = Fault.of(Reply.of(null, answer.status(), answer.headers(), "", answer.receivedAt()));
        Duration stated = fault.pause();
        if (fault.kind().isOfAddress()) {
            // it is the address that is refused, not this connection
            openings.pause(Fault.longer(Duration.ofSeconds(1), stated));
            context.stats().pausedUntil(context.clock().now().plus(Fault.longer(Duration.ZERO, stated)));
        }
        // an answer in place of a socket, whatever is in it
        replace(answer.status() / 100 == 2 ? "HTTP " + answer.status() : fault.detail(), stated);
    }

    private void ping(long now) {
        if (feed.pingFrame() != null && now - pingAt >= feed.ping().toMillis()) {
            pingAt = now;
            socket.send(feed.pingFrame());
        }
    }

    // ---- what comes -----------------------------------------------------------------------------------------------

    @Override
    public void message(String text, Instant receivedAt) {
        Reply message = Reply.message(text, receivedAt);
        long rejected = context.stats().quarantined();
        isTouched = false;
        VenueReader.Outcome outcome = context.reader()
                .read(
                        feed.name(),
                        Origin.WEBSOCKET,
                        "WS " + feed.path(),
                        message,
                        out -> feed.parser().read(message, this, out));
        if (outcome.reported() > 0) {
            dataAt = context.millis();
        } else if (!isTouched && context.stats().quarantined() == rejected) {
            context.stats().unread();
            if (TROUBLE.matcher(text).find()) {
                reject("the venue said what nobody reads", text);
            }
        }
    }

    @Override
    public void send(String frame) {
        isTouched = true;
        if (socket != null) {
            socket.send(frame);
        }
    }

    @Override
    public void confirm(String topic) {
        isTouched = true;
        requests.answered(topic);
    }

    @Override
    public void refuse(String topic, String why) {
        isTouched = true;
        requests.answered(topic);
        topics.remove(topic);
        if (stream.refuse(topic, why)) {
            reject("the topic " + topic + " was refused: " + why, null);
        }
    }

    @Override
    public void understood() {
        isTouched = true;
    }

    @Override
    public void reconnect(String why) {
        isTouched = true;
        StreamLine mine = line;
        context.thread().run(() -> {
            if (mine == line && state == State.OPEN) {
                replace(why, null);
            }
        });
    }

    @Override
    public void unreadable(String why) {
        reject(why, null);
    }

    private void reject(String detail, String raw) {
        context.failed(
                "WS " + feed.path(), new Fault(Fault.Kind.RETRY, Reason.VENUE_ERROR, "websocket", detail, null), raw);
    }
}
