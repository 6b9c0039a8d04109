package io.openinterest.source.live;

import io.openinterest.transport.VenueStats;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;

/**
 * Metrics of one venue, in the group {@code venue.<id>}: {@code lastObservationAgeMs} (-1 before the first),
 * {@code polls}, {@code pollFailures}, {@code pollLatencyMs} (of the newest answer), {@code reconnects},
 * {@code conflated}, {@code quotaUsed} (part of the burst), {@code instruments}, {@code quarantined}.
 */
final class VenueMetrics {

    private VenueMetrics() {}

    static VenueStats register(SourceReaderMetricGroup reader, String venue, Inbox inbox) {
        MetricGroup group = reader.addGroup("venue", venue);
        VenueStats stats = new VenueStats();
        gauge(group, "lastObservationAgeMs", () -> age(stats.lastObservationMillis()));
        gauge(group, "polls", stats::polls);
        gauge(group, "pollFailures", stats::pollFailures);
        gauge(group, "pollLatencyMs", stats::pollLatencyMillis);
        gauge(group, "reconnects", stats::reconnects);
        gauge(group, "conflated", () -> inbox.conflated(venue));
        gauge(group, "quotaUsed", stats::quotaUsed);
        gauge(group, "instruments", stats::instruments);
        gauge(group, "quarantined", stats::quarantined);
        return stats;
    }

    private static <T> void gauge(MetricGroup group, String name, Gauge<T> gauge) {
        group.gauge(name, gauge);
    }

    private static long age(long millis) {
        return millis == 0 ? -1 : System.currentTimeMillis() - millis;
    }
}
