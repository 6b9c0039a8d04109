package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.source.files.CmeFiles;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CmeFilesIT {

    private static final String HEADER =
            "trade_date,product_code,contract_month,open_interest,settle,is_final,published_at\n";

    private static final VenueSettings CME = VenueSettings.of("cme", SourceSettings.defaults());

    @TempDir
    Path folder;

    @Test
    void ofEachContractTheFinalFigureOfTheLastDayCountsAndBadRowsAreQuarantined() throws Exception {
        // given
        Instant published = Instant.now().minusSeconds(3600);
        write(
                "day.csv",
                HEADER + row("BTC", "21000", "true", published) + row("BTC", "20000", "false", published.plusSeconds(9))
                        + row("ES", "5", "true", published) + "too,short\n");
        write("notes.txt", "nothing to read");
        write("deep/other.csv", "a,b\n1,2\n");

        // when
        List<Arrival> arrivals = read(4);

        // then
        assertThat(arrivals.stream().map(Arrival::observation).filter(Objects::nonNull))
                .extracting(Observation::market, Observation::contractCount, Observation::origin)
                .containsExactly(tuple("cme-BTCZ9-future", new BigDecimal("21000"), "file"));
        assertThat(arrivals.stream().map(Arrival::quarantined).filter(Objects::nonNull))
                .extracting(quarantined -> quarantined.reason())
                .containsExactlyInAnyOrder(Reason.SCHEMA, Reason.BAD_RECORD, Reason.BAD_RECORD);
    }

    @Test
    void aFileThatWasPublishedEarlierChangesNothing() throws Exception {
        // given: both are found together, in whatever order
        Instant published = Instant.now().minusSeconds(3600);
        write("a.csv", HEADER + row("BTC", "21000", "true", published) + row("MBT", "7", "true", published));
        write("b.csv", HEADER + row("BTC", "21000", "true", published) + row("MET", "8", "true", published));

        // when
        List<Arrival> arrivals = read(3);

        // then
        assertThat(arrivals)
                .extracting(arrival -> arrival.observation().market())
                .containsExactlyInAnyOrder("cme-BTCZ9-future", "cme-MBTZ9-future", "cme-METZ9-future");
    }

    @Test
    @Timeout(120)
    void anEmptyFolderDoesNotHoldEventTimeBack() throws Exception {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        DataStream<Long> others = environment
                .fromData(1_000L)
                .assignTimestampsAndWatermarks(WatermarkStrategy.<Long>forMonotonousTimestamps()
                        .withTimestampAssigner((millis, timestamp) -> millis));
        DataStream<Long> files = CmeFiles.arrivals(environment, CME, new org.apache.flink.core.fs.Path(folder.toUri()))
                .map(Arrival::watermark)
                .returns(Types.LONG);

        List<Long> fired =
                others.union(files).keyBy(millis -> 0).process(new TimerAfter()).executeAndCollect(1);

        assertThat(fired).containsExactly(2_000L);
    }

    private static final class TimerAfter extends KeyedProcessFunction<Integer, Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(Long millis, Context context, Collector<Long> out) {
            context.timerService().registerEventTimeTimer(millis + 1_000);
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext context, Collector<Long> out) {
            out.collect(timestamp);
        }
    }

    private List<Arrival> read(int count) throws Exception {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        return CmeFiles.arrivals(environment, CME, new org.apache.flink.core.fs.Path(folder.toUri()))
                .executeAndCollect(count);
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String row(String product, String openInterest, String isFinal, Instant published) {
        LocalDate traded = LocalDate.ofInstant(published, ZoneOffset.UTC);
        return String.join(
                        ",",
                        traded.toString(),
                        product,
                        "2029-12",
                        openInterest,
                        "86250",
                        isFinal,
                        published.toString())
                + "\n";
    }
}
