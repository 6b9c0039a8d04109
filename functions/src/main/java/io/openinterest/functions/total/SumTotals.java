package io.openinterest.functions.total;

import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.functions.run.Pending;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Adds contributions up to totals and gives their rows at 1, 5 and 15 minutes. Three of them make a tree: by asset (asset,
 * exchange-asset and pair totals, all in one key), by exchange, and the whole. Each passes what it has on to the next
 * (side output {@link #CONTRIBUTIONS}), so a market's figures cross the network once and only small sums go further.
 *
 * <p>A contribution to a boundary already published is a correction: the entity is folded again and every row that
 * differs is published once more.
 */
public final class SumTotals extends KeyedProcessFunction<String, Contribution, TotalRow> {

    /** What the next {@code SumTotals} adds up. */
    public static final OutputTag<Contribution> CONTRIBUTIONS =
            new OutputTag<>("contributions", TypeInformation.of(Contribution.class));

    private static final long serialVersionUID = 1L;

    private final Scope scope;
    private final CorrectionWindow corrections;

    private transient Pending<Contribution> pending;
    private transient MapState<Entity, TotalState> entities;
    private transient ValueState<Long> forgetting;

    /** Which totals are added up, and what a contribution is keyed by. */
    public enum Scope {
        /** Assets, exchange-assets and pairs, keyed by asset. */
        ASSETS,
        /** Exchanges, keyed by exchange. */
        EXCHANGES,
        /** The whole market, under one key. */
        WHOLE;

        /** The key of a contribution. */
        public String key(Contribution contribution) {
            return switch (this) {
                case ASSETS -> contribution.asset();
                case EXCHANGES -> contribution.exchange();
                case WHOLE -> Entity.TOTAL.id();
            };
        }
    }

    /** Adds up the totals of a scope. */
    public SumTotals(Scope scope, CorrectionWindow corrections) {
        this.scope = scope;
        this.corrections = corrections;
    }

    @Override
    public void open(OpenContext context) {
        pending = Pending.of(getRuntimeContext(), "pending", Contribution.class, Contribution::pass);
        entities = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>(
                        "entities", TypeInformation.of(Entity.class), TypeInformation.of(TotalState.class)));
        forgetting = getRuntimeContext().getState(new ValueStateDescriptor<>("forgetting", Types.LONG));
    }

    @Override
    public void processElement(Contribution contribution, Context context, Collector<TotalRow> out) throws Exception {
        pending.add(contribution, context.timestamp(), context.timerService());
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<TotalRow> out) throws Exception {
        for (Map.Entry<Long, List<Contribution>> pass : pending.take(timestamp).entrySet()) {
            for (Map.Entry<Entity, TreeMap<Long, Sums>> entry :
                    byEntity(pass.getValue()).entrySet()) {
                take(entry.getKey(), entry.getValue(), pass.getKey(), context, out);
            }
        }
        if (forgetting.value() != null && forgetting.value() <= timestamp + 1) {
            forgetting.clear();
            forget(timestamp + 1, context);
        }
    }

    /** What one pass adds to an entity: corrections of boundaries already summed, then the boundary of the pass itself. */
    private void take(
            Entity entity, TreeMap<Long, Sums> sums, long minute, OnTimerContext context, Collector<TotalRow> out)
            throws Exception {
        TotalState state = entities.get(entity);
        if (state == null) {
            state = new TotalState(minute - Interval.MINUTE_MILLIS, corrections);
        }
        state.catchUp(minute - Interval.MINUTE_MILLIS, corrections);
        correct(entity, state, sums.headMap(state.lastBoundary, true), Pass.correcting(minute), context, out);
        if (state.lastBoundary < minute && sums.containsKey(minute)) {
            state.add(minute, sums.get(minute));
            publish(entity, state.step(), Pass.inOrder(minute), out);
            passOn(entity, minute, Pass.inOrder(minute), state.at(minute), null, context);
        }
        state.advance(corrections.finalBoundary(state.lastBoundary));
        entities.put(entity, state);
        if (!state.latest.present()) {
            forgetAt(state.forgottenAt(), context);
        }
    }

    private Map<Entity, TreeMap<Long, Sums>> byEntity(List<Contribution> contributions) {
        Map<Entity, TreeMap<Long, Sums>> sums = new HashMap<>();
        for (Contribution c : contributions) {
            switch (scope) {
                case ASSETS -> {
                    Sums ofExchange = c.sums().asChild(c.exchange());
                    add(sums, Entity.exchangeAsset(c.exchange(), c.asset()), c.boundary(), c.sums());
                    add(sums, Entity.asset(c.asset()), c.boundary(), ofExchange);
                    add(sums, Entity.pair(c.asset(), c.quote()), c.boundary(), ofExchange);
                }
                case EXCHANGES -> add(sums, Entity.exchange(c.exchange()), c.boundary(), c.sums());
                case WHOLE -> add(sums, Entity.TOTAL, c.boundary(), c.sums());
            }
        }
        return sums;
    }

    private static void add(Map<Entity, TreeMap<Long, Sums>> sums, Entity entity, long boundary, Sums more) {
        sums.computeIfAbsent(entity, key -> new TreeMap<>())
                .computeIfAbsent(boundary, key -> new Sums())
                .add(more);
    }

    private void publish(Entity entity, TotalStep step, Pass pass, Collector<TotalRow> out) {
        for (Interval interval : Interval.values()) {
            TotalRow row = row(entity, step, interval, pass);
            if (row != null) {
                out.collect(row);
            }
        }
    }

    private TotalRow row(Entity entity, TotalStep step, Interval interval, Pass pass) {
        return interval.isBoundary(step.boundary()) ? step.row(interval, entity, corrections, pass) : null;
    }

    private void correct(
            Entity entity,
            TotalState state,
            Map<Long, Sums> corrections,
            Pass pass,
            OnTimerContext context,
            Collector<TotalRow> out)
            throws Exception {
        if (corrections.isEmpty()) {
            return;
        }
        List<TotalRow> before = rows(entity, state, pass);
        for (Map.Entry<Long, Sums> correction : corrections.entrySet()) {
            long boundary = correction.getKey();
            Sums old = new Sums();
            old.add(state.at(boundary));
            state.add(boundary, correction.getValue());
            passOn(entity, boundary, pass, state.at(boundary), old, context);
        }
        List<TotalRow> now = rows(entity, state, pass);
        for (int i = 0; i < now.size(); i++) {
            TotalRow old = before.get(i);
            TotalRow row = now.get(i);
            if (!Objects.equals(old, row)) {
                TotalRow known = row == null ? old : row;
                int revision = state.publications.nextRevision(
                        known.interval(), known.time().toEpochMilli(), old != null);
                out.collect(row == null ? old.withdrawn(revision) : row.withRevision(revision));
            }
        }
    }

    /** The rows of every boundary since the base, null where there is none. */
    private List<TotalRow> rows(Entity entity, TotalState state, Pass pass) {
        List<TotalRow> rows = new ArrayList<>();
        state.replay(step -> {
            for (Interval interval : Interval.values()) {
                rows.add(row(entity, step, interval, pass));
            }
        });
        return rows;
    }

    /** Exchange-assets go on to their exchange, exchanges to the whole; a correction as the difference. */
    private void passOn(Entity entity, long boundary, Pass pass, Sums now, Sums before, OnTimerContext context) {
        String child = switch (entity.level()) {
            case EXCHANGE_ASSET -> entity.asset();
            case EXCHANGE -> entity.exchange();
            default -> null;
        };
        if (child == null) {
            return;
        }
        Sums sums = now.withGreatestAgeOnly().asChild(child);
        if (before != null) {
            sums.subtract(before.withGreatestAgeOnly().asChild(child));
            if (sums.isNothing()) {
                return;
            }
        }
        context.output(CONTRIBUTIONS, new Contribution(entity.exchange(), entity.asset(), null, boundary, pass, sums));
    }

    /** Removes the entities that ended a day ago, under a key that lives on too. */
    private void forget(long now, OnTimerContext context) throws Exception {
        List<Entity> forgotten = new ArrayList<>();
        for (Map.Entry<Entity, TotalState> entry : entities.entries()) {
            TotalState state = entry.getValue();
            if (!state.latest.present() && state.forgottenAt() <= now) {
                forgotten.add(entry.getKey());
            } else if (!state.latest.present()) {
                forgetAt(state.forgottenAt(), context);
            }
        }
        for (Entity entity : forgotten) {
            entities.remove(entity);
        }
    }

    private void forgetAt(long time, OnTimerContext context) throws Exception {
        if (forgetting.value() == null || time < forgetting.value()) {
            forgetting.update(time);
            context.timerService().registerEventTimeTimer(time - 1);
        }
    }
}
