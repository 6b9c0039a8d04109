package io.openinterest.simulator;

import java.time.Instant;

/** The venue's side of one open WebSocket. Calls never overlap. */
interface SimulatedSocket {

    /** A text frame of the client; the answer goes to the wire. */
    void received(String text);

    /** Time goes on: called about twice a second, sends what is due to the wire. */
    void tick(Instant now);
}
