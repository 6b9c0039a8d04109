package io.openinterest.source.replay;

import io.openinterest.source.replay.RecordedSplit.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** The saved form of a split, about 100 bytes a file. */
final class RecordedSplitSerializer implements SimpleVersionedSerializer<RecordedSplit> {

    private static final int VERSION = 1;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(RecordedSplit split) throws IOException {
        DataOutputSerializer out =
                new DataOutputSerializer(64 + 100 * split.files().size());
        out.writeLong(split.greatestTime());
        out.writeLong(split.begun());
        out.writeInt(split.files().size());
        for (Position position : split.files()) {
            out.writeUTF(position.file());
            out.writeLong(position.offset());
            out.writeLong(position.time());
        }
        return out.getCopyOfBuffer();
    }

    @Override
    public RecordedSplit deserialize(int version, byte[] saved) throws IOException {
        if (version != VERSION) {
            throw new IOException("This version can't read a replay position of form " + version);
        }
        DataInputDeserializer in = new DataInputDeserializer(saved);
        long greatestTime = in.readLong();
        long begun = in.readLong();
        int count = in.readInt();
        List<Position> files = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            files.add(new Position(in.readUTF(), in.readLong(), in.readLong()));
        }
        return new RecordedSplit(files, greatestTime, begun);
    }
}
