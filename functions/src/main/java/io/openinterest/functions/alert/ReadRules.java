package io.openinterest.functions.alert;

import io.openinterest.observation.Quarantined;
import java.time.Instant;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Reads the topic of rules. What can't be used is quarantined; a rule of the same id that is in force stays so.
 *
 * <p>Runs in one subtask: what is broadcast by several comes to each receiver in another order.
 */
public final class ReadRules extends ProcessFunction<RuleRecord, RuleChange> {

    /** Rules that can't be used. */
    public static final OutputTag<Quarantined> REJECTED =
            new OutputTag<>("bad-rules", TypeInformation.of(Quarantined.class));

    private static final long serialVersionUID = 1L;

    private transient Counter changes;
    private transient Counter bad;

    @Override
    public void open(OpenContext context) {
        changes = getRuntimeContext().getMetricGroup().counter("ruleChanges");
        bad = getRuntimeContext().getMetricGroup().counter("badRules");
    }

    @Override
    public void processElement(RuleRecord record, Context context, Collector<RuleChange> out) {
        try {
            out.collect(read(record));
            changes.inc();
        } catch (BadRuleException e) {
            bad.inc();
            context.output(
                    REJECTED,
                    RuleParser.quarantined(Instant.ofEpochMilli(record.time()), record.json(), e.getMessage()));
        }
    }

    private static RuleChange read(RuleRecord record) {
        boolean removed = record.json() == null || record.json().isEmpty();
        if (record.id() == null || record.id().isEmpty()) {
            throw new BadRuleException("The record has no key, which is the rule's id.");
        }
        AlertRule rule = removed ? null : RuleParser.parse(record.json());
        if (rule != null && !rule.subject().id().equals(record.id())) {
            throw new BadRuleException("The rule's id is not the record's key.");
        }
        return new RuleChange(record.id(), rule, record.time(), record.partition(), record.offset());
    }
}
