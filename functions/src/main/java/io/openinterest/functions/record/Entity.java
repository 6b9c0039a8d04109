package io.openinterest.functions.record;

import org.jspecify.annotations.Nullable;

/**
 * Something open interest is totalled for.
 *
 * @param id {@code all}, {@code btc}, {@code binance}, {@code binance-btc}, {@code btc-usdt}; the key of its totals
 * @param exchange null where not applicable
 * @param asset null where not applicable; a pair's asset is its base
 * @param pair null where not applicable
 */
public record Entity(
        Level level,
        String id,
        @Nullable String exchange,
        @Nullable String asset,
        @Nullable String pair) {

    /** The whole market. */
    public static final Entity TOTAL = new Entity(Level.TOTAL, "all", null, null, null);

    /** The entity among those of all levels: {@code asset:btc}. */
    public String key() {
        return level.text() + ":" + id;
    }

    /** An exchange. */
    public static Entity exchange(String exchange) {
        return new Entity(Level.EXCHANGE, exchange, exchange, null, null);
    }

    /** An asset on all exchanges. */
    public static Entity asset(String asset) {
        return new Entity(Level.ASSET, asset, null, asset, null);
    }

    /** An asset on one exchange. */
    public static Entity exchangeAsset(String exchange, String asset) {
        return new Entity(Level.EXCHANGE_ASSET, exchange + "-" + asset, exchange, asset, null);
    }

    /** An asset against one quote asset on all exchanges. */
    public static Entity pair(String asset, String quote) {
        String pair = asset + "-" + quote;
        return new Entity(Level.PAIR, pair, null, asset, pair);
    }
}
