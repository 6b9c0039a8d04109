package io.openinterest.functions.record;

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
public record Ledger(
        BigDecimal totalUsd,
        BigDecimal quantityUsd,
        BigDecimal priceUsd,
        BigDecimal entriesUsd,
        BigDecimal exitsUsd,
        BigDecimal coverageUsd,
        BigDecimal restatementUsd) {

    /** No change at all. */
    public static final Ledger ZERO =
            of(BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

    /** A ledger of its six parts. */
    public static Ledger of(
            BigDecimal quantity,
            BigDecimal price,
            BigDecimal entries,
            BigDecimal exits,
            BigDecimal coverage,
            BigDecimal restatement) {
        BigDecimal total = plus(plus(plus(plus(plus(quantity, price), entries), exits), coverage), restatement);
        return new Ledger(total, quantity, price, entries, exits, coverage, restatement);
    }

    /** Contracts opened or closed, and what price did besides. */
    public static Ledger traded(BigDecimal quantity, BigDecimal price) {
        BigDecimal zero = BigDecimal.ZERO;
        return of(quantity, price, zero, zero, zero, zero);
    }

    /** A market is included for the first time, with its whole value. */
    public static Ledger entry(BigDecimal value) {
        BigDecimal zero = BigDecimal.ZERO;
        return of(zero, zero, value, zero, zero, zero);
    }

    /** A market that had a value expired or was delisted. */
    public static Ledger exit(BigDecimal value) {
        BigDecimal zero = BigDecimal.ZERO;
        return of(zero, zero, zero, value.negate(), zero, zero);
    }

    /** A market went stale, with its value below 0, or came back. */
    public static Ledger coverage(BigDecimal change) {
        BigDecimal zero = BigDecimal.ZERO;
        return of(zero, zero, zero, zero, change, zero);
    }

    /** A market counts otherwise or elsewhere. */
    public static Ledger restatement(BigDecimal change) {
        BigDecimal zero = BigDecimal.ZERO;
        return of(zero, zero, zero, zero, zero, change);
    }

    /** Both changes, one after the other. */
    public Ledger plus(Ledger next) {
        return new Ledger(
                plus(totalUsd, next.totalUsd),
                plus(quantityUsd, next.quantityUsd),
                plus(priceUsd, next.priceUsd),
                plus(entriesUsd, next.entriesUsd),
                plus(exitsUsd, next.exitsUsd),
                plus(coverageUsd, next.coverageUsd),
                plus(restatementUsd, next.restatementUsd));
    }

    /** Most parts of most ledgers are nothing at all, and not worth an addition. */
    @SuppressWarnings("ReferenceEquality")
    private static BigDecimal plus(BigDecimal a, BigDecimal b) {
        return b == BigDecimal.ZERO ? a : a == BigDecimal.ZERO ? b : a.add(b);
    }

    /** The change that undoes this one. */
    public Ledger negate() {
        return new Ledger(
                totalUsd.negate(),
                quantityUsd.negate(),
                priceUsd.negate(),
                entriesUsd.negate(),
                exitsUsd.negate(),
                coverageUsd.negate(),
                restatementUsd.negate());
    }

    /** Whether every part is 0. */
    public boolean hasNoParts() {
        return quantityUsd.signum() == 0
                && priceUsd.signum() == 0
                && entriesUsd.signum() == 0
                && exitsUsd.signum() == 0
                && coverageUsd.signum() == 0
                && restatementUsd.signum() == 0;
    }

    /** The same ledger as it is published, every part with 6 decimals, so that equal ledgers are equal records. */
    public Ledger published() {
        return new Ledger(
                Rounding.usd(totalUsd),
                Rounding.usd(quantityUsd),
                Rounding.usd(priceUsd),
                Rounding.usd(entriesUsd),
                Rounding.usd(exitsUsd),
                Rounding.usd(coverageUsd),
                Rounding.usd(restatementUsd));
    }
}
