package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Horizons;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Rounding;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A boundary of an interval and the points before it, as far back as its run reaches.
 *
 * @param points ascending; the last one is the boundary itself
 */
record Past(List<Point> points, Interval interval) {

    private static final long MOST_INTEGER_DIGITS = 1_000_000;

    /** As many digits of a quotient as a step of a division gives at most, and all of them. */
    private static final long MOST_DIGITS = 1_000_000;

    private static final long ONE = 1_000_000_000_000L;

    Point now() {
        return points.get(points.size() - 1);
    }

    /** The point some time before the boundary; null if that lies before the run, or there is no run. */
    Point before(long millis) {
        return before(now(), millis);
    }

    /** L.quantity of the interval, or of the one before; null where it starts before the run. */
    BigDecimal quantity(int intervalsBack) {
        Point end = before(intervalsBack * interval.millis());
        Point start = before((intervalsBack + 1) * interval.millis());
        return start == null || end == null ? null : end.quantityUsd().subtract(start.quantityUsd());
    }

    /** L.quantity(T) / V(T-i), rounded to the 12 digits that are published and that all statistics build on. */
    BigDecimal rateOfReturn() {
        return rateOfReturn(now(), before(interval.millis()));
    }

    /** The returns of the records of the interval at T-60i to T-i, those that are not null, ascending. */
    Returns returnsBefore() {
        long[] units = new long[Lookback.RETURNS];
        int first = units.length;
        int index = points.size() - 1;
        for (int i = 1; i <= Lookback.RETURNS; i++) {
            long time = now().time() - i * interval.millis();
            index = back(index, time);
            Point point = at(index, time);
            Point open = counts(point) ? before(point, index) : null;
            if (open != null) {
                long r = isQuick(point, open) ? units(point, open) : Long.MAX_VALUE;
                if (!Returns.isSmall(r)) {
                    return Returns.of(exactReturnsBefore());
                }
                units[--first] = r;
            }
        }
        return Returns.ofUnits(Arrays.copyOfRange(units, first, units.length));
    }

    private List<BigDecimal> exactReturnsBefore() {
        List<BigDecimal> returns = new ArrayList<>(Lookback.RETURNS);
        for (int i = Lookback.RETURNS; i >= 1; i--) {
            Point point = at(now().time() - i * interval.millis());
            BigDecimal r = counts(point) ? rateOfReturn(point, before(point, interval.millis())) : null;
            if (r != null) {
                returns.add(r);
            }
        }
        return returns;
    }

    private boolean counts(Point point) {
        return point != null && (interval == Interval.ONE_MINUTE || point.has(interval));
    }

    /** A figure of now and then for each horizon; null where that lies before the run. */
    Horizons horizons(BiFunction<Point, Point, BigDecimal> figure) {
        return Horizons.of(interval, millis -> {
            Point then = before(millis);
            return then == null ? null : figure.apply(now(), then);
        });
    }

    private Point before(Point point, long millis) {
        long time = point.time() - millis;
        return isInRun(point, time) ? at(time) : null;
    }

    /** The point an interval before the one at an index. */
    private Point before(Point point, int index) {
        long time = point.time() - interval.millis();
        return isInRun(point, time) ? at(back(index, time), time) : null;
    }

    private static boolean isInRun(Point point, long time) {
        return point.runStart() != Point.NO_RUN && time >= point.runStart();
    }

    private static BigDecimal rateOfReturn(Point point, Point open) {
        if (open == null) {
            return null;
        }
        return isQuick(point, open)
                ? BigDecimal.valueOf(units(point, open), Returns.DIGITS)
                : Rounding.ratio(point.quantityUsd().subtract(open.quantityUsd()), open.valueUsd(), Returns.DIGITS);
    }

    /** Whether the return can be calculated in longs. */
    private static boolean isQuick(Point point, Point open) {
        return point.exact() == null
                && open.exact() == null
                && open.value() != 0
                && Math.abs(open.value()) < Long.MAX_VALUE / 10
                && Math.abs((point.quantity() - open.quantity()) / open.value()) < MOST_INTEGER_DIGITS;
    }

    private static long units(Point point, Point open) {
        long units = divide(point.quantity() - open.quantity(), Math.abs(open.value()));
        return open.value() > 0 ? units : -units;
    }

    /** A quotient in units of 10^-12, half-even, by long division: no step leaves the range of a long. */
    private static long divide(long dividend, long divisor) {
        long positive = Math.abs(dividend);
        long quotient = positive / divisor;
        long rest = positive - quotient * divisor;
        long step = MOST_DIGITS;
        while (divisor > Long.MAX_VALUE / step) {
            step /= 10;
        }
        for (long left = ONE; left > 1; left /= step) {
            step = Math.min(step, left);
            rest *= step;
            long digits = rest / divisor;
            quotient = quotient * step + digits;
            rest -= digits * divisor;
        }
        long order = Long.compare(rest, divisor - rest);
        if (order > 0 || order == 0 && (quotient & 1) == 1) {
            quotient++;
        }
        return dividend < 0 ? -quotient : quotient;
    }

    private Point at(long time) {
        int at = firstAt(points, time);
        return at < points.size() ? at(at, time) : null;
    }

    /** The point at an index if it is of that time. */
    private Point at(int index, long time) {
        return index >= 0 && points.get(index).time() == time ? points.get(index) : null;
    }

    /** Index of the last point at or before a time, backwards from another; -1 where there is none. */
    private int back(int from, long time) {
        int index = from;
        while (index >= 0 && points.get(index).time() > time) {
            index--;
        }
        return index;
    }

    /** Index of the first point at or after a time. */
    static int firstAt(List<Point> points, long from) {
        int low = 0;
        int high = points.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (points.get(middle).time() < from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
