package io.openinterest.benchmarks;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The cluster every Flink program here runs on, one for each parallelism. It is there before anything is timed, as a
 * cluster is: to start one takes two seconds, most of them for the compiler, whatever the job is.
 */
final class Cluster {

    private static final Map<Integer, MiniCluster> RUNNING = new ConcurrentHashMap<>();

    private Cluster() {}

    /** An environment for a job of some parallelism. */
    static StreamExecutionEnvironment environment(int parallelism, Configuration options) {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(options);
        environment.setParallelism(parallelism);
        return environment;
    }

    /** Runs the job of an environment to its end. */
    static void execute(StreamExecutionEnvironment environment) throws Exception {
        RUNNING.computeIfAbsent(environment.getParallelism(), Cluster::start)
                .executeJobBlocking(environment.getStreamGraph().getJobGraph());
    }

    /** Ends them all: as long as one runs, so does the process. */
    static void closeAll() {
        RUNNING.values().forEach(cluster -> cluster.closeAsync().join());
    }

    private static MiniCluster start(int slots) {
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(slots)
                .withRandomPorts()
                .build());
        try {
            cluster.start();
        } catch (Exception e) {
            throw new IllegalStateException("The cluster does not start.", e);
        }
        return cluster;
    }
}
