package io.openinterest.functions.market;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Packing;
import io.openinterest.functions.total.Ages;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The memory of a shard for markets that are summed together: the ages of those included at every boundary that can still
 * be corrected. So totals need to know the greatest age of each group only, however many markets there are.
 */
final class GroupState {

    private static final int PACKED_BYTES = 128;

    /** The last boundary that brought anything; {@link Long#MIN_VALUE} before the first. */
    private long touched = Long.MIN_VALUE;

    /** The ages at each boundary at which there are some. */
    private final ByBoundary<Ages> ages = new ByBoundary<>();

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
        int at = ages.find(boundary);
        Ages difference = new Ages();
        Ages known = at < 0 ? new Ages() : ages.value(at);
        difference.addGreatest(known, -1);
        known.add(changes, 1);
        difference.addGreatest(known, 1);
        if (at < 0 && !known.isEmpty()) {
            ages.put(boundary, known);
        } else if (at >= 0 && known.isEmpty()) {
            ages.remove(at);
        }
        return difference;
    }

    /** Forgets the ages up to a boundary: they are final. */
    void forgetUpTo(long boundary) {
        ages.removeUpTo(boundary);
    }

    /** Whether nothing is left to remember when a boundary has passed. */
    boolean isForgotten(long boundary) {
        return ages.size() == 0 && !isOwed(boundary);
    }

    /** The state in as few bytes as it needs. */
    byte[] pack() {
        DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
        try {
            Packing.putLong(touched, out);
            Packing.putLong(ages.size(), out);
            long last = 0;
            for (int i = 0; i < ages.size(); i++) {
                Packing.putLong((ages.boundary(i) - last) / Interval.MINUTE_MILLIS, out);
                ages.value(i).pack(out);
                last = ages.boundary(i);
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
                state.ages.put(boundary, Ages.unpack(in));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return state;
    }
}
