package io.openinterest.valuation;

import io.openinterest.observation.Evidence;
import io.openinterest.observation.Evidence.Verdict;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.venue.Conventions.Convention;
import io.openinterest.venue.Conventions.Proof;
import io.openinterest.venue.Row;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks of a venue's unit and sides that need none of its documents, made at each full minute of what came in the minute
 * before. A verdict is told when it changes, and again every hour.
 */
final class EvidenceChecks {

    private static final Duration TOLD_EVERY = Duration.ofHours(1);

    /** Prices of two answers differ by a little; units and sides differ by a factor of 2 at least. */
    private static final double AGREES_WITHIN = 1.05;

    private static final double DISAGREES_FROM = 1.4;

    /** No venue's open interest moves by such a part of itself, and of what is traded in a day, in a minute. */
    private static final double MAX_MOVED = 0.1;

    private static final int MIN_MARKETS = 3;
    private static final Duration FOLLOWS_WITHIN = Duration.ofMinutes(5);
    private static final Duration SAME_TIME_WITHIN = Duration.ofSeconds(90);

    private final String venue;
    private final Map<String, Market> markets = new HashMap<>();
    private final Map<String, Told> told = new HashMap<>();
    private final List<Double> feedRatios = new ArrayList<>();
    /** The number of sides the counts hold, by the venue's own one-sided figures, as a part of what the registry says. */
    private final List<Double> sideRatios = new ArrayList<>();

    private Instant lastBoundary;

    private double countedUsd;
    private double ownUsd;
    private double movedUsd;
    private double standingUsd;
    private double volumeUsd;
    private final Map<Proof, Double> usdByProof = new TreeMap<>();
    private Convention least;

    /** Figures of one market, from each feed. */
    private static final class Market {
        double amount;
        Instant at;
        final Map<String, Figure> byFeed = new HashMap<>();
    }

    private record Figure(double amount, Instant at) {}

    private record Told(Verdict verdict, Instant at) {}

    EvidenceChecks(String venue) {
        this.venue = venue;
    }

    /**
     * Takes one valued row.
     *
     * @param feed where it stood
     * @param counted its value in USD by its count alone; null where that gives none
     * @param own the venue's own value of it in USD; null where it gives none
     */
    void take(Observation o, Row row, String feed, Convention convention, BigDecimal counted, BigDecimal own) {
        if (Origin.HISTORY.isOf(o) || o.delisted()) {
            return;
        }
        if (row.oneSided() != null && row.oneSided().signum() > 0) {
            sideRatios.add(row.count().doubleValue() / row.oneSided().doubleValue() / convention.sides());
        }
        double value = o.valueUsd().doubleValue();
        double amount = o.amountBase().doubleValue();
        usdByProof.merge(convention.proof(), value, Double::sum);
        if (least == null || convention.proof().compareTo(least.proof()) > 0) {
            least = convention;
        }
        if (counted != null && own != null && own.signum() > 0) {
            countedUsd += counted.doubleValue();
            ownUsd += own.doubleValue();
        }
        Market market = markets.computeIfAbsent(o.market(), id -> new Market());
        boolean follows = market.at != null && market.at.plus(FOLLOWS_WITHIN).isAfter(o.databaseTime());
        if (follows && o.volume24hUsd() != null && amount > 0) {
            movedUsd += Math.abs(amount - market.amount) * value / amount;
            standingUsd += value;
            volumeUsd += o.volume24hUsd().doubleValue();
        }
        market.amount = amount;
        market.at = o.databaseTime();
        market.byFeed.forEach((other, figure) -> {
            if (!other.equals(feed)
                    && figure.amount > 0
                    && amount > 0
                    && Duration.between(figure.at, o.databaseTime()).abs().compareTo(SAME_TIME_WITHIN) <= 0) {
                feedRatios.add(amount / figure.amount);
            }
        });
        market.byFeed.put(feed, new Figure(amount, o.databaseTime()));
    }

    /** Forgets a market that is no longer listed. */
    void forget(String market) {
        markets.remove(market);
    }

    /** True once in every minute, when a full minute has passed. */
    boolean isDue(Instant now) {
        Instant boundary = now.truncatedTo(ChronoUnit.MINUTES);
        boolean isDue = lastBoundary != null && boundary.isAfter(lastBoundary);
        lastBoundary = lastBoundary == null || isDue ? boundary : lastBoundary;
        return isDue;
    }

    /**
     * The verdicts of the minute that has passed.
     *
     * @param guard what it holds contradicts the registry
     * @param shapes what changed of the answers puts it in doubt
     * @param listed a size that a row states and the list does not puts the list in doubt
     */
    List<Evidence> at(Instant now, FactorGuard guard, Shapes shapes, ListedMarkets listed) {
        Instant boundary = now.truncatedTo(ChronoUnit.MINUTES);
        List<Evidence> verdicts = new ArrayList<>();
        if (!usdByProof.isEmpty()) {
            verdicts.add(registry(boundary));
        }
        if (ownUsd > 0) {
            verdicts.add(ratio(
                    boundary,
                    "own-value",
                    countedUsd / ownUsd,
                    "the count by the registry, at the mark price, against the venue's own value of the same rows"));
        }
        if (feedRatios.size() >= MIN_MARKETS) {
            verdicts.add(ratio(
                    boundary,
                    "feeds",
                    median(feedRatios),
                    "the open interest of the same markets from two of the venue's feeds"));
        }
        if (!sideRatios.isEmpty()) {
            verdicts.add(ratio(
                    boundary,
                    "sides",
                    median(sideRatios),
                    "the count, by the sides of the registry, against the venue's own one-sided count of the same"
                            + " markets"));
        }
        if (listed.statesSizes()) {
            verdicts.add(sizes(boundary, listed.doubtful()));
        }
        if (volumeUsd > 0) {
            verdicts.add(moved(boundary));
        }
        if (guard.isTold()) {
            verdicts.add(factor(boundary, guard));
        }
        if (shapes.hasCompared()) {
            verdicts.add(shape(boundary, shapes.changed()));
        }
        reset();
        return verdicts.stream().filter(this::isNews).toList();
    }

