package io.openinterest.functions.market;

import io.openinterest.functions.expiry.OptionContribution;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.run.MarketWatch;
import io.openinterest.functions.run.RunBounds;
import io.openinterest.functions.run.RunEvent;
import io.openinterest.functions.total.Contribution;
import io.openinterest.functions.total.Sums;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.wire.EvenKeys;
import io.openinterest.wire.RecordType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
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
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
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
    public static final OutputTag<MarketRow> ROWS = new OutputTag<>("market-rows", new RecordType<>(MarketRow.class));

    /** The same rows where a rule looks at markets, else none. */
    public static final OutputTag<MarketRow> WATCHED_ROWS =
            new OutputTag<>("watched-market-rows", new RecordType<>(MarketRow.class));

    /** What every included option adds to its expiry. */
    public static final OutputTag<OptionContribution> OPTIONS =
            new OutputTag<>("options", new RecordType<>(OptionContribution.class));

    private static final long serialVersionUID = 1L;

    /** A few dozen, so that every subtask has as many at any sensible parallelism. */
    private static final int[] SHARDS = EvenKeys.of(64);

    private static final long NO_TIMER_LEFT = Long.MAX_VALUE;
    private static final TypeInformation<byte[]> PACKED = PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;

    private final SnapshotSettings settings;
    private final boolean watched;

    private transient ListState<Long> published;
    private transient long publishedUpTo;
    private transient ValueState<Progress> progresses;
    private transient MapState<String, byte[]> markets;
    private transient ListState<Late> late;
    private transient MapState<Group, byte[]> groups;
    private transient Counter lateObservations;

    /**
     * Takes snapshots.
     *
     * @param watched true if a rule looks at markets whatever the topic of rules says
     */
    public SnapshotMarkets(SnapshotSettings settings, boolean watched) {
        this.settings = settings;
        this.watched = watched;
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
        progresses = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("progress", TypeInformation.of(Progress.class)));
        markets = getRuntimeContext().getMapState(new MapStateDescriptor<>("markets", Types.STRING, PACKED));
        late = getRuntimeContext().getListState(new ListStateDescriptor<>("late", TypeInformation.of(Late.class)));
        groups = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>("groups", TypeInformation.of(Group.class), PACKED));
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
        if (event.rule() != null) {
            MarketWatch.learn(event.rule(), context.getBroadcastState(MarketWatch.WATCHED));
        } else {
            RunBounds.learn(event, context);
        }
    }

    @Override
    public void processElement(Arrival arrival, ReadOnlyContext context, Collector<Contribution> out) throws Exception {
        Observation observation = arrival.observation();
        long reached = Interval.floorToMinute(arrival.reached());
        Progress progress = progresses.value();
        if (progress == null) {
            // Before event time begins, after a restart, nothing but state tells what is published.
            boolean begun = arrival.watermark() != Long.MIN_VALUE;
            progress = startAt(begun ? reached : Math.max(reached, publishedUpTo), publishedUpTo, context);
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
            late.add(new Late(passed + Interval.MINUTE_MILLIS, observation));
            lateObservations.inc();
            return;
        }
        MarketState market = MarketState.unpack(markets.get(observation.market()));
        market.add(observation, progress.finalUpTo());
        markets.put(observation.market(), market.pack());
    }

    private Progress startAt(long boundary, long publishedBefore, ReadOnlyContext context) throws Exception {
        boolean begun =
                RunBounds.hasBegun(boundary, settings.awaitedVenues(), context.getBroadcastState(RunBounds.ANSWERED));
        Progress progress =
                new Progress(begun ? settings.finalBoundary(boundary) : boundary, boundary, publishedBefore);
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
        long limit = timestamp + 1;
        boolean complete = ended;
        if (settings.bounded()) {
            long passed = ended
                    ? Long.MAX_VALUE
                    : Interval.floorToMinute(context.timerService().currentWatermark() + 1);
            long last = RunBounds.last(passed, context.getBroadcastState(RunBounds.REACHED));
            // Event time can jump from its beginning to its end: still one boundary after the other, all shards
            // together.
            complete = ended && last <= limit;
            limit = Math.min(limit, last);
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
        if (complete) {
            // A shard whose first observation came late began where event time was, which may be after the end.
            long end = Math.min(progress.doneUpTo(), limit);
            progress = new Progress(progress.finalUpTo(), end, progress.publishedUpTo());
            BoundaryPass flush = new BoundaryPass(progress, end + Interval.MINUTE_MILLIS, context);
            flush.correctMarkets(Long.MAX_VALUE);
            flush.emit(progress.finalUpTo(), out);
        }
        progresses.update(progress);
        if (!complete) {
            awaitNextBoundary(timestamp + 1, context);
        }
    }

    private void awaitNextBoundary(long boundary, OnTimerContext context) throws Exception {
        boolean quiet = groups.isEmpty() && !late.get().iterator().hasNext();
        if (quiet && markets.isEmpty()) {
            progresses.clear();
            return;
        }
        long next = boundary + Interval.MINUTE_MILLIS;
        if (quiet) {
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
        for (byte[] market : markets.values()) {
            Long its = MarketState.unpack(market).firstBoundary();
            if (its == null) {
                return Long.MIN_VALUE;
            }
            first = Math.min(first, its);
        }
        return first;
    }

    /** One millisecond before the boundary, so that everything derived from it travels with the same watermark. */
    private void awaitBoundary(long boundary, ReadOnlyContext context) {
        context.timerService().registerEventTimeTimer(boundary - 1);
    }

    private Progress publish(Progress progress, long boundary, OnTimerContext context, Collector<Contribution> out)
            throws Exception {
        long finalUpTo = Math.max(progress.finalUpTo(), settings.finalBoundary(boundary));
        BoundaryPass pass = new BoundaryPass(progress, boundary, context);
        pass.correctMarkets(boundary);
        pass.takeMarkets(finalUpTo);
        pass.touchGroups();
        pass.emit(finalUpTo, out);
        return new Progress(finalUpTo, boundary, boundary);
    }

    /** The run has not begun: nothing is published, only the newest values are known. */
    private Progress skip(long boundary) throws Exception {
        for (Map.Entry<String, byte[]> entry : markets.entries()) {
            MarketState market = MarketState.unpack(entry.getValue());
            market.skipTo(boundary);
            entry.setValue(market.pack());
        }
        return new Progress(boundary, boundary, boundary);
    }

    /** What is gathered while the shard passes one boundary. */
    private final class BoundaryPass {

        private final Progress progress;
        private final long boundary;
        private final Pass inOrder;
        private final Pass correcting;
        private final OnTimerContext context;
        private final boolean isWatched;
        private final TreeMap<Long, Map<Group, Sums>> sums = new TreeMap<>();

        BoundaryPass(Progress progress, long boundary, OnTimerContext context) throws Exception {
            this.progress = progress;
            this.boundary = boundary;
            this.inOrder = Pass.inOrder(boundary);
            this.correcting = Pass.correcting(boundary);
            this.context = context;
            this.isWatched =
                    watched || MarketWatch.isOn(progress.finalUpTo(), context.getBroadcastState(MarketWatch.WATCHED));
        }

        private void publish(MarketRow row) {
            context.output(ROWS, row);
            if (isWatched) {
                context.output(WATCHED_ROWS, row);
            }
        }

        /** Folds every market anew that got observations for boundaries already published. */
        void correctMarkets(long until) throws Exception {
            Map<String, List<Observation>> byMarket = new TreeMap<>();
            List<Late> later = new ArrayList<>();
            for (Late observation : late.get()) {
                if (observation.minute() <= until) {
                    byMarket.computeIfAbsent(observation.observation().market(), name -> new ArrayList<>())
                            .add(observation.observation());
                } else {
                    later.add(observation);
                }
            }
            if (byMarket.isEmpty()) {
                return;
            }
            late.update(later);
            for (Map.Entry<String, List<Observation>> entry : byMarket.entrySet()) {
                MarketState market = MarketState.unpack(markets.get(entry.getKey()));
                market.correct(
                        entry.getValue(),
                        progress.finalUpTo(),
                        progress.doneUpTo(),
                        settings,
                        (before, now) -> correct(market, before, now));
                markets.put(entry.getKey(), market.pack());
            }
        }

        private void correct(MarketState market, MarketStep before, MarketStep now) {
            contribute(before, Sums::subtract);
            contribute(now, Sums::add);
            correctOption(option(before, correcting), option(now, correcting));
            Map<Interval, MarketRow> rowsBefore = rows(before, correcting);
            Map<Interval, MarketRow> rowsNow = rows(now, correcting);
            for (Interval interval : Interval.values()) {
                market.revisions().publish(rowsBefore.get(interval), rowsNow.get(interval), this::publish);
            }
        }

        /** Steps every market to the boundary. */
        void takeMarkets(long finalUpTo) throws Exception {
            for (Iterator<Map.Entry<String, byte[]>> entries = markets.iterator(); entries.hasNext(); ) {
                Map.Entry<String, byte[]> entry = entries.next();
                MarketState market = MarketState.unpack(entry.getValue());
                MarketStep step = market.step(boundary, settings);
                contribute(step, Sums::add);
                correctOption(null, option(step, inOrder));
                rows(step, inOrder).values().forEach(this::publish);
                market.advance(progress.finalUpTo(), finalUpTo, settings);
                if (market.isForgotten()) {
                    entries.remove();
                } else {
                    entry.setValue(market.pack());
                }
            }
        }

        /** Groups that had markets a while ago still owe their totals a 5- or 15-minute record. */
        void touchGroups() throws Exception {
            for (Iterator<Map.Entry<Group, byte[]>> entries = groups.iterator(); entries.hasNext(); ) {
                Map.Entry<Group, byte[]> entry = entries.next();
                GroupState group = GroupState.unpack(entry.getValue());
                group.forgetUpTo(progress.finalUpTo());
                if (group.isForgotten(boundary)) {
                    entries.remove();
                    continue;
                }
                if (group.isOwed(boundary) && Interval.FIVE_MINUTES.isBoundary(boundary)) {
                    at(boundary).computeIfAbsent(entry.getKey(), key -> new Sums());
                }
                entry.setValue(group.pack());
            }
        }

        private Map<Interval, MarketRow> rows(MarketStep step, Pass pass) {
            Map<Interval, MarketRow> rows = new EnumMap<>(Interval.class);
            for (Interval interval : Interval.values()) {
                if (step.after().isIncluded() && interval.isBoundary(step.boundary())) {
                    rows.put(interval, step.row(interval, settings, pass));
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

        void emit(long finalUpTo, Collector<Contribution> out) throws Exception {
            Map<Group, GroupState> states = new HashMap<>();
            for (Map.Entry<Long, Map<Group, Sums>> groupsAt : sums.entrySet()) {
                long at = groupsAt.getKey();
                boolean correction = at < boundary;
                for (Map.Entry<Group, Sums> entry : groupsAt.getValue().entrySet()) {
                    Group group = entry.getKey();
                    Sums more = entry.getValue();
                    GroupState state = states.get(group);
                    if (state == null) {
                        state = GroupState.unpack(groups.get(group));
                        states.put(group, state);
                    }
                    more.ages = state.change(at, more.ages);
                    if (!more.isNothing()) {
                        state.touch(boundary);
                    } else if (correction) {
                        continue;
                    }
                    out.collect(Contribution.of(
                            group.exchange(),
                            group.asset(),
                            group.quote(),
                            at,
                            correction ? correcting : inOrder,
                            more));
                }
            }
            for (Map.Entry<Group, GroupState> entry : states.entrySet()) {
                entry.getValue().forgetUpTo(finalUpTo);
                groups.put(entry.getKey(), entry.getValue().pack());
            }
        }
    }
}
