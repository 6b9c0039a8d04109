package io.openinterest.functions.alert;

import io.openinterest.functions.metrics.BoundaryRecord;
import io.openinterest.functions.record.Boundary;
import io.openinterest.functions.record.Edition;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.Pass;
import java.time.Instant;

/** Readings of bitcoin over five minutes of which only a few figures are known. */
final class Readings {

    private static final MetricsRow.Figures NONE = MetricsRow.Figures.NONE;

    private Readings() {}

    static Reading of(Instant time, MetricsRow.Size size, MetricsRow.Changes changes) {
        return of(time, size, changes, NONE.pace());
    }

    static Reading of(Instant time, MetricsRow.Pace pace) {
        return of(time, NONE.size(), NONE.changes(), pace);
    }

    private static Reading of(Instant time, MetricsRow.Size size, MetricsRow.Changes changes, MetricsRow.Pace pace) {
        MetricsRow.Figures figures = new MetricsRow.Figures(
                size,
                changes,
                pace,
                NONE.unusual(),
                NONE.rank(),
                NONE.shares(),
                NONE.concentration(),
                NONE.mix(),
                NONE.price(),
                NONE.activity());
        return new Reading(new BoundaryRecord(
                null,
                null,
                new MetricsRow(
                        Level.ASSET,
                        "btc",
                        new Boundary(Interval.FIVE_MINUTES, time),
                        figures,
                        Edition.first(time, Pass.inOrder(time.toEpochMilli())))));
    }
}
