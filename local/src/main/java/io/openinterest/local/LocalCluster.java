package io.openinterest.local;

import io.openinterest.job.OpenInterestJob;
import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.prometheus.LoopbackReporterFactory;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.FileUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Flink cluster inside this JVM with its dashboard on loopback. It outlives the job, so that a finished one can still
 * be looked at.
 */
final class LocalCluster implements AutoCloseable {

    private static final String LOOPBACK = "localhost";
    private static final String REPORTER = "prom";

    /** Several runs on one machine have a port each. */
    private static final int FIRST_METRICS_PORT = 9249;

    private static final int METRICS_PORTS = 20;

    /** A job that fails this often in a row has a reason that does not go away. */
    private static final int ATTEMPTS = 8;

    /** A job that ran this long has not failed in a row. */
    private static final Duration SOUND = Duration.ofMinutes(2);

    /** A job that can be saved is saved in a moment; one that is failing is not. */
    private static final Duration SAVE = Duration.ofSeconds(5);

    private static final Duration CANCEL = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);

    private final JobConfiguration.Local settings;
    private final int parallelism;
    private final int metricsPort;
    private final Path kept;
    private final Path folder;
    private final MiniCluster cluster;
    private Path restored;

    private LocalCluster(JobConfiguration.Local settings, int parallelism, Path kept) throws IOException {
        this.settings = settings;
        this.parallelism = parallelism;
        this.kept = kept;
        metricsPort = freeMetricsPort();
        folder = Files.createTempDirectory("open-interest-flink-");
        cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration())
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(parallelism)
                .build());
    }

    /**
     * Starts a cluster with as many slots as a job of this parallelism needs.
     *
     * @param kept folder of checkpoints that outlive the cluster; null where none do
     * @throws ConfigurationException when an option of the user can't be used
     */
    static LocalCluster start(JobConfiguration.Local settings, int parallelism, Path kept) throws Exception {
        LocalCluster cluster = null;
        try {
            cluster = new LocalCluster(settings, parallelism, kept);
            cluster.cluster.start();
            return cluster;
        } catch (Exception e) {
            if (cluster != null) {
                cluster.close();
            }
            // Flink throws the one itself and the other wrapped
            if (e instanceof IllegalArgumentException
                    || ExceptionUtils.findThrowable(e, IllegalConfigurationException.class)
                            .isPresent()) {
                throw new ConfigurationException("flink: " + Failures.sentence(e));
            }
            throw e;
        }
    }

    /**
     * An environment for a job of this cluster, which goes on from the newest kept checkpoint where there is one.
     *
     * @throws ConfigurationException when that can't be read
     */
    StreamExecutionEnvironment environment() throws IOException {
        Configuration options = Configuration.fromMap(settings.flink());
        if (kept != null) {
            options.set(
                    CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                    ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
            restored = new KeptCheckpoints(kept).newest();
            if (restored != null) {
                options.set(StateRecoveryOptions.SAVEPOINT_PATH, address(restored));
                // removed when a newer one is complete
                options.set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM);
            }
        }
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(options);
        environment.setParallelism(parallelism);
        return environment;
    }

    /** The kept checkpoint that the job goes on from, for people; null where it begins anew. */
    String restored() {
        return restored == null
                ? null
                : restored.getFileName().toString().replace("chk-", "checkpoint ") + " in " + restored.getParent();
    }

    /** Submits the job of an environment. */
    JobID submit(StreamExecutionEnvironment environment) throws ExecutionException, InterruptedException {
        StreamGraph graph = environment.getStreamGraph();
        graph.setJobName(OpenInterestJob.NAME);
        return cluster.submitJob(graph.getJobGraph()).get().getJobID();
    }

    /** Completed when the job has ended, however. */
    CompletableFuture<JobResult> result(JobID job) {
        return cluster.requestJobResult(job);
    }

    /** A job's status, or the way it ended. */
    CompletableFuture<JobStatus> status(JobID job) {
        return cluster.getJobStatus(job);
    }

    /**
     * Ends a job: where it can, when all that it has read is published, and kept where checkpoints are.
     *
     * @return false where it had come to its end before
     */
    boolean stop(JobID job) throws Exception {
        try {
            Path savepoints = kept == null ? folder.resolve("savepoints") : kept;
            cluster.stopWithSavepoint(job, address(savepoints), false, SavepointFormatType.NATIVE)
                    .get(SAVE.toSeconds(), TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("The job ends without a savepoint", e);
            cluster.cancelJob(job)
                    // of one that has ended this fails
                    .exceptionally(ended -> null)
                    .thenCompose(cancelled -> cluster.requestJobResult(job))
                    .get(CANCEL.toSeconds(), TimeUnit.SECONDS);
            return status(job).get() != JobStatus.FINISHED;
        }
    }

    /** Looks after a job and its TaskManager. */
    JobWatch watch(JobID job) {
        return new JobWatch(cluster, job, System.err);
    }

    /** The address at which Prometheus finds every metric. */
    String metrics() {
        return "http://" + LOOPBACK + ":" + metricsPort + "/metrics";
    }

    /** The dashboard's address. */
    String dashboard() {
        return "http://" + LOOPBACK + ":" + settings.dashboardPort();
    }

    @Override
    public void close() throws IOException {
        try {
            cluster.closeAsync().join();
        } finally {
            FileUtils.deleteDirectory(folder.toFile());
        }
    }

    private Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.set(JobManagerOptions.BIND_HOST, LOOPBACK);
        configuration.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
        configuration.set(RestOptions.ADDRESS, LOOPBACK);
        configuration.set(RestOptions.BIND_ADDRESS, LOOPBACK);
        configuration.set(RestOptions.PORT, settings.dashboardPort());
        configuration.set(RestOptions.BIND_PORT, Integer.toString(settings.dashboardPort()));
        // With the default of 10 minutes the metric charts hang for as long when something dies.
        configuration.set(WebOptions.TIMEOUT, Duration.ofSeconds(10));
        configuration.set(WebOptions.SUBMIT_ENABLE, false);
        configuration.set(CoreOptions.TMP_DIRS, folder.toString());
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                address(kept == null ? folder.resolve("checkpoints") : kept));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(128));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS, ATTEMPTS);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF, Duration.ofSeconds(30));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD, SOUND);
        configuration.set(MetricOptions.REPORTERS_LIST, REPORTER);
        configuration.setString(
                "metrics.reporter." + REPORTER + ".factory.class", LoopbackReporterFactory.class.getName());
        configuration.setString("metrics.reporter." + REPORTER + ".port", Integer.toString(metricsPort));
        // venue ids have hyphens
        configuration.setString("metrics.reporter." + REPORTER + ".filterLabelValueCharacters", "false");
        configuration.addAll(Configuration.fromMap(settings.flink()));
        return configuration;
    }

    /** As Flink reads it, which takes the %20 of a proper address for three letters of a name. */
    static String address(Path path) {
        return "file://" + path;
    }

    private static int freeMetricsPort() throws IOException {
        for (int port = FIRST_METRICS_PORT; port < FIRST_METRICS_PORT + METRICS_PORTS; port++) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                continue; // another run's
            }
        }
        throw new IOException("No port from %d to %d is free for metrics"
                .formatted(FIRST_METRICS_PORT, FIRST_METRICS_PORT + METRICS_PORTS - 1));
    }
}
