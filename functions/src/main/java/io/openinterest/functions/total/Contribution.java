package io.openinterest.functions.total;

import io.openinterest.functions.record.Pass;

/**
 * The contribution of a group of markets to its totals at one boundary; from markets to their asset, from assets to
 * exchanges, from exchanges to the whole.
 *
 * @param to what it adds to, and when
 * @param sums what to add; empty where there is nothing any more, but a record may still be due
 */
public record Contribution(Destination to, Sums sums) {

    /**
     * The destination of contributions that can be added up on the way.
     *
     * <p>A component of a class of Java's own stands last: Java 17 keeps the class of the last component of the record that
     * was first hashed last (JDK-8078641), and with it the class loader of a job that ended.
     *
     * @param pass what published it
     * @param boundary the boundary it belongs to, epoch milliseconds
     * @param exchange the exchange of the markets; null on the way to the whole
     * @param asset their asset; null above the asset
     * @param quote their quote asset; null above the asset
     */
    public record Destination(Pass pass, long boundary, String exchange, String asset, String quote) {}
}
