package io.openinterest.functions.market;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.Rounding;
import io.openinterest.functions.total.Bar;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;

/**
 * The standing of a market at a boundary, and all that the next boundary needs to know of the past.
 *
 * @param status what the market is at the boundary
 * @param value the observation with the greatest time before the boundary; null while absent
 * @param begun true once included, until forgotten
 * @param known true once included, until gone or forgotten: if it comes back from being stale, coverage came back
 * @param five the 5-minute bar that holds the boundary
 * @param fifteen the 15-minute bar that holds the boundary
 */
public record MarketStanding(Status status, Observation value, boolean begun, boolean known, Bar five, Bar fifteen) {

    /** The states of a market. The constants are part of saved state: append only. */
    public enum Status {
        /** Never seen, or forgotten. */
        ABSENT,
        /** Its value counts. */
        INCLUDED,
        /** Its last observation is too old to count. */
        STALE,
        /** Expired or delisted. */
        GONE
    }

    private static final Status[] STATUSES = Status.values();

    static final MarketStanding ABSENT =
            new MarketStanding(Status.ABSENT, null, false, false, Bar.openAt(null), Bar.openAt(null));

    /**
     * The same standing with one more observation, of a boundary that was not published either.
     *
     * @param observedAt the first boundary that sees it
     * @param boundary that of this standing
     */
    MarketStanding withEarlier(Observation observation, long observedAt, long boundary) {
        boolean isNewest = value == null || ObservationOrder.compare(observation, value) > 0;
        return new MarketStanding(
                status,
                isNewest ? observation : value,
                begun,
                known,
                withEarlier(five, Interval.FIVE_MINUTES, observedAt, boundary),
                withEarlier(fifteen, Interval.FIFTEEN_MINUTES, observedAt, boundary));
    }

    private static Bar withEarlier(Bar bar, Interval interval, long observedAt, long boundary) {
        boolean isInBar =
                Math.floorDiv(observedAt - 1, interval.millis()) == Math.floorDiv(boundary - 1, interval.millis());
        return isInBar ? bar.next(null, Ledger.ZERO, 1) : bar;
    }

    /** The standing one minute on, where nothing is published: only what was observed is known. */
    MarketStanding skip(long boundary, Minute minute) {
        int observed = minute == null ? 0 : minute.observations();
        return new MarketStanding(
                status,
                minute == null ? value : minute.best(),
                begun,
                known,
                skip(five, Interval.FIVE_MINUTES, boundary, observed),
                skip(fifteen, Interval.FIFTEEN_MINUTES, boundary, observed));
    }

    private static Bar skip(Bar bar, Interval interval, long boundary, int observed) {
        Bar open = interval.isBoundary(boundary - Interval.MINUTE_MILLIS) ? Bar.openAt(null) : bar;
        return open.next(null, Ledger.ZERO, observed);
    }

    /** Whether it is that of a market never seen: it is forgotten, and no bar is left that opened before it was. */
    boolean isNothing() {
        return value == null && five.open() == null && fifteen.open() == null;
    }

    boolean isIncluded() {
        return status == Status.INCLUDED;
    }

    /** Included or stale: still somewhere. */
    boolean isPresent() {
        return status == Status.INCLUDED || status == Status.STALE;
    }

    /** Rounded value at the boundary: 0 without a record, null before it began. */
    BigDecimal valueUsd() {
        if (!begun) {
            return null;
        }
        return isIncluded() ? Rounding.usd(value.valueUsd()) : BigDecimal.ZERO;
    }

    /** Writes the standing; {@code reference} is an observation of the same market. */
    void pack(Observation reference, DataOutput out) throws IOException {
        out.writeByte(status.ordinal() << 3 | (begun ? 1 : 0) | (known ? 2 : 0) | (value == null ? 0 : 4));
        if (value != null) {
            PackedObservation.put(value, reference, out);
        }
        five.pack(out);
        fifteen.pack(out);
    }

    /** Reads a standing back. */
    static MarketStanding unpack(Observation reference, DataInput in) throws IOException {
        int flags = in.readByte();
        return new MarketStanding(
                STATUSES[flags >> 3],
                (flags & 4) != 0 ? PackedObservation.get(reference, in) : null,
                (flags & 1) != 0,
                (flags & 2) != 0,
                Bar.unpack(in),
                Bar.unpack(in));
    }
}
