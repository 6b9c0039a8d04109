package io.openinterest.functions.run;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import java.io.Serializable;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * A watch on what any rule looks at. Most records are looked at by none, and go to the rules only where one does.
 *
 * <p>Known is rather too much than too little: a rule that was ever written counts up to the time of the change that took
 * it back.
 */
public final class RuleWatch {

    /**
     * Broadcast state: by the id of a rule, for every {@link Subject} in the order of levels, then intervals, the last time
     * up to which the rule may look at it, epoch milliseconds; the least long where it never did.
     */
    public static final MapStateDescriptor<String, long[]> WATCHED =
            new MapStateDescriptor<>("watched", Types.STRING, PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO);

    private static final int INTERVALS = Interval.values().length;
    private static final int SUBJECTS = Level.values().length * INTERVALS;

    private final Set<Subject> start;
    /** The greatest of all rules; null while it has to be found out again. */
    private long[] until;

    /**
     * What a rule looks at, whatever the entity.
     *
     * @param level the level
     * @param interval the interval
     */
    public record Subject(Level level, Interval interval) implements Serializable {

        private int place() {
            return level.ordinal() * INTERVALS + interval.ordinal();
        }
    }

    /**
     * Watches the rules of the broadcast state and some more.
     *
     * @param start what is looked at whatever the topic of rules says
     */
    public RuleWatch(Set<Subject> start) {
        this.start = start;
    }

    /** Takes in what became of a rule. */
    public void learn(RunEvent.Rule rule, BroadcastState<String, long[]> watched) throws Exception {
        long[] before = watched.get(rule.id());
        if (before == null && rule.subject() == null) {
            return;
        }
        long[] times = before == null ? never() : Arrays.copyOf(before, SUBJECTS);
        for (int i = 0; i < times.length; i++) {
            times[i] = Math.min(times[i], rule.time());
        }
        if (rule.subject() != null) {
            times[rule.subject().place()] = Long.MAX_VALUE;
        }
        watched.put(rule.id(), times);
        until = null;
    }

    /** The intervals of a level at which a rule may look at a boundary. */
    public Set<Interval> intervals(Level level, long boundary, ReadOnlyBroadcastState<String, long[]> watched)
            throws Exception {
        if (until == null) {
            until = greatest(watched);
        }
        Set<Interval> intervals = EnumSet.noneOf(Interval.class);
        for (Interval interval : Interval.values()) {
            if (boundary <= until[new Subject(level, interval).place()]) {
                intervals.add(interval);
            }
        }
        return intervals;
    }

    private long[] greatest(ReadOnlyBroadcastState<String, long[]> watched) throws Exception {
        long[] greatest = never();
        for (Map.Entry<String, long[]> rule : watched.immutableEntries()) {
            for (int i = 0; i < rule.getValue().length; i++) {
                greatest[i] = Math.max(greatest[i], rule.getValue()[i]);
            }
        }
        for (Subject subject : start) {
            greatest[subject.place()] = Long.MAX_VALUE;
        }
        return greatest;
    }

    private static long[] never() {
        long[] times = new long[SUBJECTS];
        Arrays.fill(times, Long.MIN_VALUE);
        return times;
    }
}
