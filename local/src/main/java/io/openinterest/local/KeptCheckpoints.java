package io.openinterest.local;

import io.openinterest.job.config.ConfigurationException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StateObject;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints and savepoints that jobs of one kind left in a folder. Flink reads the one a job starts from late, and
 * where it can't, it names neither the checkpoint nor a way out.
 */
final class KeptCheckpoints {

    private static final String METADATA = "_metadata";
    private static final Logger LOG = LoggerFactory.getLogger(KeptCheckpoints.class);

    private final Path folder;

    KeptCheckpoints(Path folder) {
        this.folder = folder;
    }

    /**
     * The newest; null where there is none.
     *
     * @throws ConfigurationException when it can't be read: what was published since the one before would be published
     *     again, so that it is the user who decides
     */
    Path newest() throws IOException {
        List<Path> newestFirst = newestFirst();
        if (newestFirst.isEmpty()) {
            return null;
        }
        Path newest = newestFirst.get(0);
        String fault = fault(newest);
        if (fault == null) {
            return newest;
        }
        String older = newestFirst.stream()
                .skip(1)
                .filter(checkpoint -> fault(checkpoint) == null)
                .findFirst()
                .map(checkpoint -> ", move it away to go on from " + checkpoint + " and publish again what came since")
                .orElse("");
        throw new ConfigurationException("local.data keeps the checkpoint " + newest + ", which cannot be read ("
                + fault + "): put back what is missing from a copy" + older + ", or set another folder to begin anew.");
    }

    private List<Path> newestFirst() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.endsWith(METADATA))
                    .sorted(Comparator.<Path>comparingLong(file -> file.toFile().lastModified())
                            .reversed())
                    .map(Path::getParent)
                    .toList();
        }
    }

    /** Why a checkpoint can't be read; null where it can, and all its files are there. */
    private static String fault(Path checkpoint) {
        try (DataInputStream metadata =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(checkpoint.resolve(METADATA))))) {
            for (OperatorState operator : Checkpoints.loadCheckpointMetadata(
                            metadata, KeptCheckpoints.class.getClassLoader(), LocalCluster.address(checkpoint))
                    .getOperatorStates()) {
                for (OperatorSubtaskState subtask : operator.getStates()) {
                    for (StateObject state : subtask.getDiscardables()) {
                        requireFile(state);
                    }
                }
            }
            return null;
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // a length in the metadata may be any number
            LOG.info("The checkpoint {} can't be read", checkpoint, e);
            return Failures.sentence(e);
        }
    }

    private static void requireFile(StateObject state) throws IOException {
        if (state instanceof KeyGroupsStateHandle keyed) {
            requireFile(keyed.getDelegateStateHandle());
        } else if (state instanceof OperatorStateHandle operator) {
            requireFile(operator.getDelegateStateHandle());
        } else if (state instanceof FileStateHandle file) {
            Path path = Path.of(file.getFilePath().getPath());
            if (!Files.exists(path)) {
                throw new FileNotFoundException(path + " is missing");
            }
            if (Files.size(path) < file.getStateSize()) {
                throw new IOException(path + " is cut off");
            }
        }
    }
}