    private Evidence registry(Instant at) {
        double all = usdByProof.values().stream().mapToDouble(usd -> usd).sum();
        double proven = all - usdByProof.getOrDefault(Proof.ASSUMED, 0.0);
        Verdict verdict = least.proof() == Proof.ASSUMED ? Verdict.UNPROVEN : Verdict.CONFIRMED;
        String detail = "the share of USD whose unit and sides are proven: " + share(Proof.DOCUMENTED, all)
                + " documented, " + share(Proof.MEASURED, all) + " measured, " + share(Proof.ASSUMED, all)
                + " assumed; the least of the sources: " + least.source();
        return evidence(at, "registry", verdict, all == 0 ? 1 : proven / all, 1, detail);
    }

    private String share(Proof proof, double all) {
        return String.format(Locale.ROOT, "%.1f %%", all == 0 ? 0 : 100 * usdByProof.getOrDefault(proof, 0.0) / all);
    }

    private Evidence ratio(Instant at, String check, double ratio, String detail) {
        double distance = ratio <= 0 ? Double.MAX_VALUE : Math.max(ratio, 1 / ratio);
        Verdict verdict = distance <= AGREES_WITHIN
                ? Verdict.CONFIRMED
                : distance >= DISAGREES_FROM ? Verdict.CONTRADICTED : Verdict.UNPROVEN;
        return evidence(at, check, verdict, ratio, 1, detail);
    }

    private Evidence moved(Instant at) {
        boolean isTooMuch = movedUsd > MAX_MOVED * volumeUsd && movedUsd > MAX_MOVED * standingUsd;
        String detail = "how much open interest moved in a minute, at constant prices, as a part of what was traded in"
                + " 24 hours; no more can move than is traded";
        Verdict verdict = isTooMuch ? Verdict.CONTRADICTED : Verdict.UNPROVEN;
        return evidence(at, "moved-by-volume", verdict, movedUsd / volumeUsd, MAX_MOVED, detail);
    }

    private Evidence factor(Instant at, FactorGuard guard) {
        int held = guard.held();
        String detail = held == 0
                ? "no market's open interest leapt by a round factor together with most others"
                : "the open interest of " + held + " of " + guard.markets() + " markets leapt by the same factor while"
                        + " prices stood still: they are held until they return or the conventions say otherwise";
        return evidence(at, "factor", held == 0 ? Verdict.UNPROVEN : Verdict.CONTRADICTED, guard.factor(), 1, detail);
    }

    private Evidence shape(Instant at, int changed) {
        String detail =
                "the number of fields that are read and are lost or of another type, or are new and named like a"
                        + " unit of the count";
        return evidence(at, "shape", changed == 0 ? Verdict.CONFIRMED : Verdict.CONTRADICTED, changed, 0, detail);
    }

    private Evidence sizes(Instant at, List<String> doubtful) {
        String detail = doubtful.isEmpty()
                ? "the contract sizes of the rows are those of the list"
                : "the rows of " + doubtful.size() + " markets state other contract sizes than the list, the first is "
                        + doubtful.get(0) + "; the rows decide";
        Verdict verdict = doubtful.isEmpty() ? Verdict.CONFIRMED : Verdict.CONTRADICTED;
        return evidence(at, "contract-size", verdict, doubtful.size(), 0, detail);
    }

    private static double median(List<Double> ratios) {
        List<Double> sorted = ratios.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private Evidence evidence(
            Instant at, String check, Verdict verdict, double figure, double expected, String detail) {
        return new Evidence(at, venue, check, verdict, rounded(figure), rounded(expected), detail);
    }

    private static BigDecimal rounded(double figure) {
        return new BigDecimal(figure, MathContext.DECIMAL64).setScale(8, RoundingMode.HALF_EVEN);
    }

    private boolean isNews(Evidence evidence) {
        Told before = told.get(evidence.check());
        boolean isNews = before == null
                || before.verdict != evidence.verdict()
                || !before.at.plus(TOLD_EVERY).isAfter(evidence.time());
        if (isNews) {
            told.put(evidence.check(), new Told(evidence.verdict(), evidence.time()));
        }
        return isNews;
    }

    private void reset() {
        usdByProof.clear();
        least = null;
        feedRatios.clear();
        sideRatios.clear();
        countedUsd = 0;
        ownUsd = 0;
        movedUsd = 0;
        standingUsd = 0;
        volumeUsd = 0;
    }
}
