package io.openinterest.job.kafka;

/**
 * Event time of one partition of the observations topic: its last time mark or, in a topic without marks, the greatest
 * time read minus {@code lateness}. Epoch milliseconds, {@link Long#MIN_VALUE} where there was nothing yet. Part of saved
 * state.
 *
 * @param partition the partition
 * @param mark the greatest mark
 * @param greatest the greatest time of an observation
 */
public record PartitionWatermark(int partition, long mark, long greatest) {

    static PartitionWatermark start(int partition) {
        return new PartitionWatermark(partition, Long.MIN_VALUE, Long.MIN_VALUE);
    }

    /** After an entry. */
    PartitionWatermark after(TopicEntry entry) {
        if (entry.mark() != null) {
            return new PartitionWatermark(partition, Math.max(mark, entry.mark().toEpochMilli()), greatest);
        }
        if (entry.observation() != null) {
            return new PartitionWatermark(
                    partition,
                    mark,
                    Math.max(greatest, entry.observation().time().toEpochMilli()));
        }
        return this;
    }

    /** Of two states of the same partition the later one: time does not go back. */
    PartitionWatermark later(PartitionWatermark other) {
        return new PartitionWatermark(partition, Math.max(mark, other.mark), Math.max(greatest, other.greatest));
    }

    /** The event time reached. */
    long reached(boolean marked, long lateness) {
        if (marked || mark != Long.MIN_VALUE || greatest == Long.MIN_VALUE) {
            return mark;
        }
        return greatest - lateness;
    }
}
