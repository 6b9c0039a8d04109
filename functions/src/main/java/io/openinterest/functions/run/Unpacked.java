package io.openinterest.functions.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.operators.KeyContext;
import org.apache.flink.util.function.BiFunctionWithException;
import org.apache.flink.util.function.FunctionWithException;
import org.jspecify.annotations.Nullable;

/**
 * Values of a map in keyed state as objects. Each is read from its bytes when it is first asked for, and written when a
 * checkpoint is taken, however often it changed since the last one; then those are let go that nobody has asked for in a
 * minute or two, so that no more is held than what is in use.
 *
 * @param <K> key of the map, within the key of the stream
 * @param <V> what the bytes mean
 */
public final class Unpacked<K, V> {

    /** What every minute asks for is held from one to the next, however many checkpoints come in between. */
    private static final long SPAN_NANOS = Duration.ofMinutes(1).toNanos();

    /** For how many spans a value is held after it was asked for. */
    private static final int SPANS = 2;

    private final MapState<K, byte[]> state;
    private final LongSupplier clock;
    private final FunctionWithException<V, byte[], Exception> pack;
    private final BiFunctionWithException<K, byte[], V, Exception> unpack;
    private final Map<Object, Values> byStreamKey = new HashMap<>();
    private long spanBegan;

    /**
     * Values of the state of that name.
     *
     * @param key what they are found by
     * @param pack the bytes of a value
     * @param unpack the value of a key and its bytes
     */
    public Unpacked(
            RuntimeContext context,
            String name,
            TypeInformation<K> key,
            FunctionWithException<V, byte[], Exception> pack,
            BiFunctionWithException<K, byte[], V, Exception> unpack) {
        this(context, name, key, pack, unpack, System::nanoTime);
    }

    Unpacked(
            RuntimeContext context,
            String name,
            TypeInformation<K> key,
            FunctionWithException<V, byte[], Exception> pack,
            BiFunctionWithException<K, byte[], V, Exception> unpack,
            LongSupplier clock) {
        state = context.getMapState(
                new MapStateDescriptor<>(name, key, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        this.pack = pack;
        this.unpack = unpack;
        this.clock = clock;
        spanBegan = clock.getAsLong();
    }

    /**
     * The values under a key of the stream.
     *
     * @param streamKey the current one, for nothing else can be read
     */
    public Values of(Object streamKey) {
        return byStreamKey.computeIfAbsent(streamKey, key -> new Values());
    }

    /** Writes what changed, and lets go of what is not in use any more. */
    public void write(KeyContext context) throws Exception {
        boolean endsSpan = clock.getAsLong() - spanBegan >= SPAN_NANOS;
        if (endsSpan) {
            spanBegan = clock.getAsLong();
        }
        for (Map.Entry<Object, Values> each : byStreamKey.entrySet()) {
            context.setCurrentKey(each.getKey());
            each.getValue().write(endsSpan);
        }
        byStreamKey.values().removeIf(values -> values.held.isEmpty());
    }

    /** The values under one key of the stream, to be used while it is the current one. */
    public final class Values {

        private final Map<K, Held<V>> held = new HashMap<>();
        private boolean isComplete;

        /** What is held under a key, nothing too. */
        public Held<V> at(K key) throws Exception {
            Held<V> known = held.get(key);
            if (known == null) {
                byte[] packed = isComplete ? null : state.get(key);
                known = new Held<>(packed == null ? null : unpack.apply(key, packed));
                held.put(key, known);
            }
            return known;
        }

        /** Puts a value in place of whatever there is. */
        public void put(K key, V value) {
            held.computeIfAbsent(key, unread -> new Held<>(null)).put(value);
        }

        /** Removes a value. */
        public void remove(K key) {
            held.computeIfAbsent(key, unread -> new Held<>(null)).remove();
        }

        /** Whatever has a value, to be gone through while values are put and removed. */
        public List<Map.Entry<K, Held<V>>> present() throws Exception {
            if (!isComplete) {
                complete();
            }
            List<Map.Entry<K, Held<V>>> present = new ArrayList<>(held.size());
            for (Map.Entry<K, Held<V>> entry : held.entrySet()) {
                if (entry.getValue().value != null) {
                    present.add(entry);
                }
            }
            return present;
        }

        private void complete() throws Exception {
            for (Map.Entry<K, byte[]> entry : state.entries()) {
                if (!held.containsKey(entry.getKey())) {
                    held.put(entry.getKey(), new Held<>(unpack.apply(entry.getKey(), entry.getValue())));
                }
            }
            isComplete = true;
        }

        /** Whether there is no value. */
        public boolean isEmpty() throws Exception {
            return present().isEmpty();
        }

        private void write(boolean endsSpan) throws Exception {
            for (Iterator<Map.Entry<K, Held<V>>> entries = held.entrySet().iterator(); entries.hasNext(); ) {
                Map.Entry<K, Held<V>> entry = entries.next();
                Held<V> its = entry.getValue();
                if (its.changed && its.value != null) {
                    state.put(entry.getKey(), pack.apply(its.value));
                } else if (its.changed) {
                    state.remove(entry.getKey());
                }
                its.changed = false;
                its.spansLeft -= endsSpan ? 1 : 0;
                if (its.value == null) {
                    entries.remove();
                } else if (its.spansLeft <= 0) {
                    entries.remove();
                    isComplete = false;
                }
            }
        }
    }

    /**
     * What is held under a key, until a checkpoint finds that nobody has asked for it in a while. What was only put is let go
     * with the first.
     *
     * @param <V> what the bytes mean
     */
    public static final class Held<V> {

        private @Nullable V value;
        private boolean changed;
        private int spansLeft;

        private Held(@Nullable V value) {
            this.value = value;
        }

        /** The value, null where there is none. Who changes it has to put it. */
        public @Nullable V get() {
            spansLeft = SPANS;
            return value;
        }

        /** Puts a value, new or changed. */
        public void put(V value) {
            this.value = value;
            changed = true;
        }

        /** Removes the value. */
        public void remove() {
            value = null;
            changed = true;
        }
    }
}
