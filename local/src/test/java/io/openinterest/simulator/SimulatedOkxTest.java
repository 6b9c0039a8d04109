package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SimulatedOkxTest {

    private static final String OPEN_INTEREST = "/api/v5/public/open-interest";

    private final Asking okx = new Asking(SimulatedOkx::new);

    @Test
    void writesTheFieldsThatOkxWrites() throws IOException {
        assertThat(Asking.fields(get(OPEN_INTEREST, "instType", "SWAP")))
                .isEqualTo(Asking.captured("okx/open-interest-swap-1.json"));
        assertThat(Asking.fields(get("/api/v5/public/mark-price", "instType", "SWAP")))
                .isEqualTo(Asking.captured("okx/mark-price-1.json"));
        assertThat(Asking.fields(get("/api/v5/market/index-tickers", "quoteCcy", "USD")))
                .isEqualTo(Asking.captured("okx/index-tickers-1.json"));
        Set<String> instrument = new TreeSet<>(Asking.captured(
                "okx/instruments-swap-1.json", "okx/instruments-futures-1.json", "okx/instruments-option-1.json"));
        instrument.add("data[].instCategory"); // newer than the captures
        assertThat(instrument).containsAll(Asking.fields(get("/api/v5/public/instruments", "instType", "SWAP")));
    }

    @Test
    void contractsTimesSizeAreCoinsAndCoinsTimesMarkAreDollars() {
        JsonNode eth = only(get(OPEN_INTEREST, "instType", "SWAP", "instId", "ETH-USDT-SWAP"));
        assertThat(eth.get("oiCcy").asDouble()).isCloseTo(eth.get("oi").asDouble() * 0.1, withPercentage(1e-9));
        assertThat(eth.get("oiUsd").asDouble() / eth.get("oiCcy").asDouble()).isCloseTo(2700, withPercentage(15));

        JsonNode inverse = only(get(OPEN_INTEREST, "instType", "SWAP", "instId", "BTC-USD-SWAP"));
        assertThat(inverse.get("oiUsd").asDouble()).isEqualTo(inverse.get("oi").asDouble() * 100);
        assertThat(inverse.get("oiUsd").asDouble() / inverse.get("oiCcy").asDouble())
                .isCloseTo(86_000, withPercentage(15));

        JsonNode option = get(OPEN_INTEREST, "instType", "OPTION", "instFamily", "BTC-USD")
                .at("/data/0");
        assertThat(option.get("oiCcy").asDouble()).isCloseTo(option.get("oi").asDouble() * 0.01, withPercentage(1e-9));
    }

    @Test
    void listsEveryLiveInstrumentWithOpenInterestAndSomeWithout() {
        List<String> live = new ArrayList<>();
        List<String> halted = new ArrayList<>();
        for (JsonNode row :
                get("/api/v5/public/instruments", "instType", "SWAP").get("data")) {
            (row.get("state").asText().equals("live") ? live : halted)
                    .add(row.get("instId").asText());
        }
        assertThat(halted).containsExactly("OLD-USDT-SWAP", "NEW-USDT-SWAP");
        assertThat(symbols(get(OPEN_INTEREST, "instType", "SWAP"))).containsExactlyElementsOf(live);
        assertThat(live).contains("BTC-USD_UM-SWAP", "PEPE-USDT-SWAP", "TSLA-USDT-SWAP");
    }

    @Test
    void hasThePerpetualAmongTheFuturesAndAnExpiredOneWithNothingOpen() {
        JsonNode futures = get(OPEN_INTEREST, "instType", "FUTURES");
        assertThat(symbols(futures)).contains("BTC-USD_UM_XPERP-310404", "BTC-USDT-261225");
        assertThat(symbols(futures)).endsWith("BTC-USD-261120");
        assertThat(symbols(get("/api/v5/public/instruments", "instType", "FUTURES")))
                .contains("BTC-USD_UM_XPERP-310404")
                .doesNotContain("BTC-USD-261120");
    }

    @Test
    void wantsAFamilyForOptionsAndKnowsItsFamilies() {
        assertThat(get(OPEN_INTEREST, "instType", "OPTION").get("code").asText())
                .isEqualTo("50015");
        assertThat(get(OPEN_INTEREST, "instType", "OPTION", "instFamily", "SOL-USD")
                        .get("code")
                        .asText())
                .isEqualTo("51002");
        assertThat(get("/api/v5/public/underlying", "instType", "OPTION")
                        .get("data")
                        .toString())
                .isEqualTo("[[\"BTC-USD\",\"ETH-USD\"]]");
        assertThat(symbols(get(OPEN_INTEREST, "instType", "OPTION", "instFamily", "BTC-USD_UM")))
                .contains("BTC-USD_UM-261225-86000-C");
    }

    @Test
    void refusesTheTwentyFirstRequestInTwoSeconds() {
        for (int i = 0; i < 20; i++) {
            get(OPEN_INTEREST, "instType", "SWAP");
        }
        SimReply reply = okx.reply("okx", OPEN_INTEREST, "instType", "SWAP");
        assertThat(reply.status()).isEqualTo(429);
        assertThat(Asking.json(reply.body()).get("code").asText()).isEqualTo("50011");

        okx.pass(Duration.ofSeconds(2));
        assertThat(symbols(get(OPEN_INTEREST, "instType", "SWAP"))).isNotEmpty();
    }

    @Test
    void figuresMove() {
        JsonNode before = only(get(OPEN_INTEREST, "instType", "SWAP", "instId", "BTC-USDT-SWAP"));
        okx.pass(Duration.ofSeconds(30));

        assertThat(only(get(OPEN_INTEREST, "instType", "SWAP", "instId", "BTC-USDT-SWAP"))
                        .get("oi"))
                .isNotEqualTo(before.get("oi"));
    }

    @Test
    void pushesOpenInterestEveryThreeSeconds() throws IOException {
        Asking.Talk talk = okx.talk("okx", "/ws/v5/public");
        talk.socket()
                .received("{\"op\":\"subscribe\",\"args\":["
                        + "{\"channel\":\"open-interest\",\"instId\":\"BTC-USDT-SWAP\"},"
                        + "{\"channel\":\"open-interest\",\"instId\":\"BTC-USDT-250101\"}]}");
        assertThat(talk.frames().get(0).get("event").asText()).isEqualTo("subscribe");
        assertThat(talk.frames().get(1).get("code").asText()).isEqualTo("60018");

        talk.socket().tick(okx.now());
        okx.pass(Duration.ofSeconds(2));
        talk.socket().tick(okx.now());
        assertThat(talk.frames()).hasSize(3);
        okx.pass(Duration.ofSeconds(1));
        talk.socket().tick(okx.now());
        assertThat(talk.frames()).hasSize(4);

        talk.socket().received("ping");
        assertThat(talk.last().asText()).isEqualTo("pong");
        talk.socket().received("{\"op\":\"dance\"}");
        assertThat(talk.last().get("code").asText()).isEqualTo("60012");
        assertThat(Asking.fields(talk.frames().get(3))).isEqualTo(Asking.captured("okx/ws-open-interest-1.json"));
    }

    @Test
    void closesASocketNobodyUses() {
        Asking.Talk talk = okx.talk("okx", "/ws/v5/public");
        okx.pass(Duration.ofSeconds(31));
        talk.socket().tick(okx.now());

        assertThat(talk.closings()).containsExactly(4004);
    }

    private JsonNode get(String path, String... parameters) {
        return okx.get("okx", path, parameters);
    }

    private static JsonNode only(JsonNode answer) {
        assertThat(answer.get("data")).hasSize(1);
        return answer.at("/data/0");
    }

    private static List<String> symbols(JsonNode answer) {
        return answer.get("data").findValuesAsText("instId");
    }
}
