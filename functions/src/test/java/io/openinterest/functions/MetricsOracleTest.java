package io.openinterest.functions;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.market.SnapshotSettings;
import io.openinterest.functions.metrics.BoundaryRecord;
import io.openinterest.functions.metrics.MetricsHarness;
import io.openinterest.functions.metrics.MetricsSettings;
import io.openinterest.functions.record.Horizons;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.observation.AssetClass;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.Test;

/** What looks back, over two hours with an outage and an entity that ends and begins anew, written down naively. */
class MetricsOracleTest {

    private static final long MINUTE = Interval.MINUTE_MILLIS;
    private static final long START = Instant.parse("2026-03-01T07:00:00Z").toEpochMilli();
    private static final MathContext EXACT = MathContext.DECIMAL128;
    private static final SnapshotSettings SETTINGS = new SnapshotSettings(
            Map.of(), Duration.ofMinutes(5), Duration.ofMinutes(15), Set.of(AssetClass.CRYPTO), Set.of(), true);

    @Test
    void metricsAreWhatTheirDefinitionsSay() throws Exception {
        List<TotalRow> totals = totals();
        Map<String, EnumMap<Interval, NavigableMap<Long, TotalRow>>> entities = new TreeMap<>();
        for (TotalRow row : totals) {
            entities.computeIfAbsent(row.key(), key -> new EnumMap<>(Interval.class))
                    .computeIfAbsent(row.interval(), key -> new TreeMap<>())
                    .put(row.time().toEpochMilli(), row);
        }
        Map<String, String> expected = new TreeMap<>();
        entities.values().forEach(rows -> new Definitions(rows).write(expected));

        Map<String, String> metrics = metrics(totals);
        assertThat(metrics).hasSameSizeAs(totals);
        assertThat(metrics.entrySet().stream()
                        .filter(entry -> !entry.getValue().equals(expected.get(entry.getKey())))
                        .map(entry -> entry + "\n should " + expected.get(entry.getKey())))
                .isEmpty();
    }

