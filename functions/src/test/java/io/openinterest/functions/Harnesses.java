package io.openinterest.functions;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
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
    public static <R, H extends AbstractStreamOperatorTestHarness<R>> H open(
            H operator, Class<R> output, OperatorSubtaskState state) throws Exception {
        operator.getExecutionConfig()
                .configure(
                        new Configuration().set(PipelineOptions.GENERIC_TYPES, false),
                        Harnesses.class.getClassLoader());
        operator.setup(TypeInformation.of(output)
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
}
