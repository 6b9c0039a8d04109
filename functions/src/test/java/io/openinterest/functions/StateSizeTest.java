package io.openinterest.functions;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.market.SnapshotSettings;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Observation;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What checkpoints take. Sizes are those of the job's own serializers and do not depend on the machine. */
class StateSizeTest {

    private static final SnapshotSettings SETTINGS = new SnapshotSettings(
            Map.of(), Duration.ofMinutes(5), Duration.ofMinutes(15), Set.of(AssetClass.CRYPTO), Set.of(), false);
    private static final int KIBI = 1024;

    @Test
    void aMarketTakesTwoKibibytesAndAnEntitySixteen() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            // given twelve markets of which every tenth observation comes eight minutes late
            int markets = 12;
            long ofNoMarket = run.bytesOfMarkets();
            long ofNoEntity = run.bytesOfTotals();
            Random random = new Random(1);
            for (int minute = 0; minute < 40; minute++) {
                for (int m = 0; m < markets; m++) {
                    int late = minute > 20 && random.nextInt(10) == 0 ? 8 : 0;
                    run.arrive(market(m, minute - late, random));
                }
            }

            long entities =
                    run.totalRows.stream().map(row -> row.entity()).distinct().count();
            assertThat(run.totalRows).anyMatch(row -> row.edition().revision() > 0);
            assertThat((run.bytesOfMarkets() - ofNoMarket) / markets).isLessThan(2 * KIBI);
            assertThat((run.bytesOfTotals() - ofNoEntity) / entities).isLessThan(16 * KIBI);
            assertThat(run.entriesOfMarkets().values()).allMatch(value -> value.length < 64 * KIBI);
            assertThat(run.entriesOfTotals().values()).allMatch(value -> value.length < 64 * KIBI);
        }
    }

    @Test
    void aMinuteLeavesMostAsItWas() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            Random random = new Random(1);
            for (int minute = 0; minute < 40; minute++) {
                passMinute(minute, random, run);
            }
            Map<List<Object>, byte[]> marketsBefore = run.entriesOfMarkets();
            Map<List<Object>, byte[]> totalsBefore = run.entriesOfTotals();

            passMinute(40, random, run);

            assertThat(Harnesses.shareWritten(marketsBefore, run.entriesOfMarkets()))
                    .isLessThan(0.4);
            assertThat(Harnesses.shareWritten(totalsBefore, run.entriesOfTotals()))
                    .isLessThan(0.2);
        }
    }

    private static void passMinute(int minute, Random random, PipelineHarness run) throws Exception {
        for (int m = 0; m < 12; m++) {
            run.arrive(market(m, minute, random));
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
