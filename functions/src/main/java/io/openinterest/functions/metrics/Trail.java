package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Packing;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The state that the next record of an interval goes on from: one entry for each record that may still be corrected and the one
 * before those.
 *
 * @param time the boundary, epoch milliseconds
 * @param variance exponentially weighted variance of the returns; null where there is no return
 * @param leader greatest child; null where there is none
 */
record Trail(long time, BigDecimal variance, String leader) {

    static byte[] pack(List<Trail> trail) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        long time = 0;
        String leader = null;
        for (Trail one : trail) {
            boolean sameLeader = one.leader == null ? leader == null : one.leader.equals(leader);
            Packing.putLong((one.time - time) / Interval.MINUTE_MILLIS, out);
            Packing.putDecimal(one.variance, out);
            out.writeBoolean(sameLeader);
            if (!sameLeader) {
                Packing.putText(one.leader, out);
            }
            time = one.time;
            leader = one.leader;
        }
        return out.getCopyOfBuffer();
    }

    /** The entries before a boundary. */
    static List<Trail> unpack(byte[] packed, long before) throws IOException {
        List<Trail> trail = new ArrayList<>();
        DataInputDeserializer in = new DataInputDeserializer(packed == null ? new byte[0] : packed);
        long time = 0;
        String leader = null;
        while (in.available() > 0) {
            time += Packing.getLong(in) * Interval.MINUTE_MILLIS;
            BigDecimal variance = Packing.getDecimal(in);
            leader = in.readBoolean() ? leader : Packing.getText(in);
            if (time < before) {
                trail.add(new Trail(time, variance, leader));
            }
        }
        return trail;
    }
}
