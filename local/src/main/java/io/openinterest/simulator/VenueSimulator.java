package io.openinterest.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.HttpUrl;
import org.slf4j.LoggerFactory;

/**
 * All simulated venues on one loopback port, each below a path of its own id, so that
 * {@code restUrl(id) + "/fapi/v1/openInterest"} works as the venue's own address does.
 *
 * <p>The server is OkHttp's MockWebServer: the stack of the client, REST and WebSocket on one port, and able to
 * misbehave on purpose. What it records of requests is thrown away at once, so that it can run for days.
 */
public final class VenueSimulator implements AutoCloseable {

    /** The exchanges. A new one is one line here. */
    private static final List<Function<World, SimulatedVenue>> VENUES = List.of(
            SimulatedBinanceFutures::new,
            SimulatedBinanceOptions::new,
            SimulatedBitfinex::new,
            SimulatedBitget::new,
            SimulatedBybit::new,
            SimulatedCoinmetrics::new,
            SimulatedCryptoCom::new,
            SimulatedDeribit::new,
            SimulatedDydx::new,
            SimulatedGate::new,
            SimulatedHtx::new,
            SimulatedHyperliquid::new,
            SimulatedKraken::new,
            SimulatedKucoin::new,
            SimulatedMexc::new,
            SimulatedOkx::new);

    private static final long SEED = 20_261_120;
    private static final int REMEMBERED_REQUESTS = 10_000;
    private static final long REQUEST_BODY_LIMIT = 64 * 1024;
    private static final long TICK_MILLIS = 500;

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(VenueSimulator.class);

    /** The server logs every request; held here, as the logging system would forget the level otherwise. */
    private static final Logger SERVER_LOG = Logger.getLogger(MockWebServer.class.getName());

