package io.openinterest.job;

import io.openinterest.job.kafka.TopicRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Keeps what is published in memory, that of all jobs together. */
final class CollectedRecords implements Sink<TopicRecord> {

    private static final long serialVersionUID = 1L;
    private static final Queue<TopicRecord> RECORDS = new ConcurrentLinkedQueue<>();

    static void clear() {
        RECORDS.clear();
    }

    static List<TopicRecord> all() {
        return List.copyOf(RECORDS);
    }

    /** Topic, key and value of every record. */
    static List<String> texts() {
        return RECORDS.stream()
                .map(record -> record.topic() + " " + record.keyText() + " "
                        + new String(record.value(), StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    public SinkWriter<TopicRecord> createWriter(WriterInitContext context) {
        return new SinkWriter<>() {
            @Override
            public void write(TopicRecord record, Context context) {
                RECORDS.add(record);
            }

            @Override
            public void flush(boolean endOfInput) {}

            @Override
            public void close() {}
        };
    }
}
