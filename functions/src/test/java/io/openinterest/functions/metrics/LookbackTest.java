package io.openinterest.functions.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.Harnesses;
import io.openinterest.functions.record.Boundary;
import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.Edition;
import io.openinterest.functions.record.Entity;
import io.openinterest.functions.record.Horizons.Horizon;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.Range;
import io.openinterest.functions.record.TotalRow;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an entity costs in a checkpoint. Sizes are exact: the same rows give the same bytes. */
class LookbackTest {

    private static final MetricsSettings SETTINGS = new MetricsSettings(
            new BigDecimal("0.0005"), new BigDecimal("0.0005"), new CorrectionWindow(Duration.ofMinutes(15)));
    private static final long BEGIN = Instant.parse("2026-03-01T07:00:00Z").toEpochMilli();
    private static final int MINUTES = 26 * 60;
    private static final int ENTITIES = 5;

    @ParameterizedTest
    @CsvSource({"2e9, 11200", "2e7, 10300", "1e5, 9300"})
    void aDayOfAnEntityTakesSomeTenKilobytesOfACheckpoint(double valueUsd, long bytes) throws Exception {
        // given one entity, and more of the same size, each 26 hours old and moving every minute
        long one = checkpoint(1, valueUsd);
        long more = checkpoint(1 + ENTITIES, valueUsd);

        // then what each adds is small
        assertThat((more - one) / ENTITIES).isLessThan(bytes);
    }

    @Test
    void aMinuteLeavesMostOfADayAsItWas() throws Exception {
        try (MetricsHarness harness = new MetricsHarness(SETTINGS)) {
            pass(MINUTES, 1, 2e7, harness);
            Map<List<Object>, byte[]> before = harness.entries();

            long time = BEGIN + (MINUTES + 1) * Interval.MINUTE_MILLIS;
            Random random = new Random(2);
            harness.say(row("asset0", Interval.ONE_MINUTE, time, usd(2e7), usd(-100), usd(3000), random), time);
            harness.watermark(time - 1);

            assertThat(Harnesses.shareWritten(before, harness.entries())).isBetween(0.01, 0.1);
        }
    }

    @Test
    void figuresBeyondEveryLongAreExact() throws Exception {
        // given an asset that grows by a millionth of a dollar in a minute, far beyond what a long of millionths holds
        BigDecimal huge = new BigDecimal("123456789012345678901234567890.000000");
        BigDecimal least = new BigDecimal("0.000001");
        try (MetricsHarness harness = new MetricsHarness(SETTINGS)) {
            Random random = new Random(1);
            BigDecimal open = usd(5);
            for (int minute = 1; minute <= 10; minute++) {
                long time = BEGIN + minute * Interval.MINUTE_MILLIS;
                BigDecimal quantity = minute == 3 ? huge : minute == 9 ? huge.negate() : least;
                harness.say(row("btc", Interval.ONE_MINUTE, time, open, quantity, usd(0), random), time);
                harness.watermark(time - 1);
                open = open.add(quantity);
            }

            // then its changes are exact before, while and after it is that large
            assertThat(harness.output().stream()
                            .map(record -> record.metrics()
                                    .figures()
                                    .changes()
                                    .changeUsd()
                                    .over(Horizon.FIVE_MINUTES)))
                    .containsExactly(
                            null,
                            null,
                            null,
                            null,
                            null,
                            huge.add(usd(0.000004)),
                            huge.add(usd(0.000004)),
                            usd(0.000005),
                            huge.negate().add(usd(0.000004)),
                            huge.negate().add(usd(0.000004)));
        }
    }

    private static long checkpoint(int entities, double begin) throws Exception {
        // what goes on to rules is not looked at here, and takes the harness most of its time
        try (MetricsHarness harness = new MetricsHarness(SETTINGS, Set.of(), null)) {
            pass(MINUTES, entities, begin, harness);
            OperatorSubtaskState state = harness.snapshot();
            return state.getManagedKeyedState().stream()
                    .mapToLong(KeyedStateHandle::getStateSize)
                    .sum();
        }
    }

    private static void pass(int minutes, int entities, double begin, MetricsHarness harness) throws Exception {
        Random random = new Random(1);
        BigDecimal[] values = new BigDecimal[entities];
        for (int minute = 1; minute <= minutes; minute++) {
            long time = BEGIN + minute * Interval.MINUTE_MILLIS;
            for (int entity = 0; entity < entities; entity++) {
                BigDecimal open = minute == 1 ? usd(begin) : values[entity];
                BigDecimal quantity = usd(begin * random.nextGaussian() * 0.0003);
                BigDecimal price = usd(begin * random.nextGaussian() * 0.001);
                values[entity] = open.add(quantity).add(price).abs();
                for (Interval interval : Interval.values()) {
                    if (interval.isBoundary(time)) {
                        harness.say(row("asset" + entity, interval, time, open, quantity, price, random), time);
                    }
                }
            }
            harness.watermark(time - 1);
        }
    }

    private static TotalRow row(
            String asset,
            Interval interval,
            long time,
            BigDecimal open,
            BigDecimal quantity,
            BigDecimal price,
            Random random) {
        BigDecimal value = open.add(quantity).add(price).abs();
        BigDecimal half = usd(value.doubleValue() / 2);
        TotalRow.Figures figures = new TotalRow.Figures(
                value,
                null,
                new Range(open, value, value, value),
                new TotalRow.Split(
                        new TotalRow.ByType(half, value.subtract(half), usd(0), usd(0)),
                        new TotalRow.ByMargin(half, value.subtract(half), usd(0), usd(0), usd(0)),
                        null),
                decimal(60_000 + 100 * random.nextDouble(), 7),
                new TotalRow.Basis(
                        null,
                        0L,
                        8,
                        random.nextInt(10) > 0 ? BigDecimal.ONE : decimal(0.9 + 0.1 * random.nextDouble(), 6),
                        0L),
                Ledger.of(quantity, price, usd(0), usd(0), usd(0), usd(0)),
                new TotalRow.Unpublished(
                        decimal(random.nextDouble(), 8),
                        decimal(7 * random.nextDouble(), 8),
                        "binance",
                        decimal(random.nextDouble(), 8),
                        decimal(0.0001 * random.nextDouble(), 8),
                        decimal(3 * random.nextDouble(), 8),
                        "binance,okx,bybit"));
        return new TotalRow(
                Entity.asset(asset),
                Boundary.of(interval, time),
                figures,
                Edition.first(SETTINGS.corrections().finalAt(time), Pass.inOrder(time)));
    }

    private static BigDecimal usd(double amount) {
        return decimal(amount, 6);
    }

    private static BigDecimal decimal(double figure, int digits) {
        return BigDecimal.valueOf(figure).setScale(digits, RoundingMode.HALF_EVEN);
    }
}
