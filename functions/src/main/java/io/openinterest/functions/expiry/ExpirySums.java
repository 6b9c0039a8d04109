package io.openinterest.functions.expiry;

import io.openinterest.functions.expiry.OptionContribution.Option;
import io.openinterest.functions.expiry.OptionContribution.Value;
import io.openinterest.functions.record.Boundary;
import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.Edition;
import io.openinterest.functions.record.ExpiryRow;
import io.openinterest.functions.record.ExpiryRow.Expiry;
import io.openinterest.functions.record.ExpiryRow.Figures;
import io.openinterest.functions.record.ExpiryRow.Sides;
import io.openinterest.functions.record.ExpiryRow.Strike;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Packing;
import io.openinterest.functions.record.Rounding;
import io.openinterest.observation.MarketType;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The included options of an expiry at one boundary, as sums that contributions can be added to and taken back from in
 * any order.
 */
final class ExpirySums {

    private static final BigDecimal DAY = BigDecimal.valueOf(Duration.ofDays(1).toMillis());

    private static final int PACKED_BYTES = 512;

    private BigDecimal callUsd = Rounding.usd(BigDecimal.ZERO);
    private BigDecimal putUsd = Rounding.usd(BigDecimal.ZERO);
    /** Sum of value times price. */
    private BigDecimal priceWeight = BigDecimal.ZERO;

    private BigDecimal marketValueUsd = Rounding.usd(BigDecimal.ZERO);
    /** Options with a market value. */
    private int marketValues;
    /** Options by time of expiration, epoch milliseconds. */
    private final Map<Long, Integer> expirations = new HashMap<>(2);
    /** Options by strike, which has no trailing zeros. */
    private final Map<BigDecimal, AtStrike> strikes = new HashMap<>();

    /** Options of one strike. */
    private record AtStrike(int count, BigDecimal callBase, BigDecimal putBase) {

        private static final AtStrike NONE =
                new AtStrike(0, Rounding.base(BigDecimal.ZERO), Rounding.base(BigDecimal.ZERO));

        private AtStrike plus(int more, BigDecimal calls, BigDecimal puts) {
            return new AtStrike(count + more, callBase.add(calls), putBase.add(puts));
        }
    }

    void add(OptionContribution contribution) {
        Option option = contribution.option();
        Value figures = contribution.value();
        int count = contribution.count();
        BigDecimal sign = BigDecimal.valueOf(count);
        BigDecimal value = figures.valueUsd().multiply(sign);
        BigDecimal amount = figures.amountBase().multiply(sign);
        boolean call = option.type() == MarketType.CALL;
        callUsd = call ? callUsd.add(value) : callUsd;
        putUsd = call ? putUsd : putUsd.add(value);
        priceWeight = priceWeight.add(value.multiply(figures.priceUsd()));
        if (figures.marketValueUsd() != null) {
            marketValueUsd = marketValueUsd.add(figures.marketValueUsd().multiply(sign));
            marketValues += count;
        }
        expirations.merge(
                option.expiry().expiration().toEpochMilli(),
                count,
                (present, more) -> present + more == 0 ? null : present + more);
        BigDecimal strike = option.strike().stripTrailingZeros();
        AtStrike more = strikes.getOrDefault(strike, AtStrike.NONE)
                .plus(count, call ? amount : BigDecimal.ZERO, call ? BigDecimal.ZERO : amount);
        if (more.count() == 0) {
            strikes.remove(strike);
        } else {
            strikes.put(strike, more);
        }
    }

    /** True where no option is included: there is no record. */
    boolean isEmpty() {
        return strikes.isEmpty();
    }

