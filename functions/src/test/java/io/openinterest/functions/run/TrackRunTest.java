package io.openinterest.functions.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.MarketFixture;
import io.openinterest.observation.Arrival;
import java.time.Instant;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** What observations say of the run, and at which boundary every subtask surely knows it. */
class TrackRunTest {

    @Test
    void whatComesAfterEventTimePassedAMinuteCountsFromTheNextOne() throws Exception {
        try (var run = run()) {
            // given: event time passed 07:10 by an observation that was not accepted
            run.processWatermark(new Watermark(millis("2026-03-01T07:10:00Z") - 1));

            // when one comes that is, before event time passes another minute
            arrive("2026-03-01T07:10:20Z", "2026-03-01T07:10:15Z", run);

            // then it is too late for the boundary that some have passed already
            assertThat(run.extractOutputValues())
                    .contains(RunEvent.reached(millis("2026-03-01T07:11:00Z"), millis("2026-03-01T07:11:00Z")));
        }
    }

    @Test
    void whatEndsAGapCountsFromItsBeginning() throws Exception {
        try (var run = run()) {
            run.processWatermark(new Watermark(millis("2026-03-01T07:10:00Z") - 1));

            arrive("2026-03-02T07:10:20Z", "2026-03-02T07:10:15Z", run);

            assertThat(run.extractOutputValues())
                    .contains(RunEvent.reached(millis("2026-03-02T07:11:00Z"), millis("2026-03-01T07:11:00Z")));
        }
    }

    private static OneInputStreamOperatorTestHarness<Arrival, RunEvent> run() throws Exception {
        var run = new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(new TrackRun()));
        run.open();
        return run;
    }

    private static void arrive(String time, String watermark, OneInputStreamOperatorTestHarness<Arrival, RunEvent> run)
            throws Exception {
        run.processElement(
                new StreamRecord<>(Arrival.of(MarketFixture.market().at(time, "100", "1000"), millis(watermark))));
    }

    private static long millis(String time) {
        return Instant.parse(time).toEpochMilli();
    }
}
