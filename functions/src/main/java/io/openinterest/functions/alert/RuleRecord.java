package io.openinterest.functions.alert;

import java.io.Serializable;

/**
 * A record of the topic of rules. Serializable, because those that are there when a job is submitted go with it.
 *
 * @param id its key, the rule's id
 * @param json the rule; null or empty removes it
 * @param time its Kafka timestamp, epoch milliseconds
 * @param partition of the topic; all records of a key are in one
 * @param offset its place in the partition
 */
public record RuleRecord(String id, String json, long time, int partition, long offset) implements Serializable {}
