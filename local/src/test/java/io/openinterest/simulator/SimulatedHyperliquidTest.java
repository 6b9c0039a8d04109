package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SimulatedHyperliquidTest {

    private static final String SUBSCRIBE =
            "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"allDexsAssetCtxs\"}}";

    private final Asking hyperliquid = new Asking(SimulatedHyperliquid::new);

    @Test
    void writesTheFieldsThatHyperliquidWrites() throws IOException {
        Asking.Talk talk = hyperliquid.talk("hyperliquid", "/ws");
        talk.socket().received(SUBSCRIBE);

        talk.socket().tick(hyperliquid.now());

        assertThat(Asking.captured("hyperliquid/ws_allDexsAssetCtxs-1.json")).isEqualTo(Asking.fields(talk.last()));
    }

    @Test
    void givesEachMarketOfADexItsFiguresAtTheSamePlace() {
        JsonNode first = ask("{\"type\":\"metaAndAssetCtxs\",\"dex\":\"\"}");

        assertThat(first.at("/0/universe").size()).isEqualTo(first.get(1).size());
        assertThat(first.at("/0/universe/0/name").asText()).isEqualTo("BTC");
        assertThat(first.at("/1/0/markPx").asDouble()).isCloseTo(86_000, withPercentage(15));
        assertThat(first.at("/0/universe/3/isDelisted").asBoolean()).isTrue();
        assertThat(first.at("/1/3/openInterest").asText()).isEqualTo("0.0");
        assertThat(first.at("/0/universe/9/name").asText()).isEqualTo("kPEPE");
        assertThat(first.at("/1/9/markPx").asDouble()).isCloseTo(0.0062, withPercentage(15));
    }

    @Test
    void namesTheDexsTheirCollateralAndTheClassOfWhatTheyList() {
        assertThat(ask("{\"type\":\"perpDexs\"}").findValuesAsText("name")).containsExactly("xyz", "hyna");
        assertThat(ask("{\"type\":\"meta\",\"dex\":\"hyna\"}")
                        .get("collateralToken")
                        .asInt())
                .isEqualTo(235);
        assertThat(ask("{\"type\":\"spotMeta\"}").at("/tokens/1/name").asText()).isEqualTo("USDE");
        assertThat(ask("{\"type\":\"perpCategories\"}").get(0)).hasToString("[\"xyz:TSLA\",\"stocks\"]");
    }

    @Test
    void knowsNoOtherDexAndNoOtherQuestion() {
        assertThat(ask("{\"type\":\"metaAndAssetCtxs\",\"dex\":\"nope\"}").isNull())
                .isTrue();
        assertThat(hyperliquid
                        .post("hyperliquid", "/info", "{\"type\":\"nope\"}")
                        .status())
                .isEqualTo(422);
        assertThat(hyperliquid.reply("hyperliquid", "/info").status()).isEqualTo(404);
    }

    @Test
    void answersSixtyQuestionsAMinute() {
        String question = "{\"type\":\"perpDexs\"}";
        for (int i = 0; i < 60; i++) {
            assertThat(hyperliquid.post("hyperliquid", "/info", question).status())
                    .isEqualTo(200);
        }
        assertThat(hyperliquid.post("hyperliquid", "/info", question).status()).isEqualTo(429);

        hyperliquid.pass(Duration.ofMinutes(1));

        assertThat(hyperliquid.post("hyperliquid", "/info", question).status()).isEqualTo(200);
    }

    @Test
    void answersPingsAndRefusesUnknownSubscriptions() {
        Asking.Talk talk = hyperliquid.talk("hyperliquid", "/ws");

        talk.socket().received("{\"method\":\"ping\"}");
        assertThat(talk.last().get("channel").asText()).isEqualTo("pong");
        talk.socket().received("{\"method\":\"subscribe\",\"subscription\":{\"type\":\"nope\"}}");
        assertThat(talk.last().get("channel").asText()).isEqualTo("error");
    }

    private JsonNode ask(String question) {
        SimReply reply = hyperliquid.post("hyperliquid", "/info", question);
        assertThat(reply.status()).isEqualTo(200);
        return Asking.json(reply.body());
    }
}
