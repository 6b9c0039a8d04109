package io.openinterest.cluster;

import io.openinterest.Await;
import io.openinterest.FreePorts;
import io.openinterest.local.EmbeddedBroker;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;

/** A broker that is a process of its own, to be killed in the middle of what it does and started again with its data. */
final class BrokerProcess implements AutoCloseable {

    private final Path folder;
    private final int port;
    private JavaProcess process;

    private BrokerProcess(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** The process: a broker at a port with its data in a folder, until killed. */
    public static void main(String[] portAndFolder) throws Exception {
        EmbeddedBroker.start(
                Integer.parseInt(portAndFolder[0]), Path.of(portAndFolder[1]), EmbeddedBroker.keepingOldRecords());
        Thread.currentThread().join();
    }

    /** Starts a broker with its data below a folder. */
    static BrokerProcess start(Path folder) throws Exception {
        BrokerProcess broker = new BrokerProcess(folder, FreePorts.next());
        broker.start();
        return broker;
    }

    /** What clients connect to. */
    String servers() {
        return "localhost:" + port;
    }

    void kill() {
        process.kill();
    }

    /** Starts it, again after {@link #kill}; it takes connections when this returns. */
    void start() throws Exception {
        process = JavaProcess.start(
                "broker",
                folder,
                "512m",
                System.getProperty("java.class.path"),
                BrokerProcess.class.getName(),
                Integer.toString(port),
                folder.resolve("kafka").toString());
        Await.until(() -> {
            if (process.hasEnded()) {
                throw new AssertionError("The broker ended: " + process.output());
            }
            return isListening();
        });
    }

    @Override
    public void close() {
        kill();
    }

    private boolean isListening() {
        try (Socket socket = new Socket("localhost", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
