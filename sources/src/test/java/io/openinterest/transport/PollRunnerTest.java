package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.transport.Network.Answer;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Polls in time that passes at once: Bybit for a venue of one question, Binance for one of a question a market. */
class PollRunnerTest {

    private static final String LIST = """
            {"retCode":0,"result":{"nextPageCursor":"","list":[{"symbol":"BTCUSDT","contractType":"LinearPerpetual",
            "status":"Trading","baseCoin":"BTC","quoteCoin":"USDT","settleCoin":"USDT","deliveryTime":"0","symbolType":""}]}}""";
    private static final String TICKERS =
            "{\"retCode\":0,\"result\":{\"list\":[{\"symbol\":\"BTCUSDT\",\"openInterest\":\"42\",\"markPrice\":\"5\"}]}}";

    private final VenueHarness venue = new VenueHarness();

    @Test
    void landsShortlyBeforeTheFullMinute() {
        bybit().answer("tickers", TICKERS);
        venue.start("bybit-linear", null, Map.of());

        venue.pass(Duration.ofMinutes(10));

        List<Long> seconds = venue.network.asked("tickers").stream()
                .skip(1)
                .map(asked -> asked.at().toSeconds() % 60)
                .toList();
        assertThat(seconds).hasSizeBetween(9, 10).allMatch(second -> second >= 47 && second <= 56);
    }

    @ParameterizedTest(name = "{0}, Retry-After {1}: {2} to {3} in ten minutes")
    @CsvSource({
        "503, 0, 8, 22",
        "503, , 8, 22",
        "429, 0, 8, 22",
        "503, 1, 8, 22",
        "429, 120, 5, 6",
        "503, 259200, 2, 3",
        "418, 1, 4, 6"
    })
    void aFaultThatLastsIsAskedAboutEverMoreRarely(int status, String retryAfter, int least, int most) {
        Map<String, String> headers = retryAfter == null ? Map.of() : Map.of("retry-after", retryAfter);
        bybit().answer("tickers", status, headers, "{}");
        venue.start("bybit-linear", null, Map.of());

        venue.pass(Duration.ofMinutes(10));

        assertThat(venue.network.asked("tickers")).hasSizeBetween(least, most);
        assertThat(venue.rejected())
                .extracting(Quarantined::reason)
                .containsOnly(Reason.HTTP_STATUS, Reason.VENUE_ERROR);
    }

    @Test
    void aVenueThatNeverAnsweredDelaysAStartForAMinuteAndARestartAsLongAsHistoryIsAwaited() {
        String told = "the venue has not answered since the start";
        venue.start("bybit-linear", null, Map.of());
        venue.pass(Duration.ofSeconds(59));
        assertThat(venue.details()).doesNotContain(told);
        venue.pass(Duration.ofSeconds(2));
        assertThat(venue.details()).contains(told);

        VenueHarness again = new VenueHarness().restart("bybit-linear");
        again.pass(Duration.ofSeconds(29));
        assertThat(again.details()).doesNotContain(told);
        again.pass(Duration.ofSeconds(2));
        assertThat(again.details()).contains(told);
    }

    @Test
    void whatIsTooMuchForOneQuestionOfKrakenPausesTheOthers() {
        // given a list, and tickers that are too much for longer than the list holds
        venue.network.answer("instruments", """
                        {"result":"success","instruments":[{"symbol":"PF_XBTUSD","type":"flexible_futures","base":"BTC",
                        "quote":"USD","pair":"XBT:USD","contractSize":1,"tradeable":true}]}""").answer("tickers", 429, Map.of("retry-after", "900"), "{}");
        venue.start("kraken-futures", null, Map.of());

        venue.pass(Duration.ofMinutes(14));

        assertThat(venue.network.asked("tickers")).hasSize(1);
        assertThat(venue.network.asked("instruments")).hasSize(1);
    }

