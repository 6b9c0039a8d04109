package io.openinterest.venue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A product line of an exchange: what to ask, how to read the answers, how fast to ask. One file, named after the
 * venue id in camel case ({@code kraken-futures} is {@code KrakenFutures}) or after its first word, where one file
 * serves several ids ({@code bybit-linear} is {@code Bybit}), with a public constructor that takes
 * {@link VenueSettings}.
 *
 * <p>Every method and every parser runs on the one thread of that venue, so a venue may keep plain mutable state
 * (merge maps, negative caches) without locks. Nothing in it may block. What a parser throws becomes a quarantine
 * record.
 */
public interface Venue {

    /** The exchange in market ids, e.g. {@code binance}. */
    String exchange();

    /** Everything before the documented REST path, e.g. {@code https://api.bybit.com}. */
    String restUrl();

    /** Everything before the documented WebSocket path; null where no feed subscribes. */
    default @Nullable String wsUrl() {
        return null;
    }

    /** Feeds that are polled and subscribed to, in order of start. Called once. */
    List<Feed> feeds();

    /** The way the past is read after an outage; null where the venue keeps none. */
    default @Nullable Backfill history() {
        return null;
    }

    /** The published limits; a request counts against the first unless it names another. Empty: no limit known. */
    default List<RateLimit> limits() {
        return List.of();
    }

    /**
     * Judges an answer before any parser sees it; null when it is good. Override for error codes inside HTTP 200, bans
     * and other rules of the venue's own, and leave the rest to {@link Fault#of}.
     */
    default @Nullable Fault fault(Reply reply) {
        return Fault.of(reply);
    }

    /** True where 403 with a code of the venue's own is about the question, as where a key does not have all data. */
    default boolean deniesQuestions() {
        return false;
    }

    /** Seconds between polls where the user sets none. */
    default Duration pollInterval() {
        return Duration.ofSeconds(60);
    }

    /** The time for which an observation stands for its market where the user sets nothing else. */
    default Duration maxAge() {
        return Duration.ofMinutes(5);
    }

    /**
     * Its own configuration keys below {@code venues.<id>}, each with the values it takes; an empty list takes any text.
     * What is set is in {@link VenueSettings#options}.
     */
    default Map<String, List<String>> options() {
        return Map.of();
    }

    /** True for a venue that nobody asks: its rows come from the files that its own key {@code files} names. */
    default boolean isReadFromFiles() {
        return false;
    }

    /**
     * The name in observations of a market, or a pattern of some, that the user configured; for a venue that has names of its
     * own for what is published under others.
     */
    default String published(String configured) {
        return configured;
    }

    /** True for a venue that passes on markets of other exchanges, which a direct venue takes precedence over. */
    default boolean isAggregator() {
        return false;
    }

    /** Ids of other venues that this one, as configured, delivers too, under their own names. */
    default Set<String> alsoDelivers() {
        return Set.of();
    }

    /** A sentence with the closing date of an exchange that is gone and can't be enabled live; null while open. */
    default @Nullable String closed() {
        return null;
    }
}
