package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.Observation;
import io.openinterest.venue.Fields;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Subscriptions, mostly of a made-up venue, in time that passes at once. */
class StreamRunnerTest {

    private static final String ROW = "{\"symbol\":\"%s\",\"count\":\"%d\",\"price\":\"2\"}";

    private final VenueHarness venue = new VenueHarness();

    @Test
    void asksForTopicsAgainThatWereNotConfirmedAndNeverForThoseRefused() {
        // given
        venue.network.answer("/list", "[\"A\",\"B\",\"C\"]").answer("/rest", row("A", 1));
        ManualNetwork.Connection first = started();
        assertThat(first.received).containsExactly("subscribe A,B", "subscribe C");

        // when: one is confirmed, one refused, one forgotten
        first.say("{\"confirm\":\"A\"}");
        first.say("{\"refuse\":\"B\"}");
        first.say(row("A", 1));
        venue.pass(Duration.ofMillis(1_000));

        // then
        assertThat(venue.details())
                .containsExactly("the topic B was refused: because", "1 topics were not confirmed, the first is C");
        assertThat(first.received).endsWith("subscribe C");

        // when it breaks, only what was not refused is asked for
        first.breakDown();
        venue.pass(Duration.ofSeconds(2));
        ManualNetwork.Connection second = accepted(1);
        assertThat(second.received).containsExactly("subscribe A,C");
    }

    @Test
    void aSlashAtTheEndOfTheConfiguredAddressIsNoPartOfThePath() {
        venue.network.answer("/list", "[\"A\"]").answer("/rest", row("A", 1));

        ManualNetwork.Connection connection = started();

        assertThat(connection.url).isEqualTo("ws://venue/prefix/ws");
    }

    @Test
    void aConnectionThatCannotBeClosedDoesNotKeepTheVenueAlive() {
        // given
        venue.network.answer("/list", "[\"A\"]").answer("/rest", row("A", 1));
        ManualNetwork.Connection connection = started();
        connection.onClose = new NoClassDefFoundError("the class loader is closed");

        // when
        venue.runner.close();

        // then
        assertThat(venue.out.errors()).containsExactly(connection.onClose);
        assertThat(venue.time.isShutdown()).isTrue();
    }

    @Test
    void aHeartbeatIsNotCountedAsUnread() {
        venue.network.answer("/list", "[\"A\"]").answer("/rest", row("A", 1));
        ManualNetwork.Connection first = started();
        first.say("{\"confirm\":\"A\"}");

        first.say("{\"hello\":1}");
        venue.pass(Duration.ofMillis(100));

        assertThat(venue.stats.unreadMessages()).isZero();
        assertThat(venue.rejected()).isEmpty();
    }

    @Test
    void aNewListingIsAskedForAfterTheLastTopicOfTheConnectionWent() {
        // given: A only, then nothing that is listed any more but B
        venue.network
                .answer("/list", "[\"A\",\"X\"]")
                .answer("/list", "[\"X\"]")
                .answer("/list", "[\"X\",\"B\"]");
        venue.network.answer("/rest", row("A", 1));
        venue.start("stub", null, Map.of("list-ms", "60000", "symbols", "A"));
        venue.pass(Duration.ofSeconds(1));
        ManualNetwork.Connection first = accepted(0);
        first.say("{\"refuse\":\"A\"}");
        first.say("{\"refuse\":\"X\"}");
        venue.pass(Duration.ofMinutes(2));

        // then: the connection that has nothing to ask for is ended, and what is listed later connects again
        assertThat(first.isClosed).isTrue();
        ManualNetwork.Connection next =
                venue.network.sockets.get(venue.network.sockets.size() - 1).accept();
        venue.pass(Duration.ofSeconds(1));
        assertThat(next).isNotSameAs(first);
        assertThat(String.join(" ", next.received)).contains("X").contains("B");
    }

    @Test
    void aMarketOfBybitThatComesBackWasUnsubscribedBefore() {
        // given
        venue.network
                .answer("instruments-info", perpetuals("A", "B", "D"))
                .answer("instruments-info", perpetuals("A", "D"))
                .answer("instruments-info", perpetuals("A", "B", "D", "N"))
                .answer("tickers", "{\"retCode\":10016}");
        venue.start("bybit-linear", null, Map.of("transport", "websocket"));
        venue.pass(Duration.ofSeconds(2));
        ManualNetwork.Connection connection = accepted(0);
        connection.say("{\"success\":true,\"req_id\":\"t1\",\"op\":\"subscribe\"}");

        // when
        for (int second = 0; second < 1_300; second += 30) {
            connection.say(ticker("AUSDT"));
            venue.pass(Duration.ofSeconds(30));
        }

        // then
        assertThat(connection.received.stream().filter(frame -> frame.contains("tickers.BUSDT")))
                .extracting(frame -> Fields.text(json(frame), "op"))
                .startsWith("subscribe", "unsubscribe", "subscribe");
    }

