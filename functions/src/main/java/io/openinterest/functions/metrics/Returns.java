package io.openinterest.functions.metrics;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;

/**
 * Returns of an entity, ascending by time: as longs while all of them are of ordinary size, for they are compared and
 * summed by the dozen at every boundary.
 */
final class Returns {

    static final Returns NONE = new Returns(new long[0], null);

    static final int DIGITS = 12;

    /** Sums of 60 such returns and of their squares are as exact in a double as {@link Statistics} wants them. */
    private static final int SMALL_BITS = 46;

    private final long[] units;
    private final List<BigDecimal> exact;

    private Returns(long[] units, List<BigDecimal> exact) {
        this.units = units;
        this.exact = exact;
    }

    /** Returns in units of 10^-12, each {@link #isSmall small}. */
    static Returns ofUnits(long[] units) {
        return new Returns(units, null);
    }

    /** Returns of any size. */
    static Returns of(List<BigDecimal> exact) {
        boolean small = exact.stream().allMatch(Returns::isSmall);
        return small ? ofUnits(exact.stream().mapToLong(Returns::units).toArray()) : new Returns(null, exact);
    }

    static boolean isSmall(BigDecimal r) {
        return r.scale() == DIGITS && r.unscaledValue().bitLength() <= SMALL_BITS;
    }

    static boolean isSmall(long units) {
        return Math.abs(units) < 1L << SMALL_BITS;
    }

    /** A {@link #isSmall small} return in units of 10^-12. */
    static long units(BigDecimal r) {
        return r.unscaledValue().longValue();
    }

    int size() {
        return units == null ? exact.size() : units.length;
    }

    /** All in units of 10^-12, not to be changed; null where one is not {@link #isSmall small}. */
    long[] units() {
        return units;
    }

    List<BigDecimal> exact() {
        return units == null
                ? exact
                : Arrays.stream(units)
                        .mapToObj(one -> BigDecimal.valueOf(one, DIGITS))
                        .toList();
    }
}
