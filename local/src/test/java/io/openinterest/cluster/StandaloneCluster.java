package io.openinterest.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Flink session cluster of real processes, one JobManager and any number of TaskManagers, made of the jars that a
 * distribution has in its lib folder. Processes write their output to {@code target/cluster/<name>.log}.
 */
final class StandaloneCluster implements AutoCloseable {

    private static final Path TARGET = Path.of("target/cluster").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path folder;
    private final String rest;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final List<Process> processes = new ArrayList<>();

    private StandaloneCluster(Path folder, int restPort) {
        this.folder = folder;
        rest = "http://localhost:" + restPort;
    }

    /** Starts a JobManager, which is ready to take jobs when this returns. Checkpoints and savepoints go to the folder. */
    static StandaloneCluster start(Path folder) throws IOException, InterruptedException {
        int restPort = freePort();
        Files.writeString(folder.resolve("config.yaml"), configuration(folder, freePort(), restPort));
        StandaloneCluster cluster = new StandaloneCluster(folder, restPort);
        try {
            cluster.spawn(
                    "jobmanager",
                    "-Xmx512m",
                    "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                    "--configDir",
                    folder.toString(),
                    "--executionMode",
                    "cluster");
            cluster.await("/overview", answer -> true);
            return cluster;
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
    }

    /** Starts a TaskManager of two slots and waits until the JobManager knows it. */
    Process startTaskManager() throws IOException, InterruptedException {
        List<String> known = get("/taskmanagers").findValuesAsText("id");
        Process taskManager = spawn(
                "taskmanager-" + processes.size(),
                "-Xmx768m",
                "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                "--configDir",
                folder.toString());
        await("/taskmanagers", answer -> !known.containsAll(answer.findValuesAsText("id")));
        return taskManager;
    }

    /** {@code flink run -d}: submits a job with the command line client. Returns the job's id. */
    String run(List<String> optionsJarAndArguments) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("run", "-d"));
        arguments.addAll(optionsJarAndArguments);
        Process client = spawn(
                "client-" + processes.size(),
                "-Xmx256m",
                "org.apache.flink.client.cli.CliFrontend",
                arguments.toArray(String[]::new));
        if (!client.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("flink run did not return");
        }
        String output = Files.readString(TARGET.resolve("client-" + (processes.size() - 1) + ".log"));
        Matcher submitted = Pattern.compile("JobID ([0-9a-f]{32})").matcher(output);
        if (client.exitValue() != 0 || !submitted.find()) {
            throw new AssertionError("flink run ended with " + client.exitValue() + ": " + output);
        }
        return submitted.group(1);
    }

    /** Uploads a jar as the dashboard does and submits its job without arguments. Returns the job's id. */
    String uploadAndRun(Path jar) throws IOException, InterruptedException {
        return runUploaded(upload(jar), List.of());
    }

    /** Submits the job of an uploaded jar. Returns the job's id. */
    String runUploaded(String jarId, List<String> arguments) throws IOException, InterruptedException {
        String body = json.writeValueAsString(Map.of("programArgsList", arguments));
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
    String stopWithSavepoint(String job) throws IOException, InterruptedException {
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

    void cancel(String job) throws IOException, InterruptedException {
        send(request("/jobs/" + job).method("PATCH", BodyPublishers.noBody()));
        await("/jobs/" + job, answer -> "CANCELED".equals(answer.path("state").asText()));
    }

    /** Waits until a job has completed a checkpoint, and with it committed records. */
    void awaitCheckpoint(String job) throws IOException, InterruptedException {
        await(
                "/jobs/" + job + "/checkpoints",
                checkpoints -> checkpoints.at("/counts/completed").asInt() > 0);
    }

    /** Waits until a job has read all of its input. */
    void awaitEnd(String job) throws IOException, InterruptedException {
        await("/jobs/" + job, answer -> "FINISHED".equals(answer.path("state").asText()));
    }

    /** The REST interface's answer to a GET. */
    JsonNode get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    /** Asks until the answer is as wanted; fails when the job has failed or nothing happens for two minutes. */
    private JsonNode await(String path, Predicate<JsonNode> wanted) throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(PATIENCE);
        Object last = null;
        while (Instant.now().isBefore(deadline)) {
            try {
                JsonNode answer = get(path);
                if (wanted.test(answer)) {
                    return answer;
                }
                if ("FAILED".equals(answer.path("state").asText())) {
                    throw new AssertionError(path + ": " + get(path + "/exceptions"));
                }
                last = answer;
            } catch (IOException e) {
                last = e;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new AssertionError("Waited in vain at " + path + ", last seen: " + last);
    }

    /** Kills all processes. */
    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        processes.forEach(process -> process.onExit().join());
    }

    private JsonNode post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(rest + path)).timeout(Duration.ofSeconds(60));
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw new IOException(response.uri() + " answered " + response.statusCode() + ": " + response.body());
        }
        return json.readTree(response.body());
    }

    private Process spawn(String name, String heap, String mainClass, String... arguments) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Stream<String> command = Stream.of(
                java,
                heap,
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-Dlog4j2.configurationFile="
                        + Path.of("src/test/resources/log4j2-test.properties").toAbsolutePath(),
                "-cp",
                Files.readString(TARGET.resolve("flink.classpath")).strip(),
                mainClass);
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(command, Stream.of(arguments)).toList())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(TARGET.resolve(name + ".log").toFile());
        builder.environment().put("FLINK_CONF_DIR", folder.toString());
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static String configuration(Path folder, int rpcPort, int restPort) {
        Map<String, Object> options = Map.ofEntries(
                Map.entry("jobmanager.bind-host", "localhost"),
                Map.entry("jobmanager.rpc.address", "localhost"),
                Map.entry("jobmanager.rpc.port", rpcPort),
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
                Map.entry("restart-strategy.type", "fixed-delay"),
                Map.entry("restart-strategy.fixed-delay.attempts", 100),
                Map.entry("restart-strategy.fixed-delay.delay", "500 ms"),
                Map.entry(
                        "execution.checkpointing.dir",
                        folder.resolve("checkpoints").toUri()),
                Map.entry(
                        "execution.checkpointing.savepoint-dir",
                        folder.resolve("savepoints").toUri()),
                Map.entry("io.tmp.dirs", folder));
        StringBuilder yaml = new StringBuilder();
        options.forEach(
                (key, value) -> yaml.append(key).append(": ").append(value).append('\n'));
        return yaml.toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
