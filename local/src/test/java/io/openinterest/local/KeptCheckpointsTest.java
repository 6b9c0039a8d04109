package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.openinterest.job.config.ConfigurationException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeOffsets;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptCheckpointsTest {

    private static final int STATE_BYTES = 40_000;

    @TempDir
    private Path folder;

    private Path older;
    private Path newest;
    private KeptCheckpoints checkpoints;

    @BeforeEach
    void keepTwo() throws IOException {
        older = checkpoint(6);
        newest = checkpoint(7);
        checkpoints = new KeptCheckpoints(folder);
    }

    @Test
    void theNewestIsGoneOnFrom() throws IOException {
        assertThat(checkpoints.newest()).isEqualTo(newest);
        assertThat(new KeptCheckpoints(folder.resolve("none")).newest()).isNull();
    }

    @Test
    void oneThatIsCutOffAnywhereIsNamedAndWhatCanBeDone() throws IOException {
        Path metadata = newest.resolve("_metadata");
        byte[] whole = Files.readAllBytes(metadata);
        for (int length : new int[] {0, 5, whole.length / 2, whole.length - 1}) {
            write(metadata, Arrays.copyOf(whole, length), 7);

            assertRefused()
                    .withMessageMatching("local.data keeps the checkpoint " + newest
                            + ", which cannot be read \\(.+\\): put back what is missing from a copy, move it away to go"
                            + " on from " + older + " and publish again what came since, or set another folder to begin"
                            + " anew.");
        }
    }

    @Test
    void oneWhoseStateIsMissingOrCutOffIsNoneToGoOnFrom() throws IOException {
        write(newest.resolve("state"), new byte[STATE_BYTES - 1], 7);
        Files.delete(older.resolve("state"));

        assertRefused()
                .withMessage(
                        "local.data keeps the checkpoint %s, which cannot be read (IOException: %s is cut off): put"
                                        .formatted(newest, newest.resolve("state"))
                                + " back what is missing from a copy, or set another folder to begin anew.");

        Files.delete(newest.resolve("state"));

        assertRefused()
                .withMessageContaining(
                        "cannot be read (FileNotFoundException: " + newest.resolve("state") + " is missing): ");
    }

    private ThrowableAssertAlternative<ConfigurationException> assertRefused() {
        return assertThatExceptionOfType(ConfigurationException.class).isThrownBy(checkpoints::newest);
    }

    /** A checkpoint of one operator, whose keyed state is too much for the metadata. */
    private Path checkpoint(long id) throws IOException {
        Path checkpoint = Files.createDirectories(folder.resolve("job").resolve("chk-" + id));
        Path state = Files.write(checkpoint.resolve("state"), new byte[STATE_BYTES]);
        KeyGroupsStateHandle keyed = new KeyGroupsStateHandle(
                new KeyGroupRangeOffsets(KeyGroupRange.of(0, 127)),
                new FileStateHandle(new org.apache.flink.core.fs.Path("file://" + state), STATE_BYTES));
        OperatorState operator = new OperatorState("markets", "markets", new OperatorID(1, 2), 1, 128);
        operator.putState(
                0, OperatorSubtaskState.builder().setManagedKeyedState(keyed).build());
        try (OutputStream metadata = Files.newOutputStream(checkpoint.resolve("_metadata"))) {
            Checkpoints.storeCheckpointMetadata(new CheckpointMetadata(id, List.of(operator), List.of()), metadata);
        }
        Files.setLastModifiedTime(checkpoint.resolve("_metadata"), FileTime.fromMillis(1000 * id));
        return checkpoint;
    }

    private static void write(Path file, byte[] content, long id) throws IOException {
        Files.write(file, content);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1000 * id));
    }
}
