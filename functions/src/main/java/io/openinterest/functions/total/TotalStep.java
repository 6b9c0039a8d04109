package io.openinterest.functions.total;

import io.openinterest.functions.record.Boundary;
import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.Edition;
import io.openinterest.functions.record.Entity;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.Rounding;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.functions.record.TotalRow.Basis;
import io.openinterest.functions.record.TotalRow.ByMargin;
import io.openinterest.functions.record.TotalRow.ByType;
import io.openinterest.functions.record.TotalRow.Figures;
import io.openinterest.functions.record.TotalRow.Futures;
import io.openinterest.functions.record.TotalRow.Markets;
import io.openinterest.functions.record.TotalRow.OptionValue;
import io.openinterest.functions.record.TotalRow.Reported;
import io.openinterest.functions.record.TotalRow.Split;
import io.openinterest.functions.record.TotalRow.Unpublished;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One entity, one boundary further.
 *
 * @param boundary the boundary stepped to, epoch milliseconds
 * @param sums what its markets add up to there; empty sums where it has none
 * @param before where it stood one minute earlier
 * @param after where it stands now
 */
record TotalStep(long boundary, Sums sums, TotalStanding before, TotalStanding after) {

    private static final long BEGINS_ANEW_AFTER = Duration.ofHours(24).toMillis();
    private static final int MOVERS = 3;
    private static final int COVERAGE_DIGITS = 6;
    /** As a ratio of nothing to something is written. */
    private static final BigDecimal NOTHING_COVERED = BigDecimal.ZERO.setScale(COVERAGE_DIGITS);

    /**
     * Steps to a boundary.
     *
     * @param byChild true where bars remember the quantity change of every child
     */
    static TotalStep take(TotalStanding standing, Sums sums, long boundary, boolean byChild) {
        TotalStanding before = standing;
        if (before.begun() && boundary - before.lastRecord() > BEGINS_ANEW_AFTER) {
            before = TotalStanding.NEW;
        }
        boolean begun = before.begun() || sums.included > 0;
        boolean recorded = begun && (sums.isPresent() || before.present());
        BigDecimal value = sums.valueUsd();
        Ledger change = sums.change();
        TotalStanding after = new TotalStanding(
                begun,
                begun && sums.isPresent(),
                value,
                recorded ? boundary : before.lastRecord(),
                sums.changed > 0 ? Long.valueOf(boundary) : before.lastChanged(),
                bar(
                        before.five(),
                        Interval.FIVE_MINUTES,
                        before,
                        recorded ? value : null,
                        change,
                        sums,
                        boundary,
                        byChild),
                bar(
                        before.fifteen(),
                        Interval.FIFTEEN_MINUTES,
                        before,
                        recorded ? value : null,
                        change,
                        sums,
                        boundary,
                        byChild));
        return new TotalStep(boundary, sums, before, after);
    }

    private static Bar bar(
            Bar bar,
            Interval interval,
            TotalStanding before,
            BigDecimal recorded,
            Ledger change,
            Sums sums,
            long boundary,
            boolean byChild) {
        Bar open = interval.isBoundary(boundary - Interval.MINUTE_MILLIS) ? Bar.openAt(before.openUsd()) : bar;
        return open.next(recorded, change, sums, byChild);
    }

    /** The entity's row of an interval, not yet corrected; null where it has no 1-minute record in the interval. */
    TotalRow row(Interval interval, Entity entity, CorrectionWindow corrections, Pass pass) {
        if (!after.begun() || boundary - after.lastRecord() >= interval.millis()) {
            return null;
        }
        Bar window = switch (interval) {
            case ONE_MINUTE ->
                bar(
                        null,
                        interval,
                        before,
                        after.valueUsd(),
                        sums.change(),
                        sums,
                        boundary,
                        entity.level() == Level.ASSET);
            case FIVE_MINUTES -> after.five();
            case FIFTEEN_MINUTES -> after.fifteen();
        };
        boolean hasAsset = entity.asset() != null;
        Figures figures = new Figures(
                Rounding.usd(after.valueUsd()),
                hasAsset ? Rounding.base(sums.amountBase) : null,
                window.range(),
                new Split(byType(), byMargin(), reported()),
                hasAsset ? price() : null,
                basis(entity.level(), window),
                window.changeSinceOpen(),
                unpublished(entity.level(), window));
        return new TotalRow(
                entity, Boundary.of(interval, boundary), figures, Edition.first(corrections.finalAt(boundary), pass));
    }

    private Basis basis(Level level, Bar window) {
        return new Basis(
                new Markets(sums.included, sums.carried, sums.stale, window.gone(), window.changed()),
                after.lastChanged() == null ? null : (boundary - after.lastChanged()) / Interval.MINUTE_MILLIS,
                exchanges(level),
                coverage(),
                sums.ages.greatest());
    }

