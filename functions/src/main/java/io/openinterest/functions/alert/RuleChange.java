package io.openinterest.functions.alert;

/**
 * A rule was written or removed while the job ran. It takes effect at the first boundary after its time.
 *
 * @param id the rule's id
 * @param rule the rule; null if it was removed
 * @param time Kafka timestamp of the record, epoch milliseconds
 */
public record RuleChange(String id, AlertRule rule, long time) {}
