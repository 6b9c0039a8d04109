package io.openinterest.job;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.TotalRow;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.metrics.Gauge;

/**
 * Passes totals on and shows them as gauges, so that open interest itself can be charted in the dashboard: of the whole
 * market, of each exchange, and of the largest assets. USD.
 */
final class TotalGauges extends RichMapFunction<TotalRow, TotalRow> {

    private static final long serialVersionUID = 1;
    private static final String GAUGE = "openInterestUsd";
    private static final int SHOWN_ASSETS = 10;

    /** Gauges can't be taken back, so there must be an end to them. */
    private static final int MAX_GAUGES = 100;

    /** By entity; read by the threads that report metrics. */
    private transient Map<String, Double> shown;

    private transient Map<String, BigDecimal> assets;
    private transient Instant boundary;

    @Override
    public void open(OpenContext context) {
        shown = new ConcurrentHashMap<>();
        assets = new HashMap<>();
        boundary = Instant.MIN;
    }

    @Override
    public TotalRow map(TotalRow row) {
        if (row.interval() == Interval.ONE_MINUTE
                && row.valueUsd() != null
                && !row.time().isBefore(boundary)) {
            if (row.time().isAfter(boundary)) {
                showLargestAssets();
                boundary = row.time();
            }
            if (row.level() == Level.ASSET) {
                assets.put(row.id(), row.valueUsd());
            } else if (row.level() == Level.EXCHANGE || row.level() == Level.TOTAL) {
                show(row.level(), row.id(), row.valueUsd());
            }
        }
        return row;
    }

    /** Those of the boundary before, which is complete. */
    private void showLargestAssets() {
        assets.entrySet().stream()
                .filter(asset -> shown.containsKey(name(Level.ASSET, asset.getKey())))
                .forEach(asset -> show(Level.ASSET, asset.getKey(), asset.getValue()));
        assets.entrySet().stream()
                .sorted(Map.Entry.<String, BigDecimal>comparingByValue().reversed())
                .limit(SHOWN_ASSETS)
                .forEach(asset -> show(Level.ASSET, asset.getKey(), asset.getValue()));
        assets.clear();
    }

    private void show(Level level, String id, BigDecimal value) {
        String name = name(level, id);
        if (!shown.containsKey(name)) {
            if (shown.size() == MAX_GAUGES) {
                return;
            }
            getRuntimeContext().getMetricGroup().addGroup(level.text(), id).gauge(GAUGE, (Gauge<Double>)
                    () -> shown.get(name));
        }
        shown.put(name, value.doubleValue());
    }

    private static String name(Level level, String id) {
        return level.text() + ":" + id;
    }
}
