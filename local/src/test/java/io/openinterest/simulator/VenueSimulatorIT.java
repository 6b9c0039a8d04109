package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Request.Builder;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server around the venues, with a venue that answers what it was asked. */
class VenueSimulatorIT {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    private final VenueSimulator simulator =
            new VenueSimulator(Clock.fixed(NOON, ZoneOffset.UTC), List.of(world -> new Parrot()));
    private final OkHttpClient client = new OkHttpClient();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    @BeforeEach
    void start() {
        simulator.start();
    }

    @AfterEach
    void stop() {
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
        simulator.close();
    }

    @Test
    void handsPathQueryAndHeadersOnBothWays() throws IOException {
        try (Response response = get("/v1/币?cursor=a%3D1%26b&empty=")) {
            assertThat(response.body().string()).isEqualTo("GET /v1/币 {cursor=a=1&b, empty=}");
            assertThat(response.header("X-Used")).isEqualTo("1");
        }
    }

    @Test
    void everyVenueAnswersBelowItsOwnPath() throws IOException {
        try (VenueSimulator all = new VenueSimulator(Clock.fixed(NOON, ZoneOffset.UTC))) {
            all.start();
            assertThat(all.venues()).contains("binance-usdm", "bybit-option", "okx");
            String url = all.restUrl("binance-usdm") + "/fapi/v1/openInterest?symbol=币安人生USDT";
            try (Response response =
                    client.newCall(new Builder().url(url).build()).execute()) {
                assertThat(response.body().string()).startsWith("{\"symbol\":\"币安人生USDT\",\"openInterest\":");
            }
        }
    }

    @Test
    void namesTheVenuesItHasWhenAskedForAnother() {
        assertThatThrownBy(() -> simulator.restUrl("ftx"))
                .hasMessageContaining("ftx")
                .hasMessageContaining("parrot");
    }

