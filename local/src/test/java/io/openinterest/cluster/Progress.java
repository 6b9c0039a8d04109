package io.openinterest.cluster;

import java.time.Duration;
import java.time.Instant;

/** What is waited for as long as something changes: on a machine under load all is slow, and nothing stuck. */
final class Progress {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private Object last;
    private Instant since = Instant.now();

    /** Fails when the state has been the same for long. */
    void check(Object state) {
        if (!state.equals(last)) {
            last = state;
            since = Instant.now();
        } else if (since.plus(PATIENCE).isBefore(Instant.now())) {
            throw new AssertionError("Nothing new since " + since + ", but still " + state);
        }
    }
}
