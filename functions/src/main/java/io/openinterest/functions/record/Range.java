package io.openinterest.functions.record;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The range of a value over an interval. USD with 6 decimals.
 *
 * @param openUsd value one interval before; null where it had not begun by then
 * @param highUsd greatest of {@code openUsd} and the 1-minute values in the window
 * @param lowUsd least of the same
 * @param meanUsd mean of the 1-minute values in the window
 */
public record Range(
        @Nullable BigDecimal openUsd,
        @Nullable BigDecimal highUsd,
        @Nullable BigDecimal lowUsd,
        @Nullable BigDecimal meanUsd) {

    /** The range of a record that does not exist. */
    public static final Range NONE = new Range(null, null, null, null);
}
