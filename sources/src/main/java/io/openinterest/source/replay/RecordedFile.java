package io.openinterest.source.replay;

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
    private final ReadAhead ahead;

    private final long size;

    private long consumed;
    private long offset;
    private long time;
    private Reading next;
    private boolean idle = true;

    /** Null while the file is closed. */
    private Pieces pieces;

    /** The piece at hand, and how many of its records were read; null before the first. */
    private Piece piece;

    private int read;

    RecordedFile(Position position, int rank, ReadAhead ahead) {
        this.path = Path.of(position.file());
        this.rank = rank;
        this.ahead = ahead;
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
    void read() throws IOException, InterruptedException {
        if (pieces == null) {
            pieces = new Pieces(path, offset, ahead);
        }
        if (piece == null || read == piece.records().size()) {
            piece = pieces.next();
            read = 0;
            consumed = piece.consumed();
        }
        offset = nextOffset();
        if (read < piece.records().size()) {
            next = piece.records().get(read++);
            // what can't be used has no time of its own and comes right after the record before it
            if (next.observation() != null) {
                time = next.observation().time().toEpochMilli();
            }
        }
    }

    boolean hasNext() {
        return next != null;
    }

    Reading next() {
        Reading taken = next;
        next = null;
        idle = false;
        offset = nextOffset();
        return taken;
    }

    boolean isAtEnd() {
        return next == null
                && piece != null
                && piece.isLast()
                && read == piece.records().size();
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
        piece = null;
        idle = true;
        if (pieces != null) {
            pieces.close();
            pieces = null;
        }
    }

    @Override
    public int compareTo(RecordedFile other) {
        int byTime = Long.compare(time, other.time);
        return byTime == 0 ? Integer.compare(rank, other.rank) : byTime;
    }

    /** The place of the first record that was not read. */
    private long nextOffset() {
        return read < piece.offsets().size() ? piece.offsets().get(read) : piece.end();
    }
}
