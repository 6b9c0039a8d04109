package io.openinterest.job.export;

/**
 * A record of a topic on its way into a file.
 *
 * @param topic without the prefix
 * @param time the Kafka timestamp; epoch milliseconds
 * @param publishedAt when the job made it; epoch milliseconds, null in a replay
 * @param json the record as it is in the topic, UTF-8
 */
record ExportedRecord(String topic, String key, long time, Long publishedAt, byte[] json) {}
