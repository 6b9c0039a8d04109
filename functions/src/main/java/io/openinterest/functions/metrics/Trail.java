package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Interval;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * What the next record of an interval goes on from: one entry for each record that may still be corrected and the one
 * before those.
 *
 * @param time the boundary, epoch milliseconds
 * @param variance exponentially weighted variance of the returns; null where there is no return
 * @param leader greatest child; null where there is none
 */
record Trail(long time, BigDecimal variance, String leader) {

    static byte[] pack(List<Trail> trail) {
        Packing packing = new Packing();
        long time = 0;
        String leader = null;
        for (Trail one : trail) {
            boolean sameLeader = one.leader == null ? leader == null : one.leader.equals(leader);
            packing.number((one.time - time) / Interval.MINUTE_MILLIS)
                    .decimal(one.variance)
                    .count(sameLeader ? 1 : 0);
            if (!sameLeader) {
                packing.text(one.leader);
            }
            time = one.time;
            leader = one.leader;
        }
        return packing.bytes();
    }

    /** The entries before a boundary. */
    static List<Trail> unpack(byte[] packed, long before) {
        List<Trail> trail = new ArrayList<>();
        Unpacking in = new Unpacking(packed == null ? new byte[0] : packed);
        long time = 0;
        String leader = null;
        while (in.hasMore()) {
            time += in.number() * Interval.MINUTE_MILLIS;
            BigDecimal variance = in.decimal();
            leader = in.count() == 1 ? leader : in.text();
            if (time < before) {
                trail.add(new Trail(time, variance, leader));
            }
        }
        return trail;
    }
}
