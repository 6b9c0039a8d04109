package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.TotalRow;
import java.math.BigDecimal;

/**
 * The value of an asset, an exchange or the whole market at a 1-minute boundary: what the shares of its children are
 * measured by.
 *
 * @param said which value it is
 * @param valueUsd the value; null when the record was withdrawn
 */
public record ParentValue(Said said, BigDecimal valueUsd) {

    /**
     * What is said of a parent.
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

    /** True for the rows whose value is a parent's: 1-minute rows of an asset, an exchange or the total. */
    public static boolean isParent(TotalRow row) {
        return row.interval() == Interval.ONE_MINUTE
                && (row.level() == Level.TOTAL || row.level() == Level.ASSET || row.level() == Level.EXCHANGE);
    }

    /** The value of a parent's row. */
    public static ParentValue of(TotalRow row) {
        return new ParentValue(
                new Said(row.entity(), row.time().toEpochMilli(), row.pass().minute()), row.valueUsd());
    }
}
