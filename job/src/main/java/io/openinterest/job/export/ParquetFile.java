package io.openinterest.job.export;

import java.io.IOException;
import java.util.Map;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.RecordConsumer;

/** A Parquet file of records of one topic. */
@SuppressWarnings("deprecation") // Parquet's own way without Hadoop overrides what Hadoop's is deprecated for
final class ParquetFile {

    /** Small, because many topics have a file open at once. */
    private static final long ROW_GROUP_BYTES = 16L << 20;

    private ParquetFile() {}

    /** Opens files for writing. */
    static final class Factory implements BulkWriter.Factory<ExportedRecord> {

        private static final long serialVersionUID = 1;

        @Override
        public BulkWriter<ExportedRecord> create(FSDataOutputStream out) {
            return new Writer(out);
        }
    }

    /** The columns are known with the first record, which a file always has. */
    private static final class Writer implements BulkWriter<ExportedRecord> {

        private final FSDataOutputStream out;
        private ParquetWriter<ExportedRecord> parquet;

        Writer(FSDataOutputStream out) {
            this.out = out;
        }

        @Override
        public void addElement(ExportedRecord record) throws IOException {
            if (parquet == null) {
                parquet = new Builder(new FlinkFile(out), record.topic())
                        .withConf(new PlainParquetConfiguration())
                        .withCodecFactory(new ZstdCodec())
                        .withCompressionCodec(CompressionCodecName.ZSTD)
                        .withRowGroupSize(ROW_GROUP_BYTES)
                        .build();
            }
            parquet.write(record);
        }

        @Override
        public void flush() {
            // a row group is written when it is full
        }

        @Override
        public void finish() throws IOException {
            if (parquet != null) {
                parquet.close();
            }
        }
    }

    private static final class Builder extends ParquetWriter.Builder<ExportedRecord, Builder> {

        private final String topic;

        Builder(OutputFile file, String topic) {
            super(file);
            this.topic = topic;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        protected WriteSupport<ExportedRecord> getWriteSupport(Configuration hadoop) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected WriteSupport<ExportedRecord> getWriteSupport(ParquetConfiguration configuration) {
            return new Columns(topic);
        }
    }

    private static final class Columns extends WriteSupport<ExportedRecord> {

        private final TopicColumns columns;
        private RecordConsumer consumer;

        Columns(String topic) {
            columns = TopicColumns.of(topic);
        }

        @Override
        public WriteContext init(Configuration hadoop) {
            throw new UnsupportedOperationException();
        }

        @Override
        public WriteContext init(ParquetConfiguration configuration) {
            return new WriteContext(columns.type(), Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer to) {
            consumer = to;
        }

        @Override
        public void write(ExportedRecord record) {
            columns.write(record, consumer);
        }
    }
}
