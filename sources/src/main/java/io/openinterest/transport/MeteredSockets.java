package io.openinterest.transport;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;

/**
 * Sockets for one WebSocket that fail when more than the largest message came and was none yet: the client gathers a
 * message of any length before it hands it over. Bytes are counted on the wire, where frames are not compressed.
 */
final class MeteredSockets extends SocketFactory {

    private final int largest;
    private final AtomicLong sinceMessage = new AtomicLong();

    MeteredSockets(int largest) {
        this.largest = largest;
    }

    /** A body or message above its limit; the message says so without any address. */
    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;

        TooLarge(String message) {
            super(message);
        }
    }

    /** The same listener; each message it gets begins the count anew. */
    WebSocketListener metering(WebSocketListener listener) {
        return new WebSocketListener() {
            @Override
            public void onOpen(WebSocket socket, Response response) {
                sinceMessage.set(0);
                listener.onOpen(socket, response);
            }

            @Override
            public void onMessage(WebSocket socket, String text) {
                sinceMessage.set(0);
                listener.onMessage(socket, text);
            }

            @Override
            public void onMessage(WebSocket socket, ByteString bytes) {
                sinceMessage.set(0);
                listener.onMessage(socket, bytes);
            }

            @Override
            public void onClosing(WebSocket socket, int code, String reason) {
                listener.onClosing(socket, code, reason);
            }

            @Override
            public void onClosed(WebSocket socket, int code, String reason) {
                listener.onClosed(socket, code, reason);
            }

            @Override
            public void onFailure(WebSocket socket, Throwable error, Response response) {
                listener.onFailure(socket, error, response);
            }
        };
    }

    @Override
    public Socket createSocket() {
        return new Socket() {
            @Override
            public InputStream getInputStream() throws IOException {
                return new FilterInputStream(super.getInputStream()) {
                    @Override
                    public int read() throws IOException {
                        return counted(super.read(), 1);
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) throws IOException {
                        int read = super.read(into, offset, length);
                        return counted(read, read);
                    }
                };
            }
        };
    }

    private int counted(int result, int bytes) throws IOException {
        if (result >= 0 && sinceMessage.addAndGet(bytes) > largest) {
            throw new TooLarge("a message is larger than " + largest + " bytes");
        }
        return result;
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
        throw new UnsupportedOperationException();
    }
}
