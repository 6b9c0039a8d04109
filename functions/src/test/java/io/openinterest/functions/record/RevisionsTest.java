package io.openinterest.functions.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.record.MetricsRow.Size;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
