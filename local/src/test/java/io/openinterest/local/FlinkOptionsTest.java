package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.job.config.ConfigurationException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes in {@code flink.*} are told under their key. */
class FlinkOptionsTest {

    @ParameterizedTest
    @CsvSource({
        "taskmanager.memory.network.max, 1x",
        "taskmanager.network.memory.max, 1x",
        "heartbeat.interval, soon",
        "execution.attached, maybe",
        "execution.checkpointing.max-concurrent-checkpoints, two"
    })
    void aValueOfAnotherTypeIsToldBeforeAnythingStarts(String key, String value) {
        assertThatThrownBy(() -> new FlinkOptions(Map.of(key, value, "my.option", "x")).check())
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("flink." + key + " is \"" + value + "\", which Flink does not take for that option.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "taskmanager.numberOfTaskSlots",
                "execution.checkpointing.timeout",
                "execution.buffer-timeout.interval",
                "execution.buffer-timeout",
                "pipeline.max-parallelism"
            })
    void whatTheJobDecidesIsNotTheUsersToSet(String key) {
        assertThatThrownBy(() -> new FlinkOptions(Map.of(key, "abc")).check())
                .hasMessage("flink." + key + " is set by the job itself.");
    }

    @Test
    void optionsAsTheyShouldBeAreLeftAlone() {
        assertThatCode(() -> new FlinkOptions(Map.of(
                                "taskmanager.memory.network.max", "256mb", "heartbeat.interval", "5 s", "x", "y"))
                        .check())
                .doesNotThrowAnyException();
    }
}
