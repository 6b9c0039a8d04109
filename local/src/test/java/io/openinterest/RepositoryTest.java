package io.openinterest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A newcomer has to understand every entry of the repository's root: none comes there unnoticed. */
class RepositoryTest {

    private static final Set<String> KNOWN = Set.of(
            // the design
            "pom.xml",
            "sources",
            "functions",
            "job",
            "conf",
            "README.md",
            // what these need
            "local",
            "benchmarks",
            "docs",
            "CHANGELOG.md",
            "CONTRIBUTING.md",
            "LICENSE",
            "NOTICE",
            "mvnw",
            "mvnw.cmd");

    /** What .gitignore leaves out. */
    private static final Set<String> IGNORED = Set.of("target", "recordings");

    @Test
    void theRootHoldsOnlyKnownFiles() throws IOException {
        try (Stream<Path> entries = Files.list(Path.of(System.getProperty("project.directory")))) {
            assertThat(entries.map(entry -> entry.getFileName().toString())
                            .filter(name -> !name.startsWith(".") && !name.endsWith(".iml") && !IGNORED.contains(name)))
                    .allMatch(KNOWN::contains);
        }
    }
}
