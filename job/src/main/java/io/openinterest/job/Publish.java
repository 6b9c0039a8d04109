package io.openinterest.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.openinterest.functions.MarketRow;
import io.openinterest.functions.TotalRow;
import io.openinterest.observation.Json;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import java.io.Serializable;
import java.time.Instant;
import java.util.function.Function;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/** Turns what the pipeline knows into records of a topic: which topic, which key, which time. */
final class Publish<T> extends RichMapFunction<T, TopicRecord> {

    private static final long serialVersionUID = 1;

    private final Class<T> type;
    private final Json.Decimals decimals;
    private final Field<T, String> topic;
    private final Field<T, String> key;
    private final Field<T, Instant> time;
    private transient ObjectWriter writer;

    private interface Field<T, V> extends Function<T, V>, Serializable {}

    private Publish(
            Class<T> type,
            Json.Decimals decimals,
            Field<T, String> topic,
            Field<T, String> key,
            Field<T, Instant> time) {
        this.type = type;
        this.decimals = decimals;
        this.topic = topic;
        this.key = key;
        this.time = time;
    }

    static Publish<Observation> observations(Json.Decimals decimals) {
        return new Publish<>(
                Observation.class, decimals, o -> Topics.OBSERVATIONS, Observation::market, Observation::time);
    }

    static Publish<Quarantined> quarantined(Json.Decimals decimals) {
        return new Publish<>(
                Quarantined.class,
                decimals,
                q -> Topics.QUARANTINE,
                q -> q.venue() == null ? "" : q.venue(),
                Quarantined::time);
    }

    static Publish<MarketRow> markets(Json.Decimals decimals) {
        return new Publish<>(
                MarketRow.class, decimals, row -> Topics.market(row.interval()), MarketRow::market, MarketRow::time);
    }

    static Publish<TotalRow> totals(Json.Decimals decimals) {
        return new Publish<>(
                TotalRow.class,
                decimals,
                row -> Topics.total(row.level(), row.interval()),
                TotalRow::id,
                TotalRow::time);
    }

    @Override
    public void open(OpenContext context) {
        writer = Json.mapper(decimals).writerFor(type);
    }

    @Override
    public TopicRecord map(T value) throws JsonProcessingException {
        return new TopicRecord(
                topic.apply(value), null, key.apply(value), time.apply(value), writer.writeValueAsBytes(value));
    }
}
