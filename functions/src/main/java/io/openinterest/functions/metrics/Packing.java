package io.openinterest.functions.metrics;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes figures as few bytes, for state of which every entity keeps a day: whole numbers as variable-length integers
 * (small ones take one byte), decimals exactly, whatever their size. {@link Unpacking} reads them back.
 */
final class Packing {

    static final int ABSENT = 0;
    static final int LONG = 1;
    static final int LARGER = 2;
    static final int KIND_BITS = 2;

    private byte[] bytes = new byte[256];
    private int size;

    byte[] bytes() {
        return Arrays.copyOf(bytes, size);
    }

    /** A number that is never below 0. */
    Packing count(long number) {
        long rest = number;
        while ((rest & ~0x7FL) != 0) {
            add((byte) (rest | 0x80));
            rest >>>= 7;
        }
        return add((byte) rest);
    }

    /** Any number; those close to 0 are short. */
    Packing number(long number) {
        return count(number << 1 ^ number >> 63);
    }

    /** A decimal with its scale, or null. */
    Packing decimal(BigDecimal decimal) {
        if (decimal == null) {
            return add((byte) ABSENT);
        }
        long scale = (long) decimal.scale() << 1 ^ decimal.scale() >> 31;
        BigInteger unscaled = decimal.unscaledValue();
        if (unscaled.bitLength() < Long.SIZE) {
            return count(scale << KIND_BITS | LONG).number(unscaled.longValue());
        }
        return count(scale << KIND_BITS | LARGER).add(unscaled.toByteArray());
    }

    /** A text, or null. */
    Packing text(String text) {
        return text == null ? count(0) : count(1).add(text.getBytes(StandardCharsets.UTF_8));
    }

    private Packing add(byte[] more) {
        count(more.length);
        while (size + more.length > bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
        System.arraycopy(more, 0, bytes, size, more.length);
        size += more.length;
        return this;
    }

    private Packing add(byte one) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * size);
        }
        bytes[size++] = one;
        return this;
    }
}
