package io.openinterest.job.kafka;

import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import java.time.Instant;

/**
 * An entry of the observations topic; all but one of observation, quarantined and mark are null.
 *
 * @param partition where it was read, because every partition has an event time of its own
 * @param observation an observation
 * @param quarantined a record that is none
 * @param mark a time mark: the event time that the partition has reached
 * @param accepted true for an observation that this job wrote: it was found plausible then
 */
public record TopicEntry(
        int partition, Observation observation, Quarantined quarantined, Instant mark, boolean accepted) {}
