package io.openinterest.functions.record;

import java.time.Instant;

/**
 * A boundary of an interval, at which records are published.
 *
 * @param time a full multiple of the interval; the record's time
 */
public record Boundary(Interval interval, Instant time) {

    /** A boundary by its time in epoch milliseconds. */
    public static Boundary of(Interval interval, long time) {
        return new Boundary(interval, Instant.ofEpochMilli(time));
    }

    /** Its time in epoch milliseconds. */
    public long millis() {
        return time.toEpochMilli();
    }
}
