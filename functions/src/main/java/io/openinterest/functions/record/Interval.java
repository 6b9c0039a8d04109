package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonValue;

/** The distance between boundaries. A boundary is a full multiple of the interval since the epoch. */
public enum Interval {
    ONE_MINUTE(1),
    FIVE_MINUTES(5),
    FIFTEEN_MINUTES(15);

    /** One minute in milliseconds, the step everything advances by. */
    public static final long MINUTE_MILLIS = 60_000;

    private final int minutes;

    Interval(int minutes) {
        this.minutes = minutes;
    }

    /** The name used in topics and records: {@code 1m}, {@code 5m}, {@code 15m}. */
    @JsonValue
    public String text() {
        return minutes + "m";
    }

    /** Length in minutes. */
    public int minutes() {
        return minutes;
    }

    /** Length in milliseconds. */
    public long millis() {
        return minutes * MINUTE_MILLIS;
    }

    /** The full minute at or before a time, both epoch milliseconds. */
    public static long floorToMinute(long time) {
        return Math.floorDiv(time, MINUTE_MILLIS) * MINUTE_MILLIS;
    }

    /** The first 1-minute boundary that sees a time, both epoch milliseconds. */
    public static long boundaryAfter(long time) {
        return floorToMinute(time) + MINUTE_MILLIS;
    }

    /** Whether a time (epoch milliseconds) is a boundary of this interval. */
    public boolean isBoundary(long time) {
        return time % millis() == 0;
    }
}
