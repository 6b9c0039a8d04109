package io.openinterest.functions.total;

import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.TotalRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeHint;
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

    private transient MapState<Long, List<Contribution>> pending;
    private transient MapState<Entity, TotalState> entities;

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
        pending = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>(
                        "pending", Types.LONG, TypeInformation.of(new TypeHint<List<Contribution>>() {})));
        entities = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>(
                        "entities", TypeInformation.of(Entity.class), TypeInformation.of(TotalState.class)));
    }

    @Override
    public void processElement(Contribution contribution, Context context, Collector<TotalRow> out) throws Exception {
        // A boundary held back until the run was known to reach it is published later than its own time: then only the
        // watermark after its contributions tells that all of them are here.
        long step = Math.max(contribution.step(), context.timestamp() + 1);
        List<Contribution> waiting = pending.get(step);
        waiting = waiting == null ? new ArrayList<>() : waiting;
        waiting.add(contribution);
        pending.put(step, waiting);
        context.timerService().registerEventTimeTimer(step - 1);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<TotalRow> out) throws Exception {
        long step = timestamp + 1;
        List<Contribution> contributions = pending.get(step);
        if (contributions == null) {
            forget(step);
            return;
        }
        pending.remove(step);
        for (Map.Entry<Entity, TreeMap<Long, Sums>> entry :
                byEntity(contributions).entrySet()) {
            Entity entity = entry.getKey();
            TotalState state = entities.get(entity);
            if (state == null) {
                state = new TotalState(step - Interval.MINUTE_MILLIS, corrections);
            }
            correct(entity, state, entry.getValue().headMap(step), step, context, out);
            if (entry.getValue().containsKey(step)) {
                state.add(step, entry.getValue().get(step));
                while (state.lastBoundary < step) {
                    publish(entity, state.step(), out);
                }
                passOn(entity, step, step, state.at(step), null, context);
            }
            state.advance(corrections.finalBoundary(state.lastBoundary));
            entities.put(entity, state);
            if (!state.latest.present()) {
                context.timerService().registerEventTimeTimer(state.forgottenAt() - 1);
            }
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

    private void publish(Entity entity, TotalStep step, Collector<TotalRow> out) {
        for (Interval interval : Interval.values()) {
            TotalRow row = row(entity, step, interval);
            if (row != null) {
                out.collect(row);
            }
        }
    }

    private TotalRow row(Entity entity, TotalStep step, Interval interval) {
        return interval.isBoundary(step.boundary()) ? step.row(interval, entity, corrections) : null;
    }

    private void correct(
            Entity entity,
            TotalState state,
            Map<Long, Sums> corrections,
            long step,
            OnTimerContext context,
            Collector<TotalRow> out)
            throws Exception {
        if (corrections.isEmpty()) {
            return;
        }
        List<TotalRow> before = rows(entity, state);
        for (Map.Entry<Long, Sums> correction : corrections.entrySet()) {
            long boundary = correction.getKey();
            Sums old = new Sums();
            old.add(state.at(boundary));
            state.add(boundary, correction.getValue());
            passOn(entity, boundary, step, state.at(boundary), old, context);
        }
        List<TotalRow> now = rows(entity, state);
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
    private List<TotalRow> rows(Entity entity, TotalState state) {
        List<TotalRow> rows = new ArrayList<>();
        state.replay(step -> {
            for (Interval interval : Interval.values()) {
                rows.add(row(entity, step, interval));
            }
        });
        return rows;
    }

    /** Exchange-assets go on to their exchange, exchanges to the whole; a correction as the difference. */
    private void passOn(Entity entity, long boundary, long step, Sums now, Sums before, OnTimerContext context) {
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
        context.output(CONTRIBUTIONS, new Contribution(entity.exchange(), entity.asset(), null, boundary, step, sums));
    }

    private void forget(long step) throws Exception {
        List<Entity> forgotten = new ArrayList<>();
        for (Map.Entry<Entity, TotalState> entry : entities.entries()) {
            if (!entry.getValue().latest.present() && entry.getValue().forgottenAt() <= step) {
                forgotten.add(entry.getKey());
            }
        }
        for (Entity entity : forgotten) {
            entities.remove(entity);
        }
    }
}
