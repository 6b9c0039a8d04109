package io.openinterest.functions.market;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Packing;
import io.openinterest.functions.record.Revisions;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationOrder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The state of one market: where it stood at the last boundary that nothing can correct any more, every minute since,
 * and where it stands now. A correction folds the minutes again from there, so its result is that of the same
 * observations in order.
 */
final class MarketState {

    private static final int PACKED_BYTES = 1024;
    private static final int MINUTE_BYTES = 128;

    /** The first observation; all others are kept as what differs from it. Null before. */
    private Observation reference;
    /** Standing at the last final boundary of the shard. */
    private MarketStanding base = MarketStanding.ABSENT;
    /** Packed minutes with observations after that, by boundary. */
    private final TreeMap<Long, byte[]> minutes = new TreeMap<>();
    /** Minutes as they are, each packed only when its boundary passes; seldom more than two. */
    private final List<Minute> open = new ArrayList<>(2);
    /** Standing at the last boundary of the shard that is done. */
    private MarketStanding latest = MarketStanding.ABSENT;

    private Revisions revisions = new Revisions();

    /** The revisions of its rows. */
    Revisions revisions() {
        return revisions;
    }

    /**
     * Takes an observation in. One from before the final boundary can only be the value a market that has not begun
     * carries from there.
     */
    void add(Observation observation, long finalUpTo) {
        if (reference == null) {
            reference = observation;
        }
        long boundary = Interval.boundaryAfter(observation.time().toEpochMilli());
        if (boundary > finalUpTo) {
            Minute known = minute(boundary);
            remove(boundary);
            open.add(known == null ? Minute.of(boundary, observation) : known.with(observation));
        } else if (!base.begun() && (base.value() == null || ObservationOrder.compare(observation, base.value()) > 0)) {
            base = base.withValue(observation);
        }
    }

    /** Steps to the next boundary. */
    MarketStep step(long boundary, SnapshotSettings settings) {
        MarketStep step = MarketStep.take(latest, minute(boundary), boundary, settings);
        latest = step.after();
        packUpTo(boundary);
        return step;
    }

    /**
     * Takes in observations of boundaries that are done, and steps again from the first of them on.
     *
     * @param differs takes every step that is otherwise than before, after what it was
     */
    void correct(
            List<Observation> late,
            long finalUpTo,
            long doneUpTo,
            SnapshotSettings settings,
            BiConsumer<MarketStep, MarketStep> differs) {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (Observation observation : late) {
            long boundary = Interval.boundaryAfter(observation.time().toEpochMilli());
            first = Math.min(first, boundary);
            last = Math.max(last, boundary);
        }
        MarketStanding before = base;
        packUpTo(doneUpTo);
        TreeMap<Long, byte[]> minutesBefore = new TreeMap<>(minutes);
        late.forEach(observation -> add(observation, finalUpTo));
        MarketStanding now = base;
        for (long boundary = finalUpTo + Interval.MINUTE_MILLIS;
                boundary <= doneUpTo;
                boundary += Interval.MINUTE_MILLIS) {
            if (boundary < first) {
                now = MarketStep.take(now, minute(boundary), boundary, settings).after();
                before = now;
                continue;
            }
            MarketStep was = MarketStep.take(before, unpack(boundary, minutesBefore.get(boundary)), boundary, settings);
            MarketStep is = MarketStep.take(now, minute(boundary), boundary, settings);
            if (!was.equals(is)) {
                differs.accept(was, is);
            } else if (boundary >= last) {
                return;
            }
            before = was.after();
            now = is.after();
        }
        latest = now;
    }

    /** Moves the final boundary on; what lies before it is no longer kept. */
    void advance(long from, long to, SnapshotSettings settings) {
        for (long boundary = from + Interval.MINUTE_MILLIS; boundary <= to; boundary += Interval.MINUTE_MILLIS) {
            base = MarketStep.take(base, minute(boundary), boundary, settings).after();
            remove(boundary);
        }
        revisions.forgetUpTo(to);
    }

    /** Passes a boundary that is not published: only the newest value is known, and what was counted. */
    void skipTo(long boundary) {
        base = base.skip(boundary, minute(boundary));
        remove(boundary);
        latest = base;
    }

    boolean isForgotten() {
        return hasNoValue() && open.isEmpty() && minutes.isEmpty();
    }

    /** The first boundary that sees the market; null if one has already, or none will. */
    Long firstBoundary() {
        if (!hasNoValue()) {
            return null;
        }
        Long first = minutes.isEmpty() ? null : minutes.firstKey();
        for (Minute minute : open) {
            first = first == null || minute.boundary() < first ? minute.boundary() : first;
        }
        return first;
    }

    private boolean hasNoValue() {
        return base.value() == null && latest.value() == null;
    }

    private Minute minute(long boundary) {
        for (Minute minute : open) {
            if (minute.boundary() == boundary) {
                return minute;
            }
        }
        return unpack(boundary, minutes.get(boundary));
    }

    private void remove(long boundary) {
        for (int i = 0; i < open.size(); i++) {
            if (open.get(i).boundary() == boundary) {
                open.remove(i);
                return;
            }
        }
        minutes.remove(boundary);
    }

    private Minute unpack(long boundary, byte[] packed) {
        try {
            return packed == null ? null : Minute.unpack(boundary, reference, new DataInputDeserializer(packed));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void packUpTo(long boundary) {
        for (Iterator<Minute> each = open.iterator(); each.hasNext(); ) {
            Minute minute = each.next();
            if (minute.boundary() <= boundary) {
                minutes.put(minute.boundary(), packed(minute));
                each.remove();
            }
        }
    }

    private byte[] packed(Minute minute) {
        DataOutputSerializer out = new DataOutputSerializer(MINUTE_BYTES);
        try {
            minute.pack(reference, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.getCopyOfBuffer();
    }

    /** The state in as few bytes as it needs. */
    byte[] pack() {
        packUpTo(Long.MAX_VALUE);
        DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
        try {
            PackedObservation.put(reference, null, out);
            base.pack(reference, out);
            latest.pack(reference, out);
            revisions.pack(out);
            Packing.putLong(minutes.size(), out);
            long last = 0;
            for (Map.Entry<Long, byte[]> minute : minutes.entrySet()) {
                Packing.putLong((minute.getKey() - last) / Interval.MINUTE_MILLIS, out);
                Packing.putBytes(minute.getValue(), out);
                last = minute.getKey();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.getCopyOfBuffer();
    }

    /** Reads a state back; a new one from null. */
    static MarketState unpack(byte[] packed) {
        MarketState state = new MarketState();
        if (packed == null) {
            return state;
        }
        DataInputDeserializer in = new DataInputDeserializer(packed);
        try {
            state.reference = PackedObservation.get(null, in);
            state.base = MarketStanding.unpack(state.reference, in);
            state.latest = MarketStanding.unpack(state.reference, in);
            state.revisions = Revisions.unpack(in);
            long boundary = 0;
            for (int left = Packing.getInt(in); left > 0; left--) {
                boundary += Packing.getLong(in) * Interval.MINUTE_MILLIS;
                state.minutes.put(boundary, Packing.getBytes(in));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return state;
    }
}
