package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Horizons;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Rounding;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A boundary of an interval and the points before it, as far back as its run reaches.
 *
 * @param points ascending; the last one is the boundary itself
 */
record Past(List<Point> points, Interval interval) {

    private static final int RETURN_DIGITS = 12;
    private static final long MOST_INTEGER_DIGITS = 1_000_000;

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
        return rateOfReturn(now());
    }

    /** The returns of the records of the interval at T-60i to T-i, those that are not null, ascending. */
    List<BigDecimal> returnsBefore() {
        List<BigDecimal> returns = new ArrayList<>(Lookback.RETURNS);
        long time = now().time();
        for (int i = 1; i <= Lookback.RETURNS; i++) {
            Point point = at(time - i * interval.millis());
            if (point != null && (interval == Interval.ONE_MINUTE || point.has(interval))) {
                BigDecimal r = rateOfReturn(point);
                if (r != null) {
                    returns.add(r);
                }
            }
        }
        Collections.reverse(returns);
        return returns;
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
        return point.runStart() == Point.NO_RUN || time < point.runStart() ? null : at(time);
    }

    private BigDecimal rateOfReturn(Point point) {
        Point open = before(point, interval.millis());
        if (open == null) {
            return null;
        }
        if (point.exact() == null && open.exact() == null && open.value() != 0) {
            long quantity = point.quantity() - open.quantity();
            long divisor = Math.abs(open.value());
            if (divisor < Long.MAX_VALUE / 10 && Math.abs(quantity / divisor) < MOST_INTEGER_DIGITS) {
                return BigDecimal.valueOf(
                        open.value() > 0 ? divide(quantity, divisor) : -divide(quantity, divisor), RETURN_DIGITS);
            }
        }
        return Rounding.ratio(point.quantityUsd().subtract(open.quantityUsd()), open.valueUsd(), RETURN_DIGITS);
    }

    /** A quotient in units of 10^-12, half-even, by long division: no step leaves the range of a long. */
    private static long divide(long dividend, long divisor) {
        long positive = Math.abs(dividend);
        long quotient = positive / divisor;
        long rest = positive % divisor;
        for (int i = 0; i < RETURN_DIGITS; i++) {
            rest *= 10;
            quotient = quotient * 10 + rest / divisor;
            rest %= divisor;
        }
        long order = Long.compare(rest, divisor - rest);
        if (order > 0 || order == 0 && (quotient & 1) == 1) {
            quotient++;
        }
        return dividend < 0 ? -quotient : quotient;
    }

    private Point at(long time) {
        int at = firstAt(points, time);
        return at < points.size() && points.get(at).time() == time ? points.get(at) : null;
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
