package io.openinterest.functions.total;

import io.openinterest.functions.record.Packing;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;

/**
 * The standing of an entity at a boundary, and all that the next boundary needs to know of the past.
 *
 * @param begun true from the first boundary with an included market on, until it has had no record for 24 hours
 * @param present true while it has an included or stale market
 * @param valueUsd value at the boundary: 0 without a record
 * @param lastRecord the last boundary with a 1-minute record, epoch milliseconds
 * @param lastChanged the last boundary at which an included market's contract count moved; null before the first
 * @param five the 5-minute bar that holds the boundary
 * @param fifteen the 15-minute bar that holds the boundary
 */
public record TotalStanding(
        boolean begun, boolean present, BigDecimal valueUsd, long lastRecord, Long lastChanged, Bar five, Bar fifteen) {

    static final TotalStanding NEW =
            new TotalStanding(false, false, BigDecimal.ZERO, Long.MIN_VALUE, null, Bar.openAt(null), Bar.openAt(null));

    /** Value to open the next bar at; null before the entity began. */
    BigDecimal openUsd() {
        return begun ? valueUsd : null;
    }

    void pack(DataOutput out) throws IOException {
        out.writeByte((begun ? 1 : 0) | (present ? 2 : 0) | (lastChanged == null ? 0 : 4));
        Packing.putUsd(valueUsd, out);
        Packing.putLong(lastRecord, out);
        if (lastChanged != null) {
            Packing.putLong(lastChanged, out);
        }
        five.pack(out);
        fifteen.pack(out);
    }

    static TotalStanding unpack(DataInput in) throws IOException {
        int flags = in.readByte();
        return new TotalStanding(
                (flags & 1) != 0,
                (flags & 2) != 0,
                Packing.getUsd(in),
                Packing.getLong(in),
                (flags & 4) != 0 ? Packing.getLong(in) : null,
                Bar.unpack(in),
                Bar.unpack(in));
    }
}
