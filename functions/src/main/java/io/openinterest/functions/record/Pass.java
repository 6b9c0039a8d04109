package io.openinterest.functions.record;

/**
 * The pass that published a record. The shards of markets decide it once; every operator behind them takes it from there,
 * so that none infers it from times or watermarks, which a restart or a boundary held back makes misleading.
 *
 * @param minute the full minute whose passing published the record, epoch milliseconds: its own boundary in order, a later
 *     one in a correction
 * @param correction true if the boundary had been published before, by an earlier pass
 */
public record Pass(long minute, boolean correction) {

    /** The pass that publishes the boundary of a minute for the first time. */
    public static Pass inOrder(long minute) {
        return new Pass(minute, false);
    }

    /** The pass that corrects earlier boundaries when a minute has passed. */
    public static Pass correcting(long minute) {
        return new Pass(minute, true);
    }
}
