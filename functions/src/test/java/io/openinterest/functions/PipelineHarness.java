package io.openinterest.functions;

import io.openinterest.functions.market.AcceptObservations;
import io.openinterest.functions.market.SnapshotMarkets;
import io.openinterest.functions.market.SnapshotSettings;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.functions.run.RunBounds;
import io.openinterest.functions.run.RunEvent;
import io.openinterest.functions.run.TrackRun;
import io.openinterest.functions.total.Contribution;
import io.openinterest.functions.total.SumTotals;
import io.openinterest.functions.total.SumTotals.Scope;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/** The operators from arrivals to totals, one after the other in one thread, with Flink's own state and timers. */
final class PipelineHarness implements AutoCloseable {

    private static final long DISORDER = 60_000;

    private final KeyedOneInputStreamOperatorTestHarness<Integer, Arrival, Arrival> accept;
    private final OneInputStreamOperatorTestHarness<Arrival, RunEvent> track;
    private final KeyedTwoInputStreamOperatorTestHarness<Integer, Arrival, RunEvent, Contribution> snapshot;
    private final List<KeyedOneInputStreamOperatorTestHarness<String, Contribution, TotalRow>> totals =
            new ArrayList<>();

    /** Everything published so far, in order. */
    final List<MarketRow> marketRows = new ArrayList<>();

    final List<TotalRow> totalRows = new ArrayList<>();
    final List<Observation> accepted = new ArrayList<>();
    final List<Quarantined> rejected = new ArrayList<>();

    private long greatest = Long.MIN_VALUE;
    private long passed = Long.MIN_VALUE;

    PipelineHarness(SnapshotSettings settings) throws Exception {
        this(settings, null);
    }

