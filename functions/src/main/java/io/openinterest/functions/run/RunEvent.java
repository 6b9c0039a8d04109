package io.openinterest.functions.run;

/**
 * News of the run as a whole.
 *
 * @param venue a venue that has answered for the first time; null if this is about the reach of observations
 * @param time as-of time of that answer, or the boundary after the greatest time of an accepted observation
 * @param watermark event time its source had reached; of a reach, the first minute at which everybody knows it
 * @param rule what became of an alert rule; then the others say nothing
 */
public record RunEvent(String venue, long time, long watermark, Rule rule) {

    /**
     * An alert rule was written or removed.
     *
     * @param time of the change, epoch milliseconds
     * @param subject what it looks at from then on; null if it was removed
     */
    public record Rule(String id, long time, RuleWatch.Subject subject) {}

    /** A venue has answered for the first time. */
    static RunEvent answered(String venue, long time, long watermark) {
        return new RunEvent(venue, time, watermark, null);
    }

    /**
     * Accepted observations reach a boundary.
     *
     * @param knownAt the first minute that event time passes nowhere before this is known
     */
    public static RunEvent reached(long boundary, long knownAt) {
        return new RunEvent(null, boundary, knownAt, null);
    }

    /** An alert rule was written or removed. */
    public static RunEvent of(Rule rule) {
        return new RunEvent(null, 0, 0, rule);
    }
}
