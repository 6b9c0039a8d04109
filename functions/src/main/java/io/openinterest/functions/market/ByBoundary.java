package io.openinterest.functions.market;

import java.util.Arrays;

/**
 * Values by boundary, in order. Rows, for every market has half an hour of them and is asked every minute.
 *
 * @param <V> the values, null too
 */
final class ByBoundary<V> {

    private static final int FEW = 4;

    /** Ascending. */
    private long[] boundaries = new long[FEW];
    /** The value of each boundary. */
    private Object[] values = new Object[FEW];

    private int size;

    int size() {
        return size;
    }

    /** The boundary at a place, epoch milliseconds. */
    long boundary(int at) {
        return boundaries[at];
    }

    @SuppressWarnings("unchecked") // what was put
    V value(int at) {
        return (V) values[at];
    }

    /** The place of a boundary; below 0 where it has none, that of the next one. Most are asked for before they are there. */
    int find(long boundary) {
        return size == 0 || boundary > boundaries[size - 1]
                ? -size - 1
                : Arrays.binarySearch(boundaries, 0, size, boundary);
    }

    /** Puts a value in place of the one of that boundary, where there is one. */
    void put(long boundary, V value) {
        int at = find(boundary);
        if (at < 0) {
            at = -at - 1;
            if (size == boundaries.length) {
                boundaries = Arrays.copyOf(boundaries, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            System.arraycopy(boundaries, at, boundaries, at + 1, size - at);
            System.arraycopy(values, at, values, at + 1, size - at);
            boundaries[at] = boundary;
            size++;
        }
        values[at] = value;
    }

    /** Removes a boundary and its value. */
    void remove(int at) {
        remove(at, at + 1);
    }

    /** Removes all boundaries up to one, and it. */
    void removeUpTo(long boundary) {
        int at = find(boundary);
        remove(0, at < 0 ? -at - 1 : at + 1);
    }

    private void remove(int from, int to) {
        if (from == to) {
            return;
        }
        System.arraycopy(boundaries, to, boundaries, from, size - to);
        System.arraycopy(values, to, values, from, size - to);
        Arrays.fill(values, size - (to - from), size, null);
        size -= to - from;
    }
}
