package io.openinterest.functions.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.Random;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class MillionthsTest {

    private static final BigDecimal GREATEST_LONG = BigDecimal.valueOf(Long.MAX_VALUE, 6);
    private static final BigDecimal ONE_MILLIONTH = new BigDecimal("0.000001");

    @Test
    void addsUpExactlyWhatNoLongHolds() {
        Millionths sum = new Millionths(2);

        sum.add(1, GREATEST_LONG, 1);
        sum.add(1, ONE_MILLIONTH, 1);
        assertThat(sum.get(1)).isEqualTo("9223372036854.775808");
        assertThat(sum.isZero(1)).isFalse();

        sum.add(1, new BigDecimal("1e30"), 1);
        assertThat(sum.get(1)).isEqualTo("1000000000000000009223372036854.775808");
        assertThat(sum.get(0)).isEqualTo("0.000000");
        assertThat(sum.isZero(0)).isTrue();
    }

    @Test
    void whatWasAddedCanBeTakenOutAgain() {
        Millionths sum = new Millionths(1);
        sum.add(0, ONE_MILLIONTH, 1);

        sum.add(0, new BigDecimal("123456789012345678901234567890"), 1);
        sum.add(0, new BigDecimal("123456789012345678901234567890"), -1);
        assertThat(sum.get(0)).isEqualTo("0.000001");

        sum.add(0, ONE_MILLIONTH, -1);
        assertThat(sum.isZero(0)).isTrue();
    }

    @Test
    void theLeastLongIsAFigureLikeAnyOther() throws IOException {
        Millionths sum = new Millionths(1);
        sum.add(0, GREATEST_LONG, -1);
        sum.add(0, ONE_MILLIONTH, -1);

        Millionths other = new Millionths(1);
        other.add(0, sum, 0, -1);

        assertThat(sum.get(0)).isEqualTo("-9223372036854.775808");
        assertThat(readBack(sum, 1).get(0)).isEqualTo("-9223372036854.775808");
        assertThat(other.get(0)).isEqualTo("9223372036854.775808");
    }

    @Test
    void rowsAddUpLikeTheirFigures() throws IOException {
        Random random = new Random(1);
        Millionths sum = new Millionths(1);
        BigDecimal exact = BigDecimal.ZERO;
        for (int i = 0; i < 10_000; i++) {
            BigDecimal figure = BigDecimal.valueOf(random.nextLong() >> random.nextInt(64), random.nextInt(7));
            int sign = random.nextBoolean() ? 1 : -1;
            Millionths row = new Millionths(1);
            row.add(0, figure, 1);
            sum.add(0, readBack(row, 1), 0, sign);
            exact = exact.add(sign > 0 ? figure : figure.negate());

            assertThat(sum.get(0)).isEqualByComparingTo(exact);
        }
    }

    @Test
    void aLongerRowKeepsItsFigures() {
        Millionths row = new Millionths(1);
        row.add(0, new BigDecimal("1e20"), 1);

        row.grow(3);
        row.add(2, BigDecimal.TEN, 1);

        assertThat(row.get(0)).isEqualByComparingTo("1e20");
        assertThat(row.get(1)).isEqualByComparingTo("0");
        assertThat(row.get(2)).isEqualByComparingTo("10");
    }

    @Test
    void takesNoFigureItWouldHaveToRound() {
        assertThatThrownBy(() -> new Millionths(1).add(0, new BigDecimal("0.0000001"), 1))
                .isInstanceOf(ArithmeticException.class);
    }

    private static Millionths readBack(Millionths row, int size) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        row.pack(size, out);
        Millionths back = new Millionths(size);
        back.unpack(size, new DataInputDeserializer(out.getCopyOfBuffer()));
        return back;
    }
}
