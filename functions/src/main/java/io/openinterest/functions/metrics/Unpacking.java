package io.openinterest.functions.metrics;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** Reads what {@link Packing} wrote, in the same order. */
final class Unpacking {

    private final byte[] bytes;
    private int at;

    Unpacking(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean hasMore() {
        return at < bytes.length;
    }

    long count() {
        long number = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes[at++];
            number |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return number;
            }
        }
    }

    long number() {
        long number = count();
        return number >>> 1 ^ -(number & 1);
    }

    BigDecimal decimal() {
        long head = count();
        if (head == Packing.ABSENT) {
            return null;
        }
        long zigzag = head >>> Packing.KIND_BITS;
        int scale = (int) (zigzag >>> 1 ^ -(zigzag & 1));
        boolean fits = (head & (1 << Packing.KIND_BITS) - 1) == Packing.LONG;
        return fits ? BigDecimal.valueOf(number(), scale) : larger(scale);
    }

    private BigDecimal larger(int scale) {
        int length = (int) count();
        at += length;
        return new BigDecimal(new BigInteger(bytes, at - length, length), scale);
    }

    String text() {
        if (count() == 0) {
            return null;
        }
        int length = (int) count();
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }
}
