package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.Await;
import io.openinterest.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The local run as a process of its own, on free ports; its output goes to a file. */
final class LocalRunProcess {

    private static final List<Process> STARTED = new ArrayList<>();

    private LocalRunProcess() {}

    static Process start(Path output, List<String> options, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx1g",
                // it ends before the better compiler's work pays
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir")));
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                LocalRun.class.getName(),
                "--set",
                "local.dashboard-port=" + FreePorts.next(),
                "--set",
                "local.kafka-port=" + FreePorts.next()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        STARTED.add(process);
        return process;
    }

    /** Waits until a run has printed a text; fails when it ends before. */
    static void await(Process run, Path output, String text) throws Exception {
        Await.until(
                () -> {
                    boolean goesOn = run.isAlive();
                    String said = Files.readString(output);
                    assertThat(goesOn || said.contains(text)).as(said).isTrue();
                    return said;
                },
                said -> said.contains(text));
    }

    /** What the output says behind a label. */
    static String line(Path output, String label) throws IOException {
        return Files.readString(output)
                .lines()
                .filter(line -> line.strip().startsWith(label))
                .map(line -> line.strip().substring(label.length()).strip())
                .findFirst()
                .orElseThrow();
    }

    /** Waits for the end, for as long as the test may take. */
    static int exitCode(Process run) throws InterruptedException {
        return run.waitFor();
    }

    static void endAll() {
        STARTED.forEach(Process::destroyForcibly);
        STARTED.forEach(process -> process.onExit().join());
        STARTED.clear();
    }
}
