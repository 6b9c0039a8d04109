package io.openinterest.source.replay;

import io.openinterest.observation.Arrival;
import io.openinterest.wire.RecordType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.lineage.DefaultLineageDataset;
import org.apache.flink.streaming.api.lineage.DefaultSourceLineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;

/**
 * Recorded observations (JSON lines, plain or gzip), replayed as one stream in the order of their {@code time} and then
 * over. What arrives is a function of the files alone: every run, interrupted or not, gives the same arrivals with the
 * same watermarks in the same order. Only rows without {@code database_time} that are dated after the run is defined
 * are not accepted, and may be in a later one. Sixteen files, and parts of each, are read side by side by up to four threads
 * of one subtask, whatever the parallelism, so parallelism 1 is enough.
 *
 * <p>The files must be where the subtask runs, under the same path as where the job is submitted. A file that can't be
 * uncompressed to its end gives a quarantine record and does not hold up the others; one that can't be read at all fails
 * the job, because leaving it out would give another result.
 */
public final class RecordedSource
        implements Source<Arrival, RecordedSplit, RecordedSplit>, ResultTypeQueryable<Arrival>, LineageVertexProvider {

    private static final long serialVersionUID = 1;

    private final ArrayList<String> files;
    private final long outOfOrderness;
    private final boolean checkpointed;
    private final long begun = System.currentTimeMillis();

    /**
     * A source. It tells its watermarks itself, each full minute that an arrival passes.
     *
     * @param files as {@link #files} gives them; their order decides between records of equal time
     * @param outOfOrderness disorder allowed within a file: how far the watermark stays behind the greatest time read
     * @param checkpointed whether there are checkpoints, which event time then waits for where rows are far apart
     */
    public RecordedSource(List<Path> files, Duration outOfOrderness, boolean checkpointed) {
        this.files = new ArrayList<>(files.stream().map(Path::toString).toList());
        this.outOfOrderness = outOfOrderness.toMillis();
        this.checkpointed = checkpointed;
    }

    /**
     * The files that paths stand for, sorted, each once: a file itself, a folder for all {@code *.jsonl} and
     * {@code *.jsonl.gz} in it and below.
     *
     * @throws IllegalArgumentException with a sentence for the user where a path is missing, can't be read or is a folder
     *     without such files, or where there is none
     */
    public static List<Path> files(List<String> paths) {
        if (paths.isEmpty()) {
            throw new IllegalArgumentException("replay.paths is empty: name at least one file or folder to replay");
        }
        TreeSet<Path> files = new TreeSet<>();
        for (String path : paths) {
            files.addAll(files(path));
        }
        return List.copyOf(files);
    }

    /**
     * The text of a recording, whatever its name says of compression.
     *
     * @throws IOException where it can't be read, or not be uncompressed
     */
    public static InputStream open(Path file) throws IOException {
        SeekableByteChannel channel = Files.newByteChannel(file);
        try {
            InputStream in = Channels.newInputStream(channel);
            return Lines.isCompressed(channel) ? new GZIPInputStream(in) : in;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** For lineage: the files. */
    @Override
    public LineageVertex getLineageVertex() {
        DefaultSourceLineageVertex vertex = new DefaultSourceLineageVertex(getBoundedness());
        files.forEach(file -> vertex.addDataset(new DefaultLineageDataset(file, "file", Map.of())));
        return vertex;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.BOUNDED;
    }

    @Override
    public SplitEnumerator<RecordedSplit, RecordedSplit> createEnumerator(
            SplitEnumeratorContext<RecordedSplit> context) {
        return new RecordedEnumerator(context, RecordedSplit.of(files, begun));
    }

    @Override
    public SplitEnumerator<RecordedSplit, RecordedSplit> restoreEnumerator(
            SplitEnumeratorContext<RecordedSplit> context, RecordedSplit unassigned) {
        return new RecordedEnumerator(context, unassigned);
    }

    @Override
    public SourceReader<Arrival, RecordedSplit> createReader(SourceReaderContext context) {
        Pace pace = checkpointed ? Pace.ofCheckpoints(System::nanoTime) : Pace.unlimited();
        return new RecordedReader(context, outOfOrderness, pace);
    }

    @Override
    public SimpleVersionedSerializer<RecordedSplit> getSplitSerializer() {
        return new RecordedSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<RecordedSplit> getEnumeratorCheckpointSerializer() {
        return new RecordedSplitSerializer();
    }

    @Override
    public TypeInformation<Arrival> getProducedType() {
        return new RecordType<>(Arrival.class);
    }

    private static List<Path> files(String path) {
        Set<Path> found = new TreeSet<>();
        try {
            Path start = Path.of(path);
            Files.walkFileTree(
                    start, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new Finder(start, found));
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException("replay.paths: " + path + " does not exist or can't be read", e);
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("replay.paths: " + path
                    + " is no file, and no folder with files that end with .jsonl or .jsonl.gz");
        }
        for (Path file : found) {
            if (!Files.isReadable(file)) {
                throw new IllegalArgumentException("replay.paths: " + file + " can't be read");
            }
        }
        return List.copyOf(found);
    }

    private static boolean isRecording(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".jsonl") || name.endsWith(".jsonl.gz");
    }

    /** Follows links, also those that lead back, and counts a file once by whatever names it is found. */
    private static final class Finder extends SimpleFileVisitor<Path> {

        private final Path start;
        private final Set<Path> found;

        Finder(Path start, Set<Path> found) {
            this.start = start;
            this.found = found;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (attributes.isRegularFile() && (file.equals(start) || isRecording(file))) {
                found.add(file.toRealPath());
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
            if (why instanceof FileSystemLoopException) {
                return FileVisitResult.CONTINUE;
            }
            throw why;
        }
    }
}
