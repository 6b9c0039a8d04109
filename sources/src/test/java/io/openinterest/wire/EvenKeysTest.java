package io.openinterest.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvenKeysTest {

    private static final int ALL = EvenKeys.KEY_GROUPS;

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 6, 8, 9, 12, 16, 18, 24, 32, 36, 48, 64, 96})
    void everySubtaskHasAsManyOfAll(int parallelism) {
        assertThat(subtasks(EvenKeys.of(ALL), parallelism)).containsOnly(ALL / parallelism);
    }

    @Test
    void nobodyHasATenthMoreThanTheMean() {
        int[] all = EvenKeys.of(ALL);
        for (int parallelism = 1; parallelism <= 64; parallelism++) {
            int[] shares = subtasks(all, parallelism);

            assertThat(10 * parallelism * Arrays.stream(shares).max().orElseThrow())
                    .isLessThan(11 * ALL);
        }
    }

    /** Where a few can't be divided evenly, nobody is idle and nobody has more than one too many. */
    @Test
    void nobodyIsIdleAtAnyParallelism() {
        int[] few = EvenKeys.of(64);
        for (int parallelism = 1; parallelism <= 64; parallelism++) {
            int[] shares = subtasks(few, parallelism);

            assertThat(Arrays.stream(shares).min().orElseThrow()).isPositive();
            assertThat(Arrays.stream(shares).max().orElseThrow()).isLessThanOrEqualTo(64 / parallelism + 1);
        }
    }

    @Test
    void ofAsManySubtasksAsKeysEachHasOne() {
        for (int count = 1; count <= 128; count++) {
            assertThat(subtasks(EvenKeys.of(count), count)).containsOnly(1);
        }
        assertThat(subtasks(EvenKeys.of(ALL), ALL)).containsOnly(1);
    }

    @Test
    void keysAreDifferentHoweverMany() {
        assertThat(EvenKeys.of(2000)).doesNotHaveDuplicates().hasSize(2000);
    }

    @Test
    void keysStayWhatTheyAreForStateIsSavedUnderThem() {
        assertThat(EvenKeys.of(4)).containsExactly(159, 232, 459, 779);
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
