package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.FreePorts;
import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
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
    void aStateBackendThatIsNotHereIsToldBeforeAnythingStarts() {
        assertThatThrownBy(() -> new FlinkOptions(Map.of("state.backend.type", "nothere")).check())
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("flink.state.backend.type is \"nothere\", which is no part of the local run; allowed is"
                        + " hashmap.");
    }

    @Test
    void aRestartStrategyThatFlinkDoesNotKnowIsToldBeforeAnythingStarts() {
        assertThatThrownBy(() -> new FlinkOptions(Map.of("restart-strategy.type", "nothere")).check())
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("flink.restart-strategy.type is \"nothere\", which Flink does not know.");
    }

    @Test
    void whatFlinkRefusesWhenItStartsIsAMistakeToo() throws Exception {
        JobConfiguration.Local local = new JobConfiguration.Local(
                FreePorts.next(), FreePorts.next(), null, Map.of("taskmanager.memory.network.max", "1mb"));

        assertThatThrownBy(() -> LocalCluster.start(local, 1, null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageMatching("flink: .*The network memory min \\(128 mb\\) and max \\(1 mb\\) mismatch.*");
    }

    @Test
    void optionsAsTheyShouldBeAreLeftAlone() {
        assertThatCode(() -> new FlinkOptions(Map.of(
                                "taskmanager.memory.network.max",
                                "256mb",
                                "heartbeat.interval",
                                "5 s",
                                "state.backend.type",
                                "hashmap",
                                "restart-strategy.type",
                                "fixed-delay",
                                "x",
                                "y"))
                        .check())
                .doesNotThrowAnyException();
    }
}
