package io.openinterest.functions.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FoldedTest {

    private final Folded<Integer> folded = new Folded<>();
    private final List<Long> stepped = new ArrayList<>();

    @Test
    void aLaterCorrectionGoesOnFromTheLastOne() throws Exception {
        // given a correction of minute 5 where minute 2 is final
        assertThat(before(5, 100, 2)).isEqualTo(102);
        assertThat(stepped).containsExactly(3L, 4L);

        // when the next one is of minute 7
        assertThat(before(7, 100, 2)).isEqualTo(104);

        // then nothing is folded twice
        assertThat(stepped).containsExactly(3L, 4L, 5L, 6L);
    }

    @Test
    void anEarlierCorrectionBeginsAtTheFinalBoundary() throws Exception {
        before(7, 100, 2);
        stepped.clear();

        assertThat(before(5, 100, 2)).isEqualTo(102);

        assertThat(stepped).containsExactly(3L, 4L);
    }

    @Test
    void aFoldThatIsFinalMeanwhileIsNotGoneOnFrom() throws Exception {
        before(5, 100, 2);
        stepped.clear();

        assertThat(before(7, 200, 4)).isEqualTo(202);

        assertThat(stepped).containsExactly(5L, 6L);
    }

    @Test
    void whatIsFinalIsTheBase() throws Exception {
        assertThat(before(2, 100, 2)).isEqualTo(100);

        // and what it has become is asked for the next time
        assertThat(before(3, 300, 2)).isEqualTo(300);
        assertThat(stepped).isEmpty();
    }

    private int before(long first, int base, long finalUpTo) throws Exception {
        return folded.before(
                first * Interval.MINUTE_MILLIS, base, finalUpTo * Interval.MINUTE_MILLIS, (standing, boundary) -> {
                    stepped.add(boundary / Interval.MINUTE_MILLIS);
                    return standing + 1;
                });
    }
}
