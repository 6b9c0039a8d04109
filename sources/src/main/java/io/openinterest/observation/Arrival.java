package io.openinterest.observation;

/**
 * An arrival from a source: an observation, a quarantine record of what could not be used, or the verdict
 * of a check; the other two are null.
 *
 * @param observation the observation, null when quarantined
 * @param quarantined the quarantine record, null when usable
 * @param evidence the verdict of a check of the venue, null else
 * @param watermark event time (epoch milliseconds) the source had reached when this arrived: the greatest time read
 *     minus the allowed disorder in a replay, the time of receipt minus {@code lateness} live, the last time mark of the
 *     partition from Kafka; {@link Long#MIN_VALUE} before event time begins. Lateness is judged by it, so that it does not
 *     depend on how subtasks race
 * @param accepted true where the observation was judged plausible before it was written to the observations topic; judged
 *     again without those it was judged with, it could be taken for a jump
 */
public record Arrival(
        Observation observation, Quarantined quarantined, Evidence evidence, long watermark, boolean accepted) {

    /** A usable observation. */
    public static Arrival of(Observation observation, long watermark) {
        return new Arrival(observation, null, null, watermark, false);
    }

    /** A usable observation that was found plausible before, by the job that wrote it. */
    public static Arrival accepted(Observation observation, long watermark) {
        return new Arrival(observation, null, null, watermark, true);
    }

    /** Something unusable. */
    public static Arrival of(Quarantined quarantined, long watermark) {
        return new Arrival(null, quarantined, null, watermark, false);
    }

    /** The verdict of a check. */
    public static Arrival of(Evidence evidence, long watermark) {
        return new Arrival(null, null, evidence, watermark, false);
    }

    /**
     * Event time when this observation arrived, epoch milliseconds; a millisecond before the observation's own time where
     * event time had not begun, because then nothing is late.
     */
    public long reached() {
        return watermark == Long.MIN_VALUE ? observation.time().toEpochMilli() - 1 : watermark;
    }
}
