package io.openinterest.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvenKeysTest {

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8, 16, 32, 64})
    void everySubtaskHasAsManyShards(int parallelism) {
        int[] shards = EvenKeys.of(64);

        assertThat(subtasks(shards, parallelism)).containsOnly(64 / parallelism);
    }

    /** Where the shards can't be divided evenly, nobody is idle and nobody has more than one too many. */
    @Test
    void nobodyIsIdleAtAnyParallelism() {
        for (int parallelism = 1; parallelism <= 64; parallelism++) {
            int[] shards = subtasks(EvenKeys.of(64), parallelism);

            assertThat(Arrays.stream(shards).min().orElseThrow()).isPositive();
            assertThat(Arrays.stream(shards).max().orElseThrow()).isLessThanOrEqualTo(64 / parallelism + 1);
        }
    }

    @Test
    void ofAsManySubtasksAsKeysEachHasOne() {
        for (int count = 1; count <= EvenKeys.KEY_GROUPS; count++) {
            assertThat(subtasks(EvenKeys.of(count), count)).containsOnly(1);
        }
    }

    @Test
    void keysAreDifferentHoweverMany() {
        assertThat(EvenKeys.of(300)).doesNotHaveDuplicates().hasSize(300);
    }

    @Test
    void keysStayWhatTheyAreForStateIsSavedUnderThem() {
        assertThat(EvenKeys.of(4)).containsExactly(312, 75, 84, 57);
    }

    /** How many of the keys each subtask has. */
    private static int[] subtasks(int[] keys, int parallelism) {
        int[] counts = new int[parallelism];
        for (int key : keys) {
            counts[KeyGroupRangeAssignment.assignKeyToParallelOperator(key, EvenKeys.KEY_GROUPS, parallelism)]++;
        }
        return counts;
    }
}
