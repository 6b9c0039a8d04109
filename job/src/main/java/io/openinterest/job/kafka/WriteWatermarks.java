package io.openinterest.job.kafka;

import io.openinterest.observation.Json;
import io.openinterest.wire.EvenKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.kafka.common.utils.Utils;

/**
 * Writes a time mark among the observations of each partition when event time passes a full second: an observation behind
 * it whose time is before it is late. Where the input ends, a last mark closes the minute of the newest observation.
 *
 * <p>Keyed by partition (a number for each that spreads them evenly), so that one subtask, and the sink behind it, writes
 * all of a partition, marks and observations in their order. Marks begin with the first observation and, once begun, need
 * none: they go on while venues are silent.
 */
public final class WriteWatermarks extends KeyedProcessFunction<Integer, TopicRecord, TopicRecord> {

    private static final long serialVersionUID = 1;
    private static final long SECOND = 1000;

    private final int[] keys;
    private transient ValueState<Long> lastMark;
    private transient ValueState<Long> lastMinute;

    /**
     * Writes time marks.
     *
     * @param keys the key of each partition
     */
    WriteWatermarks(int[] keys) {
        this.keys = keys;
    }

    /**
     * Observations and time marks.
     *
     * @param observations records of the observations topic
     * @param partitions of that topic
     */
    public static DataStream<TopicRecord> among(DataStream<TopicRecord> observations, int partitions) {
        int[] keys = EvenKeys.of(partitions);
        return observations
                .flatMap(new Address(partitions), observations.getType())
                .name("address-partitions")
                .uid("address-partitions")
                .keyBy(record -> keys[record.partition()])
                .process(new WriteWatermarks(keys), observations.getType())
                .name("mark-time")
                .uid("mark-time")
                .setDescription("mark-time: writes among observations how far event time is");
    }

    @Override
    public void open(OpenContext context) {
        lastMark = getRuntimeContext().getState(new ValueStateDescriptor<>("last-mark", Types.LONG));
        lastMinute = getRuntimeContext().getState(new ValueStateDescriptor<>("last-minute", Types.LONG));
    }

    @Override
    public void processElement(TopicRecord record, Context context, Collector<TopicRecord> out) throws Exception {
        if (record.value() != null) {
            out.collect(record);
            return;
        }
        if (lastMinute.value() == null) {
            markAfter(context.timerService().currentWatermark(), context);
        }
        if (lastMinute.value() == null || record.time().toEpochMilli() > lastMinute.value()) {
            lastMinute.update(record.time().toEpochMilli());
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<TopicRecord> out) throws Exception {
        OptionalInt partition = partition(context.getCurrentKey());
        if (partition.isEmpty()) {
            return; // one of before the topic grew; the partitions there are have keys of their own
        }
        long watermark = context.timerService().currentWatermark();
        boolean ended = watermark == Long.MAX_VALUE;
        long mark = ended ? lastMinute.value() : Math.floorDiv(watermark + 1, SECOND) * SECOND;
        if (lastMark.value() == null || mark > lastMark.value()) {
            lastMark.update(mark);
            out.collect(mark(partition.getAsInt(), Instant.ofEpochMilli(mark)));
        }
        if (!ended) {
            markAfter(watermark, context);
        }
    }

    /** Whatever time it is when event time begins, the first timer is due then. */
    private static void markAfter(long watermark, Context context) {
        long nextSecond = watermark == Long.MIN_VALUE ? 0 : Math.floorDiv(watermark + 1, SECOND) * SECOND + SECOND;
        context.timerService().registerEventTimeTimer(nextSecond - 1);
    }

    private OptionalInt partition(int key) {
        return IntStream.range(0, keys.length)
                .filter(partition -> keys[partition] == key)
                .findFirst();
    }

    private static TopicRecord mark(int partition, Instant mark) {
        String value = "{\"mark\":\"" + Json.text(mark) + "\"}";
        return new TopicRecord(
                Topics.OBSERVATIONS,
                partition,
                ObservationsTopic.MARK_KEY_BYTES,
                mark,
                value.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Gives a record the partition that Kafka would. Ahead of the first record of a minute every partition is told, by a
     * record without value, when that minute ends: so each knows that it exists, and how far observations got.
     */
    static final class Address implements FlatMapFunction<TopicRecord, TopicRecord> {

        private static final long serialVersionUID = 1;

        private final int partitions;
        private transient Instant told;

        Address(int partitions) {
            this.partitions = partitions;
        }

        @Override
        public void flatMap(TopicRecord record, Collector<TopicRecord> out) {
            if (told == null || !record.time().isBefore(told)) {
                told = record.time().truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
                for (int partition = 0; partition < partitions; partition++) {
                    out.collect(
                            new TopicRecord(record.topic(), partition, ObservationsTopic.MARK_KEY_BYTES, told, null));
                }
            }
            int partition = Utils.toPositive(Utils.murmur2(record.key())) % partitions;
            out.collect(new TopicRecord(record.topic(), partition, record.key(), record.time(), record.value()));
        }
    }
}
