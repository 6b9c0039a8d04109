package io.openinterest.venue;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An enabled venue as configured.
 *
 * @param id the venue id, which finds the venue's class, e.g. {@code bybit-linear}
 * @param restUrl replaces everything before the documented REST paths, path prefix included; null for the venue's own
 * @param wsUrl the same for WebSockets
 * @param pollInterval time between polls; null for the venue's own
 * @param maxAge how long an observation stands for its market; null for the venue's own
 * @param symbols symbols or market ids to observe, {@code *} stands for any text; null for all
 * @param options the venue's own keys, e.g. {@code transport: websocket}
 * @param common what all venues share
 */
public record VenueSettings(
        String id,
        @Nullable String restUrl,
        @Nullable String wsUrl,
        @Nullable Duration pollInterval,
        @Nullable Duration maxAge,
        @Nullable List<String> symbols,
        Map<String, String> options,
        SourceSettings common)
        implements Serializable {

    /** A venue with its own defaults. */
    public static VenueSettings of(String id, SourceSettings common) {
        return new VenueSettings(id, null, null, null, null, null, Map.of(), common);
    }

    /** The value of one of the venue's own keys, or what stands for it. */
    public String option(String key, String otherwise) {
        return options.getOrDefault(key, otherwise);
    }

    /** How long an observation stands for its market: as configured, else as the venue has it. */
    public Duration maxAge(Venue venue) {
        return maxAge != null ? maxAge : venue.maxAge();
    }

    /** The same venue at other addresses. */
    public VenueSettings at(String rest, String ws) {
        return new VenueSettings(id, rest, ws, pollInterval, maxAge, symbols, options, common);
    }
}
