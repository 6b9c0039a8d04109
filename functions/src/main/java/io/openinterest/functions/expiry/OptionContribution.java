package io.openinterest.functions.expiry;

import io.openinterest.functions.record.ExpiryRow.Expiry;
import io.openinterest.functions.record.Pass;
import io.openinterest.observation.MarketType;
import java.math.BigDecimal;

/**
 * The contribution of one included option to its expiry at a 1-minute boundary: added, or taken back. A boundary is
 * published by sending every included option of the asset classes in the totals once with {@code count} 1; a correction
 * sends what was said before with {@code count} -1 and what holds now with {@code count} 1.
 *
 * @param option which option it is
 * @param boundary the 1-minute boundary it belongs to, epoch milliseconds; the 5m and 15m records come from it too
 * @param pass what published it
 * @param value what it is worth there
 * @param count 1 to add, -1 to take back
 */
public record OptionContribution(Option option, long boundary, Pass pass, Value value, int count) {

    /**
     * An option.
     *
     * @param expiry what it expires with; its {@code expiration} is the option's own
     * @param strike its strike
     * @param type call or put
     */
    public record Option(Expiry expiry, BigDecimal strike, MarketType type) {}

    /**
     * Open interest of an option, one-sided, as its market publishes it.
     *
     * @param valueUsd 6 decimals
     * @param amountBase 8 decimals
     * @param priceUsd USD price of one base coin, exact
     * @param marketValueUsd premium value, 6 decimals; null where the venue publishes none
     */
    public record Value(BigDecimal valueUsd, BigDecimal amountBase, BigDecimal priceUsd, BigDecimal marketValueUsd) {}

    /** Exchange, asset and UTC date of expiration: the key of the expiry, {@code deribit-btc-2026-12-25}. */
    public String expiry() {
        return option.expiry().key();
    }

    /** The contribution that takes this one back. */
    public OptionContribution negate() {
        return new OptionContribution(option, boundary, pass, value, -count);
    }
}
