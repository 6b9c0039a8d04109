package io.openinterest.simulator;

/** The way from a simulated venue to one client of its WebSocket. */
interface Wire {

    /** Sends a text frame. */
    void send(String text);

    /** Closes the socket from the venue's side. */
    void close(int code, String reason);
}
