package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Boundary;
import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.Revisions;
import io.openinterest.functions.record.TotalRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The past that the metrics of the current key's entity look back at, in state: the records that may still be corrected, an
 * hour of 1-minute points, a day of 5-minute points, each longer by the time in which records may still be corrected.
 *
 * <p>A new record adds to the newest chunk of each. A correction cuts the points back to the boundary it changes and
 * folds the records since then once more; what is before that boundary is not looked at.
 */
final class Lookback {

    static final int RETURNS = 60;

    static final long DAY = Duration.ofDays(1).toMillis();
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long MINUTE = Interval.MINUTE_MILLIS;

    private final CorrectionWindow corrections;
    private final MapState<Long, byte[]> slots;
    private final ValueState<byte[]> revised;
    private final MapState<Long, byte[]> minuteChunks;
    private final MapState<Long, byte[]> dayChunks;
    private final Series minutes;
    private final Series day;

    /** The state of whichever key is current. */
    Lookback(RuntimeContext context, CorrectionWindow corrections) {
        this.corrections = corrections;
        slots = context.getMapState(packed("correctable"));
        revised = Revisions.state(context);
        minuteChunks = context.getMapState(packed("minutes"));
        dayChunks = context.getMapState(packed("day"));
        minutes = new Series(minuteChunks, Interval.FIFTEEN_MINUTES.millis(), MINUTE);
        day = new Series(dayChunks, HOUR, Interval.FIVE_MINUTES.millis());
    }

