package io.openinterest.functions;

import io.openinterest.functions.market.AcceptObservations;
import io.openinterest.functions.market.SnapshotMarkets;
import io.openinterest.functions.market.SnapshotSettings;
import io.openinterest.functions.record.Entity;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.functions.run.RunEvent;
import io.openinterest.functions.run.TrackRun;
import io.openinterest.functions.total.Contribution;
import io.openinterest.functions.total.SumTotals;
import io.openinterest.functions.total.SumTotals.Scope;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import io.openinterest.wire.EvenKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/** The operators from arrivals to totals, one after the other in one thread, with Flink's own state and timers. */
final class PipelineHarness implements AutoCloseable {

    private static final int MAX_PARALLELISM = EvenKeys.KEY_GROUPS;
    private static final long DISORDER = 60_000;

    private final SnapshotSettings settings;
    private final Stage<KeyedOneInputStreamOperatorTestHarness<Integer, Arrival, Arrival>> accept;
    private final List<OneInputStreamOperatorTestHarness<Arrival, RunEvent>> track = new ArrayList<>();
    private final Stage<KeyedTwoInputStreamOperatorTestHarness<Integer, Arrival, RunEvent, Contribution>> snapshot;
    private final List<Stage<KeyedOneInputStreamOperatorTestHarness<String, Contribution, TotalRow>>> totals =
            new ArrayList<>();

    /** Everything published so far, in order. */
    final List<MarketRow> marketRows = new ArrayList<>();

    /** Those of them that went to the rules. */
    final List<MarketRow> watchedRows = new ArrayList<>();

    final List<TotalRow> totalRows = new ArrayList<>();
    final List<Observation> accepted = new ArrayList<>();
    final List<Quarantined> rejected = new ArrayList<>();

    private long disorder = DISORDER;
    private long greatest = Long.MIN_VALUE;
    private long passed = Long.MIN_VALUE;

    PipelineHarness(SnapshotSettings settings) throws Exception {
        this(settings, 1, null);
    }

