package io.openinterest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What goes into the cluster jar may be given on under Apache 2.0. */
class LicencesIT {

    private static final Path BILL_OF_MATERIALS =
            Path.of(System.getProperty("project.directory")).resolve("job/target/bom.json");

    private static final Set<String> COMPATIBLE = Set.of("Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause");

    @Test
    void everyLibraryOfTheClusterJarHasACompatibleLicence() throws IOException {
        JsonNode components =
                new ObjectMapper().readTree(BILL_OF_MATERIALS.toFile()).path("components");

        assertThat(components)
                .isNotEmpty()
                .allSatisfy(component -> assertThat(licences(component))
                        .as(component.path("name").asText())
                        .isNotEmpty()
                        .allMatch(COMPATIBLE::contains));
    }

    private static List<String> licences(JsonNode component) {
        List<String> ids = new ArrayList<>();
        component
                .path("licenses")
                .forEach(entry -> ids.add(entry.at("/license/id").asText()));
        return ids;
    }
}
