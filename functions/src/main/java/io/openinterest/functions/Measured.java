package io.openinterest.functions;

/**
 * What there is to say about an entity at one boundary of one interval. A boundary is measured once with all its
 * parts; a correction carries the parts that changed.
 *
 * @param market the market's row at level market, else null
 * @param total the entity's total at the other levels; null when a correction did not change it
 * @param metrics its derived metrics; null at level market, and when a correction did not change them
 */
public record Measured(MarketRow market, TotalRow total, MetricsRow metrics) {

    /** A market at a boundary. */
    public static Measured of(MarketRow market) {
        return new Measured(market, null, null);
    }

    /** {@code asset:btc}, or {@code market:binance-BTCUSDT-future}. */
    public String entity() {
        if (market != null) {
            return "market:" + market.market();
        }
        return total != null ? total.entity() : metrics.entity();
    }
}