    @Test
    void aConnectionOfBybitsOptionsNeverHasMoreThan2000Topics() {
        // given: 2000 options, of which 200 make room for others
        venue.network
                .answer("category=linear", options("", 0, 0))
                .answer("cursor=first", options("", 1_000, 2_000))
                .answer("cursor=later", options("", 1_200, 2_200))
                .answer("baseCoin=BTC", options("first", 0, 1_000))
                .answer("baseCoin=BTC", options("later", 200, 1_200))
                .answer("category=option", options("", 0, 0))
                .answer("tickers", "{\"retCode\":10016}");
        venue.start("bybit-option", null, Map.of("transport", "websocket"));
        venue.pass(Duration.ofSeconds(5));
        ManualNetwork.Connection connection = accepted(0);

        // when
        for (int second = 0; second < 700; second += 30) {
            connection.say(ticker("BTC-25DEC26-11500-C-USDT"));
            venue.pass(Duration.ofSeconds(30));
        }

        // then
        Set<String> topics = new HashSet<>();
        for (String frame : connection.received) {
            JsonNode json = json(frame);
            Set<String> named = new HashSet<>();
            json.path("args").forEach(topic -> named.add(topic.textValue()));
            if (json.path("op").asText().equals("unsubscribe")) {
                topics.removeAll(named);
            } else {
                topics.addAll(named);
            }
            assertThat(topics.size()).isLessThanOrEqualTo(2_000);
        }
        assertThat(topics).contains("tickers.BTC-25DEC26-12199-C-USDT");
    }

    @Test
    void aConnectionThatIsRefusedComesBackEverMoreRarelyAndStopsNoOther() {
        // given: two connections, one of which is refused for ever
        String many =
                IntStream.range(0, 300).mapToObj(i -> "\"S" + i + "\"").toList().toString();
        venue.network.answer("/list", many).answer("/rest", row("S0", 1));
        venue.start("stub", null, Map.of("max-age-ms", "86400000"));
        venue.pass(Duration.ofSeconds(2));
        assertThat(venue.network.sockets).hasSize(2);
        ManualNetwork.Connection healthy = accepted(0);

        // when
        int refused = 1;
        for (int second = 0; second < 600; second++) {
            while (refused < venue.network.sockets.size()) {
                venue.network.sockets.get(refused++).breakDown();
            }
            healthy.say(row("S0", second));
            venue.pass(Duration.ofSeconds(1));
        }

        // then: some at first, then one a minute at most
        assertThat(venue.network.sockets).hasSizeBetween(10, 26);
        assertThat(healthy.isClosed).isFalse();
        assertThat(venue.observations()).hasSizeGreaterThan(500);
    }

    @Test
    void manyThatBreakTogetherAreBackWithinSecondsAndNotAtOnce() {
        // given
        String many = IntStream.range(0, 1200)
                .mapToObj(i -> "\"S" + i + "\"")
                .toList()
                .toString();
        venue.network.answer("/list", many).answer("/rest", row("S0", 1));
        venue.start("stub", null, Map.of("max-age-ms", "86400000"));
        venue.pass(Duration.ofSeconds(10));
        List<ManualNetwork.Connection> before = List.copyOf(venue.network.sockets);
        assertThat(before).hasSize(6);
        before.forEach(ManualNetwork.Connection::accept);
        for (int second = 0; second < 70; second++) {
            before.forEach(one -> one.say(row("S0", 1)));
            venue.pass(Duration.ofSeconds(1));
        }

        // when
        before.forEach(ManualNetwork.Connection::breakDown);
        venue.pass(Duration.ofSeconds(5));

        // then
        List<ManualNetwork.Connection> after = venue.network.sockets.subList(6, 12);
        assertThat(after).hasSize(6);
        for (int i = 1; i < after.size(); i++) {
            assertThat(after.get(i).at.minus(after.get(i - 1).at)).isGreaterThanOrEqualTo(Duration.ofMillis(500));
        }
    }

    @Test
    void aHandshakeThatIsRefusedWaitsAsLongAsTheVenueSays() {
        venue.network.answer("/list", "[\"A\"]").answer("/rest", row("A", 1));
        venue.start("stub", null, Map.of("max-age-ms", "86400000"));
        venue.pass(Duration.ofSeconds(1));

        venue.network.sockets.get(0).refuse(429, "90");
        venue.pass(Duration.ofSeconds(85));
        assertThat(venue.network.sockets).hasSize(1);
        assertThat(venue.stats.pausedUntilMillis())
                .isGreaterThan(venue.time.real().toEpochMilli());

        venue.pass(Duration.ofSeconds(10));
        assertThat(venue.network.sockets).hasSize(2);
    }

