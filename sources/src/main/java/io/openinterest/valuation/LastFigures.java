package io.openinterest.valuation;

import io.openinterest.observation.Observation;

/**
 * Figures of a market as they were released last, near enough to see whether the next ones are of another order.
 *
 * @param amount open interest in units of the base
 * @param price USD of one unit of the base
 * @param value open interest in USD
 */
public record LastFigures(double amount, double price, double value) {

    /** Those of the observation. */
    public static LastFigures of(Observation observation) {
        return new LastFigures(
                observation.amountBase().doubleValue(),
                observation.priceUsd().doubleValue(),
                observation.valueUsd().doubleValue());
    }
}
