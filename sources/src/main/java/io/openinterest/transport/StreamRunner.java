package io.openinterest.transport;

import io.openinterest.venue.Feed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Spreads the topics of one subscription over connections: what the listed markets no longer want is dropped, what they
 * want anew goes where there is room, and a connection without topics is ended. On the venue's thread.
 */
final class StreamRunner {

    private final VenueContext context;
    private final Openings openings;
    private final Feed.Subscription feed;
    private final List<StreamConnection> connections = new ArrayList<>();

    /** Reasons of refusal, by topic; not asked for again before the listed markets want something else. */
    private final Map<String, String> refused = new HashMap<>();

    private Set<String> wanted = Set.of();

    StreamRunner(VenueContext context, Openings openings, Feed.Subscription feed) {
        this.context = context;
        this.openings = openings;
        this.feed = feed;
    }

    /** Connections that are open. */
    int connections() {
        return (int) connections.stream().filter(StreamConnection::isOpen).count();
    }

    /** Subscribes to what the listed markets want. */
    void update() {
        Set<String> now =
                new LinkedHashSet<>(feed.topics().apply(context.reader().instruments()));
        if (!now.equals(wanted)) {
            wanted = Set.copyOf(now);
            refused.clear();
        }
        now.removeAll(refused.keySet());
        for (StreamConnection connection : connections) {
            connection.retain(now);
            now.removeAll(connection.topics());
        }
        connections.removeIf(connection -> {
            boolean isEmpty = connection.topics().isEmpty() && feed.subscribe() != null;
            if (isEmpty) {
                connection.end();
            }
            return isEmpty;
        });
        List<String> missing = new ArrayList<>(now);
        for (StreamConnection connection : connections) {
            int room = feed.perConnection() - connection.topics().size();
            missing = connection.add(missing, Math.max(0, Math.min(missing.size(), room)));
        }
        while (!missing.isEmpty() || connections.isEmpty() && feed.subscribe() == null) {
            StreamConnection connection = new StreamConnection(context, this, openings, feed);
            connections.add(connection);
            missing = connection.add(missing, Math.min(missing.size(), feed.perConnection()));
            connection.start();
        }
    }

    /** Looks after the connections; about once a second. */
    void check() {
        List.copyOf(connections).forEach(StreamConnection::check);
    }

    void close() {
        connections.forEach(StreamConnection::end);
        connections.clear();
    }

    // ---- for the connections --------------------------------------------------------------------------------------

    /** True where this is the first time it is refused. */
    boolean refuse(String topic, String why) {
        return refused.put(topic, why) == null;
    }
}
