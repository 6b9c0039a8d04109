package io.openinterest.functions.total;

import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.Packing;
import io.openinterest.observation.MarketType;
import io.openinterest.wire.Packable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Sums over markets at one boundary. Every figure is a sum of figures rounded at the market, so the result depends
 * neither on the order of addition nor on how markets are spread over subtasks, and what was added can be taken out
 * again: a correction is sent as the difference.
 *
 * <p>An accumulator; whoever is given one may add to it.
 */
public final class Sums implements Packable {

    /** Sums of nothing, not to be added to. */
    static final Sums NONE = new Sums();

    private static final MarketType[] TYPES = MarketType.values();
    private static final MarginClass[] MARGINS = MarginClass.values();
    private static final int PACKED_BYTES = 256;

    /** Value by type and margin; a combination without markets has no part. */
    public List<Part> parts = new ArrayList<>(2);
    /** One-sided amount of the base coin. */
    public BigDecimal amountBase = BigDecimal.ZERO;
    /** Last known value of the stale markets. */
    public BigDecimal staleUsd = BigDecimal.ZERO;
    /** Value times price, over all included markets. */
    public BigDecimal priceWeight = BigDecimal.ZERO;
    /** Value times price, over the included perpetuals. */
    public BigDecimal perpetualPriceWeight = BigDecimal.ZERO;
    /** Value times funding rate per 8 hours, over the included perpetuals that carry one. */
    public BigDecimal fundingWeight = BigDecimal.ZERO;
    /** Value of those perpetuals. */
    public BigDecimal fundingUsd = BigDecimal.ZERO;
    /** Traded value of 24 hours, over the included markets that carry one. */
    public BigDecimal volumeUsd = BigDecimal.ZERO;
    /** Value of those markets. */
    public BigDecimal volumeOpenUsd = BigDecimal.ZERO;

    public int included;
    public int carried;
    public int stale;
    public int gone;
    public int changed;
    /** The ledger of the minute that ends at the boundary. */
    public Ledger change = Ledger.ZERO;
    /** Ages of the included markets or, once they were sent on, the greatest of each group or child. */
    public Ages ages = new Ages();
    /** Sums by child: the exchanges of an asset, a pair and the whole; the assets of an exchange. */
    public Map<String, Child> children = new HashMap<>(2);

    /**
     * Value of one type and margin.
     *
     * @param valueUsd one-sided
     * @param reportedUsd with the venue's own sides
     * @param reportedMarketValueUsd premium with the venue's own sides, of the markets that publish one
     * @param marketValues how many markets publish one
     */
    public record Part(
            MarketType type,
            MarginClass margin,
            int markets,
            BigDecimal valueUsd,
            BigDecimal reportedUsd,
            BigDecimal reportedMarketValueUsd,
            int marketValues) {

        Part plus(Part other) {
            return new Part(
                    type,
                    margin,
                    markets + other.markets,
                    valueUsd.add(other.valueUsd),
                    reportedUsd.add(other.reportedUsd),
                    reportedMarketValueUsd.add(other.reportedMarketValueUsd),
                    marketValues + other.marketValues);
        }

        Part negate() {
            return new Part(
                    type,
                    margin,
                    -markets,
                    valueUsd.negate(),
                    reportedUsd.negate(),
                    reportedMarketValueUsd.negate(),
                    -marketValues);
        }

        private void pack(DataOutput out) throws IOException {
            out.writeByte(type.ordinal());
            out.writeByte(margin.ordinal());
            Packing.putLong(markets, out);
            Packing.putDecimal(valueUsd, out);
            Packing.putDecimal(reportedUsd, out);
            Packing.putDecimal(reportedMarketValueUsd, out);
            Packing.putLong(marketValues, out);
        }

        private static Part unpack(DataInput in) throws IOException {
            return new Part(
                    TYPES[in.readByte()],
                    MARGINS[in.readByte()],
                    Packing.getInt(in),
                    Packing.getDecimal(in),
                    Packing.getDecimal(in),
                    Packing.getDecimal(in),
                    Packing.getInt(in));
        }

        private boolean isNothing() {
            return markets == 0
                    && marketValues == 0
                    && valueUsd.signum() == 0
                    && reportedUsd.signum() == 0
                    && reportedMarketValueUsd.signum() == 0;
        }
    }

