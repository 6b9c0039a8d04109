package io.openinterest.source.replay;

import static io.openinterest.source.replay.Recorded.START;
import static io.openinterest.source.replay.Recorded.firstHalf;
import static io.openinterest.source.replay.Recorded.gzip;
import static io.openinterest.source.replay.Recorded.record;
import static io.openinterest.source.replay.Recorded.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.openinterest.observation.Arrival;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.testutils.source.reader.TestingReaderContext;
import org.apache.flink.connector.testutils.source.reader.TestingReaderOutput;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.metrics.groups.InternalSourceReaderMetricGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedSourceTest {

    private static final long BEGUN = START.plusSeconds(1_000_000).toEpochMilli();

    private static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(60);

    private static final int DAY = 86_400;

    @TempDir
    Path folder;

    @Test
    void filesAreMergedByTime() throws Exception {
        write(folder.resolve("a.jsonl"), record(1, 10), record(4, 40), record(5, 50));
        write(folder.resolve("b.jsonl.gz"), gzip(record(2, 20), record(3, 30), record(6, 60)));

        assertThat(numbers(replay())).containsExactly("1", "2", "3", "4", "5", "6");
    }

    @Test
    void recordsOfEqualTimeComeInTheOrderOfTheFiles() throws Exception {
        write(folder.resolve("b.jsonl"), record(3, 10), record(6, 20));
        write(folder.resolve("a.jsonl"), record(1, 10), record(2, 10), record(5, 20));
        write(folder.resolve("c/a.jsonl"), record(4, 10), record(7, 20));

        assertThat(numbers(replay())).containsExactly("1", "2", "3", "4", "5", "6", "7");
    }

    @Test
    void disorderWithinAFileStaysAndHoldsTheWatermark() throws Exception {
        write(folder.resolve("a.jsonl"), record(1, 100), record(2, 150), record(3, 101), record(4, 160));
        write(folder.resolve("b.jsonl"), record(10, 120), record(11, 155));

        List<Arrival> arrivals = replay();

        assertThat(numbers(arrivals)).containsExactly("1", "10", "2", "3", "11", "4");
        assertThat(arrivals)
                .extracting(Arrival::watermark)
                .containsExactly(second(40), second(60), second(90), second(90), second(95), second(100));
    }

    @Test
    void whatCantBeUsedComesInItsPlaceAndMovesNothing() throws Exception {
        // given a bad line at the start, a record far in the future and one without price
        String future = record(2, START.plusSeconds(900_000));
        write(
                folder.resolve("a.jsonl"),
                "rubbish",
                record(1, 10),
                future,
                "",
                "  \r",
                record(4, 30).replace("\"value_usd\":4", "\"value_usd\":null"),
                record(5, 40));
        write(folder.resolve("b.jsonl"), record(3, 20));

        // when
        List<Arrival> arrivals = replay();

        // then
        assertThat(numbers(arrivals)).containsExactly("BAD_RECORD", "1", "TIME_IN_FUTURE", "NO_USD_PRICE", "3", "5");
        assertThat(arrivals)
                .extracting(Arrival::watermark)
                .containsExactly(Long.MIN_VALUE, second(-50), second(-50), second(-50), second(-40), second(-20));
    }

    /** Whenever it is read: a run that goes on tomorrow accepts what it would have today. */
    @Test
    void whatSaysNothingOfItsReceiptIsJudgedByTheBeginningOfTheReplay() throws Exception {
        String recorded = record(1, 0);
        String unreceived = recorded.replaceFirst("\"database_time\":\"[^\"]*\"", "\"database_time\":null");
        write(folder.resolve("a.jsonl"), unreceived, unreceived.replace("07:00:00Z", "07:00:01Z"));

        SourceReader<Arrival, RecordedSplit> reader = reader(savedAndRestored(
                RecordedSplit.of(files(), START.minusSeconds(60).toEpochMilli())));

        assertThat(numbers(poll(reader, Integer.MAX_VALUE))).containsExactly("1", "TIME_IN_FUTURE");
    }

    @Test
    void aReplayInterruptedAnywhereGoesOnAsIfItWasNot() throws Exception {
        // given files with everything in them
        write(folder.resolve("a.jsonl"), record(1, 10), "rubbish", record(3, 90), record(4, 30), "", record(9, 300));
        write(folder.resolve("b.jsonl.gz"), gzip(record(2, 20), record(5, 90), record(6, 90), record(7, 120)));
        write(folder.resolve("c.jsonl.gz"), firstHalf(gzip(noise(50))));
        write(folder.resolve("d.jsonl"), "x".repeat(1_200_000), record(8, 5));
        List<Arrival> whole = replay();

        for (int taken = 0; taken <= whole.size(); taken++) {
            // when it stops after so many arrivals and another reader goes on
            SourceReader<Arrival, RecordedSplit> first = reader(RecordedSplit.of(files(), BEGUN));
            List<Arrival> arrivals = new ArrayList<>(poll(first, taken));
            List<RecordedSplit> saved = first.snapshotState(1);
            first.close();
            for (RecordedSplit split : saved) {
                arrivals.addAll(poll(reader(savedAndRestored(split)), Integer.MAX_VALUE));
            }

            // then
            assertThat(arrivals).isEqualTo(whole);
        }
    }

    @Test
    void whatIsReadAheadComesInItsPlaceWhereverReadingBegins() throws Exception {
        // given files of many pieces that overlap, a fifth of their lines rubbish, one of them compressed
        for (int file = 0; file < 3; file++) {
            int remainder = file;
            String[] lines = IntStream.range(0, 6000)
                    .filter(i -> i % 3 == remainder)
                    .mapToObj(i -> i % 5 == 0 ? "rubbish" : record(i, START.plusMillis(100L * i)))
                    .toArray(String[]::new);
            if (file == 1) {
                write(folder.resolve("1.jsonl.gz"), gzip(lines));
            } else {
                write(folder.resolve(file + ".jsonl"), lines);
            }
        }

        // when it is read in one go, and interrupted here and there
        List<Arrival> whole = replay();
        for (int taken : new int[] {1, 500, 2345, 5999}) {
            SourceReader<Arrival, RecordedSplit> first = reader(RecordedSplit.of(files(), BEGUN));
            List<Arrival> arrivals = new ArrayList<>(poll(first, taken));
            List<RecordedSplit> saved = first.snapshotState(1);
            first.close();
            arrivals.addAll(poll(reader(savedAndRestored(saved.get(0))), Integer.MAX_VALUE));

            // then
            assertThat(arrivals).isEqualTo(whole);
        }
        assertThat(numbers(whole))
                .hasSize(6000)
                .filteredOn(number -> !number.equals("BAD_RECORD"))
                .containsExactlyElementsOf(IntStream.range(0, 6000)
                        .filter(i -> i % 5 != 0)
                        .mapToObj(String::valueOf)
                        .toList());
    }

    @Test
    void aFileThatBreaksOffGivesWhatCanBeReadAndTheOthersGoOn() throws Exception {
        write(folder.resolve("a.jsonl.gz"), firstHalf(gzip(noise(1000))));
        write(folder.resolve("b.jsonl.gz"), new byte[0]);
        write(folder.resolve("c.jsonl.gz"), "no gzip".getBytes(StandardCharsets.UTF_8));
        write(folder.resolve("d.jsonl"), record(2000, 2000));

        List<Arrival> arrivals = replay();

        assertThat(arrivals)
                .filteredOn(arrival -> arrival.observation() == null)
                .extracting(arrival -> arrival.quarantined().detail())
                .containsExactlyInAnyOrder(
                        "the record is not one JSON object",
                        "the rest of a.jsonl.gz can't be uncompressed",
                        "the rest of b.jsonl.gz can't be uncompressed",
                        "the rest of c.jsonl.gz can't be uncompressed");
        List<String> good =
                numbers(arrivals).stream().filter(n -> !n.equals("BAD_RECORD")).toList();
        assertThat(good).hasSizeGreaterThan(300).last().isEqualTo("2000");
        assertThat(good.subList(0, good.size() - 1))
                .isEqualTo(IntStream.range(0, good.size() - 1)
                        .mapToObj(String::valueOf)
                        .toList());
    }

    @Test
    void aLineThatIsTooLongIsOneBadRecord() throws Exception {
        String overLimit =
                record(2, 20) + " ".repeat((1 << 20) + 1 - record(2, 20).length());
        String atLimit = overLimit.substring(0, 1 << 20);
        write(folder.resolve("a.jsonl"), record(1, 10), overLimit, atLimit, "y".repeat(5 << 20), record(3, 30));
        write(folder.resolve("b.jsonl"), "z".repeat(3 << 20));

        List<Arrival> arrivals = replay();

        assertThat(numbers(arrivals)).containsExactly("BAD_RECORD", "1", "BAD_RECORD", "2", "BAD_RECORD", "3");
        assertThat(arrivals)
                .filteredOn(arrival -> arrival.observation() == null)
                .allSatisfy(arrival -> {
                    assertThat(arrival.quarantined().detail()).isEqualTo("the record is longer than 1 MiB");
                    assertThat(arrival.quarantined().raw()).hasSize(4096);
                });
    }

    @Test
    void thousandsOfFilesAreNotOpenAtTheSameTime() throws Exception {
        assumeTrue(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean);
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        // given files that follow one another, and as many that all overlap
        for (int i = 0; i < 2500; i++) {
            write(folder.resolve("one/%04d.jsonl".formatted(i)), record(i, i));
            write(folder.resolve("two/%04d.jsonl.gz".formatted(i)), gzip(record(i, i), record(10_000 + i, 5000 + i)));
        }
        SourceReader<Arrival, RecordedSplit> reader = reader(RecordedSplit.of(files(), BEGUN));
        long openBefore = system.getOpenFileDescriptorCount();

        // when
        List<Arrival> arrivals = new ArrayList<>(poll(reader, 4000));
        long open = system.getOpenFileDescriptorCount() - openBefore;
        arrivals.addAll(poll(reader, Integer.MAX_VALUE));

        // then
        assertThat(open).isLessThan(50);
        assertThat(arrivals).hasSize(7500);
        assertThat(arrivals).extracting(Arrival::watermark).isSorted();
    }

    @Test
    void filesThatOverlapDontLieInMemory() throws Exception {
        // given: 20 000 lines that are no records come to more than 4 MB when they are read
        for (int i = 0; i < 300; i++) {
            write(folder.resolve(i + ".jsonl"), record(i, 1), record(i, 2), "{\n".repeat(20_000));
        }
        SourceReader<Arrival, RecordedSplit> reader = reader(RecordedSplit.of(files(), BEGUN));
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        long before = memory.getHeapMemoryUsage().getUsed();

        // when all are open, and behind their first record
        List<Arrival> arrivals = poll(reader, 301);
        memory.gc();
        long used = memory.getHeapMemoryUsage().getUsed() - before;

        // then
        assertThat(arrivals).extracting(Arrival::observation).doesNotContainNull();
        assertThat(used).isLessThan(100 << 20);
        reader.close();
    }

    @Test
    void aFileThatCantBeReadAtAllFailsTheReplay() throws Exception {
        Path file = write(folder.resolve("a.jsonl"), record(1, 10));
        SourceReader<Arrival, RecordedSplit> reader = reader(RecordedSplit.of(files(), BEGUN));
        Files.delete(file);

        assertThatThrownBy(() -> poll(reader, 1)).hasMessageContaining("a.jsonl");
    }

    @Test
    void foldersAreSearchedDeeplyAndNoFileCountsTwice() {
        Path b = write(folder.resolve("b.jsonl"), record(1, 10));
        Path deep = write(folder.resolve("a/deep/x.jsonl.gz"), gzip(record(1, 10)));
        Path named = write(folder.resolve("a/named.txt"), record(1, 10));
        write(folder.resolve("a/other.json"), record(1, 10));

        List<Path> files = RecordedSource.files(
                Stream.of(folder, b, named).map(Path::toString).toList());

        assertThat(files).containsExactly(deep, named, b);
    }

    @Test
    void linksAreFollowedByWhateverNameAndAFileCountsOnce(@TempDir Path store) throws Exception {
        // given a store of nameless content, a folder that leads back to itself, and a file found twice
        Path content = store.resolve("9f86d081884c7d65");
        write(content, gzip(record(1, 1), record(2, 2)));
        Path link = Files.createSymbolicLink(folder.resolve("latest.jsonl.gz"), content);
        Files.createSymbolicLink(folder.resolve("self"), folder);
        Files.createSymbolicLink(folder.resolve("again.jsonl"), content);

        assertThat(RecordedSource.files(List.of(folder.toString(), link.toString())))
                .containsExactly(content.toRealPath());
        assertThat(replay())
                .hasSize(2)
                .allSatisfy(arrival -> assertThat(arrival.observation()).isNotNull());
    }

    @Test
    void pathsThatLeadNowhereAreNamed() throws Exception {
        Path empty = Files.createDirectory(folder.resolve("empty"));

        assertThatThrownBy(() -> RecordedSource.files(List.of()))
                .hasMessage("replay.paths is empty: name at least one file or folder to replay");
        assertThatThrownBy(() -> RecordedSource.files(List.of(folder + "/none.jsonl")))
                .hasMessage("replay.paths: " + folder + "/none.jsonl does not exist or can't be read");
        assertThatThrownBy(() -> RecordedSource.files(List.of(empty.toString())))
                .hasMessage("replay.paths: " + empty
                        + " is no file, and no folder with files that end with .jsonl or .jsonl.gz");
    }

    @Test
    void watermarksComeWhenAMinuteIsPassed() throws Exception {
        write(folder.resolve("a.jsonl"), "rubbish", record(1, 30), record(2, 119), record(3, 120), record(4, 400));
        Output output = new Output();

        poll(reader(RecordedSplit.of(files(), BEGUN)), output);

        assertThat(output.watermarks).containsExactly(second(-60) - 1, second(0) - 1, second(60) - 1, second(300) - 1);
    }

    @Test
    void eventTimeWaitsForACheckpointWhereRowsAreDaysApart() throws Exception {
        // given a row on each of three days, of which one is what may be ahead to begin with
        write(folder.resolve("a.jsonl"), record(1, -2 * DAY), record(2, -DAY), record(3, 0));
        SourceReader<Arrival, RecordedSplit> reader =
                reader(RecordedSplit.of(files(), BEGUN), Pace.ofCheckpoints(() -> 0));
        Output output = new Output();
        poll(reader, output);
        assertThat(numbers(output.getEmittedRecords())).containsExactly("1", "2", "3");
        assertThat(output.watermarks).containsExactly(second(-2 * DAY - 60) - 1, second(-DAY - 60) - 1);
        assertThat(reader.isAvailable()).isNotDone();

        // when a checkpoint gets through
        reader.snapshotState(1);
        reader.notifyCheckpointComplete(1);

        // then time goes on, and what is read is over
        assertThat(reader.isAvailable()).isDone();
        assertThat(poll(reader, output)).isEqualTo(InputStatus.END_OF_INPUT);
        assertThat(output.watermarks).last().isEqualTo(second(-60) - 1);
    }

    @Test
    void aReplayThatWaitsSaysHowFarItIs() throws Exception {
        write(folder.resolve("a.jsonl"), record(1, -3 * DAY), record(2, -2 * DAY), record(3, -DAY), record(4, 0));
        Map<String, Gauge<?>> gauges = new HashMap<>();
        TestingReaderContext context = new TestingReaderContext(
                new Configuration(), InternalSourceReaderMetricGroup.mock(new UnregisteredMetricsGroup() {
                    @Override
                    public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
                        gauges.put(name, gauge);
                        return gauge;
                    }
                }));
        SourceReader<Arrival, RecordedSplit> reader =
                reader(RecordedSplit.of(files(), BEGUN), Pace.ofCheckpoints(() -> 0), context);
        Output output = new Output();

        poll(reader, output);

        assertThat(reader.isAvailable()).isNotDone();
        assertThat(output.getEmittedRecords()).hasSize(3);
        assertThat(gauges.get("replayRecords").getValue()).isEqualTo(3L);
    }

    @Test
    void rowsOfEveryMinuteWaitForNothing() throws Exception {
        write(
                folder.resolve("a.jsonl"),
                IntStream.range(0, 1500)
                        .mapToObj(minute -> record(minute, 60 * minute))
                        .toArray(String[]::new));

        InputStatus status = poll(reader(RecordedSplit.of(files(), BEGUN), Pace.ofCheckpoints(() -> 0)), new Output());

        assertThat(status).isEqualTo(InputStatus.END_OF_INPUT);
    }

    @Test
    void yearsWithoutARowAreFiveDaysOfWork() throws Exception {
        write(folder.resolve("a.jsonl"), record(1, -5 * 365 * DAY), record(2, 0));
        Pace pace = Pace.ofCheckpoints(() -> 0);
        Output output = new Output();

        SourceReader<Arrival, RecordedSplit> reader = reader(RecordedSplit.of(files(), BEGUN), pace);
        int checkpoints = 0;
        while (poll(reader, output) != InputStatus.END_OF_INPUT) {
            reader.snapshotState(++checkpoints);
            reader.notifyCheckpointComplete(checkpoints);
        }

        assertThat(output.watermarks).last().isEqualTo(second(-60) - 1);
        assertThat(checkpoints).isEqualTo(2);
    }

    @Test
    void moreIsAllowedAheadOfCheckpointsThatAreQuickAndLessOfThoseThatAreNot() {
        AtomicLong now = new AtomicLong();
        Pace pace = Pace.ofCheckpoints(now::get);

        // held, and through at once
        pace.pass(pace.left());
        assertThat(pace.left()).isZero();
        pace.begin(1);
        pace.complete(1);
        assertThat(pace.left()).isEqualTo(2 * Pace.FIRST);

        // not held: nothing is known
        pace.pass(10);
        pace.begin(2);
        pace.complete(2);
        assertThat(pace.left()).isEqualTo(2 * Pace.FIRST);

        // slow, or given up
        pace.begin(3);
        now.addAndGet(Duration.ofMinutes(2).toNanos());
        pace.complete(3);
        assertThat(pace.left()).isEqualTo(Pace.FIRST);
        pace.begin(4);
        pace.abort(4);
        assertThat(pace.left()).isEqualTo(Pace.FIRST / 2);
    }

    private List<Path> paths() {
        return RecordedSource.files(List.of(folder.toString()));
    }

    private List<String> files() {
        return paths().stream().map(Path::toString).toList();
    }

    private List<Arrival> replay() throws Exception {
        return poll(reader(RecordedSplit.of(files(), BEGUN)), Integer.MAX_VALUE);
    }

    private SourceReader<Arrival, RecordedSplit> reader(RecordedSplit split) {
        return reader(split, Pace.unlimited());
    }

    private static SourceReader<Arrival, RecordedSplit> reader(RecordedSplit split, Pace pace) {
        return reader(split, pace, new TestingReaderContext());
    }

    private static SourceReader<Arrival, RecordedSplit> reader(
            RecordedSplit split, Pace pace, TestingReaderContext context) {
        RecordedReader reader = new RecordedReader(context, OUT_OF_ORDERNESS.toMillis(), pace);
        reader.addSplits(List.of(split));
        reader.notifyNoMoreSplits();
        reader.start();
        return reader;
    }

    private static List<Arrival> poll(SourceReader<Arrival, RecordedSplit> reader, int most) throws Exception {
        Output output = new Output();
        while (output.getEmittedRecords().size() < most && reader.pollNext(output) != InputStatus.END_OF_INPUT) {
            assertThat(reader.isAvailable()).isDone();
        }
        return output.getEmittedRecords();
    }

    /** Polls until there is nothing to get. */
    private static InputStatus poll(SourceReader<Arrival, RecordedSplit> reader, Output output) throws Exception {
        InputStatus status = InputStatus.MORE_AVAILABLE;
        while (status == InputStatus.MORE_AVAILABLE) {
            status = reader.pollNext(output);
        }
        return status;
    }

    private static final class Output extends TestingReaderOutput<Arrival> {

        private final List<Long> watermarks = new ArrayList<>();

        @Override
        public void emitWatermark(Watermark watermark) {
            watermarks.add(watermark.getTimestamp());
        }
    }

    private static RecordedSplit savedAndRestored(RecordedSplit split) throws Exception {
        RecordedSplitSerializer serializer = new RecordedSplitSerializer();
        return serializer.deserialize(serializer.getVersion(), serializer.serialize(split));
    }

    /** Records that don't compress well, so that half of the file is about half of the records. */
    private static String[] noise(int count) {
        Random random = new Random(1);
        return IntStream.range(0, count)
                .mapToObj(i -> record(i, i).replace("{\"market\"", "{\"x\":" + random.nextLong() + ",\"market\""))
                .toArray(String[]::new);
    }

    private static long second(int second) {
        return START.plusSeconds(second).toEpochMilli();
    }

    /** Contract counts of observations, reasons of quarantine records. */
    private static List<String> numbers(List<Arrival> arrivals) {
        return arrivals.stream()
                .map(arrival -> arrival.observation() == null
                        ? arrival.quarantined().reason().name()
                        : arrival.observation().contractCount().toPlainString())
                .toList();
    }
}
