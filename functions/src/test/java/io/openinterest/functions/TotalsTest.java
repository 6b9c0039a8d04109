package io.openinterest.functions;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.market.SnapshotMarkets;
import io.openinterest.functions.market.SnapshotSettings;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.functions.run.RuleWatch;
import io.openinterest.functions.run.RunEvent;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.wire.EvenKeys;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TotalsTest {

    private static final SnapshotSettings SETTINGS = new SnapshotSettings(
            Map.of(), Duration.ofMinutes(5), Duration.ofMinutes(15), Set.of(AssetClass.CRYPTO), Set.of(), true);

    private static final SnapshotSettings LIVE = awaiting();

    @Test
    void oneDeadVenueIsCoverageNotACrash() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            // given two exchanges, one of which falls silent
            run.arrive(MarketFixture.market().on("okx").at("2026-03-01T07:00:05Z", "300", "1000"));
            for (int minute = 0; minute < 10; minute++) {
                run.arrive(MarketFixture.market().at("2026-03-01T07:0" + minute + ":10Z", "100", "1000"));
            }

            run.end();

            // then its value leaves under coverage when it is more than five minutes old
            TotalRow btc = run.total("asset:btc", Interval.ONE_MINUTE, "2026-03-01T07:06:00Z");
            assertThat(btc.figures().change().coverageUsd()).isEqualByComparingTo("-300000");
            assertThat(btc.figures().change().quantityUsd()).isZero();
            assertThat(btc.figures().basis().coverage()).isEqualByComparingTo("0.25");
            assertThat(btc.figures().basis().markets()).isEqualTo(new TotalRow.Markets(1, 0, 1, 0, 0));
            TotalRow okx = run.total("exchange:okx", Interval.ONE_MINUTE, "2026-03-01T07:06:00Z");
            assertThat(okx.figures().valueUsd()).isZero();
            assertThat(okx.figures().basis().coverage()).isZero();
            assertThat(okx.figures().priceUsd()).isNull();
        }
    }

    @Test
    void anEntityThatEndsHasOneLastRowOfZero() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            MarketFixture march = MarketFixture.market()
                    .symbol("ETHUSDT_260301", "eth", "usdt")
                    .future("2026-03-01T07:02:00Z");
            run.arrive(march.at("2026-03-01T07:00:05Z", "10", "2000"));
            for (int minute = 0; minute < 10; minute++) {
                run.arrive(MarketFixture.market().at("2026-03-01T07:0" + minute + ":10Z", "100", "1000"));
            }

            run.end();

            TotalRow last = run.total("asset:eth", Interval.ONE_MINUTE, "2026-03-01T07:02:00Z");
            assertThat(last.figures().valueUsd()).isZero();
            assertThat(last.figures().change().exitsUsd()).isEqualByComparingTo("-20000");
            assertThat(last.figures().basis().markets().gone()).isOne();
            assertThat(last.figures().basis().coverage()).isNull();
            assertThat(run.total("asset:eth", Interval.ONE_MINUTE, "2026-03-01T07:03:00Z"))
                    .isNull();
            // and the five minutes that hold it have a record, the next five none
            assertThat(run.total("asset:eth", Interval.FIVE_MINUTES, "2026-03-01T07:05:00Z")
                            .figures()
                            .basis()
                            .markets()
                            .gone())
                    .isOne();
            assertThat(run.total("asset:eth", Interval.FIVE_MINUTES, "2026-03-01T07:10:00Z"))
                    .isNull();
        }
    }

    @Test
    void aLateValueThatNoRecordShowsIsNoRevision() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            // given a market that is stale, so that nothing is covered
            run.arrive(MarketFixture.market().at("2026-03-01T07:00:05Z", "100", "1000"));
            MarketFixture eth = MarketFixture.market().symbol("ETHUSDT", "eth", "usdt");
            for (int minute = 0; minute < 10; minute++) {
                run.arrive(eth.at("2026-03-01T07:0" + minute + ":10Z", "100", "1000"));
            }

            // when its last value turns out to be 0
            run.arrive(MarketFixture.market().at("2026-03-01T07:00:30Z", "0", "1000"));
            run.end();

            // then that is said where it counted, and not where nothing is covered as before
            assertThat(run.total("asset:btc", Interval.ONE_MINUTE, "2026-03-01T07:05:00Z")
                            .edition()
                            .revision())
                    .isOne();
            assertThat(run.totalRows)
                    .filteredOn(row -> row.key().equals("asset:btc"))
                    .filteredOn(row -> row.interval() == Interval.ONE_MINUTE)
                    .filteredOn(row -> row.time().equals(Instant.parse("2026-03-01T07:08:00Z")))
                    .singleElement()
                    .satisfies(
                            row -> assertThat(row.figures().basis().coverage()).isZero());
        }
    }

    @Test
    void valuesBeyondEveryRealOneAddUpExactly() throws Exception {
        // given more markets at the greatest value a market may have than millionths of a dollar fit a long
        PipelineHarness run = new PipelineHarness(SETTINGS);
        for (int m = 0; m < 12; m++) {
            run.arrive(market(m).at("2026-03-01T07:00:10Z", "1000000000", "1000"));
        }
        run.arrive(MarketFixture.market().at("2026-03-01T07:00:20Z", "0.000001", "1"));
        run.arrive(market(0).at("2026-03-01T07:01:10Z", "1000000000", "1000"));

        // when the job is started anew, and eleven of them end
        run = run.restart(1);
        for (int m = 1; m < 12; m++) {
            run.arrive(market(m).at("2026-03-01T07:02:10Z", "0", "1000"));
        }
        run.arrive(market(0).at("2026-03-01T07:04:10Z", "1000000000", "1000"));
        run.end();

        // then no dollar is missing, on the way up, over the five minutes and on the way down
        assertThat(run.total("asset:btc", Interval.ONE_MINUTE, "2026-03-01T07:02:00Z")
                        .figures()
                        .valueUsd())
                .isEqualTo("12000000000000.000001");
        TotalRow end = run.total("asset:btc", Interval.FIVE_MINUTES, "2026-03-01T07:05:00Z");
        assertThat(end.figures().valueUsd()).isEqualTo("1000000000000.000001");
        assertThat(end.figures().range().highUsd()).isEqualTo("12000000000000.000001");
        assertThat(end.figures().range().meanUsd()).isEqualTo("5400000000000.000001");
        run.close();
    }

    private static MarketFixture market(int number) {
        return MarketFixture.market().symbol("BTC" + number, "btc", "usdt");
    }

    @Test
    void nothingIsPublishedAfterTheLastObservation() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            run.arrive(MarketFixture.market().at("2026-03-01T07:00:05Z", "100", "1000"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:03:05Z", "100", "1000"));

            run.end();

            assertThat(run.totalRows)
                    .extracting(TotalRow::time)
                    .allMatch(time -> !time.isAfter(Instant.parse("2026-03-01T07:04:00Z")));
            assertThat(run.total("total:all", Interval.ONE_MINUTE, "2026-03-01T07:04:00Z"))
                    .isNotNull();
        }
    }

    @Test
    void aRunBeginsWhenEveryVenueHasAnsweredOrAMinuteIsOver() throws Exception {
        SnapshotSettings live = awaiting("binance-test", "okx-test", "dead-test");
        try (PipelineHarness run = new PipelineHarness(live)) {
            run.arrive(MarketFixture.market().at("2026-03-01T07:00:50Z", "100", "1000"));
            run.arrive(MarketFixture.market().on("okx").at("2026-03-01T07:01:20Z", "100", "1000"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:05:50Z", "100", "1000"));

            // then 07:01 was not published, the dead venue was not awaited longer, and both are entries at 07:02
            assertThat(run.total("total:all", Interval.ONE_MINUTE, "2026-03-01T07:01:00Z"))
                    .isNull();
            TotalRow first = run.total("total:all", Interval.ONE_MINUTE, "2026-03-01T07:02:00Z");
            assertThat(first.figures().valueUsd()).isEqualByComparingTo("200000");
            assertThat(first.figures().change()).isNull();
        }
    }

    @Test
    void aPartitionThatIsAheadDoesNotMakeTheOthersLate() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            // given two markets of one shard, of which the first is read minutes ahead of the other, and one elsewhere
            int shard = SnapshotMarkets.shard("binance-BTCUSDT-future");
            String symbol = IntStream.range(0, 10_000)
                    .mapToObj(i -> "ETHUSDT" + i)
                    .filter(other -> SnapshotMarkets.shard("binance-" + other + "-future") == shard)
                    .findFirst()
                    .orElseThrow();
            MarketFixture eth = MarketFixture.market().symbol(symbol, "eth", "usdt");
            assertThat(SnapshotMarkets.shard("okx-BTCUSDT-future")).isNotEqualTo(shard);
            run.arrive(MarketFixture.market().at("2026-03-01T07:05:10Z", "100", "1000"), "2026-03-01T07:05:00Z");
            run.arrive(eth.at("2026-03-01T07:01:10Z", "10", "2000"), "2026-03-01T07:01:00Z");
            run.arrive(
                    MarketFixture.market().on("okx").at("2026-03-01T07:01:20Z", "1", "1000"), "2026-03-01T07:01:00Z");
            run.arrive(eth.at("2026-03-01T07:05:10Z", "20", "2000"), "2026-03-01T07:05:00Z");

            run.end();

            assertThat(run.total("asset:eth", Interval.ONE_MINUTE, "2026-03-01T07:02:00Z")
                            .figures()
                            .valueUsd())
                    .isEqualByComparingTo("20000");
            assertThat(run.total("asset:eth", Interval.ONE_MINUTE, "2026-03-01T07:06:00Z")
                            .figures()
                            .valueUsd())
                    .isEqualByComparingTo("40000");
            assertThat(run.totalRows).allMatch(row -> row.edition().revision() == 0);
        }
    }

    @Test
    void aLateObservationCorrectsWhatItChangesAndNothingElse() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            run.arrive(MarketFixture.market().on("okx").at("2026-03-01T07:00:05Z", "300", "1000"));
            for (int minute = 0; minute < 10; minute++) {
                run.arrive(MarketFixture.market().at("2026-03-01T07:0" + minute + ":10Z", "100", "1000"));
            }

            // when a figure of 07:03 comes six minutes late
            run.arrive(MarketFixture.market().on("okx").at("2026-03-01T07:03:05Z", "330", "1000"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:10:10Z", "100", "1000"));
            run.end();

            assertThat(run.total("exchange:okx", Interval.ONE_MINUTE, "2026-03-01T07:03:00Z")
                            .edition()
                            .revision())
                    .isZero();
            TotalRow corrected = run.total("exchange:okx", Interval.ONE_MINUTE, "2026-03-01T07:04:00Z");
            assertThat(corrected.edition().revision()).isOne();
            assertThat(corrected.figures().valueUsd()).isEqualByComparingTo("330000");
            assertThat(run.total("exchange:binance", Interval.ONE_MINUTE, "2026-03-01T07:04:00Z")
                            .edition()
                            .revision())
                    .isZero();
            assertThat(run.total("total:all", Interval.FIVE_MINUTES, "2026-03-01T07:05:00Z")
                            .figures()
                            .change())
                    .isNull();
        }
    }

    @Test
    void aRowThatShouldNotExistIsWithdrawn() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            run.arrive(MarketFixture.market().on("okx").at("2026-03-01T07:00:05Z", "300", "1000"));
            for (int minute = 0; minute < 10; minute++) {
                run.arrive(MarketFixture.market().at("2026-03-01T07:0" + minute + ":10Z", "100", "1000"));
            }

            // when it turns out late that the market was delisted at 07:02
            run.arrive(MarketFixture.market().on("okx").delisted().at("2026-03-01T07:02:30Z", "0", "0"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:10:10Z", "100", "1000"));
            run.end();

            TotalRow gone = run.total("exchange:okx", Interval.ONE_MINUTE, "2026-03-01T07:04:00Z");
            assertThat(gone.edition().withdrawn()).isTrue();
            assertThat(gone.edition().revision()).isOne();
            assertThat(gone.figures().valueUsd()).isNull();
            assertThat(run.total("exchange:okx", Interval.ONE_MINUTE, "2026-03-01T07:03:00Z")
                            .figures()
                            .change()
                            .exitsUsd())
                    .isEqualByComparingTo("-300000");
        }
    }

    @Test
    void anObservationTooLateToCorrectAnythingIsQuarantined() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            run.arrive(MarketFixture.market().at("2026-03-01T07:00:05Z", "100", "1000"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:30:00Z", "100", "1000"));

            // the watermark is 07:29; a quarter of an hour behind it is too late
            run.arrive(MarketFixture.market().at("2026-03-01T07:14:00Z", "100", "1000"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:14:01Z", "100", "1000"));

            assertThat(run.rejected).hasSize(1);
            assertThat(run.rejected.get(0).reason()).isEqualTo(Reason.TOO_LATE);
            assertThat(run.accepted).hasSize(3);
        }
    }

    @Test
    void threeAlikeAreBelievedOneOrTwoAreNot() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            run.arrive(MarketFixture.market().at("2026-03-01T07:00:05Z", "2000", "1000"));

            run.arrive(MarketFixture.market().at("2026-03-01T07:01:05Z", "30000", "1000"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:02:05Z", "31000", "1000"));
            assertThat(run.rejected).extracting(q -> q.reason()).containsOnly(Reason.IMPLAUSIBLE);
            assertThat(run.accepted).hasSize(1);

            run.arrive(MarketFixture.market().at("2026-03-01T07:03:05Z", "32000", "1000"));
            assertThat(run.accepted).hasSize(2);
        }
    }

    @Test
    void ofTwoThatCountAsOneTheGreaterIsOneOfThree() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            run.arrive(MarketFixture.market().at("2026-03-01T07:00:05Z", "2000", "1000"));

            // given two that can't be believed, equal in time and database_time, of which the first has the greater
            // value
            run.arrive(MarketFixture.market().at("2026-03-01T07:01:05Z", "30000", "1000"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:01:05Z", "60000", "400"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:02:05Z", "31000", "1000"));
            assertThat(run.accepted).hasSize(1);

            run.arrive(MarketFixture.market().at("2026-03-01T07:03:05Z", "32000", "1000"));
            assertThat(run.accepted).hasSize(2);
        }
    }

    @Test
    void whatCountsAsOneObservationIsOneOfThree() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            run.arrive(MarketFixture.market().at("2026-03-01T07:00:05Z", "2000", "1000"));

            // given what can't be believed thrice, equal in time and database_time
            run.arrive(MarketFixture.market().at("2026-03-01T07:01:05Z", "30000", "1000"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:01:05Z", "30000", "1001"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:01:05Z", "30000", "1002"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:02:05Z", "31000", "1000"));
            assertThat(run.accepted).hasSize(1);

            // when it comes once more, and then the third
            run.arrive(MarketFixture.market().at("2026-03-01T07:01:05Z", "30000", "1003"));
            assertThat(run.accepted).hasSize(1);
            run.arrive(MarketFixture.market().at("2026-03-01T07:03:05Z", "32000", "1000"));
            assertThat(run.accepted).hasSize(2);
        }
    }

    @Test
    void anExactRepetitionIsLeftOut() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            Observation once = MarketFixture.market().at("2026-03-01T07:00:05Z", "100", "1000");
            run.arrive(once).arrive(once);
            run.arrive(MarketFixture.market().at("2026-03-01T07:00:06Z", "100", "1000"))
                    .end();

            assertThat(run.accepted).hasSize(2);
            assertThat(run.marketRows.get(0).figures().observed().observations())
                    .isEqualTo(2);
        }
    }

    @Test
    void aRepetitionIsLeftOutThoughAnHourEndsBetween() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            run.arrive(MarketFixture.market().at("2026-03-01T07:59:30Z", "100", "1000"));
            // given a market of which only what can't be believed is known when what is forgotten is removed
            Observation incredible = incredible(Instant.parse("2026-03-01T08:00:10Z"));
            run.arrive(incredible);
            run.arrive(MarketFixture.market().at("2026-03-01T08:01:05Z", "100", "1000"));

            // when it comes again before its minute is over
            run.arrive(incredible);
            run.end();

            assertThat(run.rejected).hasSize(1);
        }
    }

    @Test
    void aRestartedRunCorrectsWhatItHadPublishedAndPublishesNothingAgain() throws Exception {
        List<Observation> minutes = new ArrayList<>();
        for (int minute = 0; minute <= 48; minute++) {
            minutes.add(MarketFixture.market().at(at(minute, 10), String.valueOf(100 + minute), "1000"));
        }
        Observation past = MarketFixture.market().at("2026-03-01T07:29:30Z", "130", "1000");
        Observation late = MarketFixture.market().at("2026-03-01T07:38:40Z", "138", "1001");
        try (PipelineHarness inOrder = new PipelineHarness(LIVE)) {
            List<Observation> all = new ArrayList<>(minutes);
            all.addAll(List.of(past, late));
            all.sort(Comparator.comparing(Observation::time));
            for (Observation observation : all) {
                inOrder.arrive(observation);
            }

            // given a run that has published 07:30 when it is restarted
            PipelineHarness run = new PipelineHarness(LIVE);
            for (Observation observation : minutes.subList(0, 32)) {
                run.arrive(observation);
            }
            assertThat(run.total("asset:btc", Interval.ONE_MINUTE, "2026-03-01T07:30:00Z"))
                    .isNotNull();
            run = run.restart(2);

            // when the history of the venue says more about that minute, before event time has begun
            run.arriveFromHistory(past);
            for (Observation observation : minutes.subList(32, 42)) {
                run.arrive(observation);
            }
            run.arrive(late);
            for (Observation observation : minutes.subList(42, minutes.size())) {
                run.arrive(observation);
            }

            // then it is a correction at every level, and what follows is that of the same input in order
            assertThat(run.total("asset:btc", Interval.ONE_MINUTE, "2026-03-01T07:30:00Z")
                            .edition()
                            .revision())
                    .isOne();
            assertRevisionsHaveNoGap(run.totalRows);
            assertMarketRevisionsHaveNoGap(run.marketRows);
            assertThat(differences(run, inOrder)).isEmpty();
            run.close();
        }
    }

    @Test
    void aShardThatIsNewAfterARestartDoesNotGoBack() throws Exception {
        // given a run that has published 07:30
        PipelineHarness run = new PipelineHarness(LIVE);
        for (int minute = 0; minute <= 31; minute++) {
            run.arrive(MarketFixture.market().at(at(minute, 10), "100", "1000"));
        }
        run = run.restart(1);

        // when the history has a market that was never seen
        run.arriveFromHistory(MarketFixture.market().on("okx").at("2026-03-01T07:29:30Z", "130", "1000"));
        for (int minute = 32; minute <= 36; minute++) {
            run.arrive(MarketFixture.market().at(at(minute, 10), "100", "1000"));
        }

        // then it enters where it can still be published, and the ledgers are whole
        assertRevisionsHaveNoGap(run.totalRows);
        assertThat(run.total("exchange:okx", Interval.ONE_MINUTE, "2026-03-01T07:31:00Z")
                        .figures()
                        .valueUsd())
                .isEqualByComparingTo("130000");
        assertTotalsAddUp(run);
        run.close();
    }

    @Test
    void aShardThatWasAheadBeforeARestartDoesNotGoBackBehindTheOthers() throws Exception {
        SnapshotSettings strict = new SnapshotSettings(
                Map.of(), Duration.ofMinutes(5), Duration.ofMinutes(3), Set.of(AssetClass.CRYPTO), Set.of(), false);
        MarketFixture okx = MarketFixture.market().on("okx");
        assertThat(SnapshotMarkets.shard("okx-BTCUSDT-future"))
                .isNotEqualTo(SnapshotMarkets.shard("binance-BTCUSDT-future"));
        // given a shard that a partition far ahead began, while all others publish up to 07:10
        PipelineHarness run = new PipelineHarness(strict).outOfOrderness(Duration.ZERO);
        run.arrive(okx.at(at(0, 10), "1", "1000"), at(0, 0));
        run.arrive(MarketFixture.market().at(at(30, 10), "100", "1000"), at(30, 0));
        for (int minute = 1; minute <= 10; minute++) {
            run.arrive(okx.at(at(minute, 0), "1", "1000"));
        }
        run = run.restart(1);

        // when the history has something of that shard that is older than may be corrected, and something that is not
        run.arriveFromHistory(MarketFixture.market().at(at(5, 30), "10", "2000"));
        run.arriveFromHistory(MarketFixture.market().at(at(8, 30), "20", "2000"));
        run.arrive(okx.at(at(12, 0), "1", "1000"));

        // then the one is too late, and the other corrects
        assertRevisionsHaveNoGap(run.totalRows);
        assertTotalsAddUp(run);
        assertThat(run.total("total:all", Interval.ONE_MINUTE, at(8, 0))
                        .figures()
                        .valueUsd())
                .isEqualByComparingTo("1000");
        assertThat(run.total("total:all", Interval.ONE_MINUTE, at(9, 0))
                        .figures()
                        .valueUsd())
                .isEqualByComparingTo("41000");
        run.close();
    }

    @Test
    void aShardThatIsNewDoesNotGoBackBehindWhatIsFinalThoughMoreLatenessIsAllowedNow() throws Exception {
        // given a run that has published 07:30, and corrects nothing before 07:28 any more
        PipelineHarness run = new PipelineHarness(allowing(Duration.ofMinutes(3)));
        for (int minute = 0; minute <= 31; minute++) {
            run.arrive(MarketFixture.market().at(at(minute, 10), "100", "1000"));
        }

        // when it goes on with another setting, and something late comes of a market that was never seen
        run = run.restart(1, SETTINGS);
        run.arrive(MarketFixture.market().on("okx").at(at(26, 30), "130", "1000"));
        for (int minute = 32; minute <= 40; minute++) {
            run.arrive(MarketFixture.market().at(at(minute, 10), "100", "1000"));
        }
        run.end();

        // then it enters where that can still be said
        assertThat(run.total("exchange:okx", Interval.ONE_MINUTE, at(27, 0))).isNull();
        assertThat(run.total("total:all", Interval.ONE_MINUTE, at(28, 0))
                        .figures()
                        .valueUsd())
                .isEqualByComparingTo("230000");
        assertRevisionsHaveNoGap(run.totalRows);
        assertTotalsAddUp(run);
        run.close();
    }

    @Test
    void classesThatAreCountedFromARestartOnEnterAndLeaveTheTotalsByName() throws Exception {
        MarketFixture stock = MarketFixture.market()
                .on("okx")
                .symbol("META-USDT", "meta", "usdt")
                .of(AssetClass.EQUITY);
        PipelineHarness run = new PipelineHarness(counting(AssetClass.CRYPTO));
        for (int minute = 0; minute <= 31; minute++) {
            run.arrive(MarketFixture.market().at(at(minute, 10), "100", "1000"));
            run.arrive(stock.at(at(minute, 10), "10", "500"));
        }

        // when another class counts after 07:30, and something late corrects 07:29
        run = run.restart(2, counting(AssetClass.CRYPTO, AssetClass.EQUITY));
        for (int minute = 32; minute <= 41; minute++) {
            run.arrive(MarketFixture.market().at(at(minute, 10), "100", "1000"));
            run.arrive(stock.at(at(minute, 10), "10", "500"));
        }
        run.arrive(stock.at(at(28, 40), "20", "500"));
        run.arrive(MarketFixture.market().at(at(28, 40), "101", "1000"));
        for (int minute = 42; minute <= 43; minute++) {
            run.arrive(MarketFixture.market().at(at(minute, 10), "100", "1000"));
            run.arrive(stock.at(at(minute, 10), "10", "500"));
        }
        // and then again the first alone
        run = run.restart(1, counting(AssetClass.CRYPTO));
        for (int minute = 44; minute <= 48; minute++) {
            run.arrive(MarketFixture.market().at(at(minute, 10), "100", "1000"));
            run.arrive(stock.at(at(minute, 10), "10", "500"));
        }

        // then nothing that was published has it, and what follows says why the value is another
        assertThat(figures(run, "total:all", at(29, 0)).valueUsd()).isEqualByComparingTo("101000");
        assertThat(figures(run, "total:all", at(30, 0)).valueUsd()).isEqualByComparingTo("100000");
        assertThat(figures(run, "total:all", at(31, 0)).valueUsd()).isEqualByComparingTo("105000");
        assertThat(figures(run, "total:all", at(31, 0)).change().restatementUsd())
                .isEqualByComparingTo("5000");
        assertThat(figures(run, "total:all", at(43, 0)).change().restatementUsd())
                .isEqualByComparingTo("-5000");
        assertThat(figures(run, "total:all", at(43, 0)).basis().markets().gone())
                .isZero();
        assertRevisionsHaveNoGap(run.totalRows);
        assertTotalsAddUp(run);
        run.close();
    }

    @Test
    void aLateObservationOfAnEntityThatHadEndedCorrectsItsTotals() throws Exception {
        // given a future that expires at 07:08
        MarketFixture xyz = MarketFixture.market().on("okx").symbol("XYZ-A", "xyz", "usdt");
        List<Observation> all = new ArrayList<>();
        for (int minute = 0; minute <= 40; minute++) {
            if (minute < 8) {
                all.add(xyz.future("2026-03-01T07:08:00Z").at(at(minute, 5), "10", "2000"));
            }
            all.add(MarketFixture.market().at(at(minute, 10), String.valueOf(100 + minute), "1000"));
        }
        // of which it turns out after 07:40 that it lived once more until 07:30
        Observation late = xyz.future("2026-03-01T07:30:00Z").at("2026-03-01T07:27:00Z", "10", "2000");

        assertSameAsInOrder(all, List.of(late));
    }

    @Test
    void anEntityThatIsKnownOnlyWhenItHasEndedHasItsFiveMinutesToo() throws Exception {
        List<Observation> all = new ArrayList<>();
        for (int minute = 0; minute <= 10; minute++) {
            all.add(MarketFixture.market().at(at(minute, 10), "100", "1000"));
        }
        // given a future that expired at 07:09, of which nobody knew before that, and the pass that corrects is that of
        // 07:10
        Observation late = MarketFixture.market()
                .on("okx")
                .symbol("XYZ-A", "xyz", "usdc")
                .future("2026-03-01T07:09:00Z")
                .at("2026-03-01T07:07:30Z", "10", "2000");

        assertSameAsInOrder(all, List.of(late));
    }

    @Test
    void anEntityIsNotForgottenWhileALateObservationMayContinueIt() throws Exception {
        // given an asset that had its last record at 07:02
        MarketFixture xyz = MarketFixture.market().on("okx").symbol("XYZ-A", "xyz", "usdt");
        List<Observation> all = List.of(
                xyz.future("2026-03-01T07:02:00Z").at("2026-03-01T07:00:30Z", "10", "2000"),
                MarketFixture.market().at("2026-03-01T07:00:40Z", "100", "1000"),
                MarketFixture.market().at("2026-03-02T07:04:30Z", "100", "1000"));
        // and is back at 07:01 on the next day, which is told after 07:03
        Observation late = xyz.future("2026-03-05T07:02:00Z").at("2026-03-02T07:00:30Z", "10", "2000");

        assertSameAsInOrder(all, List.of(late));
    }

    @Test
    void boundariesHeldBackBehindImplausibleOnesAreThoseOfTheirTime() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS);
                PipelineHarness plain = new PipelineHarness(SETTINGS)) {
            // given minutes of which nothing can be believed, and then one that can, late and for another exchange
            for (int minute = 0; minute <= 20; minute++) {
                String contracts = minute <= 10 ? "10000" : String.valueOf(200_000L << (minute % 5));
                run.arrive(MarketFixture.market().at(at(minute, 10), contracts, "1000"));
                if (minute <= 10) {
                    plain.arrive(MarketFixture.market().at(at(minute, 10), contracts, "1000"));
                }
            }
            Observation last = MarketFixture.market().on("okx").at("2026-03-01T07:17:30Z", "10", "1000");
            run.arrive(last).end();
            plain.arrive(last).end();

            // then the records are those of the plausible input: in order, one by one, up to its end
            assertThat(run.rejected).hasSize(10);
            assertThat(differences(run, plain)).isEmpty();
            assertThat(run.total("total:all", Interval.ONE_MINUTE, "2026-03-01T07:18:00Z"))
                    .isNotNull();
            assertThat(run.totalRows)
                    .filteredOn(row -> row.key().equals("exchange:binance"))
                    .allMatch(row -> row.pass().equals(Pass.inOrder(row.time().toEpochMilli())));
        }
    }

    @Test
    void nothingOnTimeIsLateHoweverLittleIsAllowed() throws Exception {
        SnapshotSettings strict = new SnapshotSettings(
                Map.of(), Duration.ofMinutes(5), Duration.ZERO, Set.of(AssetClass.CRYPTO), Set.of(), true);
        try (PipelineHarness run = new PipelineHarness(strict).outOfOrderness(Duration.ZERO)) {
            for (int minute = 0; minute < 3; minute++) {
                run.arrive(MarketFixture.market().at(at(minute, 10), "100", "1000"));
                run.arrive(MarketFixture.market().on("okx").at(at(minute, 20), "100", "1000"));
                run.arrive(MarketFixture.market().on("bybit").at(at(minute, 15), "100", "1000"));
            }
            run.arrive(MarketFixture.market().at("2026-03-01T07:01:59Z", "100", "1000"));
            run.end();

            // then only what came after its boundary was published is too late
            assertThat(run.rejected)
                    .singleElement()
                    .satisfies(late -> assertThat(late.reason()).isEqualTo(Reason.TOO_LATE));
            assertThat(run.total("total:all", Interval.ONE_MINUTE, "2026-03-01T07:01:00Z")
                            .figures()
                            .valueUsd())
                    .isEqualByComparingTo("300000");
            assertThat(run.total("total:all", Interval.ONE_MINUTE, "2026-03-01T07:03:00Z")
                            .figures()
                            .basis()
                            .markets()
                            .carried())
                    .isZero();
        }
    }

    @Test
    void theBarsOfAForgottenMarketAreNotThoseOfItsReturn() throws Exception {
        // given a market outside the totals, of which nothing is observed for more than a day
        MarketFixture stock = MarketFixture.market().of(AssetClass.EQUITY);
        try (PipelineHarness run = new PipelineHarness(allowing(Duration.ZERO))) {
            run.arrive(stock.at("2026-03-01T07:30:30Z", "100", "1000"));
            run.arrive(stock.at("2026-03-02T10:02:30Z", "100", "1000"));
            run.arrive(stock.at("2026-03-02T10:06:30Z", "100", "1000"));
            run.end();

            // then it begins anew with nothing it opened at
            assertThat(run.marketRows)
                    .filteredOn(row -> row.time().equals(Instant.parse("2026-03-02T10:05:00Z")))
                    .extracting(row -> row.figures().range().openUsd())
                    .containsExactly(new BigDecimal("100000.000000"), null);
        }
    }

    @Test
    void aMarketThatIsForgottenAndBackAtOnceIsTheSameWheneverEventTimePasses() throws Exception {
        // given a market that is forgotten at 07:36 and observed half a minute later
        List<Observation> observations = List.of(
                MarketFixture.market().at("2026-03-01T07:30:30Z", "100", "1000"),
                MarketFixture.market().on("okx").at("2026-03-01T07:30:30Z", "100", "1000"),
                MarketFixture.market().on("okx").at("2026-03-02T07:36:20Z", "100", "1000"),
                MarketFixture.market().at("2026-03-02T07:36:30Z", "100", "1000"),
                MarketFixture.market().on("okx").at("2026-03-02T07:40:30Z", "100", "1000"));
        try (PipelineHarness before = new PipelineHarness(allowing(Duration.ZERO)).outOfOrderness(Duration.ZERO);
                PipelineHarness after = new PipelineHarness(allowing(Duration.ZERO))) {
            for (Observation observation : observations) {
                before.arrive(observation);
                after.arrive(observation);
            }
            before.end();
            after.end();

            // then it does not matter whether event time was at 07:36 before that observation came
            assertThat(differences(before, after)).isEmpty();
        }
    }

    @Test
    void aMarketThatLeavesTheTotalsAndIsDelistedAtOnceIsNotGone() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            run.arrive(MarketFixture.market().on("okx").at("2026-03-01T07:00:05Z", "300", "1000"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:00:10Z", "100", "1000"));
            run.arrive(MarketFixture.market()
                    .on("okx")
                    .of(AssetClass.EQUITY)
                    .delisted()
                    .at("2026-03-01T07:01:05Z", "0", "0"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:01:10Z", "100", "1000"));
            run.end();

            TotalRow okx = run.total("exchange:okx", Interval.ONE_MINUTE, "2026-03-01T07:02:00Z");
            assertThat(okx.figures().basis().markets().gone()).isZero();
            assertThat(okx.figures().change().exitsUsd()).isEqualByComparingTo("-300000");
        }
    }

    @Test
    void exchangesThatMovedAsMuchAreNamedByName() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            // given an exchange that moves, one that moves and moves back, and two that do not
            String[] binance = {"100", "100", "100", "105", "105", "105", "105"};
            String[] okx = {"100", "100", "110", "100", "100", "100", "100"};
            for (int minute = 0; minute < 7; minute++) {
                run.arrive(MarketFixture.market().at(at(minute, 10), binance[minute], "1000"));
                run.arrive(MarketFixture.market().on("okx").at(at(minute, 11), okx[minute], "1000"));
                run.arrive(MarketFixture.market().on("htx").at(at(minute, 12), "100", "1000"));
                run.arrive(MarketFixture.market().on("gate").at(at(minute, 13), "100", "1000"));
            }
            run.end();

            assertThat(movers(run, Interval.FIVE_MINUTES, at(5, 0))).isEqualTo("binance,gate,htx");
            assertThat(movers(run, Interval.ONE_MINUTE, at(3, 0))).isEqualTo("okx,binance,gate");
            assertThat(movers(run, Interval.ONE_MINUTE, at(5, 0))).isEqualTo("binance,gate,htx");
        }
    }

    @Test
    void theFirstRowsCountWhatCameBeforeTheRunBegan() throws Exception {
        SnapshotSettings live = awaiting("binance-test", "dead-test");
        try (PipelineHarness run = new PipelineHarness(live).outOfOrderness(Duration.ofSeconds(2))) {
            for (int second : new int[] {10, 30, 70, 90, 130, 250, 310}) {
                run.arrive(MarketFixture.market().at(at(second / 60, second % 60), "100", "1000"));
            }

            // 07:01 was awaited in vain; the five minutes to 07:05 had six observations all the same
            assertThat(run.marketRows)
                    .extracting(MarketRow::time)
                    .doesNotContain(Instant.parse("2026-03-01T07:01:00Z"));
            assertThat(run.marketRows)
                    .filteredOn(row -> row.interval() == Interval.FIVE_MINUTES)
                    .singleElement()
                    .satisfies(row ->
                            assertThat(row.figures().observed().observations()).isEqualTo(6));
        }
    }

    @Test
    void theFirstRowsCountWhatCameLateBeforeTheRunBeganToo() throws Exception {
        try (PipelineHarness run =
                new PipelineHarness(awaiting("binance-test", "dead-test")).outOfOrderness(Duration.ofSeconds(2))) {
            // given one that comes when 07:01, awaited in vain, has passed
            for (int second : new int[] {10, 65, 30, 130, 310}) {
                run.arrive(MarketFixture.market().at(at(second / 60, second % 60), "100", "1000"));
            }

            assertThat(run.marketRows)
                    .filteredOn(row -> row.interval() == Interval.FIVE_MINUTES)
                    .singleElement()
                    .satisfies(row ->
                            assertThat(row.figures().observed().observations()).isEqualTo(4));
        }
    }

    @Test
    void anAnswerCountsFromTheBoundaryAtWhichEverybodyKnowsIt() throws Exception {
        try (PipelineHarness run =
                new PipelineHarness(awaiting("binance-test", "okx-test")).outOfOrderness(Duration.ZERO)) {
            run.arrive(MarketFixture.market().at("2026-03-01T07:00:30Z", "100", "1000"));
            // when one shard hears of an answer that another would hear of after 07:01 only
            run.arrive(
                    MarketFixture.market().on("okx").at("2026-03-01T07:00:59Z", "100", "1000"), "2026-03-01T07:01:00Z");
            run.arrive(MarketFixture.market().at("2026-03-01T07:01:30Z", "100", "1000"));
            run.arrive(MarketFixture.market().at("2026-03-01T07:02:30Z", "100", "1000"));

            assertThat(run.marketRows).extracting(MarketRow::time).containsOnly(Instant.parse("2026-03-01T07:02:00Z"));
            assertThat(run.totalRows).allMatch(row -> row.figures().change() == null);
        }
    }

    @Test
    void marketsGoToTheRulesWhileOneLooksAtThem() throws Exception {
        long day = Instant.parse("2026-12-20T00:00:00Z").toEpochMilli();
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            // given a rule that looks at others only
            run.hear(new RunEvent.Rule("assets", day, new RuleWatch.Subject(Level.ASSET, Interval.ONE_MINUTE)));
            run.arrive(MarketFixture.market().at("2026-12-20T12:00:10Z", "1", "1"));
            run.arrive(MarketFixture.market().at("2026-12-20T12:02:10Z", "1", "1"));
            assertThat(run.marketRows).hasSize(1);
            assertThat(run.watchedRows).isEmpty();

            // when one comes that looks at markets
            run.hear(new RunEvent.Rule("markets", day, new RuleWatch.Subject(Level.MARKET, Interval.ONE_MINUTE)));
            run.arrive(MarketFixture.market().at("2026-12-20T12:03:10Z", "1", "1"));
            assertThat(run.watchedRows).hasSize(1).isSubsetOf(run.marketRows);

            // and is taken back long ago
            run.hear(new RunEvent.Rule("markets", day, null));
            run.arrive(MarketFixture.market().at("2026-12-20T12:04:10Z", "1", "1"));
            assertThat(run.marketRows).hasSize(3);
            assertThat(run.watchedRows).hasSize(1);
        }
    }

    @Test
    void theRowsOfABoundaryComeShortIntervalsFirst() throws Exception {
        try (PipelineHarness run = new PipelineHarness(SETTINGS)) {
            for (int minute = 10; minute < 17; minute++) {
                run.arrive(MarketFixture.market().at(at(minute, 10), "100", "1000"));
            }

            assertThat(run.marketRows)
                    .filteredOn(row -> row.time().equals(Instant.parse("2026-03-01T07:15:00Z")))
                    .extracting(MarketRow::interval)
                    .containsExactly(Interval.values());
        }
    }

    @Test
    void aSubtaskThatHasPublishedNothingYetPublishesWithTheOthers() throws Exception {
        // given two subtasks, of which one has published
        MarketFixture here = MarketFixture.market();
        MarketFixture elsewhere = IntStream.range(0, 100)
                .mapToObj(i -> "BTCUSDT" + i)
                .filter(symbol -> subtask("binance-" + symbol + "-future") != subtask("binance-BTCUSDT-future"))
                .map(symbol -> MarketFixture.market().symbol(symbol, "btc", "usdt"))
                .findFirst()
                .orElseThrow();
        try (PipelineHarness run = new PipelineHarness(SETTINGS).restart(2)) {
            for (int minute = 0; minute <= 3; minute++) {
                run.arrive(here.at(at(minute, 10), "100", "1000"));
            }
            run.arrive(elsewhere.at(at(3, 20), "100", "1000"), at(2, 20));

            // when event time jumps, and boundaries were held back because nobody knew that the run reaches them
            run.arrive(here.at(at(10, 10), "100", "1000"));
            run.end();

            // then both have published the same boundaries at once
            assertThat(run.totalRows)
                    .isNotEmpty()
                    .allMatch(
                            row -> row.edition().revision() == 0 && !row.pass().correction());
        }
    }

    private static int subtask(String market) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(
                SnapshotMarkets.shard(market), EvenKeys.KEY_GROUPS, 2);
    }

    @Test
    void eventTimeThatJumpsToTheEndChangesNothing() throws Exception {
        // given an exchange that begins later than the others
        List<Observation> observations = observations(new Random(4)).stream()
                .filter(observation -> !observation.exchange().equals("okx")
                        || observation.time().isAfter(Instant.parse("2026-03-01T07:06:00Z")))
                .toList();
        try (PipelineHarness steady = new PipelineHarness(SETTINGS);
                PipelineHarness jumping = new PipelineHarness(SETTINGS)) {
            for (Observation observation : observations) {
                steady.arrive(observation);
            }
            steady.end();

            // when nothing is known of event time before the input ends, as while alert rules are still being read
            for (Observation observation : observations) {
                jumping.arrive(observation, observation.time().minusSeconds(60).toString());
            }
            jumping.end();

            assertThat(jumping.totalRows).allMatch(row -> row.edition().revision() == 0);
            assertThat(jumping.totalRows).containsExactlyInAnyOrderElementsOf(steady.totalRows);
            assertThat(jumping.marketRows).containsExactlyInAnyOrderElementsOf(steady.marketRows);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theHighestRevisionsDoNotDependOnTheOrderOfArrivalNorOnRestarts(long seed) throws Exception {
        Random random = new Random(seed);
        List<Observation> inOrder = observations(random);
        List<Observation> shuffled = shuffled(inOrder, random);
        try (PipelineHarness one = new PipelineHarness(SETTINGS)) {
            for (Observation observation : inOrder) {
                one.arrive(observation);
            }
            one.end();

            // given the same in another order, between what can't be believed, with restarts at other parallelisms
            PipelineHarness other = new PipelineHarness(SETTINGS);
            int incredible = 0;
            int fromHistory = 0;
            for (int i = 0; i < shuffled.size(); i++) {
                Observation observation = shuffled.get(i);
                if (i > 12 && i % 100 == 99) {
                    other = other.restart(1 + random.nextInt(3));
                    fromHistory = random.nextInt(4);
                }
                if (fromHistory > 0) {
                    fromHistory--;
                    other.arriveFromHistory(observation);
                } else {
                    other.arrive(observation);
                }
                if (i > 12 && random.nextInt(10) == 0) {
                    other.arrive(incredible(observation.time().plusSeconds(random.nextInt(60))));
                    incredible++;
                }
            }
            for (int minute = 0; minute < 12; minute++) {
                other.arrive(incredible(Instant.parse("2026-03-01T07:46:00Z").plusSeconds(60L * minute)));
                incredible++;
            }
            other.end();

            assertThat(one.rejected).isEmpty();
            assertThat(other.rejected)
                    .hasSize(incredible)
                    .allMatch(rejected -> rejected.reason() == Reason.IMPLAUSIBLE);
            assertThat(differences(other, one)).isEmpty();
            assertThat(one.totalRows).allMatch(row -> row.edition().revision() == 0);
            assertThat(other.totalRows).anyMatch(row -> row.edition().revision() > 0);
            assertRevisionsHaveNoGap(other.totalRows);
            assertMarketRevisionsHaveNoGap(other.marketRows);
            assertTotalsAddUp(one);
            other.close();
        }
    }

    private static String movers(PipelineHarness run, Interval interval, String time) {
        return run.total("asset:btc", interval, time).figures().unpublished().movers();
    }

    /** An observation of 10^13 USD. */
    private static Observation incredible(Instant time) {
        return MarketFixture.market().symbol("M0", "btc", "usdt").at(time.toString(), "1000", "10000000000");
    }

    /** Markets of three exchanges with gaps, expiries, delistings and changes of how they are counted. */
    private static List<Observation> observations(Random random) {
        List<Observation> list = new ArrayList<>();
        long start = Instant.parse("2026-03-01T07:00:00Z").toEpochMilli();
        String[] exchanges = {"binance", "bybit", "okx"};
        String[] bases = {"btc", "eth", "sol"};
        for (int m = 0; m < 9; m++) {
            double contracts = 1000 + random.nextInt(1000);
            boolean outage = random.nextBoolean();
            for (int minute = 0; minute < 45; minute++) {
                if (minute > 0 && (random.nextInt(5) == 0 || (outage && minute > 15 && minute < 28))) {
                    continue;
                }
                contracts *= 0.97 + random.nextDouble() * 0.06;
                MarketFixture market = MarketFixture.market()
                        .on(exchanges[m / 3])
                        .symbol("M" + m, bases[m % 3], m % 2 == 0 ? "usdt" : "usdc")
                        .sides(m == 4 && minute > 20 ? 2 : 1);
                if (m == 7) {
                    market.future("2026-03-01T07:31:00Z");
                }
                if (m == 2 && minute >= 12 && minute < 18) {
                    market.delisted();
                }
                Instant time = Instant.ofEpochMilli(start + minute * 60_000L + 1000 + random.nextInt(58_000));
                list.add(market.at(
                        time.toString(),
                        BigDecimal.valueOf(Math.round(contracts)).toString(),
                        BigDecimal.valueOf(90 + random.nextInt(20)).toString()));
            }
        }
        // an entity that ends, and lives once more for a while
        for (int minute : new int[] {0, 1, 2, 3, 9}) {
            list.add(MarketFixture.market()
                    .on("okx")
                    .symbol("XYZ", "xyz", "usdt")
                    .future(minute < 9 ? "2026-03-01T07:04:00Z" : "2026-03-01T07:12:00Z")
                    .at(Instant.ofEpochMilli(start + minute * 60_000L + 30_000).toString(), "10", "50"));
        }
        list.sort(Comparator.comparing(Observation::time));
        return list;
    }

    /** Delays of up to a quarter of an hour, the earliest observations apart. */
    private static List<Observation> shuffled(List<Observation> inOrder, Random random) {
        Map<Observation, Long> arrival = new HashMap<>();
        for (int i = 0; i < inOrder.size(); i++) {
            long delay = i < 12 ? 0 : random.nextInt(15 * 60_000);
            arrival.put(inOrder.get(i), inOrder.get(i).time().toEpochMilli() + delay);
        }
        List<Observation> list = new ArrayList<>(inOrder);
        list.sort(Comparator.comparing(arrival::get));
        return list;
    }

    /** Whatever comes late, the records are those of the same input in order. */
    private static void assertSameAsInOrder(List<Observation> inTime, List<Observation> late) throws Exception {
        List<Observation> ordered = new ArrayList<>(inTime);
        ordered.addAll(late);
        ordered.sort(Comparator.comparing(Observation::time));
        try (PipelineHarness inOrder = new PipelineHarness(SETTINGS);
                PipelineHarness run = new PipelineHarness(SETTINGS)) {
            for (Observation observation : ordered) {
                inOrder.arrive(observation);
            }
            inOrder.end();
            for (Observation observation : inTime) {
                run.arrive(observation);
            }
            for (Observation observation : late) {
                run.arrive(observation);
            }
            run.end();

            assertThat(run.rejected).isEmpty();
            assertThat(differences(run, inOrder)).isEmpty();
            assertRevisionsHaveNoGap(run.totalRows);
        }
    }

    /** Records that are not the same in both, short enough to be read. */
    private static List<String> differences(PipelineHarness run, PipelineHarness expected) {
        Map<String, String> is = run.state();
        Map<String, String> should = expected.state();
        Set<String> keys = new TreeSet<>(is.keySet());
        keys.addAll(should.keySet());
        return keys.stream()
                .filter(key -> !Objects.equals(is.get(key), should.get(key)))
                .map(key -> key + "\n is     " + is.get(key) + "\n should " + should.get(key))
                .toList();
    }

    private static TotalRow.Figures figures(PipelineHarness run, String entity, String time) {
        return run.total(entity, Interval.ONE_MINUTE, time).figures();
    }

    private static SnapshotSettings counting(AssetClass... classes) {
        return new SnapshotSettings(
                Map.of(), Duration.ofMinutes(5), Duration.ofMinutes(15), Set.of(classes), Set.of(), false);
    }

    private static SnapshotSettings allowing(Duration lateness) {
        return new SnapshotSettings(
                Map.of(), Duration.ofMinutes(5), lateness, Set.of(AssetClass.CRYPTO), Set.of(), true);
    }

    private static SnapshotSettings awaiting(String... venues) {
        return new SnapshotSettings(
                Map.of(),
                Duration.ofMinutes(5),
                Duration.ofMinutes(15),
                Set.of(AssetClass.CRYPTO),
                Set.of(venues),
                false);
    }

    private static String at(int minute, int second) {
        return "2026-03-01T07:%02d:%02dZ".formatted(minute, second);
    }

    private static void assertMarketRevisionsHaveNoGap(List<MarketRow> rows) {
        Map<String, Integer> next = new HashMap<>();
        for (MarketRow row : rows) {
            String identity = row.market() + row.interval() + row.time();
            assertThat(row.edition().revision()).as(identity).isEqualTo(next.getOrDefault(identity, 0));
            next.put(identity, row.edition().revision() + 1);
        }
    }

    private static void assertRevisionsHaveNoGap(List<TotalRow> rows) {
        Map<String, Integer> next = new HashMap<>();
        for (TotalRow row : rows) {
            String identity = row.key() + row.interval() + row.time();
            assertThat(row.edition().revision()).as(identity).isEqualTo(next.getOrDefault(identity, 0));
            next.put(identity, row.edition().revision() + 1);
        }
    }

    private static void assertTotalsAddUp(PipelineHarness run) {
        Map<String, TotalRow> newest = new LinkedHashMap<>();
        run.totalRows.forEach(row -> newest.put(row.key() + row.interval() + row.time(), row));
        Map<String, BigDecimal> sums = new HashMap<>();
        for (TotalRow row : newest.values()) {
            sums.merge(
                    row.entity().level() + " " + row.interval() + " " + row.time(),
                    row.figures().valueUsd(),
                    BigDecimal::add);
            if (row.figures().change() != null) {
                assertThat(row.figures().change().totalUsd())
                        .isEqualByComparingTo(row.figures()
                                .valueUsd()
                                .subtract(row.figures().range().openUsd()));
            }
        }
        sums.forEach((identity, sum) -> {
            String whole = Level.TOTAL + identity.substring(identity.indexOf(' '));
            assertThat(sum).as(identity).isEqualByComparingTo(sums.get(whole));
        });
    }
}
