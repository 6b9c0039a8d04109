package io.openinterest.functions.metrics;

import io.openinterest.functions.metrics.Lookback.Figures;
import io.openinterest.functions.metrics.Lookback.Point;
import io.openinterest.functions.metrics.Lookback.Return;
import io.openinterest.functions.metrics.Lookback.Slot;
import io.openinterest.functions.record.Horizons;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.MetricsRow.Regime;
import io.openinterest.functions.record.Rounding;
import io.openinterest.functions.record.TotalRow;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.ToLongFunction;

/**
 * Derives the metrics of one entity from its history. Notation in comments: V value, T the boundary, i the interval, h a
 * horizon, L the ledger. Everything that looks back needs the boundary it looks back at in the entity's unbroken
 * sequence of 1-minute records.
 */
final class Derivation {

    private static final int USD_DIGITS = 6;
    private static final int RETURN_DIGITS = 12;
    private static final long DAY = 24 * 60 * Interval.MINUTE_MILLIS;
    private static final long HOUR = 60 * Interval.MINUTE_MILLIS;

    private final TotalRow entity;
    private final MetricsSettings settings;
    private final BiFunction<String, Instant, BigDecimal> values;

    /**
     * @param entity any row of the entity: which one it is
     * @param settings the configuration
     * @param values value of an asset, an exchange or the total at a boundary, by {@code asset:btc}; null if unknown
     */
    Derivation(TotalRow entity, MetricsSettings settings, BiFunction<String, Instant, BigDecimal> values) {
        this.entity = entity;
        this.settings = settings;
        this.values = values;
    }

    /** How long a record may still be corrected, in milliseconds. */
    long allowedLateness() {
        return settings.allowedLateness().toMillis();
    }

    /** The metrics of the record that was just added to the history. */
    MetricsRow derive(Slot slot, Lookback history) {
        Interval interval = slot.interval();
        Figures figures = slot.figures();
        Instant time = Instant.ofEpochMilli(slot.time());
        Past past = new Past(history.points(interval), interval);
        TotalRow.Extras extras = figures.extras();
        TotalRow.ByType types = figures.byType();
        BigDecimal value = figures.valueUsd();

        Horizons change = past.horizons((now, then) -> now.valueUsd().subtract(then.valueUsd()));
        Horizons quantity = past.horizons((now, then) -> now.quantityUsd().subtract(then.quantityUsd()));
        BigDecimal r = rateOfReturn(past, interval);
        List<Return> returns = history.returns(interval);
        Return before = at(returns, Return::time, slot.time() - interval.millis());
        BigDecimal variance = Statistics.variance(r, before == null ? null : before.variance());
        List<BigDecimal> sample = returns.stream()
                .filter(x -> x.time() >= slot.time() - Lookback.RETURNS * interval.millis())
                .map(Return::rateOfReturn)
                .filter(Objects::nonNull)
                .toList();
        boolean sameLeader = before != null && Objects.equals(before.leader(), extras.leader());
        returns.add(Return.of(slot.time(), r, variance, sameLeader ? before.leader() : extras.leader()));
        Rank rank = Rank.of(history, interval);
        BigDecimal options = types.call().add(types.put());

        return new MetricsRow(
                entity.level(),
                entity.id(),
                interval,
                time,
                value,
                figures.coverage(),
                change,
                past.horizons((now, then) -> Rounding.ratio(now.valueUsd().subtract(then.valueUsd()), then.valueUsd())),
                quantity,
                past.horizons(
                        (now, then) -> Rounding.ratio(now.quantityUsd().subtract(then.quantityUsd()), then.valueUsd())),
                past.horizons((now, then) -> now.priceEffectUsd().subtract(then.priceEffectUsd())),
                velocity(past, interval),
                acceleration(past, interval),
                r,
                Statistics.zscore(r, sample),
                Statistics.robustZscore(r, sample),
                Statistics.volatility(variance),
                rank.percentile(),
                rank.isHighest(),
                rank.isLowest(),
                entity.level() == Level.ASSET || entity.level() == Level.EXCHANGE
                        ? share(value, "total:all", time)
                        : null,
                entity.level() == Level.EXCHANGE_ASSET || entity.level() == Level.PAIR
                        ? share(value, "asset:" + entity.asset(), time)
                        : null,
                entity.level() == Level.EXCHANGE_ASSET ? share(value, "exchange:" + entity.exchange(), time) : null,
                extras.hhi(),
                extras.effectiveCount(),
                extras.leader(),
                extras.leaderShare(),
                before == null || before.leader() == null || extras.leader() == null ? null : (Boolean) !sameLeader,
                Rounding.ratio(types.perpetual(), value),
                Rounding.ratio(options, value),
                Rounding.ratio(figures.coinMargin(), value),
                Rounding.ratio(types.put(), types.call()),
                Rounding.ratio(options, types.perpetual().add(types.future())),
                figures.priceUsd(),
                past.horizons((now, then) -> relativeChange(now.priceUsd(), then.priceUsd())),
                regime(past, interval, r),
                extras.fundingRate8h(),
                extras.volumeRatio(),
                slot.revision() + 1,
                finalAt(slot),
                null,
                past.horizons((now, then) -> then.coverage()));
    }

    /** What is published where a correction took the record away. */
    MetricsRow withdrawn(Slot slot) {
        return new MetricsRow(
                entity.level(),
                entity.id(),
                slot.interval(),
                Instant.ofEpochMilli(slot.time()),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                slot.revision() + 1,
                finalAt(slot),
                true,
                null);
    }

