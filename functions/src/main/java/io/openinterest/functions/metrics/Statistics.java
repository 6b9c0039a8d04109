package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Rounding;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/** How unusual a return is among those before it. Exact up to the one rounding to 8 digits. */
final class Statistics {

    private static final int DIGITS = 8;
    private static final int MIN_RETURNS = 20;
    private static final BigDecimal TO_NORMAL = new BigDecimal("0.6745");
    private static final BigDecimal DECAY = new BigDecimal("0.94");
    private static final BigDecimal GAIN = new BigDecimal("0.06");
    private static final BigDecimal TWO = BigDecimal.valueOf(2);

    /** Far beyond the 8 digits published, so that rounding the root first changes nothing. */
    private static final MathContext PRECISE = new MathContext(34, RoundingMode.HALF_EVEN);

    /** What is carried from record to record; 18 digits fit a long. */
    private static final MathContext CARRIED = new MathContext(18, RoundingMode.HALF_EVEN);

    private Statistics() {}

    /**
     * {@code (r - mean) / s}, s the sample standard deviation of the returns before. With n returns, their sum S and the
     * sum of their squares Q this is {@code (n r - S) / sqrt(n (n Q - S^2) / (n - 1))}, which needs one division only.
     *
     * @param r the return now; null gives null
     * @param before the returns before; fewer than 20, or all equal, give null
     */
    static BigDecimal zscore(BigDecimal r, List<BigDecimal> before) {
        if (r == null || before.size() < MIN_RETURNS) {
            return null;
        }
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

    /**
     * {@code 0.6745 (r - median) / MAD}, MAD the median of {@code |x - median|} over the returns before.
     *
     * @param r the return now; null gives null
     * @param before the returns before; fewer than 20, or a MAD of 0, give null
     */
    static BigDecimal robustZscore(BigDecimal r, List<BigDecimal> before) {
        if (r == null || before.size() < MIN_RETURNS) {
            return null;
        }
        BigDecimal median = median(before);
        BigDecimal mad =
                median(before.stream().map(x -> x.subtract(median).abs()).toList());
        return Rounding.ratio(TO_NORMAL.multiply(r.subtract(median)), mad);
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
        return variance == null ? null : variance.sqrt(PRECISE).setScale(DIGITS, RoundingMode.HALF_EVEN);
    }
}
