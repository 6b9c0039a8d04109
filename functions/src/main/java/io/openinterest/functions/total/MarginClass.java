package io.openinterest.functions.total;

import io.openinterest.observation.Observation;

/** Margin classes of {@code by_margin}. The constants are part of saved state: append only. */
public enum MarginClass {
    /** Margined in the base asset itself. */
    COIN,
    USDT,
    USDC,
    USD,
    OTHER;

    public static MarginClass of(Observation market) {
        if (market.margin().equals(market.base())) {
            return COIN;
        }
        return switch (market.margin()) {
            case "usdt" -> USDT;
            case "usdc" -> USDC;
            case "usd" -> USD;
            default -> OTHER;
        };
    }
}
