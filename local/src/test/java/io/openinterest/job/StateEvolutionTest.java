package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.testutils.ClassLoaderUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What state relies on: a record of a later version may have more fields than the one that was saved. */
class StateEvolutionTest {

    private static final String SAVED = """
            public record Standing(String market, java.math.BigDecimal valueUsd, Inner inner) {
                public record Inner(long minute) {}
            }
            """;

    private static final String LATER = """
            public record Standing(
                    String venue, String market, java.math.BigDecimal valueUsd, Inner inner, long revision) {
                public record Inner(long minute, Boolean stale) {}
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void aRecordInStateMayGainFields() throws Exception {
        // given a record as one version saves it
        byte[] savedAs;
        byte[] saved;
        try (URLClassLoader version = compiled("saved", SAVED)) {
            Object inner = instance(version.loadClass("Standing$Inner"), 7L);
            Object standing = instance(version.loadClass("Standing"), "okx-BTC", new BigDecimal("1.50"), inner);
            TypeSerializer<Object> serializer = serializer(standing.getClass());
            savedAs = write(
                    out -> TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration()));
            saved = write(out -> serializer.serialize(standing, out));
        }

        // when another version, whose record has fields more, reads it
        try (URLClassLoader version = compiled("later", LATER)) {
            TypeSerializer<Object> serializer = serializer(version.loadClass("Standing"));
            TypeSerializerSnapshot<Object> snapshot =
                    TypeSerializerSnapshot.readVersionedSnapshot(new DataInputDeserializer(savedAs), version);
            Object standing = snapshot.restoreSerializer().deserialize(new DataInputDeserializer(saved));

            // then what was saved is there and what is new is null or 0
            assertThat(serializer
                            .snapshotConfiguration()
                            .resolveSchemaCompatibility(snapshot)
                            .isCompatibleAfterMigration())
                    .isTrue();
            assertThat(standing)
                    .hasToString("Standing[venue=null, market=okx-BTC, valueUsd=1.50, "
                            + "inner=Inner[minute=7, stale=null], revision=0]");
            byte[] migrated = write(out -> serializer.serialize(standing, out));
            assertThat(serializer.deserialize(new DataInputDeserializer(migrated)))
                    .isEqualTo(standing);
        }
    }

    private URLClassLoader compiled(String version, String source) throws IOException {
        return ClassLoaderUtils.compileAndLoadJava(folder.resolve(version).toFile(), "Standing.java", source);
    }

    private static Object instance(Class<?> record, Object... components) throws ReflectiveOperationException {
        return Arrays.stream(record.getDeclaredConstructors())
                .findFirst()
                .orElseThrow()
                .newInstance(components);
    }

    @SuppressWarnings("unchecked") // no class of this class path
    private static TypeSerializer<Object> serializer(Class<?> record) {
        return (TypeSerializer<Object>) TypeInformation.of(record).createSerializer(new SerializerConfigImpl());
    }

    private static byte[] write(Writing writing) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        writing.to(out);
        return out.getCopyOfBuffer();
    }

    private interface Writing {
        void to(DataOutputSerializer out) throws IOException;
    }
}
