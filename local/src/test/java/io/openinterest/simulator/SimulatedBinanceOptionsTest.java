package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedBinanceOptionsTest {

    private static final String ID = "binance-options";

    private final Asking binance = new Asking(SimulatedBinanceOptions::new);

    @Test
    void writesTheFieldsThatBinanceWrites() throws IOException {
        assertThat(Asking.captured("binance-options/exchangeInfo-1.json"))
                .containsAll(Asking.fields(binance.get(ID, "/eapi/v1/exchangeInfo")));
        assertThat(Asking.fields(openInterest("BTC", "261225")))
                .isEqualTo(Asking.captured("binance-options/openInterest-1.json"));
        assertThat(Asking.fields(binance.get(ID, "/eapi/v1/index", "underlying", "BTCUSDT")))
                .isEqualTo(Asking.captured("binance-options/index-1.json"));
        assertThat(Asking.fields(binance.get(ID, "/eapi/v1/mark")))
                .isEqualTo(Asking.captured("binance-options/mark-1.json"));
    }

    @Test
    void everyListedSymbolIsInTheAnswerForItsUnderlyingAndExpiration() {
        for (JsonNode symbol : binance.get(ID, "/eapi/v1/exchangeInfo").get("optionSymbols")) {
            String name = symbol.get("symbol").asText();
            String[] parts = name.split("-");
            assertThat(openInterest(parts[0], parts[1]).findValuesAsText("symbol"))
                    .contains(name);
        }
    }

    @Test
    void countsCoinsAlsoWhereAContractIsAThousand() {
        double index = binance.get(ID, "/eapi/v1/index", "underlying", "DOGEUSDT")
                .get("indexPrice")
                .asDouble();
        for (JsonNode row : openInterest("DOGE", "261225")) {
            assertThat(row.get("sumOpenInterestUsd").asDouble()
                            / row.get("sumOpenInterest").asDouble())
                    .isCloseTo(index, withPercentage(0.5));
            assertThat(row.get("timestamp").isTextual()).isTrue();
        }
    }

    @Test
    void hasAnEmptyListForAnUnknownExpirationAndErrorsForTheRest() {
        assertThat(openInterest("BTC", "991231")).isEmpty();
        assertThat(List.of(
                        binance.reply(
                                ID, "/eapi/v1/openInterest", "underlyingAsset", "BTCUSDT", "expiration", "261225"),
                        binance.reply(ID, "/eapi/v1/openInterest", "underlyingAsset", "BTC"),
                        binance.reply(ID, "/eapi/v1/index", "underlying", "BTC")))
                .extracting(reply ->
                        reply.status() + " " + Asking.json(reply.body()).get("code"))
                .containsExactly("400 -6010", "400 -1102", "400 -1121");
    }

    @Test
    void pushesOpenInterestUnderBothNamesEveryMinute() throws IOException {
        Asking.Talk talk = binance.talk(
                ID,
                "/market/stream",
                "streams",
                "btcusdt@openInterest@261225/btcusdt@optionOpenInterest@261225/!index@arr");
        talk.socket().tick(binance.now());
        assertThat(talk.frames())
                .extracting(frame -> frame.get("stream").asText())
                .containsExactly("btcusdt@openInterest@261225", "btcusdt@optionOpenInterest@261225", "!index@arr");
        assertThat(Asking.fields(talk.frames().get(0)))
                .isEqualTo(Asking.captured("binance-options/ws-openInterest-4.json"));

        binance.pass(Duration.ofSeconds(59));
        talk.socket().tick(binance.now());
        assertThat(talk.frames()).hasSize(4);
        binance.pass(Duration.ofSeconds(1));
        talk.socket().tick(binance.now());
        assertThat(talk.frames()).hasSize(7);
    }

    @Test
    void takesSubscriptionsOverAnUnroutedPathAndSendsNothing() {
        Asking.Talk talk = binance.talk(ID, "/ws");
        talk.socket().received("{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@openInterest@261225\"],\"id\":1}");
        talk.socket().tick(binance.now());

        assertThat(talk.frames()).hasSize(1);
        assertThat(talk.last().toString()).isEqualTo("{\"result\":null,\"id\":1}");
    }

    @Test
    void sendsRawArraysAndMarksAndStopsWhenUnsubscribed() throws IOException {
        Asking.Talk talk = binance.talk(ID, "/market/ws");
        talk.socket().received("{\"method\":\"SUBSCRIBE\",\"params\":[\"xrpusdt@optionMarkPrice\",\"odd\"],\"id\":1}");
        talk.socket().tick(binance.now());
        assertThat(talk.last().isArray()).isTrue();
        assertThat(talk.last())
                .allSatisfy(row -> assertThat(row.get("s").asText()).startsWith("XRP-"));

        talk.socket().received("{\"method\":\"UNSUBSCRIBE\",\"params\":[\"xrpusdt@optionMarkPrice\"],\"id\":2}");
        int frames = talk.frames().size();
        binance.pass(Duration.ofSeconds(2));
        talk.socket().tick(binance.now());
        assertThat(talk.frames()).hasSize(frames);

        talk.socket().received("what?");
        assertThat(talk.last().get("code").asInt()).isEqualTo(2);
    }

    private JsonNode openInterest(String underlying, String expiration) {
        return binance.get(ID, "/eapi/v1/openInterest", "underlyingAsset", underlying, "expiration", expiration);
    }
}