    /**
     * A child's part in its parent's concentration and in the evidence of alerts.
     *
     * @param valueUsd its value
     * @param quantityUsd the quantity part of its ledger
     * @param included its included markets
     */
    public record Child(BigDecimal valueUsd, BigDecimal quantityUsd, int included) {

        private void pack(DataOutput out) throws IOException {
            Packing.putDecimal(valueUsd, out);
            Packing.putDecimal(quantityUsd, out);
            Packing.putLong(included, out);
        }

        private static Child unpack(DataInput in) throws IOException {
            return new Child(Packing.getDecimal(in), Packing.getDecimal(in), Packing.getInt(in));
        }

        private boolean isNothing() {
            return included == 0 && valueUsd.signum() == 0 && quantityUsd.signum() == 0;
        }
    }

    /** Adds other sums. */
    public void add(Sums other) {
        add(other, 1);
    }

    /** Takes other sums out again. */
    public void subtract(Sums other) {
        add(other, -1);
    }

    private void add(Sums other, int sign) {
        for (Part part : other.parts) {
            addPart(sign > 0 ? part : part.negate());
        }
        amountBase = plus(amountBase, other.amountBase, sign);
        staleUsd = plus(staleUsd, other.staleUsd, sign);
        priceWeight = plus(priceWeight, other.priceWeight, sign);
        perpetualPriceWeight = plus(perpetualPriceWeight, other.perpetualPriceWeight, sign);
        fundingWeight = plus(fundingWeight, other.fundingWeight, sign);
        fundingUsd = plus(fundingUsd, other.fundingUsd, sign);
        volumeUsd = plus(volumeUsd, other.volumeUsd, sign);
        volumeOpenUsd = plus(volumeOpenUsd, other.volumeOpenUsd, sign);
        included += sign * other.included;
        carried += sign * other.carried;
        stale += sign * other.stale;
        gone += sign * other.gone;
        changed += sign * other.changed;
        addChange(other.change, sign);
        ages.add(other.ages, sign);
        other.children.forEach((name, child) -> addChild(name, child, sign));
    }

    /** Adds a ledger; takes it out again with a sign of -1. */
    public void addChange(Ledger other, int sign) {
        change = change.plus(sign > 0 ? other : other.negate());
    }

    /** Adds to the part of the same type and margin; a part that takes out has its figures below 0. */
    public void addPart(Part part) {
        for (int i = 0; i < parts.size(); i++) {
            Part present = parts.get(i);
            if (present.type == part.type && present.margin == part.margin) {
                Part sum = present.plus(part);
                if (sum.isNothing()) {
                    parts.remove(i);
                } else {
                    parts.set(i, sum);
                }
                return;
            }
        }
        parts.add(part);
    }

    private void addChild(String name, Child child, int sign) {
        children.merge(
                name,
                new Child(
                        plus(BigDecimal.ZERO, child.valueUsd, sign),
                        plus(BigDecimal.ZERO, child.quantityUsd, sign),
                        sign * child.included),
                (present, added) -> {
                    Child sum = new Child(
                            present.valueUsd.add(added.valueUsd),
                            present.quantityUsd.add(added.quantityUsd),
                            present.included + added.included);
                    return sum.isNothing() ? null : sum;
                });
    }

    /** These sums with themselves as the one child of that name. */
    Sums asChild(String name) {
        Sums copy = new Sums();
        copy.add(this);
        copy.children = new HashMap<>(2);
        Child self = new Child(valueUsd(), change.quantityUsd(), included);
        if (!self.isNothing()) {
            copy.children.put(name, self);
        }
        return copy;
    }

    /** These sums as the parent of an entity takes them: one child, one age, and nothing of the children below. */
    Sums asOneChild(String name) {
        Sums copy = asChild(name);
        copy.ages = ages.greatestOnly();
        return copy;
    }

    /** These sums and others. */
    Sums plus(Sums more) {
        Sums sum = new Sums();
        sum.add(this);
        sum.add(more);
        return sum;
    }

