package io.openinterest.source.files;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.enumerate.NonSplittingRecursiveAllDirEnumerator;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Daily figures of CME from a watched folder or object-store prefix. */
public final class CmeFiles {

    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);
    private static final String NAMES = ".*\\.csv";

    private CmeFiles() {}

    /**
     * The rows of all files there are and will be, of each contract only what is newer than what came before.
     *
     * @param folder of any file system Flink knows
     */
    public static DataStream<Arrival> arrivals(StreamExecutionEnvironment environment, VenueSettings cme, Path folder) {
        FileSource<Arrival> source = FileSource.forRecordStreamFormat(new SettlementFormat(cme), folder)
                .setFileEnumerator(() -> new NonSplittingRecursiveAllDirEnumerator(NAMES))
                .monitorContinuously(LOOK_EVERY)
                .build();
        return environment
                .fromSource(source, noTimeOfTheirOwn(), "cme-files")
                .setParallelism(1)
                .uid("cme-files")
                .setDescription("cme-files: daily figures of CME from a watched folder")
                .keyBy(CmeFiles::market)
                .process(new KeepNewest())
                .setParallelism(1)
                .name("keep-newest")
                .uid("keep-newest")
                .setDescription("keep-newest: drops what was published before the last figure of a contract");
    }

    private static String market(Arrival arrival) {
        return arrival.observation() == null ? "" : arrival.observation().market();
    }

    /** Files come once a day, so event time is that of the other venues: this never holds it back. */
    private static WatermarkStrategy<Arrival> noTimeOfTheirOwn() {
        return WatermarkStrategy.<Arrival>forGenerator(context -> new Unbounded())
                .withTimestampAssigner((arrival, timestamp) -> arrival.watermark());
    }

    private static final class Unbounded implements WatermarkGenerator<Arrival> {
        @Override
        public void onEvent(Arrival arrival, long timestamp, WatermarkOutput output) {}

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            // the greatest there is would end the stream
            output.emitWatermark(new Watermark(Long.MAX_VALUE - 1));
        }
    }

    /**
     * Files may be found in any order, and a final figure follows its preliminary one: what was published before the
     * last one, or with it, is left out.
     */
    static final class KeepNewest extends KeyedProcessFunction<String, Arrival, Arrival> {

        private static final long serialVersionUID = 1L;

        private transient ValueState<Instant> published;

        @Override
        public void open(OpenContext context) {
            published = getRuntimeContext().getState(new ValueStateDescriptor<>("published", Types.INSTANT));
        }

        @Override
        public void processElement(Arrival arrival, Context context, Collector<Arrival> out) throws Exception {
            Observation observation = arrival.observation();
            if (observation == null) {
                out.collect(arrival);
                return;
            }
            Instant last = published.value();
            if (last == null || observation.exchangeTime().isAfter(last)) {
                published.update(observation.exchangeTime());
                out.collect(arrival);
            }
        }
    }
}
