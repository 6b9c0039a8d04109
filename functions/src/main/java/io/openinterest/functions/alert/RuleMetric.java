package io.openinterest.functions.alert;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import io.openinterest.functions.metrics.BoundaryRecord;
import io.openinterest.functions.record.Horizons;
import io.openinterest.functions.record.Horizons.Horizon;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.observation.Json;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The figure a rule looks at, found by its path in the published records: a number or boolean of the metrics or the
 * total, at level market of the market's row.
 */
final class RuleMetric {

    /** Stands for a record that was not measured. */
    private static final Object MISSING = new Object();

    private static final SerializationConfig PUBLISHED =
            Json.mapper(Json.Decimals.NUMBER).getSerializationConfig();
    private static final Map<String, RuleMetric> OF_METRICS = paths(MetricsRow.class, BoundaryRecord::metrics);
    private static final Map<String, RuleMetric> OF_TOTALS = paths(TotalRow.class, BoundaryRecord::total);
    private static final Map<String, RuleMetric> OF_MARKETS = paths(MarketRow.class, BoundaryRecord::market);

    /** Fields that look back a day, which records of one minute do not. */
    private static final Set<String> OF_A_DAY = Set.of("percentile_24h", "new_high_24h", "new_low_24h");

    /** Fields that are null at some levels, with the levels at which they are not. */
    private static final Map<String, Set<Level>> ONLY_AT = onlyAt();

    private final Class<?> type;
    private final Horizon horizon;
    private final Function<BoundaryRecord, Object> value;

    private RuleMetric(Class<?> type, Horizon horizon, Function<BoundaryRecord, Object> value) {
        this.type = type;
        this.horizon = horizon;
        this.value = value;
    }

    /** The figure of a rule, which was checked when it was read. */
    static RuleMetric of(AlertRule.Subject subject) {
        return at(subject.metric(), subject.level(), subject.interval());
    }

    /**
     * The figure at a path.
     *
     * @throws BadRuleException if there is none, it is text, always null at the level, or not carried by the interval
     */
    static RuleMetric at(String path, Level level, Interval interval) {
        RuleMetric metric;
        if (level == Level.MARKET) {
            metric = OF_MARKETS.get(path);
        } else {
            metric = OF_TOTALS.getOrDefault(path, OF_METRICS.get(path));
        }
        if (metric == null) {
            throw new BadRuleException(
                    "There is no metric " + BadRuleException.quoted(path) + " at level " + level.text() + ".");
        }
        if (!metric.isBoolean() && !Number.class.isAssignableFrom(metric.type)) {
            throw new BadRuleException("The metric \"" + path + "\" is neither a number nor a boolean.");
        }
        boolean isCarried = metric.horizon == null
                ? interval != Interval.ONE_MINUTE || !OF_A_DAY.contains(path)
                : Horizons.carriedBy(interval).contains(metric.horizon);
        if (!isCarried) {
            throw new BadRuleException(
                    "The interval " + interval.text() + " does not carry the horizon of the metric \"" + path + "\".");
        }
        String field = path.indexOf('.') < 0 ? path : path.substring(0, path.indexOf('.'));
        if (!ONLY_AT.getOrDefault(field, Set.of(level)).contains(level)) {
            throw new BadRuleException("The metric \"" + path + "\" is always null at level " + level.text() + ".");
        }
        return metric;
    }

    /** Whether the figure is true or false, which count 1 and 0. */
    boolean isBoolean() {
        return type == Boolean.class;
    }

    /** The span the figure looks back over; null if it has no horizon. */
    Horizon horizon() {
        return horizon;
    }

    /** Whether what was measured has the record the figure is in. */
    boolean isIn(BoundaryRecord measured) {
        return value.apply(measured) != MISSING;
    }

    /** The figure; null where the record has none. */
    BigDecimal of(BoundaryRecord measured) {
        Object figure = value.apply(measured);
        if (figure instanceof BigDecimal number) {
            return number;
        }
        if (figure instanceof Number number) {
            return BigDecimal.valueOf(number.longValue());
        }
        if (figure instanceof Boolean is) {
            return is ? BigDecimal.ONE : BigDecimal.ZERO;
        }
        return null;
    }

    private static Map<String, RuleMetric> paths(Class<?> type, Function<BoundaryRecord, Object> record) {
        Map<String, RuleMetric> paths = new HashMap<>();
        add(paths, "", type, measured -> {
            Object value = record.apply(measured);
            return value == null ? MISSING : value;
        });
        paths.remove("withdrawn");
        return paths;
    }

    private static void add(
            Map<String, RuleMetric> paths, String prefix, Class<?> type, Function<BoundaryRecord, Object> owner) {
        BeanDescription description = PUBLISHED.introspect(PUBLISHED.constructType(type));
        for (BeanPropertyDefinition property : description.findProperties()) {
            AnnotatedMember member = property.getAccessor();
            Class<?> of = property.getRawPrimaryType();
            String path = prefix + property.getName();
            Function<BoundaryRecord, Object> value = measured -> {
                Object from = owner.apply(measured);
                return from == null || from == MISSING ? from : member.getValue(from);
            };
            if (of == Horizons.class) {
                for (Horizon horizon : Horizon.values()) {
                    paths.put(path + "." + horizon.text(), new RuleMetric(BigDecimal.class, horizon, measured -> {
                        Object horizons = value.apply(measured);
                        return horizons instanceof Horizons all ? all.over(horizon) : horizons;
                    }));
                }
            } else if (member.hasAnnotation(JsonUnwrapped.class)) {
                add(paths, prefix + member.getAnnotation(JsonUnwrapped.class).prefix(), of, value);
            } else if (of.isRecord()) {
                add(paths, path + ".", of, value);
            } else {
                paths.put(path, new RuleMetric(of == int.class ? Integer.class : of, null, value));
            }
        }
    }

    private static Map<String, Set<Level>> onlyAt() {
        Map<String, Set<Level>> levels = new HashMap<>();
        for (String field : List.of("hhi", "effective_count", "leader_share", "leader_changed")) {
            levels.put(field, EnumSet.of(Level.TOTAL, Level.ASSET, Level.EXCHANGE));
        }
        for (String field : List.of("price_usd", "price_change_pct", "amount_base")) {
            levels.put(field, EnumSet.of(Level.ASSET, Level.EXCHANGE_ASSET, Level.PAIR, Level.MARKET));
        }
        levels.put("share_of_total", EnumSet.of(Level.ASSET, Level.EXCHANGE));
        levels.put("share_of_asset", EnumSet.of(Level.EXCHANGE_ASSET, Level.PAIR));
        levels.put("share_of_exchange", EnumSet.of(Level.EXCHANGE_ASSET));
        return levels;
    }
}
