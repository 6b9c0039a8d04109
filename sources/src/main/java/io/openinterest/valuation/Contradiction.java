package io.openinterest.valuation;

import io.openinterest.observation.Origin;
import io.openinterest.observation.Structure;
import io.openinterest.valuation.Prices.Price;
import io.openinterest.venue.Conventions.Convention;
import io.openinterest.venue.Conventions.Unit;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Row;
import java.math.BigDecimal;

/**
 * Finds figures of one row that can't all be true: a count, an amount and a value that a venue states beside each other
 * tell when one of them, the contract size or a price is off by a factor.
 */
final class Contradiction {

    private static final BigDecimal HALF = new BigDecimal("0.5");
    /** Prices of one market differ by less, in a crash too; figures of one amount by rounding only. */
    private static final BigDecimal MAX_PRICE_RATIO = new BigDecimal("1.9");

    private static final BigDecimal MAX_FUNDING_HOURS = new BigDecimal(24);
    private static final BigDecimal MAX_ROUNDING = new BigDecimal("0.05");
    /** A smaller value has too few digits to tell a price. */
    private static final BigDecimal MIN_TELLING_USD = new BigDecimal(1000);

    private Contradiction() {}

    /** A sentence; null where there is none. */
    static String in(Row row, Instrument instrument, Convention convention, Price price, BigDecimal fx) {
        if (row.contradiction() != null) {
            return row.contradiction();
        }
        if (row.fundingHours() != null && row.fundingHours().compareTo(MAX_FUNDING_HOURS) > 0) {
            return "no market funds every " + row.fundingHours().toPlainString() + " hours";
        }
        BigDecimal size = instrument.contractSize();
        boolean isSizedInBase =
                instrument.structure() == Structure.LINEAR || instrument.type().isOption();
        BigDecimal oneSide = convention.sides() == 2 ? row.count().multiply(HALF) : row.count();
        BigDecimal counted = convention.unit() == Unit.CONTRACTS ? Fields.multiply(oneSide, size) : oneSide;
        boolean isCountedInBase =
                convention.unit() == Unit.BASE || convention.unit() == Unit.CONTRACTS && isSizedInBase;
        BigDecimal unit = convention.unit() == Unit.CONTRACTS && size != null ? size : BigDecimal.ONE;
        if (isCountedInBase && isOther(counted, row.amount(), unit)) {
            return "a count of " + counted.toPlainString() + " coins and an amount of "
                    + row.amount().toPlainString() + " contradict each other";
        }
        BigDecimal value = row.value();
        if (!isCountedInBase && instrument.structure() == Structure.INVERSE) {
            if (!row.isValueInUsd() && isOther(counted, value, unit)) {
                return "a count of " + counted.toPlainString() + " in " + instrument.quote() + " and a value of "
                        + value.toPlainString() + " contradict each other";
            }
            value = value == null ? counted : value;
        }
        if (!isCountedInBase && row.count().signum() == 0 && isSome(row.amount())) {
            return "a count of 0 and an amount of " + row.amount().toPlainString() + " coins contradict each other";
        }
        if (!isCountedInBase
                && row.count().signum() > 0
                && row.isValueInUsd()
                && row.value() != null
                && !isSome(row.value())
                && !isSome(row.amount())) {
            return "a count of " + row.count().toPlainString() + " and no value contradict each other";
        }
        BigDecimal amount = row.amount() == null && isCountedInBase ? counted : row.amount();
        return priceOf(row, amount, value, price, fx);
    }

    /** A sentence where two rows of one market and time can't both be true; null where they can. */
    static String between(Row one, Row other) {
        if (isDifferent(one.count(), other.count())) {
            return twice("an open interest", one.count(), other.count());
        }
        if (isDifferent(one.amount(), other.amount())) {
            return twice("an amount", one.amount(), other.amount());
        }
        if (isDifferent(one.value(), other.value())) {
            return twice("a value", one.value(), other.value());
        }
        if (isDifferent(one.contractSize(), other.contractSize())) {
            return twice("a contract size", one.contractSize(), other.contractSize());
        }
        if (Row.areFar(one.premium(), other.premium())) {
            return twice("a premium", one.premium(), other.premium());
        }
        return Row.areFar(one.price(), other.price()) ? twice("a price", one.price(), other.price()) : null;
    }

    /** A sentence on a figure that an answer states twice. */
    static String twice(String what, BigDecimal one, BigDecimal other) {
        return "the same answer states " + what + " of " + one.toPlainString() + " and of " + other.toPlainString();
    }

    /** False where one is absent: it says nothing. */
    private static boolean isDifferent(BigDecimal one, BigDecimal other) {
        return one != null && other != null && one.compareTo(other) != 0;
    }

    private static boolean isSome(BigDecimal figure) {
        return figure != null && figure.signum() > 0;
    }

    private static String priceOf(Row row, BigDecimal amount, BigDecimal value, Price price, BigDecimal fx) {
        boolean isInUsd = row.value() != null && row.isValueInUsd();
        BigDecimal usd = isInUsd ? value : Fields.multiply(value, fx);
        if (usd == null || usd.compareTo(MIN_TELLING_USD) < 0) {
            return null;
        }
        if (row.count().signum() == 0 || amount != null && amount.signum() == 0) {
            return "no coins and a value of " + usd.toPlainString() + " USD contradict each other";
        }
        if (row.origin() == Origin.HISTORY || amount == null || price == null || fx == null) {
            return null;
        }
        BigDecimal told = Fields.divide(usd, amount);
        if (isNear(told, price.price().multiply(fx))) {
            return null;
        }
        return "value and amount say a price of " + told.stripTrailingZeros().toPlainString() + " USD, the "
                + price.source() + " price is " + price.price().toPlainString();
    }

    /** True for two prices of one market at one time. */
    static boolean isNear(BigDecimal a, BigDecimal b) {
        return a.multiply(MAX_PRICE_RATIO).compareTo(b) >= 0
                && b.multiply(MAX_PRICE_RATIO).compareTo(a) >= 0;
    }

    private static boolean isOther(BigDecimal counted, BigDecimal stated, BigDecimal unit) {
        if (counted == null || stated == null) {
            return false;
        }
        BigDecimal tolerance = counted.max(stated).multiply(MAX_ROUNDING).add(unit);
        return counted.subtract(stated).abs().compareTo(tolerance) > 0;
    }
}
