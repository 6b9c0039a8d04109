package io.openinterest.job;

import io.openinterest.functions.alert.RuleRecord;
import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.Folder;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.config.JobConfiguration.Stages;
import io.openinterest.job.config.LiveVenues;
import io.openinterest.job.config.Section;
import io.openinterest.job.kafka.RulesTopic;
import io.openinterest.job.kafka.TopicSink;
import io.openinterest.job.kafka.Topics;
import io.openinterest.job.kafka.Transactions;
import io.openinterest.observation.Arrival;
import io.openinterest.venue.VenueCalendar;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The job on a cluster: {@code flink run open-interest-job.jar}, or the same jar uploaded in the dashboard. */
public final class OpenInterestJob {

    /** The job's name in the dashboard. */
    public static final String NAME = "open-interest";

    /** Exit code for a mistake of the user. */
    public static final int USAGE = 2;

    /**
     * How long a record may wait at each step of a boundary. Every edge of every subtask has a thread that wakes so often,
     * a hundred of them in a local run: at 5 ms they took a third of all a live job takes.
     */
    private static final Duration BUFFER_TIMEOUT = Duration.ofMillis(20);

    /** The same where nobody waits for a boundary but for the end of all. */
    private static final Duration BUFFER_TIMEOUT_OF_REPLAY = Duration.ofMillis(200);

    /** A checkpoint that came too late is followed by one that may not; a restart would begin where the last one was. */
    private static final int TOLERATED_CHECKPOINTS = 2;

    /** How often sources look whether event time has reached another second; a boundary waits for half of it on average. */
    private static final Duration WATERMARK_INTERVAL = Duration.ofMillis(20);

    private OpenInterestJob() {}

    /** Submits the job to the cluster that runs this. */
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments();
        try {
            if (!arguments.parse(args)) {
                end(0);
                return;
            }
            JobConfiguration configuration = arguments.configuration(SourceKind.LIVE);
            if (configuration.source() == SourceKind.AUTO || configuration.source() == SourceKind.SIMULATED) {
                throw new ConfigurationException("source is \"" + Section.text(configuration.source())
                        + "\", which only job/run has; allowed is live, replay, kafka.");
            }
            StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
            define(environment, configuration);
            environment.execute(NAME);
        } catch (ConfigurationException e) {
            System.err.println(e.getMessage());
            end(USAGE);
            throw e;
        }
    }

    /**
     * Defines the job, creates the topics that are missing and prints what venues announced.
     *
     * @throws ConfigurationException when no broker answers, another job writes the same, or the source is none of this
     *     environment
     */
    public static void define(StreamExecutionEnvironment environment, JobConfiguration configuration)
            throws InterruptedException {
        check(configuration);
        remark(configuration);
        prepare(environment, configuration);
        int partitions = Topics.create(configuration.kafka());
        String run = Transactions.run(configuration.kafka(), environment.getConfiguration(), Instant.now());
        Transactions.requireUnused(configuration, environment.getConfiguration(), run);
        DataStream<Arrival> arrivals = Sources.arrivals(environment, configuration, partitions);
        DataStream<RuleRecord> rules =
                configuration.stages() == Stages.INGEST ? null : RulesTopic.topic(environment, configuration);
        Pipeline.define(arrivals, rules, TopicSink.of(configuration, run), partitions, configuration);
    }

    /**
     * Finds out what can be found out before anything starts.
     *
     * @throws ConfigurationException when a file or folder is missing, a venue does not exist or is closed, or no producer can
     *     be made
     */
    public static void check(JobConfiguration configuration) {
        if (configuration.source() == SourceKind.REPLAY) {
            Sources.files(configuration.replay());
        } else if (configuration.isLive()) {
            LiveVenues.of(configuration);
            LiveVenues.files(configuration)
                    .forEach(venue -> LiveVenues.folder(venue).requireReadable());
            LiveVenues.calendar(configuration);
        }
        configuration.exported().ifPresent(Folder::requireWritable);
        RulesTopic.start(configuration);
        TopicSink.requireUsable(configuration.kafka());
    }

    /** Tells of what may be a mistake, and of what may call for a correction of how an enabled venue is read. */
    private static void remark(JobConfiguration configuration) {
        Set<String> unknown = Sources.unknownVenues(configuration);
        if (!unknown.isEmpty()) {
            System.err.println("Warning: venues names " + String.join(", ", unknown)
                    + (unknown.size() == 1 ? ", which is no venue" : ", which are no venues")
                    + " of this job or of the replay.");
        }
        if (configuration.source() == SourceKind.LIVE) {
            List<VenueCalendar.Change> announced = LiveVenues.announced(configuration, LocalDate.now(ZoneOffset.UTC));
            if (!announced.isEmpty()) {
                System.out.println("Announced by venues:");
                announced.forEach(change -> System.out.println("  " + change));
            }
        }
    }

    /**
     * Sets what the pipeline relies on, whatever the configuration says, and how state on disk is merged where it says
     * nothing about that.
     */
    public static void prepare(StreamExecutionEnvironment environment, JobConfiguration configuration) {
        var options = new org.apache.flink.configuration.Configuration();
        options.set(PipelineOptions.MAX_PARALLELISM, JobConfiguration.MAX_PARALLELISM);
        // Every record has a Flink type; a class that falls back to Kryo is a mistake to be found at submission.
        options.set(PipelineOptions.GENERIC_TYPES, false);
        // Records are immutable: nothing is gained by copying them between chained operators.
        options.set(PipelineOptions.OBJECT_REUSE, true);
        options.set(PipelineOptions.GLOBAL_JOB_PARAMETERS, configuration.given());
        options.set(
                ExecutionOptions.BUFFER_TIMEOUT,
                configuration.source() == SourceKind.REPLAY ? BUFFER_TIMEOUT_OF_REPLAY : BUFFER_TIMEOUT);
        options.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, WATERMARK_INTERVAL);
        options.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, configuration.checkpointInterval());
        options.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        options.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, JobConfiguration.CHECKPOINT_TIMEOUT);
        options.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, TOLERATED_CHECKPOINTS);
        mergeBySize(environment.getConfiguration(), options);
        environment.configure(options);
    }

    /**
     * How state on disk is merged. By levels, as by default, what a few checkpoints wrote is merged with all there is and
     * written again. This state is small and a tenth of it new in every minute: twice the disk is the lesser cost.
     */
    private static void mergeBySize(ReadableConfig given, org.apache.flink.configuration.Configuration options) {
        for (String backend : List.of("state.backend.rocksdb.", "state.backend.forst.")) {
            ConfigOption<String> style = option(backend + "compaction.style");
            ConfigOption<String> predefined = option(backend + "predefined-options");
            if (given.getOptional(style).or(() -> given.getOptional(predefined)).isEmpty()) {
                options.set(style, "UNIVERSAL");
            }
        }
    }

    private static ConfigOption<String> option(String key) {
        return ConfigOptions.key(key).stringType().noDefaultValue();
    }

    /** Ends the program, unless it is called by a JobManager after an upload, which has to live on. */
    private static void end(int code) {
        if (Thread.currentThread().getName().equals("main")) {
            System.exit(code);
        }
    }
}
