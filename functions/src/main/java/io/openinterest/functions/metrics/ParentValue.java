package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.TotalRow;
import java.math.BigDecimal;

/**
 * The value of an asset, an exchange or the whole market at a 1-minute boundary: what the shares of its children are
 * measured by.
 *
 * @param entity {@code asset:btc}
 * @param time the boundary, epoch milliseconds
 * @param valueUsd its value; null when the record was withdrawn
 */
public record ParentValue(String entity, long time, BigDecimal valueUsd) {

    /** True for the rows whose value is a parent's: 1-minute rows of an asset, an exchange or the total. */
    public static boolean isParent(TotalRow row) {
        return row.interval() == Interval.ONE_MINUTE
                && (row.level() == Level.TOTAL || row.level() == Level.ASSET || row.level() == Level.EXCHANGE);
    }

    /** The value of a parent's row. */
    public static ParentValue of(TotalRow row) {
        return new ParentValue(row.entity(), row.time().toEpochMilli(), row.valueUsd());
    }
}
