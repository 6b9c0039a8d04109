package io.openinterest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.config.JobConfiguration.Stages;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What is deployed is what the tools that deploy it accept, by the schemas that they publish. */
class DeploymentTest {

    private static final Path CONF = Path.of(System.getProperty("project.directory"), "conf");
    private static final Path SCHEMAS = Path.of("src/test/resources/schemas");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void theOperatorTakesTheDeployments() throws IOException {
        Schema schema = schema(strict(crd()));

        List<JsonNode> deployments = documents(CONF.resolve("kubernetes/open-interest.yaml"));

        assertThat(deployments)
                .hasSize(2)
                .allSatisfy(
                        deployment -> assertThat(schema.validate(deployment)).isEmpty());
    }

    /** Or the test above would prove nothing. */
    @Test
    void theOperatorTakesNoKeyItDoesNotKnow() throws IOException {
        Schema schema = schema(strict(crd()));
        JsonNode deployment =
                documents(CONF.resolve("kubernetes/open-interest.yaml")).get(0);

        ((ObjectNode) deployment.at("/spec/job")).put("upgradeMod", "savepoint");
        ((ObjectNode) deployment.at("/spec/podTemplate/spec")).put("container", "x");

        assertThat(schema.validate(deployment)).hasSize(2);
    }

    @Test
    void theTwoDeploymentsAreTheTwoStagesOfTheJob() throws IOException {
        List<Stages> stages = new ArrayList<>();
        for (JsonNode deployment : documents(CONF.resolve("kubernetes/open-interest.yaml"))) {
            Arguments arguments = new Arguments();
            assertThat(arguments.parse(texts(deployment.at("/spec/job/args")).toArray(String[]::new)))
                    .isTrue();
            JobConfiguration configuration = arguments.configuration(SourceKind.LIVE);
            stages.add(configuration.stages());
            assertThat(deployment.at("/spec/job/upgradeMode").asText()).isEqualTo("savepoint");
            assertThat(deployment.at("/metadata/name").asText())
                    .endsWith("-" + configuration.stages().name().toLowerCase(java.util.Locale.ROOT));
        }
        assertThat(stages).containsExactly(Stages.INGEST, Stages.ANALYZE);
    }

    @Test
    void composeTakesTheFile() throws IOException {
        JsonNode compose = documents(CONF.resolve("compose/compose.yaml")).get(0);

        assertThat(schema(JSON.readTree(SCHEMAS.resolve("compose-spec.json").toFile()))
                        .validate(compose))
                .isEmpty();
        assertThat(compose.path("services").properties())
                .extracting(java.util.Map.Entry::getKey)
                .contains("kafka", "jobmanager", "taskmanager", "prometheus", "grafana");
    }

    @Test
    void everyFileThatComposeMountsIsThere() throws IOException {
        JsonNode compose = documents(CONF.resolve("compose/compose.yaml")).get(0);

        List<String> mounted = new ArrayList<>();
        compose.path("services")
                .forEach(service -> texts(service.path("volumes")).stream()
                        .filter(volume -> volume.startsWith(".") && !volume.contains("/target/"))
                        .forEach(volume -> mounted.add(volume.split(":")[0])));

        assertThat(mounted)
                .isNotEmpty()
                .allSatisfy(file ->
                        assertThat(CONF.resolve("compose").resolve(file)).isRegularFile());
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static List<JsonNode> documents(Path file) throws IOException {
        List<JsonNode> documents = new ArrayList<>();
        yaml().loadAll(Files.readString(file)).forEach(document -> documents.add(JSON.valueToTree(document)));
        return documents;
    }

    /** The schema in the operator's definition of a FlinkDeployment. */
    private static JsonNode crd() throws IOException {
        try (InputStream in =
                new GZIPInputStream(Files.newInputStream(SCHEMAS.resolve("flinkdeployments.crd.yml.gz")))) {
            JsonNode definition = JSON.valueToTree(yaml().load(new InputStreamReader(in, UTF_8)));
            return definition.at("/spec/versions/0/schema/openAPIV3Schema");
        }
    }

    /** As {@code kubectl} validates: what the schema does not know is a mistake. */
    private static JsonNode strict(JsonNode schema) {
        forbidUnknown(schema);
        ObjectNode top = (ObjectNode) schema.path("properties");
        top.putObject("apiVersion").put("const", "flink.apache.org/v1beta1");
        top.putObject("kind").put("const", "FlinkDeployment");
        top.putObject("metadata").put("type", "object");
        return schema;
    }

    private static void forbidUnknown(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("properties").isObject()
                && !object.has("additionalProperties")
                && !object.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
            object.put("additionalProperties", false);
        }
        node.forEach(DeploymentTest::forbidUnknown);
    }

    private static Schema schema(JsonNode schema) {
        // its name is no address
        ((ObjectNode) schema).remove("$id");
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7).getSchema(schema);
    }

    private static Yaml yaml() {
        return new Yaml(new SafeConstructor(new LoaderOptions()));
    }
}
