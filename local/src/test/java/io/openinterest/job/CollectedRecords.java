package io.openinterest.job;

import io.openinterest.job.kafka.TopicRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Keeps what is published in memory, that of all jobs together, each record once: what a checkpoint has confirmed. */
final class CollectedRecords implements Sink<TopicRecord>, SupportsCommitter<Long> {

    private static final long serialVersionUID = 1L;
    private static final Queue<TopicRecord> RECORDS = new ConcurrentLinkedQueue<>();

    /** What was written between two checkpoints, by the number under which it is committed. */
    private static final Map<Long, List<TopicRecord>> WRITTEN = new ConcurrentHashMap<>();

    /** Those of a savepoint that another run left are none of this one's. */
    private static final AtomicLong NUMBERS =
            new AtomicLong(ThreadLocalRandom.current().nextLong());

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
    public CommittingSinkWriter<TopicRecord, Long> createWriter(WriterInitContext context) {
        return new CommittingSinkWriter<>() {

            private List<TopicRecord> written = new ArrayList<>();

            @Override
            public void write(TopicRecord record, Context context) {
                written.add(record);
            }

            @Override
            public Collection<Long> prepareCommit() {
                long number = NUMBERS.incrementAndGet();
                WRITTEN.put(number, written);
                written = new ArrayList<>();
                return List.of(number);
            }

            @Override
            public void flush(boolean endOfInput) {}

            @Override
            public void close() {}
        };
    }

    @Override
    public Committer<Long> createCommitter(CommitterInitContext context) {
        return new Committer<>() {
            @Override
            public void commit(Collection<CommitRequest<Long>> requests) {
                for (CommitRequest<Long> request : requests) {
                    List<TopicRecord> records = WRITTEN.remove(request.getCommittable());
                    if (records == null) {
                        request.signalAlreadyCommitted();
                    } else {
                        RECORDS.addAll(records);
                    }
                }
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public SimpleVersionedSerializer<Long> getCommittableSerializer() {
        return new SimpleVersionedSerializer<>() {
            @Override
            public int getVersion() {
                return 1;
            }

            @Override
            public byte[] serialize(Long number) {
                return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
            }

            @Override
            public Long deserialize(int version, byte[] saved) {
                return ByteBuffer.wrap(saved).getLong();
            }
        };
    }
}