    private PipelineHarness(SnapshotSettings settings, int parallelism, Saved saved) throws Exception {
        this.settings = settings;
        accept = new Stage<>(
                parallelism,
                subtask -> new KeyedOneInputStreamOperatorTestHarness<>(
                        AcceptObservations.operator(settings, false),
                        arrival -> SnapshotMarkets.shard(arrival.observation().market()),
                        Types.INT,
                        MAX_PARALLELISM,
                        parallelism,
                        subtask),
                saved == null ? null : saved.stages().get(0));
        for (int subtask = 0; subtask < parallelism; subtask++) {
            track.add(new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(new TrackRun())));
            track.get(subtask).open();
        }
        snapshot = new Stage<>(
                parallelism,
                subtask -> new KeyedTwoInputStreamOperatorTestHarness<>(
                        SnapshotMarkets.operator(settings, Set.of()),
                        arrival -> SnapshotMarkets.shard(arrival.observation().market()),
                        null,
                        Types.INT,
                        MAX_PARALLELISM,
                        parallelism,
                        subtask),
                saved == null ? null : saved.stages().get(1));
        for (Scope scope : Scope.values()) {
            totals.add(new Stage<>(
                    parallelism,
                    subtask -> new KeyedOneInputStreamOperatorTestHarness<>(
                            SumTotals.operator(scope, settings.corrections()),
                            scope::key,
                            Types.STRING,
                            MAX_PARALLELISM,
                            parallelism,
                            subtask),
                    saved == null ? null : saved.stages().get(2 + scope.ordinal())));
        }
        if (saved != null) {
            disorder = saved.disorder();
            greatest = saved.greatest();
            passed = saved.passed();
        }
    }

    private record Saved(List<Stage.State> stages, long disorder, long greatest, long passed) {}

    /** The subtasks of an operator. */
    private static final class Stage<H extends AbstractStreamOperatorTestHarness<?>> {

        private final List<H> subtasks = new ArrayList<>();

        private record State(OperatorSubtaskState merged, int parallelism) {}

        private interface Subtask<H> {
            H create(int index) throws Exception;
        }

        Stage(int parallelism, Subtask<H> create, State saved) throws Exception {
            for (int index = 0; index < parallelism; index++) {
                H subtask = create.create(index);
                if (saved != null) {
                    subtask.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                            saved.merged(), MAX_PARALLELISM, saved.parallelism(), parallelism, index));
                }
                subtask.open();
                subtasks.add(subtask);
            }
        }

        H of(Object key) {
            return subtasks.get(
                    KeyGroupRangeAssignment.assignKeyToParallelOperator(key, MAX_PARALLELISM, subtasks.size()));
        }

        State save() throws Exception {
            OperatorSubtaskState[] states = new OperatorSubtaskState[subtasks.size()];
            for (int i = 0; i < states.length; i++) {
                states[i] = subtasks.get(i).snapshot(1, 1);
            }
            return new State(AbstractStreamOperatorTestHarness.repackageState(states), states.length);
        }

        long bytes() throws Exception {
            long bytes = 0;
            for (H subtask : subtasks) {
                bytes += subtask.snapshot(2, 2).getStateSize();
            }
            return bytes;
        }

        /** The entries of a map in state whose values are bytes, as a checkpoint has them. */
        <K> Map<List<Object>, byte[]> entries(String state, TypeInformation<K> key) throws Exception {
            Map<List<Object>, byte[]> entries = new HashMap<>();
            for (H subtask : subtasks) {
                // what is held as objects is written with a checkpoint
                subtask.snapshot(3, 3);
                entries.putAll(Harnesses.entries(subtask.getOperator(), state, key));
            }
            return entries;
        }

        void close() throws Exception {
            for (H subtask : subtasks) {
                subtask.close();
            }
        }
    }

    /** Event time stays this far behind the greatest time. */
    PipelineHarness outOfOrderness(Duration allowed) {
        disorder = allowed.toMillis();
        return this;
    }

    /** A new harness that goes on from what this one has in its state; closes this one. */
    PipelineHarness restart(int parallelism) throws Exception {
        return restart(parallelism, settings);
    }

    /** The same with other settings. */
    PipelineHarness restart(int parallelism, SnapshotSettings others) throws Exception {
        List<Stage.State> stages = new ArrayList<>();
        stages.add(accept.save());
        stages.add(snapshot.save());
        for (var stage : totals) {
            stages.add(stage.save());
        }
        Saved saved = new Saved(stages, disorder, greatest, passed);
        close();
        PipelineHarness next = new PipelineHarness(others, parallelism, saved);
        next.marketRows.addAll(marketRows);
        next.watchedRows.addAll(watchedRows);
        next.totalRows.addAll(totalRows);
        next.accepted.addAll(accepted);
        next.rejected.addAll(rejected);
        return next;
    }

    /** An observation arrives; the watermark follows behind the greatest time. */
    PipelineHarness arrive(Observation observation) throws Exception {
        greatest = Math.max(greatest, observation.time().toEpochMilli());
        arrive(Arrival.of(observation, greatest - disorder));
        long minute = Interval.floorToMinute(greatest - disorder);
        if (minute > passed) {
            pass(minute - 1);
            passed = minute;
        }
        return this;
    }

    /** An observation arrives from a partition that is further ahead than others; event time does not move by it. */
    PipelineHarness arrive(Observation observation, String watermark) throws Exception {
        return arrive(Arrival.of(observation, Instant.parse(watermark).toEpochMilli()));
    }

    /** An observation arrives before event time has begun, as from a venue's history after a start. */
    PipelineHarness arriveFromHistory(Observation observation) throws Exception {
        return arrive(Arrival.of(observation, Long.MIN_VALUE));
    }

    private PipelineHarness arrive(Arrival arrival) throws Exception {
        accept.of(SnapshotMarkets.shard(arrival.observation().market())).processElement(new StreamRecord<>(arrival));
        flow();
        return this;
    }

    /** An alert rule is written or removed. */
    PipelineHarness hear(RunEvent.Rule rule) throws Exception {
        for (var subtask : snapshot.subtasks) {
            subtask.processElement2(new StreamRecord<>(RunEvent.of(rule)));
        }
        return this;
    }

    /** The input ends. */
    PipelineHarness end() throws Exception {
        pass(Long.MAX_VALUE);
        return this;
    }

    private void pass(long watermark) throws Exception {
        for (var subtask : accept.subtasks) {
            subtask.processWatermark(new Watermark(watermark));
        }
        flow();
        for (var subtask : track) {
            subtask.processWatermark(new Watermark(watermark));
            subtask.getOutput().clear();
        }
        long held = watermark;
        for (var subtask : snapshot.subtasks) {
            subtask.processWatermark2(new Watermark(watermark));
            subtask.processWatermark1(new Watermark(watermark));
            Harnesses.takeAllTurns(subtask);
            held = Math.min(held, Harnesses.lastWatermark(subtask));
        }
        flow();
        if (held == Long.MIN_VALUE) {
            return;
        }
        for (var stage : totals) {
            for (var subtask : stage.subtasks) {
                subtask.processWatermark(new Watermark(held));
            }
            flow();
        }
    }

    private void flow() throws Exception {
        for (int i = 0; i < accept.subtasks.size(); i++) {
            var subtask = accept.subtasks.get(i);
            for (Arrival arrival : drain(subtask.extractOutputValues(), subtask.getOutput())) {
                track.get(i).processElement(new StreamRecord<>(arrival));
                snapshot.subtasks.get(i).processElement1(new StreamRecord<>(arrival));
            }
            drain(subtask.getSideOutput(AcceptObservations.ACCEPTED), accepted);
            drain(subtask.getSideOutput(AcceptObservations.REJECTED), rejected);
            for (RunEvent event :
                    drain(track.get(i).extractOutputValues(), track.get(i).getOutput())) {
                for (var every : snapshot.subtasks) {
                    every.processElement2(new StreamRecord<>(event));
                }
            }
        }
        List<StreamRecord<? extends Contribution>> contributions = new ArrayList<>();
        for (var subtask : snapshot.subtasks) {
            drain(subtask.getSideOutput(SnapshotMarkets.ROWS), marketRows);
            drain(subtask.getSideOutput(SnapshotMarkets.WATCHED_ROWS), watchedRows);
            contributions.addAll(subtask.extractOutputStreamRecords());
            subtask.getOutput().clear();
        }
        for (Scope scope : Scope.values()) {
            var stage = totals.get(scope.ordinal());
            for (StreamRecord<? extends Contribution> contribution : contributions) {
                stage.of(scope.key(contribution.getValue()))
                        .processElement(new StreamRecord<>(contribution.getValue(), contribution.getTimestamp()));
            }
            contributions.clear();
            for (var subtask : stage.subtasks) {
                totalRows.addAll(drain(subtask.extractOutputValues(), subtask.getOutput()));
                var passedOn = subtask.getSideOutput(SumTotals.CONTRIBUTIONS);
                if (passedOn != null) {
                    contributions.addAll(passedOn);
                    passedOn.clear();
                }
            }
        }
    }

    /** What a checkpoint takes for markets, in bytes. */
    long bytesOfMarkets() throws Exception {
        return accept.bytes() + snapshot.bytes();
    }

    /** What a checkpoint takes for totals of every scope, in bytes. */
    long bytesOfTotals() throws Exception {
        long bytes = 0;
        for (var stage : totals) {
            bytes += stage.bytes();
        }
        return bytes;
    }

    /** What a checkpoint has of markets, entry by entry. */
    Map<List<Object>, byte[]> entriesOfMarkets() throws Exception {
        Map<List<Object>, byte[]> entries = new HashMap<>();
        entries.putAll(snapshot.entries("listed-markets", Types.STRING));
        entries.putAll(snapshot.entries("market-minutes", Types.LONG));
        entries.putAll(snapshot.entries("markets", Types.STRING));
        entries.putAll(snapshot.entries("groups", TypeInformation.of(SnapshotMarkets.Group.class)));
        return entries;
    }

    /** What a checkpoint has of totals, entry by entry. */
    Map<List<Object>, byte[]> entriesOfTotals() throws Exception {
        Map<List<Object>, byte[]> entries = new HashMap<>();
        for (int scope = 0; scope < totals.size(); scope++) {
            Stage<?> stage = totals.get(scope);
            Map<List<Object>, byte[]> its = stage.entries("entities", TypeInformation.of(Entity.class));
            its.putAll(stage.entries("minutes", TypeInformation.of(SumTotals.EntityMinute.class)));
            for (Map.Entry<List<Object>, byte[]> entry : its.entrySet()) {
                entries.put(List.of(scope, entry.getKey()), entry.getValue());
            }
        }
        return entries;
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
                    row.edition().withdrawn(),
                    Referee.write(row.revised(0)));
        }
        for (TotalRow row : totalRows) {
            put(
                    rows,
                    row.key() + " " + row.interval() + " " + row.time(),
                    row.edition().withdrawn(),
                    Referee.write(row.revised(0)) + row.figures().unpublished());
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
            if (row.key().equals(entity)
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
            for (var subtask : track) {
                subtask.close();
            }
            snapshot.close();
            for (var stage : totals) {
                stage.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("a harness did not close", e);
        }
    }
}
