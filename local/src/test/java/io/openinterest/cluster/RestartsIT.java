package io.openinterest.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.Await;
import io.openinterest.job.CommittedRecords;
import io.openinterest.local.EmbeddedBroker;
import io.openinterest.simulator.VenueSimulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job of venues that is cancelled and started again and again leaves nothing behind in its TaskManager, and tells no
 * secret: three times here, as often as said by {@code -Drestarts=20}. It waits for threads that end after an idle minute, in
 * processes of its own, and leaves that minute to other tests.
 */
@Timeout(600)
class RestartsIT {

    private static final Path JAR =
            Path.of("../job/target/open-interest-job.jar").toAbsolutePath();
    private static final int RESTARTS = Integer.getInteger("restarts", 3);
    private static final String PLANTED = "planted-secret";
    private static final String PREFIX = "restarts.";

    @TempDir
    private Path folder;

    @Test
    void leavesNoThreadSocketOrClassLoaderBehindAndTellsNoSecret() throws Exception {
        Path logs = Path.of("target/cluster").toAbsolutePath();
        try (VenueSimulator simulator = new VenueSimulator(Clock.systemUTC());
                EmbeddedBroker broker = EmbeddedBroker.start();
                StandaloneCluster cluster = StandaloneCluster.start(folder)) {
            simulator.start();
            Process taskManager = cluster.startTaskManager();
            String jar = cluster.upload(JAR);
            List<String> arguments = arguments(simulator, broker);
            List<String> answers = new ArrayList<>();

            for (int i = 0; i < RESTARTS; i++) {
                int asked = simulator.requests("okx").size();
                String job = cluster.runUploaded(jar, 1, arguments);
                Await.until(() -> simulator.requests("okx").size(), requests -> requests > asked);
                if (i == 0) {
                    Await.until(
                            () -> CommittedRecords.of(broker.bootstrapServers(), PREFIX),
                            records -> !records.isEmpty());
                    for (String path :
                            List.of("", "/config", "/exceptions", "/plan", "/checkpoints", "/checkpoints/config")) {
                        answers.add(cluster.get("/jobs/" + job + path).toString());
                    }
                    answers.add(cluster.get("/jobmanager/config").toString());
                    answers.add(cluster.get("/jars").toString());
                }
                cluster.cancel(job);
            }

            Await.until(() -> simulator.openSockets("okx"), open -> open == 0);
            Await.until(() -> leftBehind(taskManager), List::isEmpty);
            assertThat(answers).noneMatch(answer -> answer.contains(PLANTED));
            assertThat(CommittedRecords.of(broker.bootstrapServers(), PREFIX))
                    .isNotEmpty()
                    .noneMatch(record -> record.toString().contains(PLANTED));
            try (Stream<Path> files = Files.list(logs)) {
                for (Path log : files.toList()) {
                    // others are written to meanwhile, and may end in half a character
                    assertThat(Files.readString(log, StandardCharsets.ISO_8859_1))
                            .as(log.toString())
                            .doesNotContain(PLANTED);
                }
            }
        }
    }

    private static List<String> arguments(VenueSimulator simulator, EmbeddedBroker broker) throws IOException {
        List<String> arguments = new ArrayList<>();
        for (String venue : ClusterIT.venuesOfTheDefaultConfiguration()) {
            arguments.addAll(List.of("--set", "venues." + venue + ".enabled=" + venue.equals("okx")));
        }
        String rest = simulator.restUrl("okx").replace("//", "//user:" + PLANTED + "@");
        String ws = simulator.wsUrl("okx").replace("//", "//user:" + PLANTED + "@");
        for (String setting : List.of(
                "venues.okx.rest-url=" + rest,
                "venues.okx.ws-url=" + ws,
                "venues.okx.transport=websocket",
                "kafka.bootstrap-servers=" + broker.bootstrapServers(),
                "kafka.properties.ssl.key.password=" + PLANTED,
                "kafka.topic-prefix=" + PREFIX,
                "kafka.delivery-guarantee=at-least-once")) {
            arguments.addAll(List.of("--set", setting));
        }
        return arguments;
    }

    /**
     * Threads of venues or their client, and class loaders of jobs that ended, after a full collection. Idle threads of the
     * client end after a minute. Java 17 keeps the class of the record that was first compared last (JDK-8078641), and with
     * it one class loader, however many jobs there were.
     */
    private static List<String> leftBehind(Process taskManager) {
        List<String> left = new ArrayList<>();
        for (String line : jcmd(taskManager, "Thread.print")) {
            if (line.startsWith("\"venue ") || line.contains("OkHttp") || line.contains("Okio")) {
                left.add(line);
            }
        }
        for (String line : jcmd(taskManager, "GC.class_histogram")) {
            if (line.endsWith("ChildFirstClassLoader") && instances(line) > 1) {
                left.add(line);
            }
        }
        return left;
    }

    /** Of a line such as {@code  276:  119  1904  java.lang.String}. */
    private static int instances(String line) {
        return Integer.parseInt(line.strip().split(" +")[1]);
    }

    private static List<String> jcmd(Process process, String command) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            Process run = new ProcessBuilder(jcmd, Long.toString(process.pid()), command)
                    .redirectErrorStream(true)
                    .start();
            try (Stream<String> lines = run.inputReader().lines()) {
                return lines.toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
