package io.openinterest.job;

import io.openinterest.connector.OpenInterestSource;
import io.openinterest.observation.Arrival;
import io.openinterest.recorded.RecordedSource;
import io.openinterest.venue.VenueSettings;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Where arrivals come from. */
final class Sources {

    private Sources() {}

    /**
     * The arrivals of the configured source.
     *
     * @param partitions of the observations topic
     * @throws ConfigurationException when the source does not exist here, or a venue can't be read
     */
    static DataStream<Arrival> arrivals(
            StreamExecutionEnvironment environment, Configuration configuration, int partitions) {
        return switch (configuration.source()) {
            case LIVE, SIMULATED, AUTO -> live(environment, LiveVenues.of(configuration));
            case REPLAY -> replay(environment, configuration.replay());
            case KAFKA -> ObservationsTopic.arrivals(environment, configuration, partitions);
        };
    }

    private static DataStream<Arrival> live(StreamExecutionEnvironment environment, List<VenueSettings> venues) {
        OpenInterestSource source = new OpenInterestSource(venues);
        return environment
                .fromSource(source, source.watermarks(), "venues")
                .setParallelism(Math.min(environment.getParallelism(), venues.size()))
                .uid("venues");
    }

    private static DataStream<Arrival> replay(StreamExecutionEnvironment environment, Configuration.Replay replay) {
        RecordedSource source = new RecordedSource(files(replay), replay.outOfOrderness());
        return environment
                .fromSource(source, RecordedSource.fullMinutes(), "replay")
                .setParallelism(1)
                .uid("replay");
    }

    private static List<Path> files(Configuration.Replay replay) {
        try {
            return RecordedSource.files(replay.paths());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e.getMessage());
        }
    }
}
