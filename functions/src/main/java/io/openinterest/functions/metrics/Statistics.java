package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Rounding;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;

/**
 * Statistics that say how unusual a return is among those before it. Exact up to the one rounding to 8 digits: figures of
 * ordinary size are calculated as longs and doubles, and exactly where that leaves a doubt about the last digit.
 */
final class Statistics {

    private static final int DIGITS = 8;
    private static final int MIN_RETURNS = 20;
    private static final BigDecimal TO_NORMAL = new BigDecimal("0.6745");
    private static final BigDecimal DECAY = new BigDecimal("0.94");
    private static final BigDecimal GAIN = new BigDecimal("0.06");
    private static final BigDecimal TWO = BigDecimal.valueOf(2);

    /** Far beyond the 8 digits published, so that rounding the root first changes nothing. */
    private static final MathContext PRECISE = new MathContext(34, RoundingMode.HALF_EVEN);

    /** Sums carried from record to record; 18 digits fit a long. */
    private static final MathContext CARRIED = new MathContext(18, RoundingMode.HALF_EVEN);

    /** A figure as near to the middle of two in its last digit is in doubt. */
    private static final double DOUBT = 1e-3;

    /**
     * The greatest figure, in units of the last digit, of which the error stays within the doubt. With u = 2^-53 the sum of
     * 60 squares is off by 60 u at most, the spread, no less than a hundredth of it, by 6300 u, its root by half of that:
     * with the few roundings after it the quotient is right to 3.6e-13 of its size.
     */
    private static final double GREATEST = 1e9;

    private static final double LEAST_SPREAD = 0.01;

    private Statistics() {}

    /**
     * {@code (r - mean) / s}, s the sample standard deviation of the returns before. With n returns, their sum S and the
     * sum of their squares Q this is {@code (n r - S) / sqrt(n (n Q - S^2) / (n - 1))}, which needs one division only.
     *
     * @param r the return now; null gives null
     * @param before the returns before; fewer than 20, or all equal, give null
     */
    static BigDecimal zscore(BigDecimal r, Returns before) {
        if (r == null || before.size() < MIN_RETURNS) {
            return null;
        }
        boolean isQuick = before.units() != null && Returns.isSmall(r);
        BigDecimal quick = isQuick ? quickZscore(Returns.units(r), before.units()) : null;
        return quick != null ? quick : exactZscore(r, before.exact());
    }

    static BigDecimal exactZscore(BigDecimal r, List<BigDecimal> before) {
        BigDecimal n = BigDecimal.valueOf(before.size());
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal squares = BigDecimal.ZERO;
        for (BigDecimal x : before) {
            sum = sum.add(x);
            squares = squares.add(x.multiply(x));
        }
        BigDecimal spread = n.multiply(squares).subtract(sum.multiply(sum));
        if (spread.signum() == 0) {
            return null;
        }
        BigDecimal root =
                n.multiply(spread).divide(n.subtract(BigDecimal.ONE), PRECISE).sqrt(PRECISE);
        return Rounding.ratio(n.multiply(r).subtract(sum), root);
    }

    /** Null where the last digit is in doubt. */
    private static BigDecimal quickZscore(long r, long[] before) {
        double n = before.length;
        double sum = 0;
        double squares = 0;
        for (double x : before) {
            sum += x;
            squares += x * x;
        }
        double spread = n * squares - sum * sum;
        return spread > LEAST_SPREAD * n * squares ? rounded((n * r - sum) / Math.sqrt(n * spread / (n - 1))) : null;
    }

    /**
     * {@code 0.6745 (r - median) / MAD}, MAD the median of {@code |x - median|} over the returns before.
     *
     * @param r the return now; null gives null
     * @param before the returns before; fewer than 20, or a MAD of 0, give null
     */
    static BigDecimal robustZscore(BigDecimal r, Returns before) {
        if (r == null || before.size() < MIN_RETURNS) {
            return null;
        }
        if (before.units() == null || !Returns.isSmall(r)) {
            return exactRobustZscore(r, before.exact());
        }
        // in halves and quarters, so that means of two are whole
        long[] units = before.units().clone();
        Arrays.sort(units);
        int half = units.length / 2;
        long median = units.length % 2 == 1 ? 2 * units[half] : units[half - 1] + units[half];
        return Rounding.ratio(
                TO_NORMAL.multiply(BigDecimal.valueOf(2 * (2 * Returns.units(r) - median))),
                BigDecimal.valueOf(middleDistance(units, median)));
    }

    static BigDecimal exactRobustZscore(BigDecimal r, List<BigDecimal> before) {
        BigDecimal median = median(before);
        BigDecimal mad =
                median(before.stream().map(x -> x.subtract(median).abs()).toList());
        return Rounding.ratio(TO_NORMAL.multiply(r.subtract(median)), mad);
    }

    /**
     * Four times the middle one of the distances from the median. They grow from there to both sides, so they need not be
     * sorted.
     *
     * @param twice the median
     */
    private static long middleDistance(long[] sorted, long twice) {
        int left = (sorted.length - 1) / 2;
        int right = left + 1;
        long last = 0;
        long next = 0;
        for (int i = 0; i <= sorted.length / 2; i++) {
            last = next;
            boolean isLeft =
                    left >= 0 && (right == sorted.length || twice - 2 * sorted[left] <= 2 * sorted[right] - twice);
            next = isLeft ? twice - 2 * sorted[left--] : 2 * sorted[right++] - twice;
        }
        return sorted.length % 2 == 1 ? 2 * next : last + next;
    }

    /** A figure with 8 digits; null where the error of its calculation may decide the last one. */
    private static BigDecimal rounded(double figure) {
        double scaled = figure * 1e8;
        double rest = scaled - Math.floor(scaled);
        return Math.abs(scaled) > GREATEST || Math.abs(rest - 0.5) < DOUBT
                ? null
                : BigDecimal.valueOf(Math.round(scaled), DIGITS);
    }

    /** The middle value, of an even number the mean of the middle two, exactly. */
    static BigDecimal median(List<BigDecimal> values) {
        List<BigDecimal> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(half)
                : sorted.get(half - 1).add(sorted.get(half)).divide(TWO);
    }

    /**
     * {@code 0.94 * variance before + 0.06 * r^2}; {@code r^2} where there is none before. What is carried on is this
     * variance, not the rounded volatility.
     *
     * @param r the return now; null gives null
     * @param before the variance one interval before; null where there is none
     */
    static BigDecimal variance(BigDecimal r, BigDecimal before) {
        if (r == null) {
            return null;
        }
        BigDecimal square = r.multiply(r);
        return (before == null ? square : DECAY.multiply(before).add(GAIN.multiply(square))).round(CARRIED);
    }

    /** The square root of a variance with 8 digits; null for null. */
    static BigDecimal volatility(BigDecimal variance) {
        if (variance == null) {
            return null;
        }
        BigDecimal quick = rounded(Math.sqrt(variance.doubleValue()));
        return quick != null ? quick : variance.sqrt(PRECISE).setScale(DIGITS, RoundingMode.HALF_EVEN);
    }
}
