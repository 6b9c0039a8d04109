package io.openinterest.functions.run;

import io.openinterest.functions.record.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.Types;

/** The first and the last boundary of a run, as broadcast by {@link TrackRun}. Times are epoch milliseconds. */
public final class RunBounds {

    /**
     * Broadcast state. Under {@code venue/<id>}: as-of time of the venue's first answer. Under {@code reach/<step>}: the
     * boundary after the greatest time accepted by then. The step is the last boundary that this very observation
     * made the watermark pass: the reach is known at all boundaries passed with it.
     */
    public static final MapStateDescriptor<String, Long> STATE =
            new MapStateDescriptor<>("run-bounds", Types.STRING, Types.LONG);

    private static final String VENUE = "venue/";
    private static final String REACH = "reach/";
    private static final long MAX_WAIT = Interval.MINUTE_MILLIS;

    private RunBounds() {}

    public static void learn(RunEvent event, long currentWatermark, BroadcastState<String, Long> state)
            throws Exception {
        if (event.venue() != null) {
            Long known = state.get(VENUE + event.venue());
            if (known == null || event.time() < known) {
                state.put(VENUE + event.venue(), event.time());
            }
            return;
        }
        long reach = event.time();
        List<String> past = new ArrayList<>();
        long step = Interval.floorToMinute(event.watermark());
        for (Map.Entry<String, Long> entry : state.entries()) {
            if (entry.getKey().startsWith(REACH) && (step(entry) <= currentWatermark || step(entry) == step)) {
                past.add(entry.getKey());
                reach = Math.max(reach, entry.getValue());
            }
        }
        for (String key : past) {
            state.remove(key);
        }
        state.put(REACH + step, reach);
    }

    /**
     * The boundary after the last accepted observation, as far as it is known when the watermark has passed a boundary:
     * independent of what subtasks further ahead have already sent.
     *
     * @param boundary the last boundary the watermark has passed, which in a gap is later than the one to be published
     */
    public static long last(long boundary, ReadOnlyBroadcastState<String, Long> state) throws Exception {
        long last = Long.MIN_VALUE;
        for (Map.Entry<String, Long> entry : state.immutableEntries()) {
            if (entry.getKey().startsWith(REACH) && step(entry) <= boundary) {
                last = Math.max(last, entry.getValue());
            }
        }
        return last;
    }

    /** True from the first full minute on by which every awaited venue has answered, or the first one a minute ago. */
    public static boolean hasBegun(long boundary, Set<String> awaitedVenues, ReadOnlyBroadcastState<String, Long> state)
            throws Exception {
        if (awaitedVenues.isEmpty()) {
            return true;
        }
        long first = Long.MAX_VALUE;
        for (Map.Entry<String, Long> entry : state.immutableEntries()) {
            if (entry.getKey().startsWith(VENUE)) {
                first = Math.min(first, entry.getValue());
            }
        }
        boolean all = true;
        for (String venue : awaitedVenues) {
            Long answer = state.get(VENUE + venue);
            all &= answer != null && answer <= boundary;
        }
        return all || (first != Long.MAX_VALUE && boundary - first >= MAX_WAIT);
    }

    private static long step(Map.Entry<String, Long> reach) {
        return Long.parseLong(reach.getKey().substring(REACH.length()));
    }
}
