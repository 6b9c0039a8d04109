package io.openinterest.source.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.transport.StubVenue;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The source in a real job. */
class OpenInterestSourceIT {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(3)
            .build());

    private static final String LISTS = "/stub/v5/market/instruments-info";
    private static final BlockingQueue<Seen> SEEN = new LinkedBlockingQueue<>();

    private final StubVenue venue = new StubVenue();
    private JobClient job;

    /** What came through, and the event time of its task by then. */
    private record Seen(Arrival arrival, long watermark) {
        boolean is(String market, String origin) {
            Observation observation = arrival.observation();
            return observation != null
                    && observation.market().equals(market)
                    && observation.origin().equals(origin);
        }
    }

    @BeforeEach
    void listBothCategories() {
        SEEN.clear();
        venue.answer(LISTS, """
                        {"retCode":0,"result":{"nextPageCursor":"","list":[{"symbol":"BTCUSDT",
                        "contractType":"LinearPerpetual","status":"Trading","baseCoin":"BTC","quoteCoin":"USDT",
                        "settleCoin":"USDT","deliveryTime":"0"}]}}""").answer("/stub/v5/market/tickers", """
                        {"retCode":0,"result":{"list":[{"symbol":"BTCUSDT","openInterest":"4","markPrice":"5"}]}}""");
    }

    @AfterEach
    void stop() throws Exception {
        if (job != null) {
            job.cancel().get(20, TimeUnit.SECONDS);
        }
        venue.close();
    }

    @Test
    void aDeadVenueHoldsTheOthersOnlyForTheStartWait() throws Exception {
        // given: the second venue is not there
        List<VenueSettings> venues =
                List.of(settings("bybit-linear", venue.restUrl()), settings("bybit-inverse", "http://localhost:1"));

        // when
        job = run(venues, 2, null);

        // then: event time does not move before the wait is over, and then it does
        Seen first = await(seen -> seen.is("bybit-BTCUSDT-future", "rest"));
        assertThat(first.watermark()).isEqualTo(Long.MIN_VALUE);
        Seen later = await(seen -> seen.watermark() > Long.MIN_VALUE);
        assertThat(later.watermark())
                .isBetween(System.currentTimeMillis() - 20_000, System.currentTimeMillis() - 1_000);
    }

    @Test
    void goesOnAtAnotherParallelism(@TempDir Path savepoints) throws Exception {
        // given
        List<VenueSettings> venues =
                List.of(settings("bybit-linear", venue.restUrl()), settings("bybit-inverse", venue.restUrl()));
        job = run(venues, 1, null);
        await(seen -> seen.is("bybit-BTCUSDT-future", "rest"));
        await(seen -> seen.watermark() > Long.MIN_VALUE);
        String savepoint = job.stopWithSavepoint(false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
                .get(30, TimeUnit.SECONDS);
        job = null;

        int askedBefore = venue.asked().size();

        // when
        SEEN.clear();
        job = run(venues, 2, savepoint);

        // then: it goes on, and each venue has a reader
        await(seen -> seen.is("bybit-BTCUSDT-future", "rest"));
        await(seen -> seen.watermark() > Long.MIN_VALUE);
        assertThat(venue.asked().stream().skip(askedBefore))
                .contains(LISTS + "?category=linear&limit=1000", LISTS + "?category=inverse&limit=1000");
    }

    @Test
    void aVenueThatCountsTenfoldAfterARestartAtAnotherParallelismIsHeld(@TempDir Path savepoints) throws Exception {
        // given
        try (StubVenue before = sixMarkets(100);
                StubVenue after = sixMarkets(1_000)) {
            VenueSettings dead = settings("bybit-inverse", "http://localhost:1");
            job = run(List.of(settings("bybit-linear", before.restUrl()), dead), 1, null);
            await(seen -> seen.is("bybit-M6USDT-future", "rest"));
            String savepoint = job.stopWithSavepoint(
                            false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
                    .get(30, TimeUnit.SECONDS);
            job = null;

            // when
            SEEN.clear();
            job = run(List.of(settings("bybit-linear", after.restUrl()), dead), 2, savepoint);

            // then: it is told before any of it is seen, whichever reader has it now
            List<Seen> first = new ArrayList<>();
            await(seen -> {
                first.add(seen);
                return seen.arrival().quarantined() != null
                        && seen.arrival().quarantined().venue().equals("bybit-linear")
                        && seen.arrival().quarantined().reason() == Reason.IMPLAUSIBLE;
            });
            assertThat(first)
                    .filteredOn(seen -> seen.arrival().observation() != null)
                    .isEmpty();
            assertThat(first.get(first.size() - 1).arrival().quarantined().detail())
                    .contains("6 of 6 markets leapt by a factor of about 10");
        }
    }

    // ---- helpers --------------------------------------------------------------------------------------------------

    private static StubVenue sixMarkets(int count) {
        List<String> markets = List.of("M1", "M2", "M3", "M4", "M5", "M6");
        String listed = markets.stream().map(market -> """
                {"symbol":"%1$sUSDT","contractType":"LinearPerpetual","status":"Trading","baseCoin":"%1$s",
                "quoteCoin":"USDT","settleCoin":"USDT","deliveryTime":"0","symbolType":""}""".formatted(market)).collect(Collectors.joining(","));
        String tickers =
                markets.stream().map(market -> """
                {"symbol":"%sUSDT","openInterest":"%s","markPrice":"5"}""".formatted(market, count)).collect(Collectors.joining(","));
        String answer = "{\"retCode\":0,\"result\":{\"nextPageCursor\":\"\",\"list\":[%s]}}";
        return new StubVenue()
                .answer(LISTS, answer.formatted(listed))
                .answer("/stub/v5/market/tickers", answer.formatted(tickers));
    }

    private static VenueSettings settings(String id, String restUrl) {
        SourceSettings common = SourceSettings.defaults().withWaits(Duration.ofSeconds(4), Duration.ofSeconds(4));
        return new VenueSettings(id, restUrl, null, Duration.ofSeconds(1), null, null, Map.of(), common);
    }

    private static JobClient run(List<VenueSettings> venues, int parallelism, String savepoint) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        if (savepoint != null) {
            configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(parallelism);
        OpenInterestSource source = new OpenInterestSource(venues);
        env.fromSource(source, source.watermarks(), "venues")
                .uid("venues")
                .rebalance()
                .process(new Watch())
                .uid("watch")
                .setParallelism(1)
                .sinkTo(new DiscardingSink<>())
                .uid("sink");
        return env.executeAsync();
    }

    private static Seen await(Predicate<Seen> wanted) throws InterruptedException {
        List<Seen> others = new ArrayList<>();
        for (Seen next = poll(); next != null; next = poll()) {
            if (wanted.test(next)) {
                return next;
            }
            others.add(next);
        }
        throw new AssertionError("did not come; these came: " + others);
    }

    private static Seen poll() throws InterruptedException {
        return SEEN.poll(20, TimeUnit.SECONDS);
    }

    /** Tells the test what comes; runs in the same JVM. */
    private static final class Watch extends ProcessFunction<Arrival, Arrival> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(Arrival arrival, Context context, Collector<Arrival> out) {
            SEEN.add(new Seen(arrival, context.timerService().currentWatermark()));
            out.collect(arrival);
        }
    }
}
