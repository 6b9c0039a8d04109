package io.openinterest.job.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FolderTest {

    @AfterEach
    void reset() {
        FileSystem.initialize(new Configuration(), null);
    }

    @ParameterizedTest
    @CsvSource({
        "/data/cme,          s3://bucket/data/cme",
        "data/cme,           s3://bucket/data/cme",
        "file:///data/cme,   file:/data/cme",
        "s3://other/data,    s3://other/data"
    })
    void anAddressWithoutAFileSystemIsOnTheOneThatFlinkTakesForIt(String address, String path) {
        FileSystem.initialize(new Configuration().set(CoreOptions.DEFAULT_FILESYSTEM_SCHEME, "s3://bucket"), null);

        assertThat(new Folder("any", address).path()).hasToString(path);
    }

    @Test
    void withoutSuchAFileSystemItIsOnThisMachine() {
        assertThat(new Folder("any", "data").path().toUri())
                .isEqualTo(Path.of("data").toAbsolutePath().toUri());
    }

    @Test
    void whatIsTriedLeavesNothingBehind(@TempDir Path folder) {
        Path made = folder.resolve("export/of/today");

        new Folder("any", made.toString()).requireWritable();

        assertThat(made).isEmptyDirectory();
    }
}
