package io.openinterest.functions.total;

import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.Entity;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.functions.run.HoldsState;
import io.openinterest.functions.run.Pending;
import io.openinterest.functions.run.Unpacked;
import io.openinterest.functions.run.Unpacked.Held;
import io.openinterest.functions.total.Contribution.Destination;
import io.openinterest.wire.RecordType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyContext;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Adds contributions up to totals and gives their rows at 1, 5 and 15 minutes. Three of them make a tree: by asset (asset,
 * exchange-asset and pair totals, all in one key), by exchange, and the whole. Each passes what it has on to the next
 * (side output {@link #CONTRIBUTIONS}), so a market's figures cross the network once and only small sums go further.
 *
 * <p>A contribution to a boundary already published is a correction, whatever it was sent as: the entity is folded again
 * and every row that differs is published once more.
 */
public final class SumTotals extends KeyedProcessFunction<String, Contribution, TotalRow> implements HoldsState {

    /** Sums for the next {@code SumTotals} to add up. */
    public static final OutputTag<Contribution> CONTRIBUTIONS =
            new OutputTag<>("contributions", new RecordType<>(Contribution.class));

    private static final long serialVersionUID = 1L;

    private final Scope scope;
    private final CorrectionWindow window;

    private transient Pending<Contribution> pending;
    private transient Unpacked<Entity, TotalState> entitiesByKey;
    private transient Unpacked<EntityMinute, Sums> minutesByKey;
    private transient ValueState<Long> forgetting;

    /** A scope of totals that are added up, and the key of contributions to them. */
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
                case ASSETS -> contribution.to().asset();
                case EXCHANGES -> contribution.to().exchange();
                case WHOLE -> Entity.TOTAL.id();
            };
        }
    }

    /**
     * Key of the sums of one boundary.
     *
     * @param entity its {@link Entity#key}
     * @param boundary epoch milliseconds
     */
    public record EntityMinute(String entity, long boundary) {}

    private SumTotals(Scope scope, CorrectionWindow window) {
        this.scope = scope;
        this.window = window;
    }

    /** Adds up the totals of a scope, of what is keyed by it. */
    public static OneInputStreamOperator<Contribution, TotalRow> operator(Scope scope, CorrectionWindow window) {
        return HoldsState.operator(new SumTotals(scope, window));
    }

    @Override
    public void open(OpenContext context) {
        pending = Pending.of(
                getRuntimeContext(),
                "pending",
                Contribution.class,
                contribution -> contribution.to().pass());
        entitiesByKey = new Unpacked<>(
                getRuntimeContext(),
                "entities",
                TypeInformation.of(Entity.class),
                TotalState::pack,
                TotalState::unpack);
        minutesByKey = new Unpacked<>(
                getRuntimeContext(),
                "minutes",
                TypeInformation.of(EntityMinute.class),
                Sums::packed,
                (minute, packed) -> Sums.unpack(new DataInputDeserializer(packed)));
        forgetting = getRuntimeContext().getState(new ValueStateDescriptor<>("forgetting", Types.LONG));
    }

    @Override
    public void write(KeyContext context) throws Exception {
        entitiesByKey.write(context);
        minutesByKey.write(context);
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
                new EntityPass(entry.getKey(), pass.getKey(), context, out).take(entry.getValue());
            }
        }
        if (forgetting.value() != null && forgetting.value() <= timestamp + 1) {
            forgetting.clear();
            forget(timestamp + 1, context);
        }
    }

    private Map<Entity, TreeMap<Long, Sums>> byEntity(List<Contribution> contributions) {
        Map<Entity, TreeMap<Long, Sums>> sums = new HashMap<>();
        for (Contribution c : contributions) {
            Destination to = c.to();
            switch (scope) {
                case ASSETS -> {
                    at(sums, Entity.asset(to.asset()), to).addAsChild(to.exchange(), c.sums());
                    at(sums, Entity.pair(to.asset(), to.quote()), to).addAsChild(to.exchange(), c.sums());
                    at(sums, Entity.exchangeAsset(to.exchange(), to.asset()), to)
                            .add(c.sums());
                }
                case EXCHANGES -> at(sums, Entity.exchange(to.exchange()), to).add(c.sums());
                case WHOLE -> at(sums, Entity.TOTAL, to).add(c.sums());
            }
        }
        return sums;
    }

    private static Sums at(Map<Entity, TreeMap<Long, Sums>> sums, Entity entity, Destination to) {
        return sums.computeIfAbsent(entity, key -> new TreeMap<>())
                .computeIfAbsent(to.boundary(), boundary -> new Sums());
    }

    /** Removes the entities that ended a day ago, under a key that lives on too. */
    private void forget(long now, OnTimerContext context) throws Exception {
        for (Map.Entry<Entity, Held<TotalState>> entry :
                entitiesByKey.of(context.getCurrentKey()).present()) {
            TotalState state = entry.getValue().get();
            if (state.isOver() && state.forgottenAt(window) <= now) {
                state.clear(new SavedMinutes(entry.getKey(), context));
                entry.getValue().remove();
            } else if (state.isOver()) {
                forgetAt(state.forgottenAt(window), context);
            }
        }
    }

    private void forgetAt(long time, OnTimerContext context) throws Exception {
        if (forgetting.value() == null || time < forgetting.value()) {
            forgetting.update(time);
            context.timerService().registerEventTimeTimer(time - 1);
        }
    }

    /** The work of a pass for one entity: corrections of boundaries already summed, then the boundary of the pass. */
    private final class EntityPass implements TotalState.Corrections {

        private final Entity entity;
        private final long minute;
        private final OnTimerContext context;
        private final Collector<TotalRow> out;
        private final Held<TotalState> held;
        private final TotalState state;

        EntityPass(Entity entity, long minute, OnTimerContext context, Collector<TotalRow> out) throws Exception {
            this.entity = entity;
            this.minute = minute;
            this.context = context;
            this.out = out;
            this.held = entitiesByKey.of(context.getCurrentKey()).at(entity);
            TotalState known = held.get();
            this.state = known == null ? TotalState.first(entity, minute - Interval.MINUTE_MILLIS, window) : known;
        }

        void take(TreeMap<Long, Sums> sums) throws Exception {
            SavedMinutes saved = new SavedMinutes(entity, context);
            state.catchUp(minute - Interval.MINUTE_MILLIS, window, saved);
            state.correct(sums.headMap(state.doneUpTo(), true), saved, this);
            Sums now = sums.get(minute);
            if (state.doneUpTo() < minute && now != null) {
                saved.put(minute, now);
                TotalStep step = state.step(now);
                for (Interval interval : Interval.values()) {
                    TotalRow row = row(step, interval, Pass.inOrder(minute));
                    if (row != null) {
                        out.collect(row);
                    }
                }
                if (child() != null) {
                    passOn(minute, Pass.inOrder(minute), now.asOneChild(child()));
                }
            }
            state.advance(window.finalBoundary(state.doneUpTo()), saved);
            held.put(state);
            if (state.isOver()) {
                forgetAt(state.forgottenAt(window), context);
            }
        }

        @Override
        public void corrected(long boundary, Sums before, Sums now) {
            if (child() == null) {
                return;
            }
            Sums difference = now.asOneChild(child());
            difference.subtract(before.asOneChild(child()));
            if (!difference.isNothing()) {
                passOn(boundary, Pass.correcting(minute), difference);
            }
        }

        @Override
        public void differs(TotalStep before, TotalStep now) {
            Pass pass = Pass.correcting(minute);
            for (Interval interval : Interval.values()) {
                state.revisions().publish(row(before, interval, pass), row(now, interval, pass), out::collect);
            }
        }

        private TotalRow row(TotalStep step, Interval interval, Pass pass) {
            return interval.isBoundary(step.boundary()) ? step.row(interval, entity, window, pass) : null;
        }

        /** Exchange-assets go on to their exchange, exchanges to the whole; a correction as the difference. */
        private void passOn(long boundary, Pass pass, Sums sums) {
            String exchange = entity.level() == Level.EXCHANGE_ASSET ? entity.exchange() : null;
            context.output(
                    CONTRIBUTIONS, new Contribution(new Destination(pass, boundary, exchange, null, null), sums));
        }

        /** Name of the entity in its parent; null where there is none further up this way. */
        private String child() {
            return switch (entity.level()) {
                case EXCHANGE_ASSET -> entity.asset();
                case EXCHANGE -> entity.exchange();
                default -> null;
            };
        }
    }

    /** The minutes of an entity in state. */
    private final class SavedMinutes implements TotalState.Minutes {

        private final String entity;
        private final Unpacked<EntityMinute, Sums>.Values minutes;

        SavedMinutes(Entity entity, OnTimerContext context) {
            this.entity = entity.key();
            this.minutes = minutesByKey.of(context.getCurrentKey());
        }

        @Override
        public Sums at(long boundary) throws Exception {
            Sums sums = minutes.at(new EntityMinute(entity, boundary)).get();
            return sums == null ? Sums.NONE : sums;
        }

        @Override
        public void put(long boundary, Sums sums) {
            if (sums.isNothing()) {
                remove(boundary);
            } else {
                minutes.put(new EntityMinute(entity, boundary), sums);
            }
        }

        @Override
        public void remove(long boundary) {
            minutes.remove(new EntityMinute(entity, boundary));
        }
    }
}
