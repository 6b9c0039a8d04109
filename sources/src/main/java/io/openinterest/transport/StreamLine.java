package io.openinterest.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.zip.GZIPInputStream;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;

/**
 * Hands over from the network's threads to the venue's what comes of one socket, until it is cut. The network waits when
 * the venue's budget is used up, which makes the venue wait.
 */
final class StreamLine extends WebSocketListener {

    private final VenueContext context;
    private final int largest;
    private final End end;
    private volatile boolean isCut;

    /** Events of the line, on the venue's thread. */
    interface End {
        /** Messages may come. */
        void opened();

        /** A message, decompressed. */
        void message(String text, Instant receivedAt);

        /** A message that can't be read. */
        void unreadable(String why);

        /** Nothing comes any more. */
        void ended(String why);

        /** The venue answered the handshake with something else. */
        void refused(Network.Answer answer);
    }

    StreamLine(VenueContext context, int largest, End end) {
        this.context = context;
        this.largest = largest;
        this.end = end;
    }

    /** Nothing is handed over after this. */
    void cut() {
        isCut = true;
    }

    @Override
    public void onOpen(WebSocket opened, Response response) {
        onThread(end::opened);
    }

    @Override
    public void onMessage(WebSocket from, String text) {
        Instant receivedAt = context.clock().now();
        hand(text.length(), () -> end.message(text, receivedAt));
    }

    @Override
    public void onMessage(WebSocket from, ByteString bytes) {
        Instant receivedAt = context.clock().now();
        try {
            String text = unzip(bytes);
            hand(text.length(), () -> end.message(text, receivedAt));
        } catch (MeteredSockets.TooLarge e) {
            onThread(() -> end.ended(e.getMessage()));
        } catch (IOException e) {
            hand(0, () -> end.unreadable("a binary message is no gzip"));
        } catch (Error e) {
            context.thread().fail(e);
            throw e;
        }
    }

    @Override
    public void onClosing(WebSocket from, int code, String reason) {
        onThread(() -> end.ended("closed by the venue with code " + code));
    }

    @Override
    public void onFailure(WebSocket from, Throwable error, Response response) {
        String why = Http.sentence(error);
        if (response == null || response.code() == 101) {
            onThread(() -> end.ended(why));
            return;
        }
        Network.Answer answer = new Network.Answer(
                response.code(), Http.headers(response), "", 0, context.clock().now());
        onThread(() -> end.refused(answer));
    }

    private void hand(int length, Runnable task) {
        try {
            int taken = context.budget().await(length + Budget.FRAME, () -> isCut);
            if (taken > 0) {
                context.thread().run(() -> {
                    try {
                        unlessCut(task);
                    } finally {
                        context.budget().give(taken);
                    }
                });
            }
        } catch (InterruptedException e) {
            // the client is closing
            Thread.currentThread().interrupt();
        }
    }

    private void onThread(Runnable task) {
        context.thread().run(() -> unlessCut(task));
    }

    private void unlessCut(Runnable task) {
        if (!isCut) {
            task.run();
        }
    }

    /** Venues compress payloads themselves; no more of one is inflated than any message may have. */
    private String unzip(ByteString bytes) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            byte[] plain = in.readNBytes(largest + 1);
            if (plain.length > largest) {
                throw new MeteredSockets.TooLarge("a message is larger than " + largest + " bytes");
            }
            return new String(plain, StandardCharsets.UTF_8);
        }
    }
}
