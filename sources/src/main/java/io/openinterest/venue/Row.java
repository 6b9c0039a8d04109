package io.openinterest.venue;

import io.openinterest.observation.Origin;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The open interest of one market as one payload states it. Give what the payload has; null is absent. Missing figures
 * are worked out: the count's unit and sides come from the conventions, amounts from contract sizes, values from
 * prices. Nothing is reported before {@link #emit}.
 */
public final class Row {

    /** Mark, index and last price of one market differ by less, in a crash too. */
    private static final BigDecimal MAX_PRICE_RATIO = new BigDecimal("1.9");

    private final String symbol;
    private final Origin origin;
    private final Instant receivedAt;
    private final Consumer<Row> emit;

    private @Nullable BigDecimal count;
    private @Nullable BigDecimal amount;
    private @Nullable BigDecimal oneSided;
    private @Nullable BigDecimal value;
    private boolean isValueInUsd;
    private @Nullable BigDecimal price;
    private @Nullable String priceSource;
    private @Nullable String priceKey;
    private @Nullable String contradiction;
    private @Nullable BigDecimal premium;
    private boolean isPremiumInBase;
    private @Nullable BigDecimal contractSize;
    private @Nullable BigDecimal fundingRate;
    private @Nullable BigDecimal fundingHours;
    private @Nullable BigDecimal volume;
    private @Nullable VolumeUnit volumeUnit;
    private @Nullable Instant time;

    /** Unit of a traded volume. */
    public enum VolumeUnit {
        /** The quote currency. */
        QUOTE,
        /** Units of the symbol's base. */
        BASE,
        /** USD. */
        USD
    }

    /**
     * A row of a market; parsers get theirs from {@link Observer#row}.
     *
     * @param symbol key of the instrument
     * @param origin the way it came
     * @param receivedAt when the payload came
     * @param emit takes the finished row
     */
    public Row(String symbol, Origin origin, Instant receivedAt, Consumer<Row> emit) {
        this.symbol = symbol;
        this.origin = origin;
        this.receivedAt = receivedAt;
        this.emit = emit;
        this.priceKey = symbol;
    }

    /** Open interest as the venue reports it, in the unit and with the sides the conventions state. */
    public Row count(@Nullable BigDecimal reported) {
        count = reported;
        return this;
    }

    /** Open interest, one-sided, in units of the symbol's base, where the venue has such a field of its own. */
    public Row amount(@Nullable BigDecimal oneSided) {
        amount = oneSided;
        return this;
    }

    /** The count of one side, in the unit of the count, where the venue states both: it proves the sides. */
    public Row oneSided(@Nullable BigDecimal counted) {
        oneSided = counted;
        return this;
    }

    /** Value, one-sided, in the quote currency, where the venue has such a field of its own. */
    public Row value(@Nullable BigDecimal oneSided) {
        value = oneSided;
        isValueInUsd = false;
        return this;
    }

    /** Value, one-sided, in USD, where the venue has such a field of its own. */
    public Row valueUsd(@Nullable BigDecimal oneSided) {
        value = oneSided;
        isValueInUsd = true;
        return this;
    }

    /** Mark price of one unit of the symbol's base in its quote. The first price given wins. */
    public Row mark(@Nullable BigDecimal markPrice) {
        return price("mark", markPrice);
    }

    /** Index price of one unit of the symbol's base in its quote, where no mark is to be used. */
    public Row index(@Nullable BigDecimal indexPrice) {
        return price("index", indexPrice);
    }

    /** Last price of one unit of the symbol's base in its quote, where there is neither mark nor index. */
    public Row last(@Nullable BigDecimal lastPrice) {
        return price("last", lastPrice);
    }

    /** Name under which the price was or will be reported, where it is not the symbol's own, e.g. an option's index. */
    public Row priceOf(String key) {
        priceKey = key;
        return this;
    }

    /** Options: price of the option for one unit of the base, in the quote currency. */
    public Row premium(@Nullable BigDecimal perUnit) {
        premium = perUnit;
        isPremiumInBase = false;
        return this;
    }

    /** Options: price of the option for one unit of the base, in base coins, as Deribit's inverse options have it. */
    public Row premiumInBase(@Nullable BigDecimal perUnit) {
        premium = perUnit;
        isPremiumInBase = true;
        return this;
    }

    /** Contract size in the unit of the list, where the payload with the figures states it again. */
    public Row contractSize(@Nullable BigDecimal stated) {
        contractSize = stated;
        return this;
    }

    /** Funding as a fraction of notional per so many hours, of which 0 are 8; a rate whose hours are not known says nothing. */
    public Row funding(@Nullable BigDecimal rate, @Nullable BigDecimal hours) {
        boolean isKnown = rate != null && hours != null;
        fundingRate = isKnown ? rate : null;
        fundingHours = isKnown ? hours : null;
        return this;
    }

    /** Traded in 24 hours, in the quote currency. */
    public Row volumeInQuote(@Nullable BigDecimal traded) {
        return volume(traded, VolumeUnit.QUOTE);
    }

    /** Traded in 24 hours, in units of the symbol's base. */
    public Row volumeInBase(@Nullable BigDecimal traded) {
        return volume(traded, VolumeUnit.BASE);
    }

    /** Traded in 24 hours, in USD. */
    public Row volumeUsd(@Nullable BigDecimal traded) {
        return volume(traded, VolumeUnit.USD);
    }

    /** The venue's own time of the figure; null where it gives none. */
    public Row at(@Nullable Instant venueTime) {
        time = venueTime;
        return this;
    }

    /** Reports it. */
    public void emit() {
        emit.accept(this);
    }

    /** Key of the instrument. */
    public String symbol() {
        return symbol;
    }

    /** The way it came. */
    public Origin origin() {
        return origin;
    }

    /** The time the payload came. */
    public Instant receivedAt() {
        return receivedAt;
    }

    /** Open interest as reported. */
    public @Nullable BigDecimal count() {
        return count;
    }

    /** The venue's own one-sided amount in units of the symbol's base. */
    public @Nullable BigDecimal amount() {
        return amount;
    }

    /** The venue's own one-sided value. */
    public @Nullable BigDecimal value() {
        return value;
    }

    /** True where that value is in USD, false where it is in the quote currency. */
    public boolean isValueInUsd() {
        return isValueInUsd;
    }

    /** Price of one unit of the symbol's base in its quote; null where the payload has none. */
    public @Nullable BigDecimal price() {
        return price;
    }

    /** {@code mark}, {@code index} or {@code last}; null without a price. */
    public @Nullable String priceSource() {
        return priceSource;
    }

    /** Name under which the price is reported where the payload has none. */
    public @Nullable String priceKey() {
        return priceKey;
    }

    /** Price of an option for one unit of the base. */
    public @Nullable BigDecimal premium() {
        return premium;
    }

    /** True where the premium is in base coins, false where it is in the quote currency. */
    public boolean isPremiumInBase() {
        return isPremiumInBase;
    }

    /** Contract size as this payload states it. */
    public @Nullable BigDecimal contractSize() {
        return contractSize;
    }

    /** Funding as a fraction of notional. */
    public @Nullable BigDecimal fundingRate() {
        return fundingRate;
    }

    /** Hours of one funding. */
    public @Nullable BigDecimal fundingHours() {
        return fundingHours;
    }

    /** Traded in 24 hours. */
    public @Nullable BigDecimal volume() {
        return volume;
    }

    /** Unit of what was traded; null without a volume. */
    public @Nullable VolumeUnit volumeUnit() {
        return volumeUnit;
    }

    /** The count of one side, in the unit of the count. */
    public @Nullable BigDecimal oneSided() {
        return oneSided;
    }

    /** A sentence where the row has prices that can't both be true; else null. */
    public @Nullable String contradiction() {
        return contradiction;
    }

    /** The venue's own time. */
    public @Nullable Instant time() {
        return time;
    }

    /** True for two prices that can't be of one market at one time; one that is absent or 0 says nothing. */
    public static boolean areFar(@Nullable BigDecimal a, @Nullable BigDecimal b) {
        if (a == null || b == null || a.signum() <= 0 || b.signum() <= 0) {
            return false;
        }
        return a.multiply(MAX_PRICE_RATIO).compareTo(b) < 0
                || b.multiply(MAX_PRICE_RATIO).compareTo(a) < 0;
    }

    private Row price(String source, @Nullable BigDecimal given) {
        BigDecimal first = price;
        if (given == null) {
            return this;
        }
        if (first == null || first.signum() == 0) {
            // a price of 0 is none where there is another
            price = given;
            priceSource = source;
        } else if (areFar(given, first)) {
            contradiction = "the " + priceSource + " price " + first.toPlainString() + " and the " + source + " price "
                    + given.toPlainString() + " contradict each other";
        }
        return this;
    }

    private Row volume(@Nullable BigDecimal traded, VolumeUnit unit) {
        volume = traded;
        volumeUnit = unit;
        return this;
    }
}
