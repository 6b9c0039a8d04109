package io.openinterest.benchmarks;

import io.openinterest.functions.alert.RuleRecord;
import io.openinterest.job.OpenInterestJob;
import io.openinterest.job.Pipeline;
import io.openinterest.job.Sources;
import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.kafka.TopicRecord;
import io.openinterest.observation.Arrival;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The job's own graph, checkpoints on, from a file of observations to a sink that receives every record and drops it. */
final class Graph {

    /** In this JVM only one graph runs at a time. */
    private static final LongAdder RECORDS = new LongAdder();

    private static final LongAdder BYTES = new LongAdder();
    private static final LongAdder DIGEST = new LongAdder();
    private static volatile OutputStream copy;
    private static volatile boolean digesting;

    private Graph() {}

    /**
     * What came out.
     *
     * @param digest a sum over all records that does not depend on their order; 0 where it was not asked for
     */
    record Output(long records, long bytes, long digest) {}

    /**
     * What runs.
     *
     * @param rules file of the alert rules; null for those the job brings
     */
    record Input(Path observations, int parallelism, Path rules, Path checkpoints) {

        Input withParallelism(int other) {
            return new Input(observations, other, rules, checkpoints);
        }

        Input withRules(Path others) {
            return new Input(observations, parallelism, others, checkpoints);
        }
    }

    /** Runs without looking at what comes out. */
    static Output run(Input input) throws Exception {
        digesting = false;
        return execute(input);
    }

    /**
     * Runs and takes a digest of what comes out.
     *
     * @param out gets every value as a line; null to keep none
     */
    static Output runAndDigest(Input input, OutputStream out) throws Exception {
        digesting = true;
        copy = out;
        try {
            return execute(input);
        } finally {
            copy = null;
        }
    }

    private static Output execute(Input input) throws Exception {
        RECORDS.reset();
        BYTES.reset();
        DIGEST.reset();
        Arguments arguments = new Arguments();
        arguments.set("source", "replay");
        arguments.set("replay.paths", "[" + input.observations().toAbsolutePath() + "]");
        if (input.rules() != null) {
            arguments.set("alerts.rules", input.rules().toAbsolutePath().toString());
        }
        JobConfiguration configuration = arguments.configuration(SourceKind.REPLAY);
        Configuration flink = new Configuration();
        flink.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                input.checkpoints().toUri().toString());
        StreamExecutionEnvironment environment = Cluster.environment(input.parallelism(), flink);
        OpenInterestJob.prepare(environment, configuration);
        DataStream<Arrival> arrivals = Sources.arrivals(environment, configuration, 4);
        DataStream<RuleRecord> noRules = environment
                .fromData(TypeInformation.of(RuleRecord.class), new RuleRecord("none", null, 0, 0, 0))
                .name("no-rules")
                .uid("no-rules");
        Pipeline.define(arrivals, noRules, new Discarding(), 4, configuration);
        Cluster.execute(environment);
        return new Output(RECORDS.sum(), BYTES.sum(), DIGEST.sum());
    }

    private record Discarding() implements Sink<TopicRecord> {

        @Override
        public SinkWriter<TopicRecord> createWriter(WriterInitContext context) {
            return new Writer();
        }
    }

    private static final class Writer implements SinkWriter<TopicRecord> {

        @Override
        public void write(TopicRecord record, Context context) throws IOException {
            RECORDS.increment();
            BYTES.add(record.value().length);
            if (digesting) {
                DIGEST.add(digest(record));
                OutputStream out = copy;
                if (out != null) {
                    synchronized (out) {
                        out.write(record.value());
                        out.write('\n');
                    }
                }
            }
        }

        private static long digest(TopicRecord record) {
            String text = record.topic() + " " + record.keyText() + " " + record.time() + " "
                    + new String(record.value(), StandardCharsets.UTF_8);
            long hash = 0xcbf29ce484222325L;
            for (int i = 0; i < text.length(); i++) {
                hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
            }
            return hash;
        }

        @Override
        public void flush(boolean endOfInput) {}

        @Override
        public void close() {}
    }
}
