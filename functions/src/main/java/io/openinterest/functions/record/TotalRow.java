package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The open interest of an entity at a boundary (topics {@code total}, {@code asset}, {@code exchange},
 * {@code exchange-asset}, {@code pair} {@code .<interval>}). One-sided USD with 6 decimals, base amounts with 8.
 *
 * @param id key of the record: {@code all}, {@code btc}, {@code binance}, {@code binance-btc}, {@code btc-usdt}
 * @param openUsd value one interval before; null if the entity had not begun by then
 * @param highUsd greatest of {@code openUsd} and the 1-minute values in the window
 * @param lowUsd least of the same
 * @param meanUsd mean of the 1-minute values in the window
 * @param reported the Coin Metrics metrics, with the venues' own sides
 * @param priceUsd value-weighted price, 12 significant digits
 * @param unchangedMinutes minutes since any included market last changed its contract count
 * @param exchanges exchanges with an included market
 * @param coverage share of the last known value that is included; null when nothing is known
 * @param change why the value differs from {@code openUsd}; null where that is null
 * @param withdrawn true when corrected input does not have this row; null otherwise
 * @param extras what the metrics need beyond the published record; not published
 * @param pass what published the row; not published itself
 */
public record TotalRow(
        Level level,
        String id,
        @Nullable String exchange,
        @Nullable String asset,
        @Nullable String pair,
        Interval interval,
        Instant time,
        @Nullable BigDecimal valueUsd,
        @Nullable BigDecimal amountBase,
        @Nullable BigDecimal openUsd,
        @Nullable BigDecimal highUsd,
        @Nullable BigDecimal lowUsd,
        @Nullable BigDecimal meanUsd,
        @Nullable ByType byType,
        @Nullable ByMargin byMargin,
        @Nullable Reported reported,
        @Nullable BigDecimal priceUsd,
        @Nullable Markets markets,
        @Nullable Long unchangedMinutes,
        @Nullable Integer exchanges,
        @Nullable BigDecimal coverage,
        @Nullable Long maxAgeMs,
        @Nullable Ledger change,
        int revision,
        Instant finalAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean withdrawn,
        @JsonIgnore @Nullable Extras extras,
        @JsonIgnore Pass pass) {

    /** The record's key in the metrics topic and in alert ids: {@code asset:btc}. */
    public String entity() {
        return level.text() + ":" + id;
    }

    /** The row as published the n-th time after the first. */
    public TotalRow withRevision(int number) {
        return new TotalRow(
                level,
                id,
                exchange,
                asset,
                pair,
                interval,
                time,
                valueUsd,
                amountBase,
                openUsd,
                highUsd,
                lowUsd,
                meanUsd,
                byType,
                byMargin,
                reported,
                priceUsd,
                markets,
                unchangedMinutes,
                exchanges,
                coverage,
                maxAgeMs,
                change,
                number,
                finalAt,
                null,
                extras,
                pass);
    }

    /** The row that says there is no such row: identity only. */
    public TotalRow withdrawn(int number) {
        return new TotalRow(
                level, id, exchange, asset, pair, interval, time, null, null, null, null, null, null, null, null, null,
                null, null, null, null, null, null, null, number, finalAt, true, null, pass);
    }

    /** Value by type of contract; sums to the value. */
    public record ByType(BigDecimal perpetual, BigDecimal future, BigDecimal call, BigDecimal put) {}

    /** Value by margin asset, {@code coin} where the margin is the base; sums to the value. */
    public record ByMargin(BigDecimal coin, BigDecimal usdt, BigDecimal usdc, BigDecimal usd, BigDecimal other) {}

    /**
     * Markets behind the row.
     *
     * @param included with a value
     * @param carried included with a value older than a minute
     * @param stale known but too old
     * @param gone expired or delisted in the window
     * @param changed included whose contract count moved, summed over the minutes of the window
     */
    public record Markets(int included, int carried, int stale, int gone, int changed) {}

    /**
     * What the metrics need beyond the published record.
     *
     * @param hhi Herfindahl index over the children with value, 8 decimals; null at exchange-asset and pair
     * @param effectiveCount 1 divided by the unrounded index, 8 decimals
     * @param leader greatest child, ties by name
     * @param leaderShare its share of the children's sum, 8 decimals
     * @param fundingRate8h value-weighted funding rate per 8 hours, 8 decimals
     * @param volumeRatio 24-hour volume divided by value, 8 decimals
     * @param movers an asset's exchanges by the greatest absolute quantity change of the window, at most three, comma
     *     separated names; null at other levels
     */
    public record Extras(
            @Nullable BigDecimal hhi,
            @Nullable BigDecimal effectiveCount,
            @Nullable String leader,
            @Nullable BigDecimal leaderShare,
            @Nullable BigDecimal fundingRate8h,
            @Nullable BigDecimal volumeRatio,
            @Nullable String movers) {}

    /** The Coin Metrics metrics under their own names; market value fields are null where no market publishes one. */
    @JsonPropertyOrder
    public record Reported(
            BigDecimal openInterestReportedFutureUsd,
            BigDecimal openInterestReportedFuturePerpetualUsd,
            BigDecimal openInterestReportedFutureNonperpetualUsd,
            BigDecimal openInterestReportedFutureTetherMarginedUsd,
            BigDecimal openInterestReportedFutureCoinMarginedUsd,
            BigDecimal openInterestReportedFutureUsdcMarginedUsd,
            BigDecimal openInterestReportedFutureUsdMarginedUsd,
            BigDecimal openInterestReportedFutureOtherMarginedUsd,
            BigDecimal openInterestReportedOptionNotionalUsd,
            @Nullable BigDecimal openInterestReportedOptionMarketValueUsd,
            BigDecimal openInterestReportedOptionCallNotionalUsd,
            @Nullable BigDecimal openInterestReportedOptionCallMarketValueUsd,
            BigDecimal openInterestReportedOptionPutNotionalUsd,
            @Nullable BigDecimal openInterestReportedOptionPutMarketValueUsd,
            BigDecimal openInterestReportedOptionTetherMarginedNotionalUsd,
            @Nullable BigDecimal openInterestReportedOptionTetherMarginedMarketValueUsd,
            BigDecimal openInterestReportedOptionCoinMarginedNotionalUsd,
            @Nullable BigDecimal openInterestReportedOptionCoinMarginedMarketValueUsd,
            BigDecimal openInterestReportedOptionUsdcMarginedNotionalUsd,
            @Nullable BigDecimal openInterestReportedOptionUsdcMarginedMarketValueUsd,
            BigDecimal openInterestReportedOptionUsdMarginedNotionalUsd,
            @Nullable BigDecimal openInterestReportedOptionUsdMarginedMarketValueUsd,
            BigDecimal openInterestReportedOptionOtherMarginedNotionalUsd,
            @Nullable BigDecimal openInterestReportedOptionOtherMarginedMarketValueUsd) {}
}
