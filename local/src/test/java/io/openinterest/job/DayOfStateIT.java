package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.alert.RuleRecord;
import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.kafka.TopicRecord;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Structure;
import io.openinterest.wire.RecordType;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What checkpoints of the whole job take. After 26 hours of event time everything that is remembered for a day is there:
 *
 * <pre>mvn verify -Dit.test=DayOfStateIT -Dfailsafe.failIfNoSpecifiedTests=false -Dstate.hours=26</pre>
 *
 * <p>Sizes are those of the job's own serializers and do not depend on the machine.
 */
@EnabledIfSystemProperty(named = "state.hours", matches = "[0-9]+")
@Timeout(1200)
class DayOfStateIT {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(1)
            .build());

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant EXPIRATION = Instant.parse("2026-12-25T08:00:00Z");
    private static final int MILLIS_PER_MINUTE = 60_000;
    private static final String[] EXCHANGES = {"binance", "okx", "deribit"};
    private static final int ASSETS = 8;
    /** A perpetual against a stablecoin and one against the coin; the rest are options. */
    private static final int PERPETUALS = 2;

    /** On an exchange, on all, and against each of two quotes; the exchanges and the whole. */
    private static final int ENTITIES = EXCHANGES.length * ASSETS + ASSETS + 2 * ASSETS + EXCHANGES.length + 1;

    private static final int EXPIRIES = EXCHANGES.length * ASSETS;
    private static final int MINUTES = 60 * Integer.getInteger("state.hours", 0);
    private static final int HOUR_MINUTES = 60;
    private static final int KIBI = 1024;

    @TempDir
    private Path checkpoints;

    @Test
    void aMarketTakesTwoKibibytesAndAnEntitySixteen(@InjectMiniCluster MiniCluster cluster) throws Exception {
        Run run = new Run(1, MINUTES, cluster);
        Map<String, Long> bytes = run.checkpointedBytes();
        run.end();

        long ofMarkets = 0;
        long ofExpiries = 0;
        long ofEntities = 0;
        for (Map.Entry<String, Long> vertex : bytes.entrySet()) {
            if (vertex.getKey().contains("observations") || vertex.getKey().startsWith("snapshot-markets")) {
                ofMarkets += vertex.getValue();
            } else if (vertex.getKey().startsWith("sum-expiries")) {
                ofExpiries += vertex.getValue();
            } else {
                ofEntities += vertex.getValue();
            }
        }
        assertThat(ofMarkets / run.markets).as("a market, %s", bytes).isBetween(100L, 2L * KIBI);
        assertThat(ofExpiries / EXPIRIES).as("an expiry, %s", bytes).isBetween(1000L, 16L * KIBI);
        assertThat(ofEntities / ENTITIES).as("an entity, %s", bytes).isBetween(1000L, 16L * KIBI);
    }

    @Test
    void anEntityTakesAsMuchHoweverManyMarketsAreBehindIt(@InjectMiniCluster MiniCluster cluster) throws Exception {
        long ofFew = bytesOfTotals(1, cluster);
        long ofMany = bytesOfTotals(20, cluster);
        assertThat(ofMany).isBetween(ofFew, ofFew + ofFew / 5);
    }

    private long bytesOfTotals(int options, MiniCluster cluster) throws Exception {
        Run run = new Run(options, HOUR_MINUTES, cluster);
        long bytes = 0;
        for (Map.Entry<String, Long> vertex : run.checkpointedBytes().entrySet()) {
            bytes +=
                    vertex.getKey().matches("(sum-(assets|exchanges|whole)|derive-metrics) .*") ? vertex.getValue() : 0;
        }
        run.end();
        return bytes;
    }

    /** A running job. */
    private final class Run {

        private final int markets;
        private final MiniCluster cluster;
        private final JobClient job;

        /**
         * Starts it, and waits until some event time has passed; it goes on meanwhile.
         *
         * @param options of each asset on each exchange
         * @param minutes of event time
         */
        Run(int options, int minutes, MiniCluster cluster) throws Exception {
            this.markets = EXCHANGES.length * ASSETS * (PERPETUALS + options);
            this.cluster = cluster;
            Arrivals.awaited = (long) minutes * markets;
            Arrivals.reached = new CompletableFuture<>();
            Configuration flink = new Configuration();
            flink.set(
                    CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                    checkpoints.toUri().toString());
            Arguments arguments = new Arguments();
            arguments.set("source", "replay");
            arguments.set("replay.paths", "[unused]");
            JobConfiguration configuration = arguments.configuration(SourceKind.REPLAY);
            StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(flink);
            environment.setParallelism(1);
            OpenInterestJob.prepare(environment, configuration);
            // none but those that are asked for
            environment
                    .getCheckpointConfig()
                    .setCheckpointInterval(Duration.ofDays(1).toMillis());
            DataStream<Arrival> arrivals = environment.fromSource(
                    new DataGeneratorSource<>(new Arrivals(markets), Long.MAX_VALUE, new RecordType<>(Arrival.class)),
                    WatermarkStrategy.<Arrival>forGenerator(context -> new ArrivalWatermarks())
                            .withTimestampAssigner((arrival, before) ->
                                    arrival.observation().time().toEpochMilli()),
                    "arrivals");
            DataStream<RuleRecord> noRules = environment
                    .fromData(TypeInformation.of(RuleRecord.class), new RuleRecord("none", null, 0, 0, 0))
                    .filter(rule -> false);
            Pipeline.define(arrivals, noRules, new DiscardingSink<TopicRecord>(), 1, configuration);
            job = environment.executeAsync();
            CompletableFuture.anyOf(Arrivals.reached, job.getJobExecutionResult())
                    .get();
        }

        AbstractCheckpointStats checkpoint() throws Exception {
            JobID id = job.getJobID();
            long checkpoint =
                    cluster.triggerCheckpoint(id, CheckpointType.CONFIGURED).get();
            return graph().getCheckpointStatsSnapshot().getHistory().getCheckpointById(checkpoint);
        }

        /** What a checkpoint has of every vertex. */
        Map<String, Long> checkpointedBytes() throws Exception {
            AbstractCheckpointStats checkpoint = checkpoint();
            Map<String, Long> bytes = new LinkedHashMap<>();
            for (AccessExecutionJobVertex vertex : graph().getVerticesTopologically()) {
                bytes.put(
                        vertex.getName(),
                        checkpoint
                                .getTaskStateStats(vertex.getJobVertexId())
                                .getSummaryStats()
                                .getStateSizeStats()
                                .getMaximum());
            }
            return bytes;
        }

        AccessExecutionGraph graph() throws Exception {
            return cluster.getExecutionGraph(job.getJobID()).get();
        }

        void end() throws Exception {
            job.cancel().get();
        }
    }

    /** The observations of all markets, minute by minute, evenly spread over each. */
    private record Arrivals(int markets) implements GeneratorFunction<Long, Arrival> {

        /** The number somebody waits for; one job runs at a time. */
        private static volatile long awaited;

        private static volatile CompletableFuture<Void> reached;

        @Override
        public Arrival map(Long number) {
            if (number == awaited) {
                reached.complete(null);
            }
            int market = (int) (number % markets);
            long minute = number / markets;
            Random random = new Random(number);
            String exchange = EXCHANGES[market % EXCHANGES.length];
            int asset = market / EXCHANGES.length % ASSETS;
            String base = "asset" + asset;
            int kind = market / EXCHANGES.length / ASSETS;
            boolean option = kind >= PERPETUALS;
            boolean linear = kind == 0;
            Instant time =
                    START.plus(Duration.ofMinutes(minute)).plusMillis((long) market * MILLIS_PER_MINUTE / markets);
            BigDecimal count = BigDecimal.valueOf(10_000_000L + random.nextInt(100_000), 3);
            BigDecimal price = BigDecimal.valueOf(600_000L + 50_000L * asset + random.nextInt(1_000), 4);
            BigDecimal value = count.multiply(price);
            String symbol = base.toUpperCase(Locale.ROOT) + kind;
            Observation observation = new Observation(
                    exchange + "-" + symbol + (option ? "-option" : "-future"),
                    time,
                    exchange,
                    exchange,
                    symbol,
                    AssetClass.CRYPTO,
                    base,
                    linear ? "usdt" : "usd",
                    linear ? "usdt" : base,
                    option ? MarketType.CALL : MarketType.PERPETUAL,
                    linear ? Structure.LINEAR : Structure.INVERSE,
                    option ? EXPIRATION : null,
                    option ? BigDecimal.valueOf(50 + kind) : null,
                    count,
                    BigDecimal.ONE,
                    1,
                    count,
                    price,
                    "mark",
                    value,
                    option ? value.movePointLeft(2) : null,
                    option ? null : new BigDecimal("0.0001"),
                    option ? null : new BigDecimal("8"),
                    option ? null : value.multiply(BigDecimal.TEN),
                    time,
                    time,
                    false,
                    "rest");
            return Arrival.of(observation, time.toEpochMilli() - 1);
        }
    }

    /** Event time as the arrivals say it. */
    private static final class ArrivalWatermarks implements WatermarkGenerator<Arrival> {

        @Override
        public void onEvent(Arrival arrival, long timestamp, WatermarkOutput output) {
            output.emitWatermark(new Watermark(arrival.watermark()));
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {}
    }
}
