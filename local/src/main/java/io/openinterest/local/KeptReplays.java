package io.openinterest.local;

import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.source.replay.RecordedSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;

/**
 * The recordings that the kept topics hold whole, and the one they hold in part. A job that has finished leaves no
 * checkpoint to go on from, and to start it again would write every record a second time; one that has not goes on with its
 * own recordings.
 */
final class KeptReplays {

    private final Path folder;
    private final Path finished;
    private final Path begun;
    private final JobConfiguration configuration;
    private final List<String> recordings = new ArrayList<>();

    /**
     * Those of a folder.
     *
     * @param folder of the kept checkpoints
     */
    KeptReplays(Path folder, JobConfiguration configuration) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.configuration = configuration;
        finished = folder.resolve("finished");
        begun = folder.resolve("begun");
        for (Path file : RecordedSource.files(configuration.replay().paths())) {
            recordings.add(configuration.kafka().topicPrefix() + " " + Files.size(file) + " " + file);
        }
    }

    /**
     * Whether the configured replay has finished.
     *
     * @throws ConfigurationException if a part of it has
     */
    boolean isFinished() throws IOException {
        List<String> left = new ArrayList<>(recordings);
        left.removeAll(lines(finished));
        if (!left.isEmpty() && left.size() < recordings.size()) {
            throw new ConfigurationException(
                    key() + "which holds a part of this replay: name in replay.paths what is new, which begins with "
                            + path(left.get(0)) + ", or set another folder.");
        }
        return left.isEmpty();
    }

    /**
     * The configured replay begins, or goes on.
     *
     * @param restored true if it goes on from a checkpoint
     * @throws ConfigurationException if the checkpoint is that of another replay
     */
    void begin(boolean restored) throws IOException {
        if (restored && !lines(begun).equals(recordings)) {
            throw new ConfigurationException(key() + "which holds another replay that has not finished, of "
                    + lines(begun).stream().map(KeptReplays::path).findFirst().orElse("nobody knows what")
                    + ": let it finish, or set another folder.");
        }
        Files.write(begun, recordings);
    }

    /** The configured replay has finished: no checkpoint is of use any more. */
    void finish() throws IOException {
        List<String> all = new ArrayList<>(lines(finished));
        all.addAll(recordings);
        Files.write(finished, all);
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path checkpoints : entries.filter(Files::isDirectory).toList()) {
                FileUtils.deleteDirectory(checkpoints.toFile());
            }
        }
    }

    /** The file that says what has finished. */
    Path list() {
        return finished;
    }

    private String key() {
        return "local.data is \"" + configuration.local().data() + "\", ";
    }

    /** Of {@code <topic prefix> <bytes> <path>}. */
    private static String path(String recording) {
        return recording.split(" ", 3)[2];
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }
}
