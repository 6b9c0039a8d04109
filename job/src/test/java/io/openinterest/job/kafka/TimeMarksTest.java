package io.openinterest.job.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What anybody can write under the key of a time mark. */
class TimeMarksTest {

    @Test
    void aMarkIsTheEventTimeOfItsPartition() {
        TopicEntry entry = read("{\"mark\":\"2026-03-01T07:00:10Z\"}");

        assertThat(entry.mark()).isEqualTo(Instant.parse("2026-03-01T07:00:10Z"));
        assertThat(entry.partition()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "null",
                "{",
                "{}",
                "{\"mark\":null}",
                "{\"mark\":7}",
                "{\"mark\":\"soon\"}",
                "{\"mark\":\"-1000000000-01-01T00:00:00Z\"}",
                "{\"mark\":1e999999999}",
                "{\"mark\":1e9999999999}",
                "{\"mark\":\"2026-03-01T07:00:10Z\",\"more\":-91e10000009999999}"
            })
    void whatIsNoneIsARecordInQuarantine(String value) {
        TopicEntry entry = read(value);

        assertThat(entry.mark()).isNull();
        assertThat(entry.quarantined().detail()).startsWith("this is no time mark");
    }

    private static TopicEntry read(String value) {
        ObservationsTopic.Reader reader = new ObservationsTopic.Reader();
        reader.open(null);
        List<TopicEntry> entries = new ArrayList<>();
        reader.deserialize(
                new ConsumerRecord<>("observations", 3, 0, ObservationsTopic.MARK_KEY_BYTES, value.getBytes(UTF_8)),
                new ListCollector<>(entries));
        assertThat(entries).hasSize(1);
        return entries.get(0);
    }
}
