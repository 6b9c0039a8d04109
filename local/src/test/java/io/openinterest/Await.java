package io.openinterest;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Waits of tests for what another thread, process or server does. */
public final class Await {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private Await() {}

    /**
     * Looks again and again until it sees what is wanted, and returns that; fails after five minutes with what was seen last.
     * An {@link IOException} counts as not seen yet.
     */
    public static <T> T until(Callable<T> look, Predicate<T> wanted) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        Object last;
        do {
            try {
                T seen = look.call();
                if (wanted.test(seen)) {
                    return seen;
                }
                last = seen;
            } catch (IOException e) {
                last = e;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        } while (Instant.now().isBefore(deadline));
        throw new AssertionError("Waited in vain for " + PATIENCE + ", last seen: " + last);
    }

    /** Looks again and again until it is so; fails after five minutes. */
    public static void until(Callable<Boolean> condition) throws Exception {
        until(condition, isSo -> isSo);
    }
}
