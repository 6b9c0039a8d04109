package io.openinterest.observation;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ObservationOrderTest {

    private static final Instant TIME = Instant.parse("2026-03-01T07:00:02.714Z");

    @Test
    void tiesAreDecidedFieldByField() {
        // given observations of one market, each winning over the one before by the next rule of the list
        List<Observation> ascending = List.of(
                observation(TIME, TIME.plusMillis(900), true, "9", "9", "z"),
                observation(TIME.plusMillis(1), null, true, "9", "9", "z"),
                observation(TIME.plusMillis(1), TIME, true, "9", "9", "z"),
                observation(TIME.plusMillis(1), TIME.plusMillis(2), false, "9", "9", "z"),
                observation(TIME.plusMillis(1), TIME.plusMillis(2), true, "5", "9", "z"),
                observation(TIME.plusMillis(1), TIME.plusMillis(2), true, "10", "5", "z"),
                observation(TIME.plusMillis(1), TIME.plusMillis(2), true, "10", "20", "rest"),
                observation(TIME.plusMillis(1), TIME.plusMillis(2), true, "10", "20", "\uFF5E"),
                observation(TIME.plusMillis(1), TIME.plusMillis(2), true, "10", "20", "\uD83D\uDE00"));
        List<Observation> shuffled = new ArrayList<>(ascending);

        // when
        Collections.shuffle(shuffled, new Random(7));
        shuffled.sort(ObservationOrder::compare);

        // then
        assertThat(shuffled).containsExactlyElementsOf(ascending);
    }

    @Test
    void theSameFiguresInOtherDigitsAreEqual() {
        assertThat(ObservationOrder.compare(
                        observation(TIME, null, false, "1.50", "10", "file"),
                        observation(TIME, null, false, "1.5", "1e1", "file")))
                .isZero();
    }

    @Test
    void theTextIsTheRecordInTheOrderOfItsFields() {
        assertThat(ObservationOrder.text(observation(TIME, null, false, "1e2", "-0.0", "file")))
                .isEqualTo("{\"market\":\"okx-BTC-USDT-SWAP-future\",\"time\":\"2026-03-01T07:00:02.714Z\","
                        + "\"exchange\":\"okx\",\"venue\":\"okx\",\"symbol\":\"BTC-USDT-SWAP\","
                        + "\"asset_class\":\"crypto\",\"base\":\"btc\",\"quote\":\"usdt\",\"margin\":\"usdt\","
                        + "\"type\":\"perpetual\",\"structure\":\"linear\",\"expiration\":null,\"strike\":null,"
                        + "\"contract_count\":0,\"contract_size\":0.01,\"sides\":1,\"amount_base\":1,"
                        + "\"price_usd\":100,\"price_source\":\"mark\",\"value_usd\":100,"
                        + "\"market_value_usd\":null,\"funding_rate\":null,\"funding_interval_hours\":null,"
                        + "\"volume_24h_usd\":null,\"exchange_time\":null,\"database_time\":null,"
                        + "\"delisted\":false,\"origin\":\"file\"}");
    }

    private static Observation observation(
            Instant time, Instant received, boolean delisted, String value, String contracts, String origin) {
        return new Observation(
                "okx-BTC-USDT-SWAP-future",
                time,
                "okx",
                "okx",
                "BTC-USDT-SWAP",
                AssetClass.CRYPTO,
                "btc",
                "usdt",
                "usdt",
                MarketType.PERPETUAL,
                Structure.LINEAR,
                null,
                null,
                new BigDecimal(contracts),
                new BigDecimal("0.01"),
                1,
                BigDecimal.ONE,
                new BigDecimal("100"),
                "mark",
                new BigDecimal(value),
                null,
                null,
                null,
                null,
                null,
                received,
                delisted,
                origin);
    }
}
