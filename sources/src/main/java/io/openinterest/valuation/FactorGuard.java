package io.openinterest.valuation;

import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Holds back a venue that begins to count otherwise: where the open interest of most of its markets becomes 2, 10, 100
 * or 1000 times what it was, or that part of it, while prices, values or amounts stand still, it is the unit or the
 * sides that changed.
 * Such markets are held, however long it lasts and over restarts, until they return or the job begins anew with other
 * conventions. One market may always double.
 */
final class FactorGuard {

    private static final double[] FACTORS = {2, 10, 100, 1000, 0.5, 0.1, 0.01, 0.001};

    /** Open interest moves by less between two answers, and so do prices. */
    private static final double SAME_WITHIN = 0.03;

    /** The venue is judged by so many markets at least. */
    private static final int MIN_MARKETS = 5;

    /** Of few markets more must leap together: a handful of thin ones may double by chance. */
    private static final int MANY_MARKETS = 20;

    private static final double MOST_OF_FEW = 0.8;
    private static final double MOST_OF_MANY = 0.5;

    private static final Duration JUDGED_WITHIN = Duration.ofSeconds(5);

    private final BiConsumer<Observation, Origin> released;
    private final Map<String, Known> known = new HashMap<>();
    private final List<Seen> seen = new ArrayList<>();
    /** Markets that are held. */
    private final Set<String> held = new HashSet<>();
    /** The factor of their open interest; 1 where none is held. */
    private double heldFactor = 1;

    private boolean isResumed;
    private boolean isTold;
    private int withheld;

    private static final class Known {
        LastFigures last;
        /** Whether it was released since others were held: a venue leaps once, so what leaps later leaps by itself. */
        boolean isReleased;
    }

    /** A market of the answers that are judged together; the factor is 1 where nothing is suspect. */
    private record Seen(Observation observation, Origin origin, LastFigures figures, double factor) {}

    /**
     * Knows nothing yet.
     *
     * @param released takes what is not held
     */
    FactorGuard(BiConsumer<Observation, Origin> released) {
        this.released = released;
    }

    /** Goes on after a restart, from the figures released last of each market; of none where it begins anew. */
    void resume(Map<String, LastFigures> last) {
        isResumed = true;
        last.forEach((market, figures) -> known.computeIfAbsent(market, id -> new Known()).last = figures);
    }

    /** True for a market that was observed, maybe before a restart, and is not delisted. */
    boolean isKnown(String market) {
        return known.containsKey(market);
    }

    /** Releases an observation, or keeps it until {@link #judge}. */
    void take(Observation observation, Origin origin) {
        if (origin == Origin.HISTORY || origin == Origin.FILE || observation.delisted()) {
            if (observation.delisted()) {
                forget(observation.market());
            }
            released.accept(observation, origin);
            return;
        }
        Known before = known.computeIfAbsent(observation.market(), market -> new Known());
        LastFigures now = LastFigures.of(observation);
        double leap = before.last == null ? 1 : leap(before.last, now);
        if (held.contains(observation.market())) {
            boolean isBack = Math.abs(Math.log(leap)) < Math.abs(Math.log(leap / heldFactor));
            if (isBack) {
                endHold(observation.market());
                release(observation, origin, now);
            } else {
                withheld++;
            }
            return;
        }
        double factor = before.last == null ? 1 : factor(before.last, now, leap);
        if (factor != 1 && factor == heldFactor && !before.isReleased) {
            held.add(observation.market());
            withheld++;
            return;
        }
        if (factor == 1 || known.size() < MIN_MARKETS) {
            seen.add(new Seen(observation, origin, now, 1));
            release(observation, origin, now);
        } else {
            seen.add(new Seen(observation, origin, now, factor));
        }
    }

