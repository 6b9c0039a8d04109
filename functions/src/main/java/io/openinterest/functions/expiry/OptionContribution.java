package io.openinterest.functions.expiry;

import io.openinterest.functions.record.Pass;
import io.openinterest.observation.MarketType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * What one included option adds to its expiry at a 1-minute boundary, or takes back from it. A boundary is published by
 * sending every included option of the asset classes in the totals once with {@code count} 1; a correction sends what
 * was said before with {@code count} -1 and what holds now with {@code count} 1.
 *
 * @param exchange the exchange
 * @param asset the asset as totals know it
 * @param expiration when the option expires
 * @param strike its strike
 * @param type call or put
 * @param boundary the 1-minute boundary it belongs to, epoch milliseconds; the 5m and 15m records come from it too
 * @param pass what published it
 * @param valueUsd one-sided value at the market, 6 decimals
 * @param amountBase one-sided amount at the market, 8 decimals
 * @param priceUsd USD price of one base coin at the market, exact
 * @param marketValueUsd one-sided premium value at the market, 6 decimals; null where the venue publishes none
 * @param count 1 to add, -1 to take back
 */
public record OptionContribution(
        String exchange,
        String asset,
        Instant expiration,
        BigDecimal strike,
        MarketType type,
        long boundary,
        Pass pass,
        BigDecimal valueUsd,
        BigDecimal amountBase,
        BigDecimal priceUsd,
        BigDecimal marketValueUsd,
        int count) {

    /** Exchange, asset and UTC date of expiration: the key of the expiry, {@code deribit-btc-2026-12-25}. */
    public String expiry() {
        return exchange + "-" + asset + "-" + LocalDate.ofInstant(expiration, ZoneOffset.UTC);
    }

    /** The contribution that takes this one back. */
    public OptionContribution negate() {
        return new OptionContribution(
                exchange,
                asset,
                expiration,
                strike,
                type,
                boundary,
                pass,
                valueUsd,
                amountBase,
                priceUsd,
                marketValueUsd,
                -count);
    }
}
