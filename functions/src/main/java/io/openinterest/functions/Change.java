package io.openinterest.functions;

import java.math.BigDecimal;

/**
 * The change ledger: why a value differs from the one an interval before, as an exact sum. USD with 6 decimals.
 *
 * @param totalUsd the sum of the other six
 * @param quantityUsd contracts opened or closed, at the mean value of a contract
 * @param priceUsd what only price moved
 * @param entriesUsd markets included for the first time
 * @param exitsUsd markets expired or delisted, never above 0
 * @param coverageUsd markets that went stale (negative) or came back
 * @param restatementUsd markets whose convention or identity changed
 */
public record Change(
        BigDecimal totalUsd,
        BigDecimal quantityUsd,
        BigDecimal priceUsd,
        BigDecimal entriesUsd,
        BigDecimal exitsUsd,
        BigDecimal coverageUsd,
        BigDecimal restatementUsd) {

    /** No change at all. */
    public static final Change ZERO =
            of(BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

    /** A ledger of its six parts. */
    public static Change of(
            BigDecimal quantity,
            BigDecimal price,
            BigDecimal entries,
            BigDecimal exits,
            BigDecimal coverage,
            BigDecimal restatement) {
        BigDecimal total =
                quantity.add(price).add(entries).add(exits).add(coverage).add(restatement);
        return new Change(total, quantity, price, entries, exits, coverage, restatement);
    }

    /** Both changes, one after the other. */
    public Change plus(Change next) {
        return new Change(
                totalUsd.add(next.totalUsd),
                quantityUsd.add(next.quantityUsd),
                priceUsd.add(next.priceUsd),
                entriesUsd.add(next.entriesUsd),
                exitsUsd.add(next.exitsUsd),
                coverageUsd.add(next.coverageUsd),
                restatementUsd.add(next.restatementUsd));
    }

    /** The change that undoes this one. */
    public Change negate() {
        return new Change(
                totalUsd.negate(),
                quantityUsd.negate(),
                priceUsd.negate(),
                entriesUsd.negate(),
                exitsUsd.negate(),
                coverageUsd.negate(),
                restatementUsd.negate());
    }

    /** True if every part is 0. */
    boolean isNothing() {
        return quantityUsd.signum() == 0
                && priceUsd.signum() == 0
                && entriesUsd.signum() == 0
                && exitsUsd.signum() == 0
                && coverageUsd.signum() == 0
                && restatementUsd.signum() == 0;
    }

    /** The same ledger as it is published, every part with 6 decimals, so that equal ledgers are equal records. */
    Change published() {
        return new Change(
                Digits.usd(totalUsd),
                Digits.usd(quantityUsd),
                Digits.usd(priceUsd),
                Digits.usd(entriesUsd),
                Digits.usd(exitsUsd),
                Digits.usd(coverageUsd),
                Digits.usd(restatementUsd));
    }
}
