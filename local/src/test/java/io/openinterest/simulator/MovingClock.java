package io.openinterest.simulator;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that moves when told. */
final class MovingClock extends Clock {

    private Instant now;

    MovingClock(String start) {
        now = Instant.parse(start);
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    void to(Instant time) {
        now = time;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
