package io.openinterest.functions.expiry;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.Harnesses;
import io.openinterest.functions.Referee;
import io.openinterest.functions.expiry.OptionContribution.Option;
import io.openinterest.functions.expiry.OptionContribution.Value;
import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.ExpiryRow;
import io.openinterest.functions.record.ExpiryRow.Expiry;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.Rounding;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.MarketType;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class SumExpiriesTest {

    private static final long NOON = Instant.parse("2026-12-20T12:00:00Z").toEpochMilli();

    @Test
    void sumsWhatAnIndependentImplementationSums() throws Exception {
        Referee referee = Referee.generated();
        List<OptionContribution> options = referee.values("market.1m").stream()
                .map(text -> Referee.read(text, MarketRow.class))
                .filter(row -> row.identity().contract().type().isOption()
                        && row.identity().assetClass() == AssetClass.CRYPTO)
                .map(SumExpiriesTest::contribution)
                .toList();

        List<String> rows = new ArrayList<>();
        Harness harness = new Harness(null);
        for (int i = 0; i < options.size(); i++) {
            harness.operator.processElement(
                    new StreamRecord<>(options.get(i), options.get(i).pass().minute() - 1));
            if (i % 150 == 149) {
                harness.operator.processWatermark(options.get(i).boundary() - 1);
                OperatorSubtaskState state = harness.operator.snapshot(1, 1);
                harness.operator.extractOutputValues().forEach(row -> rows.add(Referee.write(row)));
                harness.close();
                harness = new Harness(state);
            }
        }
        harness.operator.processWatermark(Long.MAX_VALUE);
        harness.operator.extractOutputValues().forEach(row -> rows.add(Referee.write(row)));
        harness.operator.snapshot(2, 2);
        assertThat(harness.operator.numKeyedStateEntries()).isZero();
        harness.close();

        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(Stream.of(Interval.values())
                        .flatMap(interval -> referee.values("expiry." + interval.text()).stream())
                        .toList());
    }

    @Test
    void aCorrectionIsPublishedOncePerStepAndOnlyWhereItChangesSomething() throws Exception {
        try (Harness harness = new Harness(null)) {
            harness.say(option("100", "1", NOON, 1), option("110", "5", NOON, 1));
            harness.say(option("100", "1", NOON + Interval.MINUTE_MILLIS, 1));
            harness.operator.processWatermark(NOON + Interval.MINUTE_MILLIS - 1);
            assertThat(harness.rows())
                    .containsExactly("1m 12:00 r0 6", "5m 12:00 r0 6", "15m 12:00 r0 6", "1m 12:01 r0 1");

            long later = NOON + 2 * Interval.MINUTE_MILLIS;
            harness.say(
                    option("100", "2", NOON, later, 1),
                    option("110", "5", NOON, later, -1),
                    option("100", "1", NOON, later, -1),
                    option("110", "5", NOON, later, 1),
                    option("100", "1", NOON + Interval.MINUTE_MILLIS, later, -1));
            harness.operator.processWatermark(later - 1);

            assertThat(harness.rows().subList(4, 8))
                    .containsExactly("1m 12:00 r1 7", "5m 12:00 r1 7", "15m 12:00 r1 7", "1m 12:01 r1 withdrawn");

            harness.say(option("100", "3", NOON + Interval.MINUTE_MILLIS, later + Interval.MINUTE_MILLIS, 1));
            harness.operator.processWatermark(Long.MAX_VALUE);
            assertThat(harness.rows().subList(8, 9)).containsExactly("1m 12:01 r2 3");
            harness.operator.snapshot(1, 1);
            assertThat(harness.operator.numKeyedStateEntries()).isZero();
            assertThat(harness.operator.numEventTimeTimers()).isZero();
        }
    }

    @Test
    void aBoundaryPublishedLateWaitsForAllThatIsPublishedWithIt() throws Exception {
        try (Harness harness = new Harness(null)) {
            long published = NOON + 5 * Interval.MINUTE_MILLIS - 1;
            harness.operator.processWatermark(NOON + Interval.MINUTE_MILLIS - 1);
            harness.operator.processElement(new StreamRecord<>(option("100", "1", NOON, 1), published));
            harness.operator.processWatermark(NOON + 4 * Interval.MINUTE_MILLIS - 1);
            assertThat(harness.rows()).isEmpty();
            harness.operator.processElement(new StreamRecord<>(option("110", "5", NOON, 1), published));
            harness.operator.processWatermark(published);

            assertThat(harness.rows()).containsExactly("1m 12:00 r0 6", "5m 12:00 r0 6", "15m 12:00 r0 6");
        }
    }

    private static OptionContribution option(String strike, String amount, long boundary, int count) {
        return option(strike, amount, boundary, boundary, count);
    }

    private static OptionContribution option(String strike, String amount, long boundary, long step, int count) {
        return new OptionContribution(
                new Option(
                        new Expiry("deribit", "btc", Instant.parse("2026-12-25T08:00:00Z")),
                        new BigDecimal(strike),
                        MarketType.CALL),
                boundary,
                new Pass(step, step > boundary),
                new Value(
                        Rounding.usd(new BigDecimal(amount).multiply(BigDecimal.TEN)),
                        Rounding.base(new BigDecimal(amount)),
                        BigDecimal.TEN,
                        null),
                count);
    }

    private static OptionContribution contribution(MarketRow row) {
        MarketRow.Contract contract = row.identity().contract();
        MarketRow.Size size = row.figures().size();
        return new OptionContribution(
                new Option(
                        new Expiry(row.identity().exchange(), contract.base(), contract.expiration()),
                        contract.strike(),
                        contract.type()),
                row.boundary().millis(),
                Pass.inOrder(row.boundary().millis()),
                new Value(size.valueUsd(), size.amountBase(), size.priceUsd(), size.marketValueUsd()),
                1);
    }

    private static final class Harness implements AutoCloseable {

        private final KeyedOneInputStreamOperatorTestHarness<String, OptionContribution, ExpiryRow> operator;

        Harness(OperatorSubtaskState state) throws Exception {
            operator = Harnesses.open(
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            SumExpiries.operator(new CorrectionWindow(Duration.ofMinutes(15))),
                            OptionContribution::expiry,
                            Types.STRING),
                    ExpiryRow.class,
                    state);
        }

        void say(OptionContribution... options) throws Exception {
            for (OptionContribution option : options) {
                operator.processElement(new StreamRecord<>(option, option.pass().minute() - 1));
            }
        }

        /** Interval, time, revision and calls of what was published. */
        List<String> rows() {
            return operator.extractOutputValues().stream()
                    .map(row -> row.interval().text() + " "
                            + row.time().toString().substring(11, 16) + " r"
                            + row.edition().revision() + " "
                            + (row.edition().withdrawn() == null
                                    ? row.figures()
                                            .sides()
                                            .callBase()
                                            .stripTrailingZeros()
                                            .toPlainString()
                                    : "withdrawn"))
                    .toList();
        }

        @Override
        public void close() {
            try {
                operator.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
