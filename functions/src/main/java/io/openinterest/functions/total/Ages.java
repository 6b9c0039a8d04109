package io.openinterest.functions.total;

import io.openinterest.functions.record.Packing;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts of markets (or, further up, groups and children of them) by age in milliseconds; a count below 0 takes
 * markets out. So the greatest age is known after any correction.
 */
public final class Ages {

    private final TreeMap<Long, Integer> counts = new TreeMap<>();

    /** Counts so many more of an age; fewer if negative. */
    public void add(long age, int count) {
        counts.merge(age, count, (present, more) -> present + more == 0 ? null : present + more);
    }

    /** Counts all of the others, so many times each. */
    public void add(Ages others, int times) {
        others.counts.forEach((age, count) -> add(age, times * count));
    }

    /** The greatest age; null where there is none. */
    public Long greatest() {
        return counts.isEmpty() ? null : counts.lastKey();
    }

    /** The greatest age alone, counted once. */
    public Ages greatestOnly() {
        Ages only = new Ages();
        if (!counts.isEmpty()) {
            only.add(counts.lastKey(), 1);
        }
        return only;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return counts.isEmpty();
    }

    /** Writes the ages, each as the distance to the one before. */
    public void pack(DataOutput out) throws IOException {
        Packing.putLong(counts.size(), out);
        long last = 0;
        for (Map.Entry<Long, Integer> entry : counts.entrySet()) {
            Packing.putLong(entry.getKey() - last, out);
            Packing.putLong(entry.getValue(), out);
            last = entry.getKey();
        }
    }

    /** Reads ages back. */
    public static Ages unpack(DataInput in) throws IOException {
        Ages ages = new Ages();
        long age = 0;
        for (int left = Packing.getInt(in); left > 0; left--) {
            age += Packing.getLong(in);
            ages.counts.put(age, Packing.getInt(in));
        }
        return ages;
    }
}
