package io.openinterest.source.live;

import io.openinterest.valuation.LastFigures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Bytes of a split. Later versions may append fields: what follows the known ones is skipped, so that an older build can
 * read them, too.
 */
final class VenueSplitSerializer implements SimpleVersionedSerializer<VenueSplit> {

    private static final int VERSION = 1;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(VenueSplit split) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF(split.venue());
        out.writeBoolean(split.resumeFrom() != null);
        out.writeLong(split.resumeFrom() == null ? 0 : split.resumeFrom().toEpochMilli());
        out.writeBoolean(split.reading() != null);
        if (split.reading() != null) {
            out.writeUTF(split.reading());
            writeFigures(out, split.last());
        }
        return bytes.toByteArray();
    }

    @Override
    public VenueSplit deserialize(int version, byte[] bytes) throws IOException {
        if (version < 1) {
            throw new IOException("a venue split of version " + version + " is not known");
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        String venue = in.readUTF();
        boolean hasResumed = in.readBoolean();
        long millis = in.readLong();
        Instant resumeFrom = hasResumed ? Instant.ofEpochMilli(millis) : null;
        // builds before the figures wrote no more
        boolean hasFigures = in.available() > 0 && in.readBoolean();
        return hasFigures
                ? new VenueSplit(venue, resumeFrom, in.readUTF(), readFigures(in))
                : new VenueSplit(venue, resumeFrom, null, Map.of());
    }

    private static void writeFigures(DataOutputStream out, Map<String, LastFigures> last) throws IOException {
        out.writeInt(last.size());
        for (Map.Entry<String, LastFigures> entry : last.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeDouble(entry.getValue().amount());
            out.writeDouble(entry.getValue().price());
            out.writeDouble(entry.getValue().value());
        }
    }

    private static Map<String, LastFigures> readFigures(DataInputStream in) throws IOException {
        int size = in.readInt();
        Map<String, LastFigures> last = new HashMap<>();
        for (int i = 0; i < size; i++) {
            last.put(in.readUTF(), new LastFigures(in.readDouble(), in.readDouble(), in.readDouble()));
        }
        return last;
    }
}
