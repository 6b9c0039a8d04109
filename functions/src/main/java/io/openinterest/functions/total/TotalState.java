package io.openinterest.functions.total;

import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Revisions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What is kept of one entity: where it stood at the last boundary that nothing can correct any more, the sums of every
 * boundary since, and where it stands now.
 *
 * <p>Public fields, as Flink's POJO serializer wants them.
 */
public final class TotalState {

    private static final long KEPT_FOR = Duration.ofHours(24).toMillis();

    /** After so long every window has opened anew, whatever it held. */
    private static final long SETTLED_AFTER = Interval.FIFTEEN_MINUTES.millis();

    /** The last boundary that nothing can correct any more. */
    public long baseBoundary;
    /** Standing there. */
    public TotalStanding base = TotalStanding.NEW;
    /** Sums by boundary after that; none where the entity has no market. */
    public Map<Long, Sums> sums = new HashMap<>();
    /** The last published boundary. */
    public long lastBoundary;
    /** Standing there. */
    public TotalStanding latest = TotalStanding.NEW;
    /** How often its rows were published. */
    public Revisions publications = new Revisions();

    /** For Flink's serializer. */
    public TotalState() {}

    /** An entity first seen when the boundary after {@code lastBoundary} passes. */
    TotalState(long lastBoundary, CorrectionWindow corrections) {
        this.lastBoundary = lastBoundary;
        this.baseBoundary = corrections.finalBoundary(lastBoundary);
    }

    Sums at(long boundary) {
        Sums known = sums.get(boundary);
        return known == null ? new Sums() : known;
    }

    /** Adds to the sums of a boundary. */
    void add(long boundary, Sums more) {
        Sums sum = at(boundary);
        sum.add(more);
        if (sum.isNothing()) {
            sums.remove(boundary);
        } else {
            sums.put(boundary, sum);
        }
    }

    /** Steps to the boundary after the last one. */
    TotalStep step() {
        lastBoundary += Interval.MINUTE_MILLIS;
        TotalStep step = TotalStep.take(latest, at(lastBoundary), lastBoundary);
        latest = step.after();
        return step;
    }

    /**
     * Steps to a boundary without publishing: between the last one and this the entity had no market, hence no rows
     * either. What is final of a long absence is passed over.
     */
    void catchUp(long boundary, CorrectionWindow corrections) {
        long settled = corrections.finalBoundary(boundary) - SETTLED_AFTER;
        if (lastBoundary < settled) {
            advance(lastBoundary);
            baseBoundary = settled;
            lastBoundary = settled;
        }
        while (lastBoundary < boundary) {
            step();
        }
    }

    /** Steps from the base boundary to the last one again. */
    void replay(Consumer<TotalStep> steps) {
        long last = lastBoundary;
        lastBoundary = baseBoundary;
        latest = base;
        while (lastBoundary < last) {
            steps.accept(step());
        }
    }

    /** Moves the base boundary on; what lies before it is final and no longer kept. */
    void advance(long to) {
        for (long boundary = baseBoundary + Interval.MINUTE_MILLIS;
                boundary <= to;
                boundary += Interval.MINUTE_MILLIS) {
            base = TotalStep.take(base, at(boundary), boundary).after();
        }
        baseBoundary = Math.max(baseBoundary, to);
        sums.keySet().removeIf(boundary -> boundary <= baseBoundary);
        publications.forgetUpTo(baseBoundary);
    }

    /** When nothing of the entity is left to know, epoch milliseconds. */
    long forgottenAt() {
        return latest.begun() ? latest.lastRecord() + KEPT_FOR + Interval.MINUTE_MILLIS : lastBoundary + KEPT_FOR;
    }
}
