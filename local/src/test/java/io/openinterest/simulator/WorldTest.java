package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class WorldTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    private final World world = at(NOON);

    @Test
    void sameSeedAndInstantGiveTheSameFigures() {
        Contract here = world.perpetual("binance-usdm", world.asset("BTC"), "BTCUSDT", 0.3);
        World other = at(NOON.plusSeconds(3600));
        Contract there = other.perpetual("binance-usdm", other.asset("BTC"), "BTCUSDT", 0.3);

        assertThat(there.openInterest(NOON)).isEqualTo(here.openInterest(NOON));
        assertThat(there.mark(NOON)).isEqualTo(here.mark(NOON));
    }

    @Test
    void openInterestStaysOfTheSizeOfItsShareAndMovesEveryMinute() {
        Contract contract = world.perpetual("binance-usdm", world.asset("BTC"), "BTCUSDT", 0.3);

        double before = 0;
        for (int minute = 0; minute < 1440; minute++) {
            double value = contract.openInterest(NOON.plusSeconds(60L * minute));
            assertThat(value).isBetween(93_000 * 0.6, 93_000 * 1.4).isNotEqualTo(before);
            before = value;
        }
    }

    @Test
    void someAssetMovesByMoreThanTwoPerCentInFiveMinutesWithinEveryHour() {
        for (int hour = 0; hour < 24; hour++) {
            double greatest = 0;
            for (Asset asset : world.assets()) {
                Contract contract = world.perpetual("okx", asset, asset.code() + "-USDT-SWAP", 0.1);
                for (int minute = 0; minute < 60; minute += 5) {
                    Instant start = NOON.plusSeconds(3600L * hour + 60L * minute);
                    double change = contract.openInterest(start.plusSeconds(300)) / contract.openInterest(start) - 1;
                    greatest = Math.max(greatest, Math.abs(change));
                }
            }
            assertThat(greatest).isBetween(0.02, 0.2);
        }
    }

    @Test
    void expirationsLieAheadAtEightInTheMorning() {
        assertThat(world.quarters(3))
                .containsExactly(
                        Instant.parse("2026-12-25T08:00:00Z"),
                        Instant.parse("2027-03-26T08:00:00Z"),
                        Instant.parse("2027-06-25T08:00:00Z"));
        assertThat(at(Instant.parse("2026-12-25T08:00:00Z")).quarters(1))
                .containsExactly(Instant.parse("2027-03-26T08:00:00Z"));
        assertThat(world.fridays(2))
                .containsExactly(Instant.parse("2026-11-27T08:00:00Z"), Instant.parse("2026-12-04T08:00:00Z"));
        assertThat(world.optionExpirations())
                .startsWith(Instant.parse("2026-11-21T08:00:00Z"))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void strikesAreRoundNumbersAroundThePrice() {
        assertThat(world.strikes(world.asset("BTC")))
                .extracting(BigDecimal::toPlainString)
                .containsExactly("60000", "69000", "77000", "86000", "95000", "100000", "110000");
    }

    @Test
    void anOptionIsWorthMoreTheDeeperItIsInTheMoney() {
        Asset btc = world.asset("BTC");
        Instant expiration = world.quarters(1).get(0);
        double last = Double.MAX_VALUE;
        for (BigDecimal strike : world.strikes(btc)) {
            double premium = world.option("deribit", btc, "same", 0.01, expiration, strike, true)
                    .premium(NOON);
            assertThat(premium).isPositive().isLessThan(last);
            last = premium;
        }
    }

    private static World at(Instant now) {
        return new World(Clock.fixed(now, ZoneOffset.UTC), 7);
    }
}