    /** Value of the included markets. */
    BigDecimal valueUsd() {
        BigDecimal sum = BigDecimal.ZERO;
        for (Part part : parts) {
            sum = sum.add(part.valueUsd);
        }
        return sum;
    }

    /** Value of the included markets of a type. */
    BigDecimal valueUsd(MarketType type) {
        BigDecimal sum = BigDecimal.ZERO;
        for (Part part : parts) {
            if (part.type == type) {
                sum = sum.add(part.valueUsd);
            }
        }
        return sum;
    }

    /** True while a market is included or stale: the entity lives. */
    boolean isPresent() {
        return included > 0 || stale > 0;
    }

    /** Whether adding these sums would change nothing. */
    public boolean isNothing() {
        return parts.isEmpty()
                && amountBase.signum() == 0
                && staleUsd.signum() == 0
                && priceWeight.signum() == 0
                && perpetualPriceWeight.signum() == 0
                && fundingWeight.signum() == 0
                && fundingUsd.signum() == 0
                && volumeUsd.signum() == 0
                && volumeOpenUsd.signum() == 0
                && included == 0
                && carried == 0
                && stale == 0
                && gone == 0
                && changed == 0
                && change.hasNoParts()
                && ages.isEmpty()
                && children.isEmpty();
    }

    /** Most figures of most sums are 0, and not worth an addition; a 0 of more decimals would change the scale. */
    @SuppressWarnings("ReferenceEquality") // the 0 that sums begin with
    private static BigDecimal plus(BigDecimal a, BigDecimal b, int sign) {
        if (b.signum() == 0 && b.scale() <= a.scale()) {
            return a;
        }
        if (a == BigDecimal.ZERO && b.scale() >= 0) {
            return sign > 0 ? b : b.negate();
        }
        return sign > 0 ? a.add(b) : a.subtract(b);
    }

    /** Writes the sums in as few bytes as they need. */
    @Override
    public void pack(DataOutput out) throws IOException {
        Packing.putLong(parts.size(), out);
        for (Part part : parts) {
            part.pack(out);
        }
        Packing.putDecimal(amountBase, out);
        Packing.putDecimal(staleUsd, out);
        Packing.putDecimal(priceWeight, out);
        Packing.putDecimal(perpetualPriceWeight, out);
        Packing.putDecimal(fundingWeight, out);
        Packing.putDecimal(fundingUsd, out);
        Packing.putDecimal(volumeUsd, out);
        Packing.putDecimal(volumeOpenUsd, out);
        Packing.putLong(included, out);
        Packing.putLong(carried, out);
        Packing.putLong(stale, out);
        Packing.putLong(gone, out);
        Packing.putLong(changed, out);
        Packing.putLedger(change, out);
        ages.pack(out);
        Packing.putLong(children.size(), out);
        for (Map.Entry<String, Child> child : children.entrySet()) {
            Packing.putText(child.getKey(), out);
            child.getValue().pack(out);
        }
    }

    /** Reads sums back. */
    public static Sums unpack(DataInput in) throws IOException {
        Sums sums = new Sums();
        for (int parts = Packing.getInt(in); parts > 0; parts--) {
            sums.parts.add(Part.unpack(in));
        }
        sums.amountBase = Packing.getDecimal(in);
        sums.staleUsd = Packing.getDecimal(in);
        sums.priceWeight = Packing.getDecimal(in);
        sums.perpetualPriceWeight = Packing.getDecimal(in);
        sums.fundingWeight = Packing.getDecimal(in);
        sums.fundingUsd = Packing.getDecimal(in);
        sums.volumeUsd = Packing.getDecimal(in);
        sums.volumeOpenUsd = Packing.getDecimal(in);
        sums.included = Packing.getInt(in);
        sums.carried = Packing.getInt(in);
        sums.stale = Packing.getInt(in);
        sums.gone = Packing.getInt(in);
        sums.changed = Packing.getInt(in);
        sums.change = Packing.getLedger(in);
        sums.ages = Ages.unpack(in);
        for (int children = Packing.getInt(in); children > 0; children--) {
            sums.children.put(Packing.getText(in), Child.unpack(in));
        }
        return sums;
    }

    /** The sums as bytes. */
    byte[] packed() throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
        pack(out);
        return out.getCopyOfBuffer();
    }
}
