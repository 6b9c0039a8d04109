package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedHtxTest {

    private static final String LINEAR = "/linear-swap-api/v1/swap_open_interest";

    private final Asking htx = new Asking(SimulatedHtx::new);

    @Test
    void writesTheFieldsThatHtxWrites() throws IOException {
        assertThat(Asking.fields(htx.get("htx", LINEAR, "business_type", "all")))
                .isEqualTo(Asking.captured("htx/linear_swap_open_interest-1.json"));
        assertThat(Asking.fields(htx.get("htx", "/v5/market/open_interest", "contract_code", "BTC-USDT")))
                .isEqualTo(Asking.captured("htx/v5_open_interest-1.json"));
        assertThat(Asking.fields(htx.get("htx", "/swap-api/v1/swap_open_interest")))
                .isEqualTo(Asking.captured("htx/coinm_swap_open_interest-1.json"));
        assertThat(Asking.fields(htx.get("htx", "/api/v1/contract_open_interest")))
                .isEqualTo(Asking.captured("htx/coinm_futures_open_interest-1.json"));
        assertThat(Asking.fields(htx.get("htx", "/linear-swap-api/v1/swap_contract_info")))
                .containsAll(Asking.captured("htx/linear_swap_contract_info-1.json"));
        assertThat(Asking.fields(htx.get("htx", "/swap-api/v1/swap_contract_info")))
                .isEqualTo(Asking.captured("htx/coinm_swap_contract_info-1.json"));
        assertThat(Asking.fields(htx.get("htx", "/api/v1/contract_contract_info")))
                .isEqualTo(Asking.captured("htx/contract_contract_info-1.json"));
    }

    @Test
    void hidesDatedLinearFuturesUnlessAllAreAskedFor() {
        assertThat(codes(htx.get("htx", LINEAR))).contains("BTC-USDT").noneMatch(code -> code.startsWith("BTC-USDT-"));
        assertThat(codes(htx.get("htx", LINEAR, "business_type", "all"))).contains("BTC-USDT-261127");
    }

    @Test
    void countsBothSidesInContracts() {
        JsonNode linear = htx.get("htx", LINEAR).at("/data/0");
        JsonNode inverse = htx.get("htx", "/swap-api/v1/swap_open_interest").at("/data/0");

        assertThat(linear.get("volume").asLong() % 2).isZero();
        assertThat(linear.get("amount").asDouble())
                .isCloseTo(linear.get("volume").asDouble() * 0.001, withPercentage(0.001));
        assertThat(linear.get("value").asDouble() / linear.get("amount").asDouble())
                .isCloseTo(86_000, withPercentage(15));
        assertThat(inverse.get("volume").asDouble()
                        * 100
                        / inverse.get("amount").asDouble())
                .isCloseTo(86_000, withPercentage(15));
    }

    @Test
    void keepsRowsOfWhatIsSuspendedOrGone() {
        JsonNode list = htx.get("htx", "/linear-swap-api/v1/swap_contract_info").get("data");
        JsonNode index = htx.get("htx", "/linear-swap-api/v1/swap_index").get("data");

        assertThat(list.get(list.size() - 1).get("contract_status").asInt()).isEqualTo(3);
        assertThat(codes(htx.get("htx", LINEAR))).contains("CVX-USDT");
        assertThat(index.get(index.size() - 1).get("index_ts").asLong())
                .isLessThan(htx.now().toEpochMilli() - 1_000_000_000L);
    }

    @Test
    void answersErrorsInGoodAnswers() {
        assertThat(htx.get("htx", LINEAR, "contract_code", "NO-USDT")
                        .get("err_code")
                        .asInt())
                .isEqualTo(1014);
        assertThat(htx.get("htx", "/v5/market/open_interest").get("code").asInt())
                .isEqualTo(1014);
        assertThat(htx.reply("htx", "/linear-swap-api/v1/nope").status()).isEqualTo(404);
    }

    @Test
    void answers240RequestsInThreeSeconds() {
        for (int i = 0; i < 240; i++) {
            assertThat(htx.get("htx", "/swap-api/v1/swap_index").get("status").asText())
                    .isEqualTo("ok");
        }
        SimReply refused = htx.reply("htx", "/swap-api/v1/swap_index");
        assertThat(refused.status()).isEqualTo(200);
        assertThat(refused.headers()).containsEntry("ratelimit-remaining", "0");
        assertThat(Asking.json(refused.body()).get("err_code").asInt()).isEqualTo(1032);

        htx.pass(Duration.ofSeconds(3));

        assertThat(htx.get("htx", "/swap-api/v1/swap_index").get("status").asText())
                .isEqualTo("ok");
    }

    private static List<String> codes(JsonNode body) {
        return body.get("data").findValuesAsText("contract_code");
    }
}
