package io.openinterest.source.replay;

import io.openinterest.observation.ObservationReader;
import java.io.Closeable;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that read pieces of files ahead of the one that merges them: it alone asks, and waits for the piece that is next.
 * Memory is bounded: a few files have a place, and all others are read record by record.
 */
final class ReadAhead implements Closeable {

    /** So many read faster than one can merge. */
    private static final int MOST_THREADS = 4;

    /** Files that overlap more than so many ways gain nothing. */
    private static final int PLACES = 16;

    private final int size = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(size, size, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), ReadAhead::thread);

    /** Readers that nobody uses at the moment. */
    private final Queue<ObservationReader> readers = new ConcurrentLinkedQueue<>();

    private final InstantSource begun;
    private int taken;

    /**
     * Nothing is read yet.
     *
     * @param begun the time by which records without one of receipt are judged, by all threads
     */
    ReadAhead(Instant begun) {
        this.begun = InstantSource.fixed(begun);
    }

    /** Takes a place for a file, if there is one. */
    boolean takePlace() {
        boolean isFree = taken < PLACES;
        taken += isFree ? 1 : 0;
        return isFree;
    }

    void leavePlace() {
        taken--;
    }

    /** Whether so many pieces of a file may be read ahead. */
    boolean hasRoomFor(int pieces) {
        return pieces <= size;
    }

    /** Has a piece read. */
    void begin(FutureTask<Piece> piece) {
        threads.execute(piece);
    }

    /** Reads a piece here and now, unless somebody does. */
    void finish(FutureTask<Piece> piece) {
        forget(piece);
        piece.run();
    }

    /** Has no use for a piece any more. */
    void forget(FutureTask<Piece> piece) {
        threads.remove(piece);
    }

    /** Reads lines, in any thread. */
    Piece read(Piece.Text text, Path file) {
        ObservationReader rested = readers.poll();
        ObservationReader reader = rested == null ? new ObservationReader(begun) : rested;
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
