package io.openinterest.job.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A record on its way to a topic, already in the bytes of its message: nothing on the way looks into them.
 *
 * @param topic name of the topic without the prefix
 * @param partition null where the key decides
 * @param key UTF-8
 * @param time the Kafka timestamp; null where the record has no time, which gives timestamp 0
 * @param value UTF-8 JSON
 */
public record TopicRecord(String topic, Integer partition, byte[] key, Instant time, byte[] value) {

    /** The key as text. */
    public String keyText() {
        return new String(key, StandardCharsets.UTF_8);
    }
}
