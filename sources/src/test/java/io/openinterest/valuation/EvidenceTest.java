package io.openinterest.valuation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.openinterest.observation.Evidence;
import io.openinterest.observation.Evidence.Verdict;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.venue.Conventions;
import io.openinterest.venue.Conventions.Convention;
import io.openinterest.venue.Conventions.Proof;
import io.openinterest.venue.Conventions.TimeMeaning;
import io.openinterest.venue.Conventions.Unit;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.QuietVenue;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A venue of eight markets, polled once a minute, whose counting is checked by its own figures. */
class EvidenceTest {

    private static final int MARKETS = 8;
    private static final Instant START = Instant.parse("2026-11-20T12:00:10Z");

    private final List<Observation> observed = new ArrayList<>();
    private final List<Quarantined> rejected = new ArrayList<>();
    private final List<Evidence> evidence = new ArrayList<>();
    private final Random noise = new Random(7);
    private final double[] amounts = new double[MARKETS];
    private final double[] prices = new double[MARKETS];
    private Instant now = START;
    private VenueReader reader;

    @BeforeEach
    void aVenue() {
        for (int i = 0; i < MARKETS; i++) {
            amounts[i] = 1_000 * (i + 1);
            prices[i] = 100.0 / (i + 1);
        }
        start(1);
    }

    @Test
    void aDayOfHonestNoiseContradictsNothing() {
        for (int minute = 0; minute < 24 * 60; minute++) {
            for (int i = 0; i < MARKETS; i++) {
                amounts[i] *= 1 + noise.nextGaussian() * 0.01;
                prices[i] *= 1 + noise.nextGaussian() * 0.003;
            }
            poll(1, 1);
        }

        assertThat(rejected).isEmpty();
        assertThat(observed).hasSize(24 * 60 * MARKETS);
        assertThat(evidence).noneMatch(one -> one.verdict() == Verdict.CONTRADICTED);
        assertThat(evidence)
                .extracting(Evidence::check, Evidence::verdict)
                .contains(tuple("own-value", Verdict.CONFIRMED), tuple("registry", Verdict.CONFIRMED));
    }

    @Test
    void aVenueThatCountsBothSidesFromSomeInstantIsHeldAndContradicted() {
        for (int minute = 0; minute < 5; minute++) {
            count(1);
        }
        observed.clear();

        for (int minute = 0; minute < 10; minute++) {
            count(2);
        }

        assertThat(observed.size()).isZero();
        assertThat(evidence)
                .filteredOn(one -> one.verdict() == Verdict.CONTRADICTED)
                .extracting(Evidence::check)
                .contains("factor", "moved-by-volume");
        assertThat(rejected)
                .extracting(Quarantined::reason)
                .containsOnly(Reason.IMPLAUSIBLE)
                .hasSize(10);
        assertThat(rejected.get(0).detail()).contains("8 of 8 markets").contains("factor of about 2");

        // and when the venue returns, so do its markets
        count(1);
        assertThat(observed).hasSize(MARKETS);
    }

    @Test
    void whatIsHeldIsToldAtOnce() {
        count(1);

        read(2);

        assertThat(rejected)
                .extracting(Quarantined::detail)
                .singleElement()
                .satisfies(detail -> assertThat(detail).contains("8 of 8 markets"));
    }

    @Test
    void whatWasHeldBeforeARestartIsHeldAfterItUntilTheVenueReturns() {
        // given
        count(1);
        Map<String, LastFigures> last =
                observed.stream().collect(Collectors.toMap(Observation::market, LastFigures::of));
        count(2);
        start(1);
        reader.resume(last);
        observed.clear();
        evidence.clear();

        // when, then
        count(2);
        assertThat(observed.size()).isZero();
        assertThat(verdictsOfTheFactor()).containsExactly(Verdict.CONTRADICTED);

        // and when the venue returns
        count(1);
        assertThat(observed).hasSize(MARKETS);
        assertThat(verdictsOfTheFactor()).containsExactly(Verdict.CONTRADICTED, Verdict.UNPROVEN);
    }

    @Test
    void withOtherConventionsNothingIsHeldAndWhatWasContradictedIsSoNoMore() {
        count(1);
        start(2);
        reader.resume(Map.of());
        observed.clear();
        evidence.clear();

        count(2);

        assertThat(observed).hasSize(MARKETS);
        assertThat(verdictsOfTheFactor()).containsExactly(Verdict.UNPROVEN);
    }

    @Test
    void countsThatTheVenuesOwnValuesDenyAreNotObserved() {
        poll(1, 1);
        observed.clear();
        poll(2, 1);

        assertThat(observed.size()).isZero();
        assertThat(rejected).extracting(Quarantined::reason).containsOnly(Reason.IMPLAUSIBLE);
        assertThat(rejected.get(0).detail()).contains("value and amount say a price of");
        assertThat(evidence)
                .filteredOn(one -> one.verdict() == Verdict.CONTRADICTED)
                .extracting(Evidence::check)
                .contains("own-value");
    }

    @Test
    void aVenueWhoseOwnValuesLeapIsHeldToo() {
        poll(1, 1);
        observed.clear();
        poll(1, 100);

        assertThat(observed.size()).isZero();
    }

    @Test
    void oneMarketMayDouble() {
        poll(1, 1);
        observed.clear();
        amounts[3] *= 2;
        poll(1, 1);

        assertThat(observed).hasSize(MARKETS);
        assertThat(rejected).isEmpty();
    }

