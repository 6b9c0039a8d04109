package io.openinterest.functions.market;

import io.openinterest.functions.record.Rounding;
import io.openinterest.functions.total.Bar;
import io.openinterest.observation.Observation;
import java.math.BigDecimal;

/**
 * Where a market stands at a boundary, and all that the next boundary needs to know of the past.
 *
 * @param status what the market is at the boundary
 * @param value the observation with the greatest time before the boundary; null while absent
 * @param begun true once included, until forgotten
 * @param known true once included, until gone or forgotten: if it comes back from being stale, coverage came back
 * @param five the 5-minute window that holds the boundary
 * @param fifteen the 15-minute window that holds the boundary
 */
public record MarketStanding(Status status, Observation value, boolean begun, boolean known, Bar five, Bar fifteen) {

    /** What a market can be. The constants are part of saved state: append only. */
    public enum Status {
        /** Never seen, or forgotten. */
        ABSENT,
        /** Its value counts. */
        INCLUDED,
        /** Its last observation is too old to count. */
        STALE,
        /** Expired or delisted. */
        GONE
    }

    static final MarketStanding ABSENT =
            new MarketStanding(Status.ABSENT, null, false, false, Bar.openAt(null), Bar.openAt(null));

    /** The same standing with another value known. */
    MarketStanding withValue(Observation known) {
        return new MarketStanding(status, known, begun, this.known, five, fifteen);
    }

    boolean isIncluded() {
        return status == Status.INCLUDED;
    }

    /** Included or stale: still somewhere. */
    boolean isPresent() {
        return status == Status.INCLUDED || status == Status.STALE;
    }

    /** Rounded value at the boundary: 0 without a record, null before it began. */
    BigDecimal valueUsd() {
        if (!begun) {
            return null;
        }
        return isIncluded() ? Rounding.usd(value.valueUsd()) : BigDecimal.ZERO;
    }
}
