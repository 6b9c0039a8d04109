package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReplayProgressTest {

    @Test
    void saysHowFarEventTimeIs() {
        double eventTime = Instant.parse("2026-03-01T07:00:10Z").toEpochMilli();

        assertThat(ReplayProgress.line(1_234_000, eventTime, 42))
                .isEqualTo("replayed  42 %  1,234,000 records  up to 2026-03-01T07:00:10Z");
    }

    @Test
    void saysNoTimeBeforeARecordWasAccepted() {
        String text = """
                flink_taskmanager_job_task_operator_replayEventTime{host="a",} -9.223372036854775808E18
                """;
        double eventTime = ReplayProgress.value(text, "replayEventTime").orElseThrow();

        assertThat(ReplayProgress.line(8, eventTime, 100)).isEqualTo("replayed  100 %  8 records");
    }
}
