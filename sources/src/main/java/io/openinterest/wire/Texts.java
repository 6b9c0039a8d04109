package io.openinterest.wire;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The texts of a record, one behind the other, each as UTF-8 behind its length. Together they say what a record is about,
 * and come again with every record about the same. What was read lately is the same objects when it is read again, found
 * by its bytes as a whole, so that neither reading nor state is full of copies, and a name is hashed once.
 */
final class Texts {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int MOST_REMEMBERED = 1 << 17;
    private static final int LONGEST_REMEMBERED = 512;

    /** A block can stand at so many places; where all are taken, one of the others is forgotten. */
    private static final int PLACES = 4;

    /** Texts that were read, and what they were read from. */
    private record Block(int hash, byte[] bytes, String[] texts) {

        boolean isOf(byte[] other, int length) {
            return Arrays.equals(bytes, 0, bytes.length, other, 0, length);
        }
    }

    private Block[] known = new Block[64];
    private int taken;

    /** Single texts by their hash, for blocks share most of theirs. */
    private final String[] names = new String[1 << 10];

    private byte[] buffer = new byte[256];
    private int length;

    /** Writes those values of the given places that are not null. */
    void write(Object[] values, int[] places, DataOutputView out) throws IOException {
        length = 0;
        for (int place : places) {
            if (values[place] != null) {
                put((String) values[place]);
            }
        }
        out.writeInt(length);
        out.write(buffer, 0, length);
    }

    /** Reads what was written; in the order of the places. */
    String[] read(DataInputView in) throws IOException {
        length = in.readInt();
        room(length, 0);
        in.readFully(buffer, 0, length);
        if (length > LONGEST_REMEMBERED) {
            return split();
        }
        int hash = hash();
        for (int i = 0; i < PLACES; i++) {
            Block block = known[place(hash, i)];
            if (block != null && block.hash == hash && block.isOf(buffer, length)) {
                return block.texts;
            }
        }
        Block block = new Block(hash, Arrays.copyOf(buffer, length), split());
        remember(block);
        return block.texts;
    }

    /** Nearly all are short and ASCII, and go where they belong without an array of their own. */
    private void put(String text) {
        int size = text.length();
        room(length + 1 + size, length);
        int ascii = 0;
        while (ascii < size && text.charAt(ascii) <= 0x7F) {
            buffer[length + 1 + ascii] = (byte) text.charAt(ascii);
            ascii++;
        }
        if (ascii == size && size <= 0x7F) {
            buffer[length] = (byte) size;
            length += 1 + size;
        } else {
            put(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void put(byte[] text) {
        room(length + Integer.BYTES + 1 + text.length, length);
        int rest = text.length;
        for (; rest > 0x7F; rest >>>= 7) {
            buffer[length++] = (byte) (rest | 0x80);
        }
        buffer[length++] = (byte) rest;
        System.arraycopy(text, 0, buffer, length, text.length);
        length += text.length;
    }

    private String[] split() {
        List<String> texts = new ArrayList<>();
        for (int at = 0; at < length; ) {
            int size = 0;
            int shift = 0;
            for (; buffer[at] < 0; at++, shift += 7) {
                size |= (buffer[at] & 0x7F) << shift;
            }
            size |= buffer[at++] << shift;
            texts.add(shared(new String(buffer, at, size, StandardCharsets.UTF_8)));
            at += size;
        }
        return texts.toArray(String[]::new);
    }

    private String shared(String text) {
        int place = text.hashCode() & names.length - 1;
        if (!text.equals(names[place])) {
            names[place] = text;
        }
        return names[place];
    }

    private void remember(Block block) {
        if (2 * taken > known.length && known.length < MOST_REMEMBERED) {
            Block[] before = known;
            known = new Block[2 * before.length];
            taken = 0;
            for (Block each : before) {
                if (each != null) {
                    settle(each);
                }
            }
        }
        settle(block);
    }

    private void settle(Block block) {
        for (int i = 0; i < PLACES; i++) {
            if (known[place(block.hash, i)] == null) {
                known[place(block.hash, i)] = block;
                taken++;
                return;
            }
        }
        known[place(block.hash, 0)] = block;
    }

    private int place(int hash, int choice) {
        return hash + choice & known.length - 1;
    }

    private int hash() {
        long hash = length;
        int at = 0;
        for (; at + Long.BYTES <= length; at += Long.BYTES) {
            hash = Long.rotateLeft((hash ^ (long) LONGS.get(buffer, at)) * 0x9E3779B97F4A7C15L, 29);
        }
        for (; at < length; at++) {
            hash = 31 * hash + buffer[at];
        }
        hash *= 0x9E3779B97F4A7C15L;
        return (int) (hash >>> Integer.SIZE);
    }

    /** Makes room for so many bytes; the first of those that are there stay. */
    private void room(int size, int kept) {
        if (size > buffer.length) {
            byte[] larger = new byte[Math.max(size, 2 * buffer.length)];
            System.arraycopy(buffer, 0, larger, 0, kept);
            buffer = larger;
        }
    }
}
