package io.openinterest.source.live;

import io.openinterest.valuation.LastFigures;
import io.openinterest.venue.Conventions.Convention;
import io.openinterest.venue.VenueSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * One venue: one thread, one rate limit, one watermark. Splits never come and go while the job runs.
 *
 * @param venue the venue id
 * @param resumeFrom from where history is read after a restart: the beginning of a gap that is not read yet, else the
 *     receipt of the last observation handed on; null before the first
 * @param reading the way the venue was read, see {@link #reading}; null before the first start
 * @param last figures of each market that were handed on last
 */
public record VenueSplit(String venue, Instant resumeFrom, String reading, Map<String, LastFigures> last)
        implements SourceSplit {

    /** A venue that was never read. */
    static VenueSplit fresh(String venue) {
        return new VenueSplit(venue, null, null, Map.of());
    }

    /**
     * The way a venue is read: the version of the job and the conventions. Figures that were read otherwise are not compared
     * with those of now, so that a corrected convention takes effect.
     */
    static String reading(VenueSettings settings) {
        String version = VenueSplit.class.getPackage().getImplementationVersion();
        List<Convention> conventions = settings.common().conventions().conventions().stream()
                .filter(entry -> entry.venue() == null || entry.venue().equals(settings.id()))
                .toList();
        // of the text, since constants of an enum hash otherwise in every process
        return version + " " + Integer.toHexString(conventions.toString().hashCode());
    }

    /** Figures of each market that were handed on last, as far as they were read as now. */
    Map<String, LastFigures> lastReadAs(String now) {
        return now.equals(reading) ? last : Map.of();
    }

    @Override
    public String splitId() {
        return venue;
    }
}