    @Test
    void remembersOnlyTheLatestRequestsHoweverManyCome() throws IOException, InterruptedException {
        for (int i = 0; i < 10_005; i++) {
            get("/" + i).close();
        }

        assertThat(simulator.requests("parrot"))
                .hasSize(10_000)
                .startsWith(new VenueSimulator.SeenRequest(NOON, "GET", "/5", 200, 200, null))
                .endsWith(new VenueSimulator.SeenRequest(NOON, "GET", "/10004", 200, 200, null));
        assertThat(simulator.server.takeRequest(0, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void answersTooMuchToTheEnd() throws IOException {
        simulator.fault("parrot", InjectedFault.deep(20_000));
        try (Response response = get("/1")) {
            assertThat(response.body().string()).isEqualTo("[".repeat(20_000));
        }
        simulator.fault("parrot", InjectedFault.gigantic(50_000));
        try (Response response = get("/1")) {
            assertThat(response.body().string())
                    .startsWith("[[],[],")
                    .endsWith("[],[]]")
                    .hasSizeGreaterThan(50_000);
        }
    }

    @Test
    void misbehavesAsOftenAsToldAndHeals() throws IOException {
        simulator.fault(
                "parrot",
                InjectedFault.status(429, Map.of("Retry-After", "7"), "{}").times(1));
        try (Response response = get("/x")) {
            assertThat(response.code()).isEqualTo(429);
            assertThat(response.header("Retry-After")).isEqualTo("7");
        }
        assertThat(text("/x")).isEqualTo("GET /x {}");

        simulator.fault("parrot", InjectedFault.html(503).on("/bad"));
        assertThat(text("/bad/y")).contains("<html>");
        assertThat(text("/good")).isEqualTo("GET /good {}");

        simulator.fault("parrot", InjectedFault.truncated());
        assertThat(text("/abc")).isEqualTo("GET /");

        simulator.fault("parrot", InjectedFault.interrupted());
        assertThatThrownBy(() -> text("/abc")).isInstanceOf(IOException.class);

        simulator.fault("parrot", InjectedFault.reset());
        assertThatThrownBy(() -> text("/abc")).isInstanceOf(IOException.class);

        OkHttpClient impatient =
                client.newBuilder().readTimeout(Duration.ofMillis(500)).build();
        simulator.fault("parrot", InjectedFault.silent());
        assertThatThrownBy(() -> get(impatient, "/abc")).isInstanceOf(InterruptedIOException.class);

        simulator.fault("parrot", InjectedFault.slow(Duration.ofMinutes(1)));
        assertThatThrownBy(() -> get(impatient, "/abc")).isInstanceOf(InterruptedIOException.class);

        simulator.heal("parrot");
        assertThat(text("/abc")).isEqualTo("GET /abc {}");
    }

    @Test
    void talksOverSocketsCompressedWhereTheClientOffersIt() throws InterruptedException {
        WebSocket socket = connect();

        assertThat(next()).isEqualTo("opened permessage-deflate");
        assertThat(next()).isEqualTo("hello");
        socket.send("ahoy");
        assertThat(next()).isIn("ahoy", "tick " + NOON);
        assertThat(next()).isIn("ahoy", "tick " + NOON);
    }

    @Test
    void refusesASocketTheVenueDoesNotHave() throws InterruptedException {
        connect("/nothing");

        assertThat(next()).isEqualTo("failed 404");
    }

    @Test
    void cutsOpenSocketsOnReset() throws InterruptedException {
        connect();
        assertThat(next()).startsWith("opened");

        simulator.fault("parrot", InjectedFault.reset());

        List<String> rest = new ArrayList<>();
        while (rest.stream().noneMatch(text -> text.startsWith("failed")) && rest.size() < 20) {
            rest.add(next());
        }
        assertThat(rest).last().asString().startsWith("failed");
        assertThat(simulator.openSockets("parrot")).isZero();
    }

    @Test
    void keepsQuietOnOpenSocketsWhenSilent() throws InterruptedException {
        simulator.fault("parrot", InjectedFault.silentSockets());
        WebSocket socket = connect();
        assertThat(next()).startsWith("opened");

        socket.send("ahoy");
        assertThat(received.poll(1200, TimeUnit.MILLISECONDS)).isNull();

        simulator.heal("parrot");
        assertThat(next()).startsWith("tick");
    }

    private Response get(String path) throws IOException {
        return get(client, path);
    }

    private Response get(OkHttpClient asking, String path) throws IOException {
        return asking.newCall(
                        new Builder().url(simulator.restUrl("parrot") + path).build())
                .execute();
    }

    private String text(String path) throws IOException {
        try (Response response = get(path)) {
            return response.body().string();
        }
    }

    private WebSocket connect() {
        return connect("/ws");
    }

    private WebSocket connect(String path) {
        return client.newWebSocket(
                new Builder().url(simulator.wsUrl("parrot") + path).build(), new WebSocketListener() {
                    @Override
                    public void onOpen(WebSocket socket, Response response) {
                        received.add("opened " + response.header("Sec-WebSocket-Extensions"));
                    }

                    @Override
                    public void onMessage(WebSocket socket, String text) {
                        received.add(text);
                    }

                    @Override
                    public void onFailure(WebSocket socket, Throwable cause, Response response) {
                        received.add("failed " + (response == null ? "" : response.code()));
                    }
                });
    }

    private String next() throws InterruptedException {
        String text = received.poll(10, TimeUnit.SECONDS);
        assertThat(text).as("nothing came within 10 s").isNotNull();
        return text;
    }

    private static final class Parrot implements SimulatedVenue {

        @Override
        public List<String> ids() {
            return List.of("parrot");
        }

        @Override
        public SimReply answer(SimRequest request) {
            return new SimReply(
                    200, Map.of("X-Used", "1"), request.method() + " " + request.path() + " " + request.query());
        }

        @Override
        public SimulatedSocket connect(SimRequest upgrade, Wire wire) {
            if (!upgrade.path().equals("/ws")) {
                return null;
            }
            wire.send("hello");
            return new SimulatedSocket() {
                @Override
                public void received(String text) {
                    wire.send(text);
                }

                @Override
                public void tick(Instant now) {
                    wire.send("tick " + now);
                }
            };
        }
    }
}
