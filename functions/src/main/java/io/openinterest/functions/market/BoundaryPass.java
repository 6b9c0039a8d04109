package io.openinterest.functions.market;

import io.openinterest.functions.expiry.OptionContribution;
import io.openinterest.functions.market.SnapshotMarkets.Group;
import io.openinterest.functions.market.SnapshotMarkets.Progress;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.run.Unpacked;
import io.openinterest.functions.run.Unpacked.Held;
import io.openinterest.functions.total.Contribution;
import io.openinterest.functions.total.Contribution.Destination;
import io.openinterest.functions.total.Sums;
import io.openinterest.observation.Observation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The passing of one boundary by the markets of a shard, and all that it brings. */
final class BoundaryPass {

    private final Progress progress;
    private final long boundary;
    private final SnapshotSettings settings;
    private final CountedClasses classes;
    private final Markets.Shard markets;
    private final Unpacked<Group, GroupState>.Values groups;
    private final Output out;
    private final Pass inOrder;
    private final Pass correcting;
    private final TreeMap<Long, Map<Group, Sums>> sums = new TreeMap<>();

    /** Takes what a pass brings. */
    interface Output {
        void row(MarketRow row);

        void option(OptionContribution option);

        void contribution(Contribution contribution);
    }

    /**
     * Passes a boundary.
     *
     * @param progress where the shard stands before
     * @param boundary epoch milliseconds
     */
    BoundaryPass(
            Progress progress,
            long boundary,
            SnapshotSettings settings,
            CountedClasses classes,
            Markets.Shard markets,
            Unpacked<Group, GroupState>.Values groups,
            Output out) {
        this.progress = progress;
        this.boundary = boundary;
        this.settings = settings;
        this.classes = classes;
        this.markets = markets;
        this.groups = groups;
        this.out = out;
        this.inOrder = Pass.inOrder(boundary);
        this.correcting = Pass.correcting(boundary);
    }

    /** Folds every market anew that got observations for boundaries already published. */
    void correctMarkets(Map<String, List<Observation>> late) throws Exception {
        for (Map.Entry<String, List<Observation>> entry : late.entrySet()) {
            Held<MarketState> held = markets.of(entry.getValue().get(0));
            MarketState market = held.get();
            market.correct(
                    entry.getValue(),
                    progress.finalUpTo(),
                    progress.doneUpTo(),
                    settings,
                    (before, now) -> correct(market, before, now));
            held.put(market);
        }
    }

    private void correct(MarketState market, MarketStep before, MarketStep now) {
        contribute(before, -1);
        contribute(now, 1);
        correctOption(option(before, correcting), option(now, correcting));
        for (Interval interval : Interval.values()) {
            market.revisions().publish(row(before, interval, correcting), row(now, interval, correcting), out::row);
        }
    }

    /** Steps every market to the boundary. */
    void takeMarkets(long finalUpTo) throws Exception {
        for (Map.Entry<String, Held<MarketState>> entry : markets.present()) {
            Held<MarketState> held = entry.getValue();
            MarketState market = held.get();
            MarketStep step = market.step(boundary, settings);
            contribute(step, 1);
            correctOption(null, option(step, inOrder));
            for (Interval interval : Interval.values()) {
                MarketRow row = row(step, interval, inOrder);
                if (row != null) {
                    out.row(row);
                }
            }
            market.advance(progress.finalUpTo(), finalUpTo, settings);
            if (market.isForgotten()) {
                markets.remove(entry.getKey());
            } else {
                held.put(market);
            }
        }
    }

    /** Groups that had markets a while ago still owe their totals a 5- or 15-minute record. */
    void touchGroups() throws Exception {
        if (Interval.FIVE_MINUTES.isBoundary(boundary)) {
            // what a correction finds in the minutes just past is owed with this boundary
            Map<Group, Sums> owedHere = at(boundary);
            for (Map<Group, Sums> corrected : sums.headMap(boundary).values()) {
                corrected.keySet().forEach(group -> owedHere.computeIfAbsent(group, owed -> new Sums()));
            }
        }
        for (Map.Entry<Group, Held<GroupState>> entry : groups.present()) {
            Held<GroupState> held = entry.getValue();
            GroupState group = held.get();
            group.forgetUpTo(progress.finalUpTo());
            if (group.isForgotten(boundary)) {
                held.remove();
                continue;
            }
            if (group.isOwed(boundary) && Interval.FIVE_MINUTES.isBoundary(boundary)) {
                at(boundary).computeIfAbsent(entry.getKey(), owed -> new Sums());
            }
            held.put(group);
        }
    }

    /** Sends what the groups add to their totals. */
    void emit() throws Exception {
        for (Map.Entry<Long, Map<Group, Sums>> groupsAt : sums.entrySet()) {
            long at = groupsAt.getKey();
            boolean correction = at < boundary;
            for (Map.Entry<Group, Sums> entry : groupsAt.getValue().entrySet()) {
                Group group = entry.getKey();
                Sums more = entry.getValue();
                Held<GroupState> held = groups.at(group);
                GroupState state = held.get() == null ? new GroupState() : held.get();
                more.ages = state.change(at, more.ages);
                boolean isNothing = more.isNothing();
                if (!isNothing) {
                    state.touch(boundary);
                }
                held.put(state);
                if (!isNothing || !correction) {
                    Destination to = new Destination(
                            correction ? correcting : inOrder, at, group.exchange(), group.asset(), group.quote());
                    out.contribution(new Contribution(to, more));
                }
            }
        }
    }

    private MarketRow row(MarketStep step, Interval interval, Pass pass) {
        return interval.isBoundary(step.boundary()) ? step.row(interval, settings, pass) : null;
    }

    private void contribute(MarketStep step, int sign) {
        long at = step.boundary();
        MarketStanding before = step.before();
        MarketStanding after = step.after();
        Observation market = after.value() != null ? after.value() : before.value();
        if (market == null || !before.isPresent() && !after.isPresent()) {
            return;
        }
        boolean counted = before.isPresent() && counts(before.value(), at - Interval.MINUTE_MILLIS);
        boolean counts = counts(market, at);
        boolean moved = step.moved() || before.isPresent() && counted != counts;
        if (moved && counted) {
            step.addLeftBehindTo(group(at, before.value()), sign, counts);
        }
        if (counts) {
            step.addTo(group(at, market), sign, moved);
        }
    }

    private void correctOption(OptionContribution before, OptionContribution now) {
        if (Objects.equals(before, now)) {
            return;
        }
        if (before != null) {
            out.option(before.negate());
        }
        if (now != null) {
            out.option(now);
        }
    }

    private OptionContribution option(MarketStep step, Pass pass) {
        return step.after().isIncluded() && counts(step.after().value(), step.boundary()) ? step.option(pass) : null;
    }

    private boolean counts(Observation market, long at) {
        return classes.contain(market.assetClass(), at);
    }

    private Sums group(long at, Observation market) {
        return at(at).computeIfAbsent(Group.of(market), group -> new Sums());
    }

    private Map<Group, Sums> at(long at) {
        return sums.computeIfAbsent(at, key -> new HashMap<>());
    }
}
