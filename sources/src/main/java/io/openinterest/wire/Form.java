package io.openinterest.wire;

import java.io.DataInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.typeutils.TypeExtractor;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/** The form of the values of a type, null apart, in bytes. */
interface Form {

    void write(Object value, DataOutputView out) throws IOException;

    Object read(DataInputView in) throws IOException;

    /** An equal value that does not change when this one does. */
    default Object copy(Object value) {
        return value;
    }

    /** Whether nothing can change a value. */
    default boolean isImmutable() {
        return true;
    }

    /**
     * The form of a type: its own for what records here are mostly made of, else Flink's.
     *
     * @param texts of the records that are parts
     */
    static Form of(Type type, Texts texts, SerializerConfig config) {
        if (type == BigDecimal.class) {
            return new Decimal();
        } else if (type == Instant.class) {
            return new Time();
        } else if (type instanceof Class<?> known && known.isEnum()) {
            return new Constant(known.getEnumConstants());
        } else if (type instanceof Class<?> known && known.isRecord()) {
            return RecordForm.of(known, texts, config);
        } else if (type instanceof Class<?> known && Packable.class.isAssignableFrom(known)) {
            return Packed.of(known);
        }
        return new Foreign<>(TypeExtractor.createTypeInfo(type).createSerializer(config));
    }

    /** Its place among the constants. */
    record Constant(Object[] constants) implements Form {

        @Override
        public void write(Object value, DataOutputView out) throws IOException {
            out.writeByte(((Enum<?>) value).ordinal());
        }

        @Override
        public Object read(DataInputView in) throws IOException {
            return constants[in.readByte()];
        }
    }

    /** Seconds and nanoseconds. */
    record Time() implements Form {

        @Override
        public void write(Object value, DataOutputView out) throws IOException {
            Instant time = (Instant) value;
            out.writeLong(time.getEpochSecond());
            out.writeInt(time.getNano());
        }

        @Override
        public Object read(DataInputView in) throws IOException {
            return Instant.ofEpochSecond(in.readLong(), in.readInt());
        }
    }

    /** The scale and what stands before it: a long where it surely fits one. */
    record Decimal() implements Form {

        private static final int LONG_DIGITS = 18;
        private static final byte LARGE = Byte.MIN_VALUE;

        @Override
        public void write(Object value, DataOutputView out) throws IOException {
            BigDecimal number = (BigDecimal) value;
            int scale = number.scale();
            if (number.precision() <= LONG_DIGITS && scale > LARGE && scale <= Byte.MAX_VALUE) {
                out.writeByte(scale);
                // at scale 0 a number of so few digits is a long already
                out.writeLong(number.scaleByPowerOfTen(scale).longValue());
            } else {
                byte[] unscaled = number.unscaledValue().toByteArray();
                out.writeByte(LARGE);
                out.writeInt(scale);
                out.writeInt(unscaled.length);
                out.write(unscaled);
            }
        }

        @Override
        public Object read(DataInputView in) throws IOException {
            byte scale = in.readByte();
            if (scale != LARGE) {
                return BigDecimal.valueOf(in.readLong(), scale);
            }
            int largeScale = in.readInt();
            byte[] unscaled = new byte[in.readInt()];
            in.readFully(unscaled);
            return new BigDecimal(new BigInteger(unscaled), largeScale);
        }
    }

    /** The form of a {@link Packable}. */
    record Packed(MethodHandle unpack) implements Form {

        static Packed of(Class<?> type) {
            try {
                return new Packed(MethodHandles.publicLookup()
                        .findStatic(type, "unpack", MethodType.methodType(type, DataInput.class))
                        .asType(MethodType.methodType(Object.class, DataInput.class)));
            } catch (ReflectiveOperationException e) {
                throw new IllegalArgumentException(type + " can't be unpacked", e);
            }
        }

        @Override
        public void write(Object value, DataOutputView out) throws IOException {
            ((Packable) value).pack(out);
        }

        @Override
        public Object read(DataInputView in) throws IOException {
            try {
                return (Object) unpack.invokeExact((DataInput) in);
            } catch (IOException | RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Object copy(Object value) {
            DataOutputSerializer out = new DataOutputSerializer(256);
            try {
                write(value, out);
                return read(new DataInputDeserializer(out.getSharedBuffer(), 0, out.length()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public boolean isImmutable() {
            return false;
        }
    }

    /** The form that Flink has. */
    record Foreign<T>(TypeSerializer<T> serializer) implements Form {

        @Override
        @SuppressWarnings("unchecked")
        public void write(Object value, DataOutputView out) throws IOException {
            serializer.serialize((T) value, out);
        }

        @Override
        public Object read(DataInputView in) throws IOException {
            return serializer.deserialize(in);
        }

        @Override
        @SuppressWarnings("unchecked")
        public Object copy(Object value) {
            return serializer.copy((T) value);
        }

        @Override
        public boolean isImmutable() {
            return serializer.isImmutableType();
        }
    }
}
