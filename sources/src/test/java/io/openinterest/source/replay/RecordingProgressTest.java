package io.openinterest.source.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingProgressTest {

    @TempDir
    private Path folder;

    @Test
    void progressGoesFromNothingToAllOverPlainAndCompressedFiles() throws Exception {
        Path plain = folder.resolve("a.jsonl");
        Path compressed = folder.resolve("b.jsonl.gz");
        byte[] lines = "not an observation\n".repeat(20_000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Files.write(plain, lines);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
            out.write(lines);
        }
        RecordedSplit split = RecordedSplit.of(List.of(plain.toString(), compressed.toString()), 0);
        try (Recording recording = new Recording(split, 0)) {
            assertThat(recording.progress()).isZero();
            double before = 0;
            int records = 0;
            while (!recording.isFinished()) {
                records += recording.poll() == null ? 0 : 1;
                assertThat(recording.progress()).isBetween(before, 1.0);
                before = recording.progress();
                if (records == 10_000) {
                    assertThat(before).isBetween(0.4, 0.6);
                }
            }
            assertThat(records).isEqualTo(40_000);
            assertThat(recording.progress()).isEqualTo(1);
        }
    }
}
