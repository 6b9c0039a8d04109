package io.openinterest.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar on a cluster with high availability and a broker, all of them processes that are killed in the middle of open
 * transactions. Whatever happens, readers of committed records get those of an undisturbed replay, each once. It takes
 * minutes, so it runs by command:
 *
 * <pre>
 * mvn -Pquick verify -pl local -am -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=ClusterKillsIT \
 *     -Dfailsafe.failIfNoSpecifiedTests=false -Dkills.duration=PT1H -Dkills.seed=7 -Dkills.broker-gone=PT2M
 * </pre>
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = "kills.duration", matches = "PT.+")
class ClusterKillsIT {

    private static final Path JAR =
            Path.of("../job/target/open-interest-job.jar").toAbsolutePath();

    private static final Duration BROKER_GONE = Duration.parse(System.getProperty("kills.broker-gone", "PT8S"));

    /** Takes the job long enough to be interrupted several times. */
    private static final Recording LONG = new Recording(10, 3000);

    @TempDir
    private static Path folder;

    private static BrokerProcess broker;
    private static StandaloneCluster cluster;
    private static String jarId;
    private static Map<String, Integer> undisturbed;

    @BeforeAll
    static void start() throws Exception {
        LONG.write(folder.resolve("long.jsonl"));
        broker = BrokerProcess.start(Files.createDirectory(folder.resolve("broker")));
        cluster = StandaloneCluster.startHighlyAvailable(Files.createDirectory(folder.resolve("flink")));
        cluster.startTaskManager();
        cluster.startTaskManager();
        jarId = cluster.upload(JAR);
        awaitEnd(run(1, settings("undisturbed.")), "undisturbed.");
        undisturbed = Committed.records(broker.servers(), "undisturbed.");
        assertThat(undisturbed).hasSizeGreaterThan(5 * LONG.markets() * LONG.minutes());
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void publishesEveryRecordOnceThoughATaskManagerIsKilled() throws Exception {
        String job = runIntoTransaction("taskmanager.", settings("taskmanager."));

        cluster.killTaskManager();
        cluster.startTaskManager();

        awaitEnd(job, "taskmanager.");
        assertThat(restored(job)).isPositive();
        assertEveryRecordOnce("taskmanager.");
    }

    @Test
    void publishesEveryRecordOnceThoughTheJobManagerIsKilled() throws Exception {
        String job = runIntoTransaction("jobmanager.", settings("jobmanager."));

        cluster.killJobManager();
        cluster.startJobManager();

        awaitEnd(job, "jobmanager.");
        assertThat(restored(job)).isPositive();
        assertEveryRecordOnce("jobmanager.");
    }

    @Test
    void publishesEveryRecordOnceThoughTheBrokerIsKilled() throws Exception {
        String job = runIntoTransaction("broker.", settings("broker."));

        broker.kill();
        broker.start();

        assertThat(cluster.hasEnded(job)).isFalse();
        awaitEnd(job, "broker.");
        assertEveryRecordOnce("broker.");
    }

    @Test
    void publishesEveryRecordOnceThoughTheBrokerIsGoneForLongerThanRequestsWait() throws Exception {
        long gone = BROKER_GONE.toMillis();
        List<String> arguments = settings("outage.");
        set(arguments, "kafka.properties.request.timeout.ms", Long.toString(gone / 2));
        set(arguments, "kafka.properties.delivery.timeout.ms", Long.toString(gone * 3 / 4));
        // what a task that has failed waits for when it aborts its transaction
        set(arguments, "kafka.properties.max.block.ms", Long.toString(gone / 4));
        String job = runIntoTransaction("outage.", arguments);

        broker.kill();
        TimeUnit.MILLISECONDS.sleep(gone);
        broker.start();

        awaitEnd(job, "outage.");
        assertThat(cluster.hasLostTaskManager()).isFalse();
        assertEveryRecordOnce("outage.");
    }

    @Test
    void continuesFromSavepointsAtOtherParallelismsAndWithAnotherJar() throws Exception {
        String first = cluster.run(replay(1, "rescaled."));
        cluster.awaitCheckpoint(first);
        String savepoint = cluster.stopWithSavepoint(first);

        String second = cluster.run(from(savepoint, replay(4, "rescaled.")));
        cluster.awaitCheckpoint(second);
        Path kept = Files.move(Path.of(URI.create(cluster.stopWithSavepoint(second))), folder.resolve("kept"));

        List<String> upgraded = replay(2, "rescaled.");
        upgraded.set(
                upgraded.indexOf(JAR.toString()),
                configured("next.jar", "metrics: {}").toString());
        awaitEnd(cluster.run(from(kept.toString(), upgraded)), "rescaled.");

        assertEveryRecordOnce("rescaled.");
    }

    @Test
    void twoJobsRunSideBySideAndAThirdOfTheSameTransactionsIsRefused() throws Exception {
        String left = run(1, settings("left."));
        String right = run(1, settings("right."));
        Committed.awaitOpenTransaction(broker.servers(), "left.");

        assertThatThrownBy(() -> run(1, settings("left.")))
                .hasMessageContaining(
                        "kafka.transactional-id-prefix is \\\"left.all-replay\\\", but another job writes");
        awaitEnd(left, "left.");
        awaitEnd(right, "right.");
        assertEveryRecordOnce("left.");
        assertEveryRecordOnce("right.");
    }

    /** For as long as asked, a replay after the other, with a reader attached, while anything is killed at any moment. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void publishesEveryRecordOnceWhateverIsKilled() throws Exception {
        Duration duration = Duration.parse(System.getProperty("kills.duration"));
        Random random = new Random(Long.getLong("kills.seed", 1));
        Instant end = Instant.now().plus(duration);
        for (int round = 0; Instant.now().isBefore(end); round++) {
            String prefix = "random" + round + ".";
            String job = run(parallelism(random), settings(prefix));
            Follower follower = new Follower(broker.servers(), prefix);
            while (!cluster.hasEnded(job)) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(6_000));
                job = disturb(job, prefix, random);
                if (random.nextInt(4) > 0) {
                    awaitMore(job, follower);
                }
            }
            assertEveryRecordOnce(prefix);
            assertThat(Committed.difference(undisturbed, follower.end())).isEmpty();
            Committed.remove(broker.servers(), prefix);
        }
    }

    /** Waits until a job has come through: else it would only be killed while it starts. */
    private static void awaitMore(String job, Follower follower) throws Exception {
        Progress progress = new Progress();
        int before = follower.count();
        while (!cluster.hasEnded(job) && follower.count() == before) {
            progress.check(before);
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** Waits for a job's end as long as readers get something new. */
    private static void awaitEnd(String job, String prefix) throws Exception {
        Progress progress = new Progress();
        while (!cluster.hasEnded(job)) {
            progress.check(Committed.count(broker.servers(), prefix));
            TimeUnit.MILLISECONDS.sleep(500);
        }
    }

    /** A job of two subtasks that has a checkpoint, and a transaction open behind it. */
    private static String runIntoTransaction(String prefix, List<String> arguments) throws Exception {
        String job = run(2, arguments);
        cluster.awaitCheckpoint(job);
        Committed.awaitOpenTransaction(broker.servers(), prefix);
        return job;
    }

    /** Returns the job that goes on. */
    private static String disturb(String job, String prefix, Random random) throws Exception {
        int what = random.nextInt(7);
        System.out.printf("%s %s%d%n", Instant.now(), prefix, what);
        switch (what) {
            case 0 -> {
                cluster.killTaskManager();
                cluster.startTaskManager();
            }
            case 1 -> {
                cluster.killJobManager();
                cluster.startJobManager();
            }
            case 2 -> {
                broker.kill();
                broker.start();
            }
            case 3 -> {
                broker.kill();
                // now and then longer than Kafka's producers go on trying
                TimeUnit.SECONDS.sleep(random.nextInt(8) == 0 ? 125 : random.nextInt(20));
                broker.start();
            }
            case 4 -> {
                cluster.killZooKeeper();
                cluster.startZooKeeper();
            }
            case 5 -> {
                broker.kill();
                cluster.killTaskManager();
                cluster.killJobManager();
                cluster.startJobManager();
                broker.start();
                cluster.startTaskManager();
            }
            default -> {
                return rescale(job, prefix, random);
            }
        }
        return job;
    }

    private static String rescale(String job, String prefix, Random random) throws Exception {
        String savepoint;
        try {
            savepoint = cluster.stopWithSavepoint(job);
        } catch (IOException | AssertionError e) {
            // it has just ended, or is about to be restarted, and goes on without
            return job;
        }
        return cluster.run(from(savepoint, replay(parallelism(random), prefix)));
    }

    private static int parallelism(Random random) {
        return 1 + random.nextInt(4);
    }

    /** A copy of the jar with another configuration in it. */
    private static Path configured(String name, String yaml) throws IOException {
        Path jar = Files.copy(JAR, folder.resolve(name));
        try (FileSystem content = FileSystems.newFileSystem(jar)) {
            Files.writeString(content.getPath("conf/open-interest.yaml"), yaml);
        }
        return jar;
    }

    private static String run(int parallelism, List<String> arguments) throws IOException, InterruptedException {
        return cluster.runUploaded(jarId, parallelism, arguments);
    }

    /** For the command line client. */
    private static List<String> replay(int parallelism, String prefix) {
        List<String> arguments = new ArrayList<>(List.of("-p", Integer.toString(parallelism), JAR.toString()));
        arguments.addAll(settings(prefix));
        return arguments;
    }

    private static List<String> settings(String prefix) {
        List<String> arguments = new ArrayList<>();
        set(arguments, "source", "replay");
        set(arguments, "replay.paths", "[" + folder.resolve("long.jsonl") + "]");
        set(arguments, "kafka.bootstrap-servers", broker.servers());
        set(arguments, "kafka.topic-prefix", prefix);
        set(arguments, "checkpoint-interval", "500ms");
        return arguments;
    }

    private static List<String> from(String savepoint, List<String> arguments) {
        List<String> resumed = new ArrayList<>(List.of("-s", savepoint));
        resumed.addAll(arguments);
        return resumed;
    }

    private static void set(List<String> arguments, String key, String value) {
        arguments.addAll(List.of("--set", key + "=" + value));
    }

    private static int restored(String job) throws IOException, InterruptedException {
        return cluster.get("/jobs/" + job + "/checkpoints")
                .at("/counts/restored")
                .asInt();
    }

    private static void assertEveryRecordOnce(String prefix) throws Exception {
        Map<String, Integer> records = Committed.records(broker.servers(), prefix);
        assertThat(Committed.difference(undisturbed, records))
                .as("lost, or not once")
                .isEmpty();
    }
}
