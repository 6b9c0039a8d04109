package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SimulatedBitgetTest {

    private static final String TICKERS = "/api/v2/mix/market/tickers";
    private static final String CONTRACTS = "/api/v2/mix/market/contracts";

    private final Asking bitget = new Asking(SimulatedBitget::new);

    @Test
    void writesTheFieldsThatBitgetWrites() throws IOException {
        assertThat(Asking.fields(bitget.get(
                        "bitget",
                        "/api/v2/mix/market/open-interest",
                        "symbol",
                        "BTCUSDT",
                        "productType",
                        "usdt-futures")))
                .isEqualTo(Asking.captured("bitget/open_interest-1.json"));
    }

    @Test
    void countsCoinsWhateverTheMargin() {
        JsonNode linear = data(TICKERS, "USDT-FUTURES").get(0);
        JsonNode inverse = data(TICKERS, "COIN-FUTURES").get(0);

        assertThat(linear.get("symbol").asText()).isEqualTo("BTCUSDT");
        assertThat(linear.get("holdingAmount").asDouble()).isCloseTo(18_600, withPercentage(60));
        assertThat(inverse.get("symbol").asText()).isEqualTo("BTCUSD");
        assertThat(inverse.get("holdingAmount").asDouble()).isCloseTo(1_550, withPercentage(60));
        assertThat(data(TICKERS, "USDC-FUTURES").get(0).get("symbol").asText()).isEqualTo("BTCPERP");
    }

    @Test
    void listsDatedContractsWithADeliveryTime() {
        JsonNode dated = data(CONTRACTS, "COIN-FUTURES").get(3);

        assertThat(dated.get("symbol").asText()).isEqualTo("BTCUSDZ26");
        assertThat(dated.get("symbolType").asText()).isEqualTo("delivery");
        assertThat(dated.get("deliveryTime").asText()).isEqualTo("1798185600000");
        assertThat(data(TICKERS, "COIN-FUTURES").get(3).get("fundingRate").asText())
                .isEqualTo("0");
    }

    @Test
    void keepsAContractThatIsOff() {
        JsonNode list = data(CONTRACTS, "USDT-FUTURES");

        assertThat(list.get(list.size() - 1).get("symbolStatus").asText()).isEqualTo("off");
        assertThat(data(TICKERS, "USDT-FUTURES").findValuesAsText("symbol")).contains("OLDUSDT");
    }

    @Test
    void refusesUnknownProductsAndPaths() {
        assertThat(bitget.reply("bitget", TICKERS).status()).isEqualTo(400);
        assertThat(bitget.reply("bitget", "/api/v2/nope", "productType", "USDT-FUTURES")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void answersTwentyRequestsASecond() {
        for (int i = 0; i < 20; i++) {
            assertThat(status()).isEqualTo(200);
        }
        assertThat(status()).isEqualTo(429);

        bitget.pass(Duration.ofSeconds(1));

        assertThat(status()).isEqualTo(200);
    }

    private int status() {
        return bitget.reply("bitget", TICKERS, "productType", "USDT-FUTURES").status();
    }

    private JsonNode data(String path, String product) {
        return bitget.get("bitget", path, "productType", product).get("data");
    }
}
