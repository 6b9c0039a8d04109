package io.openinterest.job.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.ExpiryRow;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.observation.Json;
import io.openinterest.observation.Json.Decimals;
import io.openinterest.observation.JsonText;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.RecordJson;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes into topics is what Jackson would write, to the last byte. */
class RecordJsonTest {

    private static final int RECORDS = 300;

    private final AnyRecord any = new AnyRecord(7);

    @ParameterizedTest
    @ValueSource(
            classes = {
                Observation.class,
                Quarantined.class,
                MarketRow.class,
                TotalRow.class,
                ExpiryRow.class,
                MetricsRow.class,
                AlertEvent.class
            })
    <R extends Record> void everyRecordOfATopicIsWrittenAsJacksonWritesIt(Class<R> type) throws Exception {
        for (Decimals decimals : Decimals.values()) {
            ObjectWriter jackson = Json.mapper(decimals).writerFor(type);
            RecordJson<R> json = RecordJson.of(type, decimals);
            JsonText text = new JsonText();
            for (int i = 0; i < RECORDS; i++) {
                R record = any.of(type);
                assertThat(text(json.write(record, text))).isEqualTo(jackson.writeValueAsString(record));
            }
        }
    }

    private record Kinds(BigDecimal decimal, Instant time, String text, long number) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0.000",
                "1",
                "-1",
                "10",
                "1000",
                "1E+3",
                "-1E+20",
                "1E+400",
                "0.1",
                "-0.000001",
                "123.4560",
                "999999999999999999",
                "9999999999999999999",
                "0.999999999999999999",
                "123456789012345678e-30",
                "1E-120",
                "12345678901234567890.12345678901234567890",
                "100000000000000000",
                "5E-18",
                "1.10E+17"
            })
    void decimalsArePlain(String decimal) throws JsonProcessingException {
        assertSame(new Kinds(new BigDecimal(decimal), null, null, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1970-01-01T00:00:00Z", "2026-12-25T08:00:00.001Z", "2024-02-29T23:59:59.999Z", "2000-03-01T00:00:00Z",
                "1969-12-31T23:59:59.999Z", "0000-01-01T00:00:00Z", "-0001-12-31T23:59:59Z", "9999-12-31T23:59:59.990Z",
                "+10000-01-01T00:00:00Z", "1900-02-28T12:00:00.123456789Z", "2100-03-01T00:00:00.100Z"
            })
    void timesAreCutToMilliseconds(String time) throws JsonProcessingException {
        assertSame(new Kinds(null, Instant.parse(time), null, Long.MIN_VALUE));
    }

    @Test
    void everyDayOfFourHundredYearsIsThatDay() throws JsonProcessingException {
        for (int day = 0; day < 146_097; day += 13) {
            assertSame(new Kinds(null, Instant.ofEpochSecond(day * 86_400L), null, day));
        }
    }

    @Test
    void textsMayHoldEveryCharacter() throws JsonProcessingException {
        for (int c = 0; c < 0x3000; c++) {
            assertSame(new Kinds(null, null, "a" + Character.toString(c) + "b", c));
        }
        assertSame(new Kinds(null, null, "币安人生 😀 \uE000", Long.MAX_VALUE));
    }

    @Test
    void halfACharacterIsNoReasonToFail() {
        Kinds half = new Kinds(null, null, "a\uD83D", 1);

        assertThat(text(RecordJson.of(Kinds.class, Decimals.NUMBER).write(half, new JsonText())))
                .isEqualTo("{\"decimal\":null,\"time\":null,\"text\":\"a?\",\"number\":1}");
    }

    private record Raw(@JsonRawValue String text) {}

    private record Named(@JsonUnwrapped(suffix = "_kinds") Kinds kinds) {}

    private record Real(double number) {}

    @Test
    void whatIsNotKnownIsRefusedAtOnce() {
        assertThatIllegalArgumentException().isThrownBy(() -> RecordJson.of(Raw.class, Decimals.NUMBER));
        assertThatIllegalArgumentException().isThrownBy(() -> RecordJson.of(Named.class, Decimals.NUMBER));
        assertThatIllegalArgumentException().isThrownBy(() -> RecordJson.of(Real.class, Decimals.NUMBER));
    }

    private static void assertSame(Kinds kinds) throws JsonProcessingException {
        assertThat(text(RecordJson.of(Kinds.class, Decimals.NUMBER).write(kinds, new JsonText())))
                .isEqualTo(Json.mapper(Decimals.NUMBER).writeValueAsString(kinds));
    }

    private static String text(JsonText json) {
        return new String(json.toBytes(), StandardCharsets.UTF_8);
    }
}
