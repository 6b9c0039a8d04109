package io.openinterest.functions.market;

import io.openinterest.functions.expiry.OptionContribution;
import io.openinterest.functions.expiry.OptionContribution.Option;
import io.openinterest.functions.expiry.OptionContribution.Value;
import io.openinterest.functions.market.MarketStanding.Status;
import io.openinterest.functions.record.Boundary;
import io.openinterest.functions.record.Edition;
import io.openinterest.functions.record.ExpiryRow;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.MarketRow.Contract;
import io.openinterest.functions.record.MarketRow.Figures;
import io.openinterest.functions.record.MarketRow.Identity;
import io.openinterest.functions.record.MarketRow.Observed;
import io.openinterest.functions.record.MarketRow.Size;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.Rounding;
import io.openinterest.functions.total.Bar;
import io.openinterest.functions.total.MarginClass;
import io.openinterest.functions.total.Sums;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Observation;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;

/**
 * A step of one market to the next boundary: decides whether it is included, stale, gone or forgotten, explains the
 * change of its value, and gives what it contributes to totals.
 *
 * @param boundary the boundary stepped to, epoch milliseconds
 * @param before where the market stood one minute earlier
 * @param after where it stands now
 * @param change the ledger of the minute
 * @param wentAway true if it was included or stale a minute ago and is gone now
 * @param changed true if it is included and its one-sided contract count moved
 * @param observed accepted observations of the minute
 */
