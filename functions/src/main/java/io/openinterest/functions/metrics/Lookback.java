package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.Rounding;
import io.openinterest.functions.record.TotalRow;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What the metrics of an entity look back at: an hour of 1-minute points, a day of 5-minute points and 60 returns of
 * each interval, each longer by the time in which records may still be corrected.
 *
 * <p>Points carry running sums of the ledger, so the sum over any span is the difference of two points, and every list
 * can be cut back to an earlier boundary. A correction cuts them back to the boundary it changes and folds the records
 * since then once more.
 *
 * @param slots records that may still be corrected, by time, then interval
 * @param minutes the last 1-minute records, ascending
 * @param day the last boundaries with a 5m or 15m record, ascending
 * @param returns1m the last 1m records as the statistics see them, ascending
 * @param returns5m the last 5m records
 * @param returns15m the last 15m records
 */
public record Lookback(
        List<Slot> slots,
        List<Point> minutes,
        List<Point> day,
        List<Return> returns1m,
        List<Return> returns5m,
        List<Return> returns15m) {

    static final int RETURNS = 60;

    private static final long HOUR = 60 * Interval.MINUTE_MILLIS;
    private static final long DAY = 24 * HOUR;
    private static final Comparator<Slot> ORDER =
            Comparator.comparingLong(Slot::time).thenComparing(Slot::interval);

    /** The history of an entity that has none. */
    static Lookback empty() {
        return new Lookback(
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>());
    }

    /**
     * A record that may still be corrected.
     *
     * @param time the boundary, epoch milliseconds
     * @param figures what its metrics are made of; null where the record was withdrawn
     * @param revision revision of the metrics record last published; -1 before the first
     */
    public record Slot(Interval interval, long time, Figures figures, int revision) {}

    /**
     * What the metrics take from a total.
     *
     * @param begins true for the first record of an entity: there is nothing it changed from
     * @param quantityUsd quantity part of the ledger; 0 where it begins
     * @param priceEffectUsd price part of the ledger
     * @param outagesUsd coverage and restatement parts of the ledger
     * @param coinMargin value margined in the base coin
     */
    public record Figures(
            BigDecimal valueUsd,
            BigDecimal coverage,
            BigDecimal priceUsd,
            boolean begins,
            BigDecimal quantityUsd,
            BigDecimal priceEffectUsd,
            BigDecimal outagesUsd,
            TotalRow.ByType byType,
            BigDecimal coinMargin,
            TotalRow.Extras extras) {

        static Figures of(TotalRow row) {
            Ledger change = row.change() == null ? Ledger.ZERO : row.change();
            return new Figures(
                    Rounding.usd(row.valueUsd()),
                    row.coverage(),
                    row.priceUsd(),
                    row.change() == null,
                    Rounding.usd(change.quantityUsd()),
                    Rounding.usd(change.priceUsd()),
                    Rounding.usd(change.coverageUsd().add(change.restatementUsd())),
                    row.byType(),
                    row.byMargin().coin(),
                    row.extras());
        }
    }

    /**
     * An entity at a boundary.
     *
     * @param time the boundary, epoch milliseconds
     * @param runStart first boundary of the unbroken sequence of 1-minute records up to this one; null where there is
     *     no 1-minute record at this boundary
     * @param amounts what the accessors below read
     * @param fiveMinutes true if there is a 5m record
     * @param fifteenMinutes true if there is a 15m record
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and read through the accessors
    public record Point(long time, Long runStart, byte[] amounts, boolean fiveMinutes, boolean fifteenMinutes) {

        BigDecimal valueUsd() {
            return PackedDecimals.get(amounts, 0);
        }

        /** Sum of the ledger's coverage and restatement parts since the entity began. */
        BigDecimal outagesUsd() {
            return PackedDecimals.get(amounts, 1);
        }

        /** Sum of the ledger's quantity part since the entity began. */
        BigDecimal quantityUsd() {
            return PackedDecimals.get(amounts, 2);
        }

        /** Sum of the ledger's price part since the entity began. */
        BigDecimal priceEffectUsd() {
            return PackedDecimals.get(amounts, 3);
        }

        BigDecimal priceUsd() {
            return PackedDecimals.get(amounts, 4);
        }

        BigDecimal coverage() {
            return PackedDecimals.get(amounts, 5);
        }

        /** The value with outages, recoveries and restatements taken out: {@code V*}. */
        BigDecimal steadyValue() {
            return valueUsd().subtract(outagesUsd());
        }

        /** True if there is a 5m or 15m record. */
        boolean has(Interval interval) {
            return interval == Interval.FIVE_MINUTES ? fiveMinutes : fifteenMinutes;
        }

        /** The first record of an entity, or one after another. */
        private static Point after(Point before, long time, Long runStart, Figures figures) {
            boolean begins = before == null || figures.begins();
            BigDecimal zero = BigDecimal.ZERO;
            return new Point(
                    time,
                    runStart,
                    PackedDecimals.pack(
                            figures.valueUsd(),
                            figures.outagesUsd().add(begins ? zero : before.outagesUsd()),
                            figures.quantityUsd().add(begins ? zero : before.quantityUsd()),
                            figures.priceEffectUsd().add(begins ? zero : before.priceEffectUsd()),
                            figures.priceUsd(),
                            figures.coverage()),
                    false,
                    false);
        }

        /** A boundary of 5 or 15 minutes at which there is no 1-minute record. */
        private static Point without(Point before, long time, Figures figures) {
            BigDecimal zero = BigDecimal.ZERO;
            return new Point(
                    time,
                    null,
                    PackedDecimals.pack(
                            figures.valueUsd(),
                            before == null ? zero : before.outagesUsd(),
                            before == null ? zero : before.quantityUsd(),
                            before == null ? zero : before.priceEffectUsd(),
                            figures.priceUsd(),
                            figures.coverage()),
                    false,
                    false);
        }

        private Point with(Interval interval) {
            return new Point(
                    time,
                    runStart,
                    amounts,
                    fiveMinutes || interval == Interval.FIVE_MINUTES,
                    fifteenMinutes || interval == Interval.FIFTEEN_MINUTES);
        }
    }

    /**
     * A record as the statistics of its interval see it.
     *
     * @param time the boundary, epoch milliseconds
     * @param amounts what the accessors below read
     * @param leader greatest child; null where there is none
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and read through the accessors
    public record Return(long time, byte[] amounts, String leader) {

        static Return of(long time, BigDecimal rateOfReturn, BigDecimal variance, String leader) {
            return new Return(time, PackedDecimals.pack(rateOfReturn, variance), leader);
        }

        /** Published return; null where there is none. */
        BigDecimal rateOfReturn() {
            return PackedDecimals.get(amounts, 0);
        }

        /** Exponentially weighted variance; null where there is no return. */
        BigDecimal variance() {
            return PackedDecimals.get(amounts, 1);
        }
    }

    /**
     * Takes in the records published at a step and says what that changes.
     *
     * @param rows records of the step's boundary, and corrected ones of earlier boundaries, all of one entity
     * @param step the full minute at which they are published, epoch milliseconds
     * @param derivation how a record of this entity is derived
     * @return the metrics records to publish, by time, then interval
     */
    List<MetricsRow> advance(List<TotalRow> rows, long step, Derivation derivation) {
        long earliest = rows.stream().mapToLong(Lookback::time).min().orElse(step);
        int from = firstAt(slots, Slot::time, earliest);
        List<MetricsRow> before = fold(from, earliest, derivation);
        rows.forEach(this::put);
        List<MetricsRow> now = fold(from, earliest, derivation);
        List<MetricsRow> changed = new ArrayList<>();
        for (int i = from; i < slots.size(); i++) {
            Slot slot = slots.get(i);
            MetricsRow was = find(before, slot);
            MetricsRow is = find(now, slot);
            if (is == null ? was != null : slot.revision() < 0 || !is.equals(was)) {
                changed.add(is != null ? is : derivation.withdrawn(slot));
                slots.set(i, new Slot(slot.interval(), slot.time(), slot.figures(), slot.revision() + 1));
            }
        }
        forget(step - derivation.allowedLateness() - Interval.MINUTE_MILLIS);
        return changed;
    }

    /** The last boundary with a record, epoch milliseconds; the least long where there is none. */
    long lastTime() {
        return Math.max(
                minutes.isEmpty() ? Long.MIN_VALUE : last(minutes).time(),
                day.isEmpty() ? Long.MIN_VALUE : last(day).time());
    }

    /** The records of an interval as its statistics see them, ascending. */
    List<Return> returns(Interval interval) {
        return switch (interval) {
            case ONE_MINUTE -> returns1m;
            case FIVE_MINUTES -> returns5m;
            case FIFTEEN_MINUTES -> returns15m;
        };
    }

    /** The points an interval looks back at; the last one is the boundary itself. */
    List<Point> points(Interval interval) {
        return interval == Interval.ONE_MINUTE ? minutes : day;
    }

    private static long time(TotalRow row) {
        return row.time().toEpochMilli();
    }

    private void put(TotalRow row) {
        Figures figures = Boolean.TRUE.equals(row.withdrawn()) ? null : Figures.of(row);
        int at = Collections.binarySearch(slots, new Slot(row.interval(), time(row), null, 0), ORDER);
        if (at >= 0) {
            slots.set(
                    at,
                    new Slot(row.interval(), time(row), figures, slots.get(at).revision()));
        } else {
            slots.add(-at - 1, new Slot(row.interval(), time(row), figures, -1));
        }
    }

    /** Derives the records from a boundary on, as if nothing had been folded from there yet. */
    private List<MetricsRow> fold(int from, long earliest, Derivation derivation) {
        cutBack(minutes, Point::time, earliest);
        cutBack(day, Point::time, earliest);
        for (Interval interval : Interval.values()) {
            cutBack(returns(interval), Return::time, earliest);
        }
        List<MetricsRow> rows = new ArrayList<>();
        for (Slot slot : slots.subList(from, slots.size())) {
            if (slot.figures() != null) {
                add(slot);
                MetricsRow row = derivation.derive(slot, this);
                rows.add(row);
            }
        }
        return rows;
    }

    /** Adds the record's point, which is then the last of the points its interval looks back at. */
    private void add(Slot slot) {
        Figures figures = slot.figures();
        Point before = minutes.isEmpty() ? null : last(minutes);
        if (slot.interval() == Interval.ONE_MINUTE) {
            boolean goesOn = before != null && before.time() == slot.time() - Interval.MINUTE_MILLIS;
            Long runStart = goesOn ? before.runStart() : (Long) slot.time();
            minutes.add(Point.after(before, slot.time(), runStart, figures));
        } else if (!day.isEmpty() && last(day).time() == slot.time()) {
            day.set(day.size() - 1, last(day).with(slot.interval()));
        } else if (before != null && before.time() == slot.time()) {
            day.add(before.with(slot.interval()));
        } else {
            day.add(Point.without(before, slot.time(), figures).with(slot.interval()));
        }
    }

    /** Drops what no record after the given time, nor a correction of one, can look back at. */
    private void forget(long time) {
        slots.subList(0, firstAt(slots, Slot::time, time)).clear();
        trim(minutes, Point::time, time - HOUR);
        trim(day, Point::time, time - DAY);
        for (Interval interval : Interval.values()) {
            trim(returns(interval), Return::time, time - RETURNS * interval.millis());
        }
    }

    /** Keeps one entry before the time: the running sums go on from there, however long ago it was. */
    private static <T> void trim(List<T> list, ToLongFunction<T> time, long from) {
        int first = firstAt(list, time, from);
        if (first > 1) {
            list.subList(0, first - 1).clear();
        }
    }

    private static <T> void cutBack(List<T> list, ToLongFunction<T> time, long from) {
        list.subList(firstAt(list, time, from), list.size()).clear();
    }

    /** Index of the first entry at or after a time. */
    static <T> int firstAt(List<T> list, ToLongFunction<T> time, long from) {
        int low = 0;
        int high = list.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (time.applyAsLong(list.get(middle)) < from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static MetricsRow find(List<MetricsRow> rows, Slot slot) {
        for (MetricsRow row : rows) {
            if (row.interval() == slot.interval() && row.time().toEpochMilli() == slot.time()) {
                return row;
            }
        }
        return null;
    }

    private static <T> T last(List<T> list) {
        return list.get(list.size() - 1);
    }
}
