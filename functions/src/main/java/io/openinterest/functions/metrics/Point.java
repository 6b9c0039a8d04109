package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Interval;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;

/**
 * An entity at a boundary, as later boundaries look back at it. Sums run over the entity's 1-minute ledgers since it
 * began, so that the sum over any span is the difference of two points. USD in millionths, prices as 12 digits and a
 * scale, coverage in millionths; a figure that does not fit that is kept as it is.
 *
 * @param time the boundary, epoch milliseconds
 * @param runStart first boundary of the unbroken sequence of 1-minute records up to this one; {@link #NO_RUN} where
 *     there is no 1-minute record at this boundary
 * @param records the intervals with a record here, one bit each
 * @param value in millionths of a USD
 * @param outages sum of the ledgers' coverage and restatement parts
 * @param quantity sum of their quantity parts
 * @param priceEffect sum of their price parts
 * @param price unscaled; 0 where there is none
 * @param priceScale its scale; {@link #NO_PRICE} where there is none
 * @param coverage in millionths; {@link #NO_COVERAGE} where there is none
 * @param exact all six in this order where one does not fit its long; else null
 */
record Point(
        long time,
        long runStart,
        int records,
        long value,
        long outages,
        long quantity,
        long priceEffect,
        long price,
        int priceScale,
        int coverage,
        List<BigDecimal> exact) {

    static final long NO_RUN = Long.MIN_VALUE;
    static final int NO_PRICE = Integer.MIN_VALUE;
    static final int NO_COVERAGE = -1;

    private static final int SCALE = 6;
    private static final int PRICE_DIGITS = 12;
    private static final int MOST_BITS = 62;

    /** A point of exact figures. */
    static Point of(
            long time,
            long runStart,
            BigDecimal value,
            BigDecimal outages,
            BigDecimal quantity,
            BigDecimal priceEffect,
            BigDecimal price,
            BigDecimal coverage) {
        BigDecimal twelve = price == null || price.signum() == 0
                ? price
                : price.setScale(Math.max(price.scale(), PRICE_DIGITS - price.precision() + price.scale()));
        if (isMillionths(value)
                && isMillionths(outages)
                && isMillionths(quantity)
                && isMillionths(priceEffect)
                && (price == null || twelve.unscaledValue().bitLength() <= MOST_BITS)
                && (coverage == null || coverage.signum() >= 0 && fits(coverage, Integer.SIZE - 1))) {
            return new Point(
                    time,
                    runStart,
                    0,
                    millionths(value),
                    millionths(outages),
                    millionths(quantity),
                    millionths(priceEffect),
                    price == null ? 0 : twelve.unscaledValue().longValue(),
                    price == null ? NO_PRICE : twelve.scale(),
                    coverage == null ? NO_COVERAGE : (int) millionths(coverage),
                    null);
        }
        return exact(time, runStart, 0, Arrays.asList(value, outages, quantity, priceEffect, price, coverage));
    }

    /** A point with a figure that fits no long. */
    static Point exact(long time, long runStart, int records, List<BigDecimal> figures) {
        return new Point(time, runStart, records, 0, 0, 0, 0, 0, NO_PRICE, NO_COVERAGE, figures);
    }

    /** The same with a record of one more interval. */
    Point with(Interval interval) {
        return new Point(
                time,
                runStart,
                records | bit(interval),
                value,
                outages,
                quantity,
                priceEffect,
                price,
                priceScale,
                coverage,
                exact);
    }

    boolean has(Interval interval) {
        return (records & bit(interval)) != 0;
    }

    static int bit(Interval interval) {
        return 1 << interval.ordinal();
    }

    BigDecimal valueUsd() {
        return exact == null ? usd(value) : exact.get(0);
    }

    BigDecimal outagesUsd() {
        return exact == null ? usd(outages) : exact.get(1);
    }

    BigDecimal quantityUsd() {
        return exact == null ? usd(quantity) : exact.get(2);
    }

    BigDecimal priceEffectUsd() {
        return exact == null ? usd(priceEffect) : exact.get(3);
    }

    BigDecimal priceUsd() {
        if (exact != null) {
            return exact.get(4);
        }
        return priceScale == NO_PRICE ? null : BigDecimal.valueOf(price, priceScale);
    }

    BigDecimal coverageShare() {
        if (exact != null) {
            return exact.get(5);
        }
        return coverage == NO_COVERAGE ? null : usd(coverage);
    }

    /** Order of the values with outages, recoveries and restatements taken out, {@code V*}. */
    int compareSteadyValue(Point other) {
        return exact == null && other.exact == null
                ? Long.compare(value - outages, other.value - other.outages)
                : valueUsd().subtract(outagesUsd()).compareTo(other.valueUsd().subtract(other.outagesUsd()));
    }

    private static BigDecimal usd(long millionths) {
        return BigDecimal.valueOf(millionths, SCALE);
    }

    private static boolean isMillionths(BigDecimal figure) {
        return fits(figure, MOST_BITS);
    }

    private static boolean fits(BigDecimal figure, int bits) {
        return figure.scale() <= SCALE
                && figure.precision() - figure.scale() <= PRICE_DIGITS + 1
                && figure.setScale(SCALE).unscaledValue().bitLength() <= bits;
    }

    private static long millionths(BigDecimal figure) {
        return figure.setScale(SCALE).unscaledValue().longValue();
    }
}
