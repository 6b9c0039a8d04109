package io.openinterest.functions.market;

import io.openinterest.functions.record.Packing;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The observations of one market with a time in one minute, as far as anything still depends on them.
 *
 * @param boundary the first boundary that sees them: the end of the minute, epoch milliseconds
 * @param best the one that counts
 * @param keys time and database time of each, two numbers an observation; {@link Long#MIN_VALUE} for a missing one
 */
record Minute(long boundary, Observation best, long[] keys) {

    static Minute of(long boundary, Observation observation) {
        return new Minute(boundary, observation, new long[] {time(observation), databaseTime(observation)});
    }

    /** The minute with one more observation. Those equal in time and database time count as one. */
    Minute with(Observation observation) {
        Observation winner = ObservationOrder.compare(observation, best) > 0 ? observation : best;
        for (int i = 0; i < keys.length; i += 2) {
            if (keys[i] == time(observation) && keys[i + 1] == databaseTime(observation)) {
                return new Minute(boundary, winner, keys);
            }
        }
        long[] more = Arrays.copyOf(keys, keys.length + 2);
        more[keys.length] = time(observation);
        more[keys.length + 1] = databaseTime(observation);
        return new Minute(boundary, winner, more);
    }

    int observations() {
        return keys.length / 2;
    }

    /** Writes the minute; {@code reference} is an observation of the same market. */
    void pack(Observation reference, DataOutput out) throws IOException {
        PackedObservation.put(best, reference, out);
        // The key of the best one is its own; what the others have is near the time of the one before.
        Packing.putLong(observations() - 1, out);
        long last = time(best);
        for (int i = 0; i < keys.length; i += 2) {
            if (keys[i] == time(best) && keys[i + 1] == databaseTime(best)) {
                continue;
            }
            Packing.putLong(keys[i] - last, out);
            Packing.putLong(keys[i + 1] == Long.MIN_VALUE ? Long.MIN_VALUE : keys[i + 1] - keys[i], out);
            last = keys[i];
        }
    }

    /** Reads a minute back. */
    static Minute unpack(long boundary, Observation reference, DataInput in) throws IOException {
        Observation best = PackedObservation.get(reference, in);
        long[] keys = new long[2 * (Packing.getInt(in) + 1)];
        keys[0] = time(best);
        keys[1] = databaseTime(best);
        long last = keys[0];
        for (int i = 2; i < keys.length; i += 2) {
            keys[i] = last + Packing.getLong(in);
            long lag = Packing.getLong(in);
            keys[i + 1] = lag == Long.MIN_VALUE ? Long.MIN_VALUE : keys[i] + lag;
            last = keys[i];
        }
        return new Minute(boundary, best, keys);
    }

    private static long time(Observation observation) {
        return observation.time().toEpochMilli();
    }

    private static long databaseTime(Observation observation) {
        return observation.databaseTime() == null
                ? Long.MIN_VALUE
                : observation.databaseTime().toEpochMilli();
    }
}
