package io.openinterest.simulator;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;

/** A client's socket: hands frames to the simulated venue and back, one at a time. */
final class OpenSocket extends WebSocketListener implements Wire {

    private static final int INTERNAL_ERROR = 1011;
    private static final Duration STORM_LIFE = Duration.ofSeconds(3);

    private final String venue;
    private final Supplier<InjectedFault.Sockets> state;
    private final Runnable drop;
    private final Set<OpenSocket> registry;
    private final List<String> early = new ArrayList<>();
    private SimulatedSocket venueSide;
    private WebSocket socket;
    private boolean isDeaf;
    private Instant firstTick;

    /**
     * @param state how the venue treats its sockets at present
     * @param drop drops the connection without a word
     * @param registry holds this socket while it is open
     */
    OpenSocket(String venue, Supplier<InjectedFault.Sockets> state, Runnable drop, Set<OpenSocket> registry) {
        this.venue = venue;
        this.state = state;
        this.drop = drop;
        this.registry = registry;
    }

    String venue() {
        return venue;
    }

    /** Asks the venue for its side; false where it has no socket at that path. */
    synchronized boolean open(SimulatedVenue simulated, SimRequest upgrade) {
        venueSide = simulated.connect(upgrade, this);
        return venueSide != null;
    }

    @Override
    public synchronized void onOpen(WebSocket opened, Response response) {
        socket = opened;
        registry.add(this);
        if (state.get() == InjectedFault.Sockets.CUT) {
            cut(); // the fault came between the handshake and here
            return;
        }
        early.forEach(this::send);
        early.clear();
    }

    @Override
    public synchronized void onMessage(WebSocket from, String text) {
        if (state.get() != InjectedFault.Sockets.DEAF) {
            venueSide.received(text);
            return;
        }
        isDeaf = true;
        try {
            // it hears and does as asked, but does not say so
            venueSide.received(text);
        } finally {
            isDeaf = false;
        }
    }

    @Override
    public void onClosing(WebSocket closing, int code, String reason) {
        registry.remove(this);
        closing.close(code, null);
    }

    @Override
    public void onFailure(WebSocket failed, Throwable cause, Response response) {
        registry.remove(this);
    }

    @Override
    public synchronized void send(String text) {
        if (socket == null) {
            early.add(text);
        } else if (!isDeaf && state.get() != InjectedFault.Sockets.SILENT && !socket.send(text)) {
            cut();
        }
    }

    @Override
    public synchronized void close(int code, String reason) {
        registry.remove(this);
        socket.close(code, reason);
    }

    synchronized void tick(Instant now) {
        firstTick = firstTick == null ? now : firstTick;
        if (state.get() == InjectedFault.Sockets.STORM
                && firstTick.plus(STORM_LIFE).isBefore(now)) {
            cut();
            return;
        }
        try {
            venueSide.tick(now);
        } catch (RuntimeException e) {
            close(INTERNAL_ERROR, e.toString()); // the other sockets go on
        }
    }

    /** Ends the connection without a word. */
    void cut() {
        registry.remove(this);
        drop.run();
    }
}
