package io.openinterest.functions.market;

import io.openinterest.functions.record.Interval;
import io.openinterest.observation.Observation;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The memory of a market for acceptance.
 *
 * <p>Public fields, as Flink's POJO serializer wants them.
 */
public final class AcceptedMarket {

    private static final BigDecimal MAX_VALUE_USD = new BigDecimal("1e12");
    private static final BigDecimal CHECKED_FROM_USD = new BigDecimal("1e6");
    private static final BigDecimal TENFOLD = BigDecimal.TEN;
    private static final BigDecimal SAME_WITHIN_RATIO = new BigDecimal("1.1");
    private static final int CONVINCING = 3;

    /** Greatest time accepted, epoch milliseconds. */
    public long greatestTime = Long.MIN_VALUE;
    /** Venue of that observation. */
    public String venue;
    /** Amount of the last accepted observation, in the order of arrival; null before the first. */
    public BigDecimal lastAmount;
    /** Its value. */
    public BigDecimal lastValueUsd;
    /** The implausible observations since, the newest two at most. */
    public List<Suspect> suspects = new ArrayList<>(2);
    /** Fingerprints of the observations of minutes the watermark has not passed, accepted or not: two numbers each. */
    public long[] recent = {};

    /** An observation that cannot be believed; one of the same times is the same again. */
    public record Suspect(Instant time, Instant databaseTime, BigDecimal amount) {

        private boolean isSame(Suspect other) {
            return time.equals(other.time) && Objects.equals(databaseTime, other.databaseTime);
        }
    }

    /** True once its age at a boundary exceeds what anything remembers; then the next observation is the first again. */
    boolean isForgotten(long reached, SnapshotSettings settings) {
        return greatestTime != Long.MIN_VALUE && reached - greatestTime > settings.forgottenAfterMillis(venue);
    }

    /** Whether the same observation has come before, its minute still being open; remembers it if not. */
    boolean isRepetition(Observation observation, long watermark) {
        forgetPassed(watermark);
        if (Interval.boundaryAfter(observation.time().toEpochMilli()) <= watermark) {
            return false;
        }
        Fingerprint print = Fingerprint.of(observation);
        for (int i = 0; i < recent.length; i += 2) {
            if (recent[i] == print.boundary() && recent[i + 1] == print.hash()) {
                return true;
            }
        }
        recent = Arrays.copyOf(recent, recent.length + 2);
        recent[recent.length - 2] = print.boundary();
        recent[recent.length - 1] = print.hash();
        return false;
    }

    /** Whether it remembers an observation of a minute the watermark has not passed. */
    boolean knowsRepetitions(long watermark) {
        forgetPassed(watermark);
        return recent.length > 0;
    }

    private void forgetPassed(long watermark) {
        int kept = 0;
        for (int i = 0; i < recent.length; i += 2) {
            if (Fingerprint.boundary(recent[i]) > watermark) {
                recent[kept] = recent[i];
                recent[kept + 1] = recent[i + 1];
                kept += 2;
            }
        }
        if (kept < recent.length) {
            recent = Arrays.copyOf(recent, kept);
        }
    }

    /** The reason why the observation cannot be believed, as a sentence; null if it can. */
    String doubt(Observation observation) {
        String doubt = doubtAlone(observation);
        if (doubt == null) {
            return null;
        }
        Suspect suspect = new Suspect(observation.time(), observation.databaseTime(), observation.amountBase());
        suspects.removeIf(suspect::isSame);
        if (observation.valueUsd().compareTo(MAX_VALUE_USD) <= 0 && isThirdAlike(suspect.amount())) {
            return null;
        }
        suspects.add(suspect);
        if (suspects.size() == CONVINCING) {
            suspects.remove(0);
        }
        return doubt;
    }

    private String doubtAlone(Observation observation) {
        if (observation.valueUsd().compareTo(MAX_VALUE_USD) > 0) {
            return "value_usd is above 10^12 USD";
        }
        if (lastAmount == null
                || observation.valueUsd().compareTo(CHECKED_FROM_USD) <= 0
                || lastValueUsd.compareTo(CHECKED_FROM_USD) <= 0) {
            return null;
        }
        BigDecimal amount = observation.amountBase();
        return amount.compareTo(lastAmount.multiply(TENFOLD)) > 0
                        || amount.multiply(TENFOLD).compareTo(lastAmount) < 0
                ? "amount_base is more than ten times or less than a tenth of the last one"
                : null;
    }

    private boolean isThirdAlike(BigDecimal amount) {
        if (suspects.size() < CONVINCING - 1) {
            return false;
        }
        BigDecimal least = amount;
        BigDecimal greatest = amount;
        for (Suspect suspect : suspects) {
            least = least.min(suspect.amount());
            greatest = greatest.max(suspect.amount());
        }
        return greatest.compareTo(least.multiply(SAME_WITHIN_RATIO)) <= 0;
    }

    /** Remembers an accepted observation. */
    void accept(Observation observation) {
        suspects.clear();
        lastAmount = observation.amountBase();
        lastValueUsd = observation.valueUsd();
        if (observation.time().toEpochMilli() >= greatestTime) {
            greatestTime = observation.time().toEpochMilli();
            venue = observation.venue();
        }
    }
}
