package io.openinterest.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A Java process of a test, in a folder that is Flink's configuration folder as well.
 *
 * @param log {@code target/cluster/<name>-<n>.log}, what it says
 */
record JavaProcess(Process process, Path log) {

    /** Where logs go, and the class path of a Flink distribution is. */
    static final Path TARGET = Path.of("target/cluster").toAbsolutePath();

    private static final AtomicInteger STARTED = new AtomicInteger();

    /** Starts the main method of a class. */
    static JavaProcess start(
            String name, Path folder, String heap, String classpath, String mainClass, String... arguments)
            throws IOException {
        return start(name, folder, List.of("-Xmx" + heap), classpath, mainClass, List.of(arguments));
    }

    /** The same with more options of the JVM. */
    static JavaProcess start(
            String name, Path folder, List<String> memory, String classpath, String mainClass, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(memory);
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                // a full collection shows what is held, not what a cache keeps while there is room
                "-XX:SoftRefLRUPolicyMSPerMB=0",
                // it ends before the better compiler's work pays
                "-XX:TieredStopAtLevel=1",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-Dlog4j2.configurationFile="
                        + Path.of("src/test/resources/log4j2-test.properties").toAbsolutePath(),
                "-cp",
                classpath,
                mainClass));
        command.addAll(arguments);
        Path log = TARGET.resolve(name + "-" + STARTED.incrementAndGet() + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("FLINK_CONF_DIR", folder.toString());
        return new JavaProcess(builder.start(), log);
    }

    /** As {@code kill -9} does; it has ended when this returns. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Waits a moment for the end. Returns whether it has ended. */
    boolean hasEnded() throws InterruptedException {
        return process.waitFor(100, TimeUnit.MILLISECONDS);
    }

    /** What it has said so far. */
    String output() throws IOException {
        return Files.readString(log);
    }
}
