package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.MarketType;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Binance venues against the simulated exchange, over real connections. */
class BinanceConnectorIT {

    private static final String USDM = "binance-usdm";
    private static final String COINM = "binance-coinm";
    private static final String OPTIONS = "binance-options";

    private final VenueSimulator simulator = new VenueSimulator(Clock.systemUTC());
    private final Http http = new Http();
    private final List<VenueRunner> runners = new ArrayList<>();

    @BeforeEach
    void open() {
        simulator.start();
    }

    @AfterEach
    void close() {
        runners.forEach(VenueRunner::close);
        http.close();
        simulator.close();
    }

    @Test
    void usdmBringsEveryTradedSymbolForOneQuestionEach() throws Exception {
        // when
        CollectedArrivals arrivals = start(USDM, Duration.ofSeconds(60), null);
        Map<String, Observation> rows = observations(arrivals, 5);

        // then: one after another and never what is settling or not open yet
        List<String> asked = asked(USDM, "/fapi/v1/openInterest");
        assertThat(asked).doesNotHaveDuplicates().noneMatch(target -> target.contains("OLD") || target.contains("NEW"));
        assertThat(rows.keySet()).allMatch(market -> market.matches("binance-.*-future"));
        assertThat(rows.values()).allSatisfy(row -> {
            assertThat(row.valueUsd()).isPositive();
            assertThat(row.exchangeTime()).isBeforeOrEqualTo(row.databaseTime());
        });
        // and the marks of all in one answer, asked every 15 seconds, so that a mark between may fall into it
        assertThat(asked(USDM, "/fapi/v1/premiumIndex")).hasSizeBetween(1, 2);
    }

    @Test
    void usdmMarketsAreWhatTheyAre() throws Exception {
        CollectedArrivals arrivals = start(USDM, Duration.ofSeconds(2), null);
        Map<String, Observation> rows = observations(arrivals, 20);

        assertThat(rows.get("binance-ETHBTC-future").quote()).isEqualTo("btc");
        assertThat(rows.get("binance-1000PEPEUSDT-future").base()).isEqualTo("pepe");
        assertThat(rows).containsKeys("binance-币安人生USDT-future", "binance-BTCUSDC-future");
        assertThat(rows.get("binance-HYPEUSDT-future").fundingIntervalHours()).isEqualByComparingTo("4");
        assertThat(rows.values().stream().map(Observation::assetClass).collect(Collectors.toSet()))
                .hasSize(3);
        assertThat(rows.values().stream().filter(row -> row.type() == MarketType.FUTURE))
                .isNotEmpty()
                .allMatch(row -> row.expiration() != null);
        assertThat(arrivals.quarantined()).isEmpty();
    }

    @Test
    void coinmCountsContractsOfDollars() throws Exception {
        CollectedArrivals arrivals = start(COINM, Duration.ofSeconds(2), null);
        Map<String, Observation> rows = observations(arrivals, 11);

        assertThat(rows.values()).allSatisfy(row -> {
            assertThat(row.valueUsd()).isEqualByComparingTo(row.contractCount().multiply(row.contractSize()));
            assertThat(row.margin()).isEqualTo(row.base());
        });
        assertThat(arrivals.quarantined()).isEmpty();
    }

    @Test
    void optionsAreAskedForOnceAndThenStreamed() throws Exception {
        // when
        CollectedArrivals arrivals = start(OPTIONS, Duration.ofSeconds(2), null);
        arrivals.awaitObservation(row -> row.origin().equals("websocket"));
        Map<String, Observation> rows = observations(arrivals, 100);

        // then
        assertThat(rows.values()).allSatisfy(row -> {
            assertThat(row.type().isOption()).isTrue();
            assertThat(row.priceUsd()).isPositive();
        });
        Observation doge = arrivals.awaitObservation(row -> row.base().equals("doge"));
        assertThat(doge.amountBase()).isEqualByComparingTo(doge.contractCount().multiply(doge.contractSize()));
        List<String> asked = asked(OPTIONS, "/eapi/v1/openInterest");
        assertThat(asked.size()).isLessThanOrEqualTo(new HashSet<>(asked).size() * 2);
        assertThat(simulator.openSockets(OPTIONS)).isEqualTo(1);
        assertThat(rows.values()).anyMatch(row -> row.marketValueUsd() != null);
        assertThat(arrivals.quarantined()).isEmpty();
    }

    @Test
    void aBanOfTheFuturesStopsBothAndLeavesOptionsAlone() throws Exception {
        // given: both futures venues have rows
        CollectedArrivals usdm = start(USDM, Duration.ofSeconds(2), null);
        CollectedArrivals coinm = start(COINM, Duration.ofSeconds(2), null);
        observations(usdm, 1);
        observations(coinm, 1);

        // when: one is banned
        String body = "{\"code\":-1003,\"msg\":\"Way too many requests; IP banned until "
                + Instant.now().plusSeconds(120).toEpochMilli() + ".\"}";
        simulator.fault(USDM, InjectedFault.status(418, Map.of("Retry-After", "120"), body));
        CollectedArrivals options = start(OPTIONS, Duration.ofSeconds(2), null);
        usdm.awaitQuarantined();

        // then: the other asks nothing either, and options go on
        Instant banned = Instant.now().plusSeconds(1);
        Set<String> markets = new HashSet<>(observations(options, 50).keySet());
        options.awaitObservation(row -> row.origin().equals("websocket"));
        assertThat(markets).isNotEmpty();
        assertThat(simulator.requests(USDM)).noneMatch(request -> request.time().isAfter(banned));
        assertThat(simulator.requests(COINM))
                .noneMatch(request -> request.time().isAfter(banned));
    }

    @Test
    void thePastOfAGapComesFromTheirHistory() throws Exception {
        for (String venue : List.of(USDM, COINM)) {
            Instant gap = Instant.now().minus(Duration.ofMinutes(30));
            CollectedArrivals arrivals = start(venue, Duration.ofSeconds(60), gap);
            Observation past = arrivals.awaitObservation(row -> row.origin().equals("history"));

            assertThat(past.time()).isBetween(gap, Instant.now());
            assertThat(past.time()).isEqualTo(past.exchangeTime());
            assertThat(past.priceSource()).isEqualTo("venue-value");
        }
    }

    private CollectedArrivals start(String venue, Duration pollInterval, Instant resumeFrom) {
        CollectedArrivals arrivals = new CollectedArrivals();
        VenueSettings settings = new VenueSettings(
                venue,
                simulator.restUrl(venue),
                simulator.wsUrl(venue),
                pollInterval,
                null,
                null,
                Map.of(),
                SourceSettings.defaults());
        VenueRunner runner = new VenueRunner(settings, resumeFrom, arrivals, new VenueStats(), http);
        runners.add(runner);
        runner.start();
        return arrivals;
    }

    private List<String> asked(String venue, String path) {
        return simulator.requests(venue).stream()
                .map(VenueSimulator.SeenRequest::target)
                .filter(target -> target.startsWith(path))
                .toList();
    }

    /** The first observations of so many markets. */
    private static Map<String, Observation> observations(CollectedArrivals arrivals, int markets)
            throws InterruptedException {
        Map<String, Observation> found = new TreeMap<>();
        arrivals.awaitObservation(row -> {
            found.putIfAbsent(row.market(), row);
            return found.size() >= markets;
        });
        return found;
    }
}
