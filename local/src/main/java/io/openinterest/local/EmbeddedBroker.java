package io.openinterest.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/**
 * A Kafka broker inside this JVM: one node that is its own controller (KRaft), the same server that {@code kafka.Kafka}
 * starts. It listens on loopback only. Its data is in a temporary folder until closed, or in one that is kept.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final String LOOPBACK = "127.0.0.1";

    private static final String HOUR_MS = Long.toString(Duration.ofHours(1).toMillis());
    private static final String FOREVER_MS =
            Long.toString(Duration.ofDays(36_500).toMillis());

    private static final String SETTINGS = "server.properties";
    private static final String CONTROLLER = "controller.quorum.bootstrap.servers";

    private final int port;
    private final Path folder;
    private final boolean kept;
    private final Properties properties;
    private KafkaRaftServer server;

    private EmbeddedBroker(int port, Path kept, Map<String, String> more) throws IOException {
        this.port = port;
        this.kept = kept != null;
        folder = this.kept
                ? Files.createDirectories(kept.toAbsolutePath())
                : Files.createTempDirectory("open-interest-kafka-");
        int controllerPort = controllerPort();
        requireFree(controllerPort);
        properties = properties(port, controllerPort, folder.resolve("data"));
        properties.putAll(more);
    }

    /** Starts a broker on any free port that forgets everything when closed. */
    public static EmbeddedBroker start() throws IOException {
        return start(freePort(), null, keepingOldRecords());
    }

    /**
     * Starts a broker on a port.
     *
     * @param folder where its data stays, and may be from an earlier broker; null for a temporary one
     * @param more settings of the broker besides those that make it run
     * @throws BindException if the port is taken, or that of the controller which earlier data knows
     * @throws IOException if the folder can't be written, or what is in it is no broker's
     */
    public static EmbeddedBroker start(int port, Path folder, Map<String, String> more) throws IOException {
        requireFree(port);
        EmbeddedBroker broker = new EmbeddedBroker(port, folder, more);
        try {
            if (!broker.isFormatted()) {
                broker.format();
            }
            broker.resume();
        } catch (Exception | LinkageError e) {
            broker.close();
            throw e;
        }
        return broker;
    }

    /**
     * Settings for replays, whose records carry old times: a check of their retention would remove them at once, and a
     * segment for each week of their times would need more open files than a process may have.
     */
    public static Map<String, String> keepingOldRecords() {
        return Map.of(
                "log.initial.task.delay.ms", FOREVER_MS,
                "log.retention.check.interval.ms", FOREVER_MS,
                "log.roll.ms", FOREVER_MS);
    }

    /** The address clients connect to. */
    public String bootstrapServers() {
        return "localhost:" + port;
    }

    /** Stops the broker as an outage would; its data stays for {@link #resume}. */
    public void pause() {
        if (server != null) {
            server.shutdown();
            server.awaitShutdown();
            server = null;
        }
    }

    /** Starts the broker again after {@link #pause}, on the same port and with its data. */
    public void resume() {
        server = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
        server.startup();
    }

    /** Stops the broker and removes its data, unless it is kept; a second call does nothing. */
    @Override
    public void close() throws IOException {
        pause();
        if (kept || !Files.exists(folder)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(folder)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.deleteIfExists(file);
        }
    }

    /** Whether there is data, and settings that are its own: Kafka writes this file last, empty where the disk is full. */
    private boolean isFormatted() throws IOException {
        Path last = lastOfFormat();
        return Files.exists(last) && Files.size(last) > 0;
    }

    private Path lastOfFormat() {
        return folder.resolve("data").resolve("meta.properties");
    }

    private void format() throws IOException {
        Path file = folder.resolve(SETTINGS);
        // to a stream, which escapes what is not ASCII: Kafka reads it as Latin-1
        try (OutputStream out = Files.newOutputStream(file)) {
            properties.store(out, null);
        }
        // the tool takes an empty one for data
        Files.deleteIfExists(lastOfFormat());
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        String[] arguments = {
            "format", "--standalone", "--cluster-id", Uuid.randomUuid().toString(), "--config", file.toString()
        };
        if (StorageTool.execute(arguments, new PrintStream(output, true, StandardCharsets.UTF_8)) != 0) {
            throw new IOException("The broker's data folder can't be formatted: " + output);
        }
        if (!isFormatted()) {
            throw new IOException("nothing can be written to " + folder + ", as when the disk is full");
        }
    }

    private static Properties properties(int port, int controllerPort, Path data) {
        Properties properties = new Properties();
        properties.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry(CONTROLLER, LOOPBACK + ":" + controllerPort),
                Map.entry(
                        "listeners",
                        "CLIENTS://" + LOOPBACK + ":" + port + ",CONTROLLER://" + LOOPBACK + ":" + controllerPort),
                Map.entry("advertised.listeners", "CLIENTS://localhost:" + port),
                Map.entry("inter.broker.listener.name", "CLIENTS"),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("listener.security.protocol.map", "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("log.dirs", data.toString()),
                Map.entry("auto.create.topics.enable", "false"),
                // One node can hold one copy of Kafka's own topics, transactions included.
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "1"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("transaction.state.log.num.partitions", "4"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                // Every checkpoint is a transaction of a new name; used ones must not pile up in a long run.
                Map.entry("transactional.id.expiration.ms", HOUR_MS),
                Map.entry("producer.id.expiration.ms", HOUR_MS),
                // 128 MB of heap by default, for compacted topics that hold a few rules here.
                Map.entry("log.cleaner.dedupe.buffer.size", "16777216")));
        return properties;
    }

    /** The one that the kept data knows its controller by. */
    private int controllerPort() throws IOException {
        Path settings = folder.resolve(SETTINGS);
        // those of no data are what a hard kill left, which may be a part
        if (!isFormatted() || !Files.exists(settings)) {
            int drawn = freePort();
            while (drawn == port) {
                // drawn before, and nobody's until the broker starts
                drawn = freePort();
            }
            return drawn;
        }
        Properties known = new Properties();
        try (InputStream in = Files.newInputStream(settings)) {
            known.load(in);
        }
        String address = known.getProperty(CONTROLLER, "");
        try {
            return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        } catch (NumberFormatException e) {
            throw new IOException(SETTINGS + " names no port of a controller");
        }
    }

    /** Asked first: the broker itself would find out late and say so at length. */
    private static void requireFree(int port) throws IOException {
        try {
            new ServerSocket(port, 1, InetAddress.getByName(LOOPBACK)).close();
        } catch (BindException e) {
            throw new BindException("port " + port + " is taken");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            return socket.getLocalPort();
        }
    }
}
