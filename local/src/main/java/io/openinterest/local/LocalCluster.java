package io.openinterest.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.metrics.prometheus.LoopbackReporterFactory;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.FileUtils;

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
    private static final int ATTEMPTS = 5;

    private final int dashboardPort;
    private final int parallelism;
    private final int metricsPort;
    private final Path folder;
    private final MiniCluster cluster;

    private LocalCluster(int dashboardPort, int parallelism) throws IOException {
        this.dashboardPort = dashboardPort;
        this.parallelism = parallelism;
        metricsPort = freeMetricsPort();
        folder = Files.createTempDirectory("open-interest-flink-");
        cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration())
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(parallelism)
                .build());
    }

    /** Starts a cluster with as many slots as a job of this parallelism needs. */
    static LocalCluster start(int dashboardPort, int parallelism) throws Exception {
        LocalCluster cluster = new LocalCluster(dashboardPort, parallelism);
        cluster.cluster.start();
        return cluster;
    }

    /** An environment that submits to this cluster. */
    StreamExecutionEnvironment environment() {
        return StreamExecutionEnvironment.createRemoteEnvironment(LOOPBACK, dashboardPort, parallelism);
    }

    /** Where the dashboard is. */
    String dashboard() {
        return "http://" + LOOPBACK + ":" + dashboardPort;
    }

    /** Where Prometheus finds every metric. */
    String metrics() {
        return "http://" + LOOPBACK + ":" + metricsPort + "/metrics";
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
        configuration.set(RestOptions.PORT, dashboardPort);
        configuration.set(RestOptions.BIND_PORT, Integer.toString(dashboardPort));
        // With the default of 10 minutes the metric charts hang for as long when something dies.
        configuration.set(WebOptions.TIMEOUT, Duration.ofSeconds(10));
        configuration.set(WebOptions.SUBMIT_ENABLE, false);
        configuration.set(CoreOptions.TMP_DIRS, folder.toString());
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                folder.resolve("checkpoints").toUri().toString());
        configuration.set(MetricOptions.REPORTERS_LIST, REPORTER);
        configuration.setString(
                "metrics.reporter." + REPORTER + ".factory.class", LoopbackReporterFactory.class.getName());
        configuration.setString("metrics.reporter." + REPORTER + ".port", Integer.toString(metricsPort));
        // venue ids have hyphens
        configuration.setString("metrics.reporter." + REPORTER + ".filterLabelValueCharacters", "false");
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(128));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS, ATTEMPTS);
        return configuration;
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