    private static MapStateDescriptor<Long, byte[]> packed(String name) {
        return new MapStateDescriptor<>(name, Types.LONG, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
    }

    /**
     * Takes in the records published at a step and says what that changes.
     *
     * @param rows records of the step's boundary, and corrected ones of earlier boundaries, all of one entity
     * @param step the full minute at which they are published, epoch milliseconds
     * @param derivation how a record of this entity is derived
     * @return the metrics records to publish, by time, then interval
     */
    List<MetricsRow> advance(List<TotalRow> rows, long step, Derivation derivation) throws Exception {
        long earliest = step;
        for (TotalRow row : rows) {
            earliest = Math.min(earliest, row.boundary().millis());
        }
        TreeMap<Long, Slot> open = slots(earliest, step);
        Fold fold = new Fold(earliest, derivation);
        Map<Boundary, MetricsRow> before = fold.rows(open);
        for (TotalRow row : rows) {
            open.computeIfAbsent(row.boundary().millis(), Slot::new).put(row);
        }
        Map<Boundary, MetricsRow> now = fold.rows(open);
        Revisions revisions = Revisions.read(revised);
        List<MetricsRow> changed = new ArrayList<>();
        for (Slot slot : open.values()) {
            for (Interval interval : Interval.values()) {
                Boundary boundary = Boundary.of(interval, slot.time);
                revisions.publish(before.get(boundary), now.get(boundary), changed::add);
            }
            if (slot.isEmpty()) {
                slots.remove(slot.time);
            } else {
                slots.put(slot.time, slot.pack());
            }
        }
        long oldest = step - corrections.allowedLateness().toMillis() - MINUTE;
        fold.write(oldest);
        forgetSlots(oldest, step);
        revisions.forgetUpTo(oldest - MINUTE);
        revisions.write(revised);
        return changed;
    }

    /** The last boundary with a record, epoch milliseconds; the least long where there is none. */
    long lastTime() throws Exception {
        long last = Long.MIN_VALUE;
        for (Series series : List.of(minutes, day)) {
            List<Point> points = series.read(Long.MAX_VALUE, Long.MAX_VALUE);
            last = points.isEmpty() ? last : Math.max(last, last(points).time());
        }
        return last;
    }

    /** Forgets the entity. */
    void clear() {
        slots.clear();
        revised.clear();
        minuteChunks.clear();
        dayChunks.clear();
    }

    /** In order there is none yet, so only what may be there is looked for. */
    private TreeMap<Long, Slot> slots(long earliest, long step) throws Exception {
        TreeMap<Long, Slot> open = new TreeMap<>();
        for (long time = earliest; time <= step; time += MINUTE) {
            Slot slot = slot(time);
            if (slot != null) {
                open.put(time, slot);
            }
        }
        return open;
    }

    private Slot slot(long time) throws Exception {
        byte[] slot = slots.get(time);
        return slot == null ? null : Slot.unpack(time, slot);
    }

    private void forgetSlots(long oldest, long step) throws Exception {
        long newlyPast = Interval.floorToMinute(oldest - 1) - MINUTE;
        if (isPast(newlyPast, oldest)) {
            slots.remove(newlyPast);
        }
        if (!Interval.FIVE_MINUTES.isBoundary(step)) {
            // what else is past, a longer record or behind a gap, can wait a little: it has to be looked for
            return;
        }
        List<Long> past = new ArrayList<>();
        for (long time : slots.keys()) {
            if (isPast(time, oldest)) {
                past.add(time);
            }
        }
        for (long time : past) {
            slots.remove(time);
        }
    }

    /** Whether a boundary can't be corrected any more, and neither can the record that goes on from it. */
    private static boolean isPast(long time, long oldest) {
        for (Interval interval : Interval.values()) {
            if (interval.isBoundary(time) && time + interval.millis() >= oldest) {
                return false;
            }
        }
        return true;
    }

    private static <T> T last(List<T> list) {
        return list.get(list.size() - 1);
    }

    /** The records from a boundary on, derived as if nothing had been derived from there yet. */
    private final class Fold {

        private final long earliest;
        private final Derivation derivation;
        /** Slots before the earliest boundary that a record goes on from, null where there is none. */
        private final Map<Long, Slot> before = new HashMap<>();

        private List<Point> hour = List.of();
        private List<Point> newDay;
        private int knownHour = -1;
        private int knownDay = -1;

        Fold(long earliest, Derivation derivation) {
            this.earliest = earliest;
            this.derivation = derivation;
        }

        Map<Boundary, MetricsRow> rows(TreeMap<Long, Slot> open) throws Exception {
            Map<Boundary, MetricsRow> rows = new HashMap<>();
            if (open.isEmpty()) {
                return rows;
            }
            begin();
            for (Slot slot : open.values()) {
                if (slot.isEmpty()) {
                    continue;
                }
                Point before = hour.isEmpty() ? null : last(hour);
                Point here = Derivation.point(slot, before);
                if (slot.has(Interval.ONE_MINUTE)) {
                    hour.add(here);
                }
                boolean hasLonger = slot.has(Interval.FIVE_MINUTES) || slot.has(Interval.FIFTEEN_MINUTES);
                for (Interval interval : Interval.values()) {
                    if (slot.has(interval)) {
                        here = here.with(interval);
                    }
                }
                if (hasLonger) {
                    day().add(here);
                }
                for (Interval interval : Interval.values()) {
                    if (slot.has(interval)) {
                        List<Point> points = interval == Interval.ONE_MINUTE ? hour : day();
                        Slot last = slot(slot.time - interval.millis(), open);
                        boolean goesOn = last != null && last.has(interval);
                        MetricsRow row = derivation.derive(slot, interval, points, goesOn ? last : null);
                        rows.put(row.boundary(), row);
                    }
                }
            }
            return rows;
        }

        private void begin() throws Exception {
            if (knownHour < 0) {
                hour = minutes.read(earliest - HOUR - MINUTE, earliest);
                knownHour = hour.size();
            }
            hour.subList(knownHour, hour.size()).clear();
            if (newDay != null) {
                newDay.subList(knownDay, newDay.size()).clear();
            }
        }

        private List<Point> day() throws Exception {
            if (newDay == null) {
                newDay = day.read(earliest - DAY, earliest);
                knownDay = newDay.size();
            }
            return newDay;
        }

        private Slot slot(long time, TreeMap<Long, Slot> open) throws Exception {
            if (time >= earliest) {
                return open.get(time);
            }
            if (!before.containsKey(time)) {
                before.put(time, Lookback.this.slot(time));
            }
            return before.get(time);
        }

        void write(long oldest) throws Exception {
            minutes.write(hour, earliest, oldest, HOUR + MINUTE);
            if (newDay != null) {
                day.write(newDay, earliest, oldest, DAY);
            }
        }
    }
}
