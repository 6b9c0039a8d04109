package io.openinterest.functions.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The quick way gives what the exact one gives, to the last digit. */
class StatisticsTest {

    @Property
    void quickAndExactAreTheSame(
            @ForAll @Size(min = 20, max = 60) List<@IntRange(min = -1_000_000, max = 1_000_000) Integer> units,
            @ForAll @IntRange(min = -10_000_000, max = 10_000_000) int now,
            @ForAll @IntRange(min = 0, max = 9) int zeros,
            @ForAll @IntRange(min = -1_000_000, max = 1_000_000) int mean) {
        List<BigDecimal> before =
                units.stream().map(unit -> r(unit + (long) mean, zeros)).toList();
        BigDecimal r = r(now, zeros);

        assertThat(Statistics.zscore(r, Returns.of(before))).isEqualTo(Statistics.exactZscore(r, before));
        assertThat(Statistics.robustZscore(r, Returns.of(before))).isEqualTo(Statistics.exactRobustZscore(r, before));
        BigDecimal variance = r.multiply(r).round(new MathContext(18));
        assertThat(Statistics.volatility(variance))
                .isEqualTo(variance.sqrt(MathContext.DECIMAL128).setScale(8, RoundingMode.HALF_EVEN));
    }

    @Test
    void quickAndExactAreTheSameFarOff() {
        // given returns near one another, and one so many deviations off that a double has few digits left for it
        List<BigDecimal> before = new Random(5)
                .longs(60, 500_000_000_000L, 720_000_000_000L)
                .mapToObj(units -> r(units, 0))
                .toList();
        BigDecimal r = r(61_170_297_329_009L, 0);

        assertThat(Statistics.zscore(r, Returns.of(before))).isEqualTo(Statistics.exactZscore(r, before));
    }

    @Test
    void returnsThatAreAllEqualHaveNoSpread() {
        List<BigDecimal> before = Collections.nCopies(30, new BigDecimal("0.000123456789"));

        assertThat(Statistics.zscore(BigDecimal.ONE, Returns.of(before))).isNull();
        assertThat(Statistics.robustZscore(BigDecimal.ONE, Returns.of(before))).isNull();
        assertThat(Statistics.zscore(before.get(0), Returns.of(before))).isNull();
        assertThat(Statistics.robustZscore(before.get(0), Returns.of(before))).isNull();
    }

    private static BigDecimal r(long units, int zeros) {
        return BigDecimal.valueOf(units, 12).movePointRight(zeros).setScale(12);
    }
}
