package io.openinterest.functions.total;

import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.Packing;
import io.openinterest.functions.record.Range;
import io.openinterest.functions.record.Rounding;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;

/**
 * A bar of the minutes of an interval so far.
 *
 * @param open value at the start of the interval; null if it had not begun by then
 * @param high greatest of open and the minutes' values; null before the first
 * @param low least of the same
 * @param sum sum of the minutes' values
 * @param minutes minutes with a value
 * @param change sum of the minutes' ledgers
 * @param observations accepted observations, where they are counted
 * @param gone markets gone
 * @param changed changes of a market's contract count
 * @param quantities sum of the quantity change by child that is not 0, where it is asked for
 */
public record Bar(
        BigDecimal open,
        BigDecimal high,
        BigDecimal low,
        BigDecimal sum,
        int minutes,
        Ledger change,
        int observations,
        int gone,
        int changed,
        Map<String, BigDecimal> quantities) {

    /** A bar that opens at a value; null if there was none yet. */
    public static Bar openAt(BigDecimal value) {
        BigDecimal open = value == null ? null : Rounding.usd(value);
        return new Bar(open, open, open, BigDecimal.ZERO, 0, Ledger.ZERO, 0, 0, 0, Map.of());
    }

    /** The bar of a market one minute on; the value is null where the minute has no record. */
    public Bar next(BigDecimal recorded, Ledger minute, int observed) {
        return next(recorded, minute, observed, 0, 0, quantities);
    }

    /** The bar of an entity one minute on; the value is null where the minute has no record. */
    Bar next(BigDecimal recorded, Ledger minute, Sums sums, boolean byChild) {
        return next(recorded, minute, 0, sums.gone, sums.changed, byChild ? with(sums.children) : quantities);
    }

    private Bar next(
            BigDecimal recorded,
            Ledger minute,
            int observed,
            int goneNow,
            int changedNow,
            Map<String, BigDecimal> byChild) {
        BigDecimal value = recorded == null ? null : Rounding.usd(recorded);
        return new Bar(
                open,
                value == null ? high : high == null ? value : high.max(value),
                value == null ? low : low == null ? value : low.min(value),
                value == null ? sum : sum.add(value),
                value == null ? minutes : minutes + 1,
                change.plus(minute),
                observations + observed,
                gone + goneNow,
                changed + changedNow,
                byChild);
    }

    /** The range of the value over the interval, of which at least one minute has a value. */
    public Range range() {
        return new Range(open, high, low, Rounding.usdMean(sum, minutes));
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
            BigDecimal sum = sums.getOrDefault(name, BigDecimal.ZERO).add(child.quantityUsd());
            if (sum.signum() != 0) {
                sums.put(name, sum);
            } else {
                sums.remove(name);
            }
        });
        return sums;
    }

    /** Writes the bar into state. */
    public void pack(DataOutput out) throws IOException {
        Packing.putUsd(open, out);
        Packing.putUsd(high, out);
        Packing.putUsd(low, out);
        Packing.putUsd(sum, out);
        Packing.putLong(minutes, out);
        Packing.putLedger(change, out);
        Packing.putLong(observations, out);
        Packing.putLong(gone, out);
        Packing.putLong(changed, out);
        Packing.putLong(quantities.size(), out);
        for (Map.Entry<String, BigDecimal> child : quantities.entrySet()) {
            Packing.putText(child.getKey(), out);
            Packing.putUsd(child.getValue(), out);
        }
    }

    /** Reads a bar back. */
    public static Bar unpack(DataInput in) throws IOException {
        BigDecimal open = Packing.getUsd(in);
        BigDecimal high = Packing.getUsd(in);
        BigDecimal low = Packing.getUsd(in);
        BigDecimal sum = Packing.getUsd(in);
        int minutes = Packing.getInt(in);
        Ledger change = Packing.getLedger(in);
        int observations = Packing.getInt(in);
        int gone = Packing.getInt(in);
        int changed = Packing.getInt(in);
        int children = Packing.getInt(in);
        Map<String, BigDecimal> quantities = children == 0 ? Map.of() : new HashMap<>();
        for (int i = 0; i < children; i++) {
            quantities.put(Packing.getText(in), Packing.getUsd(in));
        }
        return new Bar(open, high, low, sum, minutes, change, observations, gone, changed, quantities);
    }
}
