package io.openinterest.source.replay;

import io.openinterest.observation.ObservationReader;
import java.io.Closeable;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that read pieces of files ahead of the one that merges them: it alone asks, and waits for a piece at most.
 * Memory is bounded, whatever the number of files.
 */
final class ReadAhead implements Closeable {

    /** So many read faster than one can merge. */
    private static final int MOST_THREADS = 4;

    /** Pieces, of some 100 KB each, of all files together. */
    private static final int MOST_PIECES = 64;

    private final int size = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(size, size, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), ReadAhead::thread);

    /** Readers that nobody uses at the moment. */
    private final Queue<ObservationReader> readers = new ConcurrentLinkedQueue<>();

    private int pieces;

    /** Whether one more piece of a file may be read ahead, which makes so many of the file. */
    boolean hasRoomFor(int ofFile) {
        return ofFile <= size && pieces < MOST_PIECES;
    }

    /** Has a piece read. */
    void begin(FutureTask<Piece> piece) {
        pieces++;
        threads.execute(piece);
    }

    /** Reads a piece here and now, unless somebody does. */
    void finish(FutureTask<Piece> piece) {
        forget(piece);
        piece.run();
    }

    /** Has no use for a piece any more. */
    void forget(FutureTask<Piece> piece) {
        pieces--;
        threads.remove(piece);
    }

    /** Reads lines, in any thread. */
    Piece read(Piece.Text text, Path file) {
        ObservationReader rested = readers.poll();
        ObservationReader reader = rested == null ? new ObservationReader(InstantSource.system()) : rested;
        Piece piece = Piece.read(text, file, reader);
        readers.add(reader);
        return piece;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "replay-reader");
        thread.setDaemon(true);
        return thread;
    }
}
