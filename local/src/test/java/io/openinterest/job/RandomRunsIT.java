package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.MiniClusters;
import io.openinterest.functions.alert.RuleRecord;
import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.observation.Arrival;
import io.openinterest.source.replay.RecordedSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The whole graph on random input: late observations, implausible ones, alone and for minutes, markets that expire and
 * come again, alert rules that are written, replaced and removed. Whatever fails, stops or is rescaled in between, the
 * records are the same; and the highest revisions are those of the same input in order.
 */
@Timeout(300)
class RandomRunsIT {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = MiniClusters.withSlots(4);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant START = Instant.parse("2026-03-01T07:00:00Z");
    private static final int MINUTES = 40;

    /** The revision itself, and the shares, which are not corrected when only the parent changed. */
    private static final List<String> NOT_CORRECTED =
            List.of("revision", "share_of_total", "share_of_asset", "share_of_exchange");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"1, false", "2, true"})
    void neitherFailuresNorStopsNorAnotherParallelismChangeARecord(long seed, boolean isImplausible) throws Exception {
        // given observations that come late, and rules that change all the time
        Random random = new Random(seed);
        List<Observed> inOrder = observations(random, isImplausible);
        Path recording = write("shuffled.jsonl", delayed(inOrder, random));
        List<RuleRecord> rules = rules(random);

        // when they are replayed at once, and with a failure behind every checkpoint and two stops on the way
        Set<String> smooth = replayed(recording, rules, 1);
        Set<String> interrupted = replayedWithInterruptions(recording, rules, inOrder.size() / 4, false);

        // then no record is missing, none was published with another content, and alerts came and went
        assertThat(interrupted).containsExactlyInAnyOrderElementsOf(smooth);
        assertThat(smooth).anyMatch(record -> record.startsWith("alerts ") && record.contains("\"expired\""));
        assertThat(smooth).anyMatch(record -> record.startsWith("quarantine ") && record.contains("implausible"));

        // and no revision reads like the one before
        assertThat(revisionsThatChangeNothing(smooth)).isEmpty();

        // and where observations came late, the newest revisions are what they had been in order; doubts have an order
        if (!isImplausible) {
            assertThat(newest(smooth))
                    .containsExactlyElementsOf(newest(replayed(write("in-order.jsonl", inOrder), rules, 2)));
        }
    }

    /** After a live start history comes before any watermark is known. */
    @Test
    void whatComesWithoutWatermarkAfterARestartIsCountedOnce() throws Exception {
        Random random = new Random(3);
        List<Observed> inOrder = observations(random, false);
        Path recording = write("shuffled.jsonl", delayed(inOrder, random));
        List<RuleRecord> rules = rules(random);

        Set<String> smooth = replayed(recording, rules, 1);
        Set<String> interrupted = replayedWithInterruptions(recording, rules, inOrder.size() / 4, true);

        // what is corrected when follows from watermarks, and what comes out in the end does not
        assertThat(newest(interrupted)).containsExactlyElementsOf(newest(smooth));
        assertThat(revisionsThatChangeNothing(interrupted)).isEmpty();
    }

    private Set<String> replayed(Path recording, List<RuleRecord> rules, int parallelism) throws Exception {
        Interruptions.end();
        CollectedRecords.clear();
        start(recording, rules, parallelism, "hashmap", null)
                .getJobExecutionResult()
                .get();
        return collected();
    }

    /** Fails behind every checkpoint, on disk, and is stopped and goes on with another parallelism twice, in memory in the end. */
    private Set<String> replayedWithInterruptions(
            Path recording, List<RuleRecord> rules, int observations, boolean isWithoutWatermark) throws Exception {
        CollectedRecords.clear();
        Interruptions.begin(isWithoutWatermark);
        Interruptions.stopAfter(observations);
        JobClient first = start(recording, rules, 1, "rocksdb", null);
        Interruptions.reached.await();
        String savepoint = stop(first);
        Interruptions.stopAfter(observations);
        JobClient second = start(recording, rules, 3, "rocksdb", savepoint);
        Interruptions.reached.await();
        savepoint = stop(second);
        Interruptions.goOn();
        start(recording, rules, 2, "hashmap", savepoint).getJobExecutionResult().get();
        assertThat(Interruptions.FAILURES).hasPositiveValue();
        return collected();
    }

    private Path write(String name, List<Observed> observations) throws IOException {
        return Files.write(
                folder.resolve(name), observations.stream().map(Observed::line).toList());
    }

    private JobClient start(Path recording, List<RuleRecord> rules, int parallelism, String backend, String savepoint)
            throws Exception {
        Arguments arguments = new Arguments();
        arguments.set("source", "replay");
        arguments.set("replay.paths", "[" + recording + "]");
        arguments.set("checkpoint-interval", "100ms");
        arguments.set(
                "alerts.rules",
                Files.writeString(folder.resolve("rules.yaml"), "[]").toString());
        JobConfiguration configuration = arguments.configuration(SourceKind.LIVE);
        Configuration options = new Configuration();
        options.set(StateBackendOptions.STATE_BACKEND, backend);
        options.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        options.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100);
        options.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
        if (savepoint != null) {
            options.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(options);
        environment.setParallelism(parallelism);
        OpenInterestJob.prepare(environment, configuration);
        environment.configure(options);
        DataStream<Arrival> arrivals = environment
                .fromSource(
                        new RecordedSource(List.of(recording), Duration.ofMinutes(1), true),
                        WatermarkStrategy.noWatermarks(),
                        "replay")
                .setParallelism(1)
                .uid("replay")
                .map(new Interruptions())
                .returns(Arrival.class)
                .setParallelism(1)
                .uid("interruptions");
        DataStream<RuleRecord> written = environment
                .fromData(TypeInformation.of(RuleRecord.class), rules.toArray(RuleRecord[]::new))
                .setParallelism(1)
                .uid("rules");
        Pipeline.define(arrivals, written, new CollectedRecords(), 4, configuration);
        return environment.executeAsync("random");
    }

    /** Stops with a savepoint, as soon as every task has started again after the last failure and none is failing. */
    private String stop(JobClient job) throws InterruptedException {
        while (true) {
            try {
                return job.stopWithSavepoint(false, folder.toUri().toString(), SavepointFormatType.CANONICAL)
                        .get();
            } catch (ExecutionException e) {
                assertThat(e).hasStackTraceContaining("CheckpointException");
            }
        }
    }

    /** What was committed; nothing was twice. */
    private static Set<String> collected() {
        List<String> records = CollectedRecords.texts();
        assertThat(records).doesNotHaveDuplicates();
        return new TreeSet<>(records);
    }

    /** The rows of highest revision; withdrawn ones and what tells of the order of arrival apart. */
    private static List<String> newest(Set<String> records) {
        Map<String, ObjectNode> newest = new TreeMap<>();
        for (String record : records) {
            String topic = record.substring(0, record.indexOf(' '));
            if (topic.equals("observations") || topic.equals("quarantine") || topic.equals("alerts")) {
                continue;
            }
            ObjectNode row = read(record.substring(record.indexOf('{')));
            String identity =
                    record.substring(0, record.indexOf('{')) + row.get("time").asText();
            ObjectNode known = newest.get(identity);
            if (known == null
                    || known.get("revision").asInt() < row.get("revision").asInt()) {
                newest.put(identity, row);
            }
        }
        newest.values().removeIf(row -> row.has("withdrawn"));
        newest.values().forEach(row -> row.remove(NOT_CORRECTED));
        return newest.entrySet().stream()
                .map(row -> row.getKey() + " " + row.getValue())
                .toList();
    }

    private static List<ObjectNode> revisionsThatChangeNothing(Set<String> records) {
        Map<String, TreeMap<Integer, ObjectNode>> revisions = new TreeMap<>();
        for (String record : records) {
            ObjectNode row = read(record.substring(record.indexOf('{')));
            if (row.has("revision")) {
                String identity = record.substring(0, record.indexOf('{'))
                        + row.get("time").asText();
                int revision = ((IntNode) row.remove("revision")).intValue();
                revisions.computeIfAbsent(identity, one -> new TreeMap<>()).put(revision, row);
            }
        }
        return revisions.values().stream()
                .flatMap(rows -> rows.entrySet().stream()
                        .filter(row -> row.getValue().equals(rows.get(row.getKey() - 1)))
                        .map(Map.Entry::getValue))
                .toList();
    }

    private static ObjectNode read(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Observed(Instant time, Instant arrival, String line) {}

    /** Ten markets of three exchanges with gaps; two are options, one expires early and has a successor of its own asset. */
    private static List<Observed> observations(Random random, boolean isImplausible) {
        List<Observed> all = new ArrayList<>();
        String[] exchanges = {"binance", "bybit", "okx"};
        for (int market = 0; market < 10; market++) {
            long count = 2000L + random.nextInt(1000);
            String exchange = exchanges[market % 3];
            String asset = market == 9 ? "xyz" : market % 2 == 0 ? "btc" : "eth";
            String end = market == 9 ? "2026-03-01T07:06:00Z" : null;
            int doubted = 0;
            for (int minute = 0; minute < MINUTES; minute++) {
                // always so much that it is judged: what a doubt follows upon must not depend on the order of arrival
                count = Math.max(1500, count + random.nextInt(61) - 30);
                boolean gap = minute > 0 && random.nextInt(6) == 0;
                if (gap || (market == 9 && minute > 5 && minute < 30)) {
                    continue;
                }
                if (market == 9 && minute >= 30) {
                    end = "2026-03-01T07:36:00Z";
                }
                Instant time = START.plusSeconds(60L * minute + 1 + random.nextInt(58));
                String contract = switch (market) {
                    case 7, 8 ->
                        "\"type\":\"%s\",\"structure\":\"inverse\",\"expiration\":\"2026-12-25T08:00:00Z\",\"strike\":%d"
                                .formatted(market == 7 ? "call" : "put", 1000 * market);
                    case 9 -> "\"type\":\"future\",\"structure\":\"linear\",\"expiration\":\"" + end + "\"";
                    default -> "\"type\":\"perpetual\",\"structure\":\"linear\"";
                };
                if (isImplausible && market < 5 && minute > 3 && random.nextInt(8) == 0) {
                    doubted = 2 + random.nextInt(5);
                }
                if (doubted-- > 0) {
                    // three in a row that are alike are believed in the end
                    long factor = random.nextBoolean() ? 20 : 20 + random.nextInt(1000);
                    all.add(observed(exchange, market, asset, contract, time, count * factor));
                    continue;
                }
                all.add(observed(exchange, market, asset, contract, time, count));
                if (random.nextInt(5) == 0) {
                    // only another funding rate
                    all.add(observed(exchange, market, asset, contract, time.plusMillis(300), count));
                }
                if (market < 5 && minute > 3 && random.nextInt(20) == 0) {
                    all.add(observed(exchange, market, asset, contract, time.plusMillis(500), count * 1000));
                }
            }
        }
        all.sort(Comparator.comparing(Observed::time));
        return all;
    }

    private static Observed observed(
            String exchange, int market, String asset, String contract, Instant time, long count) {
        boolean option = market == 7 || market == 8;
        String fundingRate = option || market == 9 ? "null" : "0.0000" + time.toEpochMilli() % 7;
        return new Observed(time, time, """
                {"market":"%1$s-M%2$d-%7$s","time":"%3$s","exchange":"%1$s","venue":"%1$s","symbol":"M%2$d",\
                "asset_class":"crypto","base":"%4$s","quote":"usd","margin":"usd",%5$s,"contract_count":%6$d,\
                "contract_size":1,"sides":1,"amount_base":%6$d,"price_usd":1000,"price_source":"mark",\
                "value_usd":%6$d000,"funding_rate":%8$s,"funding_interval_hours":8,"database_time":"%3$s","delisted":false,\
                "origin":"file"}\
                """.formatted(
                        exchange, market, time, asset, contract, count, option ? "option" : "future", fundingRate));
    }

    /** One in five comes up to a quarter of an hour late; the first ones are on time. */
    private static List<Observed> delayed(List<Observed> inOrder, Random random) {
        return inOrder.stream()
                .map(one -> one.time().isAfter(START.plusSeconds(120)) && random.nextInt(5) == 0
                        ? new Observed(one.time(), one.time().plusSeconds(random.nextInt(14 * 60)), one.line())
                        : one)
                .sorted(Comparator.comparing(Observed::arrival))
                .toList();
    }

    /** Rules of a few names, each written, replaced and removed several times in the course of the recording. */
    private static List<RuleRecord> rules(Random random) {
        List<RuleRecord> records = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String id = "rule-" + random.nextInt(6);
            long time = START.plusSeconds(random.nextInt(60 * MINUTES)).toEpochMilli();
            String level = random.nextBoolean() ? "asset" : "market";
            String rule = """
                    {"id":"%s","level":"%s","interval":"1m","metric":"value_usd","direction":"above","warning":%d}\
                    """.formatted(id, level, 2_000_000 + random.nextInt(2_000_000));
            records.add(new RuleRecord(id, random.nextInt(3) == 0 ? null : rule, time, 0, i));
        }
        records.sort(Comparator.comparingLong(RuleRecord::time));
        List<RuleRecord> written = new ArrayList<>();
        for (RuleRecord record : records) {
            written.add(new RuleRecord(record.id(), record.json(), record.time(), 0, written.size()));
        }
        return written;
    }

    /**
     * Fails the job when it has gone on from its last failure and kept a checkpoint of that; slows it down where it is to
     * be stopped, so that it does not end before.
     */
    private static final class Interruptions implements MapFunction<Arrival, Arrival>, CheckpointListener {

        private static final long serialVersionUID = 1L;
        private static final AtomicInteger SEEN = new AtomicInteger();
        private static final AtomicInteger FAILURES = new AtomicInteger();
        private static volatile boolean on;
        private static volatile boolean kept;
        private static volatile int stopAt;
        private static volatile CountDownLatch reached;
        private static volatile boolean isWithoutWatermark;

        private int sinceStart;

        /** From now on; the first observations of each start have no watermark then. */
        static void begin(boolean withoutWatermark) {
            isWithoutWatermark = withoutWatermark;
            FAILURES.set(0);
            kept = false;
            on = true;
        }

        static void end() {
            on = false;
        }

        static void stopAfter(int observations) {
            reached = new CountDownLatch(1);
            stopAt = SEEN.get() + observations;
        }

        static void goOn() {
            stopAt = Integer.MAX_VALUE;
        }

        @Override
        public Arrival map(Arrival arrival) {
            int seen = SEEN.incrementAndGet();
            if (!on) {
                return arrival;
            }
            if (seen >= stopAt) {
                reached.countDown();
            } else if (kept) {
                kept = false;
                FAILURES.incrementAndGet();
                throw new IllegalStateException("fails here once");
            }
            LockSupport.parkNanos(Duration.ofMillis(seen >= stopAt ? 100 : 5).toNanos());
            return isWithoutWatermark && sinceStart++ < 20
                    ? Arrival.of(arrival.observation(), Long.MIN_VALUE)
                    : arrival;
        }

        @Override
        public void notifyCheckpointComplete(long checkpoint) {
            kept = true;
        }
    }
}
