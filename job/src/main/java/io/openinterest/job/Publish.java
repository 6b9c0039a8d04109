package io.openinterest.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.openinterest.functions.AlertEvent;
import io.openinterest.functions.ExpiryRow;
import io.openinterest.functions.MarketRow;
import io.openinterest.functions.Measured;
import io.openinterest.functions.MetricsRow;
import io.openinterest.functions.TotalRow;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Json;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import java.io.Serializable;
import java.time.Instant;
import java.util.function.Function;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.util.Collector;

/**
 * Turns what the pipeline knows into records of topics: which part of it, in which topic, under which key and time. What
 * does not have that part gives nothing.
 *
 * @param <T> what flows in the pipeline
 * @param <R> the part that is written
 */
final class Publish<T, R> extends RichFlatMapFunction<T, TopicRecord> {

    private static final long serialVersionUID = 1;

    private final Json.Decimals decimals;
    private final Field<T, R> part;
    private final Field<R, String> topic;
    private final Field<R, String> key;
    private final Field<R, Instant> time;
    private transient ObjectWriter writer;

    private interface Field<A, B> extends Function<A, B>, Serializable {}

    private Publish(
            Json.Decimals decimals,
            Field<T, R> part,
            Field<R, String> topic,
            Field<R, String> key,
            Field<R, Instant> time) {
        this.decimals = decimals;
        this.part = part;
        this.topic = topic;
        this.key = key;
        this.time = time;
    }

    static Publish<Observation, Observation> observations(Json.Decimals decimals) {
        return new Publish<>(
                decimals,
                observation -> observation,
                observation -> Topics.OBSERVATIONS,
                Observation::market,
                Observation::time);
    }

    static Publish<Arrival, Quarantined> unusable(Json.Decimals decimals) {
        return quarantined(decimals, Arrival::quarantined);
    }

    static Publish<Quarantined, Quarantined> rejected(Json.Decimals decimals) {
        return quarantined(decimals, quarantined -> quarantined);
    }

    static Publish<MarketRow, MarketRow> markets(Json.Decimals decimals) {
        return new Publish<>(
                decimals, row -> row, row -> Topics.market(row.interval()), MarketRow::market, MarketRow::time);
    }

    static Publish<TotalRow, TotalRow> totals(Json.Decimals decimals) {
        return new Publish<>(
                decimals, row -> row, row -> Topics.total(row.level(), row.interval()), TotalRow::id, TotalRow::time);
    }

    static Publish<ExpiryRow, ExpiryRow> expiries(Json.Decimals decimals) {
        return new Publish<>(
                decimals, row -> row, row -> Topics.expiry(row.interval()), ExpiryRow::key, ExpiryRow::time);
    }

    static Publish<Measured, MetricsRow> metrics(Json.Decimals decimals) {
        return new Publish<>(
                decimals,
                Measured::metrics,
                row -> Topics.metrics(row.interval()),
                MetricsRow::entity,
                MetricsRow::time);
    }

    static Publish<AlertEvent, AlertEvent> alerts(Json.Decimals decimals) {
        return new Publish<>(decimals, event -> event, event -> Topics.ALERTS, AlertEvent::alertId, AlertEvent::time);
    }

    private static <T> Publish<T, Quarantined> quarantined(Json.Decimals decimals, Field<T, Quarantined> part) {
        return new Publish<>(
                decimals,
                part,
                quarantined -> Topics.QUARANTINE,
                quarantined -> quarantined.venue() == null ? "" : quarantined.venue(),
                Quarantined::time);
    }

    @Override
    public void open(OpenContext context) {
        writer = Json.mapper(decimals).writer();
    }

    @Override
    public void flatMap(T element, Collector<TopicRecord> out) throws JsonProcessingException {
        R record = part.apply(element);
        if (record != null) {
            out.collect(new TopicRecord(
                    topic.apply(record),
                    null,
                    key.apply(record),
                    time.apply(record),
                    writer.writeValueAsBytes(record)));
        }
    }
}
