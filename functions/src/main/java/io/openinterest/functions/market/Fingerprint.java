package io.openinterest.functions.market;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Packing;
import io.openinterest.observation.Observation;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * A fingerprint that tells an observation of a market from every other: two are equal where {@link
 * io.openinterest.observation.ObservationOrder} finds no difference, whatever the scale of their decimals.
 *
 * @param head the boundary after its time in minutes, then 32 bits of the hash
 * @param tail 64 bits more of it
 */
record Fingerprint(long head, long tail) {

    /** Takes fingerprints, each in the same memory: one thread has it. */
    static final class Taker {

        private static final int PACKED_BYTES = 512;

        private final DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
        private final MessageDigest hashing = sha256();

        Fingerprint of(Observation o) {
            out.clear();
            try {
                pack(o);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            hashing.update(out.getSharedBuffer(), 0, out.length());
            ByteBuffer hash = ByteBuffer.wrap(hashing.digest());
            long minute = Interval.boundaryAfter(o.time().toEpochMilli()) / Interval.MINUTE_MILLIS;
            return new Fingerprint(minute << Integer.SIZE | Integer.toUnsignedLong(hash.getInt()), hash.getLong());
        }

        private void pack(Observation o) throws IOException {
            for (String text : new String[] {
                o.market(),
                o.exchange(),
                o.venue(),
                o.symbol(),
                o.base(),
                o.quote(),
                o.margin(),
                o.priceSource(),
                o.origin()
            }) {
                Packing.putText(text, out);
            }
            for (BigDecimal figure : new BigDecimal[] {
                o.strike(),
                o.contractCount(),
                o.contractSize(),
                o.amountBase(),
                o.priceUsd(),
                o.valueUsd(),
                o.marketValueUsd(),
                o.fundingRate(),
                o.fundingIntervalHours(),
                o.volume24hUsd()
            }) {
                Packing.putDecimal(figure == null ? null : figure.stripTrailingZeros(), out);
            }
            for (Instant time : new Instant[] {o.time(), o.expiration(), o.exchangeTime(), o.databaseTime()}) {
                put(time, out);
            }
            for (Enum<?> choice : new Enum<?>[] {o.assetClass(), o.type(), o.structure()}) {
                Packing.putLong(choice.ordinal(), out);
            }
            Packing.putLong(o.sides(), out);
            out.writeBoolean(o.delisted());
        }
    }

    /** The boundary after the time of the observation, epoch milliseconds. */
    static long boundary(long head) {
        return (head >> Integer.SIZE) * Interval.MINUTE_MILLIS;
    }

    private static void put(Instant time, DataOutput out) throws IOException {
        Packing.putLong(time == null ? Long.MIN_VALUE : time.toEpochMilli(), out);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
