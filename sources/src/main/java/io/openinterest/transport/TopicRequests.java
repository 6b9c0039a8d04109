package io.openinterest.transport;

import io.openinterest.venue.Feed;
import io.openinterest.venue.Request;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What one connection asks for: frames in their pace, and the topics the venue has not confirmed yet. On the venue's
 * thread.
 */
final class TopicRequests {

    private final VenueContext context;
    private final Feed.Subscription feed;
    private final Consumer<String> out;
    private final Set<String> unconfirmed = new LinkedHashSet<>();
    private final Deque<String> frames = new ArrayDeque<>();
    private int connection;
    private boolean isSending;
    private boolean isRetried;
    private long askedAt;

    TopicRequests(VenueContext context, Feed.Subscription feed, Consumer<String> out) {
        this.context = context;
        this.feed = feed;
        this.out = out;
    }

    /** A connection is new or gone: what was to be sent and confirmed is forgotten. */
    void reset() {
        connection++;
        isSending = false;
        isRetried = false;
        frames.clear();
        unconfirmed.clear();
    }

    void subscribe(Collection<String> topics) {
        if (feed.subscribe() == null || topics.isEmpty()) {
            return;
        }
        if (feed.acknowledged() != null) {
            unconfirmed.addAll(topics);
        }
        Request.parts(topics, feed.chunk())
                .forEach(chunk -> queue(feed.subscribe().apply(chunk)));
    }

    void unsubscribe(Collection<String> topics) {
        unconfirmed.removeAll(topics);
        if (feed.unsubscribe() != null) {
            Request.parts(topics, feed.chunk())
                    .forEach(chunk -> queue(feed.unsubscribe().apply(chunk)));
        }
    }

    /** The venue has confirmed or refused it. */
    void answered(String topic) {
        unconfirmed.remove(topic);
    }

    /** Topics that should have been confirmed by now; they are asked for once more, and told once each time. */
    List<String> overdue() {
        if (isSending
                || unconfirmed.isEmpty()
                || context.millis() - askedAt <= feed.acknowledged().toMillis()) {
            return List.of();
        }
        List<String> missing = List.copyOf(unconfirmed);
        unconfirmed.clear();
        if (!isRetried) {
            isRetried = true;
            subscribe(missing);
        }
        return missing;
    }

    private void queue(String frame) {
        frames.add(frame);
        if (!isSending) {
            isSending = true;
            sendNext(connection);
        }
    }

    private void sendNext(int on) {
        if (on != connection) {
            return;
        }
        String frame = frames.poll();
        if (frame == null) {
            isSending = false;
            askedAt = context.millis();
            return;
        }
        out.accept(frame);
        context.thread().later(feed.pace(), () -> sendNext(on));
    }
}