    @Test
    void aPauseOfAVenueThatSharesTheLimitShowsAsOne() {
        // given COIN-M, which Binance meters together with USD-M
        venue.start("binance-coinm", null, Map.of());
        Quota shared = Quota.shared(RateLimit.of("binance-futures", 2400, Duration.ofMinutes(1)), venue.restUrl, 0);

        // when USD-M is told to pause
        shared.pause(Duration.ofMinutes(2), venue.time.clock().millis());
        venue.pass(Duration.ofSeconds(2));

        // then
        assertThat(venue.stats.pausedUntilMillis())
                .isGreaterThan(venue.time.real().plusSeconds(110).toEpochMilli());
    }

    @Test
    void aVenueThatRecoversIsReadSoon() {
        bybit().answer("tickers", 503, Map.of(), "").answer("tickers", TICKERS);
        venue.start("bybit-linear", null, Map.of());

        venue.pass(Duration.ofSeconds(3));

        assertThat(venue.observations()).hasSize(1);
    }

    @Test
    void aClockThatGoesBackAnHourStopsNothing() {
        bybit().answer("tickers", TICKERS);
        venue.start("bybit-linear", null, Map.of());
        venue.pass(Duration.ofMinutes(5));

        venue.time.step(Duration.ofHours(-1));
        venue.pass(Duration.ofMinutes(10));

        assertThat(venue.observations()).hasSizeGreaterThan(10);
        assertThat(venue.observations()).extracting(Observation::databaseTime).isSorted();
    }

    @Test
    void aClockThatIsAnHourAheadForASecondStampsNothingAhead() {
        bybit().answer("tickers", TICKERS);
        venue.start("bybit-linear", null, Map.of());
        venue.pass(Duration.ofSeconds(40));

        venue.time.step(Duration.ofHours(1));
        venue.pass(Duration.ofSeconds(20));
        venue.time.step(Duration.ofHours(-1));
        venue.pass(Duration.ofMinutes(5));

        assertThat(venue.observations())
                .allSatisfy(o -> assertThat(o.databaseTime()).isBeforeOrEqualTo(venue.time.real()));
        assertThat(venue.out.all())
                .allSatisfy(arrival -> assertThat(arrival.watermark())
                        .isLessThanOrEqualTo(venue.time.real().toEpochMilli()));
    }

    @Test
    void anAnswerThatNeverComesEndsNoPoll() {
        bybit().answer("tickers", request -> null).answer("tickers", TICKERS);
        venue.start("bybit-linear", null, Map.of());

        venue.pass(Duration.ofMinutes(6));

        assertThat(venue.observations()).isNotEmpty();
    }

    @Test
    void aFrequencyThatAKeyDoesNotHaveIsReplacedByTheNext() {
        // given
        venue.network
                .answer("reference-data", """
                        {"data":[{"market":"cme-BTCZ6-future","exchange":"cme","type":"future","base":"btc","quote":"usd",
                        "symbol":"BTCZ6","size_asset":"btc","margin_asset":"usd","contract_size":"5",
                        "expiration":"2026-12-24T16:00:00.000000000Z","status":"online"}]}""")
                .answer(
                        "frequency=1d",
                        "{\"data\":[{\"asset\":\"btc\",\"time\":\"2026-11-20T00:00:00.000000000Z\",\"ReferenceRateUSD\":\"86000\"}]}")
                .answer(
                        "asset-metrics",
                        403,
                        Map.of(),
                        "{\"error\":{\"type\":\"forbidden\",\"message\":\"not available with supplied credentials\"}}")
                .answer(
                        "market-openinterest",
                        "{\"data\":[{\"market\":\"cme-BTCZ6-future\",\"time\":\"2026-11-20T11:00:00.000000000Z\",\"contract_count\":\"100\"}]}");

        // when
        venue.start("coinmetrics", null, Map.of());
        venue.pass(Duration.ofMinutes(5));

        // then
        assertThat(venue.network.asked("frequency=1d")).isNotEmpty();
        assertThat(venue.observations()).isNotEmpty();
    }

