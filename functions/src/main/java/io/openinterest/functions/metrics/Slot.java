package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.Packing;
import io.openinterest.functions.record.Rounding;
import io.openinterest.functions.record.TotalRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * A boundary whose records may still be corrected, or the next record of an interval whose record may be. Its 1m, 5m and
 * 15m records say the same but for their ledgers, of which that of the minute counts.
 */
final class Slot {

    private static final Interval[] INTERVALS = Interval.values();

    final long time;
    private Figures figures = Figures.NONE;
    private int records;
    /** By interval; null where the record has no return, nor any before it. */
    private final BigDecimal[] variances = new BigDecimal[INTERVALS.length];

    Slot(long time) {
        this.time = time;
    }

    /**
     * Figures that metrics are made of at a boundary.
     *
     * @param coinMargin value margined in the base coin
     */
    record Figures(
            BigDecimal valueUsd,
            BigDecimal coverage,
            BigDecimal priceUsd,
            Flow flow,
            TotalRow.ByType byType,
            BigDecimal coinMargin,
            TotalRow.Unpublished more) {

        private static final Figures NONE = new Figures(
                null,
                null,
                null,
                Flow.NONE,
                new TotalRow.ByType(null, null, null, null),
                null,
                new TotalRow.Unpublished(null, null, null, null, null, null, null));
    }

    /**
     * The ledger of the minute.
     *
     * @param begins true for the first record of an entity: there is nothing it changed from
     * @param quantityUsd its quantity part; 0 where the entity begins
     * @param priceEffectUsd its price part
     * @param outagesUsd its coverage and restatement parts
     */
    record Flow(boolean begins, BigDecimal quantityUsd, BigDecimal priceEffectUsd, BigDecimal outagesUsd) {

        private static final Flow NONE = of(Ledger.ZERO, false);

        private static Flow of(Ledger ledger, boolean begins) {
            return new Flow(
                    begins,
                    Rounding.usd(ledger.quantityUsd()),
                    Rounding.usd(ledger.priceUsd()),
                    Rounding.usd(ledger.coverageUsd().add(ledger.restatementUsd())));
        }
    }

    Figures figures() {
        return figures;
    }

    boolean has(Interval interval) {
        return (records & Point.bit(interval)) != 0;
    }

    /** Exponentially weighted variance of the returns, as the record of an interval has it; null where there is none. */
    BigDecimal variance(Interval interval) {
        return variances[interval.ordinal()];
    }

    /** Keeps the variance that the next record of an interval goes on from. */
    void keep(Interval interval, BigDecimal variance) {
        variances[interval.ordinal()] = variance;
    }

    boolean isEmpty() {
        return records == 0;
    }

    /** Takes in a total, or that it was withdrawn. */
    void put(TotalRow row) {
        if (row.edition().withdrawn() != null) {
            records &= ~Point.bit(row.interval());
            return;
        }
        records |= Point.bit(row.interval());
        TotalRow.Figures total = row.figures();
        boolean begins = total.change() == null;
        figures = new Figures(
                Rounding.usd(total.valueUsd()),
                total.basis().coverage(),
                total.priceUsd(),
                row.interval() == Interval.ONE_MINUTE
                        ? Flow.of(begins ? Ledger.ZERO : total.change(), begins)
                        : figures.flow(),
                total.split().byType(),
                total.split().byMargin().coin(),
                total.unpublished());
    }

    byte[] pack() throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(128);
        Packing.putLong(records, out);
        Flow flow = figures.flow();
        TotalRow.ByType types = figures.byType();
        TotalRow.Unpublished more = figures.more();
        for (BigDecimal figure : Arrays.asList(
                figures.valueUsd(),
                figures.coverage(),
                figures.priceUsd(),
                flow.quantityUsd(),
                flow.priceEffectUsd(),
                flow.outagesUsd(),
                types.perpetual(),
                types.future(),
                types.call(),
                types.put(),
                figures.coinMargin(),
                more.hhi(),
                more.effectiveCount(),
                more.leaderShare(),
                more.fundingRate8h(),
                more.volumeRatio())) {
            Packing.putDecimal(figure, out);
        }
        out.writeBoolean(flow.begins());
        Packing.putText(more.leader(), out);
        for (Interval interval : INTERVALS) {
            if (has(interval)) {
                Packing.putDecimal(variance(interval), out);
            }
        }
        return out.getCopyOfBuffer();
    }

    static Slot unpack(long time, byte[] packed) throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(packed);
        Slot slot = new Slot(time);
        slot.records = Packing.getInt(in);
        BigDecimal value = Packing.getDecimal(in);
        BigDecimal coverage = Packing.getDecimal(in);
        BigDecimal price = Packing.getDecimal(in);
        BigDecimal quantity = Packing.getDecimal(in);
        BigDecimal priceEffect = Packing.getDecimal(in);
        BigDecimal outages = Packing.getDecimal(in);
        TotalRow.ByType types = new TotalRow.ByType(
                Packing.getDecimal(in), Packing.getDecimal(in), Packing.getDecimal(in), Packing.getDecimal(in));
        BigDecimal coinMargin = Packing.getDecimal(in);
        BigDecimal hhi = Packing.getDecimal(in);
        BigDecimal effectiveCount = Packing.getDecimal(in);
        BigDecimal leaderShare = Packing.getDecimal(in);
        BigDecimal funding = Packing.getDecimal(in);
        BigDecimal volume = Packing.getDecimal(in);
        boolean begins = in.readBoolean();
        slot.figures = new Figures(
                value,
                coverage,
                price,
                new Flow(begins, quantity, priceEffect, outages),
                types,
                coinMargin,
                new TotalRow.Unpublished(hhi, effectiveCount, Packing.getText(in), leaderShare, funding, volume, null));
        for (Interval interval : INTERVALS) {
            if (slot.has(interval)) {
                slot.keep(interval, Packing.getDecimal(in));
            }
        }
        return slot;
    }
}
