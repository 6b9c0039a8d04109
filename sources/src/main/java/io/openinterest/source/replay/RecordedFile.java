package io.openinterest.source.replay;

import io.openinterest.observation.ObservationReader;
import io.openinterest.observation.ObservationReader.Reading;
import io.openinterest.source.replay.RecordedSplit.Position;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * One file of a recording: where it stands and, once it was read, its next record. Files are ordered by the time of that
 * record, where it is not known by the time of the last one, and then by their rank in the recording.
 */
final class RecordedFile implements Closeable, Comparable<RecordedFile> {

    private final Path path;
    private final int rank;
    private final ObservationReader reader;

    private final long size;

    private long consumed;
    private long offset;
    private long time;
    private Reading next;
    private boolean ended;
    private Lines lines;
    private boolean idle = true;

    RecordedFile(Position position, int rank, ObservationReader reader) {
        this.path = Path.of(position.file());
        this.rank = rank;
        this.reader = reader;
        this.offset = position.offset();
        this.time = position.time();
        // one that is not there is told when it is opened
        this.size = path.toFile().length();
    }

    /** Bytes of the file as it lies there. */
    long size() {
        return size;
    }

    /** The number of them that have been read. */
    long consumed() {
        return consumed;
    }

    /** Reads on by a bounded amount, after which the next record may be known, or not yet, or the end be reached. */
    void read() throws IOException {
        if (lines == null) {
            lines = new Lines(path, offset);
        }
        Lines.Found found = lines.next();
        offset = lines.offset();
        consumed = lines.consumed();
        if (found == Lines.Found.LINE && !isBlank()) {
            next = reader.read(lines.bytes(), lines.from(), lines.to() - lines.from());
        } else if (found == Lines.Found.BROKEN) {
            String why = "the rest of " + path.getFileName() + " can't be uncompressed";
            next = new Reading(null, ObservationReader.unreadable(why, new byte[0]));
        }
        ended = found == Lines.Found.BROKEN || found == Lines.Found.END;
        // what can't be used has no time of its own and comes right after the record before it
        if (next != null && next.observation() != null) {
            time = next.observation().time().toEpochMilli();
        }
    }

    boolean hasNext() {
        return next != null;
    }

    Reading next() {
        Reading taken = next;
        next = null;
        idle = false;
        offset = lines.nextOffset();
        return taken;
    }

    boolean isAtEnd() {
        return ended && next == null;
    }

    /** Whether nothing was taken since it was opened. */
    boolean isIdle() {
        return idle;
    }

    int rank() {
        return rank;
    }

    /** The place where reading goes on when this is closed now. */
    Position position() {
        return new Position(path.toString(), offset, time);
    }

    /** Lets go of the file; it can be read again from its position. */
    @Override
    public void close() throws IOException {
        next = null;
        ended = false;
        idle = true;
        if (lines != null) {
            lines.close();
            lines = null;
        }
    }

    @Override
    public int compareTo(RecordedFile other) {
        int byTime = Long.compare(time, other.time);
        return byTime == 0 ? Integer.compare(rank, other.rank) : byTime;
    }

    private boolean isBlank() {
        for (int i = lines.from(); i < lines.to(); i++) {
            if (lines.bytes()[i] > ' ' || lines.bytes()[i] < 0) {
                return false;
            }
        }
        return true;
    }
}
