package io.openinterest.functions.market;

import io.openinterest.functions.record.Packing;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Structure;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Objects;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Observations of one market as the difference from another one: what stays the same from minute to minute is kept once.
 * Exact in every field.
 */
final class PackedObservation {

    private static final AssetClass[] CLASSES = AssetClass.values();
    private static final MarketType[] TYPES = MarketType.values();
    private static final Structure[] STRUCTURES = Structure.values();
    private static final Observation NOTHING = new Observation(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, 0, null, null,
            null, null, null, null, null, null, null, null, false, null);
    private static final int PACKED_BYTES = 64;

    private PackedObservation() {}

    /** Writes an observation; {@code reference} null for all of it. */
    static void put(Observation o, Observation reference, DataOutput out) throws IOException {
        Observation r = reference == null ? NOTHING : reference;
        Differences fields = new Differences();
        // What differs from minute to minute comes first: the bits of the fields take fewer bytes.
        fields.put(o.time(), r.time(), millis(r.time()));
        fields.put(o.databaseTime(), r.databaseTime(), millis(o.time()));
        fields.put(o.exchangeTime(), o.time(), millis(o.time()));
        fields.put(o.contractCount(), r.contractCount());
        fields.put(o.amountBase(), o.contractCount());
        fields.put(o.priceUsd(), r.priceUsd());
        fields.put(o.valueUsd(), r.valueUsd());
        fields.put(o.marketValueUsd(), r.marketValueUsd());
        fields.put(o.fundingRate(), r.fundingRate());
        fields.put(o.fundingIntervalHours(), r.fundingIntervalHours());
        fields.put(o.volume24hUsd(), r.volume24hUsd());
        fields.put(o.market(), r.market());
        fields.put(o.exchange(), r.exchange());
        fields.put(o.venue(), r.venue());
        fields.put(o.symbol(), r.symbol());
        fields.put(o.assetClass(), r.assetClass());
        fields.put(o.base(), r.base());
        fields.put(o.quote(), r.quote());
        fields.put(o.margin(), r.margin());
        fields.put(o.type(), r.type());
        fields.put(o.structure(), r.structure());
        fields.put(o.expiration(), r.expiration(), 0);
        fields.put(o.strike(), r.strike());
        fields.put(o.contractSize(), r.contractSize());
        fields.put(o.sides(), r.sides());
        fields.put(o.priceSource(), r.priceSource());
        fields.put(o.origin(), r.origin());
        fields.put(o.delisted() ? 1 : 0, r.delisted() ? 1 : 0);
        fields.writeTo(out);
    }

    /** Reads an observation that was written with the same reference. */
    static Observation get(Observation reference, DataInput in) throws IOException {
        Observation r = reference == null ? NOTHING : reference;
        Reader fields = new Reader(in);
        Instant time = fields.time(r.time(), millis(r.time()));
        Instant databaseTime = fields.time(r.databaseTime(), millis(time));
        Instant exchangeTime = fields.time(time, millis(time));
        BigDecimal contractCount = fields.decimal(r.contractCount());
        BigDecimal amountBase = fields.decimal(contractCount);
        BigDecimal priceUsd = fields.decimal(r.priceUsd());
        BigDecimal valueUsd = fields.decimal(r.valueUsd());
        BigDecimal marketValueUsd = fields.decimal(r.marketValueUsd());
        BigDecimal fundingRate = fields.decimal(r.fundingRate());
        BigDecimal fundingIntervalHours = fields.decimal(r.fundingIntervalHours());
        BigDecimal volume24hUsd = fields.decimal(r.volume24hUsd());
        String market = fields.text(r.market());
        String exchange = fields.text(r.exchange());
        String venue = fields.text(r.venue());
        String symbol = fields.text(r.symbol());
        AssetClass assetClass = fields.choice(CLASSES, r.assetClass());
        String base = fields.text(r.base());
        String quote = fields.text(r.quote());
        String margin = fields.text(r.margin());
        MarketType type = fields.choice(TYPES, r.type());
        Structure structure = fields.choice(STRUCTURES, r.structure());
        Instant expiration = fields.time(r.expiration(), 0);
        BigDecimal strike = fields.decimal(r.strike());
        BigDecimal contractSize = fields.decimal(r.contractSize());
        int sides = fields.number(r.sides());
        String priceSource = fields.text(r.priceSource());
        String origin = fields.text(r.origin());
        boolean delisted = fields.number(r.delisted() ? 1 : 0) == 1;
        return new Observation(
                market,
                time,
                exchange,
                venue,
                symbol,
                assetClass,
                base,
                quote,
                margin,
                type,
                structure,
                expiration,
                strike,
                contractCount,
                contractSize,
                sides,
                amountBase,
                priceUsd,
                priceSource,
                valueUsd,
                marketValueUsd,
                fundingRate,
                fundingIntervalHours,
                volume24hUsd,
                exchangeTime,
                databaseTime,
                delisted,
                origin);
    }

    private static long millis(Instant time) {
        return time == null ? 0 : time.toEpochMilli();
    }

    /** The fields that differ, a bit each in the order they are put, and their values. */
    private static final class Differences {

        private final DataOutputSerializer values = new DataOutputSerializer(PACKED_BYTES);
        private long fields;
        private int next;

        private boolean differ(Object value, Object known) {
            boolean differ = !Objects.equals(value, known);
            fields |= differ ? 1L << next : 0;
            next++;
            return differ;
        }

        void put(String value, String known) throws IOException {
            if (differ(value, known)) {
                Packing.putText(value, values);
            }
        }

        void put(Enum<?> value, Enum<?> known) throws IOException {
            if (differ(value, known)) {
                Packing.putLong(value == null ? -1 : value.ordinal(), values);
            }
        }

        void put(BigDecimal value, BigDecimal known) throws IOException {
            if (differ(value, known)) {
                Packing.putDecimal(value, values);
            }
        }

        void put(int value, int known) throws IOException {
            if (differ(value, known)) {
                Packing.putLong(value, values);
            }
        }

        void put(Instant value, Instant known, long from) throws IOException {
            if (differ(value, known)) {
                Packing.putLong(value == null ? Long.MIN_VALUE : value.toEpochMilli() - from, values);
            }
        }

        void writeTo(DataOutput out) throws IOException {
            Packing.putLong(fields, out);
            out.write(values.getSharedBuffer(), 0, values.length());
        }
    }

    /** Reads the fields in the order they were put. */
    private static final class Reader {

        private final DataInput in;
        private long fields;

        Reader(DataInput in) throws IOException {
            this.in = in;
            this.fields = Packing.getLong(in);
        }

        private boolean differs() {
            boolean differs = (fields & 1) != 0;
            fields >>>= 1;
            return differs;
        }

        String text(String known) throws IOException {
            return differs() ? Packing.getText(in) : known;
        }

        <E> E choice(E[] values, E known) throws IOException {
            if (!differs()) {
                return known;
            }
            int ordinal = Packing.getInt(in);
            return ordinal < 0 ? null : values[ordinal];
        }

        BigDecimal decimal(BigDecimal known) throws IOException {
            return differs() ? Packing.getDecimal(in) : known;
        }

        int number(int known) throws IOException {
            return differs() ? Packing.getInt(in) : known;
        }

        Instant time(Instant known, long from) throws IOException {
            if (!differs()) {
                return known;
            }
            long millis = Packing.getLong(in);
            return millis == Long.MIN_VALUE ? null : Instant.ofEpochMilli(millis + from);
        }
    }
}
