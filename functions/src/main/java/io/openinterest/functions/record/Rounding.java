package io.openinterest.functions.record;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Rounding of published figures: half-even, once. */
public final class Rounding {

    private static final MathContext TWELVE_SIGNIFICANT = new MathContext(12, RoundingMode.HALF_EVEN);

    private Rounding() {}

    /** USD amounts: 6 digits after the point. */
    public static BigDecimal usd(BigDecimal amount) {
        return amount.setScale(6, RoundingMode.HALF_EVEN);
    }

    /** Base amounts: 8 digits after the point. */
    public static BigDecimal base(BigDecimal amount) {
        return amount.setScale(8, RoundingMode.HALF_EVEN);
    }

    /** A mean of USD amounts: 6 digits after the point. */
    public static BigDecimal usdMean(BigDecimal sum, int count) {
        return sum.divide(BigDecimal.valueOf(count), 6, RoundingMode.HALF_EVEN);
    }

    /** A price of a total: 12 significant digits; null when the divisor is 0. */
    public static @Nullable BigDecimal price(BigDecimal weighted, BigDecimal weight) {
        return weight.signum() == 0
                ? null
                : weighted.divide(weight, TWELVE_SIGNIFICANT).stripTrailingZeros();
    }

    /** A ratio with 8 digits after the point; null when an operand is missing or the divisor is 0. */
    public static @Nullable BigDecimal ratio(@Nullable BigDecimal dividend, @Nullable BigDecimal divisor) {
        return ratio(dividend, divisor, 8);
    }

    /** A ratio with so many digits after the point; null when an operand is missing or the divisor is 0. */
    public static @Nullable BigDecimal ratio(@Nullable BigDecimal dividend, @Nullable BigDecimal divisor, int digits) {
        if (dividend == null || divisor == null || divisor.signum() == 0) {
            return null;
        }
        return dividend.divide(divisor, digits, RoundingMode.HALF_EVEN);
    }
}
