package io.openinterest.functions.market;

import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationOrder;
import java.util.Arrays;

/**
 * The observations of one market with a time in one minute, as far as anything still depends on them.
 *
 * @param boundary the first boundary that sees them: the end of the minute, epoch milliseconds
 * @param best the one that counts
 * @param keys time and database time of each, two numbers an observation; {@link Long#MIN_VALUE} for a missing one
 */
public record Minute(long boundary, Observation best, long[] keys) {

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

    private static long time(Observation observation) {
        return observation.time().toEpochMilli();
    }

    private static long databaseTime(Observation observation) {
        return observation.databaseTime() == null
                ? Long.MIN_VALUE
                : observation.databaseTime().toEpochMilli();
    }
}
