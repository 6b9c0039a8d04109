package io.openinterest;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for processes that want to be told theirs. A port that the system draws may be drawn again before the process has
 * it, for another one or for a connection; these are of a range from which Linux by default draws none, and none is given
 * out twice.
 */
public final class FreePorts {

    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_000;

    /** JVMs side by side begin elsewhere. */
    private static final AtomicInteger DRAWN =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 1009 % (HIGHEST - LOWEST)));

    private FreePorts() {}

    /** The next port that nobody has. */
    public static int next() throws IOException {
        for (int tries = LOWEST; tries < HIGHEST; tries++) {
            int port = LOWEST + DRAWN.getAndIncrement() % (HIGHEST - LOWEST);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                continue; // somebody's
            }
        }
        throw new IOException("No port from " + LOWEST + " to " + HIGHEST + " is free");
    }
}