    @Test
    void aConnectionThatOnlyGreetsAndClosesIsNotOpenedEverySecond() {
        venue.network.answer("/list", "[\"A\"]").answer("/rest", row("A", 1));
        venue.start("stub", null, Map.of("max-age-ms", "86400000"));

        int served = 0;
        for (int second = 0; second < 600; second++) {
            venue.pass(Duration.ofSeconds(1));
            for (; served < venue.network.sockets.size(); served++) {
                ManualNetwork.Connection connection = accepted(served);
                connection.say(row("A", 1));
                venue.time.settle();
                connection.breakDown();
            }
        }

        assertThat(served).isBetween(10, 26);
    }

    @Test
    void countsWhatNobodyReadsAndTellsWhatSoundsLikeTrouble() {
        venue.network.answer("/list", "[\"A\"]").answer("/rest", row("A", 1));
        ManualNetwork.Connection connection = started();

        // the stub's own parser rejects what it does not know, so that is counted as a record
        connection.say("{\"event\":\"alert\",\"message\":\"Bad request\"}");
        venue.time.settle();

        assertThat(venue.stats.quarantined()).isEqualTo(1);
    }

    @Test
    void aStreamedMarketGoesAtMostOnceASecondAndTheNewestValueGoes() {
        venue.network.answer("/list", "[\"A\"]").answer("/rest", row("Z", 1));
        ManualNetwork.Connection connection = started();

        for (int count = 1; count <= 50; count++) {
            connection.say(row("A", count));
            venue.pass(Duration.ofMillis(10));
        }
        venue.pass(Duration.ofSeconds(2));

        assertThat(venue.observations())
                .extracting(o -> o.contractCount().intValue())
                .containsExactly(1, 50);
    }

    @Test
    void theTimeOfReceiptIsWhenItCameAndNotWhenItWasRead() {
        venue.network.answer("/list", "[\"A\"]").answer("/rest", row("Z", 1));
        ManualNetwork.Connection connection = started();

        // when: the venue's thread has something else to do for a second
        venue.time.execute(() -> venue.time.pass(Duration.ofSeconds(1)));
        var came = venue.time.real();
        connection.say(row("A", 1));
        venue.pass(Duration.ofSeconds(3));

        // then
        Observation observation = venue.observations().get(0);
        assertThat(observation.databaseTime()).isEqualTo(came.truncatedTo(java.time.temporal.ChronoUnit.MILLIS));
    }

    private ManualNetwork.Connection started() {
        venue.start("stub", null, Map.of("max-age-ms", "86400000"));
        venue.pass(Duration.ofSeconds(1));
        return accepted(0);
    }

    private ManualNetwork.Connection accepted(int index) {
        ManualNetwork.Connection connection = venue.network.sockets.get(index).accept();
        venue.pass(Duration.ofMillis(200));
        return connection;
    }

    private static String row(String symbol, int count) {
        return ROW.formatted(symbol, count);
    }

    private static String perpetuals(String... coins) {
        return list("", Stream.of(coins).map(coin -> """
                        {"symbol":"%1$sUSDT","contractType":"LinearPerpetual","status":"Trading","baseCoin":"%1$s",
                        "quoteCoin":"USDT","settleCoin":"USDT","deliveryTime":"0","symbolType":""}""".formatted(coin)));
    }

    private static String options(String cursor, int from, int to) {
        return list(cursor, IntStream.range(from, to).mapToObj(i -> """
                        {"symbol":"BTC-25DEC26-%d-C-USDT","status":"Trading","baseCoin":"BTC","quoteCoin":"USDT",
                        "settleCoin":"USDT","optionsType":"Call","deliveryTime":"1798185600000"}""".formatted(10_000 + i)));
    }

    private static String list(String cursor, Stream<String> rows) {
        return "{\"retCode\":0,\"result\":{\"nextPageCursor\":\"" + cursor + "\",\"list\":["
                + rows.collect(Collectors.joining(",")) + "]}}";
    }

    private String ticker(String symbol) {
        return """
                {"topic":"tickers.%1$s","type":"snapshot","data":{"symbol":"%1$s","markPrice":"5","indexPrice":"90000",
                "openInterest":"1"},"ts":%2$d}""".formatted(symbol, venue.time.clock().now().toEpochMilli());
    }

    private static JsonNode json(String text) {
        try {
            return Fields.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
