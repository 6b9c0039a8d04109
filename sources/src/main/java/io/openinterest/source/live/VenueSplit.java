package io.openinterest.source.live;

import java.time.Instant;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * One venue: one thread, one rate limit, one watermark. Splits never come and go while the job runs.
 *
 * @param venue the venue id
 * @param resumeFrom from where history is read after a restart: the beginning of a gap that is not read yet, else the
 *     receipt of the last observation handed on; null before the first
 */
public record VenueSplit(String venue, Instant resumeFrom) implements SourceSplit {

    @Override
    public String splitId() {
        return venue;
    }
}
