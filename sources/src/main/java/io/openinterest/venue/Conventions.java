package io.openinterest.venue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Structure;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Conventions of how venues count, as data: unit, sides and meaning of the time, since when, by which source. Read from
 * {@code conf/conventions.yaml} or the copy in the jar.
 *
 * @param conventions the entries; for an observation the most specific one that is in force at its time holds
 */
public record Conventions(List<Convention> conventions) implements Serializable {

    private static final String BUILT_IN = "conventions.yaml";

    private static final List<String> TYPES = List.of("perpetual", "future", "option");

    /** The convention where no entry holds: contracts, one side, no venue time. */
    private static final Convention OTHERWISE = new Convention(
            null,
            null,
            null,
            null,
            null,
            Unit.CONTRACTS,
            1,
            TimeMeaning.NONE,
            LocalDate.EPOCH,
            Proof.ASSUMED,
            "no entry");

    public Conventions {
        if (conventions == null || conventions.isEmpty()) {
            throw new IllegalArgumentException("it has no entries");
        }
    }

    /** The unit of a venue's count. */
    public enum Unit {
        /** Contracts of the instrument's contract size; without one a count has no amount. */
        @JsonProperty("contracts")
        CONTRACTS,
        /** Units of the symbol's base. */
        @JsonProperty("base")
        BASE,
        /** Units of the quote currency. */
        @JsonProperty("quote")
        QUOTE
    }

    /** The proof of the unit and the sides of an entry, the surest first. */
    public enum Proof {
        /** The venue's documents say so. */
        @JsonProperty("documented")
        DOCUMENTED,
        /** The venue's own figures show it. */
        @JsonProperty("measured")
        MEASURED,
        /** Nothing speaks against it. */
        @JsonProperty("assumed")
        ASSUMED
    }

    /** The meaning of a venue's time. */
    public enum TimeMeaning {
        /** The time at which the figures were true: an old one means that the venue is frozen. */
        @JsonProperty("snapshot")
        SNAPSHOT,
        /** The time at which the figure last changed, or not known: may be old. */
        @JsonProperty("last-change")
        LAST_CHANGE,
        /** There is none. */
        @JsonProperty("none")
        NONE
    }

    /**
     * One entry. A null filter fits everything.
     *
     * @param venue venue id
     * @param exchange exchange of the market, for aggregators
     * @param endpoint feed name
     * @param structure structure of the instrument
     * @param type {@code perpetual}, {@code future} or {@code option}
     * @param unit unit of the count
     * @param sides 1 or 2
     * @param time what the venue's time says
     * @param since first day (UTC) it holds
     * @param proof how unit and sides are known; assumed where the entry does not say
     * @param source where this is known from
     */
    public record Convention(
            @Nullable String venue,
            @Nullable String exchange,
            @Nullable String endpoint,
            @Nullable Structure structure,
            @Nullable String type,
            Unit unit,
            int sides,
            TimeMeaning time,
            LocalDate since,
            Proof proof,
            @Nullable String source)
            implements Serializable {

        public Convention {
            proof = proof == null ? Proof.ASSUMED : proof;
            if (sides != 1 && sides != 2) {
                throw new IllegalArgumentException("sides of " + venue + " is " + sides + ", allowed are 1 and 2");
            }
            if (type != null && !TYPES.contains(type)) {
                throw new IllegalArgumentException(
                        "type of " + venue + " is " + type + ", allowed are " + String.join(", ", TYPES));
            }
            if (unit == null || time == null || since == null) {
                throw new IllegalArgumentException("an entry of " + venue + " needs unit, time and since");
            }
        }

        private boolean fits(String id, String feed, Instrument instrument, Instant at) {
            return (venue == null || venue.equals(id))
                    && (exchange == null || exchange.equals(instrument.exchange()))
                    && (endpoint == null || endpoint.equals(feed))
                    && (structure == null || structure == instrument.structure())
                    && (type == null || type.equals(typeOf(instrument.type())))
                    && !since.isAfter(LocalDate.ofInstant(at, ZoneOffset.UTC));
        }

        private int filters() {
            return (venue == null ? 0 : 1)
                    + (exchange == null ? 0 : 1)
                    + (endpoint == null ? 0 : 1)
                    + (structure == null ? 0 : 1)
                    + (type == null ? 0 : 1);
        }

        private static String typeOf(MarketType type) {
            return type.isOption() ? "option" : type.name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** The copy in the jar. */
    public static Conventions builtIn() {
        return ConfFile.builtIn(BUILT_IN, Conventions.class);
    }

    /** Reads a file; a key or value that is not allowed is {@link ConfFile.Unusable}. */
    public static Conventions read(Path file) throws IOException {
        return ConfFile.read(file, Conventions.class);
    }

    /** The ids of the venues that have an entry. */
    public Stream<String> venues() {
        return conventions.stream()
                .map(Convention::venue)
                .filter(Objects::nonNull)
                .distinct();
    }

    /** True for a venue that has an entry. */
    public boolean knows(String venue) {
        return conventions.stream().anyMatch(entry -> venue.equals(entry.venue()));
    }

    /** The convention that holds for this venue, feed and instrument at a time. */
    public Convention find(String venue, String feed, Instrument instrument, Instant at) {
        return conventions.stream()
                .filter(entry -> entry.fits(venue, feed, instrument, at))
                .max(Comparator.comparingInt(Convention::filters).thenComparing(Convention::since))
                .orElse(OTHERWISE);
    }
}
