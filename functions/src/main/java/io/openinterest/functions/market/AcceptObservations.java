package io.openinterest.functions.market;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.run.HoldsState;
import io.openinterest.functions.run.Unpacked;
import io.openinterest.functions.run.Unpacked.Held;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationOrder;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.wire.RecordType;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyContext;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Judges observations market by market in the order of their arrival: drops exact repetitions, and sends implausible ones
 * and those too late to correct anything to quarantine. What is left goes on; everything accepted, history too old to
 * count included, goes to the observations topic (side output {@link #ACCEPTED}).
 *
 * <p>Keyed by {@link SnapshotMarkets#shard}.
 */
public final class AcceptObservations extends KeyedProcessFunction<Integer, Arrival, Arrival> implements HoldsState {

    /** Every accepted observation. */
    public static final OutputTag<Observation> ACCEPTED =
            new OutputTag<>("accepted", new RecordType<>(Observation.class));

    /** Every rejected one, and why. */
    public static final OutputTag<Quarantined> REJECTED =
            new OutputTag<>("rejected", TypeInformation.of(Quarantined.class));

    private static final long serialVersionUID = 1L;
    private static final long SWEEP_EVERY = Duration.ofHours(1).toMillis();

    private final SnapshotSettings settings;
    private final boolean live;

    private transient Fingerprint.Taker fingerprints;
    private transient Unpacked<String, AcceptedMarket> marketsByShard;

    private AcceptObservations(SnapshotSettings settings, boolean live) {
        this.settings = settings;
        this.live = live;
    }

    /**
     * Accepts by these settings.
     *
     * @param live true if observations come from venues, so that quarantine records carry the time of receipt; else a
     *     repeated run would not give the same records
     */
    public static OneInputStreamOperator<Arrival, Arrival> operator(SnapshotSettings settings, boolean live) {
        return HoldsState.operator(new AcceptObservations(settings, live));
    }

    @Override
    public void open(OpenContext context) {
        fingerprints = new Fingerprint.Taker();
        marketsByShard = new Unpacked<>(
                getRuntimeContext(),
                "markets",
                Types.STRING,
                AcceptedMarket::pack,
                (market, packed) -> AcceptedMarket.unpack(packed));
    }

    @Override
    public void write(KeyContext context) throws Exception {
        marketsByShard.write(context);
    }

    @Override
    public void processElement(Arrival arrival, Context context, Collector<Arrival> out) throws Exception {
        Observation observation = arrival.observation();
        Held<AcceptedMarket> held = marketsByShard.of(context.getCurrentKey()).at(observation.market());
        AcceptedMarket market = held.get();
        if (market == null) {
            market = new AcceptedMarket();
            sweepLater(arrival.reached(), context);
        } else if (market.isForgotten(Interval.floorToMinute(arrival.reached()), settings)) {
            market = market.anew();
        }
        if (!market.isRepetition(observation, arrival.reached(), fingerprints)) {
            judge(arrival, market, context, out);
        }
        held.put(market);
    }

    private void judge(Arrival arrival, AcceptedMarket market, Context context, Collector<Arrival> out) {
        Observation observation = arrival.observation();
        String doubt = arrival.accepted() ? null : market.doubt(observation);
        if (doubt != null) {
            context.output(REJECTED, quarantined(observation, Reason.IMPLAUSIBLE, doubt));
            return;
        }
        boolean counts = arrival.reached() - observation.time().toEpochMilli()
                        < settings.allowedLateness().toMillis()
                || !isPublished(Interval.boundaryAfter(observation.time().toEpochMilli()), arrival);
        if (!counts && !Origin.HISTORY.isOf(observation)) {
            context.output(
                    REJECTED,
                    quarantined(observation, Reason.TOO_LATE, "time is further behind than records may be corrected"));
            return;
        }
        context.output(ACCEPTED, observation);
        if (counts) {
            market.accept(observation);
            out.collect(arrival);
        }
    }

    /** An observation is late when its first boundary is published, however little lateness is allowed. */
    private static boolean isPublished(long boundary, Arrival arrival) {
        return boundary <= arrival.reached();
    }

    private Quarantined quarantined(Observation observation, Reason reason, String detail) {
        Instant receipt = live ? observation.databaseTime() : null;
        return new Quarantined(
                receipt,
                observation.venue(),
                null,
                observation.market(),
                reason,
                detail,
                ObservationOrder.text(observation));
    }

    /** Removes what is forgotten, so that markets that never come back do not stay for ever. */
    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Arrival> out) throws Exception {
        Unpacked<String, AcceptedMarket>.Values markets = marketsByShard.of(context.getCurrentKey());
        for (Map.Entry<String, Held<AcceptedMarket>> entry : markets.present()) {
            AcceptedMarket market = entry.getValue().get();
            boolean isForgotten = market.isNew() || market.isForgotten(timestamp, settings);
            if (isForgotten && !market.knowsRepetitions(timestamp + 1)) {
                entry.getValue().remove();
            }
        }
        if (!markets.isEmpty() && context.timerService().currentWatermark() != Long.MAX_VALUE) {
            sweepLater(Math.max(timestamp, context.timerService().currentWatermark()) + 1, context);
        }
    }

    private void sweepLater(long from, Context context) {
        context.timerService().registerEventTimeTimer(Math.floorDiv(from, SWEEP_EVERY) * SWEEP_EVERY + SWEEP_EVERY - 1);
    }
}
