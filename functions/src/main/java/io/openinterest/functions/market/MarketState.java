package io.openinterest.functions.market;

import io.openinterest.functions.market.Markets.MinutesOfMarket;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Packing;
import io.openinterest.functions.record.Revisions;
import io.openinterest.observation.Observation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The state of one market: where it stood at the last boundary that nothing can correct any more, every minute since,
 * and where it stands now. A correction folds the minutes again from there, so its result is that of the same
 * observations in order.
 */
final class MarketState {

    private static final int PACKED_BYTES = 256;

    /** The first observation; all others are kept as what differs from it. */
    private final Observation reference;
    /** Standing at the last final boundary of the shard. */
    private MarketStanding base = MarketStanding.ABSENT;
    /** Packed minutes with observations after that, each by itself. */
    private final MinutesOfMarket minutes;
    /** The boundaries of those. */
    private final TreeSet<Long> packed = new TreeSet<>();
    /** Minutes as they are, each packed only when its boundary passes; seldom more than two. */
    private final List<Minute> open = new ArrayList<>(2);
    /** Standing at the last boundary of the shard that is done. */
    private MarketStanding latest = MarketStanding.ABSENT;

    private Revisions revisions = new Revisions();

    /** A market that has not been observed yet; the observation says what it is. */
    MarketState(Observation reference, MinutesOfMarket minutes) {
        this.reference = reference;
        this.minutes = minutes;
    }

    /** The revisions of its rows. */
    Revisions revisions() {
        return revisions;
    }

    /**
     * Takes an observation in. One from before the final boundary can only be the value a market that has not begun
     * carries from there.
     */
    void add(Observation observation, long finalUpTo) throws Exception {
        long boundary = Interval.boundaryAfter(observation.time().toEpochMilli());
        if (boundary > finalUpTo) {
            Minute known = minute(boundary);
            remove(boundary);
            open.add(known == null ? Minute.of(boundary, observation) : known.with(observation));
        } else if (!base.begun()) {
            base = base.withEarlier(observation, boundary, finalUpTo);
        }
    }

    /** Steps to the next boundary. */
    MarketStep step(long boundary, SnapshotSettings settings) throws Exception {
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
            BiConsumer<MarketStep, MarketStep> differs)
            throws Exception {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (Observation observation : late) {
            long boundary = Interval.boundaryAfter(observation.time().toEpochMilli());
            first = Math.min(first, boundary);
            last = Math.max(last, boundary);
        }
        MarketStanding before = base;
        Map<Long, Minute> minutesBefore = new HashMap<>();
        for (Observation observation : late) {
            long boundary = Interval.boundaryAfter(observation.time().toEpochMilli());
            if (!minutesBefore.containsKey(boundary)) {
                minutesBefore.put(boundary, minute(boundary));
            }
            add(observation, finalUpTo);
        }
        MarketStanding now = base;
        for (long boundary = finalUpTo + Interval.MINUTE_MILLIS;
                boundary <= doneUpTo;
                boundary += Interval.MINUTE_MILLIS) {
            if (boundary < first) {
                now = MarketStep.take(now, minute(boundary), boundary, settings).after();
                before = now;
                continue;
            }
            Minute minute = minute(boundary);
            Minute minuteBefore = minutesBefore.containsKey(boundary) ? minutesBefore.get(boundary) : minute;
            MarketStep was = MarketStep.take(before, minuteBefore, boundary, settings);
            MarketStep is = MarketStep.take(now, minute, boundary, settings);
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
    void advance(long from, long to, SnapshotSettings settings) throws Exception {
        for (long boundary = from + Interval.MINUTE_MILLIS; boundary <= to; boundary += Interval.MINUTE_MILLIS) {
            base = MarketStep.take(base, minute(boundary), boundary, settings).after();
            remove(boundary);
        }
        revisions.forgetUpTo(to);
    }

    /** Passes a boundary that is not published: only the newest value is known, and what was counted. */
    void skipTo(long boundary) throws Exception {
        base = base.skip(boundary, minute(boundary));
        remove(boundary);
        latest = base;
    }

    boolean isForgotten() {
        return isNothing() && open.isEmpty() && packed.isEmpty();
    }

    /** The first boundary that sees the market; null if one has already, or none will. */
    Long firstBoundary() {
        if (!isNothing()) {
            return null;
        }
        Long first = packed.isEmpty() ? null : packed.first();
        for (Minute minute : open) {
            first = first == null || minute.boundary() < first ? minute.boundary() : first;
        }
        return first;
    }

    private boolean isNothing() {
        return base.isNothing() && latest.isNothing();
    }

    private Minute minute(long boundary) throws Exception {
        for (Minute minute : open) {
            if (minute.boundary() == boundary) {
                return minute;
            }
        }
        return packed.contains(boundary)
                ? Minute.unpack(boundary, reference, new DataInputDeserializer(minutes.get(boundary)))
                : null;
    }

    private void remove(long boundary) throws Exception {
        for (int i = 0; i < open.size(); i++) {
            if (open.get(i).boundary() == boundary) {
                open.remove(i);
                return;
            }
        }
        if (packed.remove(boundary)) {
            minutes.remove(boundary);
        }
    }

    private void packUpTo(long boundary) throws Exception {
        for (Iterator<Minute> each = open.iterator(); each.hasNext(); ) {
            Minute minute = each.next();
            if (minute.boundary() <= boundary) {
                DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
                minute.pack(reference, out);
                minutes.put(minute.boundary(), out.getCopyOfBuffer());
                packed.add(minute.boundary());
                each.remove();
            }
        }
    }

    /** The state in as few bytes as it needs; what the market is and its minutes are written apart from it. */
    byte[] pack() throws Exception {
        packUpTo(Long.MAX_VALUE);
        DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
        base.pack(reference, out);
        latest.pack(reference, out);
        revisions.pack(out);
        long last = 0;
        for (long boundary : packed) {
            Packing.putLong((boundary - last) / Interval.MINUTE_MILLIS, out);
            last = boundary;
        }
        return out.getCopyOfBuffer();
    }

    /** Reads a state back. */
    static MarketState unpack(Observation reference, MinutesOfMarket minutes, byte[] bytes) throws IOException {
        MarketState state = new MarketState(reference, minutes);
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        state.base = MarketStanding.unpack(reference, in);
        state.latest = MarketStanding.unpack(reference, in);
        state.revisions = Revisions.unpack(in);
        long boundary = 0;
        while (in.available() > 0) {
            boundary += Packing.getLong(in) * Interval.MINUTE_MILLIS;
            state.packed.add(boundary);
        }
        return state;
    }
}
