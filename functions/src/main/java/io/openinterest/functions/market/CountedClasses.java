package io.openinterest.functions.market;

import io.openinterest.observation.AssetClass;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The asset classes that enter the totals, by boundary. A job that goes on with other classes than before leaves what it has
 * published as it is, also where it corrects it.
 */
public final class CountedClasses {

    /** By the last boundary before those at which they count. */
    private final TreeMap<Long, Set<AssetClass>> after = new TreeMap<>();

    /**
     * Classes that count, as they are saved.
     *
     * @param after the last boundary before those at which they count, epoch milliseconds; {@link Long#MIN_VALUE} for none
     */
    public record Since(long after, Set<AssetClass> classes) {}

    /**
     * Goes on from what is saved.
     *
     * @param saved of the run before; empty for none
     * @param configured classes that count from now on
     * @param publishedUpTo the last boundary that is published, epoch milliseconds; {@link Long#MIN_VALUE} for none
     */
    CountedClasses(Iterable<Since> saved, Set<AssetClass> configured, long publishedUpTo) {
        saved.forEach(since -> after.put(since.after, since.classes));
        if (after.isEmpty()) {
            after.put(Long.MIN_VALUE, configured);
        } else if (!after.lastEntry().getValue().equals(configured)) {
            after.put(publishedUpTo, configured);
        }
    }

    boolean contain(AssetClass assetClass, long boundary) {
        return after.lowerEntry(boundary).getValue().contains(assetClass);
    }

    List<Since> saved() {
        return after.entrySet().stream()
                .map(entry -> new Since(entry.getKey(), entry.getValue()))
                .toList();
    }
}
