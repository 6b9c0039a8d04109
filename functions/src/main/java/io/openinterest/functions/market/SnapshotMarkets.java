package io.openinterest.functions.market;

import io.openinterest.functions.expiry.OptionContribution;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.run.HoldsState;
import io.openinterest.functions.run.RuleWatch;
import io.openinterest.functions.run.RunBounds;
import io.openinterest.functions.run.RunEvent;
import io.openinterest.functions.run.Unpacked;
import io.openinterest.functions.run.Unpacked.Held;
import io.openinterest.functions.total.Contribution;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.wire.EvenKeys;
import io.openinterest.wire.RecordType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.streaming.api.operators.KeyContext;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Takes every market of a shard at every 1-minute boundary: gives its rows at 1, 5 and 15 minutes (side output
 * {@link #ROWS}), what it adds to totals, and what options add to their expiries ({@link #OPTIONS}). One timer per shard
 * and minute, none per market.
 *
 * <p>An observation whose boundary the watermark had passed when it arrived waits for the next boundary; there its market
 * is folded again and every row and sum that differs is published as a correction.
 */
public final class SnapshotMarkets extends KeyedBroadcastProcessFunction<Integer, Arrival, RunEvent, Contribution>
        implements CheckpointedFunction, HoldsState {

    /** The markets' rows. */
    public static final OutputTag<MarketRow> ROWS = new OutputTag<>("market-rows", new RecordType<>(MarketRow.class));

    /** The same rows where a rule looks at markets, else none. */
    public static final OutputTag<MarketRow> WATCHED_ROWS =
            new OutputTag<>("watched-market-rows", new RecordType<>(MarketRow.class));

    /** Contributions of every included option to its expiry. */
    public static final OutputTag<OptionContribution> OPTIONS =
            new OutputTag<>("options", new RecordType<>(OptionContribution.class));

    private static final long serialVersionUID = 1L;

    /** One in each key group: nobody has more than its share. */
    private static final int[] SHARDS = EvenKeys.of(EvenKeys.KEY_GROUPS);

    private static final long NO_TIMER_LEFT = Long.MAX_VALUE;

    private final SnapshotSettings settings;
    private final Set<RuleWatch.Subject> watched;

    private transient RuleWatch watch;
    private transient ListState<Long> published;
    private transient long publishedUpTo;
    private transient ListState<Long> settled;
    private transient long settledUpTo;
    private transient ListState<CountedClasses.Since> savedClasses;
    private transient CountedClasses classes;
    private transient ReadOnlyBroadcastState<Long, Long> reached;
    private transient ValueState<Progress> progresses;
    private transient Markets marketsByShard;
    private transient ListState<Late> late;
    private transient Unpacked<Group, GroupState> groupsByShard;
    private transient Counter lateObservations;

    private SnapshotMarkets(SnapshotSettings settings, Set<RuleWatch.Subject> watched) {
        this.settings = settings;
        this.watched = watched;
    }

    /**
     * Takes snapshots of what is keyed by {@link #shard}; the second stream is broadcast.
     *
     * @param watched what rules look at, whatever the topic of rules says
     */
    public static TwoInputStreamOperator<Arrival, RunEvent, Contribution> operator(
            SnapshotSettings settings, Set<RuleWatch.Subject> watched) {
        return HoldsState.operator(
                new SnapshotMarkets(settings, watched),
                List.of(RunBounds.ANSWERED, RunBounds.REACHED, RuleWatch.WATCHED));
    }

    /** The key: which shard a market belongs to. */
    public static int shard(String market) {
        return SHARDS[Math.floorMod(market.hashCode(), SHARDS.length)];
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

    /**
     * An observation that came after its boundary had passed.
     *
     * @param minute the pass that takes it in, epoch milliseconds
     */
    public record Late(long minute, Observation observation) {}

    @Override
    public void open(OpenContext context) {
        watch = new RuleWatch(watched);
        progresses = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("progress", TypeInformation.of(Progress.class)));
        marketsByShard = new Markets(getRuntimeContext());
        late = getRuntimeContext().getListState(new ListStateDescriptor<>("late", TypeInformation.of(Late.class)));
        groupsByShard = new Unpacked<>(
                getRuntimeContext(),
                "groups",
                TypeInformation.of(Group.class),
                GroupState::pack,
                (group, packed) -> GroupState.unpack(packed));
        lateObservations = getRuntimeContext().getMetricGroup().counter("lateObservations");
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        published =
                context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("published", Types.LONG));
        publishedUpTo = greatest(published);
        settled = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("settled", Types.LONG));
        settledUpTo = greatest(settled);
        savedClasses = context.getOperatorStateStore()
                .getUnionListState(
                        new ListStateDescriptor<>("counted-classes", TypeInformation.of(CountedClasses.Since.class)));
        classes = new CountedClasses(savedClasses.get(), settings.assetClasses(), publishedUpTo);
        reached = context.getOperatorStateStore().getBroadcastState(RunBounds.REACHED);
    }

    private static long greatest(ListState<Long> boundaries) throws Exception {
        long greatest = Long.MIN_VALUE;
        for (Long boundary : boundaries.get()) {
            greatest = Math.max(greatest, boundary);
        }
        return greatest;
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        published.update(List.of(publishedUpTo));
        settled.update(List.of(publishedUpTo == Long.MIN_VALUE ? settledUpTo : finalBoundary(publishedUpTo)));
        savedClasses.update(classes.saved());
    }

    @Override
    public long doneUpTo() {
        return publishedUpTo;
    }

    /** What runs to an end publishes nothing after the last accepted observation, which is not known before it came. */
    @Override
    public long passable(long watermark) throws Exception {
        return settings.bounded() ? RunBounds.passable(watermark, reached) : watermark;
    }

    /** What runs to an end holds boundaries back by what has come until then. */
    @Override
    public boolean takesTurns() {
        return !settings.bounded();
    }

    @Override
    public void write(KeyContext context) throws Exception {
        marketsByShard.write(context);
        groupsByShard.write(context);
    }

    @Override
    public void processBroadcastElement(RunEvent event, Context context, Collector<Contribution> out) throws Exception {
        if (event.rule() != null) {
            watch.learn(event.rule(), context.getBroadcastState(RuleWatch.WATCHED));
        } else {
            RunBounds.learn(event, context);
        }
    }

    @Override
    public void processElement(Arrival arrival, ReadOnlyContext context, Collector<Contribution> out) throws Exception {
        Observation observation = arrival.observation();
        long reached = Interval.floorToMinute(arrival.reached());
        Progress progress = progresses.value();
        // Before event time begins, after a restart, nothing but state tells what is published.
        long from = arrival.watermark() == Long.MIN_VALUE ? Math.max(reached, publishedUpTo) : reached;
        if (progress == null) {
            progress = startAt(from, publishedUpTo, context);
        } else if (from < progress.doneUpTo() && progress.publishedUpTo() < progress.doneUpTo()) {
            // Set by a partition that is ahead of this one, and nothing is published yet.
            progress = startAt(Math.max(from, progress.publishedUpTo()), progress.publishedUpTo(), context);
        }
        long passed = Math.max(reached, progress.doneUpTo());
        long boundary = Interval.boundaryAfter(observation.time().toEpochMilli());
        if (boundary <= settings.finalBoundary(passed)) {
            return;
        }
        if (boundary <= passed) {
            late.add(new Late(passed + Interval.MINUTE_MILLIS, observation));
            lateObservations.inc();
            return;
        }
        Held<MarketState> held = marketsByShard.of(context.getCurrentKey()).of(observation);
        MarketState market = held.get();
        market.add(observation, progress.finalUpTo());
        held.put(market);
    }

    private Progress startAt(long boundary, long publishedBefore, ReadOnlyContext context) throws Exception {
        boolean begun =
                RunBounds.hasBegun(boundary, settings.awaitedVenues(), context.getBroadcastState(RunBounds.ANSWERED));
        Progress progress = new Progress(begun ? finalBoundary(boundary) : boundary, boundary, publishedBefore);
        progresses.update(progress);
        awaitBoundary(boundary + Interval.MINUTE_MILLIS, context);
        return progress;
    }

    /**
     * The last boundary that nothing can correct any more, for a shard that begins at one. No less than before a restart:
     * behind it totals are final by what was allowed then.
     */
    private long finalBoundary(long boundary) {
        return Math.min(boundary, Math.max(settledUpTo, settings.finalBoundary(boundary)));
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Contribution> out) throws Exception {
        Progress progress = progresses.value();
        if (progress == null) {
            return;
        }
        boolean ended = context.timerService().currentWatermark() == NO_TIMER_LEFT;
        long limit = timestamp + 1;
        boolean complete = ended;
        if (ended && settings.bounded()) {
            long last = RunBounds.last(Long.MAX_VALUE, context.getBroadcastState(RunBounds.REACHED));
            // Event time can jump from its beginning to its end: still one boundary after the other, all shards
            // together.
            complete = last <= limit;
            limit = Math.min(limit, last);
        }
        Shard shard = new Shard(context, out);
        while (progress.doneUpTo() < limit) {
            long boundary = progress.doneUpTo() + Interval.MINUTE_MILLIS;
            if (RunBounds.hasBegun(boundary, settings.awaitedVenues(), context.getBroadcastState(RunBounds.ANSWERED))) {
                progress = shard.publish(progress, boundary);
            } else {
                progress = shard.skip(boundary);
            }
            publishedUpTo = Math.max(publishedUpTo, boundary);
        }
        if (complete) {
            // A shard whose first observation came late began where event time was, which may be after the end.
            long end = Math.min(progress.doneUpTo(), limit);
            progress = new Progress(progress.finalUpTo(), end, progress.publishedUpTo());
            shard.flush(progress, end + Interval.MINUTE_MILLIS);
        }
        progresses.update(progress);
        if (!complete) {
            awaitNextBoundary(timestamp + 1, context, shard);
        }
    }

    private void awaitNextBoundary(long boundary, OnTimerContext context, Shard shard) throws Exception {
        boolean quiet = shard.groups.isEmpty() && !late.get().iterator().hasNext();
        if (quiet && shard.markets.isEmpty()) {
            progresses.clear();
            return;
        }
        long next = boundary + Interval.MINUTE_MILLIS;
        if (quiet) {
            long first = shard.firstMinute();
            if (first > next) {
                long gap = first - Interval.MINUTE_MILLIS;
                progresses.update(
                        new Progress(finalBoundary(gap), gap, progresses.value().publishedUpTo()));
                next = first;
            }
        }
        awaitBoundary(next, context);
    }

    /** One millisecond before the boundary, so that everything derived from it travels with the same watermark. */
    private void awaitBoundary(long boundary, ReadOnlyContext context) {
        context.timerService().registerEventTimeTimer(boundary - 1);
    }

    /** The shard whose timer fires. */
    private final class Shard implements BoundaryPass.Output {

        private final OnTimerContext context;
        private final Collector<Contribution> out;
        private final Markets.Shard markets;
        private final Unpacked<Group, GroupState>.Values groups;
        private Set<Interval> watchedIntervals;

        Shard(OnTimerContext context, Collector<Contribution> out) {
            this.context = context;
            this.out = out;
            this.markets = marketsByShard.of(context.getCurrentKey());
            this.groups = groupsByShard.of(context.getCurrentKey());
        }

        Progress publish(Progress progress, long boundary) throws Exception {
            long finalUpTo = Math.max(progress.finalUpTo(), settings.finalBoundary(boundary));
            BoundaryPass pass = pass(progress, boundary);
            pass.correctMarkets(lateUpTo(boundary));
            pass.takeMarkets(finalUpTo);
            pass.touchGroups();
            pass.emit();
            return new Progress(finalUpTo, boundary, boundary);
        }

        /** The run has not begun: nothing is published, only the newest values are known. */
        Progress skip(long boundary) throws Exception {
            for (Map.Entry<String, Held<MarketState>> entry : markets.present()) {
                MarketState market = entry.getValue().get();
                market.skipTo(boundary);
                entry.getValue().put(market);
            }
            return new Progress(boundary, boundary, boundary);
        }

        /** Takes in what is late, with the end. */
        void flush(Progress progress, long boundary) throws Exception {
            BoundaryPass pass = pass(progress, boundary);
            pass.correctMarkets(lateUpTo(Long.MAX_VALUE));
            pass.emit();
        }

        private BoundaryPass pass(Progress progress, long boundary) throws Exception {
            watchedIntervals =
                    watch.intervals(Level.MARKET, progress.finalUpTo(), context.getBroadcastState(RuleWatch.WATCHED));
            return new BoundaryPass(progress, boundary, settings, classes, markets, groups, this);
        }

        private Map<String, List<Observation>> lateUpTo(long minute) throws Exception {
            Map<String, List<Observation>> due = new TreeMap<>();
            List<Late> later = new ArrayList<>();
            for (Late observation : late.get()) {
                if (observation.minute() <= minute) {
                    due.computeIfAbsent(observation.observation().market(), name -> new ArrayList<>())
                            .add(observation.observation());
                } else {
                    later.add(observation);
                }
            }
            if (!due.isEmpty()) {
                late.update(later);
            }
            return due;
        }

        /** The first boundary that sees a market, where all are still to come: a gap of years is no work. */
        long firstMinute() throws Exception {
            long first = Long.MAX_VALUE;
            for (Map.Entry<String, Held<MarketState>> entry : markets.present()) {
                Long its = entry.getValue().get().firstBoundary();
                if (its == null) {
                    return Long.MIN_VALUE;
                }
                first = Math.min(first, its);
            }
            return first;
        }

        @Override
        public void row(MarketRow row) {
            context.output(ROWS, row);
            if (watchedIntervals.contains(row.interval())) {
                context.output(WATCHED_ROWS, row);
            }
        }

        @Override
        public void option(OptionContribution option) {
            context.output(OPTIONS, option);
        }

        @Override
        public void contribution(Contribution contribution) {
            out.collect(contribution);
        }
    }
}
