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
            "mvnw.cmd",
            ".mvn",
            ".ci",
            ".editorconfig",
            ".gitattributes",
            ".gitignore");

    /** Names of what is nobody's work: Git's own, what .gitignore leaves out, and what Finder and Eclipse write. */
    private static final Set<String> IGNORED = Set.of(
            ".git", "target", "recordings", ".idea", ".vscode", ".DS_Store", ".classpath", ".project", ".settings");

    @Test
    void theRootHoldsOnlyKnownFiles() throws IOException {
        try (Stream<Path> entries = Files.list(Path.of(System.getProperty("project.directory")))) {
            assertThat(entries.map(entry -> entry.getFileName().toString())
                            .filter(name -> !name.endsWith(".iml") && !IGNORED.contains(name)))
                    .allMatch(KNOWN::contains);
        }
    }
}
