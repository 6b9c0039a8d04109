package io.openinterest.local;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.job.OpenInterestJob;
import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.config.LiveVenues;
import io.openinterest.job.kafka.Topics;
import io.openinterest.job.kafka.Transactions;
import io.openinterest.simulator.VenueSimulator;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The whole job on this machine, in one JVM: {@code job/run}. */
public final class LocalRun {

    private static final int FAILED = 1;
    private static final int MAX_CORES = 4;
    private static final Duration PROBE = Duration.ofSeconds(20);

    private final LocalArguments arguments;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile int exitCode = FAILED;

    private LocalRun(LocalArguments arguments) {
        this.arguments = arguments;
    }

    /** Runs until stopped. Exit code 0, or 1 when the job failed, or 2 for a mistake of the user. */
    public static void main(String[] args) throws Exception {
        LocalArguments arguments = new LocalArguments();
        try {
            if (arguments.parse(args)) {
                new LocalRun(arguments).run();
            }
        } catch (ConfigurationException e) {
            System.err.println(e.getMessage());
            System.exit(OpenInterestJob.USAGE);
        }
    }

    /** Ends the JVM. */
    private void run() throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "stop"));
        try {
            exitCode = runUntilStopped();
        } catch (ConfigurationException e) {
            System.err.println(e.getMessage());
            exitCode = OpenInterestJob.USAGE;
        } finally {
            close();
            closed.countDown();
        }
        System.exit(exitCode);
    }

    /** Called by Ctrl-C and SIGTERM; without it the JVM would end in the middle and tell the signal as exit code. */
    private void stopAndWait() {
        stop.complete(null);
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitCode);
    }

    private int runUntilStopped() throws Exception {
        OpenInterestJob.check(arguments.configuration(SourceKind.AUTO));
        requireFreePorts(arguments.configuration(SourceKind.AUTO));
        startBroker();
        chooseSource();
        JobConfiguration configuration = arguments.configuration(SourceKind.AUTO);
        LocalCluster cluster = LocalCluster.start(configuration.local().dashboardPort(), parallelism(configuration));
        running.push(cluster);

        StreamExecutionEnvironment environment = cluster.environment();
        OpenInterestJob.define(environment, configuration);
        BoundaryTable table = new BoundaryTable(configuration.kafka(), System.out);
        running.push(table);
        JobClient job = environment.executeAsync(OpenInterestJob.NAME);
        introduce(configuration, cluster);
        table.start();
        if (configuration.source() == SourceKind.REPLAY) {
            ReplayProgress progress = new ReplayProgress(cluster.metrics(), System.out);
            running.push(progress);
            progress.start();
        }

        CompletableFuture<?> ended = job.getJobExecutionResult();
        try {
            CompletableFuture.anyOf(ended, stop).get();
        } catch (ExecutionException e) {
            System.err.println("The job failed: " + rootCause(e));
            return FAILED;
        }
        if (!stop.isDone()) {
            Transactions.awaitCommitted(configuration.kafka());
            table.close();
            System.out.printf("%nEverything is published. ");
            if (!arguments.exit()) {
                System.out.println("The topics stay readable until Ctrl-C.");
                stop.get();
            }
        } else {
            job.cancel().get();
        }
        System.out.println();
        return 0;
    }

    private void startBroker() throws IOException {
        JobConfiguration configuration = arguments.configuration(SourceKind.AUTO);
        if (configuration.kafka().bootstrapServers() == null) {
            EmbeddedBroker broker = EmbeddedBroker.start(configuration.local().kafkaPort());
            running.push(broker);
            arguments.set("kafka.bootstrap-servers", broker.bootstrapServers());
        }
    }

    /** Live where any venue answers, else simulated; simulated venues take the place of the real ones. */
    private void chooseSource() throws InterruptedException {
        SourceKind source = arguments.configuration(SourceKind.AUTO).source();
        if (source == SourceKind.AUTO) {
            source = anyVenueAnswers() ? SourceKind.LIVE : SourceKind.SIMULATED;
            arguments.set("source", source == SourceKind.LIVE ? "live" : "simulated");
        }
        if (source == SourceKind.SIMULATED) {
            VenueSimulator simulator = new VenueSimulator(Clock.systemUTC());
            running.push(simulator);
            simulator.start();
            for (String venue : arguments.configuration(SourceKind.AUTO).enabledVenues()) {
                if (simulator.venues().contains(venue)) {
                    arguments.set("venues." + venue + ".rest-url", simulator.restUrl(venue));
                    arguments.set("venues." + venue + ".ws-url", simulator.wsUrl(venue));
                } else {
                    arguments.set("venues." + venue + ".enabled", "false");
                }
            }
        }
    }

    private boolean anyVenueAnswers() throws InterruptedException {
        List<VenueSettings> venues = LiveVenues.of(arguments.configuration(SourceKind.AUTO));
        System.out.println("Asking " + venues.size() + " venues ...");
        if (VenueProbe.anyAnswers(venues, PROBE)) {
            return true;
        }
        String line = "*".repeat(100);
        System.out.printf(
                "%n%s%n*  No venue answered within %d s: this goes on with SIMULATED venues, the figures are invented.%n"
                        + "*  For the real ones: --set source=live, with a way to the internet.%n%s%n",
                line, PROBE.toSeconds(), line);
        return false;
    }

    /** Asked before anything starts, because servers find out late and say so at length. */
    private static void requireFreePorts(JobConfiguration configuration) throws IOException {
        JobConfiguration.Local local = configuration.local();
        ServerSocket dashboard = requireFree("local.dashboard-port", local.dashboardPort());
        try {
            if (configuration.kafka().bootstrapServers() == null) {
                requireFree("local.kafka-port", local.kafkaPort()).close();
            }
        } finally {
            dashboard.close();
        }
    }

    private static ServerSocket requireFree(String key, int port) {
        try {
            return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new ConfigurationException("%s is %d, but that port is taken; another one is set with --set %s=%d."
                    .formatted(key, port, key, port + 10));
        }
    }

    private static int parallelism(JobConfiguration configuration) {
        return configuration.parallelism() != null
                ? configuration.parallelism()
                : Math.min(MAX_CORES, Runtime.getRuntime().availableProcessors());
    }

    private static void introduce(JobConfiguration configuration, LocalCluster cluster) {
        JobConfiguration.Kafka kafka = configuration.kafka();
        String topic = kafka.topicPrefix() + Topics.total(Level.ASSET, Interval.ONE_MINUTE);
        System.out.println("""

                Open interest is on its way.
                  dashboard  %s
                  metrics    %s, see conf/prometheus
                  broker     %s
                  topics     %s*, a boundary is readable after the next checkpoint (every %d s)
                  for one    kcat -C -b %s -t %s -X isolation.level=read_committed
                             kafka-console-consumer.sh --bootstrap-server %s --topic %s --from-beginning --isolation-level read_committed
                  stop       Ctrl-C""".formatted(
                        cluster.dashboard(),
                        cluster.metrics(),
                        kafka.servers(),
                        kafka.topicPrefix(),
                        configuration.checkpointInterval().toSeconds(),
                        kafka.servers(),
                        topic,
                        kafka.servers(),
                        topic));
    }

    private static String rootCause(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.toString();
    }

    private void close() {
        while (!running.isEmpty()) {
            AutoCloseable resource = running.pop();
            try {
                resource.close();
            } catch (Exception e) {
                System.err.println(resource.getClass().getSimpleName() + " did not close: " + e);
            }
        }
    }
}
