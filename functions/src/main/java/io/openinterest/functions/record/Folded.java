package io.openinterest.functions.record;

import org.jspecify.annotations.Nullable;

/**
 * Where something stood before the first boundary of the last correction. A correction folds the minutes since the last
 * final boundary again; the next one is seldom about anything earlier, and then goes on from here. In memory only.
 *
 * @param <S> how it stands
 */
public final class Folded<S> {

    private @Nullable S last;
    private long lastBoundary;

    /** Steps over a boundary. */
    public interface Step<S> {
        S after(S standing, long boundary) throws Exception;
    }

    /**
     * Folds up to the boundary before one, from the last fold where that lies between the final boundary and this one.
     *
     * @param first the first boundary that is corrected, epoch milliseconds
     * @param base standing at the final boundary
     * @param finalUpTo the final boundary, epoch milliseconds
     * @return the standing before the first boundary; the base where that is final itself
     */
    public S before(long first, S base, long finalUpTo, Step<S> step) throws Exception {
        S standing = last;
        long boundary = lastBoundary;
        if (standing == null || boundary <= finalUpTo || boundary >= first) {
            standing = base;
            boundary = finalUpTo;
        }
        for (long next = boundary + Interval.MINUTE_MILLIS; next < first; next += Interval.MINUTE_MILLIS) {
            standing = step.after(standing, next);
            boundary = next;
        }
        last = standing;
        lastBoundary = boundary;
        return standing;
    }
}
