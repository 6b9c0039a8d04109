package io.openinterest.functions.market;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.MarketFixture;
import io.openinterest.functions.market.MarketStanding.Status;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.total.Sums;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Observation;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MarketStepTest {

    private static final SnapshotSettings SETTINGS = new SnapshotSettings(
            Map.of(), Duration.ofMinutes(5), Duration.ofMinutes(15), Set.of(AssetClass.CRYPTO), Set.of(), true);

    private MarketStanding standing = MarketStanding.ABSENT;

    @Test
    void explainsAChangeByContractsAndPrice() {
        // given 100 contracts worth 1,000 each
        take("2026-03-01T07:01:00Z", MarketFixture.market().at("2026-03-01T07:00:10Z", "100", "1000"));

        // when there are 110 worth 1,100 each
        MarketStep step =
                take("2026-03-01T07:02:00Z", MarketFixture.market().at("2026-03-01T07:01:10Z", "110", "1100"));

        // then ten contracts count at their mean value of 1,050, and price is the rest of 21,000
        assertThat(step.change().published()).isEqualTo(ledger("10500.000000", "10500.000000", "0", "0", "0", "0"));
        assertThat(step.changed()).isTrue();
    }

    @Test
    void aPriceMoveAloneIsNoQuantity() {
        take("2026-03-01T07:01:00Z", MarketFixture.market().at("2026-03-01T07:00:10Z", "100", "1000"));

        MarketStep step = take("2026-03-01T07:02:00Z", MarketFixture.market().at("2026-03-01T07:01:10Z", "100", "800"));

        assertThat(step.change().quantityUsd()).isZero();
        assertThat(step.change().priceUsd()).isEqualByComparingTo("-20000");
        assertThat(step.changed()).isFalse();
    }

    @Test
    void aSilentMarketIsCarriedThenStaleThenBack() {
        take("2026-03-01T07:01:00Z", MarketFixture.market().at("2026-03-01T07:00:10Z", "100", "1000"));
        MarketStep carried = take("2026-03-01T07:02:00Z", null);
        assertThat(carried.row(Interval.ONE_MINUTE, SETTINGS, null)
                        .figures()
                        .observed()
                        .carried())
                .isTrue();
        take("2026-03-01T07:03:00Z", null);
        take("2026-03-01T07:04:00Z", null);
        MarketStep lastIncluded = take("2026-03-01T07:05:00Z", null);
        assertThat(lastIncluded.after().status()).isEqualTo(Status.INCLUDED);

        // when its observation is five minutes and fifty seconds old
        MarketStep stale = take("2026-03-01T07:06:00Z", null);

        // then it has no row, and its value left under the name of coverage
        assertThat(stale.after().status()).isEqualTo(Status.STALE);
        assertThat(stale.row(Interval.ONE_MINUTE, SETTINGS, null)).isNull();
        assertThat(stale.change().published()).isEqualTo(ledger("0", "0", "0", "0", "-100000.000000", "0"));
        assertThat(sums(stale).staleUsd()).isEqualByComparingTo("100000");

        // and when it answers again, coverage is what comes back, whatever the value
        MarketStep back = take("2026-03-01T07:07:00Z", MarketFixture.market().at("2026-03-01T07:06:30Z", "90", "1000"));
        assertThat(back.change().published()).isEqualTo(ledger("0", "0", "0", "0", "90000.000000", "0"));
        assertThat(back.row(Interval.ONE_MINUTE, SETTINGS, null)
                        .figures()
                        .range()
                        .openUsd())
                .isZero();
    }

    @Test
    void anExpiredMarketExitsAndStaysGoneUntilItStatesALaterExpiration() {
        take(
                "2026-03-01T07:59:00Z",
                MarketFixture.market().future("2026-03-01T08:00:00Z").at("2026-03-01T07:58:10Z", "5", "1000"));

        MarketStep gone = take("2026-03-01T08:00:00Z", null);

        assertThat(gone.wentAway()).isTrue();
        assertThat(gone.change().exitsUsd()).isEqualByComparingTo("-5000");
        assertThat(sums(gone).gone).isEqualTo(1);

        // when it is observed again, with the same expiration or with none, or is silent, it is still gone
        assertStillGone(
                "2026-03-01T08:01:00Z",
                MarketFixture.market().future("2026-03-01T08:00:00Z").at("2026-03-01T08:00:10Z", "6", "1000"));
        assertStillGone(
                "2026-03-01T08:02:00Z", MarketFixture.market().future(null).at("2026-03-01T08:01:10Z", "7", "1000"));
        assertStillGone("2026-03-01T08:03:00Z", null);
        assertStillGone(
                "2026-03-01T08:04:00Z", MarketFixture.market().future(null).at("2026-03-01T08:03:10Z", "8", "1000"));

        // and when a later one is stated, it is back
        MarketStep again = take(
                "2026-03-01T08:05:00Z",
                MarketFixture.market().future("2026-03-27T08:00:00Z").at("2026-03-01T08:04:10Z", "7", "1000"));
        assertThat(again.change().entriesUsd()).isEqualByComparingTo("7000");
    }

    @Test
    void anExpiredMarketThatIsAPerpetualNowIsBack() {
        take(
                "2026-03-01T08:00:00Z",
                MarketFixture.market().future("2026-03-01T08:00:00Z").at("2026-03-01T07:59:10Z", "5", "1000"));

        MarketStep again = take("2026-03-01T08:01:00Z", MarketFixture.market().at("2026-03-01T08:00:10Z", "7", "1000"));
        assertThat(again.change().entriesUsd()).isEqualByComparingTo("7000");
    }

    @Test
    void aDelistedMarketMayEnterAgain() {
        take("2026-03-01T07:01:00Z", MarketFixture.market().at("2026-03-01T07:00:10Z", "5", "1000"));
        MarketStep gone =
                take("2026-03-01T07:02:00Z", MarketFixture.market().delisted().at("2026-03-01T07:01:10Z", "0", "1000"));
        assertThat(gone.wentAway()).isTrue();

        MarketStep again = take("2026-03-01T07:03:00Z", MarketFixture.market().at("2026-03-01T07:02:10Z", "7", "1000"));
        assertThat(again.change().entriesUsd()).isEqualByComparingTo("7000");
    }

    @Test
    void anotherWayOfCountingIsARestatementAndNothingElse() {
        take("2026-03-01T07:01:00Z", MarketFixture.market().at("2026-03-01T07:00:10Z", "100", "1000"));

        MarketStep step =
                take("2026-03-01T07:02:00Z", MarketFixture.market().sides(2).at("2026-03-01T07:01:10Z", "120", "1000"));

        assertThat(step.change().published()).isEqualTo(ledger("0", "0", "0", "0", "0", "20000.000000"));
    }

    @Test
    void aMarketThatMovesLeavesItsGroupAndEntersAnother() {
        take("2026-03-01T07:01:00Z", MarketFixture.market().at("2026-03-01T07:00:10Z", "100", "1000"));

        Observation renamed =
                MarketFixture.market().symbol("BTCUSDT", "xbt2", "usdt").at("2026-03-01T07:01:10Z", "100", "1000");
        MarketStep step = take("2026-03-01T07:02:00Z", renamed);

        assertThat(step.moved()).isTrue();
        assertThat(leftBehind(step, true).change().restatementUsd()).isEqualByComparingTo("-100000");
        assertThat(sums(step).change().restatementUsd()).isEqualByComparingTo("100000");
    }

    @Test
    void aMarketIsForgottenADayAfterItWentStale() {
        take("2026-03-01T07:01:00Z", MarketFixture.market().at("2026-03-01T07:00:00Z", "100", "1000"));

        // its age is max-age plus a day, and a minute later more than that
        assertThat(take("2026-03-02T07:05:00Z", null).after().status()).isEqualTo(Status.STALE);
        assertThat(take("2026-03-02T07:06:00Z", null).after().status()).isEqualTo(Status.ABSENT);
        assertThat(standing.begun()).isFalse();
    }

    @Test
    void aFiveMinuteRowOpensBeforeItsWindowAndAveragesItsMinutes() {
        take("2026-03-01T07:05:00Z", MarketFixture.market().at("2026-03-01T07:04:10Z", "100", "1000"));
        take("2026-03-01T07:06:00Z", MarketFixture.market().at("2026-03-01T07:05:10Z", "130", "1000"));
        take("2026-03-01T07:07:00Z", MarketFixture.market().at("2026-03-01T07:06:10Z", "90", "1000"));
        take("2026-03-01T07:08:00Z", null);
        take("2026-03-01T07:09:00Z", null);
        MarketStep step = take("2026-03-01T07:10:00Z", null);

        MarketRow row = step.row(Interval.FIVE_MINUTES, SETTINGS, null);

        assertThat(row.figures().range().openUsd()).isEqualByComparingTo("100000");
        assertThat(row.figures().range().highUsd()).isEqualByComparingTo("130000");
        assertThat(row.figures().range().lowUsd()).isEqualByComparingTo("90000");
        assertThat(row.figures().range().meanUsd()).isEqualByComparingTo("98000");
        assertThat(row.figures().change().quantityUsd()).isEqualByComparingTo("-10000");
        assertThat(row.edition().finalAt()).isEqualTo("2026-03-01T07:25:00Z");
    }

    private void assertStillGone(String boundary, Observation newest) {
        MarketStep still = take(boundary, newest);
        assertThat(still.after().status()).isEqualTo(Status.GONE);
        assertThat(still.wentAway()).isFalse();
    }

    private MarketStep take(String boundary, Observation newest) {
        long at = Instant.parse(boundary).toEpochMilli();
        MarketStep step = MarketStep.take(standing, newest == null ? null : Minute.of(at, newest), at, SETTINGS);
        standing = step.after();
        return step;
    }

    private static Ledger ledger(
            String quantity, String price, String entries, String exits, String coverage, String restatement) {
        return Ledger.of(
                        new BigDecimal(quantity),
                        new BigDecimal(price),
                        new BigDecimal(entries),
                        new BigDecimal(exits),
                        new BigDecimal(coverage),
                        new BigDecimal(restatement))
                .published();
    }

    private static Sums sums(MarketStep step) {
        Sums sums = new Sums();
        step.addTo(sums, 1, step.moved());
        return sums;
    }

    private static Sums leftBehind(MarketStep step, boolean stillCounts) {
        Sums sums = new Sums();
        step.addLeftBehindTo(sums, 1, stillCounts);
        return sums;
    }
}
