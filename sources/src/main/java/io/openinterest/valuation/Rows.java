package io.openinterest.valuation;

import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.observation.Structure;
import io.openinterest.valuation.Prices.Price;
import io.openinterest.valuation.Valuation.Figures;
import io.openinterest.valuation.Valuation.Missing;
import io.openinterest.valuation.WaitingRows.Waiting;
import io.openinterest.venue.Conventions.Convention;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/** Values rows of open interest. A row whose price is not known yet waits for it; one that can't be used is rejected. */
final class Rows {

    private final ListedMarkets listed;
    private final Prices prices;
    private final Observations observations;
    private final Rejections rejections;
    private final EvidenceChecks checks;
    private final FactorGuard guard;
    private final AnswerRows ofAnswer = new AnswerRows();
    private final WaitingRows waiting = new WaitingRows(Prices.JOIN_WITHIN);

    /**
     * None yet.
     *
     * @param checks see every figure
     * @param guard takes what is usable
     */
    Rows(
            ListedMarkets listed,
            Prices prices,
            Observations observations,
            Rejections rejections,
            EvidenceChecks checks,
            FactorGuard guard) {
        this.listed = listed;
        this.prices = prices;
        this.observations = observations;
        this.rejections = rejections;
        this.checks = checks;
        this.guard = guard;
    }

    /** Values a row, of an answer not before its end: another row of it may deny this one. */
    void take(Row row, Source source) {
        Instrument instrument = listed.observed(row.symbol());
        if (instrument == null) {
            return;
        }
        String exchange = observations.askedItself(instrument);
        String negative = negativeField(row);
        if (exchange != null) {
            rejections.reject(row, source, Reason.DUPLICATE_SOURCE, "a direct venue of " + exchange + " is enabled");
        } else if (negative != null) {
            rejections.reject(row, source, Reason.MALFORMED, "the " + negative + " is negative");
        } else if (row.contractSize() != null && row.contractSize().signum() <= 0) {
            rejections.reject(row, source, Reason.MALFORMED, "the contract size is not above 0");
        } else if (row.count() == null) {
            rejections.reject(row, source, Reason.MISSING_VALUE, "the open interest is missing");
        } else if (row.origin() == Origin.REST) {
            ofAnswer.add(row, source);
        } else {
            // of a stream, a history or a file each row follows the one before
            value(row, instrument, source);
        }
    }

    /** Values the rows of an answer that was read to its end. */
    void endAnswer() {
        for (AnswerRows.Entry entry : ofAnswer.takeAll()) {
            if (entry.contradiction() != null) {
                rejections.reject(entry.row(), entry.source(), Reason.IMPLAUSIBLE, entry.contradiction());
                continue;
            }
            try {
                value(entry.row(), listed.observed(entry.row().symbol()), entry.source());
            } catch (RuntimeException e) {
                rejections.reject(entry.row(), entry.source(), Rejections.reason(e), Rejections.sentence(e));
            }
        }
    }

    /** Values the rows that waited for prices that came. */
    void retry() {
        for (List<String> came = prices.takeNews(); !came.isEmpty(); came = prices.takeNews()) {
            for (Waiting entry : waiting.takeFor(came)) {
                Instrument instrument = listed.observed(entry.row().symbol());
                if (instrument != null) {
                    value(entry.row(), instrument, entry.source());
                }
            }
        }
    }

    /** Rejects the rows that have waited since before that instant. */
    void giveUp(Instant before) {
        waiting.takeBefore(before).forEach(this::giveUp);
    }

    private void giveUp(Waiting entry) {
        String detail = "no USD price was known within " + Prices.JOIN_WITHIN.toSeconds() + " s";
        rejections.reject(entry.row(), entry.source(), Reason.NO_USD_PRICE, detail);
    }

    /** Forgets the row of a market that is gone. */
    void forget(Instrument gone) {
        waiting.remove(gone.key());
    }

    private void value(Row row, Instrument instrument, Source source) {
        Instrument terms = listed.restated(instrument, row.contractSize());
        if (terms == null) {
            String detail = "the contract size changed from "
                    + instrument.contractSize().toPlainString() + " to "
                    + row.contractSize().toPlainString() + "; it is held until two answers agree";
            rejections.reject(row, source, Reason.IMPLAUSIBLE, detail);
            return;
        }
        Convention convention = observations.convention(row, source.feed(), terms);
        Price price = prices.of(row);
        BigDecimal fx = prices.usdPer(terms.quote(), row.receivedAt());
        Valuation valuation = Valuation.of(row, terms, convention, price, fx);
        if (valuation instanceof Figures figures) {
            Observation observation = observations.of(row, terms, convention, figures);
            BigDecimal counted = Valuation.countedUsd(row, terms, convention, price, fx);
            checks.take(observation, row, source.feed(), convention, counted, Valuation.ownUsd(row, price, fx));
            String contradiction = Contradiction.in(row, terms, convention, price, fx);
            if (contradiction == null) {
                report(row, convention, observation, source);
            } else {
                rejections.reject(row, source, Reason.IMPLAUSIBLE, contradiction);
            }
        } else if (valuation == Missing.SIZE) {
            String missing = terms.structure() == Structure.QUANTO ? "value in USD" : "contract size";
            rejections.reject(row, source, Reason.MISSING_VALUE, "no amount follows: the " + missing + " is missing");
        } else if (row.origin() == Origin.HISTORY) {
            rejections.reject(row, source, Reason.NO_USD_PRICE, "no price of that time is known");
        } else {
            String awaited = valuation == Missing.RATE ? Prices.rateKey(terms.quote()) : row.priceKey();
            if (waiting.hasRoomFor(row)) {
                waiting.add(new Waiting(row, awaited, source.kept())).ifPresent(this::giveUp);
            } else {
                rejections.reject(row, source, Reason.NO_USD_PRICE, "no price is known");
            }
        }
    }

    private void report(Row row, Convention convention, Observation observation, Source source) {
        Observations.Flaw flaw = observations.flaw(observation, row, convention);
        if (flaw != null) {
            rejections.reject(row, source, flaw.reason(), flaw.detail());
        } else {
            prices.remember(observation);
            guard.take(observation, row.origin());
        }
    }

    private static String negativeField(Row row) {
        if (isNegative(row.count())) {
            return "open interest";
        }
        if (isNegative(row.amount())) {
            return "amount";
        }
        if (isNegative(row.value())) {
            return "value";
        }
        if (isNegative(row.price())) {
            return "price";
        }
        if (isNegative(row.premium())) {
            return "premium";
        }
        if (isNegative(row.fundingHours())) {
            return "funding interval";
        }
        return isNegative(row.volume()) ? "volume" : null;
    }

    private static boolean isNegative(BigDecimal value) {
        return value != null && value.signum() < 0;
    }
}
