package io.openinterest.functions.alert;

import io.openinterest.functions.run.RunEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A rule was written or removed while the job ran. It takes effect at the first boundary after its time.
 *
 * @param id the rule's id
 * @param rule the rule; null if it was removed
 * @param time Kafka timestamp of the record, epoch milliseconds
 * @param partition where the record is; all records of a rule are in one partition
 * @param offset its place there: what is written later counts, whatever its time
 */
public record RuleChange(String id, AlertRule rule, long time, int partition, long offset) {

    /** A rule rewritten more often than this within the time that is being evaluated loses its oldest versions. */
    static final int MAX_REMEMBERED = 100;

    private static final Comparator<RuleChange> AS_WRITTEN =
            Comparator.comparingInt(RuleChange::partition).thenComparingLong(RuleChange::offset);

    /** What the change says to those who only have to know what is looked at. */
    public RunEvent.Rule watched() {
        return new RunEvent.Rule(id, time, rule == null ? null : rule.watched());
    }

    /**
     * Changes known of a rule together with this one, as it was written: the same in whatever order the changes come, and
     * whether one comes again, so that every subtask knows the same at a checkpoint.
     *
     * @param known what was known of the rule before; null if nothing
     */
    List<RuleChange> addedTo(List<RuleChange> known) {
        List<RuleChange> changes = known == null ? new ArrayList<>() : new ArrayList<>(known);
        changes.removeIf(change -> AS_WRITTEN.compare(change, this) == 0);
        changes.add(this);
        changes.sort(AS_WRITTEN);
        return changes.size() <= MAX_REMEMBERED
                ? changes
                : new ArrayList<>(changes.subList(changes.size() - MAX_REMEMBERED, changes.size()));
    }
}
