package io.openinterest.venue;

/** The connection a message came from. */
public interface Socket {

    /** Sends a text frame, e.g. the answer to a heartbeat. */
    void send(String frame);

    /** The venue confirmed a topic. */
    void confirm(String topic);

    /** The venue refused a topic: it is not asked for again before the next change of the book. */
    void refuse(String topic, String why);

    /** The message is known and says nothing of any market or topic: a heartbeat, a greeting. */
    void understood();

    /** The venue announced the end of this connection, or the state can't be trusted: replace it now. */
    void reconnect(String why);
}
