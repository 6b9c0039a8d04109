package io.openinterest.job.kafka;

import io.openinterest.functions.metrics.BoundaryRecord;
import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.ExpiryRow;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Json;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import io.openinterest.wire.RecordType;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * Writes what the pipeline makes into topics: which part of it, in which topic, under which key and time. Each kind gets
 * an operator of its own behind the one that makes it; all of them end in one sink.
 */
public final class TopicWriter {

    private final Json.Decimals decimals;
    private final List<DataStream<TopicRecord>> written = new ArrayList<>();

    /** A writer that nothing was given yet. */
    public TopicWriter(Json.Decimals decimals) {
        this.decimals = decimals;
    }

    /** Observations that were accepted. */
    public void observations(String name, DataStream<Observation> observations) {
        written.add(observationRecords(name, observations));
    }

    /**
     * Observations that were accepted, and among them how far event time is.
     *
     * @param partitions of the observations topic
     */
    public void observationsWithWatermarks(String name, DataStream<Observation> observations, int partitions) {
        written.add(WriteWatermarks.among(observationRecords(name, observations), partitions));
    }

    private DataStream<TopicRecord> observationRecords(String name, DataStream<Observation> observations) {
        return records(
                name,
                observations,
                new ToTopic<>(
                        Observation.class,
                        decimals,
                        observation -> observation,
                        observation -> Topics.OBSERVATIONS,
                        Observation::market,
                        Observation::time));
    }

    /** What could not be used, among arrivals. */
    public void unusable(String name, DataStream<Arrival> arrivals) {
        write(name, arrivals, quarantine(Arrival::quarantined));
    }

    /** What could not be used. */
    public void quarantined(String name, DataStream<Quarantined> quarantined) {
        write(name, quarantined, quarantine(record -> record));
    }

    private <T> ToTopic<T, Quarantined> quarantine(ToTopic.Part<T, Quarantined> part) {
        return new ToTopic<>(
                Quarantined.class,
                decimals,
                part,
                quarantined -> Topics.QUARANTINE,
                quarantined -> quarantined.venue() == null ? "" : quarantined.venue(),
                Quarantined::time);
    }

    /** Markets at boundaries. */
    public void markets(String name, DataStream<MarketRow> markets) {
        write(
                name,
                markets,
                new ToTopic<>(
                        MarketRow.class,
                        decimals,
                        row -> row,
                        row -> Topics.market(row.interval()),
                        MarketRow::market,
                        MarketRow::time));
    }

    /** Totals of any level. */
    public void totals(String name, DataStream<TotalRow> totals) {
        write(
                name,
                totals,
                new ToTopic<>(
                        TotalRow.class,
                        decimals,
                        row -> row,
                        row -> Topics.total(row.level(), row.interval()),
                        TotalRow::id,
                        TotalRow::time));
    }

    /** Options by expiry. */
    public void expiries(String name, DataStream<ExpiryRow> expiries) {
        write(
                name,
                expiries,
                new ToTopic<>(
                        ExpiryRow.class,
                        decimals,
                        row -> row,
                        row -> Topics.expiry(row.interval()),
                        ExpiryRow::key,
                        ExpiryRow::time));
    }

    /** The derived metrics among what there is to say about entities. */
    public void metrics(String name, DataStream<BoundaryRecord> measured) {
        write(
                name,
                measured,
                new ToTopic<>(
                        MetricsRow.class,
                        decimals,
                        BoundaryRecord::metrics,
                        row -> Topics.metrics(row.interval()),
                        MetricsRow::entity,
                        MetricsRow::time));
    }

    /** Alert life cycle events. */
    public void alerts(String name, DataStream<AlertEvent> alerts) {
        write(
                name,
                alerts,
                new ToTopic<>(
                        AlertEvent.class,
                        decimals,
                        event -> event,
                        event -> Topics.ALERTS,
                        AlertEvent::alertId,
                        AlertEvent::time));
    }

    /** Ends everything written in a sink. */
    public void to(Sink<TopicRecord> topics) {
        written.stream()
                .reduce(DataStream::union)
                .orElseThrow()
                .sinkTo(topics)
                .name("topics")
                .uid("topics");
    }

    private <T> void write(String name, DataStream<T> records, ToTopic<T, ?> toTopic) {
        written.add(records(name, records, toTopic));
    }

    private static <T> DataStream<TopicRecord> records(String name, DataStream<T> records, ToTopic<T, ?> toTopic) {
        return records.flatMap(toTopic, new RecordType<>(TopicRecord.class)).name(name).uid(name);
    }
}
