package io.openinterest.functions.metrics;

import io.openinterest.functions.metrics.Slot.Flow;
import io.openinterest.functions.record.Boundary;
import io.openinterest.functions.record.Edition;
import io.openinterest.functions.record.Entity;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.MetricsRow.Activity;
import io.openinterest.functions.record.MetricsRow.Changes;
import io.openinterest.functions.record.MetricsRow.Concentration;
import io.openinterest.functions.record.MetricsRow.Figures;
import io.openinterest.functions.record.MetricsRow.Mix;
import io.openinterest.functions.record.MetricsRow.Pace;
import io.openinterest.functions.record.MetricsRow.Price;
import io.openinterest.functions.record.MetricsRow.Rank;
import io.openinterest.functions.record.MetricsRow.Regime;
import io.openinterest.functions.record.MetricsRow.Shares;
import io.openinterest.functions.record.MetricsRow.Size;
import io.openinterest.functions.record.MetricsRow.Unusual;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.Rounding;
import io.openinterest.functions.record.TotalRow;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Derives the metrics of one entity from what it looks back at. Notation in comments: V value, T the
 * boundary, i the interval, h a horizon, L the ledger. Everything that looks back needs the boundary it looks back at in
 * the entity's unbroken sequence of 1-minute records.
 */
final class Derivation {

    private static final int USD_DIGITS = 6;
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final Entity entity;
    private final long minute;
    private final MetricsSettings settings;
    private final BiFunction<String, Instant, BigDecimal> values;

    /**
     * Derives the metrics of an entity.
     *
     * @param entity whose metrics they are
     * @param minute the full minute whose pass is to publish, epoch milliseconds
     * @param settings the configuration
     * @param values value of an asset, an exchange or the total at a boundary, by {@code asset:btc}; null if unknown
     */
    Derivation(Entity entity, long minute, MetricsSettings settings, BiFunction<String, Instant, BigDecimal> values) {
        this.entity = entity;
        this.minute = minute;
        this.settings = settings;
        this.values = values;
    }

    /**
     * The point later boundaries look back at.
     *
     * @param before the last boundary with a 1-minute record, however long ago; null where there is none
     */
    static Point point(Slot slot, Point before) {
        Slot.Figures figures = slot.figures();
        boolean hasMinute = slot.has(Interval.ONE_MINUTE);
        boolean begins = before == null || hasMinute && figures.flow().begins();
        BigDecimal outages = begins ? BigDecimal.ZERO : before.outagesUsd();
        BigDecimal quantity = begins ? BigDecimal.ZERO : before.quantityUsd();
        BigDecimal priceEffect = begins ? BigDecimal.ZERO : before.priceEffectUsd();
        long runStart = Point.NO_RUN;
        if (hasMinute) {
            Flow flow = figures.flow();
            outages = outages.add(flow.outagesUsd());
            quantity = quantity.add(flow.quantityUsd());
            priceEffect = priceEffect.add(flow.priceEffectUsd());
            boolean goesOn = before != null && before.time() == slot.time - Interval.MINUTE_MILLIS;
            runStart = goesOn ? before.runStart() : slot.time;
        }
        return Point.of(
                slot.time,
                runStart,
                figures.valueUsd(),
                outages,
                quantity,
                priceEffect,
                figures.priceUsd(),
                figures.coverage());
    }

    /**
     * The metrics of a boundary at an interval, which keeps the variance for the record after it.
     *
     * @param points what the interval looks back at, ascending; the last one is the boundary
     * @param before the boundary one interval before; null where it has no record of the interval
     */
    MetricsRow derive(Slot slot, Interval interval, List<Point> points, Slot before) {
        Past past = new Past(points, interval);
        Slot.Figures figures = slot.figures();
        TotalRow.Unpublished more = figures.more();
        Instant time = Instant.ofEpochMilli(slot.time);
        BigDecimal r = past.rateOfReturn();
        Returns returns = r == null ? Returns.NONE : past.returnsBefore();
        BigDecimal variance = Statistics.variance(r, before == null ? null : before.variance(interval));
        slot.keep(interval, variance);
        String leader = before == null ? null : before.figures().more().leader();
        Boolean leaderChanged =
                leader == null || more.leader() == null ? null : (Boolean) !leader.equals(more.leader());
        Figures derived = new Figures(
                new Size(figures.valueUsd(), figures.coverage(), past.horizons((now, then) -> then.coverageShare())),
                changes(past),
                new Pace(velocity(past), acceleration(past), r),
                new Unusual(
                        Statistics.zscore(r, returns),
                        Statistics.robustZscore(r, returns),
                        Statistics.volatility(variance)),
                interval == Interval.ONE_MINUTE ? Rank.NONE : rank(past),
                shares(figures.valueUsd(), time),
                new Concentration(more.hhi(), more.effectiveCount(), more.leader(), more.leaderShare(), leaderChanged),
                mix(figures),
                new Price(
                        figures.priceUsd(),
                        past.horizons((now, then) -> relativeChange(now.priceUsd(), then.priceUsd())),
                        regime(past, r)),
                new Activity(more.fundingRate8h(), more.volumeRatio()));
        return row(slot.time, interval, derived);
    }

