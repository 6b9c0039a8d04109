package io.openinterest.job.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.expiry.OptionContribution;
import io.openinterest.functions.metrics.BoundaryRecord;
import io.openinterest.functions.metrics.MetricsControl;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.wire.RecordType;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What travels between operators arrives as it was. */
class RecordTypeTest {

    private final AnyRecord any = new AnyRecord(11);

    @ParameterizedTest
    @ValueSource(
            classes = {
                Arrival.class,
                Observation.class,
                MarketRow.class,
                TotalRow.class,
                BoundaryRecord.class,
                OptionContribution.class,
                MetricsControl.class
            })
    <R extends Record> void everyRecordArrivesAsItWas(Class<R> type) throws Exception {
        TypeSerializer<R> there = serializer(type);
        TypeSerializer<R> here = there.duplicate();
        DataOutputSerializer out = new DataOutputSerializer(64);
        DataInputDeserializer in = new DataInputDeserializer();
        for (int i = 0; i < 300; i++) {
            R record = any.of(type);
            out.clear();
            there.serialize(record, out);
            in.setBuffer(out.getCopyOfBuffer());

            assertThat(here.deserialize(in)).isEqualTo(record);
            assertThat(in.available()).isZero();
            assertThat(here.copy(record)).isEqualTo(record);
        }
    }

    private record Odd(
            BigDecimal decimal,
            Instant time,
            String text,
            Long number,
            boolean flag,
            List<String> texts,
            byte[] bytes) {}

    @Test
    void whateverTheValueItIsKept() throws Exception {
        for (String decimal : List.of(
                "0",
                "0.000",
                "-1E+400",
                "1E-127",
                "1E-128",
                "1E-129",
                "1E+127",
                "1E+128",
                "999999999999999999",
                "-999999999999999999",
                "1000000000000000000",
                "12345678901234567890.5")) {
            assertSame(new Odd(
                    new BigDecimal(decimal),
                    Instant.ofEpochSecond(-1, 999_999_999),
                    decimal,
                    0L,
                    true,
                    List.of(),
                    new byte[0]));
        }
        String text = "币安人生 é\u0000😀";
        for (int i = 0; i < 70; i++) {
            text += (char) ('a' + i % 26);
            assertSame(new Odd(null, null, text, Long.MIN_VALUE, false, List.of(text, ""), text.getBytes("UTF-8")));
            assertSame(new Odd(null, null, text.substring(10), null, false, null, null));
        }
    }

    private static void assertSame(Odd odd) throws Exception {
        TypeSerializer<Odd> serializer = serializer(Odd.class);
        DataOutputSerializer out = new DataOutputSerializer(64);
        // twice, for a text that was read before is remembered
        serializer.serialize(odd, out);
        serializer.serialize(odd, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
        serializer.deserialize(in);
        assertThat(serializer.deserialize(in)).usingRecursiveComparison().isEqualTo(odd);
    }

    private static <R extends Record> TypeSerializer<R> serializer(Class<R> type) {
        return new RecordType<>(type).createSerializer(new SerializerConfigImpl());
    }
}
