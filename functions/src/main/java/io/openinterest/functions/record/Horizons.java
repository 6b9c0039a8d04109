package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A figure looked at over several spans of time that end at the boundary. Written as an object with one field for each
 * horizon the interval carries; a carried horizon without a value is null, the others are left out.
 *
 * @param interval the interval of the record, which decides the horizons
 * @param m5 over 5 minutes; null when not carried or not known
 * @param m15 over 15 minutes
 * @param h1 over an hour
 * @param h4 over 4 hours
 * @param h24 over 24 hours
 */
public record Horizons(
        Interval interval,
        @Nullable BigDecimal m5,
        @Nullable BigDecimal m15,
        @Nullable BigDecimal h1,
        @Nullable BigDecimal h4,
        @Nullable BigDecimal h24) {

    private static final List<Horizon> MINUTE =
            List.of(Horizon.FIVE_MINUTES, Horizon.FIFTEEN_MINUTES, Horizon.ONE_HOUR);
    private static final List<Horizon> FIVE_MINUTES = List.of(Horizon.values());
    private static final List<Horizon> FIFTEEN_MINUTES = FIVE_MINUTES.subList(1, FIVE_MINUTES.size());

    /** The span a figure looks back over. */
    public enum Horizon {
        FIVE_MINUTES("5m", 5),
        FIFTEEN_MINUTES("15m", 15),
        ONE_HOUR("1h", 60),
        FOUR_HOURS("4h", 240),
        ONE_DAY("24h", 1440);

        private final String text;
        private final int minutes;

        Horizon(String text, int minutes) {
            this.text = text;
            this.minutes = minutes;
        }

        /** The name used in records and in the metric paths of rules. */
        public String text() {
            return text;
        }

        /** Length in milliseconds. */
        long millis() {
            return minutes * Interval.MINUTE_MILLIS;
        }
    }

    /** The horizons a record of this interval carries, shortest first. */
    public static List<Horizon> carriedBy(Interval interval) {
        return switch (interval) {
            case ONE_MINUTE -> MINUTE;
            case FIVE_MINUTES -> FIVE_MINUTES;
            case FIFTEEN_MINUTES -> FIFTEEN_MINUTES;
        };
    }

    /** A value for each carried horizon, from its length in milliseconds. */
    public static Horizons of(Interval interval, LongFunction<? extends @Nullable BigDecimal> value) {
        BigDecimal[] values = new BigDecimal[Horizon.values().length];
        for (Horizon horizon : carriedBy(interval)) {
            values[horizon.ordinal()] = value.apply(horizon.millis());
        }
        return new Horizons(interval, values[0], values[1], values[2], values[3], values[4]);
    }

    /** The value over a horizon; null when not carried or not known. */
    public @Nullable BigDecimal over(Horizon horizon) {
        return switch (horizon) {
            case FIVE_MINUTES -> m5;
            case FIFTEEN_MINUTES -> m15;
            case ONE_HOUR -> h1;
            case FOUR_HOURS -> h4;
            case ONE_DAY -> h24;
        };
    }

    /** The published form. */
    @JsonValue
    Map<String, @Nullable BigDecimal> byName() {
        Map<String, @Nullable BigDecimal> fields = new LinkedHashMap<>();
        for (Horizon horizon : carriedBy(interval)) {
            fields.put(horizon.text(), over(horizon));
        }
        return fields;
    }
}
