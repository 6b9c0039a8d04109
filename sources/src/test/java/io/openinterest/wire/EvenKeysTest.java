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

    /** Where the shards can't be divided, nobody has more than one above the mean. */
    @Test
    void nobodyHasMoreThanOneAboveTheMean() {
        for (int parallelism = 1; parallelism <= 64; parallelism++) {
            assertThat(subtasks(EvenKeys.of(64), parallelism))
                    .as("parallelism " + parallelism)
                    .allMatch(shards -> shards >= 1);
            int most = (64 + parallelism - 1) / parallelism;
            assertThat(Arrays.stream(subtasks(EvenKeys.of(64), parallelism))
                            .max()
                            .orElseThrow())
                    .as("parallelism " + parallelism)
                    .isLessThanOrEqualTo(most + 1);
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
