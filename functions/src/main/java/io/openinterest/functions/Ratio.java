package io.openinterest.functions;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Quotients, rounded half-even once from unrounded operands; null where an operand is missing or the divisor is 0. */
final class Ratio {

    /** Digits after the point of ratios, percentages and statistics. */
    static final int DIGITS = 8;

    private Ratio() {}

    /** A ratio with 8 digits after the point. */
    static BigDecimal of(BigDecimal part, BigDecimal whole) {
        return of(part, whole, DIGITS);
    }

    /** A quotient with the given digits after the point. */
    static BigDecimal of(BigDecimal part, BigDecimal whole, int digits) {
        if (part == null || whole == null || whole.signum() == 0) {
            return null;
        }
        return part.divide(whole, digits, RoundingMode.HALF_EVEN);
    }
}
