package io.openinterest.functions.market;

import io.openinterest.functions.market.Markets.MinutesOfMarket;
import io.openinterest.functions.record.Folded;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Revisions;
import io.openinterest.observation.Observation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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
    /** Minutes with observations after that, each packed by itself. */
    private final PackedMinutes packed;
    /** Minutes as they are, each packed only when its boundary passes; seldom more than two. */
    private final List<Minute> open = new ArrayList<>(2);
    /** Standing at the last boundary of the shard that is done. */
    private MarketStanding latest = MarketStanding.ABSENT;

    private Revisions revisions = new Revisions();

    private final Folded<MarketStanding> folded = new Folded<>();

    /** A market that has not been observed yet; the observation says what it is. */
    MarketState(Observation reference, MinutesOfMarket saved) {
        this(reference, new PackedMinutes(saved));
    }

    private MarketState(Observation reference, PackedMinutes packed) {
        this.reference = reference;
        this.packed = packed;
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
        MarketStanding before = folded.before(
                first,
                base,
                finalUpTo,
                (standing, boundary) -> MarketStep.take(standing, minute(boundary), boundary, settings)
                        .after());
        Map<Long, Minute> minutesBefore = new HashMap<>();
        for (Observation observation : late) {
            long boundary = Interval.boundaryAfter(observation.time().toEpochMilli());
            if (!minutesBefore.containsKey(boundary)) {
                minutesBefore.put(boundary, minute(boundary));
            }
            add(observation, finalUpTo);
        }
        // the base has changed where an observation is from before it
        MarketStanding now = first <= finalUpTo ? base : before;
        for (long boundary = Math.max(first, finalUpTo + Interval.MINUTE_MILLIS);
                boundary <= doneUpTo;
                boundary += Interval.MINUTE_MILLIS) {
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
        Long first = packed.first();
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
        byte[] minute = packed.get(boundary);
        return minute == null ? null : Minute.unpack(boundary, reference, new DataInputDeserializer(minute));
    }

    private void remove(long boundary) throws Exception {
        for (int i = 0; i < open.size(); i++) {
            if (open.get(i).boundary() == boundary) {
                open.remove(i);
                return;
            }
        }
        packed.remove(boundary);
    }

    private void packUpTo(long boundary) throws Exception {
        for (Iterator<Minute> each = open.iterator(); each.hasNext(); ) {
            Minute minute = each.next();
            if (minute.boundary() <= boundary) {
                DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
                minute.pack(reference, out);
                packed.put(minute.boundary(), out.getCopyOfBuffer());
                each.remove();
            }
        }
    }

    /**
     * The state in as few bytes as it needs, as of a checkpoint: its minutes are written apart from it, where most of them
     * are already. What the market is, is written apart too.
     */
    byte[] pack() throws Exception {
        packUpTo(Long.MAX_VALUE);
        DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
        base.pack(reference, out);
        latest.pack(reference, out);
        revisions.pack(out);
        packed.save(out);
        return out.getCopyOfBuffer();
    }

    /** Reads a state back. */
    static MarketState unpack(Observation reference, MinutesOfMarket saved, byte[] bytes) throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        MarketStanding base = MarketStanding.unpack(reference, in);
        MarketStanding latest = MarketStanding.unpack(reference, in);
        Revisions revisions = Revisions.unpack(in);
        MarketState state = new MarketState(reference, PackedMinutes.of(saved, in));
        state.base = base;
        state.latest = latest;
        state.revisions = revisions;
        return state;
    }
}
