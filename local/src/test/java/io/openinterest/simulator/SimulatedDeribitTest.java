package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SimulatedDeribitTest {

    private static final String SUMMARY = "/api/v2/public/get_book_summary_by_currency";
    private static final String INSTRUMENTS = "/api/v2/public/get_instruments";

    private final Asking deribit = new Asking(SimulatedDeribit::new);

    @Test
    void writesTheFieldsThatDeribitWrites() throws IOException {
        Set<String> summary = new TreeSet<>(Asking.captured(
                "deribit/book-summary-future-1.json",
                "deribit/book-summary-option-1.json",
                "deribit/error-invalid-currency.json"));
        summary.add("result[].funding_8h"); // of perpetuals, which the captures lack
        summary.add("result[].current_funding");
        assertThat(summary).containsAll(Asking.fields(get(SUMMARY, "currency", "BTC")));
        Set<String> instrument = new TreeSet<>(Asking.captured("deribit/get_instruments-2.json"));
        instrument.add("result[].state");
        instrument.add("result[].underlying_type");
        assertThat(instrument).containsAll(Asking.fields(get(INSTRUMENTS, "currency", "any")));
        assertThat(Asking.captured("deribit/error-invalid-currency.json"))
                .isEqualTo(Asking.fields(Asking.json(
                        deribit.reply("deribit", SUMMARY, "currency", "any").body())));
    }

    @Test
    void countsDollarsOfReversedFuturesAndCoinsOfAllElse() {
        JsonNode reversed = row(get(SUMMARY, "currency", "BTC", "kind", "future"), "BTC-PERPETUAL");
        JsonNode linear = row(get(SUMMARY, "currency", "USDC", "kind", "future"), "BTC_USDC-PERPETUAL");
        JsonNode option = row(get(SUMMARY, "currency", "BTC", "kind", "option"), "BTC-25DEC26-86000-C");

        assertThat(reversed.get("open_interest").asDouble()).isBetween(3e8, 1.2e9);
        assertThat(linear.get("open_interest").asDouble()).isBetween(300d, 1200d);
        assertThat(option.get("open_interest").asDouble()).isBetween(10d, 1500d);
        assertThat(option.get("mark_price").asDouble()).as("in coins").isBetween(0.001, 0.3);
        assertThat(option.get("estimated_delivery_price").asDouble()).isCloseTo(86_000, withPercentage(15));
    }

    @Test
    void everyFutureAndOptionIsInTheSummaryOfItsSettlementCurrency() {
        for (JsonNode instrument : get(INSTRUMENTS).get("result")) {
            String kind = instrument.get("kind").asText();
            if (kind.equals("future") || kind.equals("option")) {
                deribit.pass(Duration.ofSeconds(1));
                String currency = instrument.get("settlement_currency").asText();
                row(
                        get(SUMMARY, "currency", currency, "kind", kind),
                        instrument.get("instrument_name").asText());
            }
        }
    }

    @Test
    void writesDecimalStrikesWithAD() {
        JsonNode summary = get(SUMMARY, "currency", "USDC", "kind", "option");

        assertThat(summary.at("/result").findValuesAsText("instrument_name"))
                .contains("XRP_USDC-25DEC26-1d9-C", "SOL_USDC-25DEC26-140-P");
    }

    @Test
    void hasRowsWithoutOpenInterestUnlessAKindIsAsked() {
        JsonNode all = get(SUMMARY, "currency", "BTC").get("result");

        assertThat(all.get(all.size() - 1).has("open_interest")).isFalse();
        assertThat(get(SUMMARY, "currency", "USDT", "kind", "future").get("result"))
                .isEmpty();
    }

    @Test
    void republishesEveryTwoSecondsWithOneTimeForAllRows() {
        JsonNode before = get(SUMMARY, "currency", "BTC", "kind", "future").get("result");
        deribit.pass(Duration.ofMillis(1999));
        assertThat(get(SUMMARY, "currency", "BTC", "kind", "future").get("result"))
                .isEqualTo(before);
        deribit.pass(Duration.ofMillis(1));
        JsonNode after = get(SUMMARY, "currency", "BTC", "kind", "future").get("result");

        assertThat(after).isNotEqualTo(before);
        assertThat(Set.copyOf(after.findValuesAsText("creation_timestamp"))).hasSize(1);
    }

    @Test
    void refusesWhatCostsMoreThanTheCreditsLeft() {
        for (int i = 0; i < 5; i++) {
            get(INSTRUMENTS, "currency", "any");
        }
        SimReply reply = deribit.reply("deribit", SUMMARY, "currency", "BTC");
        assertThat(reply.status()).isEqualTo(429);
        assertThat(Asking.json(reply.body()).at("/error/code").asInt()).isEqualTo(10028);
    }

    @Test
    void subscribesToTheChannelsThatExistAndLeavesOutTheRest() throws IOException {
        Asking.Talk talk = deribit.talk("deribit", "/ws/api/v2");
        talk.socket()
                .received(
                        "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"public/subscribe\",\"params\":{\"channels\":"
                                + "[\"ticker.BTC-PERPETUAL.100ms\",\"ticker.NOPE.100ms\",\"ticker.BTC_USDC-PERPETUAL.agg2\"]}}");
        assertThat(talk.last().get("result").toString())
                .isEqualTo("[\"ticker.BTC-PERPETUAL.100ms\",\"ticker.BTC_USDC-PERPETUAL.agg2\"]");
        assertThat(talk.last().get("id").asInt()).isEqualTo(3);

        talk.socket().tick(deribit.now());
        assertThat(talk.frames()).hasSize(3);
        assertThat(talk.frames().get(1).at("/params/channel").asText()).isEqualTo("ticker.BTC-PERPETUAL.100ms");

        talk.socket()
                .received("{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"public/subscribe\",\"params\":{\"channels\":"
                        + "[\"ticker.BTC-PERPETUAL.raw\"]}}");
        assertThat(talk.last().at("/error/code").asInt()).isEqualTo(13778);
        assertThat(Asking.captured("deribit/ws-ticker-inverse-perp-1.json"))
                .containsAll(Asking.fields(talk.frames().get(1)));
    }

    @Test
    void closesASessionThatDoesNotAnswerTheHeartbeat() {
        Asking.Talk talk = deribit.talk("deribit", "/ws/api/v2");
        talk.socket()
                .received(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"public/set_heartbeat\",\"params\":{\"interval\":10}}");
        assertThat(talk.last().get("result").asText()).isEqualTo("ok");

        later(talk, 10);
        assertThat(talk.last().at("/params/type").asText()).isEqualTo("test_request");
        talk.socket().received("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"public/test\",\"params\":{}}");
        assertThat(talk.last().at("/result/version").isTextual()).isTrue();
        later(talk, 10);
        assertThat(talk.closings()).isEmpty();
        later(talk, 11);
        assertThat(talk.closings()).containsExactly(4000);
    }

    private void later(Asking.Talk talk, int seconds) {
        deribit.pass(Duration.ofSeconds(seconds));
        talk.socket().tick(deribit.now());
    }

    private JsonNode get(String path, String... parameters) {
        return deribit.get("deribit", path, parameters);
    }

    private static JsonNode row(JsonNode answer, String name) {
        for (JsonNode row : answer.get("result")) {
            if (row.get("instrument_name").asText().equals(name)) {
                return row;
            }
        }
        throw new AssertionError("no " + name);
    }
}