    @Test
    void oneMarketMayDoubleSoonAfterTheVenueReturned() {
        // given an answer in which all leapt, and one in which none did
        count(1);
        read(2);
        pass(10);
        read(1);
        pass(10);
        observed.clear();

        amounts[3] *= 2;
        read(1);
        pass(10);

        assertThat(observed).hasSize(MARKETS);
    }

    @Test
    void oneMarketThatReturnedMayDoubleWhileOthersAreHeld() {
        // given
        count(1);
        read(2);
        pass(10);
        read("M3");
        observed.clear();

        amounts[3] *= 2;
        pass(10);
        read("M3");
        pass(10);

        assertThat(observed).extracting(Observation::symbol).containsExactly("M3");
    }

    @Test
    void oneMarketMayDoubleAfterTheLastThatWasHeldIsDelisted() {
        // given a venue that returns but for a market that leaves, and a market that was not asked meanwhile
        count(1);
        for (int i = 0; i < 7; i++) {
            amounts[i] *= 2;
            read("M" + i);
        }
        for (int i = 0; i < 6; i++) {
            amounts[i] /= 2;
            read("M" + i);
        }
        list("M6");
        observed.clear();

        amounts[7] *= 2;
        read("M7");
        pass(10);

        assertThat(observed).extracting(Observation::symbol).containsExactly("M7");
    }

    @Test
    void aMarketThatLeapsAndIsDelistedAtOnceBreaksNothing() {
        // given a market that halves by itself and leaves the list before that is judged
        count(1);
        amounts[3] /= 2;
        read("M3");
        list("M3");
        observed.clear();

        // when others are asked in the minutes after
        for (int minute = 0; minute < 3; minute++) {
            pass(60);
            read("M1");
        }

        // then
        assertThat(observed).extracting(Observation::symbol).containsExactly("M1", "M1", "M1");
    }

    @Test
    void sidesThatTheVenuesOwnValueDeniesAreContradictedFromTheFirstMinute() {
        start(2);
        poll(1, 1);
        poll(1, 1);

        assertThat(evidence)
                .extracting(
                        Evidence::check, Evidence::verdict, one -> one.figure().stripTrailingZeros())
                .contains(tuple("own-value", Verdict.CONTRADICTED, new BigDecimal("0.5")));
    }

    /** One answer: counts times a factor, and values that the venue works out for itself. */
    private void poll(double countedTimes, double valuedTimes) {
        reader.read("tickers", Origin.REST, "GET /tickers", Reply.message("{}", now), out -> {
            for (int i = 0; i < MARKETS; i++) {
                out.row("M" + i)
                        .count(number(amounts[i] * countedTimes))
                        .value(number(amounts[i] * prices[i] * valuedTimes))
                        .amount(number(amounts[i] * countedTimes))
                        .mark(number(prices[i]))
                        .volumeInQuote(number(amounts[i] * prices[i]))
                        .emit();
            }
        });
        pass(60);
    }

    /** An answer that names one market only. */
    private void read(String symbol) {
        int i = Integer.parseInt(symbol.substring(1));
        reader.read(
                "oi",
                Origin.REST,
                "GET /oi",
                Reply.message("{}", now),
                out -> out.row(symbol)
                        .count(number(amounts[i]))
                        .mark(number(prices[i]))
                        .emit());
    }

    private void pass(int seconds) {
        for (int second = 0; second < seconds; second += 10) {
            now = now.plusSeconds(10);
            reader.expire(now);
        }
    }

    private List<Verdict> verdictsOfTheFactor() {
        return evidence.stream()
                .filter(one -> one.check().equals("factor"))
                .map(Evidence::verdict)
                .toList();
    }

    /** One answer with nothing but counts, prices and volumes, and the minute after it. */
    private void count(double times) {
        read(times);
        pass(60);
    }

    private void read(double times) {
        reader.read("tickers", Origin.REST, "GET /tickers", Reply.message("{}", now), out -> {
            for (int i = 0; i < MARKETS; i++) {
                out.row("M" + i)
                        .count(number(amounts[i] * times))
                        .mark(number(prices[i]))
                        .volumeInQuote(number(amounts[i] * prices[i]))
                        .emit();
            }
        });
    }

    private void start(int sides) {
        Conventions conventions = new Conventions(List.of(new Convention(
                "v",
                null,
                null,
                null,
                null,
                Unit.BASE,
                sides,
                TimeMeaning.NONE,
                LocalDate.EPOCH,
                Proof.DOCUMENTED,
                "here")));
        SourceSettings common = SourceSettings.defaults().with(conventions);
        reader = new VenueReader(
                new QuietVenue(), VenueSettings.of("v", common), new Kept(observed, rejected, evidence));
        list(null);
    }

    /** The list of all markets but one. */
    private void list(String gone) {
        Listing listing = new Listing();
        Request list = Request.get("/list");
        listing.read(
                list, reader.read("list", Origin.REST, "GET /list", Reply.of(list, 200, Map.of(), "{}", now), out -> {
                    for (int i = 0; i < MARKETS; i++) {
                        if (!("M" + i).equals(gone)) {
                            out.instrument(Instrument.perpetual("M" + i, "B" + i, "USDT", "USDT"));
                        }
                    }
                }));
        reader.refresh(listing, true, "GET /list", now);
    }

    private static BigDecimal number(double value) {
        return BigDecimal.valueOf(value);
    }
}
