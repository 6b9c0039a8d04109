package io.openinterest.functions.run;

import io.openinterest.functions.record.Interval;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import java.util.HashSet;
import java.util.Set;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Tells everybody which venues have answered and how far accepted observations reach, so that all shards agree on the
 * first and the last boundary of the run. Runs beside the accepting subtasks; keeps nothing: after a restart it says
 * again what is already known.
 */
public final class TrackRun extends ProcessFunction<Arrival, RunEvent> {

    private static final long serialVersionUID = 1L;

    private transient Set<String> answered;
    private transient long reached;

    @Override
    public void processElement(Arrival arrival, Context context, Collector<RunEvent> out) {
        if (answered == null) {
            answered = new HashSet<>();
            reached = Long.MIN_VALUE;
        }
        Observation observation = arrival.observation();
        long time = observation.time().toEpochMilli();
        if (answered.add(observation.venue())) {
            out.collect(RunEvent.answered(observation.venue(), time, arrival.reached()));
        }
        long boundary = Interval.boundaryAfter(time);
        if (boundary > reached) {
            reached = boundary;
            out.collect(RunEvent.reached(boundary, knownAt(arrival, context)));
        }
    }

    /**
     * The first minute event time passes after this: what had passed before may have passed elsewhere without it. Before
     * event time begins nothing has passed anywhere.
     */
    private static long knownAt(Arrival arrival, Context context) {
        long passed = context.timerService().currentWatermark();
        return passed == Long.MIN_VALUE ? arrival.reached() : Interval.boundaryAfter(passed + 1);
    }
}
