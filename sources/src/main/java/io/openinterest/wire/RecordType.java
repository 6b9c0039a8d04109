package io.openinterest.wire;

import java.util.Objects;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * Tells Flink to carry records of a class in the form of {@link RecordSerializer}, between operators and in state. State
 * keeps the name of the class, none of its parts, and how many components it and its parts have: more may be appended.
 *
 * @param <R> the records
 */
public final class RecordType<R extends Record> extends TypeInformation<R> {

    private static final long serialVersionUID = 1;

    private final Class<R> type;

    public RecordType(Class<R> type) {
        this.type = type;
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public Class<R> getTypeClass() {
        return type;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public TypeSerializer<R> createSerializer(SerializerConfig config) {
        // so that a component without a form is found at submission
        RecordForm.of(type, new Texts(), config);
        return new RecordSerializer<>(type, config);
    }

    @Override
    public String toString() {
        return "RecordType(" + type.getName() + ")";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecordType<?> that && type == that.type;
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(type);
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof RecordType;
    }
}
