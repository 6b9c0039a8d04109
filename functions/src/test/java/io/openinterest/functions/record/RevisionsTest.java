package io.openinterest.functions.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.record.MetricsRow.Size;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ValueState;
import org.junit.jupiter.api.Test;

class RevisionsTest {

    private static final Instant TIME = Instant.parse("2026-03-01T07:05:00Z");

    @Test
    void whatReadsAsBeforeIsNoRevision() {
        Revisions revisions = new Revisions();
        List<MetricsRow> out = new ArrayList<>();

        // when a late observation changes only the coverage some time ago, which alerts look at, then the value too
        revisions.publish(metrics("100", null), metrics("100", "0.9"), out::add);
        revisions.publish(metrics("100", "0.9"), metrics("101", "0.9"), out::add);

        // then
        assertThat(out).extracting(row -> row.edition().isPublished()).containsExactly(false, true);
        assertThat(out.get(0).figures()).isEqualTo(metrics("100", "0.9").figures());
        assertThat(out.get(1).edition().revision()).isEqualTo(1);
    }

    @Test
    void aStateOfTheirOwnIsTouchedOnlyWhereThereAreOrWereSome() throws IOException {
        Counted state = new Counted();
        long boundary = TIME.toEpochMilli();

        // when nothing is corrected
        Revisions none = Revisions.read(state);
        none.publish(null, metrics("100", null), row -> {});
        none.write(state);

        // then
        assertThat(state.touched).isZero();

        // and when a record is corrected in one pass and again in the next
        for (int pass = 1; pass <= 2; pass++) {
            Revisions some = Revisions.read(state);
            int revision = pass;
            some.publish(
                    metrics("" + pass, null),
                    metrics("" + (pass + 1), null),
                    row -> assertThat(row.edition().revision()).isEqualTo(revision));
            some.write(state);
        }
        assertThat(state.touched).isEqualTo(2);

        // and when it is final
        for (int pass = 0; pass < 2; pass++) {
            Revisions past = Revisions.read(state);
            past.forgetUpTo(boundary);
            past.write(state);
        }
        assertThat(state.value).isNull();
        assertThat(state.touched).isEqualTo(3);
    }

    private static final class Counted implements ValueState<byte[]> {

        private byte[] value;
        private int touched;

        @Override
        public byte[] value() {
            return value;
        }

        @Override
        public void update(byte[] now) {
            value = now;
            touched++;
        }

        @Override
        public void clear() {
            update(null);
        }
    }

    private static MetricsRow metrics(String value, String coverageBefore) {
        MetricsRow.Figures none = MetricsRow.Figures.NONE;
        Horizons before = coverageBefore == null
                ? null
                : Horizons.of(Interval.ONE_MINUTE, millis -> new BigDecimal(coverageBefore));
        return new MetricsRow(
                Level.ASSET,
                "btc",
                new Boundary(Interval.ONE_MINUTE, TIME),
                new MetricsRow.Figures(
                        new Size(new BigDecimal(value), BigDecimal.ONE, before),
                        none.changes(),
                        none.pace(),
                        none.unusual(),
                        none.rank(),
                        none.shares(),
                        none.concentration(),
                        none.mix(),
                        none.price(),
                        none.activity()),
                Edition.first(TIME.plusSeconds(900), Pass.inOrder(TIME.toEpochMilli())));
    }
}
