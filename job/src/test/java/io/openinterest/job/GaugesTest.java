package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.Boundary;
import io.openinterest.functions.record.Edition;
import io.openinterest.functions.record.Entity;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.Range;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.job.kafka.ToTopic;
import io.openinterest.job.kafka.TopicRecord;
import io.openinterest.observation.Json.Decimals;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.wire.RecordType;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphTestUtils;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.StreamFlatMap;
import org.apache.flink.streaming.api.operators.StreamMap;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class GaugesTest {

    private static final Instant EIGHT = Instant.parse("2026-12-25T08:00:00Z");

    /** By group and name: {@code asset.btc.openInterestUsd}. */
    private final Map<String, Metric> metrics = new ConcurrentHashMap<>();

    @Test
    void aDeadVenueLowersCoverageAndOpenInterestButNotWhatIsLikeForLike() throws Exception {
        try (var totals = totals(true)) {
            pass(totals, 0, total(Level.EXCHANGE, "okx", 0, "1000", "1", "0"));
            // 40 opened, 360 of a venue that fell silent
            pass(totals, 1, total(Level.EXCHANGE, "okx", 1, "680", "0.65", "40"));
        }

        assertThat(gauge("exchange.okx.openInterestUsd")).isEqualTo(680.0);
        assertThat(gauge("exchange.okx.coverage")).isEqualTo(0.65);
        assertThat(gauge("exchange.okx.likeForLikeUsd")).isEqualTo(1040.0);
    }

    @Test
    void whatIsRejectedBehindTheSourceIsCountedByVenueToo() throws Exception {
        reject("okx", "okx", "gate", "");

        assertThat(counter("venue.okx.reason.implausible.quarantinedByReason")).isEqualTo(2);
        assertThat(counter("venue.gate.reason.implausible.quarantinedByReason")).isEqualTo(1);
        assertThat(counter("reason.implausible.quarantinedByReason")).isEqualTo(1);
    }

    @Test
    void aRecordingThatNamesVenuesWithoutEndMakesNoCountersWithoutEnd() throws Exception {
        reject(IntStream.range(0, 600).mapToObj(i -> "v" + i % 590).toArray(String[]::new));

        assertThat(metrics.keySet())
                .filteredOn(name -> name.endsWith("quarantinedByReason"))
                .hasSize(501);
        assertThat(counter("venue.v0.reason.implausible.quarantinedByReason")).isEqualTo(2);
        assertThat(counter("reason.implausible.quarantinedByReason")).isEqualTo(90);
    }

    private void reject(String... venues) throws Exception {
        var operator = new StreamFlatMap<>(ToTopic.rejected(Decimals.NUMBER));
        try (var rejected = new OneInputStreamOperatorTestHarness<>(operator, environment())) {
            rejected.setup(new RecordType<>(TopicRecord.class).createSerializer(new SerializerConfigImpl()));
            rejected.open();
            for (String venue : venues) {
                rejected.processElement(new Quarantined(null, venue, null, "m", Reason.IMPLAUSIBLE, "any", null), 0);
            }
        }
    }

    private long counter(String name) {
        return ((Counter) metrics.get(name)).getCount();
    }

    @Test
    void everythingShownIsOfTheSameBoundary() throws Exception {
        try (var totals = totals(true)) {
            pass(totals, 0, total(Level.TOTAL, "all", 0, "10", "1", "0"), total(Level.ASSET, "btc", 0, "10", "1", "0"));

            totals.processElement(total(Level.ASSET, "btc", 1, "20", "1", "10"), time(1));

            assertThat(gauge("total.all.openInterestUsd")).isEqualTo(10.0);
            assertThat(gauge("asset.btc.openInterestUsd")).isEqualTo(10.0);

            pass(totals, 1, total(Level.TOTAL, "all", 1, "20", "1", "10"));

            assertThat(gauge("total.all.openInterestUsd")).isEqualTo(20.0);
            assertThat(gauge("asset.btc.openInterestUsd")).isEqualTo(20.0);
        }
    }

    @Test
    void manyAssetsLeaveRoomForAnExchangeThatComesLater() throws Exception {
        try (var totals = totals(true)) {
            for (int minute = 0; minute < 10; minute++) {
                for (int i = 0; i < 100; i++) {
                    String asset = "coin" + minute + "-" + i;
                    totals.processElement(
                            total(Level.ASSET, asset, minute, Integer.toString(1000 + i), "1", "0"), time(minute));
                }
                totals.processWatermark(time(minute));
            }
            pass(totals, 10, total(Level.EXCHANGE, "new", 10, "5", "1", "0"));
        }

        assertThat(metrics.keySet())
                .contains("exchange.new.openInterestUsd", "asset.coin0-99.openInterestUsd")
                .doesNotContain("asset.coin0-0.openInterestUsd")
                .filteredOn(name -> name.startsWith("asset.") && name.endsWith(".openInterestUsd"))
                .hasSize(100);
    }

    @Test
    void anEntityThatHasNoRecordAnyMoreHasNoOpenInterest() throws Exception {
        try (var totals = totals(true)) {
            pass(totals, 0, total(Level.ASSET, "btc", 0, "10", "1", "0"));
            pass(totals, 1, total(Level.ASSET, "eth", 1, "10", "1", "0"));
        }

        assertThat(gauge("asset.btc.openInterestUsd")).isEqualTo(0.0);
        assertThat(gauge("asset.btc.coverage")).isEqualTo(Double.NaN);
    }

    @Test
    void aCorrectionOfThePastDoesNotTurnTheChartBack() throws Exception {
        try (var totals = totals(true)) {
            pass(totals, 1, total(Level.ASSET, "btc", 1, "10", "1", "0"));
            pass(totals, 2, total(Level.ASSET, "btc", 0, "99", "1", "89"));
        }

        assertThat(gauge("asset.btc.openInterestUsd")).isEqualTo(10.0);
        assertThat(gauge("asset.btc.likeForLikeUsd")).isEqualTo(10.0);
    }

    @Test
    void latencyIsMeasuredWhereBoundariesAreOfToday() throws Exception {
        try (var totals = totals(true)) {
            pass(totals, 0, total(Level.TOTAL, "all", 0, "10", "1", "0"));
        }
        assertThat(((Histogram) metrics.get("boundaryLatencyMs")).getCount()).isEqualTo(1);
        assertThat((Long) ((Gauge<?>) metrics.get("boundaryAgeMs")).getValue()).isNotNegative();

        metrics.clear();
        totals(false).close();

        assertThat(metrics).containsKey("boundaryAgeMs").doesNotContainKey("boundaryLatencyMs");
        assertThat(((Gauge<?>) metrics.get("boundaryAgeMs")).getValue()).isEqualTo(-1L);
    }

    @Test
    void activeAlertsAreCountedThroughARestart() throws Exception {
        OperatorSubtaskState snapshot;
        try (var alerts = alerts(null)) {
            alerts.processElement(event(AlertEvent.Kind.MARKET, AlertEvent.State.OPEN), 0);
            alerts.processElement(event(AlertEvent.Kind.MARKET, AlertEvent.State.OPEN), 0);
            alerts.processElement(event(AlertEvent.Kind.MARKET, AlertEvent.State.ESCALATED), 0);
            alerts.processElement(event(AlertEvent.Kind.DATA_QUALITY, AlertEvent.State.OPEN), 0);
            snapshot = alerts.snapshot(1, 1);
        }
        assertThat(gauge("kind.market.activeAlerts")).isEqualTo(2L);
        metrics.clear();
        try (var alerts = alerts(snapshot)) {
            alerts.processElement(event(AlertEvent.Kind.MARKET, AlertEvent.State.RESOLVED), 0);
        }

        assertThat(gauge("kind.market.activeAlerts")).isEqualTo(1L);
        assertThat(gauge("kind.data-quality.activeAlerts")).isEqualTo(1L);
    }

    @Test
    void anAlertThatIsRetractedAfterItsEndEndsOnce() throws Exception {
        try (var alerts = alerts(null)) {
            for (int i = 0; i < 3; i++) {
                alerts.processElement(event(AlertEvent.Kind.MARKET, AlertEvent.State.OPEN), 0);
            }
            alerts.processElement(event(AlertEvent.Kind.MARKET, AlertEvent.State.RETRACTED), 0);
            alerts.processElement(event(AlertEvent.Kind.MARKET, AlertEvent.State.EXPIRED), 0);
            alerts.processElement(event(AlertEvent.Kind.MARKET, AlertEvent.State.RETRACTED, true), 0);
        }

        assertThat(gauge("kind.market.activeAlerts")).isEqualTo(1L);
    }

    private KeyedOneInputStreamOperatorTestHarness<String, TotalRow, Void> totals(boolean measuresLatency)
            throws Exception {
        var harness = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new TotalGauges(measuresLatency)),
                row -> "total",
                Types.STRING,
                environment());
        harness.setup(Types.VOID.createSerializer(harness.getExecutionConfig().getSerializerConfig()));
        harness.open();
        return harness;
    }

    private OneInputStreamOperatorTestHarness<AlertEvent, AlertEvent> alerts(OperatorSubtaskState state)
            throws Exception {
        var harness = new OneInputStreamOperatorTestHarness<>(new StreamMap<>(new AlertGauges()), environment());
        harness.setup();
        if (state != null) {
            harness.initializeState(state);
        }
        harness.open();
        return harness;
    }

    private MockEnvironment environment() {
        TestingMetricRegistry registry = TestingMetricRegistry.builder()
                .setRegisterConsumer((metric, name, group) -> {
                    String[] scope = group.getScopeComponents();
                    StringBuilder identifier = new StringBuilder();
                    // behind host, taskmanager, id, job, operator, subtask
                    for (int i = 6; i < scope.length; i++) {
                        identifier.append(scope[i]).append('.');
                    }
                    metrics.put(identifier + name, metric);
                })
                .build();
        TaskMetricGroup task = TaskManagerMetricGroup.createTaskManagerMetricGroup(
                        registry, "localhost", ResourceID.generate())
                .addJob(new JobID(), "job")
                .addTask(ExecutionGraphTestUtils.createExecutionAttemptId(), "task");
        return new MockEnvironmentBuilder().setMetricGroup(task).build();
    }

    /** The boundary of a minute passes, with the records that come then. */
    private static void pass(
            KeyedOneInputStreamOperatorTestHarness<String, TotalRow, Void> totals, int minute, TotalRow... rows)
            throws Exception {
        for (TotalRow row : rows) {
            totals.processElement(row, time(minute));
        }
        totals.processWatermark(time(minute));
    }

    private Object gauge(String name) {
        assertThat(metrics).containsKey(name);
        return ((Gauge<?>) metrics.get(name)).getValue();
    }

    private static long time(int minute) {
        return EIGHT.plusSeconds(60L * minute).toEpochMilli() - 1;
    }

    private static TotalRow total(Level level, String id, int minute, String value, String coverage, String opened) {
        BigDecimal zero = BigDecimal.ZERO;
        TotalRow.Figures figures = new TotalRow.Figures(
                new BigDecimal(value),
                null,
                Range.NONE,
                new TotalRow.Split(null, null, null),
                null,
                new TotalRow.Basis(null, null, null, new BigDecimal(coverage), null),
                Ledger.of(new BigDecimal(opened), zero, zero, zero, zero, zero),
                null);
        Instant time = EIGHT.plusSeconds(60L * minute);
        return new TotalRow(
                new Entity(level, id, null, null, null),
                new Boundary(Interval.ONE_MINUTE, time),
                figures,
                Edition.first(EIGHT, Pass.inOrder(time.toEpochMilli())));
    }

    private static AlertEvent event(AlertEvent.Kind kind, AlertEvent.State state) {
        return event(kind, state, false);
    }

    private static AlertEvent event(AlertEvent.Kind kind, AlertEvent.State state, boolean isOver) {
        return new AlertEvent(
                "id",
                new AlertEvent.Rule("rule", "0123456789ab", kind),
                state,
                AlertEvent.Severity.WARNING,
                new AlertEvent.Occasion(Level.ASSET, "btc", new Boundary(Interval.FIVE_MINUTES, EIGHT), EIGHT, isOver),
                new AlertEvent.Figures("coverage", null, null, null),
                "",
                null);
    }
}
