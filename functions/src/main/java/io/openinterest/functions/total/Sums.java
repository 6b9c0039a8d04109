package io.openinterest.functions.total;

import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.Millionths;
import io.openinterest.functions.record.Packing;
import io.openinterest.observation.MarketType;
import io.openinterest.wire.Packable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Sums over markets at one boundary. Every figure is a sum of figures rounded at the market, so the result depends
 * neither on the order of addition nor on how markets are spread over subtasks, and what was added can be taken out
 * again: a correction is sent as the difference.
 *
 * <p>An accumulator; whoever is given one may add to it. Every market has its own at every boundary, so the figures stand
 * in one row.
 */
public final class Sums implements Packable {

    /** Sums of nothing, not to be added to. */
    static final Sums NONE = new Sums();

    private static final int PACKED_BYTES = 256;

    // The places of the figures, in USD. The ledger has six; three of each kind of markets stand behind all others.
    private static final int STALE = 0;
    private static final int FUNDING = 1;
    private static final int VOLUME = 2;
    private static final int VOLUME_OPEN = 3;
    private static final int QUANTITY = 4;
    private static final int PRICE = 5;
    private static final int ENTRIES = 6;
    private static final int EXITS = 7;
    private static final int COVERAGE = 8;
    private static final int RESTATEMENT = 9;
    private static final int OF_KINDS = 10;
    private static final int VALUE = 0;
    private static final int REPORTED = 1;
    private static final int PREMIUM = 2;
    private static final int FIGURES_OF_KIND = 3;

    private final Millionths usd = new Millionths(OF_KINDS + FIGURES_OF_KIND);
    /** The kinds of the included markets, those that were first added first. */
    private byte[] kinds = new byte[1];

    /** How many markets of each kind publish a premium. */
    private int[] premiums = new int[1];

    private int size;

    /** One-sided amount of the base coin. */
    public BigDecimal amountBase = BigDecimal.ZERO;
    /** Value times price, over all included markets. */
    public BigDecimal priceWeight = BigDecimal.ZERO;
    /** Value times price, over the included perpetuals. */
    public BigDecimal perpetualPriceWeight = BigDecimal.ZERO;
    /** Value times funding rate per 8 hours, over the included perpetuals that carry one. */
    public BigDecimal fundingWeight = BigDecimal.ZERO;

    public int included;
    public int carried;
    public int stale;
    public int gone;
    public int changed;
    /** Ages of the included markets or, once they were sent on, the greatest of each group or child. */
    public Ages ages = new Ages();
    /** Sums by child: the exchanges of an asset, a pair and the whole; the assets of an exchange. */
    public Map<String, Child> children = new HashMap<>(2);

    /**
     * A child's part in its parent's concentration and in the evidence of alerts.
     *
     * @param valueUsd its value
     * @param quantityUsd the quantity part of its ledger
     * @param included its included markets
     */
    public record Child(BigDecimal valueUsd, BigDecimal quantityUsd, int included) {

        private void pack(DataOutput out) throws IOException {
            Packing.putUsd(valueUsd, out);
            Packing.putUsd(quantityUsd, out);
            Packing.putLong(included, out);
        }

        private static Child unpack(DataInput in) throws IOException {
            return new Child(Packing.getUsd(in), Packing.getUsd(in), Packing.getInt(in));
        }

        private Child plus(Child other) {
            return new Child(
                    valueUsd.add(other.valueUsd), quantityUsd.add(other.quantityUsd), included + other.included);
        }

        private Child negate() {
            return new Child(valueUsd.negate(), quantityUsd.negate(), -included);
        }

        private boolean isNothing() {
            return included == 0 && valueUsd.signum() == 0 && quantityUsd.signum() == 0;
        }
    }

    /** Adds other sums. */
    public void add(Sums other) {
        addFigures(other, 1);
        other.children.forEach((name, child) -> addChild(name, child, 1));
    }

    /** Takes other sums out again. */
    void subtract(Sums other) {
        addFigures(other, -1);
        other.children.forEach((name, child) -> addChild(name, child, -1));
    }

    /** Adds the sums of a child, in the place of those of its own children. */
    void addAsChild(String name, Sums child) {
        addFigures(child, 1);
        addChild(name, new Child(child.valueUsd(), child.quantityUsd(), child.included), 1);
    }

