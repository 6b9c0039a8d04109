package io.openinterest.functions;

import io.openinterest.observation.Observation;

/** Margin classes of {@code by_margin}. The constants are part of saved state: append only. */
public enum Margin {
    /** Margined in the base asset itself. */
    COIN,
    USDT,
    USDC,
    USD,
    OTHER;

    static Margin of(Observation market) {
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
