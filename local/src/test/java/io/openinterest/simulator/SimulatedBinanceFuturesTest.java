package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulatedBinanceFuturesTest {

    private static final String USDM = "binance-usdm";
    private static final String COINM = "binance-coinm";

    private final Asking binance = new Asking(SimulatedBinanceFutures::new);

    @Test
    void writesTheFieldsThatBinanceWrites() throws IOException {
        assertThat(Asking.fields(openInterest("BTCUSDT")))
                .isEqualTo(Asking.captured("binance-usdm/openInterest-2.json"));
        assertThat(Asking.fields(binance.get(COINM, "/dapi/v1/openInterest", "symbol", "BTCUSD_PERP")))
                .isEqualTo(Asking.captured("binance-coinm/openInterest-1.json"));
        assertThat(Asking.fields(binance.get(USDM, "/fapi/v1/premiumIndex", "symbol", "ETHUSDT")))
                .isEqualTo(Asking.captured("binance-usdm/premiumIndex-1.json"));
        assertThat(Asking.fields(binance.get(COINM, "/dapi/v1/premiumIndex")))
                .isEqualTo(Asking.captured("binance-coinm/premiumIndex-1.json"));
        assertThat(Asking.captured("binance-usdm/exchangeInfo-1.json"))
                .containsAll(Asking.fields(binance.get(USDM, "/fapi/v1/exchangeInfo")));
        assertThat(Asking.captured("binance-coinm/exchangeInfo-1.json"))
                .containsAll(Asking.fields(binance.get(COINM, "/dapi/v1/exchangeInfo")));
        assertThat(Asking.fields(history("limit", "1")))
                .isEqualTo(Asking.captured("binance-usdm/openInterestHist-1.json"));
        assertThat(Asking.fields(coinHistory())).isEqualTo(Asking.captured("binance-coinm/openInterestHist-1.json"));
    }

    @Test
    void everyTradingSymbolHasOpenInterestAndMarkAndTheOthersSayWhyNot() {
        Set<String> marked =
                Set.copyOf(binance.get(USDM, "/fapi/v1/premiumIndex").findValuesAsText("symbol"));
        for (JsonNode symbol : binance.get(USDM, "/fapi/v1/exchangeInfo").get("symbols")) {
            String name = symbol.get("symbol").asText();
            SimReply reply = binance.reply(USDM, "/fapi/v1/openInterest", "symbol", name);
            if (symbol.get("status").asText().equals("TRADING")) {
                assertThat(reply.status()).isEqualTo(200);
                assertThat(marked).contains(name);
            } else {
                assertThat(reply.status()).isEqualTo(400);
                assertThat(Asking.json(reply.body()).get("code").asInt()).isEqualTo(-4108);
            }
        }
        assertThat(marked).contains("1000PEPEUSDT", "ETHBTC", "BTCUSDC", "BTCUSDT_261225", "TSLAUSDT", "币安人生USDT");
    }

    @Test
    void countsContractsOfAHundredDollarsOnCoinMargined() {
        JsonNode interest = binance.get(COINM, "/dapi/v1/openInterest", "symbol", "BTCUSD_PERP");
        JsonNode past = coinHistory().get(0);

        double dollars = interest.get("openInterest").asDouble() * 100;
        assertThat(dollars).isBetween(4e8, 1.4e9);
        assertThat(past.get("sumOpenInterest").asDouble()
                        * 100
                        / past.get("sumOpenInterestValue").asDouble())
                .as("contracts by coins is the price")
                .isCloseTo(86_000, withPercentage(15));
    }

    @Test
    void historyAgreesWithWhatWasSaidThen() {
        JsonNode row = history("limit", "3").get(2);
        Instant time = Instant.ofEpochMilli(row.get("timestamp").asLong());

        assertThat(time).isEqualTo(Instant.parse("2026-11-20T12:00:00Z"));
        assertThat(row.get("sumOpenInterest").asDouble())
                .isCloseTo(openInterest("BTCUSDT").get("openInterest").asDouble(), withPercentage(0.5));
        assertThat(history("limit", "500", "startTime", at("10:00:00"), "endTime", at("11:00:00")))
                .hasSize(13);
    }

    @Test
    void figuresMove() {
        String before = openInterest("BTCUSDT").get("openInterest").asText();
        binance.pass(Duration.ofSeconds(30));

        assertThat(openInterest("BTCUSDT").get("openInterest").asText()).isNotEqualTo(before);
    }

    @Test
    void metersBothProductsTogetherAndBansWhoGoesOn() {
        binance.reply(COINM, "/dapi/v1/premiumIndex");
        SimReply reply = binance.reply(USDM, "/fapi/v1/openInterest", "symbol", "BTCUSDT");
        assertThat(reply.headers()).containsEntry("X-MBX-USED-WEIGHT-1M", "11");

        for (int used = 11; used < 2400; used++) {
            reply = binance.reply(USDM, "/fapi/v1/openInterest", "symbol", "BTCUSDT");
        }
        assertThat(reply.status()).isEqualTo(200);
        reply = binance.reply(COINM, "/dapi/v1/openInterest", "symbol", "BTCUSD_PERP");
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.headers()).containsEntry("Retry-After", "60");

        for (int used = 0; used < 200; used++) {
            reply = binance.reply(USDM, "/fapi/v1/openInterest", "symbol", "BTCUSDT");
        }
        assertThat(reply.status()).isEqualTo(418);
        assertThat(reply.headers()).containsEntry("Retry-After", "120");
        binance.pass(Duration.ofSeconds(121));
        assertThat(binance.reply(USDM, "/fapi/v1/openInterest", "symbol", "BTCUSDT")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void namesWhatIsWrongWithARequest() {
        assertThat(List.of(
                        binance.reply(USDM, "/fapi/v1/openInterest", "symbol", "NOPE"),
                        binance.reply(USDM, "/fapi/v1/openInterest"),
                        binance.reply(USDM, "/futures/data/openInterestHist", "symbol", "BTCUSDT"),
                        binance.reply(USDM, "/dapi/v1/openInterest")))
                .extracting(reply ->
                        reply.status() + " " + Asking.json(reply.body()).get("code"))
                .containsExactly("400 -1121", "400 -1102", "400 -1102", "404 -5000");
    }

    private JsonNode openInterest(String symbol) {
        return binance.get(USDM, "/fapi/v1/openInterest", "symbol", symbol);
    }

    private JsonNode history(String... more) {
        String[] parameters = new String[4 + more.length];
        System.arraycopy(new String[] {"symbol", "BTCUSDT", "period", "5m"}, 0, parameters, 0, 4);
        System.arraycopy(more, 0, parameters, 4, more.length);
        return binance.get(USDM, "/futures/data/openInterestHist", parameters);
    }

    private JsonNode coinHistory() {
        return binance.get(
                COINM, "/futures/data/openInterestHist", "pair", "BTCUSD", "contractType", "PERPETUAL", "period", "5m");
    }

    private static String at(String time) {
        return String.valueOf(Instant.parse("2026-11-20T" + time + "Z").toEpochMilli());
    }
}
