package io.openinterest.functions.record;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row of figures with at most 6 decimals that others are added to, all 0 at first. Each is a number of millionths; one
 * that fits no long is kept as a decimal until it fits again. Exact either way: what was added can be taken out again.
 */
public final class Millionths {

    private static final int SCALE = Packing.USD_DIGITS;
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    private long[] figures;

    /** Those that fit no long, each at its place; null while all fit. */
    private @Nullable BigDecimal @Nullable [] beyond;

    /** So many figures. */
    public Millionths(int size) {
        figures = new long[size];
    }

    /** Makes the row longer, with figures of 0 behind those there are. */
    public void grow(int size) {
        figures = Arrays.copyOf(figures, size);
        if (beyond != null) {
            beyond = Arrays.copyOf(beyond, size);
        }
    }

    /** A figure, with 6 decimals. */
    public BigDecimal get(int at) {
        BigDecimal large = beyond == null ? null : beyond[at];
        return large == null ? BigDecimal.valueOf(figures[at], SCALE) : large;
    }

    /** Whether a figure is 0. */
    public boolean isZero(int at) {
        return figures[at] == 0 && (beyond == null || beyond[at] == null);
    }

    /**
     * Adds to a figure; takes away with a sign of -1.
     *
     * @throws ArithmeticException if there are more than 6 decimals
     */
    public void add(int at, BigDecimal more, int sign) {
        if (more.signum() == 0) {
            return;
        }
        BigDecimal exact = more.setScale(SCALE);
        if (exact.precision() <= Packing.LONG_DIGITS) {
            // at scale 0 a number of so few digits is a long already
            add(at, sign * exact.scaleByPowerOfTen(SCALE).longValue());
        } else {
            addExactly(at, sign > 0 ? exact : exact.negate());
        }
    }

    /** Adds a figure of another row; takes it away with a sign of -1. */
    public void add(int at, Millionths other, int from, int sign) {
        BigDecimal large = other.beyond == null ? null : other.beyond[from];
        if (large == null) {
            add(at, sign * other.figures[from]);
        } else {
            addExactly(at, sign > 0 ? large : large.negate());
        }
    }

    private void add(int at, long more) {
        long present = figures[at];
        long sum = present + more;
        boolean overflows = ((present ^ sum) & (more ^ sum)) < 0 || sum == Long.MIN_VALUE;
        if (overflows || beyond != null) {
            addExactly(at, BigDecimal.valueOf(more, SCALE));
        } else {
            figures[at] = sum;
        }
    }

    private void addExactly(int at, BigDecimal more) {
        BigDecimal sum = get(at).add(more);
        if (sum.unscaledValue().abs().compareTo(MOST) <= 0) {
            figures[at] = sum.unscaledValue().longValueExact();
            if (beyond != null) {
                beyond[at] = null;
            }
            return;
        }
        if (beyond == null) {
            beyond = new BigDecimal[figures.length];
        }
        figures[at] = 0;
        beyond[at] = sum;
    }

    /** Writes the first figures, in few bytes where they are small. */
    public void pack(int to, DataOutput out) throws IOException {
        for (int at = 0; at < to; at++) {
            BigDecimal large = beyond == null ? null : beyond[at];
            if (large == null) {
                Packing.putLong(figures[at], out);
            } else {
                Packing.putUsd(large, out);
            }
        }
    }

    /** Reads the first figures back, where there are none but 0. */
    public void unpack(int to, DataInput in) throws IOException {
        for (int at = 0; at < to; at++) {
            long figure = Packing.getLong(in);
            if (figure == Packing.NO_MILLIONTHS) {
                addExactly(at, Objects.requireNonNull(Packing.getDecimal(in), "a figure is missing"));
            } else {
                figures[at] = figure;
            }
        }
    }
}
