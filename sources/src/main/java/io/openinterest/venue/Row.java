package io.openinterest.venue;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * The open interest of one market as one payload states it. Give what the payload has; null is absent. Missing figures
 * are worked out: the count's unit and sides come from the conventions, amounts from contract sizes, values from
 * prices. Nothing is reported before {@link #emit}.
 */
public final class Row {

    public final String symbol;
    private final Consumer<Row> emit;

    public BigDecimal count;
    public BigDecimal amount;
    public BigDecimal value;
    public boolean valueInUsd;
    public BigDecimal price;
    public String priceSource;
    public String priceKey;
    public BigDecimal premium;
    public boolean premiumInBase;
    public BigDecimal fundingRate;
    public BigDecimal fundingHours;
    public BigDecimal volume;
    public VolumeUnit volumeUnit;
    public Instant time;

    public enum VolumeUnit {
        QUOTE,
        BASE,
        USD
    }

    public Row(String symbol, Consumer<Row> emit) {
        this.symbol = symbol;
        this.emit = emit;
        this.priceKey = symbol;
    }

    /** Open interest as the venue reports it, in the unit and with the sides the conventions state. */
    public Row count(BigDecimal reported) {
        this.count = reported;
        return this;
    }

    /** One-sided open interest in units of the symbol's base, where the venue has such a field of its own. */
    public Row amount(BigDecimal oneSided) {
        this.amount = oneSided;
        return this;
    }

    /** One-sided value in the quote currency, where the venue has such a field of its own. */
    public Row value(BigDecimal oneSided) {
        this.value = oneSided;
        this.valueInUsd = false;
        return this;
    }

    /** One-sided value in USD, where the venue has such a field of its own. */
    public Row valueUsd(BigDecimal oneSided) {
        this.value = oneSided;
        this.valueInUsd = true;
        return this;
    }

    /** Mark price of one unit of the symbol's base in its quote. Of several prices the first that is given counts. */
    public Row mark(BigDecimal markPrice) {
        return price("mark", markPrice);
    }

    /** Index price of one unit of the symbol's base in its quote, where no mark is to be used. */
    public Row index(BigDecimal indexPrice) {
        return price("index", indexPrice);
    }

    /** Last price of one unit of the symbol's base in its quote, where there is neither mark nor index. */
    public Row last(BigDecimal lastPrice) {
        return price("last", lastPrice);
    }

    /** Name under which the price was or will be reported, where it is not the symbol's own, e.g. an option's index. */
    public Row priceOf(String key) {
        this.priceKey = key;
        return this;
    }

    /** Options: price of the option for one unit of the base, in the quote currency. */
    public Row premium(BigDecimal perUnit) {
        this.premium = perUnit;
        this.premiumInBase = false;
        return this;
    }

    /** Options: price of the option for one unit of the base, in base coins, as Deribit's inverse options have it. */
    public Row premiumInBase(BigDecimal perUnit) {
        this.premium = perUnit;
        this.premiumInBase = true;
        return this;
    }

    /** Funding as a fraction of notional per so many hours; null hours are 8. */
    public Row funding(BigDecimal rate, BigDecimal hours) {
        this.fundingRate = rate;
        this.fundingHours = rate == null ? null : hours;
        return this;
    }

    /** Traded in 24 hours, in the quote currency. */
    public Row volumeInQuote(BigDecimal traded) {
        return volume(traded, VolumeUnit.QUOTE);
    }

    /** Traded in 24 hours, in units of the symbol's base. */
    public Row volumeInBase(BigDecimal traded) {
        return volume(traded, VolumeUnit.BASE);
    }

    /** Traded in 24 hours, in USD. */
    public Row volumeUsd(BigDecimal traded) {
        return volume(traded, VolumeUnit.USD);
    }

    /** The venue's own time of the figure; null where it gives none. */
    public Row at(Instant venueTime) {
        this.time = venueTime;
        return this;
    }

    /** Reports it. */
    public void emit() {
        emit.accept(this);
    }

    private Row price(String source, BigDecimal given) {
        if (given != null && price == null) {
            this.price = given;
            this.priceSource = source;
        }
        return this;
    }

    private Row volume(BigDecimal traded, VolumeUnit unit) {
        this.volume = traded;
        this.volumeUnit = unit;
        return this;
    }
}
