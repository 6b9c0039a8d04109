package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Packing;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Points in state, packed in chunks of a fixed span of time, so that a new point rewrites the newest chunk only and what
 * is past is dropped by the chunk. Within a chunk a point is what it differs by from the one before: some 20 bytes.
 */
final class Series {

    private static final int EXACT = 1 << 3;
    private static final int GOES_ON = 1 << 4;
    private static final int STEADY = 1 << 5;
    private static final int SAME_COVERAGE = 1 << 6;
    private static final int FIGURES = 6;
    private static final int OUTSIDE = -1;

    private final MapState<Long, byte[]> chunks;
    private final long span;
    private final long step;

    /**
     * Points kept in a state.
     *
     * @param chunks by the time they begin at, epoch milliseconds
     * @param span how much time a chunk holds, milliseconds
     * @param step how far points usually are from each other, milliseconds
     */
    Series(MapState<Long, byte[]> chunks, long span, long step) {
        this.chunks = chunks;
        this.span = span;
        this.step = step;
    }

    /**
     * The points of a span, ascending, with some before it: at least the last one, however long ago that is.
     *
     * @param from how far back is looked
     * @param before the first boundary that is not wanted any more
     */
    List<Point> read(long from, long before) throws Exception {
        TreeMap<Long, byte[]> wanted = new TreeMap<>();
        Map.Entry<Long, byte[]> last = null;
        for (Map.Entry<Long, byte[]> chunk : chunks.entries()) {
            long start = chunk.getKey();
            if (start >= before) {
                continue;
            }
            if (start > from - span) {
                wanted.put(start, chunk.getValue());
            } else if (last == null || start > last.getKey()) {
                last = chunk;
            }
        }
        List<Point> points = new ArrayList<>();
        if (last != null) {
            unpack(last.getKey(), last.getValue(), points);
        }
        for (Map.Entry<Long, byte[]> chunk : wanted.entrySet()) {
            unpack(chunk.getKey(), chunk.getValue(), points);
        }
        while (!points.isEmpty() && points.get(points.size() - 1).time() >= before) {
            points.remove(points.size() - 1);
        }
        return points;
    }

    /**
     * Puts points in place of all from a boundary on.
     *
     * @param points all points at least of the chunk the boundary is in
     * @param from the first boundary that may differ
     * @param oldest the first boundary that may still be corrected; the last point before it is kept, however old
     * @param reach how far back from there is looked, milliseconds
     */
    void write(List<Point> points, long from, long oldest, long reach) throws Exception {
        long first = Math.floorDiv(from, span) * span;
        Map<Long, List<Point>> changed = new TreeMap<>();
        for (int i = points.size() - 1; i >= 0 && points.get(i).time() >= first; i--) {
            changed.computeIfAbsent(Math.floorDiv(points.get(i).time(), span) * span, start -> new ArrayList<>())
                    .add(0, points.get(i));
        }
        List<Long> starts = new ArrayList<>();
        chunks.keys().forEach(starts::add);
        for (Map.Entry<Long, List<Point>> chunk : changed.entrySet()) {
            chunks.put(chunk.getKey(), pack(chunk.getKey(), chunk.getValue()));
        }
        long lastPast = Long.MIN_VALUE;
        for (long start : starts) {
            if (start >= first && !changed.containsKey(start)) {
                chunks.remove(start);
            } else if (start + span <= oldest) {
                lastPast = Math.max(lastPast, start);
            }
        }
        for (long start : starts) {
            if (start < lastPast && start + span <= oldest - reach) {
                chunks.remove(start);
            }
        }
    }

    /**
     * A head of one byte, then what it says is there: the distance in time and to the start of the run and the scale of
     * the price unless they go on as before, then the figures as differences.
     */
    private byte[] pack(long start, List<Point> points) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(512);
        Point before = start(start);
        for (Point point : points) {
            boolean exact = point.exact() != null;
            boolean goesOn = point.time() == before.time() + step
                    && point.runStart() == before.runStart()
                    && point.priceScale() == before.priceScale();
            boolean steady = point.outages() == before.outages() && rest(point) == rest(before);
            boolean sameCoverage = point.coverage() == before.coverage();
            out.writeByte(point.records()
                    | (exact ? EXACT : 0)
                    | (goesOn ? GOES_ON : 0)
                    | (steady ? STEADY : 0)
                    | (sameCoverage ? SAME_COVERAGE : 0));
            if (!goesOn) {
                Packing.putLong(minutes(point.time() - before.time()), out);
                boolean inRun = point.runStart() != Point.NO_RUN;
                Packing.putLong(inRun ? minutes(point.time() - point.runStart()) : OUTSIDE, out);
                Packing.putLong(point.priceScale(), out);
            }
            if (exact) {
                for (BigDecimal figure : point.exact()) {
                    Packing.putDecimal(figure, out);
                }
            } else {
                Packing.putLong(point.value() - before.value(), out);
                Packing.putLong(point.quantity() - before.quantity(), out);
                Packing.putLong(point.price() - before.price(), out);
                if (!steady) {
                    Packing.putLong(point.outages() - before.outages(), out);
                    Packing.putLong(rest(point) - rest(before), out);
                }
                if (!sameCoverage) {
                    Packing.putLong(point.coverage(), out);
                }
            }
            before = point;
        }
        return out.getCopyOfBuffer();
    }

    private void unpack(long start, byte[] chunk, List<Point> points) throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(chunk);
        Point before = start(start);
        while (in.available() > 0) {
            int head = in.readByte();
            int records = head & EXACT - 1;
            long time = before.time() + step;
            long runStart = before.runStart();
            int priceScale = before.priceScale();
            if ((head & GOES_ON) == 0) {
                time = before.time() + Packing.getLong(in) * Interval.MINUTE_MILLIS;
                long run = Packing.getLong(in);
                runStart = run == OUTSIDE ? Point.NO_RUN : time - run * Interval.MINUTE_MILLIS;
                priceScale = Packing.getInt(in);
            }
            if ((head & EXACT) != 0) {
                BigDecimal[] figures = new BigDecimal[FIGURES];
                for (int i = 0; i < FIGURES; i++) {
                    figures[i] = Packing.getDecimal(in);
                }
                before = Point.exact(time, runStart, records, Arrays.asList(figures));
            } else {
                long value = before.value() + Packing.getLong(in);
                long quantity = before.quantity() + Packing.getLong(in);
                long price = before.price() + Packing.getLong(in);
                boolean steady = (head & STEADY) != 0;
                long outages = before.outages() + (steady ? 0 : Packing.getLong(in));
                long rest = rest(before) + (steady ? 0 : Packing.getLong(in));
                int coverage = (head & SAME_COVERAGE) == 0 ? Packing.getInt(in) : before.coverage();
                before = new Point(
                        time,
                        runStart,
                        records,
                        value,
                        outages,
                        quantity,
                        value - outages - quantity - rest,
                        price,
                        priceScale,
                        coverage,
                        null);
            }
            points.add(before);
        }
    }

    private static long minutes(long millis) {
        return millis / Interval.MINUTE_MILLIS;
    }

    /** The point a chunk's first one is compared with. */
    private static Point start(long time) {
        return new Point(time, Point.NO_RUN, 0, 0, 0, 0, 0, 0, 0, Point.NO_COVERAGE, null);
    }

    /** Everything that moves a value but is neither quantity, price nor outage, entries and exits: most of the time nothing. */
    private static long rest(Point point) {
        return point.value() - point.outages() - point.quantity() - point.priceEffect();
    }
}
