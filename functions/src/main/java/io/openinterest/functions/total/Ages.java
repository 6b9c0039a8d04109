package io.openinterest.functions.total;

import io.openinterest.functions.record.Packing;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Counts of markets (or, further up, groups and children of them) by age in milliseconds; a count below 0 takes
 * markets out. So the greatest age is known after any correction.
 */
public final class Ages {

    /** Ascending. Nearly all there are, those of one market, have one. */
    private long[] ages = new long[1];
    /** The count of each, none of them 0. */
    private int[] counts = new int[1];

    private int size;

    /** Counts so many more of an age; fewer if negative. */
    public void add(long age, int count) {
        int at = size == 0 || age > ages[size - 1] ? size : Arrays.binarySearch(ages, 0, size, age);
        if (at < 0 || at == size) {
            insert(at < 0 ? -at - 1 : at, age, count);
            return;
        }
        counts[at] += count;
        if (counts[at] == 0) {
            size--;
            System.arraycopy(ages, at + 1, ages, at, size - at);
            System.arraycopy(counts, at + 1, counts, at, size - at);
        }
    }

    private void insert(int at, long age, int count) {
        if (size == ages.length) {
            ages = Arrays.copyOf(ages, 2 * size);
            counts = Arrays.copyOf(counts, 2 * size);
        }
        System.arraycopy(ages, at, ages, at + 1, size - at);
        System.arraycopy(counts, at, counts, at + 1, size - at);
        ages[at] = age;
        counts[at] = count;
        size++;
    }

    /** Counts all of the others, so many times each. */
    public void add(Ages others, int times) {
        for (int i = 0; i < others.size; i++) {
            add(others.ages[i], times * others.counts[i]);
        }
    }

    /** The greatest age; null where there is none. */
    public Long greatest() {
        return isEmpty() ? null : (Long) ages[size - 1];
    }

    /** The greatest age alone, counted once. */
    Ages greatestOnly() {
        Ages only = new Ages();
        only.addGreatest(this, 1);
        return only;
    }

    /** Counts the greatest of the others, where there is one, so many times. */
    public void addGreatest(Ages others, int times) {
        if (!others.isEmpty()) {
            add(others.ages[others.size - 1], times);
        }
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** Writes the ages, each as the distance to the one before. */
    public void pack(DataOutput out) throws IOException {
        Packing.putLong(size, out);
        long last = 0;
        for (int i = 0; i < size; i++) {
            Packing.putLong(ages[i] - last, out);
            Packing.putLong(counts[i], out);
            last = ages[i];
        }
    }

    /** Reads ages back. */
    public static Ages unpack(DataInput in) throws IOException {
        Ages unpacked = new Ages();
        long age = 0;
        for (int left = Packing.getInt(in); left > 0; left--) {
            age += Packing.getLong(in);
            unpacked.add(age, Packing.getInt(in));
        }
        return unpacked;
    }
}