    private static List<TotalRow> totals() throws Exception {
        Random random = new Random(1);
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            double[] contracts = {1000, 1000, 500, 100};
            double price = 1000;
            for (int minute = 0; minute < 150; minute++) {
                String at = Instant.ofEpochMilli(START + minute * MINUTE + random.nextInt(59_000))
                        .toString();
                for (int i = 0; i < contracts.length; i++) {
                    contracts[i] *= random.nextInt(4) == 0 ? 1 : 0.995 + random.nextDouble() * 0.01;
                }
                price *= 0.999 + random.nextDouble() * 0.002;
                String p = Double.toString(price);
                run.arrive(MarketFixture.market()
                        .on("htx")
                        .symbol("ETH", "eth", "usdt")
                        .at(at, whole(contracts[2]), p));
                run.arrive(MarketFixture.market().on("okx").at(at, whole(contracts[1]), p));
                if (minute < 45 || minute > 65) {
                    run.arrive(MarketFixture.market().at(at, whole(contracts[0]), p));
                }
                if (minute < 80 || minute > 100) {
                    run.arrive(MarketFixture.market()
                            .on("htx")
                            .symbol("XYZ", "xyz", "usdt")
                            .future(minute < 80 ? "2026-03-01T08:20:00Z" : "2026-03-02T00:00:00Z")
                            .at(at, whole(contracts[3]), p));
                }
            }
            run.end();
            return run.totalRows.stream()
                    .sorted(Comparator.comparing(TotalRow::time).thenComparing(TotalRow::interval))
                    .toList();
        }
    }

    private static String whole(double contracts) {
        return Long.toString(Math.round(contracts));
    }

    private static Map<String, String> metrics(List<TotalRow> totals) throws Exception {
        BigDecimal band = new BigDecimal("0.0005");
        try (MetricsHarness harness = new MetricsHarness(new MetricsSettings(band, band, SETTINGS.corrections()))) {
            for (TotalRow row : totals) {
                harness.say(row, row.time().toEpochMilli());
            }
            harness.watermark(Long.MAX_VALUE);
            Map<String, String> metrics = new TreeMap<>();
            for (StreamRecord<BoundaryRecord> record : harness.records()) {
                MetricsRow row = record.getValue().metrics();
                MetricsRow.Figures figures = row.figures();
                metrics.put(
                        row.key() + " " + row.boundary(),
                        text(
                                figures.changes(),
                                figures.pace(),
                                figures.unusual(),
                                figures.rank(),
                                figures.price().priceChangePct(),
                                figures.concentration().leaderChanged()));
            }
            return metrics;
        }
    }

    private static String text(Object... figures) {
        return Referee.write(Arrays.asList(figures));
    }

    /** The definitions of what an entity's metrics look back at. */
    private static final class Definitions {

        private final Map<Interval, NavigableMap<Long, TotalRow>> rows;
        private final NavigableMap<Long, TotalRow> minutes;

        Definitions(Map<Interval, NavigableMap<Long, TotalRow>> rows) {
            this.rows = rows;
            this.minutes = rows.get(Interval.ONE_MINUTE);
        }

        void write(Map<String, String> out) {
            rows.forEach((interval, records) -> {
                Map<Long, BigDecimal> returns = new TreeMap<>();
                Map<Long, BigDecimal> variances = new TreeMap<>();
                NavigableMap<Long, BigDecimal> steady = new TreeMap<>();
                records.forEach((t, row) -> {
                    long i = interval.millis();
                    BigDecimal r = inRun(t, i)
                            ? ratio(quantity(row), row.figures().range().openUsd(), 12)
                            : null;
                    BigDecimal variance = variance(r, variances.get(t - i));
                    steady.put(t, row.figures().valueUsd().subtract(outages(t)));
                    out.put(
                            row.key() + " " + row.boundary(),
                            text(
                                    changes(interval, t),
                                    pace(interval, t, r),
                                    unusual(r, before(returns, t, i), variance),
                                    rank(interval, t, steady),
                                    priceChange(interval, t),
                                    leaderChanged(row, records.get(t - i))));
                    returns.put(t, r);
                    variances.put(t, variance);
                });
            });
        }

        private boolean inRun(long t, long span) {
            return LongStream.rangeClosed(0, span / MINUTE).allMatch(k -> minutes.containsKey(t - k * MINUTE));
        }

        private MetricsRow.Changes changes(Interval interval, long t) {
            return new MetricsRow.Changes(
                    Horizons.of(interval, h -> change(t, h)),
                    Horizons.of(interval, h -> ratio(change(t, h), value(t - h), 8)),
                    Horizons.of(interval, h -> ledgers(t, h, Ledger::quantityUsd)),
                    Horizons.of(interval, h -> ratio(ledgers(t, h, Ledger::quantityUsd), value(t - h), 8)),
                    Horizons.of(interval, h -> ledgers(t, h, Ledger::priceUsd)));
        }

        private BigDecimal value(long t) {
            return minutes.containsKey(t) ? minutes.get(t).figures().valueUsd() : null;
        }

        private BigDecimal change(long t, long h) {
            return inRun(t, h) ? value(t).subtract(value(t - h)) : null;
        }

        private BigDecimal ledgers(long t, long h, Function<Ledger, BigDecimal> part) {
            return inRun(t, h)
                    ? sum(minutes.subMap(t - h, false, t, true).values().stream()
                            .map(row -> part.apply(row.figures().change()))
                            .toList())
                    : null;
        }

        private Horizons priceChange(Interval interval, long t) {
            return Horizons.of(interval, h -> {
                BigDecimal then = inRun(t, h) ? minutes.get(t - h).figures().priceUsd() : null;
                BigDecimal now = then == null ? null : minutes.get(t).figures().priceUsd();
                return now == null ? null : ratio(now.subtract(then), then, 8);
            });
        }

        private MetricsRow.Pace pace(Interval interval, long t, BigDecimal r) {
            long i = interval.millis();
            BigDecimal length = BigDecimal.valueOf(interval.minutes());
            NavigableMap<Long, TotalRow> records = rows.get(interval);
            BigDecimal now = inRun(t, i) ? quantity(records.get(t)) : null;
            BigDecimal faster = inRun(t, 2 * i) ? now.subtract(quantity(records.get(t - i))) : null;
            return new MetricsRow.Pace(ratio(now, length, 6), ratio(faster, length.pow(2), 6), r);
        }

        private static List<BigDecimal> before(Map<Long, BigDecimal> returns, long t, long i) {
            return LongStream.rangeClosed(1, 60)
                    .mapToObj(k -> returns.get(t - k * i))
                    .filter(Objects::nonNull)
                    .toList();
        }

        private static MetricsRow.Unusual unusual(BigDecimal r, List<BigDecimal> before, BigDecimal variance) {
            BigDecimal volatility =
                    variance == null ? null : variance.sqrt(EXACT).setScale(8, RoundingMode.HALF_EVEN);
            if (r == null || before.size() < 20) {
                return new MetricsRow.Unusual(null, null, volatility);
            }
            BigDecimal n = BigDecimal.valueOf(before.size());
            BigDecimal mean = sum(before).divide(n, EXACT);
            BigDecimal squares =
                    sum(before.stream().map(x -> x.subtract(mean).pow(2)).toList());
            BigDecimal deviation =
                    squares.divide(n.subtract(BigDecimal.ONE), EXACT).sqrt(EXACT);
            BigDecimal median = median(before);
            BigDecimal mad =
                    median(before.stream().map(x -> x.subtract(median).abs()).toList());
            return new MetricsRow.Unusual(
                    ratio(r.subtract(mean), deviation, 8),
                    ratio(new BigDecimal("0.6745").multiply(r.subtract(median)), mad, 8),
                    volatility);
        }

        private static BigDecimal median(List<BigDecimal> values) {
            List<BigDecimal> sorted = values.stream().sorted().toList();
            BigDecimal middleTwo = sorted.get((sorted.size() - 1) / 2).add(sorted.get(sorted.size() / 2));
            return middleTwo.divide(BigDecimal.valueOf(2));
        }

        private static BigDecimal variance(BigDecimal r, BigDecimal before) {
            if (r == null || before == null) {
                return r == null ? null : r.pow(2);
            }
            return new BigDecimal("0.94").multiply(before).add(new BigDecimal("0.06").multiply(r.pow(2)), EXACT);
        }

        private static MetricsRow.Rank rank(Interval interval, long t, NavigableMap<Long, BigDecimal> steady) {
            if (interval == Interval.ONE_MINUTE) {
                return MetricsRow.Rank.NONE;
            }
            BigDecimal now = steady.get(t);
            Collection<BigDecimal> before = steady.headMap(t).values();
            boolean enough = before.size() >= 60 / interval.minutes();
            long notAbove =
                    steady.values().stream().filter(x -> x.compareTo(now) <= 0).count();
            return new MetricsRow.Rank(
                    ratio(BigDecimal.valueOf(notAbove), BigDecimal.valueOf(steady.size()), 8),
                    enough ? before.stream().allMatch(x -> now.compareTo(x) > 0) : null,
                    enough ? before.stream().allMatch(x -> now.compareTo(x) < 0) : null);
        }

        /** Outages and restatements since the entity's beginning. */
        private BigDecimal outages(long t) {
            return sum(minutes.headMap(t, true).values().stream()
                    .map(row -> row.figures().change())
                    .filter(Objects::nonNull)
                    .map(change -> change.coverageUsd().add(change.restatementUsd()))
                    .toList());
        }

        private static Boolean leaderChanged(TotalRow row, TotalRow before) {
            String leader = row.figures().unpublished().leader();
            String then = before == null ? null : before.figures().unpublished().leader();
            return leader == null || then == null ? null : !leader.equals(then);
        }

        private static BigDecimal quantity(TotalRow row) {
            return row.figures().change().quantityUsd();
        }

        private static BigDecimal sum(Collection<BigDecimal> values) {
            return values.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
        }

        private static BigDecimal ratio(BigDecimal a, BigDecimal b, int digits) {
            return a == null || b == null || b.signum() == 0 ? null : a.divide(b, digits, RoundingMode.HALF_EVEN);
        }
    }
}
