package io.openinterest.functions.market;

import io.openinterest.functions.market.Markets.MinutesOfMarket;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Packing;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Objects;
import org.apache.flink.core.memory.DataInputDeserializer;

/**
 * The packed minutes of one market by boundary, in order. What a checkpoint has written is in state only; of that no more
 * is held than its boundary, in a row of numbers, for every market has half an hour of them and is asked every minute.
 */
final class PackedMinutes {

    /** As the last checkpoint left them. */
    private final MinutesOfMarket saved;

    /** Null for what is in state. */
    private final ByBoundary<byte[]> fresh = new ByBoundary<>();

    PackedMinutes(MinutesOfMarket saved) {
        this.saved = saved;
    }

    boolean isEmpty() {
        return fresh.size() == 0;
    }

    /** The first boundary; null where there is none. */
    Long first() {
        return isEmpty() ? null : fresh.boundary(0);
    }

    /** The minute that ends at a boundary; null where there is none. */
    byte[] get(long boundary) throws Exception {
        int at = fresh.find(boundary);
        if (at < 0) {
            return null;
        }
        byte[] minute = fresh.value(at);
        return minute == null ? Objects.requireNonNull(saved.get(boundary), "a minute is missing in state") : minute;
    }

    /** Puts a minute where there is none, for what is in state would stay there. */
    void put(long boundary, byte[] minute) {
        fresh.put(boundary, minute);
    }

    void remove(long boundary) throws Exception {
        int at = fresh.find(boundary);
        if (at < 0) {
            return;
        }
        if (fresh.value(at) == null) {
            saved.remove(boundary);
        }
        fresh.remove(at);
    }

    /** Brings all minutes into state, and writes their boundaries. */
    void save(DataOutput out) throws Exception {
        long last = 0;
        for (int i = 0; i < fresh.size(); i++) {
            long boundary = fresh.boundary(i);
            if (fresh.value(i) != null) {
                saved.put(boundary, fresh.value(i));
                fresh.put(boundary, null);
            }
            Packing.putLong((boundary - last) / Interval.MINUTE_MILLIS, out);
            last = boundary;
        }
    }

    /** Reads the boundaries of what was saved, up to the end. */
    static PackedMinutes of(MinutesOfMarket saved, DataInputDeserializer in) throws IOException {
        PackedMinutes minutes = new PackedMinutes(saved);
        long boundary = 0;
        while (in.available() > 0) {
            boundary += Packing.getLong(in) * Interval.MINUTE_MILLIS;
            minutes.put(boundary, null);
        }
        return minutes;
    }
}
