package io.openinterest.functions;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.market.SnapshotSettings;
import io.openinterest.functions.record.Interval;
import io.openinterest.observation.AssetClass;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A recording that says nothing for more than a day. */
class LongGapTest {

    private static final SnapshotSettings SETTINGS = new SnapshotSettings(
            Map.of(), Duration.ofMinutes(5), Duration.ofMinutes(15), Set.of(AssetClass.CRYPTO), Set.of(), true);

    @Test
    void anEntityThatEndedBeforeTheGapHasItsLastFiveMinutes() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            // given an asset that ends at 07:02
            run.arrive(MarketFixture.market()
                    .symbol("XYZ-A", "xyz", "usdt")
                    .future("2026-03-01T07:02:00Z")
                    .at("2026-03-01T07:00:30Z", "10", "2000"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:00:30Z", "100", "1000"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:03:30Z", "100", "1000"));
            assertThat(run.total("asset:xyz", Interval.ONE_MINUTE, "2026-03-01T07:02:00Z"))
                    .isNotNull();

            // when the next word comes more than a day later, and all boundaries between are published
            run.arrive(MarketFixture.market().at("2026-03-02T07:25:30Z", "100", "1000"));
            run.end();

            assertThat(run.total("asset:btc", Interval.FIVE_MINUTES, "2026-03-01T07:05:00Z"))
                    .isNotNull();
            assertThat(run.total("asset:xyz", Interval.FIVE_MINUTES, "2026-03-01T07:05:00Z"))
                    .isNotNull();
        }
    }
}
