package io.openinterest.functions.market;

import io.openinterest.functions.market.Markets.MinutesOfMarket;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Packing;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.apache.flink.core.memory.DataInputDeserializer;

/**
 * The packed minutes of one market by boundary, in order. What a checkpoint has written is in state only; of that no more
 * is held than its boundary, in a row of numbers, for every market has half an hour of them and is asked every minute.
 */
final class PackedMinutes {

    private static final int FEW = 4;

    /** As the last checkpoint left them. */
    private final MinutesOfMarket saved;

    /** Ascending. */
    private long[] boundaries = new long[FEW];
    /** The minute of each boundary; null for what is in state. */
    private byte[][] fresh = new byte[FEW][];

    private int size;

    PackedMinutes(MinutesOfMarket saved) {
        this.saved = saved;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The first boundary; null where there is none. */
    Long first() {
        return size == 0 ? null : boundaries[0];
    }

    /** The minute that ends at a boundary; null where there is none. */
    byte[] get(long boundary) throws Exception {
        int at = find(boundary);
        if (at < 0) {
            return null;
        }
        return fresh[at] == null
                ? Objects.requireNonNull(saved.get(boundary), "a minute is missing in state")
                : fresh[at];
    }

    /** Puts a minute where there is none, for what is in state would stay there. */
    void put(long boundary, byte[] minute) {
        int at = find(boundary);
        if (at < 0) {
            at = -at - 1;
            if (size == boundaries.length) {
                boundaries = Arrays.copyOf(boundaries, 2 * size);
                fresh = Arrays.copyOf(fresh, 2 * size);
            }
            System.arraycopy(boundaries, at, boundaries, at + 1, size - at);
            System.arraycopy(fresh, at, fresh, at + 1, size - at);
            boundaries[at] = boundary;
            size++;
        }
        fresh[at] = minute;
    }

    void remove(long boundary) throws Exception {
        int at = find(boundary);
        if (at < 0) {
            return;
        }
        if (fresh[at] == null) {
            saved.remove(boundary);
        }
        size--;
        System.arraycopy(boundaries, at + 1, boundaries, at, size - at);
        System.arraycopy(fresh, at + 1, fresh, at, size - at);
        fresh[size] = null;
    }

    /** Where it is; below 0 where it is not, the place it belongs. Most are asked for while they are behind all others. */
    private int find(long boundary) {
        return size == 0 || boundary > boundaries[size - 1]
                ? -size - 1
                : Arrays.binarySearch(boundaries, 0, size, boundary);
    }

    /** Brings all minutes into state, and writes their boundaries. */
    void save(DataOutput out) throws Exception {
        long last = 0;
        for (int i = 0; i < size; i++) {
            if (fresh[i] != null) {
                saved.put(boundaries[i], fresh[i]);
                fresh[i] = null;
            }
            Packing.putLong((boundaries[i] - last) / Interval.MINUTE_MILLIS, out);
            last = boundaries[i];
        }
    }

    /** Reads the boundaries of what was saved, up to the end. */
    static PackedMinutes of(MinutesOfMarket saved, DataInputDeserializer in) throws IOException {
        PackedMinutes minutes = new PackedMinutes(saved);
        long boundary = 0;
        while (in.available() > 0) {
            boundary += Packing.getLong(in) * Interval.MINUTE_MILLIS;
            minutes.put(boundary, null);
        }
        return minutes;
    }
}
