package io.openinterest.functions.expiry;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.Referee;
import io.openinterest.functions.expiry.OptionContribution.Option;
import io.openinterest.functions.expiry.OptionContribution.Value;
import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.ExpiryRow;
import io.openinterest.functions.record.ExpiryRow.Expiry;
import io.openinterest.functions.record.ExpiryRow.Strike;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.Rounding;
import io.openinterest.observation.MarketType;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ExpirySumsTest {

    private static final Instant EIGHT = Instant.parse("2026-12-25T08:00:00Z");
    private static final Instant NINE = Instant.parse("2026-12-25T09:00:00Z");
    private static final CorrectionWindow CORRECTIONS = new CorrectionWindow(Duration.ofMinutes(15));
    private static final long NOON = Instant.parse("2026-12-20T12:00:00Z").toEpochMilli();

    @Test
    void maxPainIsWhereHoldersGetLeast() {
        // at 90: puts at 100 and 110 are paid 10 * 1 + 20 * 2 = 50
        // at 100: calls at 90 are paid 10 * 3, puts at 110 10 * 2 = 50
        // at 110: calls at 90 are paid 20 * 3, calls at 100 10 * 1 = 70
        List<Strike> ladder = List.of(strike("90", "3", "0"), strike("100", "1", "1"), strike("110", "0", "2"));

        assertThat(ExpirySums.maxPain(ladder)).as("the lower of two equal ones").isEqualByComparingTo("90");
    }

    @Test
    void maxPainWithoutOpenInterestIsTheLowestStrike() {
        assertThat(ExpirySums.maxPain(List.of(strike("90", "0", "0"), strike("100", "0", "0"))))
                .isEqualByComparingTo("90");
    }

    @Property
    void maxPainIsThatOfTheDefinition(@ForAll("ladders") List<Strike> ladder) {
        BigDecimal best = ladder.stream()
                .map(Strike::strike)
                .min(Comparator.comparing((BigDecimal at) -> pain(at, ladder)).thenComparing(at -> at))
                .orElseThrow();

        assertThat(ExpirySums.maxPain(ladder)).isEqualByComparingTo(best);
    }

    @Property
    void whatIsTakenBackWasNeverThere(@ForAll("options") List<OptionContribution> options, @ForAll boolean reversed) {
        ExpirySums sums = new ExpirySums();
        sums.add(option(EIGHT, "100", MarketType.CALL, "7", "300.5", null));
        ExpiryRow before = sums.row(options.get(0), CORRECTIONS);

        options.forEach(sums::add);
        List<OptionContribution> back = new ArrayList<>(options);
        if (reversed) {
            Collections.reverse(back);
        }
        back.forEach(option -> sums.add(option.negate()));

        assertThat(sums.row(options.get(0), CORRECTIONS)).isEqualTo(before);
    }

    @Test
    void aGroupIsSummedOverItsOptions() {
        ExpirySums sums = new ExpirySums();
        OptionContribution call = option(NINE, "100.0", MarketType.CALL, "2", "200", "11");
        sums.add(call);
        sums.add(option(EIGHT, "100", MarketType.PUT, "3", "303", null));
        sums.add(option(EIGHT, "80", MarketType.PUT, "0", "0", "0"));

        ExpiryRow row = sums.row(call, CORRECTIONS);

        assertThat(Referee.tree(Referee.write(row))).isEqualTo(Referee.tree("""
                {"exchange": "deribit", "asset": "btc", "expiration": "2026-12-25T08:00:00Z", "interval": "1m",
                 "time": "2026-12-20T12:00:00Z", "call_usd": 200, "put_usd": 303, "call_base": 2, "put_base": 3,
                 "put_call_ratio": 1.5, "market_value_usd": 11, "underlying_price_usd": 100,
                 "days_to_expiry": 4.83333333, "max_pain": 100,
                 "strikes": [{"strike": 80, "call_base": 0, "put_base": 0},
                             {"strike": 100, "call_base": 2, "put_base": 3}],
                 "revision": 0, "final_at": "2026-12-20T12:15:00Z"}"""));
    }

    @Provide
    Arbitrary<List<Strike>> ladders() {
        Arbitrary<BigDecimal> amounts = Arbitraries.bigDecimals()
                .between(BigDecimal.ZERO, BigDecimal.valueOf(50))
                .ofScale(2);
        return Arbitraries.maps(
                        Arbitraries.integers().between(1, 40),
                        Combinators.combine(amounts, amounts).as(Map::entry))
                .ofMinSize(1)
                .ofMaxSize(30)
                .map(ladder -> ladder.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> new Strike(
                                BigDecimal.valueOf(entry.getKey(), 1),
                                entry.getValue().getKey(),
                                entry.getValue().getValue()))
                        .toList());
    }

    @Provide
    Arbitrary<List<OptionContribution>> options() {
        return Combinators.combine(
                        Arbitraries.of(EIGHT, NINE),
                        Arbitraries.of("80", "90", "100", "100.50"),
                        Arbitraries.of(MarketType.CALL, MarketType.PUT),
                        Arbitraries.of("0", "1.25", "300.00000001"),
                        Arbitraries.of("0", "17.000001"),
                        Arbitraries.of("3.5").injectNull(0.5))
                .as((expiration, strike, type, amount, value, premium) ->
                        option(expiration, strike, type, amount, value, premium))
                .list()
                .ofMinSize(1)
                .ofMaxSize(20);
    }

    private static BigDecimal pain(BigDecimal at, List<Strike> ladder) {
        BigDecimal pain = BigDecimal.ZERO;
        for (Strike k : ladder) {
            pain = pain.add(k.callBase().multiply(at.subtract(k.strike()).max(BigDecimal.ZERO)))
                    .add(k.putBase().multiply(k.strike().subtract(at).max(BigDecimal.ZERO)));
        }
        return pain;
    }

    private static Strike strike(String strike, String callBase, String putBase) {
        return new Strike(new BigDecimal(strike), new BigDecimal(callBase), new BigDecimal(putBase));
    }

    private static OptionContribution option(
            Instant expiration, String strike, MarketType type, String amount, String value, String premium) {
        return new OptionContribution(
                new Option(new Expiry("deribit", "btc", expiration), new BigDecimal(strike), type),
                NOON,
                Pass.inOrder(NOON),
                new Value(
                        Rounding.usd(new BigDecimal(value)),
                        Rounding.base(new BigDecimal(amount)),
                        new BigDecimal("100"),
                        premium == null ? null : Rounding.usd(new BigDecimal(premium))),
                1);
    }
}
