package io.openinterest.functions.market;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Packing;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationOrder;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** The memory of a market for acceptance. */
final class AcceptedMarket {

    private static final int PACKED_BYTES = 64;

    private static final BigDecimal CHECKED_FROM_USD = new BigDecimal("1e6");
    private static final BigDecimal TENFOLD = BigDecimal.TEN;
    private static final BigDecimal SAME_WITHIN_RATIO = new BigDecimal("1.1");
    private static final int CONVINCING = 3;

    /** Greatest time accepted, epoch milliseconds. */
    private long greatestTime = Long.MIN_VALUE;
    /** Venue of that observation. */
    private String venue;
    /** Amount of the last accepted observation, in the order of arrival; null before the first. */
    private BigDecimal lastAmount;
    /** Its value. */
    private BigDecimal lastValueUsd;
    /** The implausible observations since, the newest two at most. */
    private final List<Observation> suspects = new ArrayList<>(2);
    /** Fingerprints of the observations of minutes the watermark has not passed, accepted or not: two numbers each. */
    private long[] recent = {};

    /** A new memory that still knows repetitions: the next observation is the first again. */
    AcceptedMarket anew() {
        AcceptedMarket market = new AcceptedMarket();
        market.recent = recent;
        return market;
    }

    /** Whether nothing was accepted yet. */
    boolean isNew() {
        return lastAmount == null;
    }

    /** True once its age at a boundary exceeds what anything remembers; then the next observation is the first again. */
    boolean isForgotten(long reached, SnapshotSettings settings) {
        return greatestTime != Long.MIN_VALUE && reached - greatestTime > settings.forgottenAfterMillis(venue);
    }

    /** Whether the same observation has come before, its minute still being open; remembers it if not. */
    boolean isRepetition(Observation observation, long watermark, Fingerprint.Taker fingerprints) {
        forgetPassed(watermark);
        if (Interval.boundaryAfter(observation.time().toEpochMilli()) <= watermark) {
            return false;
        }
        Fingerprint print = fingerprints.of(observation);
        for (int i = 0; i < recent.length; i += 2) {
            if (recent[i] == print.head() && recent[i + 1] == print.tail()) {
                return true;
            }
        }
        recent = Arrays.copyOf(recent, recent.length + 2);
        recent[recent.length - 2] = print.head();
        recent[recent.length - 1] = print.tail();
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

    /** The reason why the observation cannot be believed, as a sentence, and remembers it then; null if it can. */
    String doubt(Observation observation) {
        String doubt = doubtAlone(observation);
        if (doubt == null) {
            return null;
        }
        for (int i = 0; i < suspects.size(); i++) {
            Observation suspect = suspects.get(i);
            if (isSame(suspect, observation)) {
                // they count as one, and the greater is it
                suspects.set(i, ObservationOrder.compare(suspect, observation) < 0 ? observation : suspect);
                return doubt;
            }
        }
        if (!observation.exceedsAnyMarket() && isThirdAlike(observation.amountBase())) {
            return null;
        }
        suspects.add(observation);
        if (suspects.size() == CONVINCING) {
            suspects.remove(0);
        }
        return doubt;
    }

    private static boolean isSame(Observation a, Observation b) {
        return a.time().equals(b.time()) && Objects.equals(a.databaseTime(), b.databaseTime());
    }

    private String doubtAlone(Observation observation) {
        if (observation.exceedsAnyMarket()) {
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
        for (Observation suspect : suspects) {
            least = least.min(suspect.amountBase());
            greatest = greatest.max(suspect.amountBase());
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

    /** The memory in as few bytes as it needs. */
    byte[] pack() throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
        Packing.putLong(greatestTime, out);
        Packing.putText(venue, out);
        Packing.putDecimal(lastAmount, out);
        Packing.putDecimal(lastValueUsd, out);
        Packing.putLong(suspects.size(), out);
        for (Observation suspect : suspects) {
            PackedObservation.put(suspect, null, out);
        }
        for (long print : recent) {
            out.writeLong(print);
        }
        return out.getCopyOfBuffer();
    }

    /** Reads a memory back. */
    static AcceptedMarket unpack(byte[] bytes) throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        AcceptedMarket market = new AcceptedMarket();
        market.greatestTime = Packing.getLong(in);
        market.venue = Packing.getText(in);
        market.lastAmount = Packing.getDecimal(in);
        market.lastValueUsd = Packing.getDecimal(in);
        for (int left = Packing.getInt(in); left > 0; left--) {
            market.suspects.add(PackedObservation.get(null, in));
        }
        market.recent = new long[in.available() / Long.BYTES];
        for (int i = 0; i < market.recent.length; i++) {
            market.recent[i] = in.readLong();
        }
        return market;
    }
}
