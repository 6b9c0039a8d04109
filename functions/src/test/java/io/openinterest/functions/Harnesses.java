package io.openinterest.functions;

import io.openinterest.wire.RecordType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.tasks.TestProcessingTimeService;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;

/** Operators alone, set up as the job sets them up. */
public final class Harnesses {

    private Harnesses() {}

    /**
     * Opens an operator without generic types.
     *
     * @param output what it emits
     * @param state what it goes on from; null for a new one
     */
    public static <R extends Record, H extends AbstractStreamOperatorTestHarness<R>> H open(
            H operator, Class<R> output, OperatorSubtaskState state) throws Exception {
        operator.getExecutionConfig()
                .configure(
                        new Configuration().set(PipelineOptions.GENERIC_TYPES, false),
                        Harnesses.class.getClassLoader());
        operator.setup(new RecordType<>(output)
                .createSerializer(operator.getExecutionConfig().getSerializerConfig()));
        if (state != null) {
            operator.initializeState(state);
        }
        operator.open();
        return operator;
    }

    /** Lets an operator go on that takes turns with its input, until it waits for more. */
    public static void takeAllTurns(AbstractStreamOperatorTestHarness<?> operator) throws Exception {
        TestProcessingTimeService clock = operator.getProcessingTimeService();
        while (clock.getNumActiveTimers() > 0) {
            clock.setCurrentTime(clock.getCurrentProcessingTime() + 1000);
        }
    }

    /** The last watermark an operator let pass, of those not taken away yet; the least long where it let none pass. */
    public static long lastWatermark(AbstractStreamOperatorTestHarness<?> operator) {
        long last = Long.MIN_VALUE;
        for (Object element : operator.getOutput()) {
            last = element instanceof Watermark watermark ? watermark.getTimestamp() : last;
        }
        return last;
    }

    /** The entries of a map in state whose values are bytes, as the last checkpoint has them. */
    public static <K> Map<List<Object>, byte[]> entries(
            StreamOperator<?> operator, String state, TypeInformation<K> key) throws Exception {
        AbstractStreamOperator<?> keyed = (AbstractStreamOperator<?>) operator;
        KeyedStateBackend<Object> backend = keyed.getKeyedStateBackend();
        MapStateDescriptor<K, byte[]> descriptor =
                new MapStateDescriptor<>(state, key, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
        Map<List<Object>, byte[]> entries = new HashMap<>();
        for (Object current : backend.getKeys(state, VoidNamespace.INSTANCE).toList()) {
            keyed.setCurrentKey(current);
            MapState<K, byte[]> values =
                    backend.getPartitionedState(VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor);
            for (Map.Entry<K, byte[]> entry : values.entries()) {
                entries.put(List.of(state, current, entry.getKey()), entry.getValue());
            }
        }
        return entries;
    }

    /** The part of the values that is new or other than before: what a backend on disk has to write. */
    public static double shareWritten(Map<List<Object>, byte[]> before, Map<List<Object>, byte[]> now) {
        long written = 0;
        long all = 0;
        for (Map.Entry<List<Object>, byte[]> entry : now.entrySet()) {
            int bytes = entry.getValue().length;
            all += bytes;
            written += Arrays.equals(entry.getValue(), before.get(entry.getKey())) ? 0 : bytes;
        }
        return (double) written / all;
    }
}
