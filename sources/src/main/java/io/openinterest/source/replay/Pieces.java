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
 * An open file in pieces. The first is a single record, which is all that is asked of a file that is not due yet. The
 * others are read ahead, some of them side by side; what is in them, and their order, follows from the file alone.
 */
final class Pieces implements Closeable {

    private final Path file;
    private final ReadAhead ahead;

    private final Queue<FutureTask<Piece>> begun = new ArrayDeque<>();
    private int ordered;

    /** Lines are found one after the other, by whoever reads the furthest piece. The lock for it and what follows. */
    private final Lines lines;

    /** Lines of pieces that somebody is about to read. */
    private final Map<Integer, Piece.Text> texts = new HashMap<>();

    private int cut;
    private IOException failure;

    /** Opens a file at the record that begins at an offset of the uncompressed file. */
    Pieces(Path file, long offset, ReadAhead ahead) throws IOException {
        this.file = file;
        this.ahead = ahead;
        this.lines = new Lines(file, offset);
    }

    /** The next piece; waits for the thread that reads it, and reads it where none has begun to. */
    Piece next() throws IOException, InterruptedException {
        FutureTask<Piece> next = begun.poll();
        if (next == null) {
            next = order();
            next.run();
        } else {
            ahead.finish(next);
        }
        try {
            Piece piece = next.get();
            while (ordered > 1 && !piece.isLast() && ahead.hasRoomFor(begun.size() + 1)) {
                FutureTask<Piece> further = order();
                begun.add(further);
                ahead.begin(further);
            }
            return piece;
        } catch (ExecutionException e) {
            throw new IOException(file + " can't be read", e.getCause());
        }
    }

    @Override
    public void close() throws IOException {
        begun.forEach(ahead::forget);
        begun.clear();
        synchronized (lines) {
            lines.close();
        }
    }

    private FutureTask<Piece> order() {
        int number = ordered++;
        return new FutureTask<>(() -> ahead.read(text(number), file));
    }

    private Piece.Text text(int number) throws IOException {
        synchronized (lines) {
            if (failure != null) {
                throw failure;
            }
            try {
                for (; cut <= number; cut++) {
                    texts.put(cut, Piece.cut(lines, cut == 0 ? 1 : Integer.MAX_VALUE));
                }
            } catch (IOException e) {
                // a second try would go on behind what was lost
                failure = e;
                throw e;
            }
            return texts.remove(number);
        }
    }
}
