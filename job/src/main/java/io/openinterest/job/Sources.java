package io.openinterest.job;

import io.openinterest.observation.Arrival;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Where arrivals come from. */
final class Sources {

    private Sources() {}

    /**
     * The arrivals of the configured source.
     *
     * @throws ConfigurationException when the source does not exist here, or a venue can't be read
     */
    static DataStream<Arrival> arrivals(StreamExecutionEnvironment environment, Configuration configuration) {
        return switch (configuration.source()) {
            case LIVE -> null;
            case REPLAY -> throw new UnsupportedOperationException();
            case KAFKA -> throw new UnsupportedOperationException();
            case AUTO, SIMULATED ->
                throw new ConfigurationException("source is \""
                        + Section.text(configuration.source())
                        + "\", which only job/run has; allowed is live, replay, kafka.");
        };
    }
}
