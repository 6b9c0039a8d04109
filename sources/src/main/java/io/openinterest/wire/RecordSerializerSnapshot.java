package io.openinterest.wire;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The form in which a savepoint holds records of a class: the names of its components, and of those of its parts, in
 * order. Later versions may append components, in parts too; they read as null or 0. A savepoint in whose form a component
 * has another name, kind or place is refused.
 *
 * @param <R> the records
 */
public final class RecordSerializerSnapshot<R extends Record> implements TypeSerializerSnapshot<R> {

    private Class<R> type;
    private List<Component> components;

    /**
     * A component as it was saved.
     *
     * @param kind its type; {@link #RECORD} and {@link #CONSTANT} for classes of ours, whose names may change
     * @param parts its own components, where it is a record
     */
    private record Component(String name, String kind, List<Component> parts) {

        private static final String RECORD = "record";
        private static final String CONSTANT = "constant";

        static List<Component> of(Class<?> type) {
            List<Component> all = new ArrayList<>();
            for (RecordComponent component : type.getRecordComponents()) {
                Class<?> of = component.getType();
                String kind = of.isRecord()
                        ? RECORD
                        : of.isEnum() ? CONSTANT : component.getGenericType().getTypeName();
                all.add(new Component(component.getName(), kind, of.isRecord() ? of(of) : List.of()));
            }
            return all;
        }

        static void write(List<Component> all, DataOutputView out) throws IOException {
            out.writeByte(all.size());
            for (Component component : all) {
                out.writeUTF(component.name);
                out.writeUTF(component.kind);
                write(component.parts, out);
            }
        }

        static List<Component> read(DataInputView in) throws IOException {
            List<Component> all = new ArrayList<>();
            for (int left = in.readByte(); left > 0; left--) {
                all.add(new Component(in.readUTF(), in.readUTF(), read(in)));
            }
            return all;
        }

        static boolean isBeginning(List<Component> saved, List<Component> now) {
            if (saved.size() > now.size()) {
                return false;
            }
            for (int i = 0; i < saved.size(); i++) {
                Component was = saved.get(i);
                Component is = now.get(i);
                if (!was.name.equals(is.name) || !was.kind.equals(is.kind) || !isBeginning(was.parts, is.parts)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** A snapshot that is about to be read. */
    public RecordSerializerSnapshot() {}

    RecordSerializerSnapshot(Class<R> type) {
        this.type = type;
        this.components = Component.of(type);
    }

    @Override
    public int getCurrentVersion() {
        return 1;
    }

    @Override
    public void writeSnapshot(DataOutputView out) throws IOException {
        out.writeUTF(type.getName());
        Component.write(components, out);
    }

    @Override
    @SuppressWarnings("unchecked") // the name was that of such a class
    public void readSnapshot(int version, DataInputView in, ClassLoader classes) throws IOException {
        String name = in.readUTF();
        try {
            type = (Class<R>) Class.forName(name, false, classes).asSubclass(Record.class);
        } catch (ClassNotFoundException e) {
            throw new IOException("The saved records " + name + " are not known any more.", e);
        }
        components = Component.read(in);
    }

    @Override
    public TypeSerializer<R> restoreSerializer() {
        return new RecordSerializer<>(type, new SerializerConfigImpl());
    }

    @Override
    public TypeSerializerSchemaCompatibility<R> resolveSchemaCompatibility(TypeSerializerSnapshot<R> saved) {
        return saved instanceof RecordSerializerSnapshot<R> before
                        && before.type.getName().equals(type.getName())
                        && Component.isBeginning(before.components, components)
                ? TypeSerializerSchemaCompatibility.compatibleAsIs()
                : TypeSerializerSchemaCompatibility.incompatible();
    }
}
