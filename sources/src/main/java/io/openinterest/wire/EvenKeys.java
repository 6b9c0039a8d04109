package io.openinterest.wire;

import java.util.stream.IntStream;
import org.apache.flink.util.MathUtils;

/**
 * Numbers to key a stream by so that a few keys meet every subtask alike. Flink hashes keys into key groups and gives each
 * subtask a range of these; a few dozen numbers as they come leave some subtasks with twice their share and some with
 * nothing. These are chosen by the key group they fall into.
 */
public final class EvenKeys {

    /**
     * Key groups there are: the greatest parallelism, fixed because saved state is divided by it. So many that up to a
     * parallelism of 64 nobody has a tenth more of them than the mean, and divisible by most of what a cluster has.
     */
    public static final int KEY_GROUPS = 576;

    private EvenKeys() {}

    /**
     * Keys that fall into key groups at even distances, in their order. The same count gives the same keys for ever, for
     * state is saved under them.
     */
    public static int[] of(int count) {
        int groups = Math.min(count, KEY_GROUPS);
        // rounded up, so that of as many subtasks as keys each has one
        return IntStream.range(0, count)
                .map(number -> key(number / groups, (number % groups * KEY_GROUPS + groups - 1) / groups))
                .toArray();
    }

    /** The n-th number that falls into a key group. */
    private static int key(int n, int keyGroup) {
        return IntStream.iterate(0, number -> number + 1)
                .filter(number -> MathUtils.murmurHash(number) % KEY_GROUPS == keyGroup)
                .skip(n)
                .findFirst()
                .orElseThrow();
    }
}
