package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
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

    @Test
    void anEndIsWaitedForUntilWhatRunsIsThrough() throws Exception {
        // given: something runs, and what is to end the thread stands behind it
        VenueThread real = new VenueThread("x", VenueThread.executor("x"), told::add);
        Semaphore goOn = new Semaphore(0);
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();
        real.run(() -> {
            ran.add("begun");
            goOn.acquireUninterruptibly();
            ran.add("through");
        });
        real.run(real::close);
        real.run(() -> ran.add("after the end"));
        ran.take();

        // when, then
        assertThat(real.awaitEnd(Duration.ZERO)).isFalse();
        goOn.release();
        assertThat(real.awaitEnd(Duration.ofMinutes(1))).isTrue();
        assertThat(ran).containsExactly("through");
        assertThat(told).isEmpty();
    }
}
