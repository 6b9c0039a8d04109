package io.openinterest.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.venue.Fault;
import io.openinterest.venue.Fault.Kind;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Binance's refusals ask for; the same on all its product lines. */
class BinanceFaultTest {

    private static final Instant NOW = Instant.parse("2022-07-30T00:00:00Z");

    /** 2022-07-30T00:10:00Z, ten minutes after {@link #NOW}. */
    private static final String BANNED = "{\"code\":-1003,\"msg\":\"Way too many requests; IP banned until "
            + "1659139800000. Please use the websocket for live updates to avoid bans.\"}";

    private static Fault judge(int status, String retryAfter, String body) {
        Map<String, String> headers = retryAfter == null ? Map.of() : Map.of("retry-after", retryAfter);
        return Binance.judge(Reply.of(Request.get("/fapi/v1/openInterest"), status, headers, body, NOW));
    }

    @Test
    void aGoodAnswerIsNoFault() {
        assertThat(judge(200, null, "{\"symbol\":\"BTCUSDT\",\"openInterest\":\"1\",\"time\":1659139800000}"))
                .isNull();
        assertThat(judge(200, null, "[]")).isNull();
    }

    @Test
    void tooManyRequestsPauseAsLongAsTheHeaderSays() {
        Fault fault = judge(429, "17", "{\"code\":-1003,\"msg\":\"Too many requests.\"}");

        assertThat(fault.kind()).isEqualTo(Kind.LIMITED);
        assertThat(fault.pause()).isEqualTo(Duration.ofSeconds(17));
    }

    @Test
    void tooManyRequestsWithoutAHeaderBackOff() {
        assertThat(judge(429, null, "{\"code\":-1003,\"msg\":\"Too many requests.\"}")
                        .pause())
                .isNull();
        assertThat(judge(429, null, "<html>").kind()).isEqualTo(Kind.LIMITED);
    }

    @ParameterizedTest(name = "the text says 600 s, the header {0} s: {1} s")
    @CsvSource({",600", "5,600", "900,900"})
    void aBanPausesUntilTheLaterOfTextAndHeader(String retryAfter, long seconds) {
        Fault fault = judge(418, retryAfter, BANNED);

        assertThat(fault.kind()).isEqualTo(Kind.LIMITED);
        assertThat(fault.code()).isEqualTo("-1003");
        assertThat(fault.pause()).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void aBanLastsTwoMinutesAtLeastAndThreeDaysAtMost() {
        assertThat(judge(418, null, "").pause()).isEqualTo(Duration.ofMinutes(2));
        assertThat(judge(418, "1", BANNED.replace("1659139800000", "1659139201000"))
                        .pause())
                .isEqualTo(Duration.ofMinutes(2));
        assertThat(judge(418, null, BANNED.replace("1659139800000", "9999999999999"))
                        .pause())
                .isEqualTo(Duration.ofDays(3));
    }

    @Test
    void aBanIsReadWhateverItsCode() {
        // the options' own code of a system that is busy
        Fault fault = judge(418, null, BANNED.replace("-1003", "-1008"));

        assertThat(fault.code()).isEqualTo("-1008");
        assertThat(fault.pause()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void aBanInThePastDoesNotPauseForever() {
        assertThat(judge(418, null, BANNED.replace("1659139800000", "1659139100000"))
                        .pause())
                .isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void theFirewallAndTheLawPauseTheWholePool() {
        assertThat(judge(403, null, "<html>Request blocked</html>").kind()).isEqualTo(Kind.DENIED);
        assertThat(judge(451, null, "{\"code\":0,\"msg\":\"Service unavailable from a restricted location.\"}")
                        .kind())
                .isEqualTo(Kind.DENIED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"code\":-1000,\"msg\":\"Unknown error, please check your request or try again later.\"}",
                "{\"msg\":\"Service Unavailable.\"}",
                "{\"code\":-1008,\"msg\":\"Request throttled by system-level protection.\"}",
                "<html>503 Service Temporarily Unavailable</html>"
            })
    void allTextsOf503AreTriedAgain(String body) {
        assertThat(judge(503, null, body).kind()).isEqualTo(Kind.RETRY);
    }

    @Test
    void aTimeoutOfTheBackendIsTriedAgain() {
        assertThat(judge(408, null, "{\"code\":-1007,\"msg\":\"Timeout waiting for response from backend server.\"}")
                        .kind())
                .isEqualTo(Kind.RETRY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-4108", "-1121", "-6010", "-1128", "-1130"})
    void anErrorOfTheQuestionIsNotOneOfTheVenue(String code) {
        Fault fault = judge(400, null, "{\"code\":" + code + ",\"msg\":\"Some text.\"}");

        assertThat(fault.kind()).isEqualTo(Kind.REFUSED);
        assertThat(fault.code()).isEqualTo(code);
        assertThat(fault.detail()).isEqualTo("the venue answered " + code + ": Some text.");
    }
}
