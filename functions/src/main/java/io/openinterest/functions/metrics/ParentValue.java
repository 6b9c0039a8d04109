package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.TotalRow;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.Set;

/**
 * The value of an asset, an exchange or the whole market at a 1-minute boundary: what the shares of its children are
 * measured by.
 *
 * @param said which value it is
 * @param valueUsd the value; null when the record was withdrawn
 */
public record ParentValue(Said said, BigDecimal valueUsd) {

    /**
     * A statement about a parent.
     *
     * @param entity {@code asset:btc}
     * @param boundary epoch milliseconds
     * @param minute the pass that says it, epoch milliseconds
     */
    public record Said(String entity, long boundary, long minute) {}

    /**
     * A value in state.
     *
     * @param usd the value; 0 when the record was withdrawn
     * @param sentAt event time it was sent at, epoch milliseconds
     */
    public record Known(BigDecimal usd, long sentAt) {}

    private static final Set<Level> PARENTS = EnumSet.of(Level.TOTAL, Level.ASSET, Level.EXCHANGE);

    /** True for the rows whose value is a parent's: 1-minute rows of an asset, an exchange or the total. */
    public static boolean isParent(TotalRow row) {
        return row.interval() == Interval.ONE_MINUTE
                && PARENTS.contains(row.entity().level());
    }

    /** The value of a parent's row. */
    public static ParentValue of(TotalRow row) {
        return new ParentValue(
                new Said(row.key(), row.boundary().millis(), row.pass().minute()),
                row.figures().valueUsd());
    }
}