    /**
     * The record at 1 minute; null where no option is included.
     *
     * @param any a contribution of the expiry at the boundary, by the pass that is to publish
     */
    ExpiryRow row(OptionContribution any, CorrectionWindow corrections) {
        if (isEmpty()) {
            return null;
        }
        List<Strike> ladder = strikes.entrySet().stream()
                .map(entry -> new Strike(
                        entry.getKey(),
                        entry.getValue().callBase(),
                        entry.getValue().putBase()))
                .sorted(Comparator.comparing(Strike::strike))
                .toList();
        BigDecimal calls = ladder.stream().map(Strike::callBase).reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal puts = ladder.stream().map(Strike::putBase).reduce(BigDecimal.ZERO, BigDecimal::add);
        long expiration = Collections.min(expirations.keySet());
        Figures figures = new Figures(
                new Sides(callUsd, putUsd, calls, puts),
                Rounding.ratio(puts, calls),
                marketValues == 0 ? null : marketValueUsd,
                Rounding.price(priceWeight, callUsd.add(putUsd)),
                Rounding.ratio(BigDecimal.valueOf(expiration - any.boundary()), DAY),
                maxPain(ladder),
                ladder);
        Expiry expiry = any.option().expiry();
        return new ExpiryRow(
                new Expiry(expiry.exchange(), expiry.asset(), Instant.ofEpochMilli(expiration)),
                Boundary.of(Interval.ONE_MINUTE, any.boundary()),
                figures,
                Edition.first(corrections.finalAt(any.boundary()), any.pass()));
    }

    /**
     * The strike K that minimises {@code sum of callBase * max(K - k, 0) + putBase * max(k - K, 0)} over all strikes k;
     * the lowest of several. One sweep: with the calls below and the puts above K known, what they cost at K is a
     * product.
     *
     * @param ladder strikes in ascending order, at least one
     */
    static BigDecimal maxPain(List<Strike> ladder) {
        BigDecimal calls = BigDecimal.ZERO;
        BigDecimal callsPaid = BigDecimal.ZERO;
        BigDecimal puts = BigDecimal.ZERO;
        BigDecimal putsPaid = BigDecimal.ZERO;
        for (Strike strike : ladder) {
            puts = puts.add(strike.putBase());
            putsPaid = putsPaid.add(strike.putBase().multiply(strike.strike()));
        }
        BigDecimal least = null;
        BigDecimal best = null;
        for (Strike strike : ladder) {
            BigDecimal at = strike.strike();
            calls = calls.add(strike.callBase());
            callsPaid = callsPaid.add(strike.callBase().multiply(at));
            puts = puts.subtract(strike.putBase());
            putsPaid = putsPaid.subtract(strike.putBase().multiply(at));
            BigDecimal pain = at.multiply(calls).subtract(callsPaid).add(putsPaid.subtract(at.multiply(puts)));
            if (least == null || pain.compareTo(least) < 0) {
                least = pain;
                best = at;
            }
        }
        return best;
    }

    /** The sums in as few bytes as they need. */
    byte[] pack() throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
        Packing.putDecimal(callUsd, out);
        Packing.putDecimal(putUsd, out);
        Packing.putDecimal(priceWeight, out);
        Packing.putDecimal(marketValueUsd, out);
        Packing.putLong(marketValues, out);
        Packing.putLong(expirations.size(), out);
        for (Map.Entry<Long, Integer> expiration : expirations.entrySet()) {
            Packing.putLong(expiration.getKey(), out);
            Packing.putLong(expiration.getValue(), out);
        }
        Packing.putLong(strikes.size(), out);
        for (Map.Entry<BigDecimal, AtStrike> strike : strikes.entrySet()) {
            Packing.putDecimal(strike.getKey(), out);
            Packing.putLong(strike.getValue().count(), out);
            Packing.putDecimal(strike.getValue().callBase(), out);
            Packing.putDecimal(strike.getValue().putBase(), out);
        }
        return out.getCopyOfBuffer();
    }

    /** Reads sums back. */
    static ExpirySums unpack(byte[] bytes) throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        ExpirySums sums = new ExpirySums();
        sums.callUsd = Packing.getDecimal(in);
        sums.putUsd = Packing.getDecimal(in);
        sums.priceWeight = Packing.getDecimal(in);
        sums.marketValueUsd = Packing.getDecimal(in);
        sums.marketValues = Packing.getInt(in);
        for (int left = Packing.getInt(in); left > 0; left--) {
            sums.expirations.put(Packing.getLong(in), Packing.getInt(in));
        }
        for (int left = Packing.getInt(in); left > 0; left--) {
            sums.strikes.put(
                    Packing.getDecimal(in),
                    new AtStrike(Packing.getInt(in), Packing.getDecimal(in), Packing.getDecimal(in)));
        }
        return sums;
    }
}
