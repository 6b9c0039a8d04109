package io.openinterest.functions.record;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts how often a row was published, so that its revisions have no gap. Rows published once, in order, cost nothing.
 *
 * <p>A public field, as Flink's POJO serializer wants it.
 */
public final class Revisions {

    /** Times published by boundary plus the ordinal of the interval, where a correction touched the row. */
    public Map<Long, Integer> counts = new HashMap<>(2);

    /**
     * The revision of a row that is about to be published as a correction.
     *
     * @param inOrder whether the row was published when its boundary passed, as far as is known without the count
     */
    public int nextRevision(Interval interval, long boundary, boolean inOrder) {
        long key = boundary + interval.ordinal();
        int count = counts.getOrDefault(key, inOrder ? 1 : 0);
        counts.put(key, count + 1);
        return count;
    }

    /** Forgets the rows up to a boundary: they are final. */
    public void forgetUpTo(long boundary) {
        counts.keySet().removeIf(key -> key < boundary + Interval.MINUTE_MILLIS);
    }
}
