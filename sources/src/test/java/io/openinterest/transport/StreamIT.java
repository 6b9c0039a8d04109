package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.Observation;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Subscriptions of a made-up venue with short times. */
class StreamIT {

    private final StubVenue venue = new StubVenue();
    private final Http http = new Http();
    private final CollectedArrivals arrivals = new CollectedArrivals();
    private final VenueStats stats = new VenueStats();
    private VenueRunner runner;

    @AfterEach
    void stop() {
        runner.close();
        http.close();
        venue.close();
    }

    @Test
    void subscribesInChunksAndReadsWhatComes() throws Exception {
        // given
        venue.answer("/stub/list", "[\"A\",\"B\",\"C\"]");

        // when
        start(Map.of());
        StubVenue.Connection connection = connection();
        assertThat(frame(connection)).isEqualTo("subscribe A,B");
        assertThat(frame(connection)).isEqualTo("subscribe C");
        connection.socket.send("{\"symbol\":\"A\",\"count\":\"7\",\"price\":\"2\"}");

        // then
        Observation observation = arrivals.awaitObservation();
        assertThat(observation.market()).isEqualTo("stub-A-future");
        assertThat(observation.valueUsd()).isEqualByComparingTo("14");
        assertThat(observation.origin()).isEqualTo("websocket");
    }

    @Test
    void readsCompressedMessagesAndAnswersHeartbeats() throws Exception {
        // given
        venue.answer("/stub/list", "[\"A\"]");
        start(Map.of("ping-ms", "100"));
        StubVenue.Connection connection = connection();
        assertThat(frame(connection)).isEqualTo("subscribe A");

        // when
        connection.socket.send(gzip("{\"symbol\":\"A\",\"count\":\"7\",\"price\":\"2\"}"));
        connection.socket.send(gzip("{\"beat\":5}"));

        // then
        assertThat(arrivals.awaitObservation().contractCount()).isEqualByComparingTo("7");
        List<String> frames = new ArrayList<>();
        while (!frames.containsAll(List.of("beat 5", "ping"))) {
            String frame = frame(connection);
            assertThat(frame).isIn("beat 5", "ping");
            frames.add(frame);
            assertThat(frames).hasSizeLessThan(100);
        }
    }

    @Test
    void aMessageThatIsTooLargeIsARecordAndANewConnection() throws Exception {
        // given
        venue.answer("/stub/list", "[\"A\"]")
                .answer("/stub/rest", "{\"symbol\":\"A\",\"count\":\"9\",\"price\":\"2\"}");
        start(Map.of());
        StubVenue.Connection first = connection();

        // when
        first.socket.send(" ".repeat(5 << 20));

        // then
        assertThat(awaitReplaced()).isEqualTo("the connection was replaced: a message is larger than 1048576 bytes");
        assertThat(frame(connection())).isEqualTo("subscribe A");
    }

    @Test
    void offersNoCompressionThatInflatesBeforeAnybodyIsAsked() throws Exception {
        // given: a venue that compresses wherever it may
        venue.answer("/stub/list", "[\"A\"]");
        venue.compress();
        start(Map.of());

        // when: a thousand to one, as spaces are
        connection().socket.send(" ".repeat(3 << 18) + "{\"symbol\":\"A\",\"count\":\"7\",\"price\":\"2\"}");

        // then
        assertThat(arrivals.awaitObservation().contractCount()).isEqualByComparingTo("7");
        assertThat(venue.isCompressing()).isFalse();
    }

    @Test
    void aMessageThatInflatesToAGigabyteIsARecordAndANewConnection() throws Exception {
        // given
        ByteString bomb = StubVenue.gzipBomb();
        venue.answer("/stub/list", "[\"A\"]")
                .answer("/stub/rest", "{\"symbol\":\"Z\",\"count\":\"9\",\"price\":\"2\"}");
        start(Map.of());
        StubVenue.Connection first = connection();

        // when
        first.socket.send(bomb);

        // then
        assertThat(awaitReplaced()).isEqualTo("the connection was replaced: a message is larger than 1048576 bytes");
        StubVenue.Connection second = connection();
        assertThat(frame(second)).isEqualTo("subscribe A");
        second.socket.send(gzip("{\"symbol\":\"A\",\"count\":\"7\",\"price\":\"2\"}"));
        assertThat(arrivals.awaitObservation().contractCount()).isEqualByComparingTo("7");
    }

    @Test
    void aCompressedFrameNobodyAskedForIsARecordAndANewConnection() throws Exception {
        // given
        venue.answer("/stub/list", "[\"A\"]");
        venue.compressUnasked(true);
        start(Map.of());
        StubVenue.Connection first = connection();

        // when
        venue.compressUnasked(false);
        first.socket.send("{\"symbol\":\"A\",\"count\":\"7\",\"price\":\"2\"}");

        // then
        assertThat(awaitReplaced()).isEqualTo("the connection was replaced: no complete answer: ProtocolException");
        StubVenue.Connection second = connection();
        assertThat(frame(second)).isEqualTo("subscribe A");
        second.socket.send("{\"symbol\":\"A\",\"count\":\"8\",\"price\":\"2\"}");
        assertThat(arrivals.awaitObservation().contractCount()).isEqualByComparingTo("8");
    }

    @Test
    void reconnectsAfterADropAndForgetsWhatWasMerged() throws Exception {
        // given
        venue.answer("/stub/list", "[\"A\"]");
        start(Map.of());
        StubVenue.Connection first = connection();
        first.socket.send("{\"symbol\":\"A\",\"count\":\"1\",\"price\":\"2\"}");
        arrivals.awaitObservation();

        // when
        first.socket.close(1012, "restart");
        StubVenue.Connection second = connection();

        // then: the price of before is not used for what comes now
        assertThat(frame(second)).isEqualTo("subscribe A");
        second.socket.send("{\"symbol\":\"A\",\"count\":\"5\"}");
        second.socket.send("{\"symbol\":\"A\",\"count\":\"6\",\"price\":\"3\"}");
        awaitReplaced();
        assertThat(arrivals.awaitObservation().contractCount()).isEqualByComparingTo("6");
        assertThat(stats.reconnects()).isEqualTo(1);
    }

