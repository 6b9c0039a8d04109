package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SimulatedKucoinTest {

    private static final String CONTRACTS = "/api/v1/contracts/active";

    private final Asking kucoin = new Asking(SimulatedKucoin::new);

    @Test
    void writesTheFieldsThatKucoinWrites() throws IOException {
        assertThat(Asking.fields(kucoin.get("kucoin", CONTRACTS)))
                .containsAll(Asking.captured("kucoin/contracts_active-1.json"));
    }

    @Test
    void countsLotsOfTheMultiplier() {
        JsonNode bitcoin = row("XBTUSDTM");
        JsonNode inverse = row("XBTUSDM");

        assertThat(bitcoin.get("openInterest").asDouble()
                        * bitcoin.get("multiplier").asDouble())
                .isCloseTo(4_650, withPercentage(60));
        assertThat(bitcoin.get("markPrice").asDouble()).isCloseTo(86_000, withPercentage(15));
        assertThat(inverse.get("multiplier").asDouble()).isEqualTo(-1);
        assertThat(inverse.get("openInterest").asDouble()).isCloseTo(310 * 86_000, withPercentage(60));
        assertThat(inverse.get("turnoverOf24h").asDouble())
                .isLessThan(inverse.get("volumeOf24h").asDouble());
    }

    @Test
    void listsDatedAndPausedContracts() {
        assertThat(row("XBTMZ26").get("expireDate").asLong()).isEqualTo(1_798_185_600_000L);
        assertThat(row("XBTUSDTM").get("expireDate").isNull()).isTrue();
        assertThat(row("OLDUSDTM").get("status").asText()).isEqualTo("Paused");
    }

    @Test
    void answersAWeightOf2000InThirtySeconds() {
        for (int i = 0; i < 666; i++) {
            assertThat(kucoin.reply("kucoin", CONTRACTS).status()).isEqualTo(200);
        }
        assertThat(kucoin.reply("kucoin", CONTRACTS).status()).isEqualTo(429);

        kucoin.pass(Duration.ofSeconds(30));

        assertThat(kucoin.reply("kucoin", CONTRACTS).status()).isEqualTo(200);
        assertThat(kucoin.reply("kucoin", "/api/v1/nope").status()).isEqualTo(404);
    }

    private JsonNode row(String symbol) {
        for (JsonNode row : kucoin.get("kucoin", CONTRACTS).get("data")) {
            if (row.get("symbol").asText().equals(symbol)) {
                return row;
            }
        }
        throw new AssertionError(symbol + " is not listed");
    }
}
