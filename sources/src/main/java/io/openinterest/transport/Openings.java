package io.openinterest.transport;

import java.time.Duration;

/** Paces the openings of a venue's connections: exchanges count them by address and ban who opens many at once. */
final class Openings {

    private static final long DISTANCE_MILLIS = 500;

    private final ReceiptClock clock;
    private long next;

    Openings(ReceiptClock clock) {
        this.clock = clock;
    }

    /** Takes the next place not before the wait is over; how long it is until then. */
    Duration after(Duration wait) {
        long now = clock.millis();
        long at = Math.max(next, now + wait.toMillis());
        next = at + DISTANCE_MILLIS;
        return Duration.ofMillis(at - now);
    }

    /** None for so long. */
    void pause(Duration pause) {
        next = Math.max(next, clock.millis() + pause.toMillis());
    }
}
