package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.openinterest.adapters.Adapters;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.transport.CollectedArrivals;
import io.openinterest.transport.Http;
import io.openinterest.transport.VenueRunner;
import io.openinterest.transport.VenueStats;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The job's own connectors read every simulated venue: both must mean the same units, sides and prices. */
class ConnectorsIT {

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
                .filter(id -> Adapters.exists(id, SourceSettings.defaults().conventions()))
                .sorted()
                .flatMap(id -> Stream.of("rest", "websocket").map(transport -> Arguments.of(id, transport)));
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("venues")
    void everyMarketIsReadInItsOwnUnitsAndNothingIsQuarantined(String id, String transport) throws Exception {
        // given
        VenueSettings settings = settings(id, transport, null);

        // when
        Map<String, Integer> seen = new HashMap<>();
        List<Arrival> arrivals = read(settings, null, live -> seen.merge(live.market(), 1, Integer::sum) == 3);

        // then
        assertThat(arrivals.stream().map(Arrival::quarantined).filter(Objects::nonNull))
                .isEmpty();
        assertThat(seen).as("markets").hasSizeGreaterThan(1);
        for (Arrival arrival : arrivals) {
            Observation observation = arrival.observation();
            if (!observation.delisted()) {
                meansTheSame(observation);
            }
        }
    }

    static Stream<String> venuesWithAPast() {
        return SIMULATOR.venues().stream()
                .filter(id -> Adapters.exists(id, SourceSettings.defaults().conventions()))
                .sorted()
                // its markets have one figure a day
                .filter(id -> !id.equals("coinmetrics"))
                .filter(id -> Adapters.create(settings(id, "rest", null)).history() != null);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("venuesWithAPast")
    void thePastOfAGapIsReadWithoutHoles(String id) throws Exception {
        // given: more rows than a page has
        Instant gap = Instant.now().minus(Duration.ofHours(20));
        VenueSettings settings = settings(id, "rest", List.of("BTC*"));
        Duration step = Adapters.create(settings).history().granularity();

        // when: live rows come when the past is in
        List<Arrival> arrivals = read(settings, gap, live -> true);

        // then
        assertThat(arrivals.stream().map(Arrival::quarantined).filter(Objects::nonNull))
                .isEmpty();
        Map<String, TreeSet<Instant>> past = new HashMap<>();
        for (Arrival arrival : arrivals) {
            Observation observation = arrival.observation();
            if (observation.origin().equals("history")) {
                meansTheSame(observation);
                past.computeIfAbsent(observation.market(), market -> new TreeSet<>())
                        .add(observation.time());
            }
        }
        assertThat(past).hasSizeGreaterThan(1);
        assertThat(past.values()).allSatisfy(times -> {
            assertThat(Duration.between(gap, times.first())).isBetween(Duration.ZERO, step);
            assertThat(Duration.between(times.last(), Instant.now())).isLessThan(step.multipliedBy(2));
            assertThat(Duration.between(times.first(), times.last())).isEqualTo(step.multipliedBy(times.size() - 1L));
        });
    }

    private static VenueSettings settings(String id, String transport, List<String> symbols) {
        return new VenueSettings(
                id,
                SIMULATOR.restUrl(id),
                SIMULATOR.wsUrl(id),
                Duration.ofSeconds(1),
                null,
                symbols,
                Map.of("transport", transport),
                SourceSettings.defaults());
    }

    private static void meansTheSame(Observation observation) {
        Asset asset = SIMULATOR.world.asset(observation.base().toUpperCase(Locale.ROOT));
        double index = SIMULATOR.world.index(asset, observation.time());
        double value = observation.valueUsd().doubleValue();
        double amount = observation.amountBase().doubleValue();
        assertThat(observation.assetClass()).as(observation.market()).isEqualTo(asset.assetClass());
        assertThat(observation.priceUsd().doubleValue())
                .as(observation.market())
                .isCloseTo(index, withPercentage(5));
        assertThat(value).as(observation.market()).isCloseTo(amount * index, withPercentage(5));
        assertThat(amount).as(observation.market()).isBetween(0.00001 * asset.openInterest(), asset.openInterest());
        if (observation.fundingRate() != null) {
            double hours = observation.fundingIntervalHours() == null
                    ? 8
                    : observation.fundingIntervalHours().doubleValue();
            assertThat(observation.fundingRate().doubleValue() * 8 / hours)
                    .as(observation.market())
                    .isBetween(-0.0002, 0.0004);
        }
        if (observation.volume24hUsd() != null && !observation.type().isOption()) {
            assertThat(observation.volume24hUsd().doubleValue() / value)
                    .as(observation.market())
                    .isBetween(0.5, 3d);
        }
        if (observation.marketValueUsd() != null) {
            assertThat(observation.marketValueUsd().doubleValue() / value)
                    .as(observation.market())
                    .isBetween(0d, 0.5);
        }
        if (observation.expiration() != null) {
            assertThat(observation.expiration()).isAfter(observation.time());
        }
    }

    /** What comes until a live observation is the last wanted, or the venue has nothing more to say for now. */
    private static List<Arrival> read(VenueSettings settings, Instant resumeFrom, Predicate<Observation> last)
            throws InterruptedException {
        CollectedArrivals arrivals = new CollectedArrivals();
        List<Arrival> taken = new ArrayList<>();
        boolean live = false;
        try (VenueRunner runner = new VenueRunner(settings, resumeFrom, arrivals, new VenueStats(), HTTP)) {
            runner.start();
            while (true) {
                Arrival arrival = arrivals.poll(Duration.ofSeconds(live ? 5 : 60));
                if (arrival == null) {
                    assertThat(live).as("nothing came within a minute").isTrue();
                    return taken; // a stream of one row a minute
                }
                taken.add(arrival);
                Observation observation = arrival.observation();
                if (observation != null && !observation.origin().equals("history")) {
                    live = true;
                    if (last.test(observation)) {
                        return taken;
                    }
                }
            }
        }
    }
}
