package io.openinterest.job.kafka;

import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.Edition;
import io.openinterest.functions.record.ExpiryRow;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.job.config.Section;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Evidence;
import io.openinterest.observation.Json;
import io.openinterest.observation.JsonText;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.RecordJson;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.util.Collector;

/**
 * Turns what the pipeline knows into records of topics: which part of it, in which topic, under which key and time. What
 * does not have that part gives nothing.
 *
 * @param <T> what flows in the pipeline
 * @param <R> the part that is written
 */
public final class ToTopic<T, R extends Record> extends RichFlatMapFunction<T, TopicRecord> {

    private static final long serialVersionUID = 1;

    /** Recordings name what venues they like. */
    private static final int MAX_COUNTERS = 500;

    private final Class<R> type;
    private final Json.Decimals decimals;
    private final Field<T, R> part;
    private final Field<R, String> topic;
    private final Field<R, String> key;
    private final Field<R, Instant> time;
    private final Field<R, Tally> tally;
    private transient RecordJson<R> json;
    private transient JsonText text;
    private transient Map<Tally, Counter> counters;

    /**
     * A part of a record. For what rows inherit a lambda, not a reference to the method: of references to one inherited
     * method, whichever row they are of, only the first survives the way to the cluster (JDK-8208752).
     */
    private interface Field<A, B> extends Function<A, B>, Serializable {}

    /**
     * A counter that a record is counted in, as the dashboard shows it: {@code corrected},
     * {@code reason.bad-record.quarantined} or {@code venue.okx.reason.implausible.quarantinedByReason}.
     *
     * @param venue null for a counter of all venues
     * @param group null for a counter without a group
     */
    private record Tally(String venue, String group, String value, String counter) {

        Tally {
            venue = venue == null || venue.isBlank() ? null : venue;
        }

        Tally(String group, String value, String counter) {
            this(null, group, value, counter);
        }

        Tally ofNoVenue() {
            return new Tally(null, group, value, counter);
        }

        /** Records that were published before are counted as what became of them. */
        static Tally of(Edition edition) {
            return edition.revision() == 0
                    ? null
                    : new Tally(null, null, edition.withdrawn() != null ? "withdrawn" : "corrected");
        }
    }

    private ToTopic(
            Class<R> type,
            Json.Decimals decimals,
            Field<T, R> part,
            Field<R, String> topic,
            Field<R, String> key,
            Field<R, Instant> time,
            Field<R, Tally> tally) {
        this.type = type;
        this.decimals = decimals;
        this.part = part;
        this.topic = topic;
        this.key = key;
        this.time = time;
        this.tally = tally;
    }

    public static ToTopic<Observation, Observation> observations(Json.Decimals decimals) {
        return new ToTopic<>(
                Observation.class,
                decimals,
                observation -> observation,
                observation -> Topics.OBSERVATIONS,
                Observation::market,
                Observation::time,
                observation -> null);
    }

    public static ToTopic<Arrival, Quarantined> unusable(Json.Decimals decimals) {
        // live, the source counts by venue what a venue says
        return quarantined(
                decimals,
                Arrival::quarantined,
                quarantined -> new Tally("reason", Section.text(quarantined.reason()), "quarantined"));
    }

    public static ToTopic<Arrival, Evidence> evidence(Json.Decimals decimals) {
        return new ToTopic<>(
                Evidence.class,
                decimals,
                Arrival::evidence,
                evidence -> Topics.EVIDENCE,
                Evidence::venue,
                Evidence::time,
                evidence -> new Tally("verdict", Section.text(evidence.verdict()), "evidence"));
    }

    public static ToTopic<Quarantined, Quarantined> rejected(Json.Decimals decimals) {
        return quarantined(
                decimals,
                quarantined -> quarantined,
                quarantined -> new Tally(
                        quarantined.venue(), "reason", Section.text(quarantined.reason()), "quarantinedByReason"));
    }

    public static ToTopic<MarketRow, MarketRow> markets(Json.Decimals decimals) {
        return new ToTopic<>(
                MarketRow.class,
                decimals,
                row -> row,
                row -> Topics.of(Level.MARKET, row.interval()),
                MarketRow::market,
                row -> row.time(),
                row -> Tally.of(row.edition()));
    }

    public static ToTopic<TotalRow, TotalRow> totals(Json.Decimals decimals) {
        return new ToTopic<>(
                TotalRow.class,
                decimals,
                row -> row.edition().isPublished() ? row : null,
                row -> Topics.of(row.entity().level(), row.interval()),
                row -> row.entity().id(),
                row -> row.time(),
                row -> Tally.of(row.edition()));
    }

    public static ToTopic<ExpiryRow, ExpiryRow> expiries(Json.Decimals decimals) {
        return new ToTopic<>(
                ExpiryRow.class,
                decimals,
                row -> row,
                row -> Topics.expiry(row.interval()),
                ExpiryRow::key,
                row -> row.time(),
                row -> Tally.of(row.edition()));
    }

    public static ToTopic<MetricsRow, MetricsRow> metrics(Json.Decimals decimals) {
        return new ToTopic<>(
                MetricsRow.class,
                decimals,
                row -> row.edition().isPublished() ? row : null,
                row -> Topics.metrics(row.interval()),
                MetricsRow::key,
                row -> row.time(),
                row -> Tally.of(row.edition()));
    }

    public static ToTopic<AlertEvent, AlertEvent> alerts(Json.Decimals decimals) {
        return new ToTopic<>(
                AlertEvent.class,
                decimals,
                event -> event,
                event -> Topics.ALERTS,
                AlertEvent::alertId,
                event -> event.occasion().boundary().time(),
                event -> null);
    }

    private static <T> ToTopic<T, Quarantined> quarantined(
            Json.Decimals decimals, Field<T, Quarantined> part, Field<Quarantined, Tally> tally) {
        return new ToTopic<>(
                Quarantined.class,
                decimals,
                part,
                quarantined -> Topics.QUARANTINE,
                quarantined -> quarantined.venue() == null ? "" : quarantined.venue(),
                Quarantined::time,
                tally);
    }

    @Override
    public void open(OpenContext context) {
        json = RecordJson.of(type, decimals);
        text = new JsonText();
        counters = new HashMap<>();
    }

    @Override
    public void flatMap(T element, Collector<TopicRecord> out) {
        R record = part.apply(element);
        if (record != null) {
            Tally counted = tally.apply(record);
            if (counted != null) {
                boolean hasRoom = counters.containsKey(counted) || counters.size() < MAX_COUNTERS;
                counters.computeIfAbsent(hasRoom ? counted : counted.ofNoVenue(), this::counter)
                        .inc();
            }
            out.collect(new TopicRecord(
                    topic.apply(record),
                    null,
                    key.apply(record).getBytes(StandardCharsets.UTF_8),
                    time.apply(record),
                    json.write(record, text).toBytes()));
        }
    }

    private Counter counter(Tally counted) {
        MetricGroup all = getRuntimeContext().getMetricGroup();
        MetricGroup group = counted.venue() == null ? all : all.addGroup("venue", counted.venue());
        return (counted.group() == null ? group : group.addGroup(counted.group(), counted.value()))
                .counter(counted.counter());
    }
}
