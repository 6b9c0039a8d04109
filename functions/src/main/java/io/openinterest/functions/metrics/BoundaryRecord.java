package io.openinterest.functions.metrics;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.TotalRow;
import java.time.Instant;
import java.util.Comparator;

/**
 * All records of an entity at one boundary of one interval. A boundary is measured once with all its
 * parts; a correction carries the parts that changed.
 *
 * @param market the market's row at level market, else null
 * @param total the entity's total at the other levels; null when a correction did not change it
 * @param metrics its derived metrics; null at level market, and when a correction did not change them
 */
public record BoundaryRecord(MarketRow market, TotalRow total, MetricsRow metrics) {

    /** Corrections before what is new, short intervals before long ones. */
    static final Comparator<BoundaryRecord> BY_TIME =
            Comparator.comparing(BoundaryRecord::time).thenComparing(BoundaryRecord::interval);

    /** A market at a boundary. */
    public static BoundaryRecord of(MarketRow market) {
        return new BoundaryRecord(market, null, null);
    }

    /** {@code asset:btc}, or {@code market:binance-BTCUSDT-future}. */
    public String entity() {
        return level().text() + ":" + id();
    }

    /** Its level. */
    public Level level() {
        return market != null ? Level.MARKET : total != null ? total.entity().level() : metrics.level();
    }

    /** The entity within its level. */
    public String id() {
        return market != null ? market.market() : total != null ? total.entity().id() : metrics.id();
    }

    /** The interval of the record. */
    public Interval interval() {
        return market != null ? market.interval() : total != null ? total.interval() : metrics.interval();
    }

    /** The pass that published the record. */
    public Pass pass() {
        return market != null ? market.pass() : total != null ? total.pass() : metrics.pass();
    }

    /** The boundary. */
    public Instant time() {
        return market != null ? market.time() : total != null ? total.time() : metrics.time();
    }
}
