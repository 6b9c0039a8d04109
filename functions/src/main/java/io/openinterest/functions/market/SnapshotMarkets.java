package io.openinterest.functions.market;

import io.openinterest.functions.expiry.OptionContribution;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.run.RunBounds;
import io.openinterest.functions.run.RunEvent;
import io.openinterest.functions.total.Contribution;
import io.openinterest.functions.total.Sums;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Takes every market of a shard at every 1-minute boundary: gives its rows at 1, 5 and 15 minutes (side output
 * {@link #ROWS}), what it adds to totals, and what options add to their expiries ({@link #OPTIONS}). One timer per shard and minute, none per market.
 *
 * <p>An observation whose boundary the watermark had passed when it arrived waits for the next boundary; there its market
 * is folded again and every row and sum that differs is published as a correction.
 */
public final class SnapshotMarkets extends KeyedBroadcastProcessFunction<Integer, Arrival, RunEvent, Contribution>
        implements CheckpointedFunction {

    /** The markets' rows. */
    public static final OutputTag<MarketRow> ROWS = new OutputTag<>("market-rows", TypeInformation.of(MarketRow.class));

    /** What every included option adds to its expiry. */
    public static final OutputTag<OptionContribution> OPTIONS =
            new OutputTag<>("options", TypeInformation.of(OptionContribution.class));

    private static final long serialVersionUID = 1L;
    private static final int SHARDS = 64;
    private static final long NO_TIMER_LEFT = Long.MAX_VALUE;

    private final SnapshotSettings settings;

    private transient ListState<Long> published;
    private transient long publishedUpTo;
    private transient ValueState<Progress> progresses;
    private transient MapState<String, MarketState> markets;
    private transient MapState<Long, List<Observation>> late;
    private transient MapState<Group, Long> touched;
    private transient Counter lateObservations;

    /** Takes snapshots by these settings. */
    public SnapshotMarkets(SnapshotSettings settings) {
        this.settings = settings;
    }

    /** The key: which shard a market belongs to. A few dozen shards spread over any sensible parallelism. */
    public static int shard(String market) {
        return Math.floorMod(market.hashCode(), SHARDS);
    }

    /**
     * Progress of a shard, epoch milliseconds.
     *
     * @param finalUpTo the last boundary that nothing can correct any more
     * @param doneUpTo the last boundary that is published, or that nothing is to be published at
     * @param publishedUpTo the last boundary published by any shard when this one last looked; nothing is published again
     */
    public record Progress(long finalUpTo, long doneUpTo, long publishedUpTo) {}

    /** Markets that are summed together on the way to their totals. */
    public record Group(String exchange, String asset, String quote) {

        static Group of(Observation market) {
            return new Group(market.exchange(), market.asset(), market.quote());
        }
    }

    @Override
    public void open(OpenContext context) {
        progresses = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("progress", TypeInformation.of(Progress.class)));
        markets = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>("markets", Types.STRING, TypeInformation.of(MarketState.class)));
        late = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>(
                        "late", Types.LONG, TypeInformation.of(new TypeHint<List<Observation>>() {})));
        touched = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>("touched", TypeInformation.of(Group.class), Types.LONG));
        lateObservations = getRuntimeContext().getMetricGroup().counter("lateObservations");
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        published =
                context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("published", Types.LONG));
        publishedUpTo = Long.MIN_VALUE;
        for (Long boundary : published.get()) {
            publishedUpTo = Math.max(publishedUpTo, boundary);
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        published.update(List.of(publishedUpTo));
    }

    @Override
    public void processBroadcastElement(RunEvent event, Context context, Collector<Contribution> out) throws Exception {
        RunBounds.learn(event, context);
    }

    @Override
    public void processElement(Arrival arrival, ReadOnlyContext context, Collector<Contribution> out) throws Exception {
        Observation observation = arrival.observation();
        long reached = Interval.floorToMinute(arrival.reached());
        Progress progress = progresses.value();
        if (progress == null) {
            progress = startAt(Math.max(reached, publishedUpTo), publishedUpTo, context);
        } else if (reached < progress.doneUpTo() && progress.publishedUpTo() < progress.doneUpTo()) {
            // Set by a partition that is ahead of this one, and nothing is published yet.
            progress = startAt(Math.max(reached, progress.publishedUpTo()), progress.publishedUpTo(), context);
        }
        long passed = Math.max(reached, progress.doneUpTo());
        long boundary = Interval.boundaryAfter(observation.time().toEpochMilli());
        if (boundary <= settings.finalBoundary(passed)) {
            return;
        }
        if (boundary <= passed) {
            List<Observation> waiting = late.get(passed + Interval.MINUTE_MILLIS);
            waiting = waiting == null ? new ArrayList<>() : waiting;
            waiting.add(observation);
            late.put(passed + Interval.MINUTE_MILLIS, waiting);
            lateObservations.inc();
            return;
        }
        MarketState market = market(observation.market());
        market.add(observation, progress.finalUpTo());
        markets.put(observation.market(), market);
    }

    private Progress startAt(long boundary, long publishedBefore, ReadOnlyContext context) throws Exception {
        Progress progress = new Progress(settings.finalBoundary(boundary), boundary, publishedBefore);
        progresses.update(progress);
        awaitBoundary(boundary + Interval.MINUTE_MILLIS, context);
        return progress;
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Contribution> out) throws Exception {
        Progress progress = progresses.value();
        if (progress == null) {
            return;
        }
        boolean ended = context.timerService().currentWatermark() == NO_TIMER_LEFT;
        long limit = ended && settings.bounded() ? Long.MAX_VALUE : timestamp + 1;
        if (settings.bounded()) {
            long passed = ended
                    ? Long.MAX_VALUE
                    : Interval.floorToMinute(context.timerService().currentWatermark() + 1);
            limit = Math.min(limit, RunBounds.last(passed, context.getBroadcastState(RunBounds.REACHED)));
        }
        while (progress.doneUpTo() < limit) {
            long boundary = progress.doneUpTo() + Interval.MINUTE_MILLIS;
            if (RunBounds.hasBegun(boundary, settings.awaitedVenues(), context.getBroadcastState(RunBounds.ANSWERED))) {
                progress = publish(progress, boundary, context, out);
            } else {
                progress = skip(boundary);
            }
            publishedUpTo = Math.max(publishedUpTo, boundary);
        }
        if (ended) {
            BoundaryPass flush = new BoundaryPass(progress, progress.doneUpTo() + Interval.MINUTE_MILLIS, context);
            flush.correctMarkets(Long.MAX_VALUE);
            flush.emit(out);
        }
        progresses.update(progress);
        if (!ended) {
            awaitNextBoundary(timestamp + 1, context);
        }
    }

    private void awaitNextBoundary(long boundary, OnTimerContext context) throws Exception {
        if (markets.isEmpty() && late.isEmpty() && touched.isEmpty()) {
            progresses.clear();
            return;
        }
        long next = boundary + Interval.MINUTE_MILLIS;
        if (late.isEmpty() && touched.isEmpty()) {
            long first = firstMinute();
            if (first > next) {
                long gap = first - Interval.MINUTE_MILLIS;
                progresses.update(new Progress(
                        settings.finalBoundary(gap), gap, progresses.value().publishedUpTo()));
                next = first;
            }
        }
        awaitBoundary(next, context);
    }

    /** Where every market is still to come, the first boundary that sees one: a gap of years is no work. */
    private long firstMinute() throws Exception {
        long first = Long.MAX_VALUE;
        for (MarketState market : markets.values()) {
            if (market.base.value() != null || market.latest.value() != null || market.minutes.isEmpty()) {
                return Long.MIN_VALUE;
            }
            first = Math.min(first, market.minutes.get(0).boundary());
        }
        return first;
    }

    /** One millisecond before the boundary, so that everything derived from it travels with the same watermark. */
    private void awaitBoundary(long boundary, ReadOnlyContext context) {
        context.timerService().registerEventTimeTimer(boundary - 1);
    }

    private Progress publish(Progress progress, long boundary, OnTimerContext context, Collector<Contribution> out)
            throws Exception {
        BoundaryPass pass = new BoundaryPass(progress, boundary, context);
        pass.correctMarkets(boundary);
        pass.takeMarkets();
        pass.touchGroups();
        pass.emit(out);
        long finalUpTo = settings.finalBoundary(boundary);
        if (finalUpTo <= progress.finalUpTo()) {
            return new Progress(progress.finalUpTo(), boundary, boundary);
        }
        for (String name : names()) {
            MarketState market = markets.get(name);
            market.advance(progress.finalUpTo(), finalUpTo, settings);
            keepUnlessForgotten(name, market);
        }
        return new Progress(finalUpTo, boundary, boundary);
    }

    /** The run has not begun: nothing is published, only the newest values are known. */
    private Progress skip(long boundary) throws Exception {
        for (String name : names()) {
            MarketState market = markets.get(name);
            market.skipTo(boundary);
            markets.put(name, market);
        }
        return new Progress(boundary, boundary, boundary);
    }

    private void keepUnlessForgotten(String name, MarketState market) throws Exception {
        if (market.isForgotten()) {
            markets.remove(name);
        } else {
            markets.put(name, market);
        }
    }

    private MarketState market(String name) throws Exception {
        MarketState market = markets.get(name);
        return market == null ? new MarketState() : market;
    }

    private List<String> names() throws Exception {
        List<String> names = new ArrayList<>();
        markets.keys().forEach(names::add);
        return names;
    }

    /** What is gathered while the shard passes one boundary. */
    private final class BoundaryPass {

        private final Progress progress;
        private final long boundary;
        private final Pass inOrder;
        private final Pass correcting;
        private final OnTimerContext context;
        private final TreeMap<Long, Map<Group, Sums>> sums = new TreeMap<>();

        BoundaryPass(Progress progress, long boundary, OnTimerContext context) {
            this.progress = progress;
            this.boundary = boundary;
            this.inOrder = Pass.inOrder(boundary);
            this.correcting = Pass.correcting(boundary);
            this.context = context;
        }

        /** Folds every market anew that got observations for boundaries already published. */
        void correctMarkets(long until) throws Exception {
            Map<String, List<Observation>> byMarket = new TreeMap<>();
            List<Long> due = new ArrayList<>();
            for (Long step : late.keys()) {
                if (step <= until) {
                    due.add(step);
                }
            }
            due.sort(null);
            for (Long step : due) {
                for (Observation observation : late.get(step)) {
                    byMarket.computeIfAbsent(observation.market(), name -> new ArrayList<>())
                            .add(observation);
                }
                late.remove(step);
            }
            for (Map.Entry<String, List<Observation>> entry : byMarket.entrySet()) {
                MarketState market = market(entry.getKey());
                correct(market, entry.getValue());
                markets.put(entry.getKey(), market);
            }
        }

        private void correct(MarketState market, List<Observation> observations) {
            List<MarketStep> before = new ArrayList<>();
            List<Map<Interval, MarketRow>> rowsBefore = new ArrayList<>();
            market.replay(progress.finalUpTo(), progress.doneUpTo(), settings, step -> {
                before.add(step);
                rowsBefore.add(rows(market, step, correcting));
            });
            observations.forEach(observation -> market.add(observation, progress.finalUpTo()));
            List<MarketStep> now = new ArrayList<>();
            market.replay(progress.finalUpTo(), progress.doneUpTo(), settings, now::add);
            for (int i = 0; i < now.size(); i++) {
                contribute(before.get(i), Sums::subtract);
                contribute(now.get(i), Sums::add);
                correctOption(option(before.get(i), correcting), option(now.get(i), correcting));
                republish(market, now.get(i).boundary(), rowsBefore.get(i), rows(market, now.get(i), correcting));
            }
        }

        private void republish(
                MarketState market, long at, Map<Interval, MarketRow> before, Map<Interval, MarketRow> now) {
            for (Interval interval : Interval.values()) {
                MarketRow old = before.get(interval);
                MarketRow row = now.get(interval);
                if (Objects.equals(old, row)) {
                    continue;
                }
                int revision = market.publications.nextRevision(interval, at, old != null);
                context.output(ROWS, row == null ? old.withdrawn(revision) : row.withRevision(revision));
            }
        }

        /** Steps every market to the boundary. */
        void takeMarkets() throws Exception {
            for (String name : names()) {
                MarketState market = markets.get(name);
                MarketStep step = market.step(boundary, settings);
                contribute(step, Sums::add);
                correctOption(null, option(step, inOrder));
                rows(market, step, inOrder).values().forEach(row -> context.output(ROWS, row));
                markets.put(name, market);
            }
        }

        /** Groups that had markets a while ago still owe their totals a 5- or 15-minute record. */
        void touchGroups() throws Exception {
            List<Group> idle = new ArrayList<>();
            for (Map.Entry<Group, Long> entry : touched.entries()) {
                if (boundary - entry.getValue() > Interval.FIFTEEN_MINUTES.millis()) {
                    idle.add(entry.getKey());
                } else if (Interval.FIVE_MINUTES.isBoundary(boundary)) {
                    at(boundary).computeIfAbsent(entry.getKey(), group -> new Sums());
                }
            }
            for (Group group : idle) {
                touched.remove(group);
            }
        }

        private Map<Interval, MarketRow> rows(MarketState market, MarketStep step, Pass pass) {
            Map<Interval, MarketRow> rows = new EnumMap<>(Interval.class);
            for (Interval interval : Interval.values()) {
                if (step.after().isIncluded() && interval.isBoundary(step.boundary())) {
                    int observations = market.observations(interval, step.boundary());
                    rows.put(interval, step.row(interval, observations, settings, pass));
                }
            }
            return rows;
        }

        private void contribute(MarketStep step, BiConsumer<Sums, Sums> how) {
            MarketStanding before = step.before();
            MarketStanding after = step.after();
            if (step.moved() && before.isPresent() && counts(before.value())) {
                how.accept(
                        group(step.boundary(), before.value()),
                        step.sumsLeftBehind(after.value() == null || counts(after.value())));
            }
            Observation market = after.value() != null ? after.value() : before.value();
            if (market != null && counts(market) && (before.isPresent() || after.isPresent())) {
                how.accept(group(step.boundary(), market), step.sums());
            }
        }

        private void correctOption(OptionContribution before, OptionContribution now) {
            if (Objects.equals(before, now)) {
                return;
            }
            if (before != null) {
                context.output(OPTIONS, before.negate());
            }
            if (now != null) {
                context.output(OPTIONS, now);
            }
        }

        private OptionContribution option(MarketStep step, Pass pass) {
            return step.after().isIncluded() && counts(step.after().value()) ? step.option(pass) : null;
        }

        private boolean counts(Observation market) {
            return settings.assetClasses().contains(market.assetClass());
        }

        private Sums group(long at, Observation market) {
            return at(at).computeIfAbsent(Group.of(market), group -> new Sums());
        }

        private Map<Group, Sums> at(long at) {
            return sums.computeIfAbsent(at, key -> new HashMap<>());
        }

        void emit(Collector<Contribution> out) throws Exception {
            for (Map.Entry<Long, Map<Group, Sums>> groups : sums.entrySet()) {
                for (Map.Entry<Group, Sums> entry : groups.getValue().entrySet()) {
                    Group group = entry.getKey();
                    boolean correction = groups.getKey() < boundary;
                    if (correction && entry.getValue().isNothing()) {
                        continue;
                    }
                    if (!entry.getValue().isNothing()) {
                        touched.put(group, boundary);
                    }
                    out.collect(new Contribution(
                            group.exchange(),
                            group.asset(),
                            group.quote(),
                            groups.getKey(),
                            correction ? correcting : inOrder,
                            entry.getValue()));
                }
            }
        }
    }
}
