package io.openinterest.source.replay;

import java.util.List;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * All that is left to read, so that reading can go on exactly where it was.
 *
 * @param files the files not yet read to their end, in the order that decides between records of equal time
 * @param greatestTime greatest {@code time} read so far, epoch milliseconds; {@link Long#MIN_VALUE} before the first
 * @param begun when the replay began, epoch milliseconds: what is in the future is judged by it, whenever it is read
 */
record RecordedSplit(List<Position> files, long greatestTime, long begun) implements SourceSplit {

    /** Nothing is left to read. */
    static final RecordedSplit NOTHING = of(List.of(), 0);

    /**
     * The place where reading a file goes on.
     *
     * @param file its path
     * @param offset where the next record begins, in bytes of the uncompressed file
     * @param time of the next record where it is known, else of the last one read, epoch milliseconds;
     *     {@link Long#MIN_VALUE} where none was read
     */
    record Position(String file, long offset, long time) {}

    /** Nothing read yet. */
    static RecordedSplit of(List<String> files, long begun) {
        return new RecordedSplit(
                files.stream()
                        .map(file -> new Position(file, 0, Long.MIN_VALUE))
                        .toList(),
                Long.MIN_VALUE,
                begun);
    }

    /** The same for every split: there is one only, because only one reader can merge. */
    @Override
    public String splitId() {
        return "recorded";
    }
}
