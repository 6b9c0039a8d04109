package io.openinterest.wire;

import java.io.IOException;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Carries records of a class in the form of {@link RecordForm}, between operators and in state. */
final class RecordSerializer<R extends Record> extends TypeSerializer<R> {

    private static final long serialVersionUID = 1;

    private final Class<R> type;
    private final SerializerConfig config;

    /** Made where it is used first: compiled code can't be sent along, and what it remembers belongs to one thread. */
    private transient RecordForm form;

    RecordSerializer(Class<R> type, SerializerConfig config) {
        this.type = type;
        this.config = config;
    }

    private RecordForm form() {
        if (form == null) {
            form = RecordForm.of(type, new Texts(), config);
        }
        return form;
    }

    @Override
    public void serialize(R record, DataOutputView target) throws IOException {
        form().write(record, target);
    }

    @Override
    public R deserialize(DataInputView source) throws IOException {
        return type.cast(form().read(source));
    }

    @Override
    public R deserialize(R reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public R copy(R from) {
        return type.cast(form().copy(from));
    }

    @Override
    public R copy(R from, R reuse) {
        return copy(from);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public boolean isImmutableType() {
        return form().isImmutable();
    }

    @Override
    public TypeSerializer<R> duplicate() {
        return new RecordSerializer<>(type, config);
    }

    @Override
    public R createInstance() {
        return null;
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecordSerializer<?> that && type == that.type;
    }

    @Override
    public int hashCode() {
        return type.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<R> snapshotConfiguration() {
        return new RecordSerializerSnapshot<>(type);
    }
}
