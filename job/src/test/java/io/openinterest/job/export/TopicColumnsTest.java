package io.openinterest.job.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.junit.jupiter.api.Test;

class TopicColumnsTest {

    @Test
    void aNumberOfAnyLengthIsExported() {
        // given half of an odd count that is accepted with a hundred digits on both sides of the point
        String count = "5".repeat(100) + "." + "5".repeat(101);
        String json = "{\"market\":\"htx-BTC-USDT-future\",\"contract_count\":" + count + "}";
        Texts written = new Texts();

        TopicColumns.of("market.1m")
                .write(
                        new ExportedRecord(
                                "market.1m", "htx-BTC-USDT-future", 0, null, json.getBytes(StandardCharsets.UTF_8)),
                        written);

        assertThat(written.texts).contains(json);
    }

    private static final class Texts extends RecordConsumer {

        private final List<String> texts = new ArrayList<>();

        @Override
        public void startMessage() {}

        @Override
        public void endMessage() {}

        @Override
        public void startField(String field, int index) {}

        @Override
        public void endField(String field, int index) {}

        @Override
        public void startGroup() {}

        @Override
        public void endGroup() {}

        @Override
        public void addInteger(int value) {}

        @Override
        public void addLong(long value) {}

        @Override
        public void addBoolean(boolean value) {}

        @Override
        public void addBinary(Binary value) {
            texts.add(value.toStringUsingUTF8());
        }

        @Override
        public void addFloat(float value) {}

        @Override
        public void addDouble(double value) {}
    }
}
