package io.openinterest.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openinterest.observation.Json;
import io.openinterest.observation.JsonText;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationReader;
import io.openinterest.observation.RecordJson;
import io.openinterest.wire.RecordType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What every observation goes through, each beside what Jackson or Flink would do with the same bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class HotFunctions {

    private static final int MARKETS = 1000;

    private final JsonFactory jackson = new JsonFactory();
    private final JsonMapper mapper = Json.mapper(Json.Decimals.NUMBER);
    private final RecordJson<Observation> json = RecordJson.of(Observation.class, Json.Decimals.NUMBER);
    private final JsonText text = new JsonText();
    private final ObservationReader reader =
            new ObservationReader(InstantSource.fixed(Instant.parse("2027-01-01T00:00:00Z")));
    private final TypeSerializer<Observation> serializer =
            new RecordType<>(Observation.class).createSerializer(new SerializerConfigImpl());
    private final DataOutputSerializer out = new DataOutputSerializer(1024);
    private byte[][] lines;
    private Observation[] observations;
    private byte[][] serialized;
    private int next;

    /** A thousand lines, so that no market is alone in the caches. */
    @Setup
    public void prepare() throws IOException {
        Path file = Files.createTempFile("observations", ".jsonl");
        ObservationLines.write(file, MARKETS, 1);
        List<String> all = Files.readAllLines(file);
        Files.delete(file);
        lines = new byte[MARKETS][];
        observations = new Observation[MARKETS];
        serialized = new byte[MARKETS][];
        for (int i = 0; i < MARKETS; i++) {
            lines[i] = all.get(i).getBytes(StandardCharsets.UTF_8);
            observations[i] = reader.read(lines[i], 0, lines[i].length).observation();
            out.clear();
            serializer.serialize(observations[i], out);
            serialized[i] = out.getCopyOfBuffer();
        }
    }

    private int next() {
        next = next + 1 == MARKETS ? 0 : next + 1;
        return next;
    }

    @Benchmark
    public Observation readObservation() {
        byte[] line = lines[next()];
        return reader.read(line, 0, line.length).observation();
    }

    @Benchmark
    public int readTokensByJackson() throws IOException {
        int seen = 0;
        try (JsonParser parser = jackson.createParser(lines[next()])) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                seen += token.isScalarValue() ? 1 + parser.getTextLength() : 1;
            }
        }
        return seen;
    }

    @Benchmark
    public byte[] writeObservation() {
        return json.write(observations[next()], text).toBytes();
    }

    @Benchmark
    public byte[] writeObservationByJackson() throws IOException {
        return mapper.writeValueAsBytes(observations[next()]);
    }

    @Benchmark
    public int serializeObservation() throws IOException {
        out.clear();
        serializer.serialize(observations[next()], out);
        return out.length();
    }

    @Benchmark
    public Observation deserializeObservation() throws IOException {
        return serializer.deserialize(new DataInputDeserializer(serialized[next()]));
    }
}
