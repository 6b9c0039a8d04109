package io.openinterest.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.Stores;

/**
 * The sums of {@link PlainWindows} in Kafka Streams: its own driver for tests, so one thread, no broker, no changelog, and
 * the topics between the steps are bytes in memory. Less than it costs with all of that.
 */
final class StreamsTopology {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration GRACE = Duration.ofSeconds(21);
    private static final String TIME = "\"time\":\"";
    /** Only moves the time on, so that every window before it is closed. */
    private static final String LAST_LINE =
            "{\"exchange\":\"\",\"base\":\"\",\"time\":\"2026-01-01T00:00:00Z\",\"contract_count\":0}";

    private final PlainWindows.Read read = new PlainWindows.Read();
    private final PlainWindows.Write write = new PlainWindows.Write();

    private StreamsTopology() {}

    static Sums.Output run(Path observations) throws IOException {
        Sums.reset();
        new StreamsTopology().pipe(observations);
        return Sums.counted();
    }

    private void pipe(Path observations) throws IOException {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, PlainWindows.Line> lines = builder.stream(
                        "observations", Consumed.with(Serdes.String(), Serdes.ByteArray()))
                .mapValues(this::line);
        sum("exchange-asset", lines.selectKey((key, line) -> line.exchange() + "-" + line.base()));
        sum("asset", lines.selectKey((key, line) -> line.base()));
        sum("exchange", lines.selectKey((key, line) -> line.exchange()));
        Properties properties = new Properties();
        properties.putAll(Map.of(
                StreamsConfig.APPLICATION_ID_CONFIG, "sums",
                StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1"));
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), properties);
                BufferedReader in = Files.newBufferedReader(observations)) {
            TestInputTopic<byte[], byte[]> topic =
                    driver.createInputTopic("observations", new ByteArraySerializer(), new ByteArraySerializer());
            long last = 0;
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                long time = time(text);
                last = Math.max(last, time);
                topic.pipeInput(null, text.getBytes(StandardCharsets.UTF_8), time);
            }
            topic.pipeInput(
                    null,
                    LAST_LINE.getBytes(StandardCharsets.UTF_8),
                    last + MINUTE.plus(GRACE).toMillis());
        }
    }

    /** The time of the record in its topic, which who wrote it there has set. */
    private static long time(String text) {
        int from = text.indexOf(TIME) + TIME.length();
        return Instant.parse(text.substring(from, text.indexOf('"', from))).toEpochMilli();
    }

    private PlainWindows.Line line(byte[] text) {
        try {
            return read.map(new String(text, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String key, long time, long thousandths) {
        try {
            write.map(new PlainWindows.Amount(key, time, thousandths));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void sum(String name, KStream<String, PlainWindows.Line> lines) {
        Serde<String> text = Serdes.String();
        Serde<Long> number = Serdes.Long();
        lines.mapValues(PlainWindows.Line::thousandths)
                .groupByKey(Grouped.with(name, text, number))
                .windowedBy(TimeWindows.ofSizeAndGrace(MINUTE, GRACE))
                .reduce(
                        Long::sum,
                        Materialized.<String, Long>as(
                                        Stores.inMemoryWindowStore(name, MINUTE.plus(GRACE), MINUTE, false))
                                .withKeySerde(text)
                                .withValueSerde(number)
                                .withLoggingDisabled()
                                .withCachingDisabled())
                .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded().withLoggingDisabled())
                        .withName("closed-" + name))
                .toStream()
                .foreach((window, sum) -> write(window.key(), window.window().start(), sum));
    }
}
