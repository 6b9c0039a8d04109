package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Structure;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A market at a boundary (topic {@code market.<interval>}). USD amounts have 6 decimals, base amounts 8.
 *
 * @param contractCount one-sided contracts, exact
 * @param observedAt the as-of time of the observation behind the row
 * @param ageMs boundary minus that time
 * @param carried true when the observation is older than a minute
 * @param observations accepted observations with a time in the window
 * @param change why the value differs from {@code openUsd}; null where that is null
 * @param revision 0 when first published, one higher each time a late observation changes the row
 * @param finalAt from then on nothing corrects the row
 * @param withdrawn true when corrected input does not have this row; its value fields are null then; else null
 * @param pass what published the row; not published itself
 */
public record MarketRow(
        String market,
        String exchange,
        String venue,
        String symbol,
        AssetClass assetClass,
        String base,
        String quote,
        String margin,
        MarketType type,
        Structure structure,
        @Nullable Instant expiration,
        @Nullable BigDecimal strike,
        Interval interval,
        Instant time,
        @Nullable BigDecimal contractCount,
        @Nullable BigDecimal amountBase,
        @Nullable BigDecimal priceUsd,
        @Nullable BigDecimal valueUsd,
        @Nullable BigDecimal marketValueUsd,
        @Nullable BigDecimal openUsd,
        @Nullable BigDecimal highUsd,
        @Nullable BigDecimal lowUsd,
        @Nullable BigDecimal meanUsd,
        @Nullable Instant observedAt,
        @Nullable Long ageMs,
        @Nullable Boolean carried,
        @Nullable Integer observations,
        @Nullable Ledger change,
        int revision,
        Instant finalAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean withdrawn,
        @JsonIgnore Pass pass) {

    /** The row as published the n-th time after the first. */
    public MarketRow withRevision(int number) {
        return new MarketRow(
                market,
                exchange,
                venue,
                symbol,
                assetClass,
                base,
                quote,
                margin,
                type,
                structure,
                expiration,
                strike,
                interval,
                time,
                contractCount,
                amountBase,
                priceUsd,
                valueUsd,
                marketValueUsd,
                openUsd,
                highUsd,
                lowUsd,
                meanUsd,
                observedAt,
                ageMs,
                carried,
                observations,
                change,
                number,
                finalAt,
                null,
                pass);
    }

    /** The row that says there is no such row: identity only. */
    public MarketRow withdrawn(int number) {
        return new MarketRow(
                market,
                exchange,
                venue,
                symbol,
                assetClass,
                base,
                quote,
                margin,
                type,
                structure,
                expiration,
                strike,
                interval,
                time,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                number,
                finalAt,
                true,
                pass);
    }
}
