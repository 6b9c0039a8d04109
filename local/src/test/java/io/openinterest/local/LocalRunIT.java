package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.openinterest.Await;
import io.openinterest.FreePorts;
import io.openinterest.job.CommittedRecords;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The local run as a process of its own: what it prints and how it ends. */
@Timeout(600)
class LocalRunIT {

    static final String OBSERVATION = """
                {"market":"bitmex-XBTUSD-future","time":"2026-03-01T07:00:10Z","exchange":"bitmex","venue":"bitmex",\
                "symbol":"XBTUSD","asset_class":"crypto","base":"btc","quote":"usd","margin":"btc",\
                "type":"perpetual","structure":"inverse","contract_count":60000,"sides":1,"amount_base":2,\
                "price_usd":30000,"price_source":"mark","value_usd":60000,"delisted":false,"origin":"file"}
                """;

    @TempDir
    private Path folder;

    private Path recording;
    private Path output;

    @AfterEach
    void endAll() {
        LocalRunProcess.endAll();
    }

    @BeforeEach
    void record() throws IOException {
        output = folder.resolve("output.txt");
        recording = Files.writeString(folder.resolve("recording.jsonl"), OBSERVATION);
    }

    @Test
    void aReplayPrintsItsTableAndEndsWhenAskedToInAnyLanguageAndFolder() throws Exception {
        Path odd = Files.createDirectory(folder.resolve("a b %41 \u00e9"));
        Process run = LocalRunProcess.start(
                output,
                List.of("-Duser.language=tr", "-Duser.country=TR", "-Djava.io.tmpdir=" + odd),
                Map.of(),
                "--exit",
                "--set",
                "source=replay",
                "--set",
                "replay.paths=['" + Files.copy(recording, odd.resolve("r.jsonl")) + "']");

        assertThat(exitCode(run)).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output))
                .contains("dashboard  http://localhost:")
                .containsPattern("btc +60,000 +1 +1\n")
                .contains("Everything is published.");
        try (Stream<Path> beside = Files.list(folder)) {
            assertThat(beside).containsExactlyInAnyOrder(odd, recording, output);
        }
    }

    @Test
    void aReplaySaysAtItsEndWhatItCouldNotUse() throws Exception {
        // given a file that is none of ours
        Files.writeString(recording, "time,market\n2026-03-01,btc\n");

        Process run = run("--exit", "--set", "source=replay", "--set", "replay.paths=[" + recording + "]");

        assertThat(exitCode(run)).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output))
                .contains(
                        "Everything is published. In open-interest.quarantine are 2 records that could not be used, the"
                                + " first for: ");
    }

    @Test
    void anAlertThatLateDataTakeBackIsTold() throws Exception {
        // given contracts that double for a moment, and an observation of that minute, four minutes late, that they did
        // not
        String twice = observation("07:02:10", 120_000);
        String late = observation("07:02:40", 60_000);
        Files.writeString(
                recording,
                observation("07:00:10", 60_000)
                        + observation("07:01:10", 60_000)
                        + twice
                        + observation("07:03:10", 60_000)
                        + observation("07:06:10", 60_000)
                        + late
                        + observation("07:08:10", 60_000));
        Path rules = Files.writeString(folder.resolve("rules.yaml"), """
                - {id: up, level: asset, interval: 1m, metric: change.quantity_usd, direction: up, warning: 10}
                """);

        Process run = run(
                "--exit",
                "--set",
                "source=replay",
                "--set",
                "replay.paths=[" + recording + "]",
                "--set",
                "replay.out-of-orderness=5s",
                "--set",
                "alerts.rules=" + rules);

        assertThat(exitCode(run)).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output))
                .contains("WARNING  change.quantity_usd of asset btc reached +60 thousand USD at 2026-03-01T07:03:00Z")
                .contains("RETRACTED  change.quantity_usd of asset btc was 0 USD at 2026-03-01T07:03:00Z");
    }

    private static String observation(String time, int contracts) {
        return OBSERVATION
                .replace("07:00:10", time)
                .replace("60000", "" + contracts)
                .replace("\"amount_base\":2", "\"amount_base\":" + contracts / 30_000);
    }

    @Test
    void theReadmeShowsTheEndOfTheRecordingInTheRepository() throws Exception {
        Path project = Path.of(System.getProperty("project.directory"));
        String readme = Files.readString(project.resolve("README.md"));
        int end = readme.indexOf("\n\nAnd the topics");
        List<String> shown = readme.substring(readme.indexOf("    2026-11-29T00:52:00Z"), end)
                .stripIndent()
                .lines()
                .toList();
        assertThat(shown).hasSizeGreaterThan(8);

        Process run = run(
                "--exit",
                "--set",
                "source=replay",
                "--set",
                "replay.paths=[" + project.resolve("conf").resolve("recordings") + "]");

        assertThat(exitCode(run)).as(Files.readString(output)).isZero();
        assertThat(Files.readAllLines(output)).containsAll(shown);
    }

    @Test
    void afterAReplayItWaitsToBeStoppedAndEndsCleanlyAndItsLogStays() throws Exception {
        Path log = folder.resolve("run.log");
        Path logging = Path.of(System.getProperty("project.directory"), "conf", "log4j2-local.properties");
        Process run = LocalRunProcess.start(
                output,
                List.of("-Dlog4j2.configurationFile=" + logging, "-Dlog.file=" + log),
                Map.of(),
                "--set",
                "source=replay",
                "--set",
                "replay.paths=[" + recording + "]");
        await(run, "Everything is published.");

        run.destroy();

        assertThat(exitCode(run)).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output)).contains("log        " + log);
        assertThat(Files.readString(log)).contains("Triggering checkpoint").contains("Shutting down");
    }

    @Test
    void itIsStoppedInTheMiddleOfItsStart() throws Exception {
        Process run = run("--set", "venues.okx.rest-url=http://localhost:1", "--set", "stages=ingest");
        await(run, "Asking ");

        run.destroy();

        assertThat(exitCode(run)).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output)).doesNotContain("SIMULATED").doesNotContain("on its way");
    }

    @Test
    void aStartTellsWhatEnabledVenuesAnnounced() throws Exception {
        Path conf = Path.of(System.getProperty("project.directory"), "conf");
        Path conventions = Files.copy(conf.resolve("conventions.yaml"), folder.resolve("conventions.yaml"));
        Files.writeString(folder.resolve("venue-calendar.yaml"), """
                changes:
                  - {date: "2020-01-01", venue: bitfinex, what: "long ago"}
                  - {date: "2999-01-01", venue: bitfinex, what: "contracts of another size"}
                  - {date: "2999-01-01", venue: okx, what: "nothing that this run reads"}
                """);
        Process run = run(
                "--conf",
                onlyBitfinex().toString(),
                "--set",
                "source=live",
                "--set",
                "venues.bitfinex.rest-url=http://localhost:1",
                "--set",
                "conventions=" + conventions);
        await(run, "on its way");

        run.destroy();

        assertThat(exitCode(run)).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output))
                .contains("Announced by venues:\n  2999-01-01 bitfinex: contracts of another size\n\n");
    }

    @Test
    void itIsStoppedWhileItReadsAFileThatDoesNotEnd() throws Exception {
        Path endless = folder.resolve("endless.yaml");
        assertThat(new ProcessBuilder("mkfifo", endless.toString()).start().waitFor())
                .isZero();
        Process run = run("--conf", endless.toString());

        // opened by another thread, for it waits for a reader, and a run that ends before is none
        CompletableFuture<OutputStream> opened = new CompletableFuture<>();
        Thread opening = new Thread(() -> {
            try {
                opened.complete(Files.newOutputStream(endless));
            } catch (IOException e) {
                opened.completeExceptionally(e);
            }
        });
        opening.setDaemon(true);
        opening.start();
        CompletableFuture.anyOf(opened, run.onExit()).join();
        assertThat(opened).as(Files.readString(output)).isCompleted();

        try (OutputStream held = opened.join()) {
            held.write('#');
            held.flush();
            run.destroy();

            assertThat(exitCode(run)).as(Files.readString(output)).isZero();
        }
        assertThat(output).isEmptyFile();
    }

    @Test
    void itIsStoppedWhileItsBrokerStarts() throws Exception {
        Path kept = folder.resolve("kept");
        Process run = run("--set", "source=simulated", "--set", "local.data=" + kept);
        Await.until(() -> Files.exists(kept.resolve("kafka/data/meta.properties")));

        run.destroy();

        assertThat(exitCode(run)).as(Files.readString(output)).isZero();
        assertThat(output).isEmptyFile();
    }

    @Test
    void aJobThatIsCancelledInTheDashboardIsNoFailure() throws Exception {
        Process run = run("--set", "stages=analyze");
        await(run, "stop       Ctrl-C");

        cancelInTheDashboard();

        await(run, "The job was cancelled in the dashboard. The topics stay readable until Ctrl-C.");
        run.destroy();
        assertThat(exitCode(run)).as(Files.readString(output)).isZero();
    }

    @Test
    void aRunWithDataGoesOnWhereTheLastOneEnded() throws Exception {
        String[] arguments = {
            "--conf",
            onlyBitfinex().toString(),
            "--set",
            "source=simulated",
            "--set",
            "local.data=" + folder.resolve("kept")
        };
        Process first = run(arguments);
        await(first, "stop       Ctrl-C");
        List<String> before = awaitObservations();
        first.destroy();
        assertThat(exitCode(first)).as(Files.readString(output)).isZero();

        Process second = run(arguments);
        await(second, "stop       Ctrl-C");

        assertThat(Files.readString(output)).containsPattern("goes on    from (savepoint-\\S+|checkpoint [0-9]+) in ");
        assertThat(awaitObservations()).containsAll(before);
        Path other = folder.resolve("other.txt");
        assertThat(exitCode(LocalRunProcess.start(other, List.of(), Map.of(), arguments)))
                .isEqualTo(2);
        assertThat(Files.readString(other)).endsWith("but another run uses that folder.\n");
        second.destroy();
        assertThat(exitCode(second)).as(Files.readString(output)).isZero();

        // and not into topics that have nothing of what came before
        assertThat(end(List.of(arguments), "--set", "kafka.topic-prefix=other."))
                .isEqualTo(2);
        assertThat(Files.readString(output))
                .endsWith("kafka.topic-prefix is \"other.\", but local.data is \"" + folder.resolve("kept")
                        + "\", which holds a job of \"open-interest.\": set that, or another folder.\n");
    }

    @Test
    void aFinishedReplayWithDataIsNotReplayedAgain() throws Exception {
        Path kept = folder.resolve("kept");
        List<String> arguments = List.of("--exit", "--set", "source=replay", "--set", "local.data=" + kept, "--set");
        Path other = Files.copy(recording, folder.resolve("other.jsonl"));

        assertThat(end(arguments, "replay.paths=[" + recording + "]")).isZero();
        assertThat(Files.readString(output)).contains("Everything is published.");
        assertThat(end(arguments, "replay.paths=[" + recording + "]")).isZero();
        assertThat(Files.readString(output))
                .contains("This replay has finished before, and its records are at localhost:")
                .doesNotContain("on its way");
        assertThat(end(arguments, "replay.paths=[" + recording + ", " + other + "]"))
                .isEqualTo(2);
        assertThat(Files.readString(output))
                .endsWith(
                        "name in replay.paths what is new, which begins with " + other + ", or set another folder.\n");
        assertThat(totals(kept)).hasSize(1);

        // and brokers that have nothing of it are not said to
        try (EmbeddedBroker another = EmbeddedBroker.start()) {
            String servers = another.bootstrapServers();
            assertThat(end(
                            arguments,
                            "replay.paths=[" + recording + "]",
                            "--set",
                            "kafka.bootstrap-servers=" + servers))
                    .isEqualTo(2);
            assertThat(Files.readString(output))
                    .endsWith("which holds a job of another Kafka cluster than that of " + servers
                            + ": set kafka.bootstrap-servers as it was, or another folder.\n");
        }
    }

    @Test
    void aReplayThatIsStoppedAsItEndsIsNotReplayedAgain() throws Exception {
        Path kept = folder.resolve("kept");
        String[] arguments = {
            "--exit",
            "--set",
            "source=replay",
            "--set",
            "local.data=" + kept,
            "--set",
            "replay.paths=[" + recording + "]"
        };
        Path log = folder.resolve("run.log");
        Path logging = Path.of(System.getProperty("project.directory"), "conf", "log4j2-local.properties");
        Process stopped = LocalRunProcess.start(
                output, List.of("-Dlog4j2.configurationFile=" + logging, "-Dlog.file=" + log), Map.of(), arguments);
        Await.until(
                () -> Files.exists(log) && Files.readString(log).contains("switched from state RUNNING to FINISHED"));
        stopped.destroy();
        assertThat(exitCode(stopped)).as(Files.readString(output)).isZero();

        assertThat(exitCode(run(arguments))).as(Files.readString(output)).isZero();

        assertThat(totals(kept)).hasSize(1);
    }

    private int end(List<String> arguments, String... more) throws Exception {
        return exitCode(run(Stream.concat(arguments.stream(), Stream.of(more)).toArray(String[]::new)));
    }

    /** What a run left in its folder. */
    private static List<?> totals(Path kept) throws Exception {
        try (EmbeddedBroker broker =
                EmbeddedBroker.start(FreePorts.next(), kept.resolve("kafka"), EmbeddedBroker.keepingOldRecords())) {
            return CommittedRecords.of(broker.bootstrapServers(), "open-interest.total.1m");
        }
    }

    private Path onlyBitfinex() throws IOException {
        StringBuilder yaml = new StringBuilder("stages: ingest\ncheckpoint-interval: 500ms\nvenues:\n");
        new YAMLMapper()
                .readTree(Path.of(System.getProperty("project.directory"), "conf", "open-interest.yaml")
                        .toFile())
                .path("venues")
                .fieldNames()
                .forEachRemaining(id -> yaml.append("  ")
                        .append(id)
                        .append(": {enabled: ")
                        .append(id.equals("bitfinex"))
                        .append("}\n"));
        return Files.writeString(folder.resolve("bitfinex.yaml"), yaml);
    }

    private List<String> awaitObservations() throws Exception {
        String broker = LocalRunProcess.line(output, "broker     ");
        return Await.until(
                () -> CommittedRecords.of(broker, "open-interest.observations").stream()
                        .map(record -> record.key() + " " + record.value())
                        .filter(record -> !record.startsWith("_time"))
                        .toList(),
                observations -> !observations.isEmpty());
    }

    private void cancelInTheDashboard() throws Exception {
        String jobs = LocalRunProcess.line(output, "dashboard  ") + "/jobs";
        HttpClient http = HttpClient.newHttpClient();
        String id = new ObjectMapper()
                .readTree(http.send(HttpRequest.newBuilder(URI.create(jobs)).build(), BodyHandlers.ofString())
                        .body())
                .at("/jobs/0/id")
                .asText();
        http.send(
                HttpRequest.newBuilder(URI.create(jobs + "/" + id))
                        .method("PATCH", BodyPublishers.noBody())
                        .build(),
                BodyHandlers.discarding());
    }

    @Test
    void aTakenPortIsNamedWithTheOptionThatMovesIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process run = run("--set", "source=simulated", "--set", "local.kafka-port=" + taken.getLocalPort());

            assertThat(exitCode(run)).isEqualTo(2);
            assertThat(Files.readString(output))
                    .isEqualTo("local.kafka-port is %d, but that port is taken; another one is set with"
                                    .formatted(taken.getLocalPort())
                            + " --set local.kafka-port=%d.%n".formatted(taken.getLocalPort() + 10));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/no/such/folder", "/dev/null", "foo://bucket"})
    void filesOfAVenueThatCanNeverBeReadEndItBeforeAnythingStarts(String folder) throws Exception {
        Process run = run(
                "--set", "source=simulated", "--set", "venues.cme.enabled=true", "--set", "venues.cme.files=" + folder);

        assertThat(exitCode(run)).isEqualTo(2);
        assertThat(Files.readString(output)).startsWith("venues.cme.files").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replay.paths=[no-such-file]",
                "export.parquet=foo://bucket",
                "local.data=/dev/null",
                "simulator.faults=/dev/null"
            })
    void aMistakeEndsItBeforeAnythingStarts(String override) throws Exception {
        Process run = run("--set", "source=replay", "--set", "replay.paths=[" + recording + "]", "--set", override);

        assertThat(exitCode(run)).isEqualTo(2);
        assertThat(Files.readString(output)).startsWith(override.split("=")[0]).hasLineCount(1);
    }

    @Test
    void keptDataThatNoBrokerStartsWithIsToldInASentence() throws Exception {
        Path settings = folder.resolve("kept/kafka/server.properties");
        Path data = Files.createDirectories(folder.resolve("kept/kafka/data"));
        Files.writeString(data.resolve("meta.properties"), "node.id=1\n");
        String[] arguments = {"--set", "source=simulated", "--set", "local.data=" + folder.resolve("kept")};
        String told = "local.data is \"" + folder.resolve("kept") + "\", but its broker does not start: ";

        Files.writeString(settings, "\u0000");
        assertThat(exitCode(run(arguments))).isEqualTo(2);
        assertThat(Files.readString(output))
                .endsWith(told + "IOException: server.properties names no port of a controller.\n");

        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Files.writeString(
                    settings, "controller.quorum.bootstrap.servers=127.0.0.1\\:" + taken.getLocalPort() + "\n");
            assertThat(exitCode(run(arguments))).isEqualTo(2);
            assertThat(Files.readString(output))
                    .endsWith(told + "BindException: port " + taken.getLocalPort() + " is taken.\n");
        }
    }

    @Test
    void aKeptCheckpointThatCantBeReadIsToldInASentence() throws Exception {
        Path checkpoint = folder.resolve("kept/checkpoints/ingest-simulated/job/chk-7");
        Files.createDirectories(checkpoint);
        // the first bytes of one, as a machine that lost its power leaves it
        Files.write(checkpoint.resolve("_metadata"), new byte[] {0x49, 0x60, 0x67, 0x2d, 0, 0});

        Process run =
                run("--set", "stages=ingest", "--set", "source=simulated", "--set", "local.data=" + folder + "/kept");

        assertThat(exitCode(run)).isEqualTo(2);
        assertThat(Files.readString(output))
                .endsWith("local.data keeps the checkpoint " + checkpoint
                        + ", which cannot be read (EOFException): put back"
                        + " what is missing from a copy, or set another folder to begin anew.\n")
                .doesNotContain("goes on");
    }

    private Process run(String... arguments) throws IOException {
        return LocalRunProcess.start(output, List.of(), Map.of(), arguments);
    }

    private void await(Process run, String text) throws Exception {
        LocalRunProcess.await(run, output, text);
    }

    private static int exitCode(Process run) throws InterruptedException {
        return LocalRunProcess.exitCode(run);
    }
}
