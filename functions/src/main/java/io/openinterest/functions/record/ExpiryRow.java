package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options of one exchange, asset and UTC date of expiration at a boundary (topic {@code expiry.<interval>}).
 *
 * @param figures what they amount to; {@link Figures#NONE} when withdrawn
 */
public record ExpiryRow(
        @JsonUnwrapped Expiry expiry,
        @JsonUnwrapped Boundary boundary,
        @JsonUnwrapped Figures figures,
        @JsonUnwrapped Edition edition)
        implements Correctable<ExpiryRow> {

    /** The record's key: {@code deribit-btc-2026-12-25}. */
    public String key() {
        return expiry.key();
    }

    @Override
    public ExpiryRow revised(int revision) {
        return new ExpiryRow(expiry, boundary, figures, edition.revised(revision));
    }

    @Override
    public ExpiryRow withdrawn(int revision) {
        return new ExpiryRow(expiry, boundary, Figures.NONE, edition.withdrawn(revision));
    }

    /** The same record at another interval. */
    public ExpiryRow at(Interval interval) {
        return new ExpiryRow(expiry, new Boundary(interval, boundary.time()), figures, edition);
    }

    /**
     * Options that expire together.
     *
     * @param expiration the earliest of the group
     */
    public record Expiry(String exchange, String asset, Instant expiration) {

        /** Exchange, asset and UTC date of expiration: {@code deribit-btc-2026-12-25}. */
        public String key() {
            return exchange + "-" + asset + "-" + LocalDate.ofInstant(expiration, ZoneOffset.UTC);
        }
    }

    /**
     * Figures at a boundary, in the order they are published.
     *
     * @param putCallRatio puts divided by calls, in base coins; null without calls
     * @param marketValueUsd premium value; null where no option of the group has one
     * @param underlyingPriceUsd value-weighted price, 12 significant digits; null when all values are 0
     * @param daysToExpiry days of 24 hours until {@code expiration}
     * @param maxPain the strike at which the holders of all options together would get the least; the lowest of several
     * @param strikes every strike with an included option, ascending
     */
    public record Figures(
            @JsonUnwrapped Sides sides,
            @Nullable BigDecimal putCallRatio,
            @Nullable BigDecimal marketValueUsd,
            @Nullable BigDecimal underlyingPriceUsd,
            @Nullable BigDecimal daysToExpiry,
            @Nullable BigDecimal maxPain,
            @Nullable List<Strike> strikes) {

        /** The figures of a record that does not exist. */
        public static final Figures NONE =
                new Figures(new Sides(null, null, null, null), null, null, null, null, null, null);
    }

    /** Calls and puts, each one-sided: USD with 6 decimals, base coins with 8. */
    public record Sides(
            @Nullable BigDecimal callUsd,
            @Nullable BigDecimal putUsd,
            @Nullable BigDecimal callBase,
            @Nullable BigDecimal putBase) {}

    /** Open interest of a strike in base coins, one-sided. */
    public record Strike(BigDecimal strike, BigDecimal callBase, BigDecimal putBase) {}
}
