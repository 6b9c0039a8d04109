package io.openinterest.local;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.job.OpenInterestJob;
import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.config.LiveVenues;
import io.openinterest.job.config.Section;
import io.openinterest.job.kafka.Topics;
import io.openinterest.job.kafka.Transactions;
import io.openinterest.simulator.FaultSchedule;
import io.openinterest.simulator.VenueSimulator;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.common.utils.Exit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole job on this machine, in one JVM: {@code job/run}. */
public final class LocalRun {

    private static final int FAILED = 1;
    private static final int MAX_CORES = 4;
    private static final Duration PROBE = Duration.ofSeconds(20);
    private static final Logger LOG = LoggerFactory.getLogger(LocalRun.class);

    private final LocalArguments arguments;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean ownsBroker;
    private volatile int exitCode = FAILED;

    private Phase phase = Phase.READING;

    /** What the main thread does, which decides how a stop ends it. */
    private enum Phase {
        /** Files of the user are read, which may have no end, and nothing has to be closed yet. */
        READING,
        /** Brokers and venues are asked, which takes long and can be interrupted. */
        ASKING,
        /** What is started is in a bad way when it is interrupted; it does not take long. */
        WORKING
    }

    private LocalRun(LocalArguments arguments) {
        this.arguments = arguments;
    }

