package io.openinterest.functions.market;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Revisions;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is kept of one market: where it stood at the last boundary that nothing can correct any more, every minute since,
 * and where it stands now. A correction folds the minutes again from there, so its result is that of the same
 * observations in order.
 *
 * <p>Public fields, as Flink's POJO serializer wants them.
 */
public final class MarketState {

    /** Standing at the base boundary of the shard. */
    public MarketStanding base = MarketStanding.ABSENT;
    /** Minutes with observations after the base boundary, ascending. */
    public List<Minute> minutes = new ArrayList<>(2);
    /** Standing at the last published boundary. */
    public MarketStanding latest = MarketStanding.ABSENT;
    /** How often its rows were published. */
    public Revisions publications = new Revisions();

    /** Takes an observation in; one from before the base boundary can only be the value carried from there. */
    void add(Observation observation, long baseBoundary) {
        long boundary = Interval.boundaryAfter(observation.time().toEpochMilli());
        if (boundary <= baseBoundary) {
            if (base.value() == null || ObservationOrder.compare(observation, base.value()) > 0) {
                base = base.withValue(observation);
            }
            return;
        }
        int at = minutes.size();
        while (at > 0 && minutes.get(at - 1).boundary() > boundary) {
            at--;
        }
        if (at > 0 && minutes.get(at - 1).boundary() == boundary) {
            minutes.set(at - 1, minutes.get(at - 1).with(observation));
        } else {
            minutes.add(at, Minute.of(boundary, observation));
        }
    }

    /** Steps to the next boundary. */
    MarketStep step(long boundary, SnapshotSettings settings) {
        MarketStep step = MarketStep.take(latest, newest(boundary), boundary, settings);
        latest = step.after();
        return step;
    }

    /** Steps from the base boundary to {@code clock} again, whatever was published before. */
    void replay(long baseBoundary, long clock, SnapshotSettings settings, Consumer<MarketStep> steps) {
        latest = base;
        for (long boundary = baseBoundary + Interval.MINUTE_MILLIS;
                boundary <= clock;
                boundary += Interval.MINUTE_MILLIS) {
            steps.accept(step(boundary, settings));
        }
    }

    /** Moves the base boundary on; what lies before it is final and no longer kept. */
    void advance(long from, long to, SnapshotSettings settings) {
        for (long boundary = from + Interval.MINUTE_MILLIS; boundary <= to; boundary += Interval.MINUTE_MILLIS) {
            base = MarketStep.take(base, newest(boundary), boundary, settings).after();
        }
        minutes.removeIf(minute -> minute.boundary() <= to);
        publications.forgetUpTo(to);
    }

    /** Forgets everything before a boundary that is not published, but for the value known there. */
    void skipTo(long boundary) {
        for (Minute minute : minutes) {
            if (minute.boundary() <= boundary) {
                base = base.withValue(minute.best());
            }
        }
        minutes.removeIf(minute -> minute.boundary() <= boundary);
        latest = base;
    }

    /** Accepted observations with a time in the interval that ends at the boundary. */
    int observations(Interval interval, long boundary) {
        int count = 0;
        for (Minute minute : minutes) {
            if (minute.boundary() > boundary - interval.millis() && minute.boundary() <= boundary) {
                count += minute.observations();
            }
        }
        return count;
    }

    boolean isForgotten() {
        return base.value() == null && latest.value() == null && minutes.isEmpty();
    }

    private Observation newest(long boundary) {
        for (int i = minutes.size() - 1; i >= 0; i--) {
            if (minutes.get(i).boundary() == boundary) {
                return minutes.get(i).best();
            }
            if (minutes.get(i).boundary() < boundary) {
                return null;
            }
        }
        return null;
    }
}
