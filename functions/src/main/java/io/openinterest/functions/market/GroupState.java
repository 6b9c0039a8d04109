package io.openinterest.functions.market;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Packing;
import io.openinterest.functions.total.Ages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The memory of a shard for markets that are summed together: the ages of those included at every boundary that can still
 * be corrected. So totals need to know the greatest age of each group only, however many markets there are.
 *
 * <p>Most groups of a shard are one market, and every market has half an hour of boundaries: rows of them are held, and of
 * their ages.
 */
final class GroupState {

    private static final int PACKED_BYTES = 128;
    private static final int FEW = 4;

    /** The last boundary that brought anything; {@link Long#MIN_VALUE} before the first. */
    private long touched = Long.MIN_VALUE;

    /** Ascending. */
    private long[] boundaries = new long[FEW];
    /** The ages at each boundary, of which there are some. */
    private Ages[] ages = new Ages[FEW];

    private int size;

    /** The group has something to add to its totals when a boundary passes. */
    void touch(long boundary) {
        touched = boundary;
    }

    /** Whether a record of some interval may be due although nothing is added any more. */
    boolean isOwed(long boundary) {
        return touched != Long.MIN_VALUE && boundary - touched <= Interval.FIFTEEN_MINUTES.millis();
    }

    /** Takes in changes of the ages at a boundary; gives what changes for the greatest one. */
    Ages change(long boundary, Ages changes) {
        int at = find(boundary);
        Ages difference = new Ages();
        Ages known = at < 0 ? new Ages() : ages[at];
        difference.addGreatest(known, -1);
        known.add(changes, 1);
        difference.addGreatest(known, 1);
        if (at < 0 && !known.isEmpty()) {
            insert(-at - 1, boundary, known);
        } else if (at >= 0 && known.isEmpty()) {
            remove(at, at + 1);
        }
        return difference;
    }

    /** Forgets the ages up to a boundary: they are final. */
    void forgetUpTo(long boundary) {
        int to = find(boundary);
        remove(0, to < 0 ? -to - 1 : to + 1);
    }

    /** Where it is; below 0 where it is not, the place it belongs. Most are new, behind all others. */
    private int find(long boundary) {
        return size == 0 || boundary > boundaries[size - 1]
                ? -size - 1
                : Arrays.binarySearch(boundaries, 0, size, boundary);
    }

    private void insert(int at, long boundary, Ages its) {
        if (size == boundaries.length) {
            boundaries = Arrays.copyOf(boundaries, 2 * size);
            ages = Arrays.copyOf(ages, 2 * size);
        }
        System.arraycopy(boundaries, at, boundaries, at + 1, size - at);
        System.arraycopy(ages, at, ages, at + 1, size - at);
        boundaries[at] = boundary;
        ages[at] = its;
        size++;
    }

    private void remove(int from, int to) {
        if (from < to) {
            System.arraycopy(boundaries, to, boundaries, from, size - to);
            System.arraycopy(ages, to, ages, from, size - to);
            Arrays.fill(ages, size - (to - from), size, null);
            size -= to - from;
        }
    }

    /** Whether nothing is left to remember when a boundary has passed. */
    boolean isForgotten(long boundary) {
        return size == 0 && !isOwed(boundary);
    }

    /** The state in as few bytes as it needs. */
    byte[] pack() {
        DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
        try {
            Packing.putLong(touched, out);
            Packing.putLong(size, out);
            long last = 0;
            for (int i = 0; i < size; i++) {
                Packing.putLong((boundaries[i] - last) / Interval.MINUTE_MILLIS, out);
                ages[i].pack(out);
                last = boundaries[i];
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.getCopyOfBuffer();
    }

    /** Reads a state back. */
    static GroupState unpack(byte[] packed) {
        GroupState state = new GroupState();
        DataInputDeserializer in = new DataInputDeserializer(packed);
        try {
            state.touched = Packing.getLong(in);
            long boundary = 0;
            for (int left = Packing.getInt(in); left > 0; left--) {
                boundary += Packing.getLong(in) * Interval.MINUTE_MILLIS;
                state.insert(state.size, boundary, Ages.unpack(in));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return state;
    }
}
