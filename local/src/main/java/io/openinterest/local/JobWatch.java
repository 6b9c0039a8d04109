package io.openinterest.local;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.minicluster.MiniCluster;

/**
 * Looks after a job of a cluster inside this JVM, as the processes of a real one look after each other: a TaskManager that
 * ended is replaced, and each failure is told in a sentence with what comes next. Ends with the job or when closed.
 */
final class JobWatch implements AutoCloseable {

    private static final long POLL_MS = 500;

    /** A TaskManager that only missed its heartbeats is back before. */
    private static final int GONE_AFTER_POLLS = 8;

    /** The one that was started in its place needs longer to come than one that is there needs to answer. */
    private static final int LOST_AFTER_POLLS = 120;

    private final MiniCluster cluster;
    private final JobID job;
    private final PrintStream out;
    private final Thread thread = new Thread(this::run, "job-watch");

    private boolean registered;
    private boolean answers = true;
    private int pollsWithout;
    private int patience = GONE_AFTER_POLLS;
    private long told;
    private long completedWhenTold = -1;
    private volatile String cause;
    private volatile boolean closed;

    JobWatch(MiniCluster cluster, JobID job, PrintStream out) {
        this.cluster = cluster;
        this.job = job;
        this.out = out;
        thread.setDaemon(true);
        thread.start();
    }

    /** The first failure since the job last completed a checkpoint, as a sentence; null where it never failed. */
    String firstCause() {
        return cause;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void run() {
        try {
            while (!closed && look()) {
                Thread.sleep(POLL_MS);
            }
        } catch (InterruptedException e) {
            // closed
        } catch (Exception e) {
            if (!closed) {
                out.println("The job is no longer looked after: " + Failures.sentence(e));
            }
        }
    }

    /** Whether there is something to look after. */
    private boolean look() throws Exception {
        try {
            JobStatus status = cluster.getJobStatus(job).get();
            if (status.isGloballyTerminalState()) {
                return false;
            }
            // Not only while it restarts: that can be over before anybody looks.
            if (status != JobStatus.CANCELLING) {
                tell(cluster.getExecutionGraph(job).get());
            }
            replaceTaskManager();
            answers = true;
        } catch (ExecutionException e) {
            // A machine that stood still for the time of an answer has no less need of being looked after.
            if (answers && !closed) {
                out.println(now() + "  The cluster does not answer: " + Failures.sentence(e));
            }
            answers = false;
        }
        return true;
    }

    private void replaceTaskManager() throws Exception {
        int connected = cluster.requestClusterOverview().get().getNumTaskManagersConnected();
        // A job that failed nearly always had one, though it may have ended before anybody looked. The first may be
        // slow.
        registered |= connected > 0 || told > 0;
        if (connected > 0) {
            pollsWithout = 0;
            patience = GONE_AFTER_POLLS;
            return;
        }
        pollsWithout++;
        if (registered && pollsWithout >= patience) {
            pollsWithout = 0;
            patience = LOST_AFTER_POLLS;
            out.println(now() + "  The TaskManager is gone; another one starts.");
            cluster.startTaskManager();
        }
    }

    private void tell(AccessExecutionGraph graph) throws InterruptedException, ExecutionException {
        ErrorInfo failure = graph.getFailureInfo();
        if (failure == null || failure.getTimestamp() == told) {
            return;
        }
        told = failure.getTimestamp();
        String sentence = Failures.sentence(failure.getException());
        CheckpointStatsSnapshot checkpoints = graph.getCheckpointStatsSnapshot();
        long completed = checkpoints == null || checkpoints.getHistory().getLatestCompletedCheckpoint() == null
                ? 0
                : checkpoints.getHistory().getLatestCompletedCheckpoint().getCheckpointId();
        if (cause == null || completed > completedWhenTold) {
            cause = sentence;
        }
        completedWhenTold = completed;
        out.println(now() + "  The job failed: " + sentence.replaceFirst("\\.$", "") + "; restarting from "
                + (completed > 0 ? "checkpoint " + completed : "where it started") + ".");
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
