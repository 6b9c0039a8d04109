package io.openinterest.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;

/**
 * The program one would write first: read the tree of each line, key it by exchange and asset, by asset, and by exchange,
 * and sum contracts by minute in tumbling windows. Nothing is carried forward, explained, corrected or checked, and no
 * other record leaves than these sums.
 */
final class PlainWindows {

    private PlainWindows() {}

    /** What an observation adds to a key. */
    public record Amount(String key, long time, long thousandths) {

        Amount plus(Amount other) {
            return new Amount(key, Math.max(time, other.time), thousandths + other.thousandths);
        }
    }

    /** What is looked at of a line. */
    public record Line(String exchange, String base, long time, long thousandths) {}

    static Sums.Output run(Path observations, int parallelism) throws Exception {
        Sums.reset();
        StreamExecutionEnvironment environment = Cluster.environment(parallelism, new Configuration());
        environment.getConfig().enableObjectReuse();
        DataStream<Line> lines = environment
                .fromSource(
                        FileSource.forRecordStreamFormat(
                                        new TextLineInputFormat(),
                                        new org.apache.flink.core.fs.Path(observations.toUri()))
                                .build(),
                        WatermarkStrategy.noWatermarks(),
                        "lines")
                .setParallelism(1)
                .map(new Read())
                .setParallelism(1)
                .assignTimestampsAndWatermarks(WatermarkStrategy.<Line>forBoundedOutOfOrderness(Duration.ofSeconds(21))
                        .withTimestampAssigner((line, before) -> line.time()))
                .setParallelism(1);
        sum(lines.map(line -> new Amount(line.exchange() + "-" + line.base(), line.time(), line.thousandths())));
        sum(lines.map(line -> new Amount(line.base(), line.time(), line.thousandths())));
        sum(lines.map(line -> new Amount(line.exchange(), line.time(), line.thousandths())));
        Cluster.execute(environment);
        return Sums.counted();
    }

    private static void sum(DataStream<Amount> amounts) {
        amounts.keyBy(Amount::key)
                .window(TumblingEventTimeWindows.of(Duration.ofMinutes(1)))
                .reduce(Amount::plus)
                .map(new Write())
                .sinkTo(new DiscardingSink<>());
    }

    /** Reads what is looked at of a line. */
    static final class Read implements MapFunction<String, Line> {

        private static final long serialVersionUID = 1;
        private static final ObjectMapper JSON = new ObjectMapper();

        @Override
        public Line map(String text) throws JsonProcessingException {
            JsonNode line = JSON.readTree(text);
            return new Line(
                    line.path("exchange").asText(),
                    line.path("base").asText(),
                    Instant.parse(line.path("time").asText()).toEpochMilli(),
                    Math.round(1000 * line.path("contract_count").asDouble()));
        }
    }

    /** Writes a sum. */
    static final class Write implements MapFunction<Amount, String> {

        private static final long serialVersionUID = 1;
        private static final ObjectMapper JSON = new ObjectMapper();

        @Override
        public String map(Amount sum) throws JsonProcessingException {
            Sums.count(sum.thousandths());
            return JSON.writeValueAsString(sum);
        }
    }
}