    /** Runs until stopped. Exit code 0, or 1 when the job failed, or 2 for a mistake of the user. */
    public static void main(String[] args) {
        // Kafka builds addresses and names with the default locale, whose digits and letters may be others.
        Locale.setDefault(Locale.ROOT);
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
    private void run() {
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAndWait(main), "stop"));
        try {
            exitCode = runUntilStopped();
        } catch (ConfigurationException e) {
            System.err.println(e.getMessage());
            exitCode = OpenInterestJob.USAGE;
        } catch (Exception | LinkageError e) {
            // stopped in the middle of the start, when classes that add a shutdown hook can't be used any more
            exitCode = stop.isDone() ? 0 : FAILED;
            if (exitCode == FAILED) {
                LOG.error("The run failed", e);
                System.err.println("The run failed: " + Failures.sentence(e) + log());
            }
        } finally {
            close();
            closed.countDown();
        }
        System.exit(exitCode);
    }

    /** Called by Ctrl-C and SIGTERM; without it the JVM would end in the middle and tell the signal as exit code. */
    private void stopAndWait(Thread main) {
        stop.complete(null);
        synchronized (this) {
            if (phase == Phase.READING) {
                Runtime.getRuntime().halt(0);
            }
            if (phase == Phase.ASKING) {
                main.interrupt();
            }
        }
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitCode);
    }

    /**
     * Called by the main thread, which nothing interrupts when it goes on to work.
     *
     * @throws InterruptedException when the run was stopped before
     */
    private synchronized void enter(Phase next) throws InterruptedException {
        phase = next;
        if (Thread.interrupted() || stop.isDone()) {
            throw new InterruptedException("stopped");
        }
    }

    private int runUntilStopped() throws Exception {
        OpenInterestJob.check(configuration());
        new FlinkOptions(configuration().local().flink()).check();
        FaultSchedule faults = faults(configuration().simulatorFaults());
        enter(Phase.WORKING);
        requireFreePorts(configuration());
        Path checkpoints = checkpoints(configuration());
        startBroker();
        enter(Phase.ASKING);
        // Asked before the venues: who can't be written to need not be waited for.
        Topics.create(configuration().kafka());
        chooseSource(faults);
        enter(Phase.WORKING);
        JobConfiguration configuration = configuration();
        Path kept = checkpoints == null ? null : checkpoints.resolve(kind(configuration));
        KeptTopics topics = kept == null ? null : new KeptTopics(kept, configuration);
        if (topics != null) {
            topics.requireCluster();
        }
        KeptReplays replays = kept == null || configuration.source() != SourceKind.REPLAY
                ? null
                : new KeptReplays(kept, configuration);
        if (replays != null && replays.isFinished()) {
            keepUp("This replay has finished before, and its records are at "
                    + configuration.kafka().servers() + "; without " + replays.list() + " it is replayed again.");
            return 0;
        }
        LocalCluster cluster = LocalCluster.start(configuration.local(), parallelism(configuration), kept);
        running.push(cluster);
        enter(Phase.WORKING);

        StreamExecutionEnvironment environment = cluster.environment();
        if (topics != null) {
            topics.begin(cluster.restored() != null);
        }
        if (replays != null) {
            replays.begin(cluster.restored() != null);
        }
        if (kept != null && cluster.restored() == null && ownsBroker) {
            Transactions.abort(configuration.kafka());
        }
        OpenInterestJob.define(environment, configuration);
        BoundaryTable table = new BoundaryTable(configuration, System.out);
        running.push(table);
        JobID job = cluster.submit(environment);
        JobWatch watch = cluster.watch(job);
        running.push(watch);
        CompletableFuture<JobResult> ended = cluster.result(job);
        enter(Phase.WORKING);
        introduce(configuration, cluster);
        table.start();
        if (configuration.source() == SourceKind.REPLAY) {
            ReplayProgress progress = new ReplayProgress(cluster.metrics(), System.out);
            running.push(progress);
            progress.start();
        }

        CompletableFuture.anyOf(ended, stop).get();
        if (stop.isDone()) {
            boolean hadEnded = !cluster.stop(job);
            if (hadEnded && replays != null) {
                replays.finish();
            }
            System.out.println();
            return 0;
        }
        JobResult result = ended.get();
        if (cluster.status(job).get() == JobStatus.CANCELED) {
            table.close();
            keepUp("The job was cancelled in the dashboard.");
            return 0;
        }
        if (!result.isSuccess()) {
            String last =
                    result.getSerializedThrowable().map(Failures::sentence).orElse("for no known reason");
            System.err.println("The job failed: " + (watch.firstCause() == null ? last : watch.firstCause()) + log());
            return FAILED;
        }
        if (replays != null) {
            // first of all: its last checkpoint is gone, and nothing else says that it is not to be replayed
            replays.finish();
        }
        boolean published = Transactions.awaitCommitted(configuration.kafka());
        table.close();
        String end = published ? "Everything is published." : "The broker does not commit what was written last.";
        keepUp(end + table.unusable());
        return published ? 0 : FAILED;
    }

    private void keepUp(String sentence) throws Exception {
        System.out.printf("%n%s ", sentence);
        List<String> others = Transactions.openOfOthers(configuration().kafka());
        if (!others.isEmpty()) {
            System.out.print("Until the open transaction of somebody else ends (" + others.get(0)
                    + "), readers of committed records see nothing behind it in the topics it writes to. ");
        }
        if (!arguments.exit()) {
            System.out.println("The topics stay readable until Ctrl-C.");
            stop.get();
        }
        System.out.println();
    }

    private JobConfiguration configuration() {
        return arguments.configuration(SourceKind.AUTO);
    }

    /** Jobs of one kind go on where the last of that kind ended. */
    private static String kind(JobConfiguration configuration) {
        return Section.text(configuration.stages()) + "-" + Section.text(configuration.source());
    }

    /** The folder of kept checkpoints; null where nothing is kept. Held against a second run at once. */
    private Path checkpoints(JobConfiguration configuration) throws IOException {
        if (configuration.local().data() == null) {
            return null;
        }
        String key = "local.data is \"" + configuration.local().data() + "\", ";
        try {
            Path data = Files.createDirectories(Path.of(configuration.local().data()));
            FileChannel lock =
                    FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            running.push(lock);
            if (lock.tryLock() == null) {
                throw new ConfigurationException(key + "but another run uses that folder.");
            }
            return data.toAbsolutePath().resolve("checkpoints");
        } catch (FileSystemException | InvalidPathException e) {
            throw new ConfigurationException(key + "allowed is a folder that can be written.");
        }
    }

    private void startBroker() throws IOException {
        JobConfiguration configuration = configuration();
        if (configuration.kafka().bootstrapServers() == null) {
            String data = configuration.local().data();
            // The broker ends the JVM when it can't write, which leaves everything else to be cleaned up by the next
            // start.
            Exit.setHaltProcedure((code, why) -> {
                System.err.println("The broker has given up, as when the disk is full or its folder can't be written"
                        + log() + ".");
                Runtime.getRuntime().halt(FAILED);
            });
            EmbeddedBroker broker = broker(
                    configuration.local().kafkaPort(),
                    data,
                    configuration.source() == SourceKind.REPLAY ? EmbeddedBroker.keepingOldRecords() : Map.of());
            running.push(broker);
            ownsBroker = true;
            arguments.set("kafka.bootstrap-servers", broker.bootstrapServers());
        }
    }

    private static EmbeddedBroker broker(int port, String data, Map<String, String> settings) throws IOException {
        if (data == null) {
            return EmbeddedBroker.start(port, null, settings);
        }
        try {
            return EmbeddedBroker.start(port, Path.of(data, "kafka"), settings);
        } catch (IOException | RuntimeException e) {
            LOG.error("The broker of {} does not start", data, e);
            throw new ConfigurationException("local.data is \"" + data + "\", but its broker does not start: "
                    + Failures.sentence(e) + log() + ".");
        }
    }

    /** Live where any venue answers, else simulated; simulated venues take the place of the real ones. */
    private void chooseSource(FaultSchedule faults) throws InterruptedException {
        SourceKind source = configuration().source();
        if (source == SourceKind.AUTO) {
            source = anyVenueAnswers() ? SourceKind.LIVE : SourceKind.SIMULATED;
            arguments.set("source", source == SourceKind.LIVE ? "live" : "simulated");
        }
        if (source == SourceKind.SIMULATED) {
            VenueSimulator simulator = new VenueSimulator(Clock.systemUTC());
            running.push(simulator);
            simulator.start();
            if (faults != null) {
                simulator.play(faults);
            }
            for (String venue : configuration().enabledVenues()) {
                if (simulator.venues().contains(venue)) {
                    arguments.set("venues." + venue + ".rest-url", simulator.restUrl(venue));
                    arguments.set("venues." + venue + ".ws-url", simulator.wsUrl(venue));
                } else {
                    arguments.set("venues." + venue + ".enabled", "false");
                }
            }
        }
    }

    /** How simulated venues misbehave; null where they behave. */
    private static FaultSchedule faults(String file) {
        if (file == null) {
            return null;
        }
        try {
            return FaultSchedule.read(Path.of(file), new VenueSimulator(Clock.systemUTC()).venues());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("simulator.faults is %s: %s.".formatted(file, e.getMessage()));
        }
    }

    private boolean anyVenueAnswers() throws InterruptedException {
        List<VenueSettings> venues = LiveVenues.of(configuration());
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
                    .formatted(key, port, key, port > 65_000 ? port - 10 : port + 10));
        }
    }

    private static int parallelism(JobConfiguration configuration) {
        return configuration.parallelism() != null
                ? configuration.parallelism()
                : Math.min(MAX_CORES, Runtime.getRuntime().availableProcessors());
    }

    private static void introduce(JobConfiguration configuration, LocalCluster cluster) {
        JobConfiguration.Kafka kafka = configuration.kafka();
        String topic = kafka.topicPrefix() + Topics.of(Level.ASSET, Interval.ONE_MINUTE);
        System.out.println("""

                Open interest is on its way.
                  dashboard  %s
                  metrics    %s, see conf/prometheus
                  broker     %s
                  topics     %s*, a boundary is readable after the next checkpoint (every %d s)
                  for one    kcat -C -b %s -t %s -X isolation.level=read_committed
                             kafka-console-consumer.sh --bootstrap-server %s --topic %s --from-beginning --isolation-level read_committed
                  log        %s%s
                  stop       Ctrl-C""".formatted(
                        cluster.dashboard(),
                        cluster.metrics(),
                        kafka.servers(),
                        kafka.topicPrefix(),
                        configuration.checkpointInterval().toSeconds(),
                        kafka.servers(),
                        topic,
                        kafka.servers(),
                        topic,
                        System.getProperty("log.file", "-"),
                        cluster.restored() == null ? "" : "\n  goes on    from " + cluster.restored()));
    }

    /** The place more is written to; empty where the log has no file of its own. */
    private static String log() {
        String file = System.getProperty("log.file");
        return file == null ? "" : " (more in " + file + ")";
    }

    private void close() {
        synchronized (this) {
            phase = Phase.WORKING;
            // a stop that came when there was nothing to wait for any more
            Thread.interrupted();
        }
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
