package io.openinterest.simulator;

import java.util.List;

/**
 * One exchange as its clients see it: answers to REST requests and the talk over a WebSocket. Implementations hold no
 * thread and no connection, so each can be tested by calling it.
 */
interface SimulatedVenue {

    /** The venue ids this exchange answers for, each with a path prefix of its own. */
    List<String> ids();

    /**
     * Answers a REST request; unknown paths and bad parameters get the venue's own errors. Called by several threads.
     */
    SimReply answer(SimRequest request);

    /**
     * Opens a WebSocket, or returns null where the venue has none at that path, which refuses the upgrade with 404.
     *
     * @param upgrade the request that asked for the socket
     * @param wire where to send frames to; may be used from within this call
     */
    default SimulatedSocket connect(SimRequest upgrade, Wire wire) {
        return null;
    }
}
