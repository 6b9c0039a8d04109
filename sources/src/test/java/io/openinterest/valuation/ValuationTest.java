package io.openinterest.valuation;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.MarketType;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Structure;
import io.openinterest.valuation.Prices.Price;
import io.openinterest.valuation.Valuation.Figures;
import io.openinterest.valuation.Valuation.Missing;
import io.openinterest.venue.Conventions.Convention;
import io.openinterest.venue.Conventions.Proof;
import io.openinterest.venue.Conventions.TimeMeaning;
import io.openinterest.venue.Conventions.Unit;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The amount and value of a count of 600 at a price of 20: unit by structure by multiplier by sides. */
class ValuationTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    // a contract is 10 units of a linear base, 10 dollars of an inverse one; 4 in the third column is 4 coins in a unit
    @ParameterizedTest
    @CsvSource({
        "BASE,      LINEAR,  1, 1,  600,   12000, 60",
        "BASE,      LINEAR,  1, 2,  300,    6000, 60",
        "BASE,      LINEAR,  4, 1, 2400,   12000, 60",
        "BASE,      LINEAR,  4, 2, 1200,    6000, 60",
        "BASE,      INVERSE, 1, 1,  600,   12000, 60",
        "BASE,      INVERSE, 1, 2,  300,    6000, 60",
        "QUOTE,     LINEAR,  1, 1,   30,     600, 60",
        "QUOTE,     LINEAR,  1, 2,   15,     300, 60",
        "QUOTE,     INVERSE, 1, 1,   30,     600, 60",
        "QUOTE,     INVERSE, 1, 2,   15,     300, 60",
        "QUOTE,     INVERSE, 4, 1,  120,     600, 60",
        "CONTRACTS, LINEAR,  1, 1, 6000,  120000, 600",
        "CONTRACTS, LINEAR,  1, 2, 3000,   60000, 600",
        "CONTRACTS, LINEAR,  4, 1, 24000, 120000, 600",
        "CONTRACTS, INVERSE, 1, 1,  300,    6000, 600",
        "CONTRACTS, INVERSE, 1, 2,  150,    3000, 600",
        "CONTRACTS, INVERSE, 4, 2,  600,    3000, 600",
    })
    void valuesACount(
            Unit unit,
            Structure structure,
            String multiplier,
            int sides,
            String amountBase,
            String valueUsd,
            String contracts) {
        Instrument instrument = perpetual(structure, multiplier).contractSize(number("10"));

        Figures figures = (Figures) value(row().count(number("600")), instrument, unit, sides, "20", "1");

        assertThat(figures.amountBase()).isEqualByComparingTo(amountBase);
        assertThat(figures.valueUsd()).isEqualByComparingTo(valueUsd);
        assertThat(figures.contractCount()).isEqualByComparingTo(contracts);
        assertThat(figures.amountBase().multiply(figures.priceUsd())).isEqualByComparingTo(valueUsd);
    }

    @ParameterizedTest
    @CsvSource({
        "CONTRACTS, LINEAR",
        "CONTRACTS, INVERSE",
        "CONTRACTS, QUANTO",
    })
    void aCountOfContractsWithoutASizeHasNoAmount(Unit unit, Structure structure) {
        Instrument instrument = perpetual(structure, "1");

        assertThat(value(row().count(number("600")), instrument, unit, 1, "20", "1"))
                .isEqualTo(Missing.SIZE);
        assertThat(value(row().count(number("600")).amount(number("3")), instrument, unit, 1, "20", "1"))
                .isInstanceOf(Figures.class);
    }

    @Test
    void anOptionIsSizedInCoinsWhateverSettlesIt() {
        Instrument option = Instrument.option(
                        "BTC-1-C", "BTC", "USD", "BTC", MarketType.CALL, NOW.plusSeconds(9), number("1"))
                .contractSize(number("0.1"));

        Figures figures = (Figures)
                value(row().count(number("600")).premiumInBase(number("0.05")), option, Unit.CONTRACTS, 1, "20", "1");

        assertThat(figures.amountBase()).isEqualByComparingTo("60");
        assertThat(figures.valueUsd()).isEqualByComparingTo("1200");
        assertThat(figures.marketValueUsd()).isEqualByComparingTo("60");
    }

    @Test
    void theVenuesOwnAmountAndValueGiveThePrice() {
        Row row = row().count(number("600")).amount(number("300")).value(number("6300"));

        Figures figures = (Figures) value(row, perpetual(Structure.LINEAR, "1"), Unit.BASE, 2, "20", "1.1");

        assertThat(figures.priceSource()).isEqualTo("venue-value");
        assertThat(figures.valueUsd()).isEqualByComparingTo("6930");
        assertThat(figures.priceUsd()).isEqualByComparingTo("23.1");
    }

    @Test
    void saysWhichPriceIsMissing() {
        Row row = row().count(number("600"));
        Instrument instrument = perpetual(Structure.LINEAR, "1");

        assertThat(value(row, instrument, Unit.BASE, 1, null, "1")).isEqualTo(Missing.PRICE);
        assertThat(value(row, instrument, Unit.BASE, 1, "20", null)).isEqualTo(Missing.RATE);
    }

    @Test
    void aCountOfUnitsKeepsItsDigitsWhereAContractIsOneUnit() {
        String tail = "600.12345678901234567890123";
        Instrument instrument = perpetual(Structure.LINEAR, "1").contractSize(BigDecimal.ONE);

        Figures figures = (Figures) value(row().count(number(tail)), instrument, Unit.BASE, 1, "20", "1");

        assertThat(figures.contractCount()).isEqualByComparingTo(tail).isEqualByComparingTo(figures.amountBase());
    }

    private static Valuation value(Row row, Instrument instrument, Unit unit, int sides, String price, String fx) {
        Convention convention = new Convention(
                "v", null, null, null, null, unit, sides, TimeMeaning.NONE, LocalDate.EPOCH, Proof.MEASURED, "here");
        Price mark = price == null ? null : new Price(number(price), "mark");
        return Valuation.of(row, instrument, convention, mark, fx == null ? null : number(fx));
    }

    private static Row row() {
        return new Row("X", Origin.REST, NOW, row -> {});
    }

    private static Instrument perpetual(Structure structure, String multiplier) {
        return Instrument.perpetual("X", "X", "USD", "USD").structure(structure).base("x", number(multiplier));
    }

    private static BigDecimal number(String text) {
        return new BigDecimal(text);
    }
}
