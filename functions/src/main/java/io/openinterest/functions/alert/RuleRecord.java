package io.openinterest.functions.alert;

/**
 * A record of the topic of rules.
 *
 * @param id its key, the rule's id
 * @param json the rule; null or empty removes it
 * @param time its Kafka timestamp, epoch milliseconds
 * @param partition of the topic; all records of a key are in one
 * @param offset its place in the partition
 */
public record RuleRecord(String id, String json, long time, int partition, long offset) {}