    /**
     * Decides about what was kept; to be called after each answer, and once a second.
     *
     * @return true when more is held than before
     */
    boolean judge(Instant now) {
        if (seen.stream().allMatch(one -> one.factor == 1)) {
            isTold |= isResumed && !seen.isEmpty();
            seen.clear();
            return false;
        }
        Set<String> markets = new HashSet<>();
        seen.forEach(one -> markets.add(one.observation.market()));
        boolean isLate =
                seen.get(0).observation.databaseTime().plus(JUDGED_WITHIN).isBefore(now);
        if (markets.size() < MIN_MARKETS && !isLate) {
            return false;
        }
        // cleared first, for what fails once must not fail for ever
        List<Seen> judged = List.copyOf(seen);
        seen.clear();
        boolean holdsMore = false;
        for (double factor : FACTORS) {
            Set<String> same = new HashSet<>();
            judged.stream().filter(one -> one.factor == factor).forEach(one -> same.add(one.observation.market()));
            double share = markets.size() < MANY_MARKETS ? MOST_OF_FEW : MOST_OF_MANY;
            if (markets.size() >= MIN_MARKETS && same.size() >= share * markets.size()) {
                heldFactor = factor;
                isTold = true;
                holdsMore = true;
                known.values().forEach(market -> market.isReleased = false);
                held.addAll(same);
            }
        }
        isTold |= isResumed;
        for (Seen one : judged) {
            if (one.factor != 1 && held.contains(one.observation.market())) {
                withheld++;
            } else if (one.factor != 1) {
                release(one.observation, one.origin, one.figures);
            }
        }
        return holdsMore;
    }

    /** A sentence on the observations that were held since this was asked last; null where there were none. */
    String takeWithheld() {
        if (withheld == 0) {
            return null;
        }
        String detail = withheld + " observations were held: the open interest of " + held() + " of " + markets()
                + " markets leapt by a factor of about " + factor()
                + " while prices stood still, so the venue may count otherwise than the conventions say";
        withheld = 0;
        return detail;
    }

    /** True once anything was held, now or maybe before a restart, and the venue has answered since. */
    boolean isTold() {
        return isTold;
    }

    /** Number of markets that are held. */
    int held() {
        return held.size();
    }

    /** Number of markets that were observed. */
    int markets() {
        return known.size();
    }

    /** The factor of the held markets' open interest; 1 where none is held. */
    double factor() {
        return heldFactor;
    }

    /** Forgets a market that is gone, and what of it is not judged yet. */
    private void forget(String market) {
        known.remove(market);
        seen.removeIf(one -> one.observation.market().equals(market));
        endHold(market);
    }

    /** Holds a market no longer; with the last one the factor ends. */
    private void endHold(String market) {
        held.remove(market);
        if (held.isEmpty()) {
            heldFactor = 1;
        }
    }

    private void release(Observation observation, Origin origin, LastFigures figures) {
        Known market = known.get(observation.market());
        market.last = figures;
        market.isReleased = true;
        released.accept(observation, origin);
    }

    /** The factor of the open interest: its amount or, where that stands, its value. */
    private static double leap(LastFigures before, LastFigures now) {
        double amount = ratio(before.amount(), now.amount());
        double price = ratio(before.price(), now.price());
        return Math.abs(Math.log(amount)) * 1.1 >= Math.abs(Math.log(price)) ? amount : price;
    }

    /** The round factor of a leap; 1 where there is none, or where amount, price and value all moved. */
    private static double factor(LastFigures before, LastFigures now, double leap) {
        boolean oneStands = isSame(ratio(before.price(), now.price()), 1)
                || isSame(ratio(before.value(), now.value()), 1)
                || isSame(ratio(before.amount(), now.amount()), 1);
        for (double factor : FACTORS) {
            if (oneStands && isSame(leap, factor)) {
                return factor;
            }
        }
        return 1;
    }

    private static double ratio(double before, double now) {
        return before == 0 || now == 0 ? 1 : now / before;
    }

    private static boolean isSame(double a, double b) {
        return Math.abs(a / b - 1) <= SAME_WITHIN;
    }
}
