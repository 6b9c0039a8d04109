package io.openinterest.functions.total;

import io.openinterest.functions.record.Level;

/**
 * Something open interest is totalled for.
 *
 * @param id {@code all}, {@code btc}, {@code binance}, {@code binance-btc}, {@code btc-usdt}
 * @param exchange null where not applicable
 * @param asset null where not applicable; a pair's asset is its base
 * @param pair null where not applicable
 */
public record Entity(Level level, String id, String exchange, String asset, String pair) {

    static final Entity TOTAL = new Entity(Level.TOTAL, "all", null, null, null);

    static Entity exchange(String exchange) {
        return new Entity(Level.EXCHANGE, exchange, exchange, null, null);
    }

    static Entity asset(String asset) {
        return new Entity(Level.ASSET, asset, null, asset, null);
    }

    static Entity exchangeAsset(String exchange, String asset) {
        return new Entity(Level.EXCHANGE_ASSET, exchange + "-" + asset, exchange, asset, null);
    }

    static Entity pair(String asset, String quote) {
        String pair = asset + "-" + quote;
        return new Entity(Level.PAIR, pair, null, asset, pair);
    }
}
