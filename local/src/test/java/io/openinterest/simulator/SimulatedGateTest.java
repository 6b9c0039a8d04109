package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SimulatedGateTest {

    private static final String TICKERS = "/api/v4/futures/usdt/tickers";

    private final Asking gate = new Asking(SimulatedGate::new);

    @Test
    void writesTheFieldsThatGateWrites() throws IOException {
        assertThat(Asking.fields(gate.get("gate", TICKERS))).isEqualTo(Asking.captured("gate/futures_tickers-1.json"));
        assertThat(Asking.fields(gate.get("gate", "/api/v4/futures/usdt/contracts")))
                .isEqualTo(Asking.captured("gate/futures_contracts-1.json"));
    }

    @Test
    void countsBothSidesInTickersAndOneInTheList() {
        JsonNode ticker = gate.get("gate", TICKERS).get(0);
        JsonNode contract = gate.get("gate", "/api/v4/futures/usdt/contracts").get(0);

        assertThat(ticker.get("contract").asText()).isEqualTo("BTC_USDT");
        assertThat(ticker.get("total_size").asLong())
                .isEqualTo(2 * contract.get("position_size").asLong());
        assertThat(ticker.get("mark_price").asDouble()).isCloseTo(86_000, withPercentage(15));
    }

    @Test
    void countsDollarsWhereTheMultiplierIsZero() {
        JsonNode contract = gate.get("gate", "/api/v4/futures/btc/contracts").get(0);

        assertThat(contract.get("type").asText()).isEqualTo("inverse");
        assertThat(contract.get("quanto_multiplier").asText()).isEqualTo("0");
        assertThat(contract.get("position_size").asDouble()).isCloseTo(310 * 86_000, withPercentage(60));
    }

    @Test
    void givesDatedContractsNoFunding() {
        JsonNode contract = gate.get("gate", "/api/v4/delivery/usdt/contracts").get(0);

        assertThat(contract.get("name").asText()).isEqualTo("BTC_USDT_20261225");
        assertThat(contract.get("expire_time").asLong()).isEqualTo(1_798_185_600L);
        assertThat(contract.has("funding_interval")).isFalse();
        assertThat(gate.get("gate", "/api/v4/delivery/usdt/tickers").get(0).has("funding_rate"))
                .isFalse();
    }

    @Test
    void refusesUnknownContractsAndPaths() {
        SimReply unknown = gate.reply("gate", TICKERS, "contract", "NO_USDT");

        assertThat(unknown.status()).isEqualTo(400);
        assertThat(Asking.json(unknown.body()).get("label").asText()).isEqualTo("CONTRACT_NOT_FOUND");
        assertThat(gate.reply("gate", "/api/v4/nope").status()).isEqualTo(404);
    }

    @Test
    void answers200RequestsInTenSeconds() {
        for (int i = 0; i < 200; i++) {
            assertThat(gate.reply("gate", TICKERS).status()).isEqualTo(200);
        }
        assertThat(gate.reply("gate", TICKERS).status()).isEqualTo(429);

        gate.pass(Duration.ofSeconds(10));

        assertThat(gate.reply("gate", TICKERS).status()).isEqualTo(200);
    }
}
