package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.transport.CollectedArrivals;
import io.openinterest.transport.Http;
import io.openinterest.transport.VenueRunner;
import io.openinterest.transport.VenueStats;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No listed market is missed, and none is made up. */
class CompletenessIT {

    private static final BigDecimal TOLERANCE = new BigDecimal("0.000001");

    private final VenueSimulator simulator = new VenueSimulator(Clock.systemUTC());
    private final Http http = new Http();
    private final VenueStats stats = new VenueStats();
    private final CollectedArrivals arrivals = new CollectedArrivals();
    private final Map<String, Observation> observed = new HashMap<>();

    @BeforeEach
    void start() {
        simulator.start();
    }

    @AfterEach
    void stop() {
        http.close();
        simulator.close();
    }

    @ParameterizedTest
    @CsvSource({"deribit, 0", "hyperliquid, 1", "okx, 2"})
    void observesEveryListedMarketThatIsOpen(String id, int closed) throws InterruptedException {
        try (VenueRunner runner = runner(id)) {
            // when
            runner.start();

            // then
            while (stats.instruments() == 0 || observed.size() < stats.instruments() - closed) {
                take();
            }
            assertThat(observed).hasSize(stats.instruments() - closed);
            assertThat(observed.values())
                    .allSatisfy(market -> assertThat(market.origin()).isEqualTo("rest"))
                    .allSatisfy(CompletenessIT::isAmountTimesPrice)
                    .filteredOn(market -> market.type().isOption())
                    .allSatisfy(option -> assertThat(option.marketValueUsd()).isNotNull());
        }
    }

    /** Takes one arrival; nothing may be rejected, and the wait for the next is bounded. */
    private void take() throws InterruptedException {
        Arrival arrival = arrivals.await();
        assertThat(arrival.quarantined()).isNull();
        observed.put(arrival.observation().market(), arrival.observation());
    }

    private static void isAmountTimesPrice(Observation market) {
        BigDecimal expected = market.amountBase().multiply(market.priceUsd());
        assertThat(market.valueUsd().subtract(expected).abs())
                .as("%s is worth %s", market.market(), expected)
                .isLessThanOrEqualTo(
                        expected.multiply(TOLERANCE, MathContext.DECIMAL64).max(TOLERANCE));
    }

    private VenueRunner runner(String id) {
        VenueSettings settings = new VenueSettings(
                id, simulator.restUrl(id), simulator.wsUrl(id), null, null, null, Map.of(), SourceSettings.defaults());
        return new VenueRunner(settings, null, arrivals, stats, http);
    }
}
