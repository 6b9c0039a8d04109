package io.openinterest.job;

import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.config.LiveVenues;
import io.openinterest.job.kafka.ObservationsTopic;
import io.openinterest.observation.Arrival;
import io.openinterest.source.files.CmeFiles;
import io.openinterest.source.live.OpenInterestSource;
import io.openinterest.source.replay.RecordedSource;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sources of arrivals. */
public final class Sources {

    private static final Logger LOG = LoggerFactory.getLogger(Sources.class);
    private static final Pattern VENUE = Pattern.compile("\"venue\"\\s{0,20}:\\s{0,20}\"([^\"]{0,255})\"");

    /** Bytes looked at together, and characters of a venue's field that may lie on the edge of two. */
    private static final int PIECE = 1 << 16;

    private static final int MAX_VENUE = 300;

    private Sources() {}

    /**
     * The arrivals of the configured source.
     *
     * @param partitions of the observations topic
     * @throws ConfigurationException when the source does not exist here, or a venue can't be read
     */
    public static DataStream<Arrival> arrivals(
            StreamExecutionEnvironment environment, JobConfiguration configuration, int partitions) {
        return switch (configuration.source()) {
            case LIVE, SIMULATED, AUTO -> live(environment, configuration);
            case REPLAY -> replay(environment, configuration.replay());
            case KAFKA -> ObservationsTopic.arrivals(environment, configuration, partitions);
        };
    }

    private static DataStream<Arrival> live(StreamExecutionEnvironment environment, JobConfiguration configuration) {
        List<VenueSettings> venues = LiveVenues.of(configuration);
        OpenInterestSource source = new OpenInterestSource(venues);
        DataStream<Arrival> arrivals = environment
                .fromSource(source, source.watermarks(), "venues")
                .setParallelism(Math.min(environment.getParallelism(), source.readers()))
                .uid("venues")
                .setDescription("venues: polls and streams of every enabled venue");
        for (VenueSettings venue : LiveVenues.files(configuration)) {
            arrivals = arrivals.union(CmeFiles.arrivals(
                    environment, venue, LiveVenues.folder(venue).path()));
        }
        return arrivals;
    }

    private static DataStream<Arrival> replay(StreamExecutionEnvironment environment, JobConfiguration.Replay replay) {
        RecordedSource source = new RecordedSource(
                files(replay),
                replay.outOfOrderness(),
                environment.getCheckpointConfig().isCheckpointingEnabled());
        return environment
                .fromSource(source, WatermarkStrategy.noWatermarks(), "replay")
                .setParallelism(1)
                .uid("replay")
                .setDescription("replay: recorded observations by their time");
    }

    /**
     * The files of a replay.
     *
     * @throws ConfigurationException when there are none
     */
    static List<Path> files(JobConfiguration.Replay replay) {
        try {
            return RecordedSource.files(replay.paths());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e.getMessage() + ".");
        }
    }

    /** Venues that the configuration names and nobody knows, a replay neither; their settings are of no use. */
    static Set<String> unknownVenues(JobConfiguration configuration) {
        Set<String> unknown = new TreeSet<>(configuration.venues().keySet());
        unknown.removeIf(id -> LiveVenues.exists(id, configuration));
        if (configuration.source() == SourceKind.REPLAY) {
            for (Path file : files(configuration.replay())) {
                if (unknown.isEmpty()) {
                    break;
                }
                removeVenuesOf(file, unknown);
            }
        }
        return unknown;
    }

    /** Looks at pieces, whatever lines there are: a file may be one endless line. */
    private static void removeVenuesOf(Path file, Set<String> venues) {
        try (InputStream in = RecordedSource.open(file)) {
            String end = "";
            for (byte[] piece = in.readNBytes(PIECE); piece.length > 0 && !venues.isEmpty(); ) {
                String text = end + new String(piece, StandardCharsets.UTF_8);
                Matcher matcher = VENUE.matcher(text);
                while (matcher.find()) {
                    venues.remove(matcher.group(1));
                }
                end = text.substring(Math.max(0, text.length() - MAX_VENUE));
                piece = in.readNBytes(PIECE);
            }
        } catch (IOException e) {
            // what can't be read is told by the replay itself; here it only is no proof
            LOG.debug("{} ends early", file, e);
        }
    }
}
