package io.openinterest.functions.record;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Counts how often a row was published, so that its revisions have no gap. Rows published once, in order, cost nothing. */
public final class Revisions {

    private static final int INTERVALS = Interval.values().length;

    /** Times published where a correction touched the row, by {@link #key}. */
    private final TreeMap<Long, Integer> counts = new TreeMap<>();

    /**
     * The revision of a row that is about to be published as a correction.
     *
     * @param inOrder whether the row was published when its boundary passed, as far as is known without the count
     */
    public int nextRevision(Interval interval, long boundary, boolean inOrder) {
        long key = key(interval, boundary);
        int count = counts.getOrDefault(key, inOrder ? 1 : 0);
        counts.put(key, count + 1);
        return count;
    }

    /** Forgets the rows up to a boundary: they are final. */
    public void forgetUpTo(long boundary) {
        counts.headMap(key(Interval.ONE_MINUTE, boundary + Interval.MINUTE_MILLIS))
                .clear();
    }

    private static long key(Interval interval, long boundary) {
        return boundary / Interval.MINUTE_MILLIS * INTERVALS + interval.ordinal();
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
