package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulatedBybitTest {

    private final Asking bybit = new Asking(SimulatedBybit::new);

    @Test
    void writesTheFieldsThatBybitWrites() throws IOException {
        assertThat(Asking.captured("bybit-linear/tickers-1.json")).containsAll(Asking.fields(tickers("linear")));
        assertThat(Asking.captured("bybit-linear/tickers-1.json")).containsAll(Asking.fields(tickers("inverse")));
        assertThat(Asking.captured("bybit-option/tickers-1.json"))
                .containsAll(Asking.fields(
                        bybit.get("bybit-option", "/v5/market/tickers", "category", "option", "baseCoin", "BTC")));
        assertThat(Asking.captured("bybit-linear/open-interest-1.json")).isEqualTo(Asking.fields(history()));
    }

    @Test
    void countsBothSidesBesideTheSingleOne() {
        JsonNode btc = row(tickers("linear"), "BTCUSDT");

        assertThat(number(btc, "openInterest"))
                .isEqualByComparingTo(number(btc, "singleOpenInterest").add(number(btc, "singleOpenInterest")));
        assertThat(number(btc, "singleOpenInterestValue").doubleValue())
                .isCloseTo(
                        number(btc, "singleOpenInterest").doubleValue()
                                * number(btc, "markPrice").doubleValue(),
                        withPercentage(0.01));
    }

    @Test
    void countsInverseInDollarsAndValuesThemInCoins() {
        JsonNode btc = row(tickers("inverse"), "BTCUSD");

        assertThat(number(btc, "singleOpenInterest").scale()).isZero();
        assertThat(number(btc, "singleOpenInterestValue").doubleValue())
                .isCloseTo(
                        number(btc, "singleOpenInterest").doubleValue()
                                / number(btc, "markPrice").doubleValue(),
                        withPercentage(0.01));
    }

    @Test
    void writesDatedAndMultipliedSymbolsAsBybitDoes() {
        assertThat(symbols(tickers("linear")))
                .contains("1000PEPEUSDT", "BTCPERP", "BTCUSDT-25DEC26", "BTC-25DEC26", "TSLAUSDT", "币安人生USDT");
        assertThat(symbols(tickers("inverse"))).contains("BTCUSD", "BTCUSDZ26", "ETHUSDH27");
        assertThat(symbols(bybit.get("bybit-option", "/v5/market/tickers", "category", "option", "baseCoin", "BTC")))
                .contains("BTC-25DEC26-86000-C-USDT", "BTC-25DEC26-86000-P");
    }

    @Test
    void figuresMove() {
        BigDecimal before = number(row(tickers("linear"), "BTCUSDT"), "openInterest");
        bybit.pass(Duration.ofSeconds(30));

        assertThat(number(row(tickers("linear"), "BTCUSDT"), "openInterest")).isNotEqualByComparingTo(before);
    }

    @Test
    void pagesOfInstrumentsEndAndHoldEachSymbolOnce() {
        List<String> symbols = new ArrayList<>();
        String cursor = "";
        int pages = 0;
        do {
            JsonNode page = bybit.get(
                    "bybit-linear",
                    "/v5/market/instruments-info",
                    "category",
                    "linear",
                    "limit",
                    "1000",
                    "cursor",
                    cursor);
            symbols.addAll(symbols(page));
            cursor = decoded(page);
            pages++;
        } while (!cursor.isEmpty() && pages < 100);

        assertThat(pages).isGreaterThan(1);
        assertThat(symbols).doesNotHaveDuplicates().containsExactlyElementsOf(symbols(tickers("linear")));
    }

    @Test
    void pagesOfHistoryGoBackToTheStartAndSayWhatWasSaidThen() {
        BigDecimal then = number(row(tickers("linear"), "BTCUSDT"), "singleOpenInterest");
        long start = bybit.now().toEpochMilli();
        bybit.pass(Duration.ofHours(2));
        List<Long> times = new ArrayList<>();
        BigDecimal oldest = null;
        String cursor = "";
        do {
            JsonNode page = bybit.get(
                    "bybit-linear",
                    "/v5/market/open-interest",
                    "category",
                    "linear",
                    "symbol",
                    "BTCUSDT",
                    "intervalTime",
                    "5min",
                    "limit",
                    "10",
                    "startTime",
                    String.valueOf(start),
                    "cursor",
                    cursor);
            for (JsonNode point : page.at("/result/list")) {
                times.add(point.get("timestamp").asLong());
                oldest = number(point, "singleOpenInterest");
            }
            cursor = decoded(page);
        } while (!cursor.isEmpty() && times.size() < 100);

        assertThat(times).hasSize(25).doesNotHaveDuplicates().isSortedAccordingTo((a, b) -> Long.compare(b, a));
        assertThat(times.get(24)).isEqualTo(start);
        assertThat(oldest).isEqualByComparingTo(then);
    }

    @Test
    void refusesACursorThatWasEncodedTwice() {
        JsonNode answer = bybit.get(
                "bybit-linear",
                "/v5/market/open-interest",
                "category",
                "linear",
                "symbol",
                "BTCUSDT",
                "intervalTime",
                "5min",
                "cursor",
                "lastid%3D1%26lasttime%3D1789458000");

        assertThat(answer.get("retCode").asInt()).isEqualTo(10001);
    }

    @Test
    void answersErrorsInsideStatus200() {
        JsonNode answer = bybit.get("bybit-linear", "/v5/market/tickers", "category", "linear", "symbol", "NOPE");

        assertThat(answer.get("retCode").asInt()).isEqualTo(10001);
        assertThat(answer.get("retMsg").asText()).isEqualTo("params error: Symbol Is Invalid");
    }

    @Test
    void shutsOutAClientThatAsksTooOften() {
        for (int i = 0; i < 600; i++) {
            assertThat(bybit.reply("bybit-linear", "/v5/market/tickers", "category", "inverse", "symbol", "BTCUSD")
                            .status())
                    .isEqualTo(200);
        }

        assertThat(bybit.reply("bybit-linear", "/v5/market/tickers", "category", "inverse")
                        .status())
                .isEqualTo(403);
        bybit.pass(Duration.ofSeconds(5));
        assertThat(bybit.reply("bybit-linear", "/v5/market/tickers", "category", "inverse")
                        .headers())
                .containsEntry("X-Bapi-Limit", "600")
                .containsEntry("X-Bapi-Limit-Status", "599");
    }

    @Test
    void sendsASnapshotThenOnlyWhatChanged() throws IOException {
        Asking.Talk talk = bybit.talk("bybit-linear", "/v5/public/linear");
        talk.socket().received("{\"req_id\":\"t1\",\"op\":\"subscribe\",\"args\":[\"tickers.BTCUSDT\"]}");

        assertThat(talk.frames().get(0).get("success").asBoolean()).isTrue();
        assertThat(talk.frames().get(0).get("req_id").asText()).isEqualTo("t1");
        JsonNode snapshot = talk.frames().get(1);
        assertThat(snapshot.get("type").asText()).isEqualTo("snapshot");
        assertThat(Asking.captured("bybit-linear/ws-tickers-1.jsonl", "bybit-linear/ws-tickers-4.jsonl"))
                .containsAll(Asking.fields(snapshot));

        bybit.pass(Duration.ofMillis(500));
        talk.socket().tick(bybit.now());
        JsonNode delta = talk.last();
        assertThat(delta.get("type").asText()).isEqualTo("delta");
        assertThat(delta.at("/data/symbol").asText()).isEqualTo("BTCUSDT");
        assertThat(delta.get("data").size()).isLessThan(snapshot.get("data").size());
        assertThat(delta.get("data").has("fundingIntervalHour")).isFalse();

        int frames = talk.frames().size();
        talk.socket().tick(bybit.now());
        assertThat(talk.frames()).hasSize(frames);
    }

    @Test
    void acknowledgesOptionsAndPingsInTheirOwnForm() throws IOException {
        Asking.Talk talk = bybit.talk("bybit-option", "/v5/public/option");
        talk.socket()
                .received("{\"op\":\"subscribe\",\"args\":[\"tickers.BTC-25DEC26-86000-C-USDT\",\"tickers.NOPE\"]}");

        assertThat(talk.frames().get(0).at("/data/failTopics").toString()).isEqualTo("[\"tickers.NOPE\"]");
        Set<String> documented = Asking.captured("bybit-option/ws-tickers-1.json");
        documented.add("cs");
        assertThat(documented).containsAll(Asking.fields(talk.frames().get(1)));

        talk.socket().received("{\"op\":\"ping\"}");
        assertThat(talk.last().get("op").asText()).isEqualTo("pong");
    }

    @Test
    void hasNoSocketElsewhere() {
        assertThat(bybit.talk("bybit-linear", "/v5/private").socket()).isNull();
    }

    private JsonNode tickers(String category) {
        return bybit.get("bybit-" + category, "/v5/market/tickers", "category", category);
    }

    private JsonNode history() {
        return bybit.get(
                "bybit-linear",
                "/v5/market/open-interest",
                "category",
                "linear",
                "symbol",
                "BTCUSDT",
                "intervalTime",
                "5min");
    }

    private static JsonNode row(JsonNode answer, String symbol) {
        for (JsonNode row : answer.at("/result/list")) {
            if (row.get("symbol").asText().equals(symbol)) {
                return row;
            }
        }
        throw new AssertionError("no " + symbol);
    }

    private static List<String> symbols(JsonNode answer) {
        return answer.at("/result/list").findValuesAsText("symbol");
    }

    private static String decoded(JsonNode page) {
        return URLDecoder.decode(page.at("/result/nextPageCursor").asText(), StandardCharsets.UTF_8);
    }

    private static BigDecimal number(JsonNode row, String field) {
        return new BigDecimal(row.get(field).asText());
    }
}
