package io.openinterest.source.live;

import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** The enumerator has no state; the interface wants a type for it. */
record EnumeratorState() {

    static final class Serializer implements SimpleVersionedSerializer<EnumeratorState> {

        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(EnumeratorState state) {
            return new byte[0];
        }

        @Override
        public EnumeratorState deserialize(int version, byte[] bytes) throws IOException {
            return new EnumeratorState();
        }
    }
}