    @Test
    void aNumberThatCannotBeReadCostsItsRow() {
        String row = LIST.substring(LIST.indexOf("{\"symbol"), LIST.indexOf("]}}"));
        String list = LIST.replace("]}}", "," + row.replace("BTC", "ETH") + "]}}");
        venue.network
                .answer("instruments-info", list)
                .answer(
                        "tickers",
                        "{\"retCode\":0,\"result\":{\"list\":[{\"symbol\":\"BTCUSDT\",\"openInterest\":1e99999999999,\"markPrice\":\"5\"},"
                                + "{\"symbol\":\"ETHUSDT\",\"openInterest\":\"42\",\"markPrice\":\"5\"}]}}");
        venue.start("bybit-linear", null, Map.of());

        venue.pass(Duration.ofSeconds(10));

        assertThat(symbols()).containsExactly("ETHUSDT");
        assertThat(venue.details()).contains("the field openInterest can't be read: \"NaN\"");
    }

    @Test
    void aListWithANumberThatCannotBeReadIsReadAllTheSame() {
        venue.network
                .answer(
                        "instruments-info",
                        LIST.replace("\"symbolType\":\"\"", "\"symbolType\":\"\",\"x\":1e99999999999"))
                .answer("tickers", TICKERS);
        venue.start("bybit-linear", null, Map.of());

        venue.pass(Duration.ofSeconds(10));

        assertThat(symbols()).containsExactly("BTCUSDT");
    }

    @Test
    void aRowOfHyperliquidThatCannotBeReadMovesNoOther() {
        // given: one row of a long list that is larger than any row may be
        String large =
                IntStream.range(0, 200_000).mapToObj(i -> "\"" + i + "\":0").collect(Collectors.joining(","));
        String names = IntStream.range(0, 100)
                .mapToObj("{\"name\":\"C%d\"}"::formatted)
                .collect(Collectors.joining(","));
        String contexts = IntStream.range(0, 100)
                .mapToObj(i -> i == 80
                        ? "{" + large + "}"
                        : "{\"openInterest\":\"%d\",\"markPx\":\"2\",\"oraclePx\":\"2\",\"funding\":\"0\",\"dayNtlVlm\":\"1\"}"
                                .formatted(1000 + i))
                .collect(Collectors.joining(","));
        venue.network.answer("/info", request -> {
            String body = request.body().contains("metaAndAssetCtxs")
                    ? "[{\"universe\":[" + names + "],\"collateralToken\":0},[" + contexts + "]]"
                    : request.body().contains("spotMeta")
                            ? "{\"universe\":[],\"tokens\":[{\"name\":\"USDC\",\"index\":0}]}"
                            : "[]";
            return new Answer(200, Map.of(), body, 0, venue.time.clock().now());
        });
        venue.start("hyperliquid", null, Map.of());

        // when
        venue.pass(Duration.ofSeconds(5));

        // then
        assertThat(symbols()).hasSize(99).doesNotContain("C80");
        assertThat(venue.observations())
                .allSatisfy(o -> assertThat(o.contractCount().intValue() - 1000)
                        .isEqualTo(Integer.parseInt(o.symbol().substring(1))));
    }

    @Test
    void whatIsListedByManyQuestionsIsReadWithinAMinuteOfTheStart() {
        // given: options are listed by a question for each coin that may have some
        String coins = IntStream.range(0, 400)
                .mapToObj("{\"symbol\":\"C%1$dUSDT\",\"baseCoin\":\"C%1$d\"}"::formatted)
                .collect(Collectors.joining(","));
        String form = "{\"retCode\":0,\"result\":{\"nextPageCursor\":\"\",\"list\":[%s]}}";
        venue.network
                .answer("category=linear", form.formatted(coins))
                .answer("instruments-info?category=option&baseCoin=BTC", form.formatted("""
                        {"symbol":"BTC-25DEC26-10000-C-USDT","status":"Trading","baseCoin":"BTC","quoteCoin":"USDT",
                        "settleCoin":"USDT","optionsType":"Call","deliveryTime":"1798185600000"}"""))
                .answer("instruments-info", form.formatted(""))
                .answer("tickers", form.formatted("""
                        {"symbol":"BTC-25DEC26-10000-C-USDT","openInterest":"42","indexPrice":"90000","markPrice":"5"}"""));
        venue.start("bybit-option", null, Map.of());

        venue.pass(Duration.ofMinutes(1));

        assertThat(venue.observations()).isNotEmpty();
    }

    // ---- a question a market --------------------------------------------------------------------------------------

