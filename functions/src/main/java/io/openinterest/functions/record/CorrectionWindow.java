package io.openinterest.functions.record;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;

/**
 * The time within which a published record may still be corrected.
 *
 * @param allowedLateness how far behind event time an observation may be and still correct
 */
public record CorrectionWindow(Duration allowedLateness) implements Serializable {

    /** The last 1-minute boundary that nothing can correct any more once a boundary is published; epoch milliseconds. */
    public long finalBoundary(long published) {
        return Interval.floorToMinute(published - allowedLateness.toMillis());
    }

    /** The instant from which on the records of a boundary stay as they are. */
    public Instant finalAt(long boundary) {
        return Instant.ofEpochMilli(boundary).plus(allowedLateness);
    }
}
