package io.openinterest.job.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.record.Boundary;
import io.openinterest.functions.record.Edition;
import io.openinterest.functions.record.Entity;
import io.openinterest.functions.record.ExpiryRow;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.observation.Json.Decimals;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.DefaultOpenContext;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class ToTopicTest {

    private static final Instant TIME = Instant.parse("2026-03-01T07:05:00Z");
    private static final Boundary BOUNDARY = new Boundary(Interval.FIVE_MINUTES, TIME);
    private static final Edition FIRST = Edition.first(TIME.plusSeconds(900), Pass.inOrder(TIME.toEpochMilli()));

    @Test
    void everyRowKeepsItsTopicKeyAndTimeOnTheWayToTheCluster() throws Exception {
        Entity btc = Entity.asset("btc");
        MarketRow.Contract contract = new MarketRow.Contract("btc", "usdt", "usdt", null, null, null, null);
        MarketRow market = new MarketRow(
                new MarketRow.Identity("okx-BTC-USDT-SWAP-future", "okx", "okx", "BTC-USDT-SWAP", null, contract),
                BOUNDARY,
                MarketRow.Figures.NONE,
                FIRST);
        ExpiryRow expiry = new ExpiryRow(
                new ExpiryRow.Expiry("deribit", "btc", Instant.parse("2026-12-25T08:00:00Z")),
                BOUNDARY,
                ExpiryRow.Figures.NONE,
                FIRST);
        MetricsRow metrics = new MetricsRow(Level.ASSET, "btc", BOUNDARY, MetricsRow.Figures.NONE, FIRST);

        assertThat(written(ToTopic.markets(Decimals.NUMBER), market))
                .isEqualTo("market.5m okx-BTC-USDT-SWAP-future 2026-03-01T07:05:00Z");
        assertThat(written(ToTopic.totals(Decimals.NUMBER), new TotalRow(btc, BOUNDARY, TotalRow.Figures.NONE, FIRST)))
                .isEqualTo("asset.5m btc 2026-03-01T07:05:00Z");
        assertThat(written(ToTopic.expiries(Decimals.NUMBER), expiry))
                .isEqualTo("expiry.5m deribit-btc-2026-12-25 2026-03-01T07:05:00Z");
        assertThat(written(ToTopic.metrics(Decimals.NUMBER), metrics))
                .isEqualTo("metrics.5m asset:btc 2026-03-01T07:05:00Z");
    }

    @Test
    void aRowThatItsTopicHasAlreadyIsNotWrittenAgain() throws Exception {
        Edition again = FIRST.unpublished();

        assertThat(records(
                        ToTopic.totals(Decimals.NUMBER),
                        new TotalRow(Entity.asset("btc"), BOUNDARY, TotalRow.Figures.NONE, again)))
                .isEmpty();
        MetricsRow metrics = new MetricsRow(Level.ASSET, "btc", BOUNDARY, MetricsRow.Figures.NONE, again);
        assertThat(records(ToTopic.metrics(Decimals.NUMBER), metrics)).isEmpty();
    }

    private static <T> String written(ToTopic<T, ?> form, T element) throws Exception {
        TopicRecord record = records(form, element).get(0);
        return record.topic() + " " + record.keyText() + " " + record.time();
    }

    private static <T> List<TopicRecord> records(ToTopic<T, ?> form, T element) throws Exception {
        ToTopic<T, ?> there = InstantiationUtil.clone(form);
        there.open(DefaultOpenContext.INSTANCE);
        List<TopicRecord> records = new ArrayList<>();
        there.flatMap(element, new ListCollector<>(records));
        return records;
    }
}
