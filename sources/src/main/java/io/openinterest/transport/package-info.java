/**
 * Runs the feeds of a venue: HTTP polls on a grid, WebSocket subscriptions, rate limits, backoff, history. Everything
 * of one venue happens on one thread; callbacks of the network only hand over to it. Knows no Flink.
 */
package io.openinterest.transport;