    private ByType byType() {
        return new ByType(
                sums.valueUsd(Kinds.PERPETUALS),
                sums.valueUsd(Kinds.DATED),
                sums.valueUsd(Kinds.CALLS),
                sums.valueUsd(Kinds.PUTS));
    }

    private ByMargin byMargin() {
        return new ByMargin(
                sums.valueUsd(Kinds.ALL.margined(MarginClass.COIN)),
                sums.valueUsd(Kinds.ALL.margined(MarginClass.USDT)),
                sums.valueUsd(Kinds.ALL.margined(MarginClass.USDC)),
                sums.valueUsd(Kinds.ALL.margined(MarginClass.USD)),
                sums.valueUsd(Kinds.ALL.margined(MarginClass.OTHER)));
    }

    private Reported reported() {
        Futures futures = new Futures(
                sums.reportedUsd(Kinds.FUTURES),
                sums.reportedUsd(Kinds.PERPETUALS),
                sums.reportedUsd(Kinds.DATED),
                sums.reportedUsd(Kinds.FUTURES.margined(MarginClass.USDT)),
                sums.reportedUsd(Kinds.FUTURES.margined(MarginClass.COIN)),
                sums.reportedUsd(Kinds.FUTURES.margined(MarginClass.USDC)),
                sums.reportedUsd(Kinds.FUTURES.margined(MarginClass.USD)),
                sums.reportedUsd(Kinds.FUTURES.margined(MarginClass.OTHER)));
        return new Reported(
                futures,
                options(Kinds.OPTIONS),
                options(Kinds.CALLS),
                options(Kinds.PUTS),
                options(Kinds.OPTIONS.margined(MarginClass.USDT)),
                options(Kinds.OPTIONS.margined(MarginClass.COIN)),
                options(Kinds.OPTIONS.margined(MarginClass.USDC)),
                options(Kinds.OPTIONS.margined(MarginClass.USD)),
                options(Kinds.OPTIONS.margined(MarginClass.OTHER)));
    }

    private OptionValue options(Kinds which) {
        return new OptionValue(sums.reportedUsd(which), sums.premiumUsd(which));
    }

    /** Over the perpetuals with value, over all included markets where there is none. */
    private BigDecimal price() {
        BigDecimal perpetuals = sums.valueUsd(Kinds.PERPETUALS);
        return perpetuals.signum() > 0
                ? Rounding.price(sums.perpetualPriceWeight, perpetuals)
                : Rounding.price(sums.priceWeight, sums.valueUsd());
    }

    private int exchanges(Level level) {
        if (level == Level.EXCHANGE || level == Level.EXCHANGE_ASSET) {
            return sums.included > 0 ? 1 : 0;
        }
        return (int) sums.children.values().stream()
                .filter(child -> child.included() > 0)
                .count();
    }

    private BigDecimal coverage() {
        BigDecimal included = sums.valueUsd();
        BigDecimal all = included.add(sums.staleUsd());
        if (all.signum() == 0) {
            return sums.stale > 0 ? NOTHING_COVERED : null;
        }
        return Rounding.ratio(included, all, COVERAGE_DIGITS);
    }

    private Unpublished unpublished(Level level, Bar window) {
        BigDecimal funding = Rounding.ratio(sums.fundingWeight, sums.fundingUsd());
        BigDecimal volume = Rounding.ratio(sums.volumeUsd(), sums.volumeOpenUsd());
        if (level == Level.EXCHANGE_ASSET || level == Level.PAIR) {
            return new Unpublished(null, null, null, null, funding, volume, null);
        }
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal squares = BigDecimal.ZERO;
        String leader = null;
        BigDecimal greatest = BigDecimal.ZERO;
        for (Map.Entry<String, Sums.Child> child : sums.children.entrySet()) {
            BigDecimal value = child.getValue().valueUsd();
            if (value.signum() <= 0) {
                continue;
            }
            sum = sum.add(value);
            squares = squares.add(value.multiply(value));
            int order = value.compareTo(greatest);
            if (order > 0 || (order == 0 && child.getKey().compareTo(Objects.requireNonNull(leader)) < 0)) {
                leader = child.getKey();
                greatest = value;
            }
        }
        BigDecimal square = sum.multiply(sum);
        return new Unpublished(
                Rounding.ratio(squares, square),
                Rounding.ratio(square, squares),
                leader,
                Rounding.ratio(greatest, sum),
                funding,
                volume,
                level == Level.ASSET ? movers(window) : null);
    }

    /** Where fewer moved, some that did not. */
    private String movers(Bar window) {
        Set<String> exchanges = new HashSet<>(sums.children.keySet());
        exchanges.addAll(window.quantities().keySet());
        return exchanges.stream()
                .sorted(Comparator.comparing((String exchange) -> window.quantities()
                                .getOrDefault(exchange, BigDecimal.ZERO)
                                .abs())
                        .reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MOVERS)
                .collect(Collectors.joining(","));
    }
}
