package io.openinterest.functions.total;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.record.Pass;
import io.openinterest.functions.total.Contribution.Destination;
import io.openinterest.observation.MarketType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CombineContributionsTest {

    private static final long NOON = 1_772_366_400_000L;
    private static final long MINUTE = 60_000;
    private static final Destination BTC = at(NOON, Pass.inOrder(NOON));

    private OneInputStreamOperatorTestHarness<Contribution, Contribution> operator;

    @BeforeEach
    void open() throws Exception {
        operator = new OneInputStreamOperatorTestHarness<>(new CombineContributions());
        operator.open();
    }

    @AfterEach
    void close() throws Exception {
        operator.close();
    }

    @Test
    void whatGoesToTheSamePlaceGoesOnceBeforeEventTimePasses() throws Exception {
        send(BTC, "100.5", NOON - 1);
        send(BTC, "20.25", NOON - 1);
        assertThat(operator.getOutput()).isEmpty();

        operator.processWatermark(NOON - 1);

        assertThat(values()).containsExactly("120.75");
        assertThat(records()).extracting(StreamRecord::getTimestamp).containsExactly(NOON - 1);
        assertThat(new ArrayList<>(operator.getOutput()).get(1)).isEqualTo(new Watermark(NOON - 1));
    }

    @Test
    void whatWasPublishedOtherwiseGoesApart() throws Exception {
        Pass correcting = Pass.correcting(NOON + MINUTE);
        send(at(NOON, correcting), "-1", NOON + MINUTE - 1);
        send(at(NOON + MINUTE, Pass.inOrder(NOON + MINUTE)), "7", NOON + MINUTE - 1);
        send(at(NOON, correcting), "3", NOON + MINUTE - 1);
        operator.processWatermark(NOON + MINUTE - 1);

        assertThat(values()).containsExactly("2", "7");
        assertThat(records())
                .extracting(record -> record.getValue().to().pass().correction())
                .containsExactly(true, false);
    }

    @Test
    void whatIsSentLaterGoesWithItsOwnTime() throws Exception {
        send(BTC, "1", NOON - 1);
        send(BTC, "2", NOON + MINUTE - 1);
        operator.processWatermark(NOON + MINUTE);

        assertThat(values()).containsExactly("1", "2");
        assertThat(records()).extracting(StreamRecord::getTimestamp).containsExactly(NOON - 1, NOON + MINUTE - 1);
    }

    @Test
    void nothingWaitsBehindACheckpointOrTheEnd() throws Exception {
        send(BTC, "1", NOON - 1);
        operator.prepareSnapshotPreBarrier(1);
        assertThat(values()).containsExactly("1");

        send(BTC, "2", NOON - 1);
        operator.endInput();
        operator.getOneInputOperator().finish();
        assertThat(values()).containsExactly("1", "2");
    }

    private static Destination at(long boundary, Pass pass) {
        return new Destination(pass, boundary, "binance", "btc", "usdt");
    }

    private void send(Destination to, String usd, long time) throws Exception {
        BigDecimal value = new BigDecimal(usd);
        Sums sums = new Sums();
        sums.addMarket(MarketType.PERPETUAL, MarginClass.USDT, value, value, null, 1);
        operator.processElement(new StreamRecord<>(new Contribution(to, sums), time));
    }

    private List<StreamRecord<? extends Contribution>> records() {
        return List.copyOf(operator.extractOutputStreamRecords());
    }

    private List<String> values() {
        return records().stream()
                .map(record ->
                        record.getValue().sums().valueUsd().stripTrailingZeros().toPlainString())
                .toList();
    }
}