    private void addFigures(Sums other, int sign) {
        for (int at = 0; at < OF_KINDS; at++) {
            usd.add(at, other.usd, at, sign);
        }
        for (int i = 0; i < other.size; i++) {
            int mine = placeOf(other.kinds[i]);
            premiums[mine] += sign * other.premiums[i];
            for (int figure = 0; figure < FIGURES_OF_KIND; figure++) {
                usd.add(at(mine, figure), other.usd, at(i, figure), sign);
            }
        }
        amountBase = plus(amountBase, other.amountBase, sign);
        priceWeight = plus(priceWeight, other.priceWeight, sign);
        perpetualPriceWeight = plus(perpetualPriceWeight, other.perpetualPriceWeight, sign);
        fundingWeight = plus(fundingWeight, other.fundingWeight, sign);
        included += sign * other.included;
        carried += sign * other.carried;
        stale += sign * other.stale;
        gone += sign * other.gone;
        changed += sign * other.changed;
        ages.add(other.ages, sign);
    }

    /**
     * Adds an included market; takes it out again with a sign of -1.
     *
     * @param valueUsd one-sided
     * @param reportedUsd with the venue's own sides
     * @param premiumUsd an option's market value with the venue's own sides; null where none is published
     */
    public void addMarket(
            MarketType type,
            MarginClass margin,
            BigDecimal valueUsd,
            BigDecimal reportedUsd,
            BigDecimal premiumUsd,
            int sign) {
        included += sign;
        int place = placeOf(Kinds.kind(type, margin));
        usd.add(at(place, VALUE), valueUsd, sign);
        usd.add(at(place, REPORTED), reportedUsd, sign);
        if (premiumUsd != null) {
            usd.add(at(place, PREMIUM), premiumUsd, sign);
            premiums[place] += sign;
        }
    }

    /** Adds a stale market with its last known value; takes it out again with a sign of -1. */
    public void addStale(BigDecimal valueUsd, int sign) {
        stale += sign;
        usd.add(STALE, valueUsd, sign);
    }

    /**
     * Adds the funding of an included perpetual that carries a rate; takes it out again with a sign of -1.
     *
     * @param weight its value times its funding rate per 8 hours
     */
    public void addFunding(BigDecimal valueUsd, BigDecimal weight, int sign) {
        usd.add(FUNDING, valueUsd, sign);
        fundingWeight = plus(fundingWeight, weight, sign);
    }

    /** Adds the traded value of 24 hours of an included market that carries one; takes it out again with a sign of -1. */
    public void addVolume(BigDecimal valueUsd, BigDecimal volumeUsd, int sign) {
        usd.add(VOLUME, volumeUsd, sign);
        usd.add(VOLUME_OPEN, valueUsd, sign);
    }

    /** Adds to the ledger of the minute that ends at the boundary; takes it out again with a sign of -1. */
    public void addChange(Ledger change, int sign) {
        usd.add(QUANTITY, change.quantityUsd(), sign);
        usd.add(PRICE, change.priceUsd(), sign);
        usd.add(ENTRIES, change.entriesUsd(), sign);
        usd.add(EXITS, change.exitsUsd(), sign);
        usd.add(COVERAGE, change.coverageUsd(), sign);
        usd.add(RESTATEMENT, change.restatementUsd(), sign);
    }

    private static int at(int place, int figure) {
        return OF_KINDS + place * FIGURES_OF_KIND + figure;
    }

    private int placeOf(int kind) {
        for (int i = 0; i < size; i++) {
            if (kinds[i] == kind) {
                return i;
            }
        }
        if (size == kinds.length) {
            kinds = Arrays.copyOf(kinds, 2 * size);
            premiums = Arrays.copyOf(premiums, 2 * size);
            usd.grow(at(2 * size, 0));
        }
        kinds[size] = (byte) kind;
        return size++;
    }

    private void addChild(String name, Child child, int sign) {
        if (child.isNothing()) {
            return;
        }
        children.merge(name, sign > 0 ? child : child.negate(), (present, added) -> {
            Child sum = present.plus(added);
            return sum.isNothing() ? null : sum;
        });
    }

