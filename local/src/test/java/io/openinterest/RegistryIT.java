package io.openinterest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.sun.net.httpserver.HttpServer;
import io.openinterest.job.kafka.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The schemas reach a registry as its interface wants them; skipped without curl and jq. */
class RegistryIT {

    private static final Path CONF = Path.of(System.getProperty("project.directory"), "conf");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void everyTopicHasAValidSchemaInTheRegistry() throws Exception {
        assumeTrue(runs("jq", "--version") && runs("curl", "--version"), "curl or jq is not installed");
        Map<String, String> subjects = new TreeMap<>();
        HttpServer registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/subjects/", exchange -> {
            JsonNode body = JSON.readTree(exchange.getRequestBody());
            assertThat(body.path("schemaType").asText()).isEqualTo("JSON");
            subjects.put(exchange.getRequestURI().getPath(), body.path("schema").asText());
            byte[] answer = "{\"id\":1}".getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        registry.start();
        try {
            Process register = new ProcessBuilder(
                            CONF.resolve("registry/register").toString(),
                            "http://localhost:" + registry.getAddress().getPort())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(register.getInputStream().readAllBytes(), UTF_8);
            assertThat(register.waitFor()).as(output).isZero();
        } finally {
            registry.stop(0);
        }

        assertThat(subjects.keySet())
                .isEqualTo(Topics.all().stream()
                        .map(topic -> "/subjects/open-interest." + topic + "-value/versions")
                        .collect(Collectors.toSet()));
        Schema dialect = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        assertThat(subjects.values())
                .allSatisfy(schema ->
                        assertThat(dialect.validate(schema, InputFormat.JSON)).isEmpty());
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
