package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openinterest.Await;
import io.openinterest.FreePorts;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The alarms and the dashboard against a real Prometheus that scrapes a real run; skipped where there is none. */
@Timeout(600)
class PrometheusIT {

    private static final Path CONF = Path.of(System.getProperty("project.directory"), "conf");
    private static final Pattern METRIC = Pattern.compile("flink_[A-Za-z_]+");
    private static final ObjectMapper JSON = new ObjectMapper();
    /** One for all: of a thousand that were each made for a query, one in a build lost its answer. */
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsPrometheus() {
        assumeTrue(isInstalled("promtool") && isInstalled("prometheus"), "Prometheus is not installed");
    }

    @Test
    void alarmsRingWhenTheyShallAndOnlyThen() throws Exception {
        Process promtool = start("promtool", "test", "rules", CONF + "/prometheus/alarms.test.yml");

        assertThat(exitCode(promtool)).as(output("promtool")).isZero();
    }

    @Test
    void whatIsDeployedIsValid() throws Exception {
        Process promtool = start("promtool", "check", "config", CONF + "/prometheus/prometheus.yml");

        assertThat(exitCode(promtool)).as(output("promtool")).isZero();
    }

    @Test
    void everyQueryOfTheDashboardAndEveryAlarmIsAnsweredFromARun() throws Exception {
        Path said = folder.resolve("run.txt");
        Process run = LocalRunProcess.start(said, List.of(), Map.of(), "--set", "source=simulated");
        Process prometheus = null;
        try {
            int port = FreePorts.next();
            Files.writeString(
                    folder.resolve("prometheus.yml"),
                    Files.readString(CONF.resolve("prometheus/prometheus.yml"))
                            // no shorter: it limits a scrape too, which takes seconds on a busy machine
                            .replace("10s", "5s")
                            .replace("localhost:9249", metricsAddress(run, said)));
            Files.copy(CONF.resolve("prometheus/alarms.yml"), folder.resolve("alarms.yml"));
            prometheus = start(
                    "prometheus",
                    "--config.file=" + folder.resolve("prometheus.yml"),
                    "--storage.tsdb.path=" + folder.resolve("data"),
                    "--web.listen-address=localhost:" + port);
            String server = "http://localhost:" + port;
            String job = "flink_taskmanager_job_task_operator_";
            await(run, server, "count(delta(" + job + "asset_likeForLikeUsd[5m])) > 3");
            await(run, server, job + "venue_lastObservationAgeMs >= 0");
            await(run, server, "flink_jobmanager_job_lastCheckpointCompletedTimestamp > 0");

            List<String> queries = dashboardQueries();
            assertThat(queries).hasSizeGreaterThan(30);
            for (String query : queries) {
                assertThat(query(server, query)).as(query).isNotEmpty();
            }
            Set<String> metrics = alarmMetrics();
            assertThat(metrics).hasSizeGreaterThan(8);
            for (String metric : metrics) {
                assertThat(query(server, metric)).as(metric).isNotEmpty();
            }
            // all of one boundary, unless the scrape fell between two
            await(
                    run,
                    server,
                    "abs(sum(" + job + "exchange_openInterestUsd) / sum(" + job
                            + "total_openInterestUsd) - 1) < 0.000001");
            assertThat(query(server, job + "asset_openInterestUsd").findValuesAsText("asset"))
                    .contains("btc", "eth");
            assertThat(query(server, "ALERTS{alertstate=\"firing\",alertname!=\"CoverageLow\"}"))
                    .as("a healthy run rings no alarm")
                    .isEmpty();
        } finally {
            run.destroy();
            if (prometheus != null) {
                prometheus.destroy();
                prometheus.waitFor();
            }
            run.waitFor(60, TimeUnit.SECONDS);
            run.destroyForcibly();
        }
    }

    /** Every query of every panel, with the names of metrics as the dashboard has them. */
    private static List<String> dashboardQueries() throws IOException {
        List<String> queries = new ArrayList<>();
        JsonNode dashboard =
                JSON.readTree(CONF.resolve("grafana/open-interest.json").toFile());
        dashboard
                .path("panels")
                .forEach(panel -> panel.path("targets")
                        .forEach(target -> queries.add(target.path("expr").asText())));
        return queries;
    }

    private static Set<String> alarmMetrics() throws IOException {
        Set<String> metrics = new LinkedHashSet<>();
        for (String line : Files.readAllLines(CONF.resolve("prometheus/alarms.yml"))) {
            if (line.strip().startsWith("expr:")) {
                Matcher metric = METRIC.matcher(line);
                while (metric.find()) {
                    metrics.add(metric.group());
                }
            }
        }
        return metrics;
    }

    private static String metricsAddress(Process run, Path said) throws Exception {
        LocalRunProcess.await(run, said, "/metrics");
        String address = LocalRunProcess.line(said, "metrics").replaceFirst(",.*", "");
        return URI.create(address).getAuthority();
    }

    private static void await(Process run, String server, String query) throws Exception {
        Await.until(
                () -> {
                    assertThat(run.isAlive()).as("the run goes on").isTrue();
                    return query(server, query);
                },
                result -> !result.isEmpty());
    }

    private static JsonNode query(String server, String query) throws Exception {
        URI uri = URI.create(server + "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
        // an answer that is lost, by the client or while Prometheus begins, is asked for again
        JsonNode answer = Await.until(
                () -> JSON.readTree(
                        HTTP.send(HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), BodyHandlers.ofString())
                                .body()),
                JsonNode::isObject);
        assertThat(answer.path("status").asText()).as(query + ": " + answer).isEqualTo("success");
        return answer.at("/data/result");
    }

    private Process start(String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(outputOf(command[0]).toFile())
                .start();
    }

    private Path outputOf(String program) {
        return folder.resolve(Path.of(program).getFileName() + ".txt");
    }

    private String output(String program) throws IOException {
        return Files.readString(outputOf(program));
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS))
                .as("ended within a minute")
                .isTrue();
        return process.exitValue();
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
