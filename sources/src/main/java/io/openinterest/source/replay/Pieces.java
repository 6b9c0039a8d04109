package io.openinterest.source.replay;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * An open file in pieces. The first is a single record, which is all that is asked of a file that is not due yet. As soon
 * as there is a place for the file, the others are large and read ahead, some of them side by side. What records come, and
 * in which order, follows from the file alone.
 */
final class Pieces implements Closeable {

    private final Path file;
    private final ReadAhead ahead;

    private final Queue<FutureTask<Piece>> begun = new ArrayDeque<>();
    private int ordered;
    private boolean hasPlace;

    /** Lines are found one after the other, by whoever reads the furthest piece. The lock for it and what follows. */
    private final Lines lines;

    /** Lines of pieces that somebody is about to read. */
    private final Map<Integer, Piece.Text> texts = new HashMap<>();

    private int cut;
    private Throwable failure;

    /** Opens a file at the record that begins at an offset of the uncompressed file. */
    Pieces(Path file, long offset, ReadAhead ahead) throws IOException {
        this.file = file;
        this.ahead = ahead;
        this.lines = new Lines(file, offset);
    }

    /** The next piece; waits for the thread that reads it, and reads it where none has begun to. */
    Piece next() throws IOException, InterruptedException {
        hasPlace = hasPlace || ordered > 0 && ahead.takePlace();
        FutureTask<Piece> next = begun.poll();
        if (next == null) {
            next = order();
            next.run();
        } else {
            ahead.finish(next);
        }
        Piece piece = read(next);
        while (hasPlace && !piece.isLast() && ahead.hasRoomFor(begun.size() + 1)) {
            FutureTask<Piece> further = order();
            begun.add(further);
            ahead.begin(further);
        }
        return piece;
    }

    @Override
    public void close() throws IOException {
        begun.forEach(ahead::forget);
        begun.clear();
        if (hasPlace) {
            ahead.leavePlace();
            hasPlace = false;
        }
        synchronized (lines) {
            lines.close();
        }
    }

    private Piece read(FutureTask<Piece> task) throws IOException, InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            if (e.getCause() instanceof RuntimeException bug) {
                throw bug;
            }
            throw new IOException(file + " can't be read", e.getCause());
        }
    }

    private FutureTask<Piece> order() {
        int number = ordered++;
        int most = hasPlace ? Piece.MOST_RECORDS : 1;
        return new FutureTask<>(() -> ahead.read(text(number, most), file));
    }

    /** Those before it that nobody has found yet are as large. */
    private Piece.Text text(int number, int most) throws IOException {
        synchronized (lines) {
            if (failure != null) {
                throw new IOException("nothing is known behind an earlier failure", failure);
            }
            try {
                for (; cut <= number; cut++) {
                    texts.put(cut, Piece.cut(lines, most));
                }
            } catch (IOException | RuntimeException | Error e) {
                // a second try would go on behind what was lost
                failure = e;
                throw e;
            }
            return texts.remove(number);
        }
    }
}
