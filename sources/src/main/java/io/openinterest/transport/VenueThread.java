package io.openinterest.transport;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which everything of a venue happens. What a task throws is logged and told, and ends that task only.
 * After closing nothing begins any more.
 */
final class VenueThread {

    private static final Logger LOG = LoggerFactory.getLogger(VenueThread.class);

    private final String venue;
    private final ScheduledExecutorService executor;
    private final Consumer<Throwable> told;

    /** Runs tasks on that executor, which has one thread. */
    VenueThread(String venue, ScheduledExecutorService executor, Consumer<Throwable> told) {
        this.venue = venue;
        this.executor = executor;
        this.told = told;
    }

    /** An executor of one thread that is named after the venue. */
    static ScheduledExecutorService executor(String venue) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread created = new Thread(task, "venue " + venue);
            created.setDaemon(true);
            return created;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }

    void run(Runnable task) {
        try {
            executor.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.trace("{} is closed", venue);
        }
    }

    void later(Duration delay, Runnable task) {
        try {
            executor.schedule(() -> guarded(task), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.trace("{} is closed", venue);
        }
    }

    /** Again and again; the next time is fixed before the work of this one begins. */
    void every(Duration distance, Runnable task) {
        later(distance, () -> {
            every(distance, task);
            task.run();
        });
    }

    /** Takes an error of another thread that works for the venue. */
    void fail(Error error) {
        run(() -> {
            throw error;
        });
    }

    /** To be called on this thread: what is running ends, nothing else begins. */
    void close() {
        executor.shutdown();
    }

    /** Waits until it is closed and through; false when it is not after so long. */
    boolean awaitEnd(Duration longest) throws InterruptedException {
        return executor.awaitTermination(longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    // an executor keeps what a task throws to itself, errors too
    private void guarded(Runnable task) {
        if (executor.isShutdown()) {
            return;
        }
        try {
            task.run();
        } catch (Throwable e) {
            try {
                LOG.error("{}: unexpected error", venue, e);
            } finally {
                told.accept(e);
            }
        }
    }
}
