package io.openinterest.valuation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.openinterest.observation.AssetClass;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.observation.Structure;
import io.openinterest.venue.AssetClasses;
import io.openinterest.venue.Conventions;
import io.openinterest.venue.Conventions.Convention;
import io.openinterest.venue.Conventions.Proof;
import io.openinterest.venue.Conventions.TimeMeaning;
import io.openinterest.venue.Conventions.Unit;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instrument.Status;
import io.openinterest.venue.Observer;
import io.openinterest.venue.Products;
import io.openinterest.venue.QuietVenue;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of what parsers report, with a made-up exchange. */
class VenueReaderTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final Instrument BTC = Instrument.perpetual("BTCUSDT", "BTC", "USDT", "USDT");

    private final List<Observation> observed = new ArrayList<>();
    private final List<Quarantined> rejected = new ArrayList<>();
    private Map<String, BigDecimal> rates = Map.of();
    private Set<String> directExchanges = Set.of();
    private List<String> symbols;
    private boolean aggregator;
    private Unit unit = Unit.BASE;
    private int sides = 1;
    private VenueReader observations;

    @Test
    void valuesABaseCountWithTheMark() {
        list(BTC);
        read(out -> out.row("BTCUSDT").count(number("3")).mark(number("50000")).emit());

        assertThat(observed).singleElement().satisfies(o -> {
            assertThat(o.market()).isEqualTo("x-BTCUSDT-future");
            assertThat(o.amountBase()).isEqualByComparingTo("3");
            assertThat(o.valueUsd()).isEqualByComparingTo("150000");
            assertThat(o.priceSource()).isEqualTo("mark");
        });
    }

    @Test
    void keepsAFundingRateOfNoHoursWhichAreEightAndRejectsOneOfLess() {
        list(BTC);
        readFunded("0.0001", "0");
        readFunded("0.0001", "-8");

        assertThat(observed).singleElement().satisfies(o -> {
            assertThat(o.amountBase()).isEqualByComparingTo("3");
            assertThat(o.fundingRate()).isEqualByComparingTo("0.0001");
            assertThat(o.fundingIntervalHours()).isEqualByComparingTo("0");
        });
        assertThat(rejected)
                .extracting(Quarantined::reason, Quarantined::detail)
                .containsExactly(tuple(Reason.MALFORMED, "the funding interval is negative"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0.0001"})
    void rejectsARowThatStatesASizeOfNothingOrLess(String size) {
        unit = Unit.CONTRACTS;
        list(BTC.contractSize(number("0.001")));

        read(out -> out.row("BTCUSDT")
                .count(number("5"))
                .contractSize(number(size))
                .mark(number("50000"))
                .emit());

        assertThat(observed).isEmpty();
        assertThat(rejected)
                .extracting(Quarantined::reason, Quarantined::detail)
                .containsExactly(tuple(Reason.MALFORMED, "the contract size is not above 0"));
    }

    /** What is written must be readable for the other stage. */
    @Test
    void observesNoMarketWhoseTermsNobodyCouldReadBack() {
        Instant expiration = Instant.parse("2026-12-25T08:00:00Z");
        list(
                BTC,
                Instrument.perpetual("BLANK", " ", "USDT", "USDT"),
                Instrument.perpetual("LONG", "B".repeat(256), "USDT", "USDT"),
                Instrument.perpetual("HALF\ud83d", "BTC", "USDT", "USDT"),
                Instrument.option("BELOW", "BTC", "USD", "BTC", MarketType.CALL, expiration, number("-1")));
        read(out -> {
            for (String symbol : List.of("BTCUSDT", "BLANK", "LONG", "HALF\ud83d", "BELOW")) {
                out.row(symbol).count(number("3")).mark(number("50000")).emit();
            }
        });

        assertThat(observed).extracting(Observation::symbol).containsExactly("BTCUSDT");
        assertThat(rejected)
                .extracting(Quarantined::reason, Quarantined::detail)
                .containsExactly(
                        tuple(Reason.SCHEMA, "the base is no name of an asset in 2 rows, the first is BLANK"),
                        tuple(Reason.SCHEMA, "the symbol is no name of a market"),
                        tuple(Reason.SCHEMA, "the strike is negative"));
    }

    @Test
    void countsContractsOfBothSidesAndOfMultipliedCoins() {
        // given: a contract of 10 units of 1000 pepe
        unit = Unit.CONTRACTS;
        sides = 2;
        list(Instrument.perpetual("1000PEPEUSDT", "1000PEPE", "USDT", "USDT").contractSize(number("10")));

        read(out -> out.row("1000PEPEUSDT")
                .count(number("7"))
                .mark(number("0.0123"))
                .emit());

        assertThat(observed).singleElement().satisfies(o -> {
            assertThat(o.base()).isEqualTo("pepe");
            assertThat(o.contractCount()).isEqualByComparingTo("7");
            assertThat(o.contractSize()).isEqualByComparingTo("10");
            assertThat(o.sides()).isEqualTo(2);
            assertThat(o.amountBase()).isEqualByComparingTo("35000");
            assertThat(o.priceUsd()).isEqualByComparingTo("0.0000123");
            assertThat(o.valueUsd()).isEqualByComparingTo("0.4305");
        });
    }

    @Test
    void countsInverseContractsInDollars() {
        unit = Unit.CONTRACTS;
        list(Instrument.perpetual("BTCUSD", "BTC", "USD", "BTC").contractSize(number("100")));

        read(out -> out.row("BTCUSD").count(number("30")).mark(number("60000")).emit());

        assertThat(observed).singleElement().satisfies(o -> {
            assertThat(o.structure()).isEqualTo(Structure.INVERSE);
            assertThat(o.valueUsd()).isEqualByComparingTo("3000");
            assertThat(o.amountBase()).isEqualByComparingTo("0.05");
            assertThat(o.priceUsd()).isEqualByComparingTo("60000");
        });
    }

    @Test
    void convertsDollarsReportedAsSuchToContracts() {
        unit = Unit.QUOTE;
        list(Instrument.perpetual("BTC-PERPETUAL", "BTC", "USD", "BTC").contractSize(number("10")));

        read(out -> out.row("BTC-PERPETUAL")
                .count(number("1500"))
                .mark(number("60000"))
                .emit());

        assertThat(observed).singleElement().satisfies(o -> {
            assertThat(o.contractCount()).isEqualByComparingTo("150");
            assertThat(o.valueUsd()).isEqualByComparingTo("1500");
            assertThat(o.amountBase()).isEqualByComparingTo("0.025");
        });
    }

    @Test
    void takesThePriceFromTheVenuesOwnValue() {
        list(BTC);
        read(out -> out.row("BTCUSDT")
                .count(number("3"))
                .value(number("100"))
                .mark(number("50000"))
                .emit());

        assertThat(observed).singleElement().satisfies(o -> {
            assertThat(o.valueUsd()).isEqualByComparingTo("100");
            assertThat(o.priceUsd()).isEqualByComparingTo("33.3333333333333333");
            assertThat(o.priceSource()).isEqualTo("venue-value");
        });
    }

    @Test
    void fallsBackToTheMarkWhereTheVenuesValueIsZeroButItsAmountIsNot() {
        list(BTC);
        read(out -> out.row("BTCUSDT")
                .count(number("3"))
                .value(number("0.0"))
                .mark(number("5"))
                .emit());

        assertThat(observed).singleElement().satisfies(o -> {
            assertThat(o.valueUsd()).isEqualByComparingTo("15");
            assertThat(o.priceSource()).isEqualTo("mark");
        });
    }

    @Test
    void noCoinsAreWorthNothing() {
        list(BTC);
        for (String value : List.of("5000000", "999")) {
            read(out -> out.row("BTCUSDT")
                    .count(number("0"))
                    .amount(number("0"))
                    .value(number(value))
                    .mark(number("50000"))
                    .emit());
        }
        read(out -> out.row("BTCUSDT")
                .count(number("0"))
                .value(number("1000"))
                .mark(number("50000"))
                .emit());

        assertThat(observed).extracting(Observation::valueUsd).containsExactly(number("999"));
        assertThat(rejected)
                .extracting(Quarantined::reason, Quarantined::detail)
                .containsExactly(
                        tuple(Reason.IMPLAUSIBLE, "no coins and a value of 5000000 USD contradict each other"),
                        tuple(Reason.IMPLAUSIBLE, "no coins and a value of 1000 USD contradict each other"));
    }

    @Test
    void joinsThePriceOfAnotherAnswerWithinAMinute() {
        list(BTC);
        read(out -> out.mark("BTCUSDT", number("10")));
        readAt(NOW.plusSeconds(60), out -> out.row("BTCUSDT").count(number("3")).emit());
        assertThat(observed).extracting(Observation::valueUsd).containsExactly(number("30"));

        // and one that comes after the row
        readAt(
                NOW.plusSeconds(121),
                out -> out.row("BTCUSDT").count(number("4")).emit());
        assertThat(observed).hasSize(1);
        readAt(NOW.plusSeconds(130), out -> out.mark("BTCUSDT", number("20")));
        assertThat(observed).hasSize(2);
        assertThat(observed.get(1).valueUsd()).isEqualByComparingTo("80");
        assertThat(observed.get(1).databaseTime()).isEqualTo(NOW.plusSeconds(121));
    }

    @Test
    void aPriceOfZeroIsNone() {
        list(BTC);
        read(out -> out.mark("BTCUSDT", number("0")));

        read(out -> out.row("BTCUSDT").count(number("3")).emit());
        observations.read(
                "history",
                Origin.HISTORY,
                "GET /history",
                Reply.message("{}", NOW.plusSeconds(120)),
                out -> out.row("BTCUSDT")
                        .count(number("3"))
                        .at(NOW.plusSeconds(60))
                        .emit());

        assertThat(observed).isEmpty();
        assertThat(rejected).extracting(Quarantined::reason).containsExactly(Reason.NO_USD_PRICE);
    }

    @Test
    void givesUpOnARowWithoutPriceAfterAMinute() {
        list(BTC);
        read(out -> out.row("BTCUSDT").count(number("3")).emit());
        observations.expire(NOW.plusSeconds(60));
        assertThat(rejected).isEmpty();
        observations.expire(NOW.plusSeconds(61));
        assertThat(rejected).extracting(Quarantined::reason).containsExactly(Reason.NO_USD_PRICE);
        assertThat(observed).isEmpty();
    }

    @Test
    void convertsOtherQuotesThroughTheLargestDollarPerpetual() {
        // given: BTC-quoted before the dollar markets, in one answer
        list(
                Instrument.perpetual("ETHBTC", "ETH", "BTC", "BTC"),
                BTC,
                Instrument.perpetual("BTCUSDC", "BTC", "USDC", "USDC"),
                Instrument.future("BTCUSDT-1", "BTC", "USDT", "USDT", NOW.plusSeconds(9_000)));

        read(out -> {
            out.row("ETHBTC").count(number("2")).mark(number("0.05")).emit();
            out.row("BTCUSDC").count(number("1")).mark(number("70000")).emit();
            out.row("BTCUSDT").count(number("9")).mark(number("60000")).emit();
            out.row("BTCUSDT-1").count(number("99")).mark(number("99999")).emit();
        });

        assertThat(observed).hasSize(4);
        Observation eth = observed.get(3);
        assertThat(eth.market()).isEqualTo("x-ETHBTC-future");
        assertThat(eth.priceUsd()).isEqualByComparingTo("3000");
        assertThat(eth.valueUsd()).isEqualByComparingTo("6000");
    }

    @Test
    void thePriceOfAStockIsNotTheRateOfTheCoinOfItsName() {
        // given a market that is quoted in a coin, one that is quoted in a currency, and who is named like them
        list(
                Instrument.perpetual("ETHSTOCKUSDT", "ETH", "USDT", "USDT").assetClass(AssetClass.EQUITY, "ETH"),
                Instrument.perpetual("EURUSDT", "EUR", "USDT", "USDT").assetClass(AssetClass.FX, "EUR"),
                Instrument.perpetual("LINKETH", "LINK", "ETH", "ETH"),
                Instrument.perpetual("BTCEUR", "BTC", "EUR", "EUR"));

        read(out -> {
            out.row("ETHSTOCKUSDT").count(number("3")).mark(number("27")).emit();
            out.row("EURUSDT").count(number("3")).mark(number("1.25")).emit();
            out.row("LINKETH").count(number("3")).mark(number("0.004")).emit();
            out.row("BTCEUR").count(number("3")).mark(number("100")).emit();
        });

        assertThat(observed).extracting(Observation::symbol).containsExactly("ETHSTOCKUSDT", "EURUSDT", "BTCEUR");
        assertThat(observed.get(2).valueUsd()).isEqualByComparingTo("375");
    }

    @Test
    void prefersTheRatesTheUserSet() {
        rates = Map.of("usdt", number("0.5"), "eur", number("1.25"));
        list(BTC, Instrument.perpetual("BTCEUR", "BTC", "EUR", "EUR"));

        read(out -> {
            out.row("BTCUSDT").count(number("1")).mark(number("100")).emit();
            out.row("BTCEUR").count(number("1")).mark(number("100")).emit();
        });

        assertThat(observed)
                .extracting(o -> o.valueUsd().stripTrailingZeros())
                .containsExactly(number("5E+1"), number("125"));
    }

    @Test
    void valuesPremiumsInTheirCurrency() {
        list(
                Instrument.option("C", "BTC", "USD", "BTC", MarketType.CALL, NOW.plusSeconds(9), number("1")),
                Instrument.option("P", "BTC", "USD", "USDC", MarketType.PUT, NOW.plusSeconds(9), number("1")));

        read(out -> {
            out.row("C")
                    .count(number("2"))
                    .index(number("1000"))
                    .premiumInBase(number("0.01"))
                    .emit();
            out.row("P")
                    .count(number("2"))
                    .index(number("1000"))
                    .premium(number("7"))
                    .emit();
        });

        assertThat(observed)
                .extracting(o -> o.marketValueUsd().stripTrailingZeros())
                .containsExactly(number("2E+1"), number("14"));
        assertThat(observed).extracting(Observation::market).containsExactly("x-C-option", "x-P-option");
    }

    @Test
    void observesOnlyWhatTheUserWants() {
        symbols = List.of("BTC*", "x-ETHUSDT-future");
        list(
                BTC,
                Instrument.perpetual("ETHUSDT", "ETH", "USDT", "USDT"),
                Instrument.perpetual("XBTCUSDT", "XBTC", "USDT", "USDT"));

        read(out -> {
            for (String symbol : List.of("BTCUSDT", "ETHUSDT", "XBTCUSDT")) {
                out.row(symbol).count(number("1")).mark(number("1")).emit();
            }
        });

        assertThat(observed).extracting(Observation::symbol).containsExactly("BTCUSDT", "ETHUSDT");
    }

    @Test
    void anAggregatorTellsTheSameSymbolOfTwoExchangesApart() {
        aggregator = true;
        list(
                Instrument.perpetual("BTCUSDT", "BTC", "USDT", "USDT").of("binance", null),
                Instrument.perpetual("BTCUSDT", "BTC", "USDT", "USDT").of("bitget", null));

        read(out -> out.row("bitget-BTCUSDT-future")
                .count(number("1"))
                .mark(number("1"))
                .emit());

        assertThat(observed).extracting(Observation::market).containsExactly("bitget-BTCUSDT-future");
    }

    @Test
    void anAggregatorDoesNotRepeatADirectVenue() {
        aggregator = true;
        directExchanges = Set.of("okx");
        list(
                Instrument.perpetual("A", "BTC", "USDT", "USDT").of("okx", null),
                Instrument.future("BTCF1", "BTC", "USD", "USD", NOW.plusSeconds(9))
                        .contractSize(number("5"))
                        .of("cme", "cme"));

        read(out -> {
            out.row("okx-A-future").count(number("1")).mark(number("1")).emit();
            out.row("cme-BTCF1-future").count(number("1")).mark(number("1")).emit();
        });

        assertThat(rejected)
                .extracting(Quarantined::reason, Quarantined::market)
                .containsExactly(tuple(Reason.DUPLICATE_SOURCE, "okx-A-future"));
        assertThat(observed)
                .extracting(Observation::market, Observation::venue)
                .containsExactly(tuple("cme-BTCF1-future", "cme"));
    }

    @Test
    void anAggregatorsListDelistsNoMarketOfADirectVenue() {
        aggregator = true;
        directExchanges = Set.of("okx");
        Instrument stays = BTC.of("okx", null);
        Instrument direct = Instrument.perpetual("A", "A", "USDT", "USDT").of("okx", null);
        Instrument passedOn = direct.of("bitget", null);
        list(stays, BTC.of("bitget", null), direct, passedOn);

        refresh(true, stays, BTC.of("bitget", null));

        assertThat(observed)
                .extracting(Observation::market, Observation::delisted)
                .containsExactly(tuple("bitget-A-future", true));
    }

    @Test
    void clampsTheTimeBetweenReceiptAndLateness() {
        list(BTC);
        for (long ago : List.of(1L, 240L, -5L)) {
            read(out -> out.row("BTCUSDT")
                    .count(number("1"))
                    .mark(number("1"))
                    .at(NOW.minusSeconds(ago))
                    .emit());
        }

        assertThat(observed)
                .extracting(Observation::time)
                .containsExactly(NOW.minusSeconds(1), NOW.minusSeconds(2), NOW);
        assertThat(observed)
                .extracting(Observation::exchangeTime)
                .containsExactly(NOW.minusSeconds(1), NOW.minusSeconds(240), NOW.plusSeconds(5));
    }

    @Test
    void tellsAFrozenVenueFromAnUnchangedFigure() {
        list(BTC);
        read(out -> out.row("BTCUSDT")
                .count(number("1"))
                .mark(number("1"))
                .at(NOW.minusSeconds(301))
                .emit());
        assertThat(rejected).extracting(Quarantined::reason).containsExactly(Reason.FROZEN_AT_SOURCE);
    }

    @Test
    void delistsWhatACompleteListDropsAndNothingElse() {
        Instrument second = Instrument.perpetual("B", "B", "USDT", "USDT");
        Instrument third = Instrument.perpetual("C", "C", "USDT", "USDT");
        list(BTC, second, third);

        // an incomplete sweep only adds
        assertThat(refresh(false, BTC)).isEqualTo(Trust.PART);
        assertThat(observed).isEmpty();
        assertThat(observations.instruments().size()).isEqualTo(3);

        // an empty one or one that lost more than half is none
        assertThat(refresh(true)).isEqualTo(Trust.NONE);
        assertThat(refresh(true, BTC)).isEqualTo(Trust.PART);
        assertThat(rejected)
                .extracting(Quarantined::reason)
                .containsOnly(Reason.IMPLAUSIBLE_LIST)
                .hasSize(2);
        assertThat(observed).isEmpty();

        // suspended is not delisted, closed is, once
        assertThat(refresh(true, BTC, second.status(Status.SUSPENDED), third.status(Status.DELISTED)))
                .isEqualTo(Trust.ALL);
        assertThat(refresh(true, BTC, second.status(Status.SUSPENDED), third.status(Status.DELISTED)))
                .isEqualTo(Trust.ALL);
        assertThat(observed).singleElement().satisfies(o -> {
            assertThat(o.market()).isEqualTo("x-C-future");
            assertThat(o.delisted()).isTrue();
            assertThat(o.contractCount()).isZero();
            assertThat(o.valueUsd()).isZero();
            assertThat(o.priceUsd()).isNull();
            assertThat(o.time()).isEqualTo(NOW);
        });
    }

    @Test
    void anUnreadableRowOfTheListProtectsItselfAndIsToldOncePerFault() {
        Instrument second = Instrument.perpetual("B", "B", "USDT", "USDT");
        Instrument third = Instrument.perpetual("C", "C", "USDT", "USDT");
        Instrument fourth = Instrument.perpetual("D", "D", "USDT", "USDT");
        list(BTC, second, third, fourth);

        // when: two rows have no size, one market is gone
        Trust trust = refresh(true, out -> {
            out.instrument(BTC);
            for (String symbol : List.of("B", "C")) {
                out.instrument(
                        symbol,
                        () -> Status.OBSERVED,
                        () -> second.contractSize(Fields.requiredDecimal(Fields.MAPPER.createObjectNode(), "size")));
            }
        });
        read(out -> out.row("B").count(number("1")).mark(number("1")).emit());

        // then
        assertThat(trust).isEqualTo(Trust.ALL);
        assertThat(observed)
                .extracting(Observation::market, Observation::delisted)
                .containsExactly(tuple("x-D-future", true));
        assertThat(rejected)
                .extracting(Quarantined::reason, Quarantined::detail)
                .containsExactly(tuple(Reason.MISSING_VALUE, "the field size is missing in 2 rows, the first is B"));
        assertThat(observations.instruments().get("B").status()).isEqualTo(Status.SUSPENDED);
    }

    @Test
    void aClosedMarketNeedsNoTermsAndNoCompleteList() {
        list(BTC, Instrument.perpetual("B", "B", "USDT", "USDT"), Instrument.perpetual("C", "C", "USDT", "USDT"));

        refresh(false, out -> {
            out.instrument("B", () -> Status.DELISTED, () -> {
                throw new Fields.BadSchema("all fields are empty");
            });
            out.instrument("NEW", () -> Status.SUSPENDED, () -> {
                throw new Fields.BadSchema("all fields are empty");
            });
        });

        assertThat(observed)
                .extracting(Observation::market, Observation::delisted)
                .containsExactly(tuple("x-B-future", true));
        assertThat(rejected).isEmpty();
    }

    @Test
    void aMarketThatWasClosedWhileTheJobWasDownIsDelistedOnce() {
        // given two closed markets, of which one was observed before the job stopped
        start();
        observations.resume(Map.of("x-BTCUSDT-future", new LastFigures(3, 50_000, 150_000)));
        Instrument closed = BTC.status(Status.DELISTED);
        Instrument unknown = Instrument.perpetual("B", "B", "USDT", "USDT").status(Status.DELISTED);
        Instrument open = Instrument.perpetual("C", "C", "USDT", "USDT");

        refresh(true, closed, unknown, open);
        refresh(true, closed, unknown, open);

        assertThat(observed)
                .extracting(Observation::market, Observation::delisted)
                .containsExactly(tuple("x-BTCUSDT-future", true));
    }

    @Test
    void aFirstListThatCallsMostMarketsClosedThatWereObservedBeforeARestartIsNotBelieved() {
        // given five markets that were observed before the job stopped, of which one has expired since
        start();
        Instrument expired = Instrument.future("E", "E", "USDT", "USDT", NOW.minusSeconds(60));
        LastFigures last = new LastFigures(3, 50_000, 150_000);
        observations.resume(Map.of(
                "x-BTCUSDT-future",
                last,
                "x-B-future",
                last,
                "x-C-future",
                last,
                "x-D-future",
                last,
                "x-E-future",
                last));

        Instrument b = Instrument.perpetual("B", "B", "USDT", "USDT");
        Instrument c = Instrument.perpetual("C", "C", "USDT", "USDT");
        Instrument d = Instrument.perpetual("D", "D", "USDT", "USDT");
        Instrument[] wrong = {
            BTC.status(Status.DELISTED),
            b.status(Status.DELISTED),
            c.status(Status.DELISTED),
            d,
            expired.status(Status.DELISTED)
        };

        // when it comes twice
        assertThat(refresh(true, wrong)).isEqualTo(Trust.PART);
        assertThat(refresh(true, wrong)).isEqualTo(Trust.PART);

        // then
        assertThat(observed).isEmpty();
        Tuple lost = tuple(Reason.IMPLAUSIBLE_LIST, "the instrument list lost 3 of 4 markets");
        assertThat(rejected)
                .extracting(Quarantined::reason, Quarantined::detail)
                .containsExactly(lost, lost);

        // and when the venue answers as it should, what is closed is delisted
        assertThat(refresh(true, BTC, b, c.status(Status.DELISTED), d, expired.status(Status.DELISTED)))
                .isEqualTo(Trust.ALL);
        assertThat(observed)
                .extracting(Observation::symbol, Observation::delisted)
                .containsExactlyInAnyOrder(tuple("C", true), tuple("E", true));
    }

    @Test
    void eachProductLineIsCompleteByItself() {
        // given: two lines, the second of two pages
        start();
        Listing first = new Listing();
        read(first, "/linear", "A", "B", "C");
        readPage(first, "/inverse", "/inverse?page=2", "D", "E");
        read(first, "/inverse?page=2", "F");
        observations.refresh(first, true, "list", NOW);

        // when: the first line drops one market, a page of the second is missing
        Listing second = new Listing();
        read(second, "/linear", "A", "B");
        readPage(second, "/inverse", "/inverse?page=2", "D");
        second.missing(Request.get("/inverse?page=2"));
        Trust trust = observations.refresh(second, true, "list", NOW);

        // then
        assertThat(trust).isEqualTo(Trust.PART);
        assertThat(observed).extracting(Observation::symbol).containsExactly("C");
        assertThat(observations.instruments().all())
                .extracting(Instrument::symbol)
                .containsExactlyInAnyOrder("A", "B", "D", "E", "F");
        assertThat(rejected).isEmpty();
    }

    @Test
    void aLineThatLostTooMuchIsNotBelievedAndTheOthersAre() {
        start();
        Listing first = new Listing();
        read(first, "/linear", "A", "B", "C", "D", "E", "F");
        read(first, "/inverse", "G", "H");
        observations.refresh(first, true, "list", NOW);

        Listing second = new Listing();
        read(second, "/linear", "A", "B", "C", "D", "E");
        read(second, "/inverse");
        observations.refresh(second, true, "list", NOW);

        assertThat(observed).extracting(Observation::symbol).containsExactly("F");
        assertThat(rejected)
                .extracting(Quarantined::reason, Quarantined::endpoint, Quarantined::detail)
                .containsExactly(
                        tuple(Reason.IMPLAUSIBLE_LIST, "GET /inverse", "the instrument list lost 2 of 2 markets"));
    }

    @Test
    void changedTermsAreHeldUntilTwoListsAgree() {
        unit = Unit.CONTRACTS;
        list(BTC.contractSize(number("10")));
        assertThat(refresh(true, BTC.contractSize(number("20")))).isEqualTo(Trust.PART);
        read(out -> out.row("BTCUSDT").count(number("1")).mark(number("1")).emit());
        assertThat(observed).isEmpty();
        assertThat(rejected)
                .extracting(Quarantined::reason, Quarantined::market, Quarantined::detail)
                .containsExactly(tuple(
                        Reason.IMPLAUSIBLE,
                        "x-BTCUSDT-future",
                        "the contract size changed from 10 to 20; it is held until two lists agree"));

        assertThat(refresh(true, BTC.contractSize(number("20")))).isEqualTo(Trust.ALL);
        read(out -> out.row("BTCUSDT").count(number("1")).mark(number("1")).emit());
        assertThat(observed).extracting(Observation::contractSize).containsExactly(number("20"));
    }

    @Test
    void aSizeThatRowsStateIsHeldUntilTwoAgree() {
        unit = Unit.CONTRACTS;
        list(BTC.contractSize(number("10")));
        for (String size : List.of("10", "1", "10", "1", "1", "1")) {
            read(out -> out.row("BTCUSDT")
                    .count(number("1"))
                    .contractSize(number(size))
                    .mark(number("1"))
                    .emit());
        }

        assertThat(observed)
                .extracting(Observation::amountBase)
                .containsExactly(number("10"), number("10"), number("1"), number("1"));
        assertThat(rejected).extracting(Quarantined::reason).containsExactly(Reason.IMPLAUSIBLE, Reason.IMPLAUSIBLE);
    }

    @Test
    void aSizeThatRowsStateHoldsForAllListsThatSayTheSame() {
        // given a market whose rows state another size than the list
        unit = Unit.CONTRACTS;
        list(BTC.contractSize(number("1")));
        readSized("10");

        // when lists and rows go on as before
        for (int i = 0; i < 3; i++) {
            assertThat(refresh(true, BTC.contractSize(number("1")))).isEqualTo(Trust.ALL);
            readSized("10");
        }

        // then
        assertThat(observed)
                .extracting(Observation::amountBase)
                .containsExactly(number("10"), number("10"), number("10"), number("10"));

        // and when the list says something new, that is held until two lists agree
        assertThat(refresh(true, BTC.contractSize(number("20")))).isEqualTo(Trust.PART);
        assertThat(refresh(true, BTC.contractSize(number("20")))).isEqualTo(Trust.ALL);
        observed.clear();
        readSized("20");
        assertThat(observed).extracting(Observation::amountBase).containsExactly(number("20"));
    }

    @Test
    void aSymbolThatMatchesNothingIsToldOnce() {
        symbols = List.of("BTC*", "ETHUSDT");
        list(BTC);
        refresh(true, BTC);

        assertThat(rejected)
                .extracting(Quarantined::reason, Quarantined::detail)
                .containsExactly(tuple(
                        Reason.UNKNOWN_INSTRUMENT, "venues.v.symbols has ETHUSDT, which no listed market matches"));
    }

    @Test
    void theStatedClassComesBeforeTheNameAndAnUnknownWordIsOther() {
        list(BTC);
        refresh(true, out -> {
            out.instrument(BTC);
            for (String[] row : new String[][] {
                {"AAPLXUSDT", "AAPLX", "xStocks"},
                {"EURUSDT", "EUR", null},
                {"PAXGUSDT", "PAXG", "metals"},
                {"SPXUSDT", "SPX", "innovation"},
                {"Q1USDT", "Q1", "quantum"},
                {"Q2USDT", "Q2", "quantum"}
            }) {
                Instrument instrument = Instrument.perpetual(row[0], row[1], "USDT", "USDT");
                out.instrument(row[0], () -> Status.OBSERVED, () -> out.classified(instrument, row[1], "zone", row[2]));
            }
        });

        assertThat(observations.instruments().all())
                .extracting(instrument -> instrument.assetClass().text() + ":" + instrument.base())
                .containsExactly(
                        "crypto:btc", "equity:aapl", "fx:eur", "crypto:paxg", "crypto:spx", "other:q1", "other:q2");
        assertThat(rejected)
                .extracting(Quarantined::reason, Quarantined::detail)
                .containsExactly(tuple(
                        Reason.SCHEMA,
                        "the field zone says 'quantum', which is the word of no asset class in 2 rows, the first is"
                                + " Q1USDT"));
    }

    @Test
    void classifiesByAssetClass() {
        list(Instrument.perpetual("NVDAXUSDT", "NVDAX", "USDT", "USDT").assetClass(AssetClass.EQUITY, "NVDA"));
        read(out -> out.row("NVDAXUSDT").count(number("1")).mark(number("1")).emit());
        assertThat(observed).singleElement().extracting(Observation::asset).isEqualTo("equity:nvda");
    }

    // ---- helpers --------------------------------------------------------------------------------------------------

    private void list(Instrument... instruments) {
        start();
        assertThat(refresh(true, instruments)).isEqualTo(Trust.ALL);
    }

    private void start() {
        Conventions conventions = new Conventions(List.of(new Convention(
                "v",
                null,
                null,
                null,
                null,
                unit,
                sides,
                TimeMeaning.SNAPSHOT,
                LocalDate.EPOCH,
                Proof.MEASURED,
                "here")));
        SourceSettings common = new SourceSettings(
                Duration.ofSeconds(2),
                Duration.ZERO,
                Duration.ZERO,
                rates,
                conventions,
                AssetClasses.builtIn(),
                Products.builtIn(),
                directExchanges,
                false);
        VenueSettings settings = new VenueSettings("v", null, null, null, null, symbols, Map.of(), common);
        Venue venue = new QuietVenue() {
            @Override
            public boolean isAggregator() {
                return aggregator;
            }
        };
        observations = new VenueReader(venue, settings, new Kept(observed, rejected, new ArrayList<>()));
    }

    private Trust refresh(boolean isFinished, Instrument... instruments) {
        return refresh(isFinished, out -> List.of(instruments).forEach(out::instrument));
    }

    private void read(Listing sweep, String path, String... symbols) {
        readPage(sweep, path, null, symbols);
    }

    private void readPage(Listing sweep, String path, String next, String... symbols) {
        Request request = Request.get(path);
        Reply reply = Reply.of(request, 200, Map.of(), "{}", NOW);
        sweep.read(request, observations.read("list", Origin.REST, request.toString(), reply, out -> {
            for (String symbol : symbols) {
                out.instrument(Instrument.perpetual(symbol, symbol, "USDT", "USDT"));
            }
            if (next != null) {
                out.ask(Request.get(next));
            }
        }));
    }

    private Trust refresh(boolean isFinished, Consumer<Observer> parser) {
        Request request = Request.get("/list");
        VenueReader.Outcome outcome = observations.read(
                "list", Origin.REST, "GET /list", Reply.of(request, 200, Map.of(), "{}", NOW), parser);
        Listing sweep = new Listing();
        sweep.read(request, outcome);
        return observations.refresh(sweep, isFinished, "GET /list", NOW);
    }

    private void read(Consumer<Observer> parser) {
        readAt(NOW, parser);
    }

    private void readAt(Instant at, Consumer<Observer> parser) {
        observations.read("feed", Origin.REST, "GET /feed", Reply.message("{}", at), parser);
    }

    private void readFunded(String rate, String hours) {
        read(out -> out.row("BTCUSDT")
                .count(number("3"))
                .funding(number(rate), number(hours))
                .mark(number("50000"))
                .emit());
    }

    private void readSized(String size) {
        read(out -> out.row("BTCUSDT")
                .count(number("1"))
                .contractSize(number(size))
                .mark(number("1"))
                .emit());
    }

    private static BigDecimal number(String text) {
        return new BigDecimal(text);
    }
}
