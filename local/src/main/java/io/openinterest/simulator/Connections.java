package io.openinterest.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ServerSocketFactory;

/**
 * Takes the connections for the server, which by itself would answer 40 ms late each time (Nagle's algorithm against
 * delayed acknowledgement) and can't drop a WebSocket without saying goodbye.
 */
final class Connections extends ServerSocketFactory {

    /** By the number of the connection, counted as the server counts: in the order of acceptance. */
    private final Map<Integer, Socket> open = new ConcurrentHashMap<>();

    /** Drops a connection with a reset. */
    void reset(int connection) {
        Socket socket = open.remove(connection);
        if (socket != null) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public ServerSocket createServerSocket() throws IOException {
        return new ServerSocket() {
            private int accepted;

            @Override
            public Socket accept() throws IOException {
                Socket socket = super.accept();
                socket.setTcpNoDelay(true);
                open.values().removeIf(Socket::isClosed);
                open.put(accepted++, socket);
                return socket;
            }
        };
    }

    @Override
    public ServerSocket createServerSocket(int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
        throw new UnsupportedOperationException();
    }
}
