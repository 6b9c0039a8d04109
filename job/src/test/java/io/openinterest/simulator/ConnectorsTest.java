package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.transport.Http;
import io.openinterest.transport.VenueRunner;
import io.openinterest.transport.VenueStats;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import io.openinterest.venue.Venues;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The job's own connectors read every simulated venue: both must mean the same units, sides and prices. */
class ConnectorsTest {

    private static final VenueSimulator SIMULATOR = new VenueSimulator(Clock.systemUTC());
    private static final Http HTTP = new Http();

    @BeforeAll
    static void start() {
        SIMULATOR.start();
    }

    @AfterAll
    static void stop() {
        HTTP.close();
        SIMULATOR.close();
    }

    static Stream<Arguments> venues() {
        return SIMULATOR.venues().stream()
                .filter(Venues::exists)
                .sorted()
                .flatMap(id -> Stream.of("rest", "websocket").map(transport -> Arguments.of(id, transport)));
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("venues")
    void everyMarketIsReadInItsOwnUnitsAndNothingIsQuarantined(String id, String transport) throws Exception {
        // given
        VenueSettings settings = new VenueSettings(
                id,
                SIMULATOR.restUrl(id),
                SIMULATOR.wsUrl(id),
                Duration.ofSeconds(1),
                null,
                null,
                Map.of("transport", transport),
                SourceSettings.defaults());

        // when
        List<Arrival> arrivals = untilOneMarketCameThrice(settings);

        // then
        assertThat(arrivals.stream().map(Arrival::quarantined).filter(Objects::nonNull))
                .isEmpty();
        for (Arrival arrival : arrivals) {
            Observation observation = arrival.observation();
            if (!observation.delisted()) {
                meansTheSame(observation);
            }
        }
    }

    private static void meansTheSame(Observation observation) {
        Asset asset = SIMULATOR.world.asset(observation.base().toUpperCase(Locale.ROOT));
        double index = SIMULATOR.world.index(asset, observation.databaseTime());
        double value = observation.valueUsd().doubleValue();
        double amount = observation.amountBase().doubleValue();
        assertThat(observation.assetClass()).as(observation.market()).isEqualTo(asset.assetClass());
        assertThat(observation.priceUsd().doubleValue())
                .as(observation.market())
                .isCloseTo(index, withPercentage(5));
        assertThat(value).as(observation.market()).isCloseTo(amount * index, withPercentage(5));
        assertThat(amount).as(observation.market()).isBetween(0.00001 * asset.openInterest(), asset.openInterest());
        if (observation.expiration() != null) {
            assertThat(observation.expiration()).isAfter(observation.time());
        }
    }

    private static List<Arrival> untilOneMarketCameThrice(VenueSettings settings) throws InterruptedException {
        BlockingQueue<Arrival> queue = new LinkedBlockingQueue<>();
        VenueRunner.Output output = new VenueRunner.Output() {
            @Override
            public void arrived(Arrival arrival) {
                queue.add(arrival);
            }

            @Override
            public boolean isPaused() {
                return false;
            }
        };
        List<Arrival> arrivals = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        try (VenueRunner runner = new VenueRunner(settings, null, output, new VenueStats(), HTTP)) {
            runner.start();
            while (!seen.containsValue(3)) {
                Arrival arrival = queue.poll(seen.isEmpty() ? 60 : 5, TimeUnit.SECONDS);
                if (arrival == null) {
                    assertThat(seen).as("nothing came within a minute").isNotEmpty();
                    return arrivals; // a stream of one row a minute has nothing more to say for now
                }
                arrivals.add(arrival);
                if (arrival.observation() != null) {
                    seen.merge(arrival.observation().market(), 1, Integer::sum);
                }
            }
        }
        return arrivals;
    }
}
