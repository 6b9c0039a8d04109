package io.openinterest.source.replay;

import io.openinterest.observation.ObservationReader;
import io.openinterest.observation.ObservationReader.Reading;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Records of a file that follow one another.
 *
 * @param records what was read, in the order of the file; may be empty where there is more to read
 * @param offsets where each of them begins, in bytes of the uncompressed file
 * @param end where the record after the last one begins
 * @param consumed bytes of the file, as it lies there, that have been read
 * @param isLast whether the file ends with it
 */
record Piece(List<Reading> records, List<Long> offsets, long end, long consumed, boolean isLast) {

    /** A piece of so many lines takes a tenth of a millisecond to find and one to read. */
    static final int MOST_RECORDS = 100;

    /** Bytes of lines that are longer than others, after which a piece ends too. */
    private static final int ENOUGH = 64 << 10;

    /** Lines that nobody has read yet: finding them is quick and goes in turn, reading them is neither. */
    record Text(byte[] bytes, List<Line> lines, long end, long consumed, Lines.Found last) {}

    /** A line, by its place in the bytes and in the file. */
    record Line(int from, int length, long offset) {}

    /** Finds the next lines, so many at most. */
    static Text cut(Lines lines, int most) throws IOException {
        DataOutputSerializer bytes = new DataOutputSerializer(1 << 10);
        List<Line> found = new ArrayList<>();
        Lines.Found last = lines.next();
        long enough = lines.offset() + ENOUGH;
        while (last == Lines.Found.LINE) {
            if (!isBlank(lines)) {
                int length = lines.to() - lines.from();
                found.add(new Line(bytes.length(), length, lines.offset()));
                bytes.write(lines.bytes(), lines.from(), length);
            }
            if (found.size() == most || lines.nextOffset() >= enough) {
                return new Text(bytes.getSharedBuffer(), found, lines.nextOffset(), lines.consumed(), last);
            }
            last = lines.next();
        }
        return new Text(bytes.getSharedBuffer(), found, lines.offset(), lines.consumed(), last);
    }

    /** Reads the lines; the file's name is for the sentence that says where it breaks off. */
    static Piece read(Text text, Path file, ObservationReader reader) {
        List<Reading> records = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        for (Line line : text.lines) {
            records.add(reader.read(text.bytes, line.from, line.length));
            offsets.add(line.offset);
        }
        if (text.last == Lines.Found.BROKEN) {
            String why = "the rest of " + file.getFileName() + " can't be uncompressed";
            records.add(new Reading(null, ObservationReader.unreadable(why, new byte[0])));
            offsets.add(text.end);
        }
        boolean isLast = text.last == Lines.Found.BROKEN || text.last == Lines.Found.END;
        return new Piece(records, offsets, text.end, text.consumed, isLast);
    }

    private static boolean isBlank(Lines lines) {
        for (int i = lines.from(); i < lines.to(); i++) {
            if (lines.bytes()[i] > ' ' || lines.bytes()[i] < 0) {
                return false;
            }
        }
        return true;
    }
}
