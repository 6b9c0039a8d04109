package io.openinterest.functions.total;

import io.openinterest.observation.MarketType;

/**
 * Kinds of markets; a kind is a combination of type and margin.
 *
 * @param bits one for each kind
 */
record Kinds(long bits) {

    private static final MarketType[] TYPES = MarketType.values();
    private static final MarginClass[] MARGINS = MarginClass.values();

    static final Kinds ALL = new Kinds(-1);
    static final Kinds PERPETUALS = of(MarketType.PERPETUAL);
    /** Futures that expire. */
    static final Kinds DATED = of(MarketType.FUTURE);

    static final Kinds CALLS = of(MarketType.CALL);
    static final Kinds PUTS = of(MarketType.PUT);
    /** Perpetuals and those that expire. */
    static final Kinds FUTURES = new Kinds(PERPETUALS.bits | DATED.bits);

    static final Kinds OPTIONS = new Kinds(CALLS.bits | PUTS.bits);

    /** The kind of that type and margin. Part of saved state: there is room for eight of each. */
    static int kind(MarketType type, MarginClass margin) {
        return type.ordinal() << 3 | margin.ordinal();
    }

    private static Kinds of(MarketType type) {
        long bits = 0;
        for (MarginClass margin : MARGINS) {
            bits |= 1L << kind(type, margin);
        }
        return new Kinds(bits);
    }

    /** Those of them with that margin. */
    Kinds margined(MarginClass margin) {
        long bits = 0;
        for (MarketType type : TYPES) {
            bits |= 1L << kind(type, margin);
        }
        return new Kinds(this.bits & bits);
    }

    boolean contain(int kind) {
        return (bits & 1L << kind) != 0;
    }
}
