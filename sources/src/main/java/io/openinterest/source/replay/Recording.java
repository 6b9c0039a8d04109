package io.openinterest.source.replay;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationReader.Reading;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Recorded files as if they were one, merged by {@code time}; where times are equal, in the order of the files. Within a
 * file the order stays what it is. A file is opened when its first record is due, so that files which follow one another
 * are never open together, however many they are.
 */
final class Recording implements Closeable {

    private final PriorityQueue<RecordedFile> files = new PriorityQueue<>();
    private final ReadAhead ahead;
    private final long outOfOrderness;
    private final long begun;
    private final long size;
    private long greatestTime;

    /**
     * A recording, from where it was.
     *
     * @param outOfOrderness disorder allowed within a file, milliseconds
     */
    Recording(RecordedSplit split, long outOfOrderness) {
        this.outOfOrderness = outOfOrderness;
        this.greatestTime = split.greatestTime();
        this.begun = split.begun();
        this.ahead = new ReadAhead(Instant.ofEpochMilli(begun));
        for (RecordedSplit.Position position : split.files()) {
            files.add(new RecordedFile(position, files.size(), ahead));
        }
        size = files.stream().mapToLong(RecordedFile::size).sum();
    }

    boolean isFinished() {
        return files.isEmpty();
    }

    /** The next arrival, or null where there is none yet: a call does a bounded amount of work. */
    Arrival poll() throws IOException, InterruptedException {
        RecordedFile first = files.peek();
        if (first != null && !first.hasNext()) {
            readOn(first);
            first = files.peek();
        }
        if (first == null || !first.hasNext()) {
            return null;
        }
        Reading reading = first.next();
        if (first.isAtEnd()) {
            files.remove().close();
        }
        return arrival(reading);
    }

    /** The part of the files that has been read, from 0 to 1. */
    double progress() {
        long left = 0;
        for (RecordedFile file : files) {
            left += file.size() - file.consumed();
        }
        return size == 0 ? 1 : 1 - (double) left / size;
    }

    /** The greatest time read, epoch milliseconds. */
    long greatestTime() {
        return greatestTime;
    }

    /** The place to go on from, at any moment. */
    RecordedSplit position() {
        return new RecordedSplit(
                files.stream()
                        .sorted(Comparator.comparingInt(RecordedFile::rank))
                        .map(RecordedFile::position)
                        .toList(),
                greatestTime,
                begun);
    }

    @Override
    public void close() throws IOException {
        ahead.close();
        for (RecordedFile file : files) {
            file.close();
        }
    }

    private void readOn(RecordedFile file) throws IOException, InterruptedException {
        files.remove();
        file.read();
        if (file.isAtEnd()) {
            file.close();
            return;
        }
        files.add(file);
        if (file.isIdle() && files.peek() != file) {
            file.close();
        }
    }

    private Arrival arrival(Reading reading) {
        Observation observation = reading.observation();
        if (observation != null) {
            greatestTime = Math.max(greatestTime, observation.time().toEpochMilli());
        }
        long watermark = greatestTime == Long.MIN_VALUE ? Long.MIN_VALUE : greatestTime - outOfOrderness;
        return observation == null ? Arrival.of(reading.quarantined(), watermark) : Arrival.of(observation, watermark);
    }
}
