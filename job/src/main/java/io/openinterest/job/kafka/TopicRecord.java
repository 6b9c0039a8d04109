package io.openinterest.job.kafka;

import java.time.Instant;

/**
 * A record on its way to a topic.
 *
 * @param topic name of the topic without the prefix
 * @param partition null where the key decides
 * @param time the Kafka timestamp; null where the record has no time, which gives timestamp 0
 * @param value UTF-8 JSON
 */
public record TopicRecord(String topic, Integer partition, String key, Instant time, byte[] value) {}
