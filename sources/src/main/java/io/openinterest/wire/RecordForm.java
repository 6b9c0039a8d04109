package io.openinterest.wire;

import io.openinterest.observation.Getter;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A record in bytes: a bit for each component, set where it is not null, then its texts, then its other components one
 * after the other, without names or tags. The components are looked at once, when this is made, and from then on fetched by
 * compiled code, several times as fast as Flink's own form, which goes through reflection field by field. The record stays
 * the only place where its components are listed.
 *
 * <p>A component that was appended since is null or 0, for its bit is not set.
 */
final class RecordForm implements Form {

    private static final String[] NO_TEXTS = {};

    /** Kept with the class: the handle of every serializer would be compiled by itself. */
    private static final ClassValue<MethodHandle> CONSTRUCTORS = new ClassValue<>() {
        @Override
        protected MethodHandle computeValue(Class<?> type) {
            return constructor(type);
        }
    };

    /** Kept with the class: the JVM makes them anew whenever it is asked, slowly, and serializers are many. */
    private static final ClassValue<RecordComponent[]> COMPONENTS = new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
            return type.getRecordComponents();
        }
    };

    private final Function<Object, Object>[] getters;

    /** Null for a text. */
    private final Form[] forms;

    private final int[] textPlaces;
    private final long textBits;
    private final Texts texts;
    private final Object[] absent;
    private final MethodHandle constructor;
    private final boolean immutable;

    /** Components of the record at hand; used again and again, for one thread has this form. */
    private final Object[] values;

    private RecordForm(
            Function<Object, Object>[] getters, Form[] forms, Texts texts, Object[] absent, MethodHandle constructor) {
        this.getters = getters;
        this.forms = forms;
        this.textPlaces =
                IntStream.range(0, forms.length).filter(i -> forms[i] == null).toArray();
        this.textBits = Arrays.stream(textPlaces).mapToLong(i -> 1L << i).sum();
        this.texts = texts;
        this.absent = absent;
        this.constructor = constructor;
        this.immutable = Arrays.stream(forms).allMatch(form -> form == null || form.isImmutable());
        this.values = new Object[forms.length];
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    static RecordForm of(Class<?> type, Texts texts, SerializerConfig config) {
        RecordComponent[] components = COMPONENTS.get(type);
        if (components.length > Long.SIZE) {
            throw new IllegalArgumentException(type + " has more than " + Long.SIZE + " components");
        }
        Function<Object, Object>[] getters = new Function[components.length];
        Form[] forms = new Form[components.length];
        Object[] absent = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            getters[i] = Getter.of(components[i].getAccessor());
            forms[i] = components[i].getType() == String.class
                    ? null
                    : Form.of(components[i].getGenericType(), texts, config);
            absent[i] = Array.get(Array.newInstance(components[i].getType(), 1), 0);
        }
        return new RecordForm(getters, forms, texts, absent, CONSTRUCTORS.get(type));
    }

    private static MethodHandle constructor(Class<?> type) {
        Class<?>[] types = Arrays.stream(COMPONENTS.get(type))
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                    .findConstructor(type, MethodType.methodType(void.class, types))
                    .asType(MethodType.genericMethodType(types.length))
                    .asSpreader(Object[].class, types.length);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type + " can't be made", e);
        }
    }

    @Override
    public void write(Object record, DataOutputView out) throws IOException {
        long present = 0;
        for (int i = 0; i < forms.length; i++) {
            values[i] = getters[i].apply(record);
            present |= values[i] == null ? 0 : 1L << i;
        }
        out.writeLong(present);
        if ((present & textBits) != 0) {
            texts.write(values, textPlaces, out);
        }
        for (int i = 0; i < forms.length; i++) {
            if (forms[i] != null && values[i] != null) {
                forms[i].write(values[i], out);
            }
        }
    }

    @Override
    public Object read(DataInputView in) throws IOException {
        long present = in.readLong();
        String[] read = (present & textBits) == 0 ? NO_TEXTS : texts.read(in);
        int nextText = 0;
        for (int i = 0; i < forms.length; i++) {
            if ((present & 1L << i) == 0) {
                values[i] = absent[i];
            } else if (forms[i] == null) {
                values[i] = read[nextText++];
            } else {
                values[i] = forms[i].read(in);
            }
        }
        return made();
    }

    @Override
    public Object copy(Object record) {
        if (immutable) {
            return record;
        }
        for (int i = 0; i < forms.length; i++) {
            Object value = getters[i].apply(record);
            values[i] = value == null || forms[i] == null ? value : forms[i].copy(value);
        }
        return made();
    }

    @Override
    public boolean isImmutable() {
        return immutable;
    }

    private Object made() {
        try {
            return (Object) constructor.invokeExact(values);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
