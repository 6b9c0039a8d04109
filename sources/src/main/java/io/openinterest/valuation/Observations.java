package io.openinterest.valuation;

import io.openinterest.adapters.Adapters;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.valuation.Valuation.Figures;
import io.openinterest.venue.Conventions.Convention;
import io.openinterest.venue.Conventions.TimeMeaning;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Row;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Makes observations of rows and their figures: their names, their times and the convention that holds for them. */
final class Observations {

    private static final Duration MAX_CLOCK_AHEAD = Duration.ofSeconds(60);

    private final Venue venue;
    private final SourceSettings settings;
    private final Naming naming;
    private final Map<String, Duration> maxAges = new HashMap<>();

    /** A flaw that makes an observation unusable after all. */
    record Flaw(Reason reason, String detail) {}

    Observations(Venue venue, VenueSettings settings, Naming naming) {
        this.venue = venue;
        this.settings = settings.common();
        this.naming = naming;
        maxAges.put(settings.id(), settings.maxAge(venue));
    }

    Observation of(Row row, Instrument instrument, Convention convention, Figures figures) {
        return Provenance.of(row, time(row), convention.sides(), published(row.origin()))
                .observation(instrument, naming, figures);
    }

    /** The last one of a market that is gone. */
    Observation delisting(Instrument instrument, Instant at) {
        int sides = convention(null, instrument, at).sides();
        return Provenance.ofDelisting(at, sides, published(Origin.REST)).observation(instrument, naming, Figures.NONE);
    }

    /** The way the venue counts in that row of that feed. */
    Convention convention(Row row, String feed, Instrument instrument) {
        return convention(feed, instrument, time(row));
    }

    private Convention convention(String feed, Instrument instrument, Instant at) {
        return settings.conventions().find(naming.venueId(instrument), feed, instrument, at);
    }

    /** The exchange of a market that an aggregator passes on while that exchange itself is asked; null for others. */
    String askedItself(Instrument instrument) {
        String exchange = naming.exchange(instrument);
        return venue.isAggregator() && settings.directExchanges().contains(exchange) ? exchange : null;
    }

    /** The objection its time raises; null where nothing does. */
    Flaw flaw(Observation observation, Row row, Convention convention) {
        Instant received = row.receivedAt();
        Instant exchangeTime = observation.exchangeTime();
        if (observation.time().isAfter(received.plus(MAX_CLOCK_AHEAD))) {
            return new Flaw(Reason.TIME_IN_FUTURE, "the time " + observation.time() + " is in the future");
        }
        boolean isFrozen = row.origin() != Origin.HISTORY
                && convention.time() == TimeMeaning.SNAPSHOT
                && exchangeTime != null
                && exchangeTime.plus(maxAge(observation.venue())).isBefore(received);
        return isFrozen ? new Flaw(Reason.FROZEN_AT_SOURCE, "the venue's snapshot is of " + exchangeTime) : null;
    }

    private Instant time(Row row) {
        Instant received = row.receivedAt();
        if (row.origin() == Origin.HISTORY) {
            if (row.time() == null) {
                throw new Fields.BadSchema("a row of the past has no time");
            }
            return row.time();
        }
        if (row.time() == null || row.time().isAfter(received)) {
            return received;
        }
        Instant earliest = received.minus(settings.lateness());
        return row.time().isBefore(earliest) ? earliest : row.time();
    }

    private Origin published(Origin origin) {
        return settings.simulated() && origin != Origin.HISTORY ? Origin.SIMULATED : origin;
    }

    /** The time a value counts: under another venue's id as long as that venue's own. */
    private Duration maxAge(String id) {
        return maxAges.computeIfAbsent(
                id, other -> Adapters.create(VenueSettings.of(other, settings)).maxAge());
    }
}
