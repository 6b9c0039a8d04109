/**
 * The interface a venue's file is written against. A venue is plain single-threaded Java: it declares feeds, and its parsers
 * report what they read to an {@link io.openinterest.venue.Observer}. Nothing here knows Flink or a socket. What may be
 * null says so in its type.
 */
@NullMarked
package io.openinterest.venue;

import org.jspecify.annotations.NullMarked;
