package io.openinterest.source.live;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
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
        return new VenueSplit(venue, hasResumed ? Instant.ofEpochMilli(millis) : null);
    }
}
