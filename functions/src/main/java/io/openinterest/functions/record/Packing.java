package io.openinterest.functions.record;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Numbers and texts in as few bytes as they need, for state and between operators. Exact: what is read equals what was
 * written, the scale of decimals included.
 */
public final class Packing {

    private static final int LONG_BITS = 63;

    /** Digits that surely fit a long. */
    static final int LONG_DIGITS = 18;

    /** Decimals of a figure in USD. */
    static final int USD_DIGITS = 6;

    /** In the place of millionths where a decimal follows. */
    static final long NO_MILLIONTHS = Long.MIN_VALUE;

    private Packing() {}

    /** Writes a number in seven bits a byte, small ones of either sign in one byte. */
    public static void putLong(long value, DataOutput out) throws IOException {
        // Numbers are most of what is packed, and nearly always into bytes: known as such, they need no call for each.
        if (out instanceof DataOutputSerializer bytes) {
            putLong(value, bytes);
            return;
        }
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            out.writeByte((int) (rest | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    private static void putLong(long value, DataOutputSerializer out) throws IOException {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /** Reads a number back. */
    public static long getLong(DataInput in) throws IOException {
        if (in instanceof DataInputDeserializer bytes) {
            return getLong(bytes);
        }
        long rest = 0;
        int shift = 0;
        byte next;
        do {
            next = in.readByte();
            rest |= (next & 0x7FL) << shift;
            shift += 7;
        } while (next < 0);
        return (rest >>> 1) ^ -(rest & 1);
    }

    private static long getLong(DataInputDeserializer in) throws IOException {
        long rest = 0;
        int shift = 0;
        byte next;
        do {
            next = in.readByte();
            rest |= (next & 0x7FL) << shift;
            shift += 7;
        } while (next < 0);
        return (rest >>> 1) ^ -(rest & 1);
    }

    /** Reads a number that was written from an int. */
    public static int getInt(DataInput in) throws IOException {
        return Math.toIntExact(getLong(in));
    }

    /** Writes a decimal, null too. */
    public static void putDecimal(@Nullable BigDecimal value, DataOutput out) throws IOException {
        if (value == null) {
            putLong(0, out);
            return;
        }
        if (value.precision() <= LONG_DIGITS) {
            putScale(value.scale(), true, out);
            // at scale 0 a number of so few digits is a long already
            putLong(value.scaleByPowerOfTen(value.scale()).longValue(), out);
            return;
        }
        BigInteger digits = value.unscaledValue();
        boolean fits = digits.bitLength() <= LONG_BITS;
        putScale(value.scale(), fits, out);
        if (fits) {
            putLong(digits.longValue(), out);
        } else {
            putBytes(digits.toByteArray(), out);
        }
    }

    /** The scale and, in the lowest bit, whether the digits fit a long; one greater or less, so that 0 is free. */
    private static void putScale(int scale, boolean fits, DataOutput out) throws IOException {
        long head = 2L * scale + (fits ? 0 : 1);
        putLong(head >= 0 ? head + 1 : head, out);
    }

    /** Reads a decimal back, null too. */
    public static @Nullable BigDecimal getDecimal(DataInput in) throws IOException {
        long head = getLong(in);
        if (head == 0) {
            return null;
        }
        head = head > 0 ? head - 1 : head;
        int scale = Math.toIntExact(Math.floorDiv(head, 2L));
        return (head & 1) == 0
                ? BigDecimal.valueOf(getLong(in), scale)
                : new BigDecimal(new BigInteger(getBytes(in)), scale);
    }

    /** Writes a text, null too. */
    public static void putText(@Nullable String text, DataOutput out) throws IOException {
        if (text == null) {
            putLong(-1, out);
        } else {
            putBytes(text.getBytes(StandardCharsets.UTF_8), out);
        }
    }

    /** Reads a text back, null too. */
    public static @Nullable String getText(DataInput in) throws IOException {
        int length = getInt(in);
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Writes bytes and how many they are. */
    public static void putBytes(byte[] bytes, DataOutput out) throws IOException {
        putLong(bytes.length, out);
        out.write(bytes);
    }

    /** Reads bytes back. */
    public static byte[] getBytes(DataInput in) throws IOException {
        byte[] bytes = new byte[getInt(in)];
        in.readFully(bytes);
        return bytes;
    }

    /**
     * Writes a figure in USD, null too, as a number of millionths.
     *
     * @throws ArithmeticException if it has more than 6 decimals
     */
    public static void putUsd(@Nullable BigDecimal usd, DataOutput out) throws IOException {
        BigDecimal exact = usd == null ? null : usd.setScale(USD_DIGITS);
        if (exact != null && exact.precision() <= LONG_DIGITS) {
            // at scale 0 a number of so few digits is a long already
            putLong(exact.scaleByPowerOfTen(USD_DIGITS).longValue(), out);
        } else {
            putLong(NO_MILLIONTHS, out);
            putDecimal(exact, out);
        }
    }

    /** Reads a figure in USD back, with 6 decimals, null too. */
    public static @Nullable BigDecimal getUsd(DataInput in) throws IOException {
        long millionths = getLong(in);
        return millionths == NO_MILLIONTHS ? getDecimal(in) : BigDecimal.valueOf(millionths, USD_DIGITS);
    }

    /** Writes a ledger by its six parts. */
    public static void putLedger(Ledger ledger, DataOutput out) throws IOException {
        putUsd(ledger.quantityUsd(), out);
        putUsd(ledger.priceUsd(), out);
        putUsd(ledger.entriesUsd(), out);
        putUsd(ledger.exitsUsd(), out);
        putUsd(ledger.coverageUsd(), out);
        putUsd(ledger.restatementUsd(), out);
    }

    /** Reads a ledger back; its total is the sum of its parts. */
    public static Ledger getLedger(DataInput in) throws IOException {
        return Ledger.of(getPart(in), getPart(in), getPart(in), getPart(in), getPart(in), getPart(in));
    }

    /** Most parts of most ledgers are nothing at all, which {@link Ledger} knows by this 0. */
    private static BigDecimal getPart(DataInput in) throws IOException {
        BigDecimal part = Objects.requireNonNull(getUsd(in), "a ledger has every part");
        return part.signum() == 0 ? BigDecimal.ZERO : part;
    }
}
