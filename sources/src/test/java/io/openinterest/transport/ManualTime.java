package io.openinterest.transport;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Time that passes when a test says so: the clocks of a host and a venue's thread in one. Everything runs in the test. */
final class ManualTime extends AbstractExecutorService implements ScheduledExecutorService {

    static final Instant START = Instant.parse("2026-11-20T12:00:00Z");

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
    private long nanos;
    private long order;
    private Duration step = Duration.ZERO;
    private boolean closed;
    private final ReceiptClock clock = new ReceiptClock(this::host, this::nanos);

    private record Task(long at, long order, Runnable work) {}

    /** The clock a venue under test uses. */
    ReceiptClock clock() {
        return clock;
    }

    /** What the host's clock shows. */
    Instant host() {
        return START.plusNanos(nanos).plus(step);
    }

    /** What time it really is. */
    Instant real() {
        return START.plusNanos(nanos);
    }

    /** The host's clock is put forward, or back. */
    void step(Duration by) {
        step = step.plus(by);
    }

    /** So much time passes, and everything due happens in order. */
    void pass(Duration time) {
        long end = nanos + time.toNanos();
        while (!tasks.isEmpty() && tasks.peek().at <= end) {
            Task task = tasks.poll();
            nanos = Math.max(nanos, task.at);
            task.work.run();
        }
        nanos = end;
    }

    /** What is due now happens. */
    void settle() {
        pass(Duration.ZERO);
    }

    private long nanos() {
        return nanos;
    }

    /** The same for the network's part, which nobody closes. */
    void after(Duration delay, Runnable work) {
        tasks.add(new Task(nanos + delay.toNanos(), order++, work));
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
        if (closed) {
            throw new RejectedExecutionException("closed");
        }
        after(Duration.ofNanos(unit.toNanos(delay)), () -> {
            if (!closed) {
                work.run();
            }
        });
        return new Never(work);
    }

    @Override
    public void execute(Runnable work) {
        schedule(work, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public void shutdown() {
        closed = true;
    }

    @Override
    public boolean isShutdown() {
        return closed;
    }

    @Override
    public List<Runnable> shutdownNow() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isTerminated() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        settle();
        return closed;
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long first, long period, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long first, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    /** Nobody asks how a task went. */
    private static final class Never extends FutureTask<Void> implements RunnableScheduledFuture<Void> {

        Never(Runnable work) {
            super(work, null);
        }

        @Override
        public boolean isPeriodic() {
            return false;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int compareTo(Delayed other) {
            throw new UnsupportedOperationException();
        }
    }
}
