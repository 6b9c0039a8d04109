package io.openinterest.job.export;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.connector.file.sink.compactor.RecordWiseFileCompactor;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.MessageType;

/** A Parquet file of records of one topic. */
@SuppressWarnings("deprecation") // Parquet's own way without Hadoop overrides what Hadoop's is deprecated for
final class ParquetFile {

    /** Small, because many topics have a file open at once. */
    private static final long ROW_GROUP_BYTES = 16L << 20;

    private static final String TOPIC = "open-interest.topic";

    private ParquetFile() {}

    /** Opens files for writing. */
    static final class Factory implements BulkWriter.Factory<ExportedRecord> {

        private static final long serialVersionUID = 1;

        @Override
        public BulkWriter<ExportedRecord> create(FSDataOutputStream out) {
            return new Writer(out);
        }
    }

    /** Which columns there are is known with the first record, which a file always has. */
    private static final class Writer implements BulkWriter<ExportedRecord> {

        private final FSDataOutputStream out;
        private ParquetWriter<ExportedRecord> parquet;

        Writer(FSDataOutputStream out) {
            this.out = out;
        }

        @Override
        public void addElement(ExportedRecord record) throws IOException {
            if (parquet == null) {
                parquet = new Builder(new FlinkFiles.Output(out), record.topic())
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

        private final String topic;
        private final TopicColumns columns;
        private RecordConsumer consumer;

        Columns(String topic) {
            this.topic = topic;
            columns = TopicColumns.of(topic);
        }

        @Override
        public WriteContext init(Configuration hadoop) {
            throw new UnsupportedOperationException();
        }

        @Override
        public WriteContext init(ParquetConfiguration configuration) {
            return new WriteContext(columns.type(), Map.of(TOPIC, topic));
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

    /** The records of a file, as they were given to it; to make one file of many. */
    static RecordWiseFileCompactor.Reader<ExportedRecord> read(Path file) throws IOException {
        ParquetReader<ExportedRecord> parquet = new Reading(new FlinkFiles.Input(file)).build();
        return new RecordWiseFileCompactor.Reader<>() {
            @Override
            public ExportedRecord read() throws IOException {
                return parquet.read();
            }

            @Override
            public void close() throws IOException {
                parquet.close();
            }
        };
    }

    private static final class Reading extends ParquetReader.Builder<ExportedRecord> {

        Reading(InputFile file) {
            super(file, new PlainParquetConfiguration());
            withCodecFactory(new ZstdCodec());
        }

        @Override
        protected ReadSupport<ExportedRecord> getReadSupport() {
            return new Records();
        }
    }

    /** Reads what the other columns were made from. */
    private static final class Records extends ReadSupport<ExportedRecord> {

        @Override
        public ReadContext init(ParquetConfiguration configuration, Map<String, String> metadata, MessageType columns) {
            return new ReadContext(TopicColumns.source(columns), new HashMap<>(metadata));
        }

        @Override
        public RecordMaterializer<ExportedRecord> prepareForRead(
                Configuration hadoop, Map<String, String> metadata, MessageType columns, ReadContext context) {
            throw new UnsupportedOperationException();
        }

        @Override
        public RecordMaterializer<ExportedRecord> prepareForRead(
                ParquetConfiguration configuration,
                Map<String, String> metadata,
                MessageType columns,
                ReadContext context) {
            return new Materializer(metadata.get(TOPIC), context.getRequestedSchema());
        }
    }

    private static final class Materializer extends RecordMaterializer<ExportedRecord> {

        private final String topic;
        private final Map<String, Object> values = new HashMap<>();
        private final Converter[] converters;

        Materializer(String topic, MessageType columns) {
            this.topic = topic;
            converters = columns.getFields().stream()
                    .map(field -> new Column(field.getName()))
                    .toArray(Converter[]::new);
        }

        @Override
        public ExportedRecord getCurrentRecord() {
            return new ExportedRecord(
                    topic,
                    ((Binary) values.get(TopicColumns.KEY)).toStringUsingUTF8(),
                    (Long) values.get(TopicColumns.TIMESTAMP),
                    (Long) values.get(TopicColumns.PUBLISHED_AT),
                    ((Binary) values.get(TopicColumns.JSON)).getBytes());
        }

        @Override
        public GroupConverter getRootConverter() {
            return new GroupConverter() {
                @Override
                public Converter getConverter(int field) {
                    return converters[field];
                }

                @Override
                public void start() {
                    values.clear();
                }

                @Override
                public void end() {}
            };
        }

        private final class Column extends PrimitiveConverter {

            private final String name;

            Column(String name) {
                this.name = name;
            }

            @Override
            public void addBinary(Binary value) {
                values.put(name, value.copy());
            }

            @Override
            public void addLong(long value) {
                values.put(name, value);
            }
        }
    }
}
