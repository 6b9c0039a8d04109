package io.openinterest.job.export;

import io.openinterest.job.config.Folder;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.kafka.ObservationsTopic;
import io.openinterest.job.kafka.TopicRecord;
import io.openinterest.wire.RecordType;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.sink.filesystem.BucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.SimpleVersionedStringSerializer;
import org.apache.flink.util.Collector;

/**
 * Writes every record of every topic to Parquet files too, exactly once: {@code <topic>/day=<UTC day>/*.parquet} under
 * the configured folder. A checkpoint ends a file, and a topic is written by one subtask, so that there are no more.
 */
public final class ParquetExport {

    private ParquetExport() {}

    /** Writes what is published, if the configuration says where to. */
    public static void add(DataStream<TopicRecord> published, JobConfiguration configuration) {
        configuration
                .exported()
                .ifPresent(folder -> published
                        .flatMap(
                                new Stamp(configuration.source() == SourceKind.REPLAY),
                                new RecordType<>(ExportedRecord.class))
                        .name("export-records")
                        .uid("export-records")
                        .setDescription("export-records: says of every record when it is published")
                        .keyBy(ExportedRecord::topic)
                        .sinkTo(sink(folder))
                        .name("parquet")
                        .uid("parquet"));
    }

    private static FileSink<ExportedRecord> sink(Folder folder) {
        return FileSink.forBulkFormat(folder.path(), new ParquetFile.Factory())
                .withBucketAssigner(new ByTopicAndDay())
                .withOutputFileConfig(
                        OutputFileConfig.builder().withPartSuffix(".parquet").build())
                .build();
    }

    /** Says when. Time marks are for the job itself and left out. */
    private static final class Stamp implements FlatMapFunction<TopicRecord, ExportedRecord> {

        private static final long serialVersionUID = 1;

        private final boolean replay;

        Stamp(boolean replay) {
            this.replay = replay;
        }

        @Override
        public void flatMap(TopicRecord record, Collector<ExportedRecord> out) {
            if (!ObservationsTopic.isMark(record.key())) {
                out.collect(new ExportedRecord(
                        record.topic(),
                        record.keyText(),
                        record.time() == null ? 0 : record.time().toEpochMilli(),
                        replay ? null : Clock.systemUTC().millis(),
                        record.value()));
            }
        }
    }

    private static final class ByTopicAndDay implements BucketAssigner<ExportedRecord, String> {

        private static final long serialVersionUID = 1;

        @Override
        public String getBucketId(ExportedRecord record, Context context) {
            return record.topic() + "/day="
                    + Instant.ofEpochMilli(record.time())
                            .atOffset(ZoneOffset.UTC)
                            .toLocalDate();
        }

        @Override
        public SimpleVersionedSerializer<String> getSerializer() {
            return SimpleVersionedStringSerializer.INSTANCE;
        }
    }
}