    @Test
    void threeMarketsThatNeverAnswerCostThemselvesOnly() {
        binance(100, request -> List.of("C40USDT", "C41USDT", "C42USDT").contains(request.param("symbol")));

        venue.pass(Duration.ofMinutes(10));

        assertThat(symbols()).hasSize(97);
        assertThat(venue.observations()).hasSizeGreaterThan(97 * 8);
    }

    @Test
    void aFifthOfFailingAnswersLeavesNoMarketBehind() {
        int[] count = {0};
        binance(200, request -> count[0]++ % 5 == 0);

        venue.pass(Duration.ofMinutes(5));

        assertThat(symbols()).hasSize(200);
        assertThat(venue.observations()).hasSizeGreaterThan(200 * 4);
    }

    @Test
    void aLastingLimitServesAllMarketsInTurn() {
        // given: a venue that says it is too much after each twenty questions
        int[] count = {0};
        binance(200, request -> false, request -> count[0]++ % 20 == 19);

        venue.pass(Duration.ofMinutes(30));

        assertThat(symbols()).hasSize(200);
    }

    @Test
    void oneQuestionThatIsAlwaysDeniedStopsNoOther() {
        // given
        venue.network.answer("symbol=C3USDT", 403, Map.of(), "<html>denied</html>");
        binance(30, request -> false);
        venue.pass(Duration.ofMinutes(10));

        // when
        int more = observedIn(Duration.ofMinutes(10));

        // then
        assertThat(symbols()).hasSize(29);
        assertThat(more).isGreaterThan(29 * 8);
    }

    @Test
    void aFewQuestionsThatAreAlwaysDeniedStopNoOther() {
        for (int denied = 0; denied < 30; denied += 5) {
            venue.network.answer("symbol=C" + denied + "USDT", 403, Map.of(), "<html>denied</html>");
        }
        binance(30, request -> false);
        venue.pass(Duration.ofMinutes(20));

        int more = observedIn(Duration.ofMinutes(10));

        assertThat(symbols()).hasSize(24);
        assertThat(more).isGreaterThan(24 * 8);
    }

    @Test
    void theLastQuestionOfASweepThatIsAlwaysDeniedStopsNoOther() {
        venue.network.answer("symbol=C29USDT", 403, Map.of(), "<html>denied</html>");
        binance(30, request -> false);
        venue.pass(Duration.ofMinutes(10));

        int more = observedIn(Duration.ofMinutes(10));

        assertThat(symbols()).hasSize(29);
        assertThat(more).isGreaterThan(29 * 8);
    }

    @Test
    void aBanOfAllStopsAllUntilItIsOver() {
        // given
        boolean[] isBanned = {false};
        venue.network.answer(
                "/fapi/v1/openInterest",
                request -> isBanned[0]
                        ? new Answer(403, Map.of(), "", 0, venue.time.clock().now())
                        : openInterest(request));
        binance(200, request -> false);
        venue.pass(Duration.ofMinutes(2));

        // when
        isBanned[0] = true;
        int asked = askedIn(Duration.ofMinutes(30));

        // then: some are under way when it begins, then one question about each two minutes
        assertThat(asked).isBetween(5, 25);

        // when it is over, all are read soon
        isBanned[0] = false;
        Instant over = venue.time.real();
        venue.pass(Duration.ofMinutes(4));
        assertThat(symbolsReadAfter(over)).hasSize(200);
    }

    @Test
    void aVenueThatIsDeadIsProbedAndGoesOnWhereItStood() {
        boolean[] dead = {false};
        binance(200, request -> dead[0]);
        venue.pass(Duration.ofSeconds(75));
        dead[0] = true;
        assertThat(askedIn(Duration.ofMinutes(10))).isBetween(8, 60);

        dead[0] = false;
        Instant recovered = venue.time.real();
        venue.pass(Duration.ofMinutes(3));

        assertThat(symbolsReadAfter(recovered)).hasSize(200);
    }

