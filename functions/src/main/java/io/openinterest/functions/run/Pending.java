package io.openinterest.functions.run;

import io.openinterest.functions.record.Pass;
import io.openinterest.wire.RecordType;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.TimerService;

/**
 * Elements of a key that wait until the watermark has passed the time they were sent at: then everything sent with them
 * is here. Several passes can be sent at one time, at the end of a run; they are taken one after the other.
 *
 * @param <T> what waits
 */
public final class Pending<T extends Record> {

    private final ListState<Tuple2<Long, T>> elements;
    private final Function<T, Pass> pass;

    private Pending(ListState<Tuple2<Long, T>> elements, Function<T, Pass> pass) {
        this.elements = elements;
        this.pass = pass;
    }

    /** Elements in the state of that name. */
    public static <T extends Record> Pending<T> of(
            RuntimeContext context, String name, Class<T> type, Function<T, Pass> pass) {
        return new Pending<>(
                context.getListState(new ListStateDescriptor<>(name, Types.TUPLE(Types.LONG, new RecordType<>(type)))),
                pass);
    }

    /**
     * Keeps an element until {@link #take} of its timestamp, for which a timer is set.
     *
     * @param timestamp when it was sent, event time in epoch milliseconds
     */
    public void add(T element, long timestamp, TimerService timers) throws Exception {
        elements.add(Tuple2.of(timestamp, element));
        timers.registerEventTimeTimer(timestamp);
    }

    /** Whether nothing waits. */
    public boolean isEmpty() throws Exception {
        return !elements.get().iterator().hasNext();
    }

    /** Takes out what was sent up to a time, by the minute of its pass, in the order it came. */
    public TreeMap<Long, List<T>> take(long timestamp) throws Exception {
        TreeMap<Long, List<T>> due = new TreeMap<>();
        List<Tuple2<Long, T>> later = new ArrayList<>();
        for (Tuple2<Long, T> element : elements.get()) {
            if (element.f0 <= timestamp) {
                due.computeIfAbsent(pass.apply(element.f1).minute(), minute -> new ArrayList<>())
                        .add(element.f1);
            } else {
                later.add(element);
            }
        }
        if (!due.isEmpty()) {
            elements.update(later);
        }
        return due;
    }
}
