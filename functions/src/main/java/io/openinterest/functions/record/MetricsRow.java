package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of an entity at a boundary, beyond its total (topic {@code metrics.<interval>}). Percentages are
 * fractions. A field is null where an operand is missing or a division is by zero, and where it looks back further than
 * the entity's unbroken sequence of 1-minute records.
 *
 * @param figures all that is derived; {@link Figures#NONE} when withdrawn
 */
public record MetricsRow(
        Level level,
        String id,
        @JsonUnwrapped Boundary boundary,
        @JsonUnwrapped Figures figures,
        @JsonUnwrapped Edition edition)
        implements Correctable<MetricsRow> {

    /** The record's key, also in alert ids: {@code asset:btc}. */
    public String key() {
        return level.text() + ":" + id;
    }

    @Override
    public boolean readsLike(MetricsRow other) {
        return figures.published().equals(other.figures.published());
    }

    @Override
    public MetricsRow unpublished() {
        return new MetricsRow(level, id, boundary, figures, edition.unpublished());
    }

    @Override
    public MetricsRow revised(int revision) {
        return new MetricsRow(level, id, boundary, figures, edition.revised(revision));
    }

    @Override
    public MetricsRow withdrawn(int revision) {
        return new MetricsRow(level, id, boundary, Figures.NONE, edition.withdrawn(revision));
    }

    /** Metrics at a boundary, in the order they are published. */
    public record Figures(
            @JsonUnwrapped Size size,
            @JsonUnwrapped Changes changes,
            @JsonUnwrapped Pace pace,
            @JsonUnwrapped Unusual unusual,
            @JsonUnwrapped Rank rank,
            @JsonUnwrapped Shares shares,
            @JsonUnwrapped Concentration concentration,
            @JsonUnwrapped Mix mix,
            @JsonUnwrapped Price price,
            @JsonUnwrapped Activity activity) {

        /** The figures of a record that does not exist. */
        public static final Figures NONE = new Figures(
                new Size(null, null, null),
                new Changes(null, null, null, null, null),
                new Pace(null, null, null),
                new Unusual(null, null, null),
                Rank.NONE,
                new Shares(null, null, null),
                new Concentration(null, null, null, null, null),
                new Mix(null, null, null, null, null),
                new Price(null, null, null),
                new Activity(null, null));

        private Figures published() {
            Size published = new Size(size.valueUsd, size.coverage, null);
            return new Figures(published, changes, pace, unusual, rank, shares, concentration, mix, price, activity);
        }
    }

    /**
     * The size of the open interest.
     *
     * @param coverageBefore coverage at T-h, which alerts with a minimum coverage look at; not published
     */
    public record Size(
            @Nullable BigDecimal valueUsd,
            @Nullable BigDecimal coverage,
            @JsonIgnore @Nullable Horizons coverageBefore) {}

    /**
     * Changes over the horizons.
     *
     * @param changeUsd V(T) - V(T-h)
     * @param changePct {@code changeUsd} divided by V(T-h)
     * @param quantityChangeUsd sum of the ledger's quantity part over (T-h, T]
     * @param quantityChangePct {@code quantityChangeUsd} divided by V(T-h): like for like, neither price moves, listings,
     *     expiries nor outages move it
     * @param priceEffectUsd sum of the ledger's price part over (T-h, T]
     */
    public record Changes(
            @Nullable Horizons changeUsd,
            @Nullable Horizons changePct,
            @Nullable Horizons quantityChangeUsd,
            @Nullable Horizons quantityChangePct,
            @Nullable Horizons priceEffectUsd) {}

    /**
     * The pace of change.
     *
     * @param velocityUsdPerMin quantity change of the interval per minute
     * @param accelerationUsdPerMin2 change of the velocity since the interval before, per minute
     * @param rateOfReturn quantity change of the interval divided by the open value, 12 decimals; published as
     *     {@code return}
     */
    public record Pace(
            @Nullable BigDecimal velocityUsdPerMin,
            @Nullable BigDecimal accelerationUsdPerMin2,
            @JsonProperty("return") @Nullable BigDecimal rateOfReturn) {}

    /**
     * Measures of how unusual the change is.
     *
     * @param zscore distance of the return from the mean of the 60 before, in sample standard deviations
     * @param robustZscore distance from their median, in median absolute deviations times 0.6745
     * @param ewmaVolatility square root of the exponentially weighted mean of squared returns, decay 0.94
     */
    public record Unusual(
            @Nullable BigDecimal zscore,
            @Nullable BigDecimal robustZscore,
            @Nullable BigDecimal ewmaVolatility) {}

    /**
     * The value among those of a day, outages and restatements taken out of all of them.
     *
     * @param percentile24h share of the last day's values that are not above this one
     * @param newHigh24h true if this value is above all of the day before
     * @param newLow24h true if it is below all of them
     */
    public record Rank(
            @JsonProperty("percentile_24h") @Nullable BigDecimal percentile24h,
            @JsonProperty("new_high_24h") @Nullable Boolean newHigh24h,
            @JsonProperty("new_low_24h") @Nullable Boolean newLow24h) {

        /** There is no such comparison. */
        public static final Rank NONE = new Rank(null, null, null);
    }

    /** The value divided by that of its parents. */
    public record Shares(
            @Nullable BigDecimal shareOfTotal,
            @Nullable BigDecimal shareOfAsset,
            @Nullable BigDecimal shareOfExchange) {}

    /**
     * The concentration of the value on children.
     *
     * @param hhi Herfindahl index over the children with value
     * @param effectiveCount 1 divided by the index
     * @param leader greatest child
     * @param leaderChanged true if the leader is not that of the record one interval before
     */
    public record Concentration(
            @Nullable BigDecimal hhi,
            @Nullable BigDecimal effectiveCount,
            @Nullable String leader,
            @Nullable BigDecimal leaderShare,
            @Nullable Boolean leaderChanged) {}

    /** Shares of kinds of contracts and margins. */
    public record Mix(
            @Nullable BigDecimal perpetualShare,
            @Nullable BigDecimal optionShare,
            @Nullable BigDecimal coinMarginShare,
            @Nullable BigDecimal putCallRatio,
            @Nullable BigDecimal optionsToFutures) {}

    /**
     * The entity's price.
     *
     * @param priceUsd 12 significant digits
     * @param regime what price and quantity say together
     */
    public record Price(
            @Nullable BigDecimal priceUsd,
            @Nullable Horizons priceChangePct,
            @Nullable Regime regime) {}

    /** The cost of holding it and the trade in it. */
    public record Activity(
            @JsonProperty("funding_rate_8h") @Nullable BigDecimal fundingRate8h,
            @Nullable BigDecimal volumeRatio) {}

    /** The regime that price and quantity show together. The constants are part of saved state: append only. */
    public enum Regime {
        /** Price and quantity rise. */
        @JsonProperty("long_build_up")
        LONG_BUILD_UP,
        /** Price falls, quantity rises. */
        @JsonProperty("short_build_up")
        SHORT_BUILD_UP,
        /** Price rises, quantity falls. */
        @JsonProperty("short_covering")
        SHORT_COVERING,
        /** Price and quantity fall. */
        @JsonProperty("long_unwinding")
        LONG_UNWINDING,
        /** Either move is within its band. */
        @JsonProperty("neutral")
        NEUTRAL
    }
}
