package io.openinterest.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Texts as UTF-8 behind their length. The same few names come again with every record: what was read lately is the same
 * object when it is read again, so that neither reading nor state is full of copies, and a name is hashed once.
 */
final class Texts implements Form {

    private static final int REMEMBERED = 1 << 14;
    private static final int LONGEST_REMEMBERED = 64;

    private record Known(String text, byte[] bytes) {}

    /** By hash. Made when first needed: each edge of the graph has its own at either end, and many never see a text. */
    private Known[] known;

    private byte[] buffer = new byte[256];

    @Override
    public void write(Object value, DataOutputView out) throws IOException {
        byte[] bytes = ((String) value).getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes, 0, bytes.length);
    }

    @Override
    public Object read(DataInputView in) throws IOException {
        int length = in.readInt();
        if (length > buffer.length) {
            buffer = new byte[Math.max(length, 2 * buffer.length)];
        }
        in.readFully(buffer, 0, length);
        return length > LONGEST_REMEMBERED ? new String(buffer, 0, length, StandardCharsets.UTF_8) : remembered(length);
    }

    private String remembered(int length) {
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + buffer[i];
        }
        int place = place(hash);
        Known last = known[place];
        if (last == null || !Arrays.equals(last.bytes, 0, last.bytes.length, buffer, 0, length)) {
            last = new Known(new String(buffer, 0, length, StandardCharsets.UTF_8), Arrays.copyOf(buffer, length));
            known[place] = last;
        }
        return last.text;
    }

    private int place(int hash) {
        if (known == null) {
            known = new Known[REMEMBERED];
        }
        return (hash ^ hash >>> 16) & REMEMBERED - 1;
    }
}
