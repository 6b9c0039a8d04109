package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options of one exchange, asset and UTC date of expiration at a boundary (topic {@code expiry.<interval>}).
 *
 * @param key the record's key, {@code deribit-btc-2026-12-25}; not published
 * @param expiration the earliest of the group
 * @param putCallRatio puts divided by calls, in base coins; null without calls
 * @param marketValueUsd premium value; null where no option of the group has one
 * @param underlyingPriceUsd value-weighted price, 12 significant digits; null when all values are 0
 * @param daysToExpiry days of 24 hours until {@code expiration}
 * @param maxPain the strike at which the holders of all options together would get the least; the lowest of several
 * @param strikes every strike with an included option, ascending; null when withdrawn
 * @param revision 0 when first published, one higher each time a late observation changes the record
 * @param finalAt from then on nothing corrects the record
 * @param withdrawn true when corrected input does not have this record; null otherwise
 * @param pass what published the record; not published itself
 */
public record ExpiryRow(
        @JsonIgnore String key,
        String exchange,
        String asset,
        Instant expiration,
        Interval interval,
        Instant time,
        @Nullable BigDecimal callUsd,
        @Nullable BigDecimal putUsd,
        @Nullable BigDecimal callBase,
        @Nullable BigDecimal putBase,
        @Nullable BigDecimal putCallRatio,
        @Nullable BigDecimal marketValueUsd,
        @Nullable BigDecimal underlyingPriceUsd,
        @Nullable BigDecimal daysToExpiry,
        @Nullable BigDecimal maxPain,
        @Nullable List<Strike> strikes,
        int revision,
        Instant finalAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean withdrawn,
        @JsonIgnore Pass pass) {

    /** The same record at another interval. */
    public ExpiryRow at(Interval other, int itsRevision) {
        return new ExpiryRow(
                key,
                exchange,
                asset,
                expiration,
                other,
                time,
                callUsd,
                putUsd,
                callBase,
                putBase,
                putCallRatio,
                marketValueUsd,
                underlyingPriceUsd,
                daysToExpiry,
                maxPain,
                strikes,
                itsRevision,
                finalAt,
                withdrawn,
                pass);
    }

    /** What is published when a correction leaves no option in the group. */
    public ExpiryRow withdrawn(Interval other, int itsRevision) {
        return new ExpiryRow(
                key,
                exchange,
                asset,
                expiration,
                other,
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
                itsRevision,
                finalAt,
                true,
                pass);
    }

    /** Open interest of a strike in base coins, one-sided. */
    public record Strike(BigDecimal strike, BigDecimal callBase, BigDecimal putBase) {}
}
