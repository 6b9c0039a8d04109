package io.openinterest.source.replay;

import static io.openinterest.source.replay.Recorded.gzip;
import static io.openinterest.source.replay.Recorded.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinesTest {

    @TempDir
    private Path folder;

    @Test
    void aDamagedFileGivesTheSameLinesWhereverReadingBegins() throws IOException {
        // given compressed lines that are damaged in one place or another
        Random random = new Random(1);
        byte[] whole = gzip(IntStream.range(0, 10_000)
                .mapToObj(i -> "{\"time\":\"2026-03-01T07:00:" + i % 60 + "Z\",\"count\":" + random.nextInt(1000) + "}")
                .toArray(String[]::new));
        for (int damage = 0; damage < 20; damage++) {
            byte[] damaged = whole.clone();
            int at = whole.length / 2 + 97 * damage;
            Arrays.fill(damaged, at, at + 100, (byte) 0xff);
            Path file = write(folder.resolve(damage + ".jsonl.gz"), damaged);

            // when
            List<Long> offsets = offsets(file, 0);

            // then
            assertThat(offsets).hasSizeGreaterThan(5_000);
            for (int from : new int[] {offsets.size() / 3, offsets.size() / 2, offsets.size() - 5}) {
                assertThat(offsets(file, offsets.get(from))).isEqualTo(offsets.subList(from, offsets.size()));
            }
        }
    }

    /** The places where the lines begin that are found from an offset on. */
    private static List<Long> offsets(Path file, long offset) throws IOException {
        List<Long> offsets = new ArrayList<>();
        try (Lines lines = new Lines(file, offset)) {
            for (Lines.Found found = lines.next(); found != Lines.Found.END; found = lines.next()) {
                if (found == Lines.Found.LINE) {
                    offsets.add(lines.offset());
                }
            }
        }
        return offsets;
    }
}
