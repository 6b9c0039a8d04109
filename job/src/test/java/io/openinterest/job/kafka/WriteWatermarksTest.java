package io.openinterest.job.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.wire.EvenKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;

class WriteWatermarksTest {

    private static final Instant START = Instant.parse("2026-03-01T07:00:00Z");

    @Test
    void everyPartitionGetsAMarkASecond() throws Exception {
        try (Harness harness = new Harness(2)) {
            // given an observation, which can be in one of the partitions only
            harness.observe(0);

            // when
            harness.advanceTo(1_500);
            harness.advanceTo(1_998);
            harness.advanceTo(1_999);
            harness.advanceTo(5_000);

            // then
            assertThat(harness.marks(0)).containsExactly("07:00:01Z", "07:00:02Z", "07:00:05Z");
            assertThat(harness.marks(1)).isEqualTo(harness.marks(0));
        }
    }

    @Test
    void anObservationIsAheadOfTheMarkThatMakesItsSuccessorsLate() throws Exception {
        try (Harness harness = new Harness(1)) {
            harness.observe(900);
            harness.advanceTo(999);
            harness.observe(800);

            assertThat(harness.written(0)).containsExactly("07:00:00.900Z", "mark 07:00:01Z", "07:00:00.800Z");
        }
    }

    @Test
    void marksGoOnAfterARestartWithoutObservations() throws Exception {
        OperatorSubtaskState saved = savedAfterASecondOfTwoPartitions();
        try (Harness harness = new Harness(2, saved)) {
            harness.advanceTo(999);
            harness.advanceTo(61_234);

            assertThat(harness.marks(0)).containsExactly("07:01:01Z");
            assertThat(harness.marks(1)).containsExactly("07:01:01Z");
        }
    }

    @Test
    void aTopicThatGrewGetsMarksInEachOfItsPartitions() throws Exception {
        OperatorSubtaskState saved = savedAfterASecondOfTwoPartitions();
        try (Harness harness = new Harness(5, saved)) {
            harness.advanceTo(999);
            harness.observe(60_000);
            harness.advanceTo(61_000);

            for (int partition = 0; partition < 5; partition++) {
                assertThat(harness.marks(partition)).containsExactly("07:01:01Z");
            }
        }
    }

    private static OperatorSubtaskState savedAfterASecondOfTwoPartitions() throws Exception {
        try (Harness harness = new Harness(2)) {
            harness.observe(0);
            harness.advanceTo(1_000);
            return harness.snapshot();
        }
    }

    @Test
    void theLastMarkClosesTheMinuteOfTheNewestObservationOfAnyPartition() throws Exception {
        try (Harness harness = new Harness(3)) {
            harness.observe(61_000);
            harness.observe(125_000);
            harness.observe(70_000);

            harness.advanceTo(Long.MAX_VALUE);

            for (int partition = 0; partition < 3; partition++) {
                assertThat(harness.marks(partition)).containsExactly("07:03:00Z");
            }
        }
    }

    @Test
    void partitionsAreThoseThatKafkaWouldChoose() {
        List<TopicRecord> addressed = new ArrayList<>();
        WriteWatermarks.Address address = new WriteWatermarks.Address(4);
        for (String key :
                List.of("binance-BTCUSDT-future", "okx-BTC-USDT-SWAP-future", "deribit-BTC-PERPETUAL-future")) {
            address.flatMap(
                    new TopicRecord("observations", null, key.getBytes(UTF_8), START, new byte[0]), into(addressed));
        }

        assertThat(addressed)
                .filteredOn(record -> record.value() != null)
                .hasSize(3)
                .allSatisfy(record ->
                        assertThat(record.partition()).isEqualTo(BuiltInPartitioner.partitionForKey(record.key(), 4)));
    }

    private static Collector<TopicRecord> into(List<TopicRecord> records) {
        return new Collector<>() {
            @Override
            public void collect(TopicRecord record) {
                records.add(record);
            }

            @Override
            public void close() {}
        };
    }

    /** The two operators that belong together, with times relative to the start. */
    private static final class Harness implements AutoCloseable {

        private final WriteWatermarks.Address address;
        private final KeyedOneInputStreamOperatorTestHarness<Integer, TopicRecord, TopicRecord> operator;

        Harness(int partitions, OperatorSubtaskState... saved) throws Exception {
            address = new WriteWatermarks.Address(partitions);
            int[] keys = EvenKeys.of(partitions);
            operator = new KeyedOneInputStreamOperatorTestHarness<>(
                    new KeyedProcessOperator<>(new WriteWatermarks(keys)),
                    record -> keys[record.partition()],
                    Types.INT);
            for (OperatorSubtaskState state : saved) {
                operator.initializeState(state);
            }
            operator.open();
        }

        void observe(long millis) throws Exception {
            Instant time = START.plusMillis(millis);
            List<TopicRecord> addressed = new ArrayList<>();
            address.flatMap(
                    new TopicRecord(
                            "observations", null, "binance-BTCUSDT-future".getBytes(UTF_8), time, new byte[] {'{', '}'
                            }),
                    into(addressed));
            for (TopicRecord record : addressed) {
                operator.processElement(record, time.toEpochMilli());
            }
        }

        void advanceTo(long millis) throws Exception {
            operator.processWatermark(millis == Long.MAX_VALUE ? millis : START.toEpochMilli() + millis);
        }

        OperatorSubtaskState snapshot() throws Exception {
            return operator.snapshot(1, 1);
        }

        List<String> written(int partition) {
            return operator.extractOutputValues().stream()
                    .filter(record -> record.partition() == partition)
                    .map(record -> {
                        String time = record.time().toString().substring(11);
                        String mark = "{\"mark\":\"2026-03-01T" + time + "\"}";
                        return record.keyText().equals("_time") && new String(record.value(), UTF_8).equals(mark)
                                ? "mark " + time
                                : time;
                    })
                    .toList();
        }

        List<String> marks(int partition) {
            return written(partition).stream()
                    .filter(text -> text.startsWith("mark "))
                    .map(text -> text.substring(5))
                    .toList();
        }

        @Override
        public void close() {
            try {
                operator.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
