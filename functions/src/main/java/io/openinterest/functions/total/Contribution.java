package io.openinterest.functions.total;

import io.openinterest.functions.record.Pass;

/**
 * The contribution of a group of markets to its totals at one boundary; from markets to their asset, from assets to exchanges, from
 * exchanges to the whole.
 *
 * @param exchange the exchange of the markets
 * @param asset their asset; null on the way from an exchange to the whole
 * @param quote their quote asset; null above the asset
 * @param boundary the boundary it belongs to, epoch milliseconds
 * @param pass what published it
 * @param packed what to add, as bytes: it waits in state more often than it is looked at
 */
public record Contribution(String exchange, String asset, String quote, long boundary, Pass pass, byte[] packed) {

    /** Sends sums; empty ones where there is nothing any more, but a record may still be due. */
    public static Contribution of(String exchange, String asset, String quote, long boundary, Pass pass, Sums sums) {
        return new Contribution(exchange, asset, quote, boundary, pass, sums.pack());
    }

    /** The sums to add, a new object with every call. */
    public Sums sums() {
        return Sums.unpack(packed);
    }
}
