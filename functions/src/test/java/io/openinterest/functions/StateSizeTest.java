package io.openinterest.functions;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.market.SnapshotSettings;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Observation;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What checkpoints take. Sizes are those of the job's own serializers and do not depend on the machine. */
class StateSizeTest {

    private static final SnapshotSettings SETTINGS = new SnapshotSettings(
            Map.of(), Duration.ofMinutes(5), Duration.ofMinutes(15), Set.of(AssetClass.CRYPTO), Set.of(), false);
    private static final int KIBI = 1024;

    @Test
    void aMarketTakesTwoKibibytesAndAnEntitySixteen() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            // given sixty markets of which every tenth observation comes eight minutes late
            int markets = 60;
            Random random = new Random(1);
            for (int minute = 0; minute < 45; minute++) {
                for (int m = 0; m < markets; m++) {
                    int late = minute > 20 && random.nextInt(10) == 0 ? 8 : 0;
                    run.arrive(market(m, minute - late, random));
                }
            }

            long entities =
                    run.totalRows.stream().map(row -> row.entity()).distinct().count();
            assertThat(run.totalRows).anyMatch(row -> row.revision() > 0);
            assertThat(run.bytesOfMarkets() / markets).isLessThan(2 * KIBI);
            assertThat(run.bytesOfTotals() / entities).isLessThan(16 * KIBI);
            assertThat(run.greatestValue()).isLessThan(64 * KIBI);
        }
    }

    @Test
    void totalsDoNotGrowWithTheMarketsBehindThem() throws Exception {
        Map<Integer, Long> bytes = Set.of(200, 600).stream()
                .collect(Collectors.toMap(options -> options, options -> bytesOfTotals(options)));

        assertThat(bytes.get(600)).isLessThan(bytes.get(200) * 11 / 10);
    }

    private static long bytesOfTotals(int options) {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            Random random = new Random(1);
            for (int minute = 0; minute < 20; minute++) {
                for (int m = 0; m < options; m++) {
                    run.arrive(MarketFixture.market()
                            .on("deribit")
                            .symbol("BTC-" + m, "btc", "usd")
                            .call("2026-12-25T08:00:00Z", Integer.toString(50_000 + m))
                            .at(time(minute, random), Integer.toString(100 + random.nextInt(50)), "60000.5"));
                }
            }
            assertThat(run.greatestValue()).isLessThan(64 * KIBI);
            return run.bytesOfTotals();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Observation market(int m, int minute, Random random) {
        return MarketFixture.market()
                .on(new String[] {"binance", "bybit", "okx"}[m % 3])
                .symbol("SYMBOL" + m + "USDT", "asset" + m / 3, "usdt")
                .at(
                        time(minute, random),
                        BigDecimal.valueOf(10_000_000 + random.nextInt(1_000_000), 3)
                                .toString(),
                        BigDecimal.valueOf(600_000 + random.nextInt(10_000), 4).toString());
    }

    private static String time(int minute, Random random) {
        return Instant.parse("2026-03-01T07:00:00Z")
                .plusSeconds(60L * minute)
                .plusMillis(random.nextInt(60_000))
                .toString();
    }
}
