package io.openinterest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jar that goes to a cluster holds the job and nothing that a cluster has of its own. */
class ClusterJarIT {

    private static JarFile jar;
    private static List<String> names;

    @BeforeAll
    static void open() throws IOException {
        jar = new JarFile(Path.of("../job/target/open-interest-job.jar").toFile());
        names = jar.stream().map(ZipEntry::getName).toList();
    }

    @AfterAll
    static void close() throws IOException {
        jar.close();
    }

    @Test
    void startsTheJob() throws IOException {
        assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
                .isEqualTo("io.openinterest.job.OpenInterestJob");
        assertThat(names).contains("io/openinterest/job/OpenInterestJob.class");
    }

    @Test
    void carriesTheDefaultConfiguration() {
        assertThat(names).contains("conf/open-interest.yaml");
    }

    @Test
    void carriesTheKafkaConnector() {
        assertThat(names).contains("org/apache/flink/connector/kafka/sink/KafkaSink.class");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org/apache/flink/runtime/",
                "org/apache/flink/streaming/api/",
                "org/apache/flink/connector/base/",
                "kafka/server/",
                "io/openinterest/local/",
                "io/openinterest/simulator/",
                "mockwebserver3/",
                "org/slf4j/",
                "org/apache/logging/",
                "org/apache/hadoop/",
                "log4j"
            })
    void leavesOut(String prefix) {
        assertThat(names).noneMatch(name -> name.startsWith(prefix) && !name.endsWith("/"));
    }

    /** A cluster's class path may hold other versions of these. */
    @ParameterizedTest
    @ValueSource(
            strings = {"com/fasterxml/", "org/yaml/", "okhttp3/", "okio/", "kotlin/", "org/apache/parquet/", "picocli/"
            })
    void relocates(String prefix) {
        assertThat(names).noneMatch(name -> name.startsWith(prefix) && name.endsWith(".class"));
    }
}