    @Test
    void replacesASilentConnectionThoughItsHeartBeats() throws Exception {
        // given
        venue.answer("/stub/list", "[\"A\"]");
        start(Map.of("silence-ms", "1500"));
        StubVenue.Connection first = connection();
        assertThat(frame(first)).isEqualTo("subscribe A");

        // when: heartbeats only
        first.socket.send("{\"beat\":1}");
        first.socket.send("{\"confirm\":\"A\"}");

        // then
        assertThat(awaitReplaced()).contains("no data for 1 s");
        assertThat(frame(connection())).isEqualTo("subscribe A");
    }

    @Test
    void replacesAConnectionBeforeTheVenueEndsIt() throws Exception {
        // given
        venue.answer("/stub/list", "[\"A\"]");

        // when
        start(Map.of("max-age-ms", "1000"));
        connection();

        // then
        assertThat(frame(connection())).isEqualTo("subscribe A");
    }

    @Test
    void asksAgainForWhatWasNotConfirmedButNotForWhatWasRefused() throws Exception {
        // given
        venue.answer("/stub/list", "[\"A\",\"B\",\"C\"]")
                .answer("/stub/rest", "{\"symbol\":\"A\",\"count\":\"9\",\"price\":\"2\"}");
        start(Map.of());
        StubVenue.Connection connection = connection();
        assertThat(frame(connection)).isEqualTo("subscribe A,B");
        assertThat(frame(connection)).isEqualTo("subscribe C");

        // when
        connection.socket.send("{\"confirm\":\"A\"}");
        connection.socket.send("{\"refuse\":\"B\"}");

        // then
        assertThat(arrivals.awaitQuarantined().detail()).isEqualTo("the topic B was refused: because");
        assertThat(arrivals.awaitQuarantined().detail()).isEqualTo("1 topics were not confirmed, the first is C");
        assertThat(frame(connection)).isEqualTo("subscribe C");
    }

    @Test
    void subscribesToANewListing() throws Exception {
        // given
        venue.answer("/stub/list", "[\"A\"]").answer("/stub/list", "[\"A\",\"NEW\"]");

        // when
        start(Map.of("list-ms", "1000"));
        StubVenue.Connection connection = connection();

        // then
        assertThat(frame(connection)).isEqualTo("subscribe A");
        connection.socket.send("{\"confirm\":\"A\"}");
        assertThat(frame(connection)).isEqualTo("subscribe NEW");
    }

    @Test
    void fillsItsOwnOutageWhenItReturns() throws Exception {
        // given: a venue that was there, and then neither streams nor answers for more than three polls
        long past = System.currentTimeMillis() - 1_000;
        venue.answer("/stub/list", "[\"A\"]")
                .answer("/stub/past", "{\"at\":%d,\"count\":\"8\",\"price\":\"2\"}".formatted(past));
        start(Map.of());
        StubVenue.Connection connection = connection();
        connection.socket.send("{\"symbol\":\"A\",\"count\":\"7\",\"price\":\"2\"}");
        Observation last = arrivals.awaitObservation();
        while (System.currentTimeMillis() < last.databaseTime().toEpochMilli() + 3_100) {
            venue.awaitRequest("/rest");
        }

        // when
        connection.socket.send("{\"symbol\":\"A\",\"count\":\"9\",\"price\":\"2\"}");

        // then: the present goes on at once and the past follows
        assertThat(arrivals.awaitObservation().contractCount()).isEqualByComparingTo("9");
        assertThat(venue.awaitRequest("/past"))
                .contains("symbol=A&from=" + last.databaseTime().toEpochMilli());
        Observation row = arrivals.awaitObservation();
        assertThat(row.origin()).isEqualTo("history");
        assertThat(row.time().toEpochMilli()).isEqualTo(past);
        assertThat(row.contractCount()).isEqualByComparingTo("8");
    }

    @Test
    void closesItsConnections() throws Exception {
        venue.answer("/stub/list", "[\"A\"]");
        start(Map.of());
        StubVenue.Connection connection = connection();

        runner.close();

        assertThat(connection.closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    // ---- helpers --------------------------------------------------------------------------------------------------

    private void start(Map<String, String> options) {
        VenueSettings settings = new VenueSettings(
                "stub",
                venue.restUrl(),
                venue.wsUrl(),
                java.time.Duration.ofSeconds(1),
                null,
                null,
                options,
                SourceSettings.defaults());
        runner = new VenueRunner(settings, null, arrivals, stats, http);
        runner.start();
    }

    private StubVenue.Connection connection() throws InterruptedException {
        StubVenue.Connection connection = venue.sockets.poll(10, TimeUnit.SECONDS);
        assertThat(connection).as("nobody connected; asked: %s", venue.asked()).isNotNull();
        return connection;
    }

    /** What is said of the next connection that is replaced, whatever else is said before. */
    private String awaitReplaced() throws InterruptedException {
        return arrivals.await(arrival -> arrival.quarantined() != null
                        && arrival.quarantined().detail().startsWith("the connection was replaced"))
                .quarantined()
                .detail();
    }

    private static String frame(StubVenue.Connection connection) throws InterruptedException {
        return connection.received.poll(10, TimeUnit.SECONDS);
    }

    private static ByteString gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return ByteString.of(bytes.toByteArray());
    }
}
