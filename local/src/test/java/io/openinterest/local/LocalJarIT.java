package io.openinterest.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The jar that {@code job/run} starts has what it needs beside it, whatever the class path of the tests has. */
@Timeout(120)
class LocalJarIT {

    private static final Path PROJECT = Path.of(System.getProperty("project.directory"));

    @Test
    void theJarReadsItsConfigurationAndNamesAMistake() throws IOException, InterruptedException {
        // when it is started as job/run starts it, with a key that does not exist
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        PROJECT.resolve("local/target/open-interest-local.jar").toString(),
                        "--set",
                        "kafka.partition=8")
                .directory(PROJECT.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);

        // then the configuration was read, and the mistake is one sentence
        assertThat(process.waitFor()).as(said).isEqualTo(2);
        assertThat(said).contains("kafka.partition").doesNotContain("Exception");
    }
}
