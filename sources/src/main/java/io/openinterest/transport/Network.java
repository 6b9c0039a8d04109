package io.openinterest.transport;

import io.openinterest.venue.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;

/** The way to a venue. Nothing here blocks; answers come on threads of the network. */
interface Network {

    /**
     * An answer that is not parsed yet.
     *
     * @param status HTTP status, or 0 for none
     * @param headers first value of each header, names in lower case
     * @param text the body, decompressed; one sentence on what happened where the status is 0
     * @param taken bytes of the budget it holds
     * @param receivedAt when its last byte came
     */
    record Answer(int status, Map<String, String> headers, String text, int taken, Instant receivedAt) {

        /** None came: timeout, reset, truncated, too large. */
        static Answer none(String why, Instant at) {
            return new Answer(0, Map.of(), why, 0, at);
        }

        boolean isNone() {
            return status == 0;
        }
    }

    /** Takes an answer. */
    interface Answered {
        /** It came, or none will come. Called once. */
        void answer(Answer answer);

        /** In place of an answer: an error after which this process is not to be trusted. */
        void failed(Error error);
    }

    /**
     * Asks.
     *
     * @param largest a body above so many bytes is none
     * @param budget what the body is taken from while it is read, and until the answer is
     */
    void ask(String baseUrl, Request request, int largest, Budget budget, Answered answered);

    /**
     * Opens a WebSocket.
     *
     * @param ping distance of WebSocket pings, whose missing pong fails the connection; zero for none
     * @param largest the connection fails when a message is above so many bytes
     * @throws IllegalArgumentException when the URL is none
     */
    WebSocket open(String url, Duration ping, int largest, WebSocketListener listener);
}