    @Test
    void pricesOfTheSameMinuteComeFirst() {
        binance(100, request -> false);
        venue.pass(Duration.ofMinutes(10));

        List<ManualNetwork.Asked> asked = venue.network.asked;
        for (int i = 1; i < asked.size(); i++) {
            boolean isFirst = asked.get(i).target().contains("openInterest")
                    && asked.get(i)
                                    .at()
                                    .minus(last(asked, "openInterest", i).at())
                                    .toSeconds()
                            > 5;
            if (isFirst) {
                assertThat(asked.get(i)
                                .at()
                                .minus(last(asked, "premiumIndex", i).at()))
                        .isLessThan(Duration.ofSeconds(2));
            }
        }
    }

    @Test
    void whatASweepBringsIsYoungAtTheFullMinute() {
        binance(500, request -> false);
        venue.pass(Duration.ofMinutes(5));

        double mean = venue.observations().stream()
                .skip(1000)
                .mapToLong(o -> 60_000 - Math.floorMod(o.databaseTime().toEpochMilli(), 60_000))
                .average()
                .orElseThrow();
        assertThat(mean).isLessThan(26_000);
    }

    // ---- helpers --------------------------------------------------------------------------------------------------

    private ManualNetwork bybit() {
        return venue.network.answer("instruments-info", LIST);
    }

    private void binance(int markets, Predicate<Request> isBad) {
        binance(markets, isBad, request -> false);
    }

    private void binance(int markets, Predicate<Request> isBad, Predicate<Request> isTooMuch) {
        String list = IntStream.range(0, markets)
                .mapToObj("""
                        {"symbol":"C%1$dUSDT","pair":"C%1$dUSDT","contractType":"PERPETUAL","deliveryDate":4133404800000,
                        "status":"TRADING","baseAsset":"C%1$d","quoteAsset":"USDT","marginAsset":"USDT",
                        "underlyingType":"COIN","underlyingSubType":[]}"""::formatted)
                .collect(Collectors.joining(",", "{\"symbols\":[", "]}"));
        String prices = IntStream.range(0, markets)
                .mapToObj(
                        "{\"symbol\":\"C%dUSDT\",\"markPrice\":\"5\",\"lastFundingRate\":\"0.0001\",\"time\":1795176000000}"
                                ::formatted)
                .collect(Collectors.joining(",", "[", "]"));
        Function<Request, Answer> openInterest = request -> {
            Instant now = venue.time.clock().now();
            if (isTooMuch.test(request)) {
                return new Answer(429, Map.of(), "{\"code\":-1003,\"msg\":\"Too many requests.\"}", 0, now);
            }
            return isBad.test(request) ? new Answer(500, Map.of(), "", 0, now) : openInterest(request);
        };
        venue.network
                .answer("exchangeInfo", list)
                .answer("fundingInfo", "[]")
                .answer("premiumIndex", prices)
                .answer("openInterest", openInterest);
        venue.start("binance-usdm", null, Map.of());
    }

    private Answer openInterest(Request request) {
        Instant now = venue.time.clock().now();
        String body = "{\"symbol\":\"%s\",\"openInterest\":\"7\",\"time\":%d}";
        return new Answer(200, Map.of(), body.formatted(request.param("symbol"), now.toEpochMilli()), 0, now);
    }

    private Set<String> symbols() {
        return symbolsReadAfter(Instant.MIN);
    }

    private Set<String> symbolsReadAfter(Instant time) {
        return venue.observations().stream()
                .filter(o -> o.databaseTime().isAfter(time))
                .map(Observation::symbol)
                .collect(Collectors.toSet());
    }

    private int observedIn(Duration time) {
        int before = venue.observations().size();
        venue.pass(time);
        return venue.observations().size() - before;
    }

    /** How often one market's open interest is asked for. */
    private int askedIn(Duration time) {
        int before = venue.network.asked("openInterest").size();
        venue.pass(time);
        return venue.network.asked("openInterest").size() - before;
    }

    private static ManualNetwork.Asked last(List<ManualNetwork.Asked> asked, String part, int before) {
        for (int i = before - 1; i >= 0; i--) {
            if (asked.get(i).target().contains(part)) {
                return asked.get(i);
            }
        }
        return new ManualNetwork.Asked(Duration.ofDays(-1), part);
    }
}