    private MetricsRow row(long boundary, Interval interval, Figures figures) {
        Pass pass = boundary == minute ? Pass.inOrder(boundary) : Pass.correcting(minute);
        return new MetricsRow(
                entity.level(),
                entity.id(),
                Boundary.of(interval, boundary),
                figures,
                Edition.first(settings.corrections().finalAt(boundary), pass));
    }

    private static Changes changes(Past past) {
        return new Changes(
                past.horizons((now, then) -> now.valueUsd().subtract(then.valueUsd())),
                past.horizons((now, then) -> Rounding.ratio(now.valueUsd().subtract(then.valueUsd()), then.valueUsd())),
                past.horizons((now, then) -> now.quantityUsd().subtract(then.quantityUsd())),
                past.horizons(
                        (now, then) -> Rounding.ratio(now.quantityUsd().subtract(then.quantityUsd()), then.valueUsd())),
                past.horizons((now, then) -> now.priceEffectUsd().subtract(then.priceEffectUsd())));
    }

    private Shares shares(BigDecimal value, Instant time) {
        return switch (entity.level()) {
            case TOTAL, MARKET -> new Shares(null, null, null);
            case ASSET, EXCHANGE -> new Shares(share(value, "total:all", time), null, null);
            case PAIR -> new Shares(null, share(value, "asset:" + entity.asset(), time), null);
            case EXCHANGE_ASSET ->
                new Shares(
                        null,
                        share(value, "asset:" + entity.asset(), time),
                        share(value, "exchange:" + entity.exchange(), time));
        };
    }

    private BigDecimal share(BigDecimal value, String parent, Instant time) {
        return Rounding.ratio(value, values.apply(parent, time));
    }

    private static Mix mix(Slot.Figures figures) {
        TotalRow.ByType types = figures.byType();
        BigDecimal value = figures.valueUsd();
        BigDecimal options = types.call().add(types.put());
        return new Mix(
                Rounding.ratio(types.perpetual(), value),
                Rounding.ratio(options, value),
                Rounding.ratio(figures.coinMargin(), value),
                Rounding.ratio(types.put(), types.call()),
                Rounding.ratio(options, types.perpetual().add(types.future())));
    }

    /** L.quantity(T) per minute of i. */
    private static BigDecimal velocity(Past past) {
        return Rounding.ratio(
                past.quantity(0), BigDecimal.valueOf(past.interval().minutes()), USD_DIGITS);
    }

    /** (velocity(T) - velocity(T-i)) per minute of i, from velocities that are not rounded. */
    private static BigDecimal acceleration(Past past) {
        BigDecimal now = past.quantity(0);
        BigDecimal before = past.quantity(1);
        if (now == null || before == null) {
            return null;
        }
        long minutes = past.interval().minutes();
        return Rounding.ratio(now.subtract(before), BigDecimal.valueOf(minutes * minutes), USD_DIGITS);
    }

    /** Strictly beyond both bands, else neutral; from published prices and the published return. */
    private Regime regime(Past past, BigDecimal r) {
        Point open = past.before(past.interval().millis());
        BigDecimal then = open == null ? null : open.priceUsd();
        BigDecimal now = past.now().priceUsd();
        if (r == null || then == null || now == null || then.signum() == 0) {
            return null;
        }
        int price = beyond(now.subtract(then), settings.priceBand().multiply(then));
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
     * V*(T) among the V* of the interval's records of a day, gaps or not: the share of those in (T-24h, T] that are not
     * above it, and whether it is above or below all in [T-24h, T), of which there must be an hour.
     */
    private static Rank rank(Past past) {
        Point now = past.now();
        long dayAgo = now.time() - Lookback.DAY;
        int before = 0;
        int below = 0;
        int above = 0;
        int within = 1;
        int notAbove = 1;
        List<Point> points = past.points();
        for (Point point : points.subList(Past.firstAt(points, dayAgo), points.size() - 1)) {
            if (point.has(past.interval())) {
                int order = point.compareSteadyValue(now);
                before++;
                below += order < 0 ? 1 : 0;
                above += order > 0 ? 1 : 0;
                if (point.time() > dayAgo) {
                    within++;
                    notAbove += order <= 0 ? 1 : 0;
                }
            }
        }
        boolean enough = before >= HOUR / past.interval().millis();
        return new Rank(
                Rounding.ratio(BigDecimal.valueOf(notAbove), BigDecimal.valueOf(within)),
                enough ? (Boolean) (below == before) : null,
                enough ? (Boolean) (above == before) : null);
    }
}
