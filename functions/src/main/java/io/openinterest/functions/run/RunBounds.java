package io.openinterest.functions.run;

import io.openinterest.functions.record.Interval;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.BaseBroadcastProcessFunction;

/**
 * The first and the last boundary of a run, as broadcast by {@link TrackRun}. Times are epoch milliseconds.
 *
 * <p>What an observation says of the run is known to every subtask at all boundaries that event time had not passed when
 * it came, and to some subtasks earlier. So it counts from there on only, and all subtasks agree.
 */
public final class RunBounds {

    /** Broadcast state: the first answer of every venue. */
    public static final MapStateDescriptor<String, Answer> ANSWERED =
            new MapStateDescriptor<>("answered", Types.STRING, TypeInformation.of(Answer.class));

    /**
     * Broadcast state: by minute, the boundary after the greatest time accepted by then. The minute is the first one that no
     * subtask passes without knowing it.
     */
    public static final MapStateDescriptor<Long, Long> REACHED =
            new MapStateDescriptor<>("reached", Types.LONG, Types.LONG);

    private static final long LONGEST_WAIT = Interval.MINUTE_MILLIS;
    private static final long TOLD_APART_FOR = Duration.ofHours(2).toMillis();

    private RunBounds() {}

    /**
     * A venue's first answer.
     *
     * @param time its as-of time
     * @param minute the last minute event time had passed when it came
     */
    public record Answer(long time, long minute) {

        private boolean isKnownAt(long boundary) {
            return minute < boundary;
        }

        private boolean isBefore(Answer other) {
            return other == null || minute < other.minute || (minute == other.minute && time < other.time);
        }
    }

    /** Takes in an event. The result does not depend on the order in which events of several subtasks come. */
    public static void learn(RunEvent event, BaseBroadcastProcessFunction.Context context) throws Exception {
        long minute = Interval.floorToMinute(event.watermark());
        if (event.venue() != null) {
            BroadcastState<String, Answer> answered = context.getBroadcastState(ANSWERED);
            Answer answer = new Answer(event.time(), minute);
            if (answer.isBefore(answered.get(event.venue()))) {
                answered.put(event.venue(), answer);
            }
            return;
        }
        reach(event.time(), minute, context.getBroadcastState(REACHED), context.currentWatermark());
    }

    /**
     * Adds what says more than the minutes before it, so that times grow with the minutes, and tells minutes apart no longer
     * that all shards have passed. This subtask's may be hours behind what it is told: that much fits into the network.
     */
    private static void reach(long time, long minute, BroadcastState<Long, Long> reached, long watermark)
            throws Exception {
        long passed = watermark == Long.MIN_VALUE ? watermark : watermark - TOLD_APART_FOR;
        long old = Long.MIN_VALUE;
        for (Map.Entry<Long, Long> entry : reached.entries()) {
            if (entry.getKey() <= minute && entry.getValue() >= time) {
                return;
            }
            if (entry.getKey() < passed) {
                old = Math.max(old, entry.getKey());
            }
        }
        for (Iterator<Map.Entry<Long, Long>> entries = reached.iterator(); entries.hasNext(); ) {
            Map.Entry<Long, Long> entry = entries.next();
            boolean saysLess = entry.getKey() > minute && entry.getValue() <= time;
            if (saysLess || entry.getKey() < old) {
                entries.remove();
            }
        }
        reached.put(minute, time);
    }

    /**
     * The boundary after the last accepted observation, as far as it is known when the watermark has passed a boundary:
     * independent of what subtasks further ahead have already sent.
     *
     * @param boundary the last boundary event time has passed, which in a gap is later than the one to be published
     */
    public static long last(long boundary, ReadOnlyBroadcastState<Long, Long> reached) throws Exception {
        long last = Long.MIN_VALUE;
        for (Map.Entry<Long, Long> entry : reached.immutableEntries()) {
            if (entry.getKey() <= boundary) {
                last = Math.max(last, entry.getValue());
            }
        }
        return last;
    }

    /**
     * How far event time goes on at a watermark in a run that ends by itself: as far as boundaries are known to belong to
     * it.
     */
    public static long passable(long watermark, ReadOnlyBroadcastState<Long, Long> reached) throws Exception {
        if (watermark == Long.MAX_VALUE) {
            return watermark;
        }
        long last = last(Interval.floorToMinute(watermark + 1), reached);
        return last == Long.MIN_VALUE ? last : Math.min(watermark, last - 1);
    }

    /** True from the first full minute on by which every awaited venue has answered, or the first one a minute ago. */
    public static boolean hasBegun(
            long boundary, Set<String> awaitedVenues, ReadOnlyBroadcastState<String, Answer> answered)
            throws Exception {
        if (awaitedVenues.isEmpty()) {
            return true;
        }
        long first = Long.MAX_VALUE;
        for (Map.Entry<String, Answer> entry : answered.immutableEntries()) {
            if (entry.getValue().isKnownAt(boundary)) {
                first = Math.min(first, entry.getValue().time());
            }
        }
        boolean all = true;
        for (String venue : awaitedVenues) {
            Answer answer = answered.get(venue);
            all &= answer != null && answer.isKnownAt(boundary) && answer.time() <= boundary;
        }
        return all || (first != Long.MAX_VALUE && boundary - first >= LONGEST_WAIT);
    }
}
