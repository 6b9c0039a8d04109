package io.openinterest.venue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.Period;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Changes that venues announced, by day. Read from {@code conf/venue-calendar.yaml} or the copy in the jar.
 *
 * @param changes in any order
 */
public record VenueCalendar(List<Change> changes) {

    private static final String BUILT_IN = "venue-calendar.yaml";

    /** A change may need a correction of the conventions for a while after it. */
    private static final Period SHOWN_AFTER = Period.ofDays(90);

    /**
     * An announced change.
     *
     * @param date day (UTC) it takes effect
     * @param venue venue id
     * @param what one sentence
     * @param source where it was announced
     */
    public record Change(LocalDate date, String venue, String what, String source) {

        public Change {
            if (date == null || venue == null || what == null) {
                throw new IllegalArgumentException("a change needs date, venue and what");
            }
        }

        /** A line of date, venue and sentence. */
        @Override
        public String toString() {
            return date + " " + venue + ": " + what;
        }
    }

    public VenueCalendar {
        changes = changes == null ? List.of() : List.copyOf(changes);
    }

    /** The copy in the jar. */
    public static VenueCalendar builtIn() {
        return ConfFile.builtIn(BUILT_IN, VenueCalendar.class);
    }

    /** Reads a file; a key or value that is not allowed is {@link ConfFile.Unusable}. */
    public static VenueCalendar read(Path file) throws IOException {
        return ConfFile.read(file, VenueCalendar.class);
    }

    /** Changes of some venues worth showing at a start: those of the last 90 days and all that are to come, by date. */
    public List<Change> shownOn(LocalDate today, Set<String> venues) {
        return changes.stream()
                .filter(change -> venues.contains(change.venue))
                .filter(change -> !change.date.isBefore(today.minus(SHOWN_AFTER)))
                .sorted(Comparator.comparing(Change::date).thenComparing(Change::venue))
                .toList();
    }
}
