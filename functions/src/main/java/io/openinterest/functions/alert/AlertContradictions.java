package io.openinterest.functions.alert;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.AlertEvent.Figures;
import io.openinterest.functions.record.AlertEvent.Kind;
import io.openinterest.functions.record.AlertEvent.Occasion;
import io.openinterest.functions.record.AlertEvent.Severity;
import io.openinterest.functions.record.AlertEvent.State;
import io.openinterest.functions.record.Boundary;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.observation.Evidence;
import io.openinterest.observation.Evidence.Verdict;
import io.openinterest.observation.Json;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Makes an alert of what contradicts the way a venue is read: one for each check of a venue, from the first verdict
 * {@code contradicted} to the first other one. Keyed by venue. The rules are built in, one for each venue and check.
 */
public final class AlertContradictions extends KeyedProcessFunction<String, Evidence, AlertEvent> {

    private static final long serialVersionUID = 1;

    /** A verdict is told again every hour: after two without one the check is no longer made. */
    private static final Duration SILENCE = Duration.ofHours(2);

    /** The check whose contradiction may as well be something new and harmless. */
    private static final String SHAPE = "shape";

    private final Map<String, String> exchanges;

    private transient MapState<String, Active> active;

    /**
     * An alert that is open.
     *
     * @param openedAt boundary, ms
     * @param toldAt boundary of the last verdict, ms
     * @param peak the figure farthest from what is expected
     */
    public record Active(long openedAt, long toldAt, BigDecimal peak) {}

    /**
     * None is open.
     *
     * @param exchanges exchange of each venue
     */
    public AlertContradictions(Map<String, String> exchanges) {
        this.exchanges = Map.copyOf(exchanges);
    }

    @Override
    public void open(OpenContext context) {
        active = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>("active", Types.STRING, TypeInformation.of(Active.class)));
    }

    @Override
    public void processElement(Evidence evidence, Context context, Collector<AlertEvent> out) throws Exception {
        Active before = active.get(evidence.check());
        long time = evidence.time().toEpochMilli();
        if (evidence.verdict() == Verdict.CONTRADICTED) {
            Active now = new Active(
                    before == null ? time : before.openedAt,
                    time,
                    before == null ? evidence.figure() : peak(before, evidence));
            active.put(evidence.check(), now);
            context.timerService().registerEventTimeTimer(time + SILENCE.toMillis());
            if (before == null) {
                out.collect(event(evidence, State.OPEN, now));
            }
        } else if (before != null) {
            active.remove(evidence.check());
            out.collect(event(evidence, State.RESOLVED, before));
        }
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<AlertEvent> out) throws Exception {
        List<String> silent = new ArrayList<>();
        for (Map.Entry<String, Active> entry : active.entries()) {
            if (entry.getValue().toldAt + SILENCE.toMillis() <= time) {
                silent.add(entry.getKey());
            }
        }
        for (String check : silent) {
            Active alert = active.get(check);
            active.remove(check);
            String detail = "the check was not made since " + Json.text(Instant.ofEpochMilli(alert.toldAt));
            Evidence none = new Evidence(
                    Instant.ofEpochMilli(time), context.getCurrentKey(), check, Verdict.UNPROVEN, null, null, detail);
            out.collect(event(none, State.EXPIRED, alert));
        }
    }

    private static BigDecimal peak(Active before, Evidence now) {
        return distance(now.figure(), now).compareTo(distance(before.peak, now)) > 0 ? now.figure() : before.peak;
    }

    private static BigDecimal distance(BigDecimal figure, Evidence from) {
        return figure.subtract(from.expected()).abs();
    }

    private AlertEvent event(Evidence evidence, State state, Active alert) {
        String rule = "evidence-" + evidence.venue() + "-" + evidence.check();
        String exchange = exchanges.getOrDefault(evidence.venue(), evidence.venue());
        Instant openedAt = Instant.ofEpochMilli(alert.openedAt);
        String version = RuleParser.version(JsonNodeFactory.instance
                .objectNode()
                .put("id", rule)
                .put("kind", "data-quality")
                .put("level", "exchange"));
        return AlertEvent.of(
                new AlertEvent.Rule(rule, version, Kind.DATA_QUALITY),
                state,
                evidence.check().equals(SHAPE) ? Severity.WARNING : Severity.CRITICAL,
                new Occasion(
                        Level.EXCHANGE,
                        exchange,
                        Boundary.of(Interval.ONE_MINUTE, evidence.time().toEpochMilli()),
                        openedAt,
                        false),
                new Figures(
                        "evidence_" + evidence.check().replace('-', '_'),
                        evidence.figure(),
                        evidence.expected(),
                        alert.peak),
                message(evidence, state),
                null);
    }

    private static String message(Evidence evidence, State state) {
        String what = evidence.venue() + ", " + evidence.check();
        return switch (state) {
            case OPEN -> what + " contradicts the way it is read: " + evidence.detail();
            case RESOLVED -> what + " contradicts nothing any more: " + evidence.detail();
            default -> what + ": " + evidence.detail();
        };
    }
}
