package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Structure;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A market at a boundary (topic {@code market.<interval>}). USD amounts have 6 decimals, base amounts 8.
 *
 * @param figures what is known of it; {@link Figures#NONE} when withdrawn
 */
public record MarketRow(
        @JsonUnwrapped Identity identity,
        @JsonUnwrapped Boundary boundary,
        @JsonUnwrapped Figures figures,
        @JsonUnwrapped Edition edition)
        implements Correctable<MarketRow> {

    /** The record's key: {@code binance-BTCUSDT-future}. */
    public String market() {
        return identity.market();
    }

    @Override
    public MarketRow revised(int revision) {
        return new MarketRow(identity, boundary, figures, edition.revised(revision));
    }

    @Override
    public MarketRow withdrawn(int revision) {
        return new MarketRow(identity, boundary, Figures.NONE, edition.withdrawn(revision));
    }

    /** The market. */
    public record Identity(
            String market,
            String exchange,
            String venue,
            String symbol,
            AssetClass assetClass,
            @JsonUnwrapped Contract contract) {}

    /**
     * The contract that is traded there.
     *
     * @param expiration null for perpetuals
     * @param strike null but for options
     */
    public record Contract(
            String base,
            String quote,
            String margin,
            MarketType type,
            Structure structure,
            @Nullable Instant expiration,
            @Nullable BigDecimal strike) {}

    /**
     * Figures at a boundary, in the order they are published.
     *
     * @param change why the value differs from {@code open_usd}; null where that is null
     */
    public record Figures(
            @JsonUnwrapped Size size,
            @JsonUnwrapped Range range,
            @JsonUnwrapped Observed observed,
            @Nullable Ledger change) {

        /** The figures of a record that does not exist. */
        public static final Figures NONE = new Figures(
                new Size(null, null, null, null, null), Range.NONE, new Observed(null, null, null, null), null);
    }

    /**
     * The size of the open interest.
     *
     * @param contractCount one-sided contracts, exact
     * @param priceUsd USD price of one base coin, exact
     * @param marketValueUsd premium value of an option; null where the venue publishes none
     */
    public record Size(
            @Nullable BigDecimal contractCount,
            @Nullable BigDecimal amountBase,
            @Nullable BigDecimal priceUsd,
            @Nullable BigDecimal valueUsd,
            @Nullable BigDecimal marketValueUsd) {}

    /**
     * The observation behind the row.
     *
     * @param observedAt its as-of time
     * @param ageMs boundary minus that time
     * @param carried true when it is older than a minute
     * @param observations accepted observations with a time in the window
     */
    public record Observed(
            @Nullable Instant observedAt,
            @Nullable Long ageMs,
            @Nullable Boolean carried,
            @Nullable Integer observations) {}
}
