package io.openinterest.source.replay;

import io.openinterest.observation.ObservationReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The lines of a file that may be compressed, huge, broken off or one endless line. A call reads a bounded amount, so
 * that nobody waits long for it; memory is bounded by the longest record allowed.
 */
final class Lines implements Closeable {

    /** The result of a call of {@link #next()}. */
    enum Found {
        /** A line, of which {@link #bytes()} has at least so much that one sees where it is too long. */
        LINE,
        /** There is more to read before it is known. */
        NOTHING_YET,
        /** The rest can't be uncompressed. Comes once, after all that could. */
        BROKEN,
        END
    }

    private static final int CHUNK = 16 << 10;

    /** Bytes of a line that are kept; more show only that it is too long. */
    private static final int KEPT = ObservationReader.MAX_RECORD + 1;

    /** Null when all is read: closed at once, for thousands of small files may be read side by side. */
    private InputStream in;

    private final SeekableByteChannel channel;
    private long consumed;
    private boolean broken;
    private long toSkip;

    /**
     * What was read last and is not in the buffer yet. Read in blocks from the start of a compressed file: what is lost
     * where it is damaged depends on the size of the block, and must not depend on where reading began.
     */
    private final byte[] block = new byte[CHUNK];

    private int taken;
    private int blockEnd;

    private byte[] buffer = new byte[CHUNK];
    private int filled;

    /** The place where the line begins, where it ends (without its line feed) and where the next one begins. */
    private int from;

    private int to;
    private int next;

    /** The place up to which the line at hand was searched for its end; negative when none is. */
    private int searched = -1;

    /** Offset in the uncompressed file of the line, and of the first byte behind what is left out of the buffer. */
    private long offset;

    private long base;

    /** Opens a file at the line that begins at an offset of the uncompressed file. */
    Lines(Path file, long offset) throws IOException {
        this.offset = offset;
        this.base = offset;
        channel = Files.newByteChannel(file);
        try {
            if (isCompressed(channel) || file.toString().endsWith(".gz")) {
                in = new GZIPInputStream(Channels.newInputStream(channel), CHUNK);
                toSkip = offset;
            } else {
                in = Channels.newInputStream(channel.position(offset));
            }
        } catch (ZipException | EOFException e) {
            channel.close();
            broken = true;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** By the first two bytes: a link may have another name than what it leads to. */
    static boolean isCompressed(SeekableByteChannel channel) throws IOException {
        ByteBuffer magic = ByteBuffer.allocate(2);
        while (magic.hasRemaining() && channel.read(magic) >= 0) {}
        channel.position(0);
        return !magic.hasRemaining() && magic.get(0) == 0x1f && magic.get(1) == (byte) 0x8b;
    }

    Found next() throws IOException {
        if (toSkip > 0 && in != null) {
            toSkip -= read(0, (int) Math.min(toSkip, buffer.length));
            return Found.NOTHING_YET;
        }
        if (searched < 0) {
            from = next;
            offset = base + from;
            searched = from;
        }
        while (true) {
            while (searched < filled && buffer[searched] != '\n') {
                searched++;
            }
            if (searched < filled || in == null && searched > from) {
                to = Math.min(searched, from + KEPT);
                next = Math.min(searched + 1, filled);
                searched = -1;
                return Found.LINE;
            }
            if (in == null) {
                boolean first = broken;
                broken = false;
                return first ? Found.BROKEN : Found.END;
            }
            makeRoom();
            filled += read(filled, buffer.length - filled);
            if (searched >= KEPT) {
                return Found.NOTHING_YET;
            }
        }
    }

    /** Holds the line last found, from {@link #from()} to {@link #to()}, until the next call. */
    byte[] bytes() {
        return buffer;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** The place where the line last found begins in the uncompressed file. */
    long offset() {
        return offset;
    }

    /** The place where the line after it begins. */
    long nextOffset() {
        return base + next;
    }

    /** The bytes of the file, as it lies there, has been read. */
    long consumed() throws IOException {
        if (channel.isOpen()) {
            consumed = channel.position();
        }
        return consumed;
    }

    @Override
    public void close() throws IOException {
        if (in != null) {
            in.close();
            in = null;
        }
    }

    /** Moves the line to the front and, where it is too long, forgets what is over. */
    private void makeRoom() {
        System.arraycopy(buffer, from, buffer, 0, filled - from);
        base += from;
        filled -= from;
        from = 0;
        if (filled > KEPT) {
            base += filled - KEPT;
            filled = KEPT;
        }
        searched = filled;
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.min(2 * buffer.length, KEPT + CHUNK));
        }
    }

    /** Reads until so much is read or all; what could be read before the file breaks off counts. */
    private int read(int at, int length) throws IOException {
        int count = 0;
        while (count < length && (taken < blockEnd || readBlock())) {
            int n = Math.min(length - count, blockEnd - taken);
            System.arraycopy(block, taken, buffer, at + count, n);
            taken += n;
            count += n;
        }
        return count;
    }

    /** Closes the file and returns false where there is no more to read. */
    private boolean readBlock() throws IOException {
        taken = 0;
        blockEnd = 0;
        try {
            blockEnd = Math.max(in.read(block), 0);
        } catch (ZipException | EOFException e) {
            broken = true;
        }
        if (blockEnd == 0) {
            close();
        }
        return blockEnd > 0;
    }
}
