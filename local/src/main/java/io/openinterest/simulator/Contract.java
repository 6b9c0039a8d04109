package io.openinterest.simulator;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * A market of the simulated world and its figures at any instant, past ones included. How many units one contract is,
 * how many sides are counted and how the symbol is written is the venue's own business.
 *
 * @param world the world it lives in
 * @param key what makes its movement its own, from venue and symbol
 * @param symbol as the venue writes it
 * @param asset the base
 * @param share its part of the asset's open interest of all exchanges together
 * @param expiration null for a perpetual
 * @param strike null but for options
 * @param call true for a call; false for all but options
 */
record Contract(
        World world,
        long key,
        String symbol,
        Asset asset,
        double share,
        Instant expiration,
        BigDecimal strike,
        boolean call) {

    private static final double YEAR_MILLIS = 365.25 * 86_400_000;
    private static final double CARRY_PER_YEAR = 0.06;
    private static final double VOLATILITY = 0.55;

    boolean isOption() {
        return strike != null;
    }

    /** USD price of the asset on the spot markets. */
    double index(Instant at) {
        return world.index(asset, at);
    }

    /** Fair USD price of one unit: spot with a small premium, or with the carry to the expiration. */
    double mark(Instant at) {
        double premium =
                0.0003 * world.noise(key ^ 1, at, World.MINUTES_20) + 0.0001 * world.noise(key ^ 2, at, World.MINUTE);
        return index(at) * (1 + premium + CARRY_PER_YEAR * years(at));
    }

    /** Open interest, one-sided, in units of the asset. */
    double openInterest(Instant at) {
        double own = 0.04 * world.noise(key ^ 3, at, World.HOURS_12)
                + 0.006 * world.noise(key ^ 4, at, World.MINUTES_20)
                + 0.001 * world.noise(key ^ 5, at, World.MINUTE);
        double spread = isOption() ? 1 + 0.9 * world.noise(key ^ 6, Instant.EPOCH, World.HOURS_12) : 1;
        return asset.openInterest() * share * spread * world.positions(asset, key, at) * (1 + own);
    }

    /** Units of the asset traded in the last 24 hours. */
    double volume(Instant at) {
        double turnover = isOption() ? 0.1 : 1.4;
        return asset.openInterest() * share * turnover * (1 + 0.3 * world.noise(key ^ 7, at, World.HOURS_12));
    }

    /** Fraction of notional paid per 8 hours; perpetuals only. */
    double fundingRate(Instant at) {
        return 0.0001 + 0.00025 * world.noise(key ^ 8, at, World.HOURS_12);
    }

    /** Implied volatility of an option, as a fraction per year. */
    double volatility(Instant at) {
        return VOLATILITY * (1 + 0.1 * world.noise(key ^ 9, at, World.HOURS_12));
    }

    /** Delta of an option. */
    double delta(Instant at) {
        double calls = cumulative(distance(at));
        return call ? calls : calls - 1;
    }

    /**
     * Fair USD price of an option on one unit, by Bachelier's formula: near enough to what venues publish, and never
     * below zero.
     */
    double premium(Instant at) {
        double distance = distance(at);
        double inner = mark(at) - strike.doubleValue();
        double calls = inner * cumulative(distance) + deviation(at) * density(distance);
        return Math.max(call ? calls : calls - inner, 0);
    }

    private double distance(Instant at) {
        return (mark(at) - strike.doubleValue()) / deviation(at);
    }

    private double deviation(Instant at) {
        return mark(at) * volatility(at) * StrictMath.sqrt(Math.max(years(at), 1e-5));
    }

    private double years(Instant at) {
        return expiration == null ? 0 : Math.max(0, (expiration.toEpochMilli() - at.toEpochMilli()) / YEAR_MILLIS);
    }

    /** The normal distribution, by Zelen and Severo's approximation (Abramowitz and Stegun 26.2.17). */
    private static double cumulative(double x) {
        double t = 1 / (1 + 0.2316419 * Math.abs(x));
        double series =
                t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        double tail = density(x) * series;
        return x < 0 ? tail : 1 - tail;
    }

    private static double density(double x) {
        return StrictMath.exp(-x * x / 2) / StrictMath.sqrt(2 * StrictMath.PI);
    }
}