    private final Clock clock;
    final World world;
    private final Map<String, SimulatedVenue> venues = new LinkedHashMap<>();
    private final Map<String, InjectedFault> faults = new ConcurrentHashMap<>();
    private final Map<String, ArrayDeque<SeenRequest>> seen = new LinkedHashMap<>();
    private final Set<OpenSocket> sockets = ConcurrentHashMap.newKeySet();
    private final Connections connections = new Connections();
    private volatile FaultSchedule schedule;
    private volatile Instant scheduledAt;
    final MockWebServer server = new MockWebServer();
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "venue-simulator");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * A request or socket upgrade a venue received.
     *
     * @param time by the simulator's clock
     * @param method HTTP method
     * @param target path and query as sent, below the venue's prefix
     * @param metered the status of the honest answer: 429 or 418 where the venue's published limit was exceeded, whatever
     *     a fault made of it
     * @param status the status it was answered with; 0 for none
     * @param retryAfter the pause that answer stated; null for none
     */
    public record SeenRequest(
            Instant time, String method, String target, int metered, int status, Duration retryAfter) {

        /** True for the handshake of a WebSocket. */
        public boolean isUpgrade() {
            return metered == 101;
        }
    }

    /** A simulator whose venues take the time from the clock, and all figures from it. */
    public VenueSimulator(Clock clock) {
        this(clock, VENUES);
    }

    VenueSimulator(Clock clock, List<Function<World, SimulatedVenue>> exchanges) {
        this.clock = clock;
        this.world = new World(clock, SEED);
        for (Function<World, SimulatedVenue> exchange : exchanges) {
            SimulatedVenue venue = exchange.apply(world);
            for (String id : venue.ids()) {
                venues.put(id, venue);
                seen.put(id, new ArrayDeque<>());
            }
        }
    }

    /**
     * Starts listening on a free loopback port.
     *
     * @throws UncheckedIOException when no port can be had
     */
    public void start() {
        SERVER_LOG.setLevel(Level.WARNING);
        server.setServerSocketFactory(connections);
        server.setBodyLimit(REQUEST_BODY_LIMIT);
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                server.takeRequest(0, TimeUnit.MILLISECONDS);
                return respond(request);
            }
        });
        try {
            server.start(InetAddress.getLoopbackAddress(), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ticker.scheduleAtFixedRate(this::guardedTick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Cuts all connections and frees the port. */
    @Override
    public void close() {
        ticker.shutdownNow();
        sockets.forEach(OpenSocket::cut);
        server.close();
    }

    /** The venue ids that are simulated. */
    public Set<String> venues() {
        return Set.copyOf(venues.keySet());
    }

    /** One of them, to be asked without a network between. */
    SimulatedVenue venue(String venueId) {
        return venues.get(known(venueId));
    }

    /** The address before the venue's documented REST paths. */
    public String restUrl(String venueId) {
        return "http://" + address(venueId);
    }

    /** The address before the venue's documented WebSocket paths. */
    public String wsUrl(String venueId) {
        return "ws://" + address(venueId);
    }

    /** Lets a venue misbehave until it is healed, in place of the fault it had. */
    public void fault(String venueId, InjectedFault fault) {
        faults.put(known(venueId), fault);
        if (fault.sockets() == InjectedFault.Sockets.CUT) {
            sockets.stream().filter(socket -> socket.venue().equals(venueId)).forEach(OpenSocket::cut);
        }
    }

    /** Lets a venue behave again. */
    public void heal(String venueId) {
        faults.remove(known(venueId));
    }

    /** Lets venues misbehave by a schedule that begins now. */
    public void play(FaultSchedule faults) {
        schedule = faults;
        scheduledAt = clock.instant();
    }

    /** The latest requests to a venue, oldest first, ten thousand at most. */
    public List<SeenRequest> requests(String venueId) {
        ArrayDeque<SeenRequest> requests = seen.get(known(venueId));
        synchronized (requests) {
            return new ArrayList<>(requests);
        }
    }

    /** The same, which are forgotten then. */
    public List<SeenRequest> takeRequests(String venueId) {
        ArrayDeque<SeenRequest> requests = seen.get(known(venueId));
        synchronized (requests) {
            List<SeenRequest> taken = new ArrayList<>(requests);
            requests.clear();
            return taken;
        }
    }

    /** The number of sockets clients hold open to a venue. */
    public int openSockets(String venueId) {
        known(venueId);
        return (int) sockets.stream()
                .filter(socket -> socket.venue().equals(venueId))
                .count();
    }

    private String address(String venueId) {
        HttpUrl url = server.url("/" + known(venueId));
        return url.host() + ":" + url.port() + url.encodedPath();
    }

    private String known(String venueId) {
        if (!venues.containsKey(venueId)) {
            throw new IllegalArgumentException(
                    "No simulated venue " + venueId + "; there are " + new TreeSet<>(venues.keySet()));
        }
        return venueId;
    }

    /** An executor ends what throws, and keeps it to itself. */
    private void guardedTick() {
        try {
            tick();
        } catch (RuntimeException e) {
            LOG.error("a tick of the simulated venues failed", e);
        }
    }

    private void tick() {
        Instant now = Instant.ofEpochMilli(clock.millis());
        if (schedule != null) {
            schedule.changes(Duration.between(scheduledAt, now), clock).forEach((venue, fault) -> {
                if (fault == null) {
                    heal(venue);
                } else {
                    fault(venue, fault);
                }
            });
        }
        sockets.forEach(socket -> socket.tick(now));
    }

    private MockResponse respond(RecordedRequest recorded) {
        HttpUrl url = recorded.getUrl();
        String id = url.pathSegments().get(0);
        SimulatedVenue venue = venues.get(id);
        if (venue == null) {
            return new MockResponse.Builder().code(404).build();
        }
        Instant time = Instant.ofEpochMilli(clock.millis());
        SimRequest request = request(recorded, id);
        InjectedFault fault = faults.get(id);
        MockResponse honest = isUpgrade(recorded) ? upgrade(venue, request, recorded) : rest(venue, request);
        MockResponse given = fault == null ? honest : fault.apply(request.path(), recorded.getTarget(), honest);
        remember(id, time, recorded, honest, given);
        return given;
    }

    private static SimRequest request(RecordedRequest recorded, String id) {
        HttpUrl url = recorded.getUrl();
        Map<String, String> query = new LinkedHashMap<>();
        for (String name : url.queryParameterNames()) {
            String value = url.queryParameter(name);
            query.put(name, value == null ? "" : value);
        }
        List<String> segments = url.pathSegments();
        String path = "/" + String.join("/", segments.subList(1, segments.size()));
        String body = recorded.getBody() == null ? "" : recorded.getBody().utf8();
        return new SimRequest(id, recorded.getMethod(), path, query, body);
    }

    private void remember(String id, Instant time, RecordedRequest recorded, MockResponse honest, MockResponse given) {
        String pause = given.getHeaders().get("Retry-After");
        SeenRequest request = new SeenRequest(
                time,
                recorded.getMethod(),
                recorded.getTarget().substring(id.length() + 1),
                status(honest),
                status(given),
                pause != null && pause.matches("\\d{1,9}") ? Duration.ofSeconds(Long.parseLong(pause)) : null);
        ArrayDeque<SeenRequest> requests = seen.get(id);
        synchronized (requests) {
            requests.addLast(request);
            if (requests.size() > REMEMBERED_REQUESTS) {
                requests.removeFirst();
            }
        }
    }

    /** 0 for what is no HTTP. */
    private static int status(MockResponse response) {
        return response.getStatus().startsWith("HTTP/") ? response.getCode() : 0;
    }

    private static MockResponse rest(SimulatedVenue venue, SimRequest request) {
        SimReply reply = venue.answer(request);
        MockResponse.Builder response =
                new MockResponse.Builder().code(reply.status()).body(reply.body());
        reply.headers().forEach(response::setHeader);
        return response.build();
    }

    private static boolean isUpgrade(RecordedRequest recorded) {
        return "websocket".equalsIgnoreCase(recorded.getHeaders().get("Upgrade"));
    }

    private MockResponse upgrade(SimulatedVenue venue, SimRequest request, RecordedRequest recorded) {
        OpenSocket socket = new OpenSocket(
                request.venue(),
                () -> socketsOf(request.venue()),
                () -> connections.reset(recorded.getConnectionIndex()),
                sockets);
        if (!socket.open(venue, request)) {
            return new MockResponse.Builder().code(404).build();
        }
        MockResponse.Builder response = new MockResponse.Builder().webSocketUpgrade(socket);
        String extensions = recorded.getHeaders().get("Sec-WebSocket-Extensions");
        if (extensions != null && extensions.contains("permessage-deflate")) {
            response.setHeader("Sec-WebSocket-Extensions", "permessage-deflate");
        }
        return response.build();
    }

    private InjectedFault.Sockets socketsOf(String venueId) {
        InjectedFault fault = faults.get(venueId);
        return fault == null ? InjectedFault.Sockets.SPEAK : fault.sockets();
    }
}
