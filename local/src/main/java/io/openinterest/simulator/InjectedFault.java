package io.openinterest.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;

/**
 * A way in which a venue misbehaves, for tests. One fault of a venue holds at a time, until it is healed or used up; a
 * fault object is used once.
 */
public final class InjectedFault {

    enum Sockets {
        /** Work as ever. */
        SPEAK,
        /** Open, but nothing comes any more. */
        SILENT,
        /** Cut where open, refused where asked for. */
        CUT
    }

    private final UnaryOperator<MockResponse> effect;
    private final Sockets sockets;
    private final String pathPart;
    private final AtomicInteger left;

    private InjectedFault(UnaryOperator<MockResponse> effect, Sockets sockets, String pathPart, AtomicInteger left) {
        this.effect = effect;
        this.sockets = sockets;
        this.pathPart = pathPart;
        this.left = left;
    }

    private static InjectedFault of(UnaryOperator<MockResponse> effect, Sockets sockets) {
        return new InjectedFault(effect, sockets, "", new AtomicInteger(Integer.MAX_VALUE));
    }

    /** Requests are answered so; open sockets go on, new ones are refused in the same way. */
    public static InjectedFault status(int status, Map<String, String> headers, String body) {
        return of(
                honest -> {
                    MockResponse.Builder answer =
                            new MockResponse.Builder().code(status).body(body);
                    headers.forEach(answer::setHeader);
                    return answer.build();
                },
                Sockets.SPEAK);
    }

    /** Requests are answered with a page of markup, as gateways in front of venues do. */
    public static InjectedFault html(int status) {
        return status(
                status,
                Map.of("Content-Type", "text/html"),
                "<html><head><title>" + status + "</title></head><body><center><h1>" + status
                        + "</h1></center></body></html>");
    }

    /** Requests are answered with the first half of the body, as if it were the whole. */
    public static InjectedFault truncated() {
        return of(
                honest -> {
                    Buffer body = body(honest);
                    Buffer half = new Buffer();
                    half.write(body, body.size() / 2);
                    return honest.newBuilder().body(half).build();
                },
                Sockets.SPEAK);
    }

    /** The connection is lost in the middle of the body. */
    public static InjectedFault interrupted() {
        return of(
                honest -> honest.newBuilder()
                        .onResponseBody(new SocketEffect.CloseSocket())
                        .build(),
                Sockets.SPEAK);
    }

    /** Answers come, but late. */
    public static InjectedFault slow(Duration delay) {
        return of(
                honest -> honest.newBuilder()
                        .headersDelay(delay.toMillis(), TimeUnit.MILLISECONDS)
                        .build(),
                Sockets.SPEAK);
    }

    /** Every connection is closed without an answer, open sockets too. */
    public static InjectedFault reset() {
        return of(
                honest -> new MockResponse.Builder()
                        .onResponseStart(new SocketEffect.CloseSocket())
                        .build(),
                Sockets.CUT);
    }

    /** Connections are taken and nothing ever comes back, on open sockets neither. */
    public static InjectedFault silent() {
        return of(
                honest -> new MockResponse.Builder()
                        .onResponseStart(SocketEffect.Stall.INSTANCE)
                        .build(),
                Sockets.SILENT);
    }

    /** REST works, sockets open, and nothing comes over them. */
    public static InjectedFault silentSockets() {
        return of(UnaryOperator.identity(), Sockets.SILENT);
    }

    /** This fault on paths only that contain the text. Sockets are concerned all the same. */
    public InjectedFault on(String part) {
        return new InjectedFault(effect, sockets, part, left);
    }

    /** This fault for so many requests, then none. */
    public InjectedFault times(int requests) {
        return new InjectedFault(effect, sockets, pathPart, new AtomicInteger(requests));
    }

    Sockets sockets() {
        return left.get() > 0 ? sockets : Sockets.SPEAK;
    }

    /** The honest answer, or what the fault makes of it. */
    MockResponse apply(String path, MockResponse honest) {
        boolean hit = path.contains(pathPart) && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
        return hit ? effect.apply(honest) : honest;
    }

    private static Buffer body(MockResponse response) {
        Buffer body = new Buffer();
        try {
            if (response.getBody() != null) {
                response.getBody().writeTo(body);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return body;
    }
}
