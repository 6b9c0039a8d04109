package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever goes wrong on the way to a venue, no user, password or query of its address is told to anybody. */
class SecretsIT {

    private static final String PLANTED = "planted";

    private final Queue<String> logged = new ConcurrentLinkedQueue<>();
    private final CollectedArrivals arrivals = new CollectedArrivals();
    private final StubVenue venue = new StubVenue();
    private final Http http = new Http();
    private final AbstractAppender appender = new AbstractAppender("secrets", null, null, true, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
            logged.add(event.getMessage().getFormattedMessage() + " " + event.getThrown() + " " + traceOf(event));
        }
    };
    private VenueRunner runner;

    @BeforeEach
    void listen() {
        appender.start();
        ((LoggerContext) LogManager.getContext(false)).getRootLogger().addAppender(appender);
        Configurator.setLevel("io.openinterest", Level.TRACE);
    }

    @AfterEach
    void stop() {
        runner.close();
        http.close();
        venue.close();
        Configurator.setLevel("io.openinterest", Level.WARN);
        ((LoggerContext) LogManager.getContext(false)).getRootLogger().removeAppender(appender);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "http://planted:planted@localhost:1/planted",
                "http://planted:planted@no.such.host.invalid/planted",
                "http://planted:planted@local host/planted",
                "https://planted:planted@%s/planted",
                "http://planted:planted@%s/stub"
            })
    void anAddressThatDoesNotAnswer(String address) throws InterruptedException {
        String url = address.replace(
                "%s", venue.restUrl().substring("http://".length()).replace("/stub", ""));
        venue.answer(
                "/stub/list",
                new MockResponse.Builder()
                        .onResponseBody(new SocketEffect.CloseSocket())
                        .body("half of it")
                        .build());

        start(url, url.replace("http", "ws"));

        awaitArrivals(2);
        assertNothingIsTold();
    }

    @Test
    void answersThatPointElsewhereAndSocketsThatFail() throws InterruptedException {
        venue.answer(
                        "/stub/list",
                        new MockResponse.Builder()
                                .code(302)
                                .addHeader("Location", "http://planted:planted@elsewhere.example/?key=planted")
                                .build())
                .answer("/stub/list", "[\"A\"]")
                .answer("/stub/rest", new MockResponse.Builder().code(500).build());

        start(venue.restUrl(), "http://planted:planted@localhost:1/planted");

        awaitArrivals(4);
        assertThat(arrivals.all().toString()).contains("elsewhere.example");
        assertNothingIsTold();
    }

    private void assertNothingIsTold() {
        assertThat(logged).isNotEmpty().noneMatch(line -> line.contains(PLANTED));
        assertThat(arrivals.all()).noneMatch(arrival -> arrival.toString().contains(PLANTED));
    }

    private void awaitArrivals(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            arrivals.await();
        }
    }

    private void start(String rest, String ws) {
        VenueSettings settings = new VenueSettings(
                "stub",
                rest,
                ws,
                Duration.ofSeconds(1),
                null,
                null,
                Map.of("list-ms", "500"),
                SourceSettings.defaults());
        runner = new VenueRunner(settings, null, arrivals, new VenueStats(), http);
        runner.start();
    }

    private static List<StackTraceElement> traceOf(LogEvent event) {
        return event.getThrown() == null ? List.of() : List.of(event.getThrown().getStackTrace());
    }
}
