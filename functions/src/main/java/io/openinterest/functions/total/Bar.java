package io.openinterest.functions.total;

import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.Rounding;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;

/**
 * What the minutes of an interval have brought so far.
 *
 * @param open value at the start of the interval; null if it had not begun by then
 * @param high greatest of open and the minutes' values; null before the first
 * @param low least of the same
 * @param sum sum of the minutes' values
 * @param minutes minutes with a value
 * @param change sum of the minutes' ledgers
 * @param gone markets gone
 * @param changed changes of a market's contract count
 * @param quantities sum of the quantity change by child, where children are known
 */
public record Bar(
        BigDecimal open,
        BigDecimal high,
        BigDecimal low,
        BigDecimal sum,
        int minutes,
        Ledger change,
        int gone,
        int changed,
        Map<String, BigDecimal> quantities) {

    /** A window that opens at a value; null if there was none yet. */
    public static Bar openAt(BigDecimal value) {
        BigDecimal open = value == null ? null : Rounding.usd(value);
        return new Bar(open, open, open, BigDecimal.ZERO, 0, Ledger.ZERO, 0, 0, Map.of());
    }

    /** The window one minute on; the value is null where the minute has no record. */
    public Bar next(BigDecimal recorded, Ledger minute, int goneNow, int changedNow, Map<String, Sums.Child> children) {
        Ledger total = change.plus(minute);
        if (recorded == null) {
            return new Bar(open, high, low, sum, minutes, total, gone + goneNow, changed + changedNow, with(children));
        }
        BigDecimal value = Rounding.usd(recorded);
        return new Bar(
                open,
                high == null ? value : high.max(value),
                low == null ? value : low.min(value),
                sum.add(value),
                minutes + 1,
                total,
                gone + goneNow,
                changed + changedNow,
                with(children));
    }

    /** The ledger of the interval; null where there is no value to start from. */
    public Ledger changeSinceOpen() {
        return open == null ? null : change.published();
    }

    private Map<String, BigDecimal> with(Map<String, Sums.Child> children) {
        if (children.isEmpty()) {
            return quantities;
        }
        Map<String, BigDecimal> sums = new HashMap<>(quantities);
        children.forEach((name, child) -> {
            if (child.quantityUsd().signum() != 0) {
                sums.merge(name, child.quantityUsd(), BigDecimal::add);
            }
        });
        return sums;
    }
}
