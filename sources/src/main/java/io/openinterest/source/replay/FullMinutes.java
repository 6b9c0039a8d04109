package io.openinterest.source.replay;

import io.openinterest.observation.Arrival;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;

/** Nothing happens within a minute, so event time advances minute by minute: one watermark where thousands would do. */
final class FullMinutes implements WatermarkGenerator<Arrival> {

    private static final long MINUTE = 60_000;

    private long passed = Long.MIN_VALUE;

    @Override
    public void onEvent(Arrival arrival, long timestamp, WatermarkOutput output) {
        if (arrival.watermark() == Long.MIN_VALUE) {
            return;
        }
        long minute = Math.floorDiv(arrival.watermark(), MINUTE) * MINUTE;
        if (minute > passed) {
            passed = minute;
            output.emitWatermark(new Watermark(minute - 1));
        }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {}
}
