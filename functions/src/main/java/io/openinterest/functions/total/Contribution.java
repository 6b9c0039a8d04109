package io.openinterest.functions.total;

import io.openinterest.functions.record.Pass;

/**
 * What a group of markets adds to its totals at one boundary; from markets to their asset, from assets to exchanges, from
 * exchanges to the whole.
 *
 * @param exchange the exchange of the markets
 * @param asset their asset; null on the way from an exchange to the whole
 * @param quote their quote asset; null above the asset
 * @param boundary the boundary it belongs to, epoch milliseconds
 * @param pass what published it
 * @param sums what to add, not changed by anybody once sent; empty where there is nothing any more, but a record may
 *     still be due
 */
public record Contribution(String exchange, String asset, String quote, long boundary, Pass pass, Sums sums) {}
