package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The open interest of an entity at a boundary (topics {@code total}, {@code asset}, {@code exchange},
 * {@code exchange-asset}, {@code pair} {@code .<interval>}). One-sided USD with 6 decimals, base amounts with 8.
 *
 * @param figures what it amounts to; {@link Figures#NONE} when withdrawn
 */
public record TotalRow(
        @JsonUnwrapped Entity entity,
        @JsonUnwrapped Boundary boundary,
        @JsonUnwrapped Figures figures,
        @JsonUnwrapped Edition edition)
        implements Correctable<TotalRow> {

    /** The entity's key in the metrics topic and in alert ids: {@code asset:btc}. */
    public String key() {
        return entity.key();
    }

    @Override
    public boolean readsLike(TotalRow other) {
        return figures.published().equals(other.figures.published());
    }

    @Override
    public TotalRow unpublished() {
        return new TotalRow(entity, boundary, figures, edition.unpublished());
    }

    @Override
    public TotalRow revised(int revision) {
        return new TotalRow(entity, boundary, figures, edition.revised(revision));
    }

    @Override
    public TotalRow withdrawn(int revision) {
        return new TotalRow(entity, boundary, Figures.NONE, edition.withdrawn(revision));
    }

    /**
     * Figures at a boundary, in the order they are published.
     *
     * @param amountBase null at the levels that add up different assets
     * @param priceUsd value-weighted price, 12 significant digits
     * @param change why the value differs from {@code open_usd}; null where that is null
     * @param unpublished what the metrics and alerts need beyond the published record; null when withdrawn
     */
    public record Figures(
            @Nullable BigDecimal valueUsd,
            @Nullable BigDecimal amountBase,
            @JsonUnwrapped Range range,
            @JsonUnwrapped Split split,
            @Nullable BigDecimal priceUsd,
            @JsonUnwrapped Basis basis,
            @Nullable Ledger change,
            @JsonIgnore @Nullable Unpublished unpublished) {

        /** The figures of a record that does not exist. */
        public static final Figures NONE = new Figures(
                null,
                null,
                Range.NONE,
                new Split(null, null, null),
                null,
                new Basis(null, null, null, null, null),
                null,
                null);

        private Figures published() {
            return new Figures(valueUsd, amountBase, range, split, priceUsd, basis, change, null);
        }
    }

    /**
     * Parts of the value.
     *
     * @param reported the Coin Metrics metrics, with the venues' own sides
     */
    public record Split(
            @Nullable ByType byType,
            @Nullable ByMargin byMargin,
            @Nullable Reported reported) {}

    /** Value by type of contract; sums to the value. */
    public record ByType(BigDecimal perpetual, BigDecimal future, BigDecimal call, BigDecimal put) {}

    /** Value by margin asset, {@code coin} where the margin is the base; sums to the value. */
    public record ByMargin(BigDecimal coin, BigDecimal usdt, BigDecimal usdc, BigDecimal usd, BigDecimal other) {}

    /**
     * The data the value rests on.
     *
     * @param unchangedMinutes minutes since any included market last changed its contract count
     * @param exchanges exchanges with an included market
     * @param coverage share of the last known value that is included; null when nothing is known
     * @param maxAgeMs greatest age among the included markets
     */
    public record Basis(
            @Nullable Markets markets,
            @Nullable Long unchangedMinutes,
            @Nullable Integer exchanges,
            @Nullable BigDecimal coverage,
            @Nullable Long maxAgeMs) {}

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
     * Figures that metrics and alerts need beyond the published record.
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
    public record Unpublished(
            @Nullable BigDecimal hhi,
            @Nullable BigDecimal effectiveCount,
            @Nullable String leader,
            @Nullable BigDecimal leaderShare,
            @Nullable BigDecimal fundingRate8h,
            @Nullable BigDecimal volumeRatio,
            @Nullable String movers) {}

    /** The Coin Metrics metrics under their own names: of futures, of options, of each side of them and by margin asset. */
    public record Reported(
            @JsonUnwrapped(prefix = "open_interest_reported_future_")
            Futures futures,

            @JsonUnwrapped(prefix = "open_interest_reported_option_")
            OptionValue options,

            @JsonUnwrapped(prefix = "open_interest_reported_option_call_")
            OptionValue calls,

            @JsonUnwrapped(prefix = "open_interest_reported_option_put_")
            OptionValue puts,

            @JsonUnwrapped(prefix = "open_interest_reported_option_tether_margined_")
            OptionValue tetherMargined,

            @JsonUnwrapped(prefix = "open_interest_reported_option_coin_margined_")
            OptionValue coinMargined,

            @JsonUnwrapped(prefix = "open_interest_reported_option_usdc_margined_")
            OptionValue usdcMargined,

            @JsonUnwrapped(prefix = "open_interest_reported_option_usd_margined_")
            OptionValue usdMargined,

            @JsonUnwrapped(prefix = "open_interest_reported_option_other_margined_")
            OptionValue otherMargined) {}

    /** Perpetual and dated futures together, each kind, and by margin asset. */
    public record Futures(
            BigDecimal usd,
            BigDecimal perpetualUsd,
            BigDecimal nonperpetualUsd,
            BigDecimal tetherMarginedUsd,
            BigDecimal coinMarginedUsd,
            BigDecimal usdcMarginedUsd,
            BigDecimal usdMarginedUsd,
            BigDecimal otherMarginedUsd) {}

    /**
     * The value of some options.
     *
     * @param marketValueUsd their premium; null where no market publishes one
     */
    public record OptionValue(
            BigDecimal notionalUsd, @Nullable BigDecimal marketValueUsd) {}
}