record MarketStep(
        long boundary,
        MarketStanding before,
        MarketStanding after,
        Ledger change,
        boolean wentAway,
        boolean changed,
        int observed) {

    private static final BigDecimal TWO = BigDecimal.valueOf(2);
    private static final BigDecimal HALF = new BigDecimal("0.5");
    private static final BigDecimal EIGHT_HOURS = BigDecimal.valueOf(8);
    private static final long CARRIED_AFTER = Interval.MINUTE_MILLIS;

    /**
     * Steps to a boundary.
     *
     * @param minute the observations of the minute that ends at the boundary; null where it had none
     */
    static MarketStep take(MarketStanding before, Minute minute, long boundary, SnapshotSettings settings) {
        Observation value = minute != null ? minute.best() : before.value();
        int observed = minute != null ? minute.observations() : 0;
        Status status = status(before, value, boundary, settings);
        if (status == Status.ABSENT) {
            value = null;
        }
        boolean included = status == Status.INCLUDED;
        boolean known = included || (status == Status.STALE && before.known());
        boolean begun = included || (status != Status.ABSENT && before.begun());
        BigDecimal valueUsd = included ? Rounding.usd(value.valueUsd()) : null;
        BigDecimal countBefore = before.value() == null ? null : oneSided(before.value());
        BigDecimal count = included ? oneSided(value) : null;
        Ledger change;
        if (!included) {
            change = disappearance(before, status);
        } else if (!before.isIncluded()) {
            change = appearance(before, valueUsd);
        } else if (isRestated(before.value(), value)) {
            change = Ledger.restatement(valueUsd.subtract(before.valueUsd()));
        } else {
            change = trade(before.valueUsd(), countBefore, valueUsd, count);
        }
        MarketStanding after = new MarketStanding(
                status,
                value,
                begun,
                known,
                bar(before.five(), Interval.FIVE_MINUTES, before, valueUsd, change, observed, boundary),
                bar(before.fifteen(), Interval.FIFTEEN_MINUTES, before, valueUsd, change, observed, boundary));
        boolean changed = included && countBefore != null && countBefore.compareTo(count) != 0;
        return new MarketStep(
                boundary, before, after, change, before.isPresent() && status == Status.GONE, changed, observed);
    }

    private static Status status(MarketStanding before, Observation value, long boundary, SnapshotSettings settings) {
        if (value == null) {
            return Status.ABSENT;
        }
        long age = boundary - value.time().toEpochMilli();
        boolean isIncluded = age <= settings.maxAgeMillis(value.venue());
        if (!isIncluded && age > settings.forgottenAfterMillis(value.venue())) {
            return Status.ABSENT;
        }
        if (value.delisted() || isExpired(value, boundary) || staysExpired(before, value, boundary)) {
            return Status.GONE;
        }
        return isIncluded ? Status.INCLUDED : Status.STALE;
    }

    private static boolean isExpired(Observation value, long boundary) {
        return value.expiration() != null && value.expiration().toEpochMilli() <= boundary;
    }

    /** Whether it had expired and no later expiration is stated now: one that is left out brings nothing back. */
    private static boolean staysExpired(MarketStanding before, Observation value, long boundary) {
        return value.expiration() == null
                && value.type() != MarketType.PERPETUAL
                && before.status() == Status.GONE
                && (isExpired(before.value(), boundary) || !before.value().delisted());
    }

    private static Bar bar(
            Bar bar,
            Interval interval,
            MarketStanding before,
            BigDecimal valueUsd,
            Ledger change,
            int observed,
            long boundary) {
        Bar open = interval.isBoundary(boundary - Interval.MINUTE_MILLIS) ? Bar.openAt(before.valueUsd()) : bar;
        return open.next(valueUsd, change, observed);
    }

    /** What a market that is not included takes with it. */
    private static Ledger disappearance(MarketStanding before, Status status) {
        if (!before.isIncluded()) {
            return Ledger.ZERO;
        }
        return status == Status.GONE
                ? Ledger.exit(before.valueUsd())
                : Ledger.coverage(before.valueUsd().negate());
    }

    /** What a market brings that was not included a minute ago. */
    private static Ledger appearance(MarketStanding before, BigDecimal valueUsd) {
        boolean cameBack = before.status() == Status.STALE && before.known();
        return cameBack ? Ledger.coverage(valueUsd) : Ledger.entry(valueUsd);
    }

    /**
     * Quantity and price share the change of a market that was there before: quantity has
     * (n1 - n0)(v0 n1 + v1 n0) / (2 n0 n1), the change of contracts at the mean published value of a contract.
     */
    private static Ledger trade(BigDecimal v0, BigDecimal n0, BigDecimal v1, BigDecimal n1) {
        BigDecimal quantity;
        if (n0.compareTo(n1) == 0) {
            quantity = BigDecimal.ZERO;
        } else if (n0.signum() == 0) {
            quantity = v1;
        } else if (n1.signum() == 0) {
            quantity = v0.negate();
        } else {
            quantity = n1.subtract(n0)
                    .multiply(v0.multiply(n1).add(v1.multiply(n0)))
                    .divide(TWO.multiply(n0).multiply(n1), 6, RoundingMode.HALF_EVEN);
        }
        return Ledger.traded(quantity, v1.subtract(v0).subtract(quantity));
    }

    private static boolean isRestated(Observation before, Observation now) {
        return before.sides() != now.sides()
                || (before.contractSize() != null
                        && now.contractSize() != null
                        && before.contractSize().compareTo(now.contractSize()) != 0)
                || !before.exchange().equals(now.exchange())
                || !before.base().equals(now.base())
                || !before.quote().equals(now.quote())
                || !before.margin().equals(now.margin())
                || before.structure() != now.structure()
                || before.assetClass() != now.assetClass();
    }

    /** Contracts counted once. Exact: sides are 1 or 2. */
    static BigDecimal oneSided(Observation market) {
        return market.sides() == 1
                ? market.contractCount()
                : market.contractCount().multiply(HALF);
    }

    /** The market's row of an interval, not yet corrected; null unless it is included. */
    MarketRow row(Interval interval, SnapshotSettings settings, Pass pass) {
        if (!after.isIncluded()) {
            return null;
        }
        Bar window = switch (interval) {
            case ONE_MINUTE -> bar(null, interval, before, after.valueUsd(), change, observed, boundary);
            case FIVE_MINUTES -> after.five();
            case FIFTEEN_MINUTES -> after.fifteen();
        };
        Observation o = after.value();
        long age = boundary - o.time().toEpochMilli();
        Figures figures = new Figures(
                new Size(
                        oneSided(o).stripTrailingZeros(),
                        Rounding.base(o.amountBase()),
                        o.priceUsd(),
                        Rounding.usd(o.valueUsd()),
                        o.marketValueUsd() == null ? null : Rounding.usd(o.marketValueUsd())),
                window.range(),
                new Observed(o.time(), age, age > CARRIED_AFTER, window.observations()),
                window.changeSinceOpen());
        return new MarketRow(
                identity(o),
                Boundary.of(interval, boundary),
                figures,
                Edition.first(settings.corrections().finalAt(boundary), pass));
    }

    private static Identity identity(Observation o) {
        return new Identity(
                o.market(),
                o.exchange(),
                o.venue(),
                o.symbol(),
                o.assetClass(),
                new Contract(o.base(), o.quote(), o.margin(), o.type(), o.structure(), o.expiration(), o.strike()));
    }

    /** Whether it is in another group than a minute ago. */
    boolean moved() {
        return before.value() != null && after.value() != null && !sameGroup(before.value(), after.value());
    }

    private static boolean sameGroup(Observation a, Observation b) {
        return a.exchange().equals(b.exchange()) && a.quote().equals(b.quote()) && Objects.equals(a.asset(), b.asset());
    }

    /**
     * Adds the market to what its present group adds to totals; takes it out again with a sign of -1.
     *
     * @param moved true if it was in another group a minute ago, or in none because its class did not count
     */
    void addTo(Sums group, int sign, boolean moved) {
        if (!moved) {
            group.addChange(change, sign);
            group.gone += wentAway ? sign : 0;
        } else if (after.isIncluded()) {
            group.addChange(arrival(), sign);
        }
        if (after.isIncluded()) {
            addValue(group, after.value(), sign);
        } else if (after.status() == Status.STALE) {
            group.addStale(Rounding.usd(after.value().valueUsd()), sign);
        }
    }

    /**
     * Adds what the market takes out of the totals of the group it was in a minute ago, having moved to another.
     *
     * @param stillCounts true if its class enters the totals now: a market that left them is not gone
     */
    void addLeftBehindTo(Sums group, int sign, boolean stillCounts) {
        group.gone += wentAway && stillCounts ? sign : 0;
        if (before.isIncluded()) {
            group.addChange(
                    after.isIncluded()
                            ? Ledger.restatement(
                                    Rounding.usd(before.value().valueUsd()).negate())
                            : change,
                    sign);
        }
    }

    /** The ledger of the group a market moved to: the whole value, under the name its arrival has. */
    private Ledger arrival() {
        return before.isIncluded()
                ? Ledger.restatement(Rounding.usd(after.value().valueUsd()))
                : change;
    }

    /**
     * The market's contribution to its expiry; null unless it is an option.
     *
     * @param pass what publishes it
     */
    OptionContribution option(Pass pass) {
        Observation o = after.value();
        if (!o.type().isOption()) {
            return null;
        }
        Option option = new Option(new ExpiryRow.Expiry(o.exchange(), o.asset(), o.expiration()), o.strike(), o.type());
        Value value = new Value(
                Rounding.usd(o.valueUsd()),
                Rounding.base(o.amountBase()),
                o.priceUsd(),
                o.marketValueUsd() == null ? null : Rounding.usd(o.marketValueUsd()));
        return new OptionContribution(option, boundary, pass, value, 1);
    }

    private void addValue(Sums group, Observation o, int sign) {
        BigDecimal value = Rounding.usd(o.valueUsd());
        boolean premium = o.type().isOption() && o.marketValueUsd() != null;
        group.addMarket(
                o.type(),
                MarginClass.of(o),
                value,
                allSides(value, o),
                premium ? allSides(Rounding.usd(o.marketValueUsd()), o) : null,
                sign);
        group.amountBase = group.amountBase.add(signed(Rounding.base(o.amountBase()), sign));
        long age = boundary - o.time().toEpochMilli();
        group.ages.add(age, sign);
        group.carried += age > CARRIED_AFTER ? sign : 0;
        group.changed += changed ? sign : 0;
        BigDecimal priceWeight = signed(value.multiply(o.priceUsd()), sign);
        group.priceWeight = group.priceWeight.add(priceWeight);
        if (o.type() == MarketType.PERPETUAL) {
            group.perpetualPriceWeight = group.perpetualPriceWeight.add(priceWeight);
            if (o.fundingRate() != null) {
                group.addFunding(value, value.multiply(fundingRate8h(o)), sign);
            }
        }
        if (o.volume24hUsd() != null) {
            group.addVolume(value, Rounding.usd(o.volume24hUsd()), sign);
        }
    }

    private static BigDecimal signed(BigDecimal figure, int sign) {
        return sign > 0 ? figure : figure.negate();
    }

    private static BigDecimal allSides(BigDecimal oneSide, Observation o) {
        return o.sides() == 1 ? oneSide : oneSide.multiply(BigDecimal.valueOf(o.sides()));
    }

    /** Funding rate per 8 hours, 12 digits; an interval that is absent or 0 means 8 hours. */
    private static BigDecimal fundingRate8h(Observation o) {
        BigDecimal hours = o.fundingIntervalHours();
        if (hours == null || hours.signum() == 0) {
            hours = EIGHT_HOURS;
        }
        return o.fundingRate().multiply(EIGHT_HOURS).divide(hours, 12, RoundingMode.HALF_EVEN);
    }
}
