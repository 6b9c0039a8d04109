package io.openinterest.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/** What a later version does with records in state: the versions of a record have names of one length here. */
class RecordSerializerSnapshotTest {

    private record Saved(String market, BigDecimal valueUsd, Part part) {
        record Part(long minute) {}
    }

    private record Later(String market, BigDecimal valueUsd, Part part, String venue, long revision) {
        record Part(long minute, Boolean stale) {}
    }

    private record Moved(BigDecimal valueUsd, String market, Saved.Part part) {}

    private record Fewer(String market, BigDecimal valueUsd) {}

    private record Other(String market, String valueUsd, Saved.Part part) {}

    private static final Saved RECORD = new Saved("okx-BTC", new BigDecimal("1.50"), new Saved.Part(7));

    @Test
    void componentsMayBeAppendedInPartsToo() throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer(Saved.class).serialize(RECORD, out);

        assertThat(compatibility(Later.class).isCompatibleAsIs()).isTrue();
        assertThat(snapshot(Later.class)
                        .restoreSerializer()
                        .deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
                .isEqualTo(new Later("okx-BTC", new BigDecimal("1.50"), new Later.Part(7, null), null, 0));
    }

    @Test
    void anyOtherChangeIsRefused() throws IOException {
        assertThat(compatibility(Moved.class).isIncompatible()).isTrue();
        assertThat(compatibility(Fewer.class).isIncompatible()).isTrue();
        assertThat(compatibility(Other.class).isIncompatible()).isTrue();
    }

    /** Whether records that were saved can be read as those of the class, which has got their name. */
    private static <R extends Record> TypeSerializerSchemaCompatibility<R> compatibility(Class<R> now)
            throws IOException {
        return serializer(now).snapshotConfiguration().resolveSchemaCompatibility(snapshot(now));
    }

    private static <R extends Record> TypeSerializerSnapshot<R> snapshot(Class<R> now) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        TypeSerializerSnapshot.writeVersionedSnapshot(
                out, serializer(Saved.class).snapshotConfiguration());
        String renamed = new String(out.getCopyOfBuffer(), ISO_8859_1).replace(Saved.class.getName(), now.getName());
        return TypeSerializerSnapshot.readVersionedSnapshot(
                new DataInputDeserializer(renamed.getBytes(ISO_8859_1)), now.getClassLoader());
    }

    private static <R extends Record> TypeSerializer<R> serializer(Class<R> type) {
        return new RecordType<>(type).createSerializer(new SerializerConfigImpl());
    }
}