    private PipelineHarness(SnapshotSettings settings, Saved saved) throws Exception {
        accept = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new AcceptObservations(settings, false)),
                arrival -> SnapshotMarkets.shard(arrival.observation().market()),
                Types.INT);
        track = new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(new TrackRun()));
        snapshot = new KeyedTwoInputStreamOperatorTestHarness<>(
                new CoBroadcastWithKeyedOperator<>(
                        new SnapshotMarkets(settings), List.of(RunBounds.ANSWERED, RunBounds.REACHED)),
                arrival -> SnapshotMarkets.shard(arrival.observation().market()),
                null,
                Types.INT);
        for (Scope scope : Scope.values()) {
            totals.add(new KeyedOneInputStreamOperatorTestHarness<>(
                    new KeyedProcessOperator<>(new SumTotals(scope, settings.corrections())),
                    scope::key,
                    Types.STRING));
        }
        if (saved != null) {
            accept.initializeState(saved.accept());
            snapshot.initializeState(saved.snapshot());
            for (int i = 0; i < totals.size(); i++) {
                totals.get(i).initializeState(saved.totals().get(i));
            }
            greatest = saved.greatest();
            passed = saved.passed();
        }
        accept.open();
        track.open();
        snapshot.open();
        for (var stage : totals) {
            stage.open();
        }
    }

    private record Saved(
            OperatorSubtaskState accept,
            OperatorSubtaskState snapshot,
            List<OperatorSubtaskState> totals,
            long greatest,
            long passed) {}

    /** A new harness that goes on from what this one has in its state; closes this one. */
    PipelineHarness restart(SnapshotSettings settings) throws Exception {
        List<OperatorSubtaskState> stages = new ArrayList<>();
        for (var stage : totals) {
            stages.add(stage.snapshot(1, 1));
        }
        Saved saved = new Saved(accept.snapshot(1, 1), snapshot.snapshot(1, 1), stages, greatest, passed);
        close();
        PipelineHarness next = new PipelineHarness(settings, saved);
        next.marketRows.addAll(marketRows);
        next.totalRows.addAll(totalRows);
        next.accepted.addAll(accepted);
        next.rejected.addAll(rejected);
        return next;
    }

    /** An observation arrives; the watermark follows a minute behind the greatest time. */
    PipelineHarness arrive(Observation observation) throws Exception {
        greatest = Math.max(greatest, observation.time().toEpochMilli());
        accept.processElement(new StreamRecord<>(Arrival.of(observation, greatest - DISORDER)));
        flow();
        long minute = Interval.floorToMinute(greatest - DISORDER);
        if (minute > passed) {
            pass(minute - 1);
            passed = minute;
        }
        return this;
    }

    /** An observation arrives from a partition that is further ahead than others; event time does not move by it. */
    PipelineHarness arrive(Observation observation, String watermark) throws Exception {
        accept.processElement(new StreamRecord<>(
                Arrival.of(observation, Instant.parse(watermark).toEpochMilli())));
        flow();
        return this;
    }

    /** The input ends. */
    PipelineHarness end() throws Exception {
        pass(Long.MAX_VALUE);
        return this;
    }

    private void pass(long watermark) throws Exception {
        accept.processWatermark(new Watermark(watermark));
        flow();
        snapshot.processWatermark2(new Watermark(watermark));
        snapshot.processWatermark1(new Watermark(watermark));
        flow();
        for (var stage : totals) {
            stage.processWatermark(new Watermark(watermark));
            flow();
        }
    }

    private void flow() throws Exception {
        for (Arrival arrival : drain(accept.extractOutputValues(), accept.getOutput())) {
            track.processElement(new StreamRecord<>(arrival));
            snapshot.processElement1(new StreamRecord<>(arrival));
        }
        drain(accept.getSideOutput(AcceptObservations.ACCEPTED), accepted);
        drain(accept.getSideOutput(AcceptObservations.REJECTED), rejected);
        for (RunEvent event : drain(track.extractOutputValues(), track.getOutput())) {
            snapshot.processElement2(new StreamRecord<>(event));
        }
        drain(snapshot.getSideOutput(SnapshotMarkets.ROWS), marketRows);
        Collection<? extends StreamRecord<? extends Contribution>> contributions =
                List.copyOf(snapshot.extractOutputStreamRecords());
        snapshot.getOutput().clear();
        for (var stage : totals) {
            for (StreamRecord<? extends Contribution> contribution : contributions) {
                stage.processElement(new StreamRecord<>(contribution.getValue(), contribution.getTimestamp()));
            }
            totalRows.addAll(drain(stage.extractOutputValues(), stage.getOutput()));
            var passedOn = stage.getSideOutput(SumTotals.CONTRIBUTIONS);
            contributions = passedOn == null ? List.of() : List.copyOf(passedOn);
            if (passedOn != null) {
                passedOn.clear();
            }
        }
    }

    private static <T> List<T> drain(List<T> values, ConcurrentLinkedQueue<Object> output) {
        List<T> copy = List.copyOf(values);
        output.clear();
        return copy;
    }

    private static <T> void drain(ConcurrentLinkedQueue<StreamRecord<T>> output, List<T> into) {
        if (output != null) {
            output.forEach(element -> into.add(element.getValue()));
            output.clear();
        }
    }

    /** The rows of highest revision by identity, withdrawn ones apart, as published at once, with what the metrics need beside. */
    Map<String, String> state() {
        Map<String, String> rows = new TreeMap<>();
        for (MarketRow row : marketRows) {
            put(
                    rows,
                    row.market() + " " + row.interval() + " " + row.time(),
                    row.withdrawn(),
                    Referee.write(row.withRevision(0)));
        }
        for (TotalRow row : totalRows) {
            put(
                    rows,
                    row.entity() + " " + row.interval() + " " + row.time(),
                    row.withdrawn(),
                    Referee.write(row.withRevision(0)) + row.extras());
        }
        return rows;
    }

    private static void put(Map<String, String> rows, String identity, Boolean withdrawn, String row) {
        if (withdrawn == null) {
            rows.put(identity, row);
        } else {
            rows.remove(identity);
        }
    }

    /** The newest row of an entity; null where there is none. */
    TotalRow total(String entity, Interval interval, String time) {
        TotalRow newest = null;
        for (TotalRow row : totalRows) {
            if (row.entity().equals(entity)
                    && row.interval() == interval
                    && row.time().toString().equals(time)) {
                newest = row;
            }
        }
        return newest;
    }

    @Override
    public void close() {
        try {
            accept.close();
            track.close();
            snapshot.close();
            for (var stage : totals) {
                stage.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("a harness did not close", e);
        }
    }
}
