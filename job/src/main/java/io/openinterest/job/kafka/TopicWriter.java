package io.openinterest.job.kafka;

import io.openinterest.observation.Json;
import io.openinterest.observation.Observation;
import io.openinterest.wire.RecordType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * Writes what the pipeline makes into topics. What is written gets an operator of its own, chained to the one that makes
 * it, and all of them end in one sink.
 */
public final class TopicWriter {

    private final Json.Decimals decimals;
    private final List<DataStream<TopicRecord>> written = new ArrayList<>();

    /** A writer that was given nothing yet. */
    public TopicWriter(Json.Decimals decimals) {
        this.decimals = decimals;
    }

    /**
     * Writes a stream.
     *
     * @param name of the operator
     * @param form what is written of it, where
     */
    public <T> void write(String name, DataStream<T> stream, Function<Json.Decimals, ToTopic<T, ?>> form) {
        written.add(records(name, stream, form).setParallelism(stream.getParallelism()));
    }

    /**
     * Writes observations, and among them how far event time is.
     *
     * @param partitions of their topic
     */
    public void writeWithWatermarks(String name, DataStream<Observation> observations, int partitions) {
        written.add(WriteWatermarks.among(records(name, observations, ToTopic::observations), partitions));
    }

    /** Ends all that was written in a sink, and returns it. */
    public DataStream<TopicRecord> to(Sink<TopicRecord> topics) {
        DataStream<TopicRecord> all = written.stream().reduce(DataStream::union).orElseThrow();
        all.sinkTo(topics).name("topics").uid("topics");
        return all;
    }

    private <T> SingleOutputStreamOperator<TopicRecord> records(
            String name, DataStream<T> stream, Function<Json.Decimals, ToTopic<T, ?>> form) {
        return stream.flatMap(form.apply(decimals), new RecordType<>(TopicRecord.class))
                .name(name)
                .uid(name);
    }
}
