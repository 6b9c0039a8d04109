package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VenueThreadTest {

    private final ManualTime time = new ManualTime();
    private final List<Throwable> told = new ArrayList<>();
    private final VenueThread thread = new VenueThread("x", time, told::add);

    @Test
    void whatATaskThrowsIsToldAndEndsThatTaskOnly() {
        int[] rounds = {0};
        StackOverflowError error = new StackOverflowError("deep");
        IllegalStateException exception = new IllegalStateException("odd");

        thread.every(Duration.ofSeconds(1), () -> {
            rounds[0]++;
            if (rounds[0] == 2) {
                throw error;
            }
            if (rounds[0] == 3) {
                throw exception;
            }
        });
        time.pass(Duration.ofSeconds(10));

        assertThat(rounds[0]).isEqualTo(10);
        assertThat(told).containsExactly(error, exception);
    }

    @Test
    void nothingRunsAfterItWasClosed() {
        List<String> ran = new ArrayList<>();
        thread.later(Duration.ofSeconds(1), () -> ran.add("later"));

        thread.close();
        thread.run(() -> ran.add("now"));
        time.pass(Duration.ofMinutes(1));

        assertThat(ran).isEmpty();
    }
}
