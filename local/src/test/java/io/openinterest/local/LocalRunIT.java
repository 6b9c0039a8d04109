package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The local run as a process of its own: what it prints and how it ends. */
@Timeout(300)
class LocalRunIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    private Path folder;

    private Path recording;
    private Path output;

    @BeforeEach
    void record() throws IOException {
        output = folder.resolve("output.txt");
        recording = Files.writeString(folder.resolve("recording.jsonl"), """
                {"market":"bitmex-XBTUSD-future","time":"2026-03-01T07:00:10Z","exchange":"bitmex","venue":"bitmex",\
                "symbol":"XBTUSD","asset_class":"crypto","base":"btc","quote":"usd","margin":"btc",\
                "type":"perpetual","structure":"inverse","contract_count":60000,"sides":1,"amount_base":2,\
                "price_usd":30000,"price_source":"mark","value_usd":60000,"delisted":false,"origin":"file"}
                """);
    }

    @Test
    void aReplayPrintsItsTableAndEndsWhenAskedTo() throws Exception {
        Process run = run("--exit", "--set", "source=replay", "--set", "replay.paths=[" + recording + "]");

        assertThat(exitCode(run)).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output))
                .contains("dashboard  http://localhost:")
                .containsPattern("btc +60,000 +1 +1\n")
                .contains("Everything is published.");
    }

    @Test
    void afterAReplayItWaitsToBeStoppedAndEndsCleanly() throws Exception {
        Process run = run("--set", "source=replay", "--set", "replay.paths=[" + recording + "]");
        while (run.isAlive() && !Files.readString(output).contains("Everything is published.")) {
            assertThat(run.waitFor(100, TimeUnit.MILLISECONDS))
                    .as(Files.readString(output))
                    .isFalse();
        }

        run.destroy();

        assertThat(exitCode(run)).as(Files.readString(output)).isZero();
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

    @Test
    void aMistakeEndsItBeforeAnythingStarts() throws Exception {
        Process run = run("--set", "source=replay", "--set", "replay.paths=[no-such-file]");

        assertThat(exitCode(run)).isEqualTo(2);
        assertThat(Files.readString(output))
                .startsWith("replay.paths: no-such-file ")
                .hasLineCount(1);
    }

    private Process run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx1g",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                LocalRun.class.getName(),
                "--set",
                "local.dashboard-port=" + freePort(),
                "--set",
                "local.kafka-port=" + freePort()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    private static int exitCode(Process run) throws InterruptedException {
        if (!run.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            run.destroyForcibly();
            throw new AssertionError("still runs after " + PATIENCE);
        }
        return run.exitValue();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
