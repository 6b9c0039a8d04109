package io.openinterest.functions.total;

import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.Entity;
import io.openinterest.functions.record.Folded;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.Packing;
import io.openinterest.functions.record.Revisions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.SortedMap;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The state of one entity: where it stood at the last boundary that nothing can correct any more, and where it stands
 * now. The sums of the boundaries between are kept apart, each by itself ({@link Minutes}), so that a minute is written
 * once; a correction folds them again, so its result is that of the same contributions in order.
 */
final class TotalState {

    private static final long KEPT_FOR = Duration.ofHours(24).toMillis();
    /** After so long every bar has opened anew, whatever it held. */
    private static final long SETTLED_AFTER = Interval.FIFTEEN_MINUTES.millis();

    /** Shards of markets tell of a 5-minute boundary after that, the last one that may owe a record. */
    private static final long OWED_FOR = 2 * Interval.FIVE_MINUTES.millis();

    private static final int PACKED_BYTES = 256;

    private final Entity entity;
    private long finalUpTo;
    private TotalStanding base;
    private long doneUpTo;
    private TotalStanding latest;
    private final Revisions revisions;

    private final Folded<TotalStanding> folded = new Folded<>();

    /** The sums of an entity by boundary, none where it has no market. */
    interface Minutes {
        /** The sums of a boundary, not to be changed; empty ones where there are none. */
        Sums at(long boundary) throws Exception;

        void put(long boundary, Sums sums) throws Exception;

        void remove(long boundary) throws Exception;
    }

    /** Takes a correction. */
    interface Corrections {
        /** A boundary whose sums were corrected, with its sums before and now. */
        void corrected(long boundary, Sums before, Sums now);

        /** A boundary at which the entity stands otherwise than before. */
        void differs(TotalStep before, TotalStep now);
    }

    private TotalState(
            Entity entity,
            long finalUpTo,
            TotalStanding base,
            long doneUpTo,
            TotalStanding latest,
            Revisions revisions) {
        this.entity = entity;
        this.finalUpTo = finalUpTo;
        this.base = base;
        this.doneUpTo = doneUpTo;
        this.latest = latest;
        this.revisions = revisions;
    }

    /** An entity first seen when the boundary after {@code doneUpTo} passes. */
    static TotalState first(Entity entity, long doneUpTo, CorrectionWindow window) {
        return new TotalState(
                entity,
                window.finalBoundary(doneUpTo),
                TotalStanding.NEW,
                doneUpTo,
                TotalStanding.NEW,
                new Revisions());
    }

    /** The last boundary stepped to. */
    long doneUpTo() {
        return doneUpTo;
    }

    /** The revisions of the entity's rows. */
    Revisions revisions() {
        return revisions;
    }

    /** True while the entity has an included or stale market. */
    boolean isPresent() {
        return latest.present();
    }

    /**
     * Whether it has ended and has the longer records that hold its last one, which a correction may bring when event time is
     * far ahead.
     */
    boolean isOver() {
        return !isPresent() && (!latest.begun() || doneUpTo - latest.lastRecord() >= OWED_FOR);
    }

    /** The time from which nothing of the entity is left to know, epoch milliseconds. */
    long forgottenAt(CorrectionWindow window) {
        long last = latest.begun() ? latest.lastRecord() + Interval.MINUTE_MILLIS : doneUpTo;
        // what comes late may belong to a boundary at which the entity had not begun anew
        return last + KEPT_FOR + window.allowedLateness().toMillis();
    }

    /** Steps to the boundary after the last one. */
    TotalStep step(Sums sums) {
        doneUpTo += Interval.MINUTE_MILLIS;
        TotalStep step = take(latest, sums, doneUpTo);
        latest = step.after();
        return step;
    }

    /**
     * Steps to a boundary without publishing: between the last one and this the entity had no market, hence no rows
     * either. What is final of a long absence is passed over.
     */
    void catchUp(long boundary, CorrectionWindow window, Minutes minutes) throws Exception {
        long settled = window.finalBoundary(boundary) - SETTLED_AFTER;
        if (doneUpTo < settled) {
            advance(doneUpTo, minutes);
            finalUpTo = settled;
            doneUpTo = settled;
        }
        while (doneUpTo < boundary) {
            step(Sums.NONE);
        }
    }

    /**
     * Adds to boundaries already stepped to, and steps again from the first of them on.
     *
     * @throws IllegalStateException if one of them is final: its records would contradict what follows
     */
    void correct(SortedMap<Long, Sums> corrections, Minutes minutes, Corrections out) throws Exception {
        if (corrections.isEmpty()) {
            return;
        }
        if (corrections.firstKey() <= finalUpTo) {
            throw new IllegalStateException("%s is final up to %d and can't be corrected at %d"
                    .formatted(entity, finalUpTo, corrections.firstKey()));
        }
        long first = corrections.firstKey();
        TotalStanding before = folded.before(
                first,
                base,
                finalUpTo,
                (standing, boundary) ->
                        take(standing, minutes.at(boundary), boundary).after());
        TotalStanding now = before;
        for (long boundary = first; boundary <= doneUpTo; boundary += Interval.MINUTE_MILLIS) {
            Sums sums = minutes.at(boundary);
            Sums more = corrections.get(boundary);
            Sums corrected = more == null ? sums : sums.plus(more);
            if (more != null) {
                minutes.put(boundary, corrected);
                out.corrected(boundary, sums, corrected);
            }
            TotalStep was = take(before, sums, boundary);
            TotalStep is = take(now, corrected, boundary);
            if (!was.equals(is)) {
                out.differs(was, is);
            } else if (boundary >= corrections.lastKey()) {
                return;
            }
            before = was.after();
            now = is.after();
        }
        latest = now;
    }

    /** Moves the final boundary on; the minutes before it are no longer kept. */
    void advance(long to, Minutes minutes) throws Exception {
        while (finalUpTo < to) {
            finalUpTo += Interval.MINUTE_MILLIS;
            base = take(base, minutes.at(finalUpTo), finalUpTo).after();
            minutes.remove(finalUpTo);
        }
        revisions.forgetUpTo(finalUpTo);
    }

    /** Removes every minute. */
    void clear(Minutes minutes) throws Exception {
        for (long boundary = finalUpTo; boundary <= doneUpTo; boundary += Interval.MINUTE_MILLIS) {
            minutes.remove(boundary);
        }
    }

    private TotalStep take(TotalStanding standing, Sums sums, long boundary) {
        return TotalStep.take(standing, sums, boundary, entity.level() == Level.ASSET);
    }

    /** The state in as few bytes as it needs, the entity apart. */
    byte[] pack() {
        DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
        try {
            Packing.putLong(finalUpTo, out);
            Packing.putLong(doneUpTo - finalUpTo, out);
            base.pack(out);
            latest.pack(out);
            revisions.pack(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.getCopyOfBuffer();
    }

    /** Reads the state of an entity back. */
    static TotalState unpack(Entity entity, byte[] bytes) {
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        try {
            long finalUpTo = Packing.getLong(in);
            long doneUpTo = finalUpTo + Packing.getLong(in);
            return new TotalState(
                    entity,
                    finalUpTo,
                    TotalStanding.unpack(in),
                    doneUpTo,
                    TotalStanding.unpack(in),
                    Revisions.unpack(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
