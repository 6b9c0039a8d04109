package io.openinterest.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openinterest.Await;
import io.openinterest.FreePorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;

/**
 * A Flink session cluster of real processes that are killed and started again: a JobManager, any number of TaskManagers
 * and, for high availability, the ZooKeeper from which a JobManager learns what its predecessor ran. They are made of the
 * jars that a distribution has in its lib folder.
 */
final class StandaloneCluster implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Path folder;
    private final String rest;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final List<JavaProcess> processes = new ArrayList<>();
    private final Deque<JavaProcess> taskManagers = new ArrayDeque<>();
    private JavaProcess zooKeeper;
    private JavaProcess jobManager;

    private StandaloneCluster(Path folder, int restPort) {
        this.folder = folder;
        rest = "http://localhost:" + restPort;
    }

    /** Starts a cluster without a TaskManager. Checkpoints and savepoints go to the folder. */
    static StandaloneCluster start(Path folder) throws Exception {
        return start(folder, Map.of("jobmanager.rpc.port", FreePorts.next()), false);
    }

    /** The same with high availability. */
    static StandaloneCluster startHighlyAvailable(Path folder) throws Exception {
        int port = FreePorts.next();
        Files.writeString(folder.resolve("zoo.cfg"), """
                tickTime=1000
                dataDir=%s
                clientPortAddress=127.0.0.1
                clientPort=%d
                admin.enableServer=false
                """.formatted(folder.resolve("zookeeper"), port));
        Map<String, Object> options = Map.of(
                "high-availability.type",
                "zookeeper",
                "high-availability.zookeeper.quorum",
                "localhost:" + port,
                "high-availability.storageDir",
                folder.resolve("jobs").toUri(),
                // How long a JobManager's successor waits for it, and it for a machine under load.
                "high-availability.zookeeper.client.session-timeout",
                10_000,
                "high-availability.zookeeper.client.tolerate-suspended-connections",
                true,
                // What became of a job is known to the JobManagers that come after its end.
                "job-result-store.delete-on-commit",
                false,
                "job-result-store.storage-path",
                folder.resolve("results").toUri());
        return start(folder, options, true);
    }

    private static StandaloneCluster start(Path folder, Map<String, Object> options, boolean zooKeeper)
            throws Exception {
        int restPort = FreePorts.next();
        Files.writeString(folder.resolve("config.yaml"), configuration(folder, restPort, options));
        StandaloneCluster cluster = new StandaloneCluster(folder, restPort);
        try {
            if (zooKeeper) {
                cluster.startZooKeeper();
            }
            cluster.startJobManager();
            return cluster;
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
    }

    void startZooKeeper() throws IOException {
        // It needs a library that a distribution does not have.
        zooKeeper = JavaProcess.start(
                "zookeeper",
                folder,
                "128m",
                System.getProperty("java.class.path"),
                "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer",
                "--zkConfigFile",
                folder.resolve("zoo.cfg").toString(),
                "--peerId",
                "1");
        processes.add(zooKeeper);
    }

    void killZooKeeper() {
        zooKeeper.kill();
    }

    /** Starts a JobManager, which is ready to take jobs when this returns, and has those of its predecessor. */
    void startJobManager() throws Exception {
        jobManager = spawn(
                "jobmanager",
                "512m",
                "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                "--configDir",
                folder.toString(),
                "--executionMode",
                "cluster");
        await("/overview", answer -> true);
    }

    void killJobManager() {
        jobManager.kill();
    }

    /** Starts a TaskManager of two slots and waits until the JobManager knows it. */
    Process startTaskManager() throws Exception {
        return startTaskManager(List.of("-Xmx768m"), List.of());
    }

    /** The same of the size that a TaskManager has where nobody sets one: of 1728m, 512m are heap. */
    Process startTaskManagerOfDefaultSize() throws Exception {
        Configuration options = new Configuration();
        options.set(TaskManagerOptions.TOTAL_PROCESS_MEMORY, MemorySize.parse("1728m"));
        options.set(TaskManagerOptions.NUM_TASK_SLOTS, 2);
        options.set(TaskManagerOptions.CPU_CORES, 2.0);
        TaskExecutorProcessSpec size = TaskExecutorProcessUtils.processSpecFromConfig(options);
        return startTaskManager(
                words(ProcessMemoryUtils.generateJvmParametersStr(size)),
                words(TaskExecutorProcessUtils.generateDynamicConfigsStr(size)));
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split(" +"));
    }

    private Process startTaskManager(List<String> memory, List<String> options) throws Exception {
        Set<String> known = taskManagers();
        List<String> arguments = new ArrayList<>(List.of("--configDir", folder.toString()));
        arguments.addAll(options);
        JavaProcess started = JavaProcess.start(
                "taskmanager",
                folder,
                memory,
                flink(),
                "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                arguments);
        processes.add(started);
        taskManagers.add(started);
        Await.until(this::taskManagers, now -> !known.containsAll(now));
        return taskManagers.getLast().process();
    }

    /** Kills the TaskManager that is the oldest. */
    void killTaskManager() {
        taskManagers.remove().kill();
    }

    /** Whether a TaskManager has ended that nobody killed. */
    boolean hasLostTaskManager() throws InterruptedException {
        for (JavaProcess taskManager : taskManagers) {
            if (taskManager.hasEnded()) {
                return true;
            }
        }
        return false;
    }

    private Set<String> taskManagers() throws Exception {
        JsonNode answer = await("/taskmanagers", taskManagers -> true);
        return Set.copyOf(answer.findValuesAsText("id"));
    }

    /** {@code flink run -d}: submits a job with the command line client. Returns the job's id. */
    String run(List<String> optionsJarAndArguments) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("run", "-d"));
        arguments.addAll(optionsJarAndArguments);
        JavaProcess client =
                spawn("client", "256m", "org.apache.flink.client.cli.CliFrontend", arguments.toArray(String[]::new));
        if (!client.process().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("flink run did not return");
        }
        Matcher submitted = Pattern.compile("JobID ([0-9a-f]{32})").matcher(client.output());
        if (client.process().exitValue() != 0 || !submitted.find()) {
            throw new AssertionError("flink run ended with " + client.process().exitValue() + ": " + client.output());
        }
        return submitted.group(1);
    }

    /** Uploads a jar as the dashboard does and submits its job without arguments. Returns the job's id. */
    String uploadAndRun(Path jar) throws IOException, InterruptedException {
        return runUploaded(upload(jar), 1, List.of());
    }

    /** Submits the job of an uploaded jar. Returns the job's id. */
    String runUploaded(String jarId, int parallelism, List<String> arguments) throws IOException, InterruptedException {
        String body = json.writeValueAsString(Map.of("programArgsList", arguments, "parallelism", parallelism));
        return post("/jars/" + jarId + "/run", body).path("jobid").asText();
    }

    /** Uploads a jar as the dashboard does. Returns its id. */
    String upload(Path jar) throws IOException, InterruptedException {
        String boundary = "open-interest-upload";
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(("--%s\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"%s\"\r\n"
                        + "Content-Type: application/x-java-archive\r\n\r\n")
                .formatted(boundary, jar.getFileName())
                .getBytes(StandardCharsets.US_ASCII));
        Files.copy(jar, body);
        body.writeBytes("\r\n--%s--\r\n".formatted(boundary).getBytes(StandardCharsets.US_ASCII));
        JsonNode uploaded = send(request("/jars/upload")
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(BodyPublishers.ofByteArray(body.toByteArray())));
        return Path.of(uploaded.path("filename").asText()).getFileName().toString();
    }

    /** Stops a job with a savepoint and returns where that is. */
    String stopWithSavepoint(String job) throws Exception {
        String trigger = post("/jobs/" + job + "/stop", "{\"drain\": false}")
                .path("request-id")
                .asText();
        JsonNode savepoint = await(
                "/jobs/" + job + "/savepoints/" + trigger,
                answer -> "COMPLETED".equals(answer.at("/status/id").asText()));
        String location = savepoint.at("/operation/location").asText();
        if (location.isEmpty()) {
            throw new AssertionError("No savepoint: " + savepoint);
        }
        return location;
    }

    void cancel(String job) throws Exception {
        send(request("/jobs/" + job).method("PATCH", BodyPublishers.noBody()));
        await("/jobs/" + job, answer -> "CANCELED".equals(answer.path("state").asText()));
    }

    /** Waits until a job has completed a checkpoint, and with it committed records. */
    void awaitCheckpoint(String job) throws Exception {
        await(
                "/jobs/" + job + "/checkpoints",
                checkpoints -> checkpoints.at("/counts/completed").asInt() > 0);
    }

    /** Waits until a job has read all of its input. */
    void awaitEnd(String job) throws Exception {
        await("/jobs/" + job, answer -> "FINISHED".equals(answer.path("state").asText()));
    }

    /**
     * Whether a job has come to its end with high availability, whichever JobManager was there to see it; fails when it did
     * so without having read all of its input.
     */
    boolean hasEnded(String job) throws IOException {
        for (String name : List.of(job + ".json", job + "_DIRTY.json")) {
            Path result = folder.resolve("results").resolve(name);
            if (Files.exists(result)) {
                String text = Files.readString(result);
                if (text.contains("FAILED") || text.contains("CANCELED")) {
                    throw new AssertionError(text);
                }
                // until it is written whole
                return text.contains("SUCCEEDED");
            }
        }
        return false;
    }

    /** The REST interface's answer to a GET. */
    JsonNode get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    /** Asks until the answer is as wanted; fails when the job or the JobManager has failed. */
    private JsonNode await(String path, Predicate<JsonNode> wanted) throws Exception {
        return Await.until(
                () -> {
                    if (!jobManager.process().isAlive()) {
                        throw new AssertionError("The JobManager ended: " + jobManager.output());
                    }
                    JsonNode answer = get(path);
                    if ("FAILED".equals(answer.path("state").asText()) && !wanted.test(answer)) {
                        throw new AssertionError(path + ": " + get(path + "/exceptions"));
                    }
                    return answer;
                },
                wanted);
    }

    /** Kills all processes. */
    @Override
    public void close() {
        processes.forEach(JavaProcess::kill);
    }

    private JsonNode post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(rest + path)).timeout(PATIENCE);
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw new IOException(response.uri() + " answered " + response.statusCode() + ": " + response.body());
        }
        return json.readTree(response.body());
    }

    private JavaProcess spawn(String name, String heap, String mainClass, String... arguments) throws IOException {
        JavaProcess process = JavaProcess.start(name, folder, heap, flink(), mainClass, arguments);
        processes.add(process);
        return process;
    }

    /** The class path of a distribution. */
    private static String flink() throws IOException {
        return Files.readString(JavaProcess.TARGET.resolve("flink.classpath")).strip();
    }

    private static String configuration(Path folder, int restPort, Map<String, Object> more) {
        Map<String, Object> options = Map.ofEntries(
                Map.entry("jobmanager.bind-host", "localhost"),
                Map.entry("jobmanager.rpc.address", "localhost"),
                Map.entry("rest.address", "localhost"),
                Map.entry("rest.bind-address", "localhost"),
                Map.entry("rest.port", restPort),
                Map.entry("taskmanager.bind-host", "localhost"),
                Map.entry("taskmanager.host", "localhost"),
                Map.entry("taskmanager.numberOfTaskSlots", 2),
                // What the start scripts of a distribution calculate.
                Map.entry("taskmanager.cpu.cores", 2.0),
                Map.entry("taskmanager.memory.framework.heap.size", "128m"),
                Map.entry("taskmanager.memory.framework.off-heap.size", "128m"),
                Map.entry("taskmanager.memory.jvm-metaspace.size", "256m"),
                Map.entry("taskmanager.memory.jvm-overhead.min", "192m"),
                Map.entry("taskmanager.memory.jvm-overhead.max", "192m"),
                Map.entry("taskmanager.memory.task.heap.size", "512m"),
                Map.entry("taskmanager.memory.task.off-heap.size", "64m"),
                Map.entry("taskmanager.memory.managed.size", "0m"),
                Map.entry("taskmanager.memory.network.min", "64m"),
                Map.entry("taskmanager.memory.network.max", "64m"),
                Map.entry("heartbeat.interval", 1000),
                // A killed process is noticed by its connection; this long a silence is a machine under load.
                Map.entry("heartbeat.timeout", 30_000),
                // The same for a call: a task that is deployed late is no failure.
                Map.entry("pekko.ask.timeout", "60 s"),
                Map.entry("restart-strategy.type", "fixed-delay"),
                Map.entry("restart-strategy.fixed-delay.attempts", Integer.MAX_VALUE),
                Map.entry("restart-strategy.fixed-delay.delay", "500 ms"),
                Map.entry(
                        "execution.checkpointing.dir",
                        folder.resolve("checkpoints").toUri()),
                Map.entry(
                        "execution.checkpointing.savepoint-dir",
                        folder.resolve("savepoints").toUri()),
                // Jars that were uploaded to a JobManager are there for its successor.
                Map.entry("web.upload.dir", folder.resolve("jars")),
                Map.entry("io.tmp.dirs", folder));
        StringBuilder yaml = new StringBuilder();
        Stream.of(options, more)
                .flatMap(part -> part.entrySet().stream())
                .forEach(option -> yaml.append(option.getKey())
                        .append(": ")
                        .append(option.getValue())
                        .append('\n'));
        return yaml.toString();
    }
}
