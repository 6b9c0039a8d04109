package io.openinterest.functions.market;

import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.observation.AssetClass;
import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * The rules a run takes its snapshots by.
 *
 * @param maxAge by venue: how old an observation may be and still count
 * @param defaultMaxAge the same for venues not named
 * @param allowedLateness how long a published record may still be corrected
 * @param assetClasses classes that enter the totals
 * @param awaitedVenues the first boundary waits until each has answered, a minute at most; empty in a replay
 * @param bounded true if the input ends: then no boundary after the last observation is published
 */
public record SnapshotSettings(
        Map<String, Duration> maxAge,
        Duration defaultMaxAge,
        Duration allowedLateness,
        Set<AssetClass> assetClasses,
        Set<String> awaitedVenues,
        boolean bounded)
        implements Serializable {

    private static final long FORGOTTEN_AFTER = Duration.ofHours(24).toMillis();

    /** The greatest age, in milliseconds, at which an observation of the venue still counts. */
    long maxAgeMillis(String venue) {
        return maxAge.getOrDefault(venue, defaultMaxAge).toMillis();
    }

    /** The age, in milliseconds, above which a market of the venue is forgotten. */
    long forgottenAfterMillis(String venue) {
        return maxAgeMillis(venue) + FORGOTTEN_AFTER;
    }

    /** The time within which records may be corrected. */
    public CorrectionWindow corrections() {
        return new CorrectionWindow(allowedLateness);
    }

    /** The last boundary that nothing can correct any more once {@code published} is. */
    public long finalBoundary(long published) {
        return corrections().finalBoundary(published);
    }
}
