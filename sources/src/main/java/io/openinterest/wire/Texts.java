package io.openinterest.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Texts as UTF-8 behind their length. The same few names come again with every record; what was read lately is the same
 * object then, so that neither reading nor state is full of copies.
 */
final class Texts implements Form {

    private static final int REMEMBERED = 1 << 14;
    private static final int LONGEST_REMEMBERED = 64;

    private String[] remembered;
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
        if (remembered == null) {
            remembered = new String[REMEMBERED];
        }
        int place = (hash ^ hash >>> 16) & REMEMBERED - 1;
        String text = remembered[place];
        if (text == null || !isSame(text, length)) {
            text = new String(buffer, 0, length, StandardCharsets.UTF_8);
            remembered[place] = text;
        }
        return text;
    }

    /** Only of what is ASCII: for the rest a byte is no character, and negative. */
    private boolean isSame(String text, int length) {
        if (text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) != buffer[i]) {
                return false;
            }
        }
        return true;
    }
}
