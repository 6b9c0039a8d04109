package io.openinterest.job.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.alert.RuleRecord;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class ExistingRulesTest {

    private static final RuleRecord FIRST = new RuleRecord("btc", "{}", 1, 0, 0);
    private static final RuleRecord SECOND = new RuleRecord("btc", "", 2, 0, 1);
    private static final RuleRecord LATER = new RuleRecord("btc", "{}", 3, 0, 2);
    private static final Watermark MARK = new Watermark(Long.MAX_VALUE - 1);

    @Test
    void theRulesThatAreThereComeAheadOfEventTime() throws Exception {
        try (var rules = harness()) {
            rules.open();
            rules.processWatermark(MARK);
            rules.processElement(new StreamRecord<>(LATER));

            assertThat(rules.getOutput())
                    .containsExactly(
                            new StreamRecord<>(FIRST), new StreamRecord<>(SECOND), MARK, new StreamRecord<>(LATER));
        }
    }

    @Test
    void theRulesThatAreThereComeAheadOfWhatIsWrittenLater() throws Exception {
        try (var rules = harness()) {
            rules.open();
            rules.processElement(new StreamRecord<>(LATER));

            assertThat(rules.extractOutputValues()).containsExactly(FIRST, SECOND, LATER);
        }
    }

    @Test
    void whatWasToldIsNotToldAgainAfterARestart() throws Exception {
        OperatorSubtaskState told;
        try (var rules = harness()) {
            rules.open();
            rules.processWatermark(MARK);
            told = rules.snapshot(1, 1);
        }
        try (var rules = harness()) {
            rules.initializeState(told);
            rules.open();
            rules.processWatermark(MARK);

            assertThat(rules.extractOutputValues()).isEmpty();
        }
    }

    @Test
    void whatACheckpointCameBeforeIsToldAfterARestart() throws Exception {
        OperatorSubtaskState untold;
        try (var rules = harness()) {
            rules.open();
            untold = rules.snapshot(1, 1);
            rules.processWatermark(MARK);
        }
        try (var rules = harness()) {
            rules.initializeState(untold);
            rules.open();
            rules.processWatermark(MARK);

            assertThat(rules.extractOutputValues()).containsExactly(FIRST, SECOND);
        }
    }

    private static OneInputStreamOperatorTestHarness<RuleRecord, RuleRecord> harness() throws Exception {
        return new OneInputStreamOperatorTestHarness<>(
                InstantiationUtil.clone(new ExistingRules(List.of(FIRST, SECOND))));
    }
}