    private Instant finalAt(Slot slot) {
        return Instant.ofEpochMilli(slot.time()).plus(settings.allowedLateness());
    }

    private BigDecimal share(BigDecimal value, String parent, Instant time) {
        return Rounding.ratio(value, values.apply(parent, time));
    }

    /** L.quantity(T) per minute of i. */
    private static BigDecimal velocity(Past past, Interval interval) {
        BigDecimal quantity = past.quantity(0);
        return Rounding.ratio(quantity, BigDecimal.valueOf(interval.minutes()), USD_DIGITS);
    }

    /** (velocity(T) - velocity(T-i)) per minute of i, from velocities that are not rounded. */
    private static BigDecimal acceleration(Past past, Interval interval) {
        BigDecimal now = past.quantity(0);
        BigDecimal before = past.quantity(1);
        if (now == null || before == null) {
            return null;
        }
        long minutes = interval.minutes();
        return Rounding.ratio(now.subtract(before), BigDecimal.valueOf(minutes * minutes), USD_DIGITS);
    }

    /** L.quantity(T) / V(T-i), rounded to the 12 digits that are published and that all statistics build on. */
    private static BigDecimal rateOfReturn(Past past, Interval interval) {
        Point open = past.before(interval.millis());
        return open == null ? null : Rounding.ratio(past.quantity(0), open.valueUsd(), RETURN_DIGITS);
    }

    /** Strictly beyond both bands, else neutral; from published prices and the published return. */
    private Regime regime(Past past, Interval interval, BigDecimal r) {
        Point open = past.before(interval.millis());
        if (r == null || open == null || open.priceUsd() == null || past.now().priceUsd() == null) {
            return null;
        }
        if (open.priceUsd().signum() == 0) {
            return null;
        }
        BigDecimal move = past.now().priceUsd().subtract(open.priceUsd());
        int price = beyond(move, settings.priceBand().multiply(open.priceUsd()));
        int quantity = beyond(r, settings.returnBand());
        if (price == 0 || quantity == 0) {
            return Regime.NEUTRAL;
        }
        if (quantity > 0) {
            return price > 0 ? Regime.LONG_BUILD_UP : Regime.SHORT_BUILD_UP;
        }
        return price > 0 ? Regime.SHORT_COVERING : Regime.LONG_UNWINDING;
    }

    /** 1 above the band, -1 below its negative, else 0. */
    private static int beyond(BigDecimal x, BigDecimal band) {
        return x.compareTo(band) > 0 ? 1 : x.compareTo(band.negate()) < 0 ? -1 : 0;
    }

    private static BigDecimal relativeChange(BigDecimal now, BigDecimal then) {
        return now == null || then == null ? null : Rounding.ratio(now.subtract(then), then);
    }

    /**
     * V*(T) among the V* of the interval's records of a day, gaps or not; nothing at 1 minute.
     *
     * @param percentile share of those in (T-24h, T] that are not above V*(T)
     * @param isHighest above all in [T-24h, T); null with less than an hour of them
     * @param isLowest below all of them
     */
    private record Rank(BigDecimal percentile, Boolean isHighest, Boolean isLowest) {

        static Rank of(Lookback history, Interval interval) {
            if (interval == Interval.ONE_MINUTE) {
                return new Rank(null, null, null);
            }
            List<Point> day = history.day();
            Point now = day.get(day.size() - 1);
            BigDecimal value = now.steadyValue();
            int before = 0;
            int below = 0;
            int above = 0;
            int within = 1;
            int notAbove = 1;
            for (Point point : day.subList(Lookback.firstAt(day, Point::time, now.time() - DAY), day.size() - 1)) {
                if (point.has(interval)) {
                    int order = point.steadyValue().compareTo(value);
                    before++;
                    below += order < 0 ? 1 : 0;
                    above += order > 0 ? 1 : 0;
                    if (point.time() > now.time() - DAY) {
                        within++;
                        notAbove += order <= 0 ? 1 : 0;
                    }
                }
            }
            boolean enough = before >= HOUR / interval.millis();
            return new Rank(
                    Rounding.ratio(BigDecimal.valueOf(notAbove), BigDecimal.valueOf(within)),
                    enough ? (Boolean) (below == before) : null,
                    enough ? (Boolean) (above == before) : null);
        }
    }

    private static <T> T at(List<T> list, ToLongFunction<T> time, long wanted) {
        int at = Lookback.firstAt(list, time, wanted);
        return at < list.size() && time.applyAsLong(list.get(at)) == wanted ? list.get(at) : null;
    }

    /** The points up to the boundary, as far back as its run reaches. */
    private record Past(List<Point> points, Interval interval) {

        Point now() {
            return points.get(points.size() - 1);
        }

        /** The point some time before the boundary; null if that lies before the run, or there is no run. */
        Point before(long millis) {
            Long runStart = now().runStart();
            long time = now().time() - millis;
            return runStart == null || time < runStart ? null : at(points, Point::time, time);
        }

        /** L.quantity of the interval, or of the one before; null where it starts before the run. */
        BigDecimal quantity(int intervalsBack) {
            Point end = before(intervalsBack * interval.millis());
            Point start = before((intervalsBack + 1) * interval.millis());
            return start == null || end == null ? null : end.quantityUsd().subtract(start.quantityUsd());
        }

        /** A figure of now and then for each horizon; null where that lies before the run. */
        Horizons horizons(BiFunction<Point, Point, BigDecimal> figure) {
            return Horizons.of(interval, millis -> {
                Point then = before(millis);
                return then == null ? null : figure.apply(now(), then);
            });
        }
    }
}
