package io.openinterest.functions.record;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;

/**
 * The revisions of records that corrections change, without a gap: the one place where what a fold gave before is
 * compared with what it gives now, and what differs is published. Records published once cost nothing.
 */
public final class Revisions {

    private static final int INTERVALS = Interval.values().length;
    private static final int PACKED_BYTES = 32;

    /** Times published where that is more than once, by {@link #key}. */
    private final TreeMap<Long, Integer> counts = new TreeMap<>();

    private boolean isStored;

    /**
     * Publishes a record where it is otherwise than before: as the first of its boundary, under its next revision, or, where
     * there is none any more, withdrawn. Where a reader would see no difference it goes only to those who need the rest.
     *
     * @param before the record as it was folded without what is new, null where there was none
     * @param now the record as it is folded with it, null where there is none; both as if published first, by this pass
     */
    public <R extends Correctable<R>> void publish(@Nullable R before, @Nullable R now, Consumer<R> out) {
        if (Objects.equals(before, now)) {
            return;
        }
        if (before != null && now != null && now.readsLike(before)) {
            out.accept(now.unpublished());
            return;
        }
        R record = now != null ? now : Objects.requireNonNull(before);
        int revision = next(record.boundary(), before != null);
        out.accept(now != null ? record.revised(revision) : record.withdrawn(revision));
    }

    private int next(Boundary boundary, boolean wasThere) {
        long key = key(boundary.interval(), boundary.millis());
        int count = counts.getOrDefault(key, wasThere ? 1 : 0);
        if (count > 0) {
            counts.put(key, count + 1);
        }
        return count;
    }

    /** Forgets the records up to a boundary: they are final. */
    public void forgetUpTo(long boundary) {
        // of every market at every boundary: almost none has any
        if (!counts.isEmpty()) {
            counts.headMap(key(Interval.ONE_MINUTE, boundary + Interval.MINUTE_MILLIS))
                    .clear();
        }
    }

    private static long key(Interval interval, long boundary) {
        return boundary / Interval.MINUTE_MILLIS * INTERVALS + interval.ordinal();
    }

    /** A state of their own, for {@link #read} and {@link #write}. */
    public static ValueState<byte[]> state(RuntimeContext context) {
        return context.getState(
                new ValueStateDescriptor<>("revisions", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    }

    /** Reads counts back from a state of their own. */
    public static Revisions read(ValueState<byte[]> state) throws IOException {
        byte[] packed = state.value();
        Revisions revisions = packed == null ? new Revisions() : unpack(new DataInputDeserializer(packed));
        revisions.isStored = packed != null;
        return revisions;
    }

    /** Writes the counts into the state they were read from, unless there are none and were none: almost no key has any. */
    public void write(ValueState<byte[]> state) throws IOException {
        if (!counts.isEmpty()) {
            DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
            pack(out);
            state.update(out.getCopyOfBuffer());
        } else if (isStored) {
            state.clear();
        }
    }

    /** Writes the counts into state. */
    public void pack(DataOutput out) throws IOException {
        Packing.putLong(counts.size(), out);
        long last = 0;
        for (Map.Entry<Long, Integer> count : counts.entrySet()) {
            Packing.putLong(count.getKey() - last, out);
            Packing.putLong(count.getValue(), out);
            last = count.getKey();
        }
    }

    /** Reads counts back. */
    public static Revisions unpack(DataInput in) throws IOException {
        Revisions revisions = new Revisions();
        long key = 0;
        for (int left = Packing.getInt(in); left > 0; left--) {
            key += Packing.getLong(in);
            revisions.counts.put(key, Packing.getInt(in));
        }
        return revisions;
    }
}
