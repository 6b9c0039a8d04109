package io.openinterest.valuation;

import io.openinterest.observation.Structure;
import io.openinterest.valuation.Prices.Price;
import io.openinterest.venue.Conventions.Convention;
import io.openinterest.venue.Conventions.Unit;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Row;
import java.math.BigDecimal;

/**
 * The worth of a row of open interest: its figures, or what is missing to say so. A pure function of the row, the terms
 * of its market, the venue's convention, a price and the USD rate of the quote.
 */
sealed interface Valuation {

    /** Something is missing. */
    enum Missing implements Valuation {
        /** The price of the symbol's base. */
        PRICE,
        /** The USD rate of the quote asset. */
        RATE,
        /** The size of one contract: no count of contracts can be turned into coins or dollars. */
        SIZE
    }

    /**
     * The figures of an observation.
     *
     * @param contractCount contracts as the venue counts them
     * @param amountBase one-sided, in base coins
     * @param priceUsd USD of one base coin; null only when delisted
     * @param priceSource {@code mark}, {@code index}, {@code last} or {@code venue-value}; null only when delisted
     * @param valueUsd one-sided notional
     * @param marketValueUsd premium value of options; null where the row has no premium
     * @param volume24hUsd traded in 24 hours; null where the row has no volume
     */
    record Figures(
            BigDecimal contractCount,
            BigDecimal amountBase,
            BigDecimal priceUsd,
            String priceSource,
            BigDecimal valueUsd,
            BigDecimal marketValueUsd,
            BigDecimal volume24hUsd)
            implements Valuation {

        /** Of a market that is no longer listed. */
        static final Figures NONE =
                new Figures(BigDecimal.ZERO, BigDecimal.ZERO, null, null, BigDecimal.ZERO, null, null);
    }

    /**
     * Values a row whose count is there and whose numbers are not negative.
     *
     * @param price of one unit of the symbol's base in the quote; null while unknown
     * @param fx USD of one unit of the quote; null while unknown
     */
    static Valuation of(Row row, Instrument instrument, Convention convention, Price price, BigDecimal fx) {
        if (fx == null && !(row.value() != null && row.isValueInUsd())) {
            return Missing.RATE;
        }
        Unit unit = convention.unit();
        Counted counted = Counted.of(row.count(), instrument, convention);
        BigDecimal face = counted.face;
        BigDecimal amount = row.amount() != null ? row.amount() : counted.amount;
        boolean isOwn = row.value() != null && (row.value().signum() > 0 || amount == null || amount.signum() == 0);
        if (amount == null && face == null && !isOwn) {
            return Missing.SIZE;
        }

        BigDecimal valueUsd;
        if (isOwn) {
            valueUsd = row.isValueInUsd() ? row.value() : Fields.multiply(row.value(), fx);
        } else if (face != null) {
            valueUsd = Fields.multiply(face, fx);
        } else {
            valueUsd = price == null ? null : Fields.multiply(Fields.multiply(amount, price.price()), fx);
        }
        if (amount == null && valueUsd != null) {
            amount = valueUsd.signum() == 0
                    ? BigDecimal.ZERO
                    : price == null || fx == null
                            ? null
                            : Fields.divide(valueUsd, price.price().multiply(fx));
        } else if ((isOwn || face != null)
                && amount != null
                && amount.signum() > 0
                && valueUsd != null
                && valueUsd.signum() > 0) {
            // the amount and the value are both the venue's own, and the price follows from them
            BigDecimal amountBase = amount.multiply(instrument.multiplier());
            return figures(
                    row, instrument, unit, amount, Fields.divide(valueUsd, amountBase), "venue-value", valueUsd, fx);
        }
        if (price == null) {
            return Missing.PRICE;
        }
        if (amount == null || valueUsd == null || fx == null) {
            return Missing.RATE;
        }
        BigDecimal perUnit = price.price().multiply(fx);
        BigDecimal priceUsd = instrument.multiplier().compareTo(BigDecimal.ONE) == 0
                ? perUnit
                : Fields.divide(perUnit, instrument.multiplier());
        return figures(row, instrument, unit, amount, priceUsd, price.source(), valueUsd, fx);
    }

    /** The value that the count alone gives, to be compared with the venue's own; null where it gives none. */
    static BigDecimal countedUsd(Row row, Instrument instrument, Convention convention, Price price, BigDecimal fx) {
        Counted counted = Counted.of(row.count(), instrument, convention);
        if (counted.face != null) {
            return Fields.multiply(counted.face, fx);
        }
        return price == null ? null : Fields.multiply(Fields.multiply(counted.amount, price.price()), fx);
    }

    /** The value that the venue's own figures give; null where the row has none. */
    static BigDecimal ownUsd(Row row, Price price, BigDecimal fx) {
        if (row.value() != null) {
            return row.isValueInUsd() ? row.value() : Fields.multiply(row.value(), fx);
        }
        return price == null ? null : Fields.multiply(Fields.multiply(row.amount(), price.price()), fx);
    }

    /**
     * The worth of one side of a count by itself.
     *
     * @param amount units of the symbol's base; null where it counts something else
     * @param face units of the quote; null where it counts something else
     */
    record Counted(BigDecimal amount, BigDecimal face) {

        static Counted of(BigDecimal count, Instrument instrument, Convention convention) {
            BigDecimal oneSide = convention.sides() == 2 ? count.multiply(new BigDecimal("0.5")) : count;
            BigDecimal sized = Fields.multiply(oneSide, instrument.contractSize());
            boolean isSizedInBase = instrument.structure() == Structure.LINEAR
                    || instrument.type().isOption();
            return switch (convention.unit()) {
                case BASE -> new Counted(oneSide, null);
                case QUOTE -> new Counted(null, oneSide);
                case CONTRACTS ->
                    isSizedInBase
                            ? new Counted(sized, null)
                            : new Counted(null, instrument.structure() == Structure.INVERSE ? sized : null);
            };
        }
    }

    private static Figures figures(
            Row row,
            Instrument instrument,
            Unit unit,
            BigDecimal amount,
            BigDecimal priceUsd,
            String priceSource,
            BigDecimal valueUsd,
            BigDecimal fx) {
        BigDecimal unitPriceUsd = priceUsd.multiply(instrument.multiplier());
        return new Figures(
                contracts(row.count(), instrument.contractSize(), unit),
                amount.multiply(instrument.multiplier()),
                priceUsd,
                priceSource,
                valueUsd,
                Fields.multiply(Fields.multiply(row.premium(), amount), row.isPremiumInBase() ? unitPriceUsd : fx),
                volumeUsd(row, unitPriceUsd, fx));
    }

    /** Contracts of a count in units; undivided where a contract is one unit, so that it keeps all its digits. */
    private static BigDecimal contracts(BigDecimal count, BigDecimal size, Unit unit) {
        return unit == Unit.CONTRACTS || size == null || size.compareTo(BigDecimal.ONE) == 0
                ? count
                : Fields.divide(count, size);
    }

    private static BigDecimal volumeUsd(Row row, BigDecimal unitPriceUsd, BigDecimal fx) {
        if (row.volume() == null) {
            return null;
        }
        return switch (row.volumeUnit()) {
            case USD -> row.volume();
            case QUOTE -> Fields.multiply(row.volume(), fx);
            case BASE -> row.volume().multiply(unitPriceUsd);
        };
    }
}
