package io.openinterest.source.live;

import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.transport.ReceiptClock;
import io.openinterest.transport.VenueStats;
import java.util.Locale;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;

/**
 * Metrics of one venue, in the group {@code venue.<id>}: {@code lastObservationAgeMs} (-1 before the first),
 * {@code maxAgeMs} (how long an observation counts), {@code polls}, {@code pollFailures}, {@code pollLatencyMs} (of the
 * newest answer), {@code pausedUntil} (epoch milliseconds until which some feed asks nothing, 0 when none waits),
 * {@code quotaUsed} (part of the burst of the fullest limit), {@code connections} and {@code reconnects} of WebSockets,
 * {@code unreadMessages} of them that no parser knows, {@code conflated}, {@code instruments}, {@code historyOwedMs}
 * (length of the gap whose history is not read yet, 0 without), {@code contradictedChecks} (checks of how it counts that
 * its own figures contradict, by the verdict of the last two hours on each), {@code quarantined} and, in the group
 * {@code reason.<reason>}, {@code quarantinedByReason}.
 *
 * <p>Of the reader: {@code clockDifferenceMs}, how far the host's clock is ahead of the one that stamps receipts.
 */
final class VenueMetrics {

    private VenueMetrics() {}

    static VenueStats register(SourceReaderMetricGroup reader, String venue, Inbox inbox) {
        MetricGroup group = reader.addGroup("venue", venue);
        VenueStats stats = new VenueStats();
        gauge(group, "lastObservationAgeMs", () -> sinceMillis(stats.lastObservationMillis(), -1));
        gauge(group, "maxAgeMs", stats::maxAgeMillis);
        gauge(group, "polls", stats::polls);
        gauge(group, "pollFailures", stats::pollFailures);
        gauge(group, "pollLatencyMs", stats::pollLatencyMillis);
        gauge(
                group,
                "pausedUntil",
                () -> sinceMillis(stats.pausedUntilMillis(), 0) < 0 ? stats.pausedUntilMillis() : 0);
        gauge(group, "quotaUsed", stats::quotaUsed);
        gauge(group, "connections", stats::connections);
        gauge(group, "reconnects", stats::reconnects);
        gauge(group, "unreadMessages", stats::unreadMessages);
        gauge(group, "conflated", () -> inbox.conflated(venue));
        gauge(group, "instruments", stats::instruments);
        gauge(group, "historyOwedMs", () -> sinceMillis(stats.owedSinceMillis(), 0));
        gauge(group, "contradictedChecks", () -> stats.contradictedChecks(ReceiptClock.SYSTEM.now()));
        gauge(group, "quarantined", stats::quarantined);
        for (Reason reason : Reason.values()) {
            gauge(group.addGroup("reason", text(reason)), "quarantinedByReason", () -> stats.quarantined(reason));
        }
        return stats;
    }

    private static <T> void gauge(MetricGroup group, String name, Gauge<T> gauge) {
        group.gauge(name, gauge);
    }

    /** As records spell it: {@code http-status}. */
    private static String text(Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static long sinceMillis(long millis, long never) {
        return millis == 0 ? never : ReceiptClock.SYSTEM.now().toEpochMilli() - millis;
    }
}