    /** These sums as the parent of an entity takes them: one child, one age, and nothing of the children below. */
    Sums asOneChild(String name) {
        Sums parent = new Sums();
        parent.addAsChild(name, this);
        parent.ages = ages.greatestOnly();
        return parent;
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
        return valueUsd(Kinds.ALL);
    }

    /** Value of the included markets of some kinds. */
    BigDecimal valueUsd(Kinds which) {
        return sum(which, VALUE);
    }

    /** The same with the venues' own sides. */
    BigDecimal reportedUsd(Kinds which) {
        return sum(which, REPORTED);
    }

    /** Premium of the included markets of some kinds, with the venues' own sides; null where none publishes one. */
    BigDecimal premiumUsd(Kinds which) {
        for (int i = 0; i < size; i++) {
            if (which.contain(kinds[i]) && premiums[i] > 0) {
                return sum(which, PREMIUM);
            }
        }
        return null;
    }

    private BigDecimal sum(Kinds which, int figure) {
        Millionths sum = new Millionths(1);
        for (int i = 0; i < size; i++) {
            if (which.contain(kinds[i])) {
                sum.add(0, usd, at(i, figure), 1);
            }
        }
        return sum.get(0);
    }

    /** Last known value of the stale markets. */
    public BigDecimal staleUsd() {
        return usd.get(STALE);
    }

    /** Value of the included perpetuals that carry a funding rate. */
    BigDecimal fundingUsd() {
        return usd.get(FUNDING);
    }

    /** Traded value of 24 hours, over the included markets that carry one. */
    BigDecimal volumeUsd() {
        return usd.get(VOLUME);
    }

    /** Value of those markets. */
    BigDecimal volumeOpenUsd() {
        return usd.get(VOLUME_OPEN);
    }

    /** The ledger of the minute that ends at the boundary. */
    public Ledger change() {
        return Ledger.of(part(QUANTITY), part(PRICE), part(ENTRIES), part(EXITS), part(COVERAGE), part(RESTATEMENT));
    }

    private BigDecimal quantityUsd() {
        return part(QUANTITY);
    }

    /** Most parts of most ledgers are nothing at all, which {@link Ledger} knows by this 0. */
    private BigDecimal part(int at) {
        return usd.isZero(at) ? BigDecimal.ZERO : usd.get(at);
    }

    /** True while a market is included or stale: the entity lives. */
    boolean isPresent() {
        return included > 0 || stale > 0;
    }

    /** Whether adding these sums would change nothing. */
    public boolean isNothing() {
        for (int at = 0; at < at(size, 0); at++) {
            if (!usd.isZero(at)) {
                return false;
            }
        }
        for (int i = 0; i < size; i++) {
            if (premiums[i] != 0) {
                return false;
            }
        }
        return amountBase.signum() == 0
                && priceWeight.signum() == 0
                && perpetualPriceWeight.signum() == 0
                && fundingWeight.signum() == 0
                && included == 0
                && carried == 0
                && stale == 0
                && gone == 0
                && changed == 0
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
        Packing.putLong(size, out);
        for (int i = 0; i < size; i++) {
            out.writeByte(kinds[i]);
            Packing.putLong(premiums[i], out);
        }
        usd.pack(at(size, 0), out);
        Packing.putDecimal(amountBase, out);
        Packing.putDecimal(priceWeight, out);
        Packing.putDecimal(perpetualPriceWeight, out);
        Packing.putDecimal(fundingWeight, out);
        Packing.putLong(included, out);
        Packing.putLong(carried, out);
        Packing.putLong(stale, out);
        Packing.putLong(gone, out);
        Packing.putLong(changed, out);
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
        for (int left = Packing.getInt(in); left > 0; left--) {
            int place = sums.placeOf(in.readByte());
            sums.premiums[place] = Packing.getInt(in);
        }
        sums.usd.unpack(at(sums.size, 0), in);
        sums.amountBase = Packing.getDecimal(in);
        sums.priceWeight = Packing.getDecimal(in);
        sums.perpetualPriceWeight = Packing.getDecimal(in);
        sums.fundingWeight = Packing.getDecimal(in);
        sums.included = Packing.getInt(in);
        sums.carried = Packing.getInt(in);
        sums.stale = Packing.getInt(in);
        sums.gone = Packing.getInt(in);
        sums.changed = Packing.getInt(in);
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
