package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A venue on loopback with all the faults venues have; Bybit speaks for all. */
class VenueRunnerIT {

    private static final String INSTRUMENTS = "/stub/v5/market/instruments-info";
    private static final String TICKERS = "/stub/v5/market/tickers";
    private static final String LIST = """
            {"retCode":0,"result":{"nextPageCursor":"","list":[{"symbol":"BTCUSDT","contractType":"LinearPerpetual",
            "status":"Trading","baseCoin":"BTC","quoteCoin":"USDT","settleCoin":"USDT","deliveryTime":"0","symbolType":""}]}}""";

    private final StubVenue venue = new StubVenue();
    private final Http http = new Http();
    private final List<VenueRunner> runners = new ArrayList<>();
    private final CollectedArrivals arrivals = new CollectedArrivals();
    private final VenueStats stats = new VenueStats();

    @AfterEach
    void stop() {
        runners.forEach(VenueRunner::close);
        http.close();
        venue.close();
    }

    @Test
    void asksForTheInstrumentsFirstAndThenForTheirOpenInterest() throws Exception {
        // given
        venue.answer(INSTRUMENTS, LIST).answer(TICKERS, ticker(42));

        // when
        start(settings(), null);

        // then
        Observation observation = arrivals.awaitObservation();
        assertThat(observation.market()).isEqualTo("bybit-BTCUSDT-future");
        assertThat(observation.amountBase()).isEqualByComparingTo(new BigDecimal("21"));
        assertThat(observation.origin()).isEqualTo("rest");
        assertThat(venue.asked()).startsWith(INSTRUMENTS + "?category=linear&limit=1000", TICKERS + "?category=linear");
        assertThat(stats.instruments()).isEqualTo(1);
        // the grid's first tick may be at hand
        assertThat(stats.polls()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void followsTheGridAfterTheFirstPoll() throws Exception {
        // given
        venue.answer(INSTRUMENTS, LIST).answer(TICKERS, ticker(42)).answer(TICKERS, ticker(44));

        // when
        start(settings(Duration.ofSeconds(1)), null);

        // then
        assertThat(arrivals.awaitObservation().contractCount()).isEqualByComparingTo("42");
        assertThat(arrivals.awaitObservation().contractCount()).isEqualByComparingTo("44");
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of("503", new MockResponse.Builder().code(503).build(), Reason.HTTP_STATUS),
                Arguments.of("500", new MockResponse.Builder().code(500).build(), Reason.HTTP_STATUS),
                Arguments.of(
                        "429 with Retry-After",
                        new MockResponse.Builder()
                                .code(429)
                                .addHeader("Retry-After", "1")
                                .build(),
                        Reason.HTTP_STATUS),
                Arguments.of(
                        "a web page",
                        new MockResponse.Builder()
                                .addHeader("Content-Type", "text/html")
                                .body("<html>hi</html>")
                                .build(),
                        Reason.NOT_JSON),
                Arguments.of(
                        "half a document",
                        StubVenue.json("{\"retCode\":0,\"result\":{").build(),
                        Reason.NOT_JSON),
                Arguments.of("nothing", StubVenue.json("").build(), Reason.NOT_JSON),
                Arguments.of(
                        "a reset in the middle",
                        StubVenue.json(ticker(1))
                                .onResponseBody(new SocketEffect.CloseSocket())
                                .build(),
                        Reason.HTTP_STATUS),
                Arguments.of(
                        "another host",
                        new MockResponse.Builder()
                                .code(302)
                                .addHeader("Location", "http://localhost:1/")
                                .build(),
                        Reason.HTTP_STATUS),
                Arguments.of(
                        "more than a venue ever says",
                        new MockResponse.Builder()
                                .body(new Buffer().write(new byte[33 << 20]))
                                .build(),
                        Reason.HTTP_STATUS),
                Arguments.of(
                        "a megabyte that inflates to a gigabyte",
                        new MockResponse.Builder()
                                .addHeader("Content-Encoding", "gzip")
                                .body(new Buffer().write(StubVenue.gzipBomb()))
                                .build(),
                        Reason.HTTP_STATUS),
                Arguments.of(
                        "a rate limit inside 200",
                        StubVenue.json("{\"retCode\":10006,\"retMsg\":\"Too many visits\",\"result\":{}}")
                                .build(),
                        Reason.VENUE_ERROR),
                Arguments.of(
                        "an error inside 200",
                        StubVenue.json("{\"retCode\":10001,\"retMsg\":\"params error\",\"result\":{}}")
                                .build(),
                        Reason.VENUE_ERROR),
                Arguments.of(
                        "an empty list",
                        StubVenue.json("{\"retCode\":0,\"result\":{\"list\":[]}}")
                                .build(),
                        Reason.IMPLAUSIBLE_LIST));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void recoversAfter(String name, MockResponse fault, Reason reason) throws Exception {
        // given: one bad answer, then good ones
        venue.answer(INSTRUMENTS, LIST).answer(TICKERS, fault).answer(TICKERS, ticker(42));

        // when
        start(settings(), null);

        // then: it is told, and the next try succeeds without waiting for the next minute
        Quarantined quarantined = arrivals.await(arrival ->
                        arrival.quarantined() != null && arrival.quarantined().endpoint() != null)
                .quarantined();
        assertThat(quarantined.reason()).as(quarantined.detail()).isEqualTo(reason);
        assertThat(quarantined.endpoint()).isEqualTo("GET /v5/market/tickers?category=linear");
        assertThat(quarantined.venue()).isEqualTo("bybit-linear");
        assertThat(arrivals.awaitObservation().contractCount()).isEqualByComparingTo("42");
    }

    @Test
    void asksNothingMoreOfAVenueThatBlocksTheAddress() throws Exception {
        // given: Bybit's 403 means ten minutes
        venue.answer(INSTRUMENTS, LIST)
                .answer(TICKERS, new MockResponse.Builder().code(403).build());

        // when
        start(settings(Duration.ofSeconds(1)), null);

        // then: the polls of the next seconds do not happen
        arrivals.await(arrival -> arrivals.quarantined().stream()
                        .anyMatch(one -> one.detail().contains("403"))
                && arrivals.quarantined().stream().anyMatch(one -> one.detail().contains("has not answered")));
        assertThat(venue.asked())
                .filteredOn(asked -> !asked.startsWith(INSTRUMENTS))
                .containsExactly(TICKERS + "?category=linear");
    }

    @Test
    void aRowThatCantBeReadSpoilsNoOther() throws Exception {
        // given
        venue.answer(INSTRUMENTS, LIST).answer(TICKERS, """
                        {"retCode":0,"result":{"list":[{"symbol":"BTCUSDT","openInterest":"NaN"},{},7,
                        {"symbol":"BTCUSDT","openInterest":"1e999999999"},{"symbol":"BTCUSDT","openInterest":"-1"},
                        {"symbol":"BTCUSDT","openInterest":""},
                        {"symbol":"BTCUSDT","openInterest":"8","markPrice":"3"}]}}""");

        // when
        start(settings(), null);

        // then
        assertThat(arrivals.awaitObservation().valueUsd()).isEqualByComparingTo("12");
        // that rows without a symbol are another shape is told about the answer as a whole, behind its rows
        assertThat(arrivals.quarantined())
                .filteredOn(one -> one.endpoint() != null)
                .extracting(Quarantined::reason)
                .filteredOn(reason -> reason != Reason.SHAPE)
                .containsExactly(
                        Reason.MALFORMED,
                        Reason.SCHEMA,
                        Reason.SCHEMA,
                        Reason.MALFORMED,
                        Reason.MALFORMED,
                        Reason.MISSING_VALUE);
    }

    @Test
    void aRowOfTheListThatCantBeReadDelistsNothing() throws Exception {
        // given: a list of two markets, whose next page fails, so that it is asked for again soon
        String btc = """
                {"symbol":"BTCUSDT","contractType":"LinearPerpetual","status":"Trading","baseCoin":"BTC",
                "quoteCoin":"USDT","settleCoin":"USDT","deliveryTime":"0","symbolType":""}""";
        String list = "{\"retCode\":0,\"result\":{\"nextPageCursor\":\"%s\",\"list\":[%s,%s]}}";
        String eth = btc.replace("BTC", "ETH");
        String unreadable = eth.replace("LinearPerpetual", "LinearFutures").replace("\"0\"", "\"never\"");
        MockResponse error = new MockResponse.Builder().code(500).build();
        String tickers = """
                {"retCode":0,"result":{"list":[{"symbol":"BTCUSDT","openInterest":"2","markPrice":"5"},
                {"symbol":"ETHUSDT","openInterest":"2","markPrice":"5"}]}}""";
        venue.answer(INSTRUMENTS, list.formatted("next", btc, eth))
                .answer(INSTRUMENTS, error)
                .answer(INSTRUMENTS, error)
                .answer(INSTRUMENTS, list.formatted("", btc, unreadable))
                .answer(TICKERS, tickers);

        // when
        start(settings(Duration.ofSeconds(1)), null);
        arrivals.await(arrival ->
                arrival.quarantined() != null && arrival.quarantined().reason() == Reason.MALFORMED);

        // then
        assertThat(arrivals.awaitObservation().delisted()).isFalse();
        assertThat(arrivals.awaitObservation().delisted()).isFalse();
    }

    @Test
    void aVenueThatNeverAnswersHoldsEventTimeOnlyForTheStartWait() throws Exception {
        // given: the answers come much too late
        venue.answer(
                INSTRUMENTS,
                StubVenue.json(LIST).headersDelay(30, TimeUnit.SECONDS).build());

        // when
        Instant start = Instant.now();
        start(settings(), null);

        // then
        Arrival arrival = arrivals.await();
        assertThat(arrival.quarantined().detail()).contains("not answered");
        assertThat(arrival.watermark()).isGreaterThan(start.toEpochMilli() - 2000);
    }

    @Test
    void aHangingVenueDelaysNoOther() throws Exception {
        // given
        try (StubVenue hanging = new StubVenue()) {
            hanging.answer(
                    INSTRUMENTS,
                    StubVenue.json(LIST).headersDelay(30, TimeUnit.SECONDS).build());
            venue.answer(INSTRUMENTS, LIST).answer(TICKERS, ticker(42));

            // when
            start(settings().at(hanging.restUrl(), null), null);
            hanging.awaitRequest("instruments-info");
            start(settings(), null);

            // then
            assertThat(arrivals.awaitObservation().contractCount()).isEqualByComparingTo("42");
        }
    }

    @Test
    void fillsTheGapOfARestartBeforeAnythingLive() throws Exception {
        // given
        Instant mark = Instant.ofEpochMilli(Math.floorDiv(System.currentTimeMillis(), 300_000) * 300_000);
        String history =
                "{\"retCode\":0,\"result\":{\"nextPageCursor\":\"\",\"list\":[{\"openInterest\":\"20\",\"timestamp\":\"%d\"}]}}";
        String klines = "{\"retCode\":0,\"result\":{\"list\":[[\"%d\",\"5\",\"6\",\"4\",\"5.5\"]]}}";
        venue.answer(INSTRUMENTS, LIST)
                .answer(TICKERS, ticker(42))
                .answer("/stub/v5/market/mark-price-kline", klines.formatted(mark.toEpochMilli()))
                .answer("/stub/v5/market/open-interest", history.formatted(mark.toEpochMilli()));

        // when
        start(settings(), mark.minusSeconds(60));

        // then: the past comes first, valued with the price of its instant, while event time waits
        Arrival past = arrivals.await();
        assertThat(past.observation().origin()).isEqualTo("history");
        assertThat(past.observation().time()).isEqualTo(mark);
        assertThat(past.observation().valueUsd()).isEqualByComparingTo("50");
        assertThat(past.watermark()).isEqualTo(Long.MIN_VALUE);
        Arrival live = arrivals.await();
        assertThat(live.observation().origin()).isEqualTo("rest");
        assertThat(live.watermark()).isGreaterThan(mark.toEpochMilli() - 2_000);
    }

    // ---- helpers --------------------------------------------------------------------------------------------------

    private void start(VenueSettings settings, Instant resumeFrom) {
        VenueRunner runner = new VenueRunner(settings, resumeFrom, arrivals, stats, http);
        runners.add(runner);
        runner.start();
    }

    private VenueSettings settings() {
        return settings(null);
    }

    private VenueSettings settings(Duration pollInterval) {
        SourceSettings common = SourceSettings.defaults().withWaits(Duration.ofSeconds(2), Duration.ofSeconds(5));
        return new VenueSettings(
                "bybit-linear", venue.restUrl(), venue.wsUrl(), pollInterval, null, null, Map.of(), common);
    }

    private static String ticker(int count) {
        return "{\"retCode\":0,\"result\":{\"list\":[{\"symbol\":\"BTCUSDT\",\"openInterest\":\"%d\",\"markPrice\":\"5\"}]}}"
                .formatted(count);
    }
}
