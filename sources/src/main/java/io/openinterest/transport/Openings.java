package io.openinterest.transport;

import java.time.Duration;
import java.util.TreeSet;

/** Paces the openings of a venue's connections: exchanges count them by address and ban who opens many at once. */
final class Openings {

    private static final long DISTANCE_MILLIS = 500;

    private final ReceiptClock clock;
    /** The times taken, which are not long past. */
    private final TreeSet<Long> taken = new TreeSet<>();

    private long earliest = Long.MIN_VALUE;

    Openings(ReceiptClock clock) {
        this.clock = clock;
    }

    /** Takes the first place not before the wait is over, whoever waits longer; how long it is until then. */
    Duration after(Duration wait) {
        long now = clock.millis();
        taken.headSet(now - DISTANCE_MILLIS).clear();
        long at = Math.max(earliest, now + wait.toMillis());
        for (long near : taken.tailSet(at - DISTANCE_MILLIS, false)) {
            if (near >= at + DISTANCE_MILLIS) {
                break;
            }
            at = near + DISTANCE_MILLIS;
        }
        taken.add(at);
        return Duration.ofMillis(at - now);
    }

    /** None for so long. */
    void pause(Duration pause) {
        earliest = Math.max(earliest, clock.millis() + pause.toMillis());
    }
}
