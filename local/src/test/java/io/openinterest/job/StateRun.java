package io.openinterest.job;

import io.openinterest.Await;
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
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The whole job over made-up markets, for what its state takes. One runs at a time. */
final class StateRun implements AutoCloseable {

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant EXPIRATION = Instant.parse("2026-12-25T08:00:00Z");
    private static final int MILLIS_PER_MINUTE = 60_000;

    /** As long as single minutes are remembered. */
    private static final int FULL_MINUTES = 80;

    private final MiniCluster cluster;
    private final JobClient job;
    private final int markets;

    /**
     * What is observed.
     *
     * @param minutes event time that passes until the run waits to be told
     * @param every of all minutes but the last 80 each market has an observation in one of so many
     * @param silentHours hours behind those minutes in which nothing is observed
     */
    record Input(List<Market> markets, int minutes, int every, int silentHours) {}

    /**
     * A market.
     *
     * @param kind 0 a perpetual against a stablecoin, 1 one against the coin, else an option
     */
    record Market(String exchange, int asset, int kind) implements Serializable {}

    /** Of every asset on each of three exchanges two perpetuals and so many options. */
    static List<Market> evenly(int assets, int options) {
        List<Market> markets = new ArrayList<>();
        for (int kind = 0; kind < 2 + options; kind++) {
            for (int asset = 0; asset < assets; asset++) {
                for (String exchange : List.of("binance", "okx", "deribit")) {
                    markets.add(new Market(exchange, asset, kind));
                }
            }
        }
        return markets;
    }

    /** So many as venues have them: ten exchanges and 400 assets, both skewed, more than half of the markets options. */
    static List<Market> skewed(int count) {
        Random random = new Random(7);
        Set<Market> markets = new HashSet<>();
        while (markets.size() < count) {
            int exchange = (int) Math.min(-Math.log(1 - random.nextDouble()) / 0.35, 9);
            int asset = (int) (400 * Math.pow(random.nextDouble(), 2));
            int kind = random.nextDouble() < 0.55 ? 2 + random.nextInt(1000) : random.nextInt(2);
            // of perpetuals there is one of a kind; those beyond that are options too
            if (!markets.add(new Market("exchange" + exchange, asset, kind))) {
                markets.add(new Market("exchange" + exchange, asset, 2 + random.nextInt(1000)));
            }
        }
        return new ArrayList<>(markets);
    }

    /**
     * Entities with a total: on an exchange, on all, and against each of two quotes; the exchanges and the whole.
     */
    static int entities(List<Market> markets) {
        Set<Object> entities = new HashSet<>();
        for (Market market : markets) {
            entities.add(List.of(market.exchange(), market.asset()));
            entities.add(market.asset());
            entities.add(List.of(market.asset(), market.kind() == 0));
            entities.add(market.exchange());
        }
        return entities.size() + 1;
    }

    /** Pairs of exchange and asset with options, all of one date. */
    static int expiries(List<Market> markets) {
        Set<Object> expiries = new HashSet<>();
        for (Market market : markets) {
            if (market.kind() >= 2) {
                expiries.add(List.of(market.exchange(), market.asset()));
            }
        }
        return expiries.size();
    }

    /** Starts the job live or as a replay, and waits until the minutes of its input have been read. */
    StateRun(Input input, SourceKind kind, Configuration flink, Duration checkpointInterval, MiniCluster cluster)
            throws Exception {
        this.cluster = cluster;
        this.markets = input.markets().size();
        Arrivals observations = new Arrivals(
                new ArrayList<>(input.markets()),
                Math.max(0, input.minutes() - FULL_MINUTES),
                input.every(),
                input.minutes(),
                Duration.ofHours(input.silentHours()));
        Arrivals.awaited = observations.before(input.minutes());
        Arrivals.emitted = -1;
        Arrivals.reached = new CompletableFuture<>();
        Pace.start(Arrivals.awaited);
        Totals.PUBLISHED.set(0);
        Arguments arguments = new Arguments();
        arguments.set("replay.paths", "[unused]");
        JobConfiguration configuration = arguments.configuration(kind);
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(flink);
        environment.setParallelism(1);
        OpenInterestJob.prepare(environment, configuration);
        environment.getCheckpointConfig().setCheckpointInterval(checkpointInterval.toMillis());
        DataStream<Arrival> arrivals = environment.fromSource(
                new DataGeneratorSource<>(
                        observations,
                        Long.MAX_VALUE,
                        (RateLimiterStrategy<NumberSequenceSource.NumberSequenceSplit>) subtasks -> new Pace<>(),
                        new RecordType<>(Arrival.class)),
                WatermarkStrategy.<Arrival>forGenerator(context -> new ArrivalWatermarks())
                        .withTimestampAssigner((arrival, before) ->
                                arrival.observation().time().toEpochMilli()),
                "arrivals");
        DataStream<RuleRecord> noRules = environment
                .fromData(TypeInformation.of(RuleRecord.class), new RuleRecord("none", null, 0, 0, 0))
                .filter(rule -> false);
        Pipeline.define(arrivals, noRules, new Totals(), 1, configuration);
        job = environment.executeAsync();
        CompletableFuture.anyOf(Arrivals.reached, job.getJobExecutionResult()).get();
        // a source that is at its end leaves with the next checkpoint, and another one must not meet it while it does
        checkpoint();
        Await.until(this::rulesAreRead);
    }

    private boolean rulesAreRead() throws Exception {
        for (AccessExecutionJobVertex vertex : graph().getVerticesTopologically()) {
            if (vertex.getName().contains("read-rules")) {
                return vertex.getAggregateState() == ExecutionState.FINISHED;
            }
        }
        throw new IllegalStateException("Nothing reads rules.");
    }

    /** Takes a checkpoint. */
    AbstractCheckpointStats checkpoint() throws Exception {
        long checkpoint = cluster.triggerCheckpoint(job.getJobID(), CheckpointType.CONFIGURED)
                .get();
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

    /** Lets another minute be observed. */
    void passMinute() throws Exception {
        long last = Arrivals.emitted + markets;
        Pace.goOn(markets);
        Await.until(() -> Arrivals.emitted == last);
    }

    /** Boundaries published. */
    int boundaries() {
        return Totals.PUBLISHED.get();
    }

    private AccessExecutionGraph graph() throws Exception {
        return cluster.getExecutionGraph(job.getJobID()).get();
    }

    @Override
    public void close() throws Exception {
        job.cancel().get();
    }

    /** Lets observations through until those that are awaited, then as many as somebody asks for. */
    private static final class Pace<S extends SourceSplit> implements RateLimiter<S> {

        private static long left;
        private static CompletableFuture<Void> more;

        static synchronized void start(long observations) {
            left = observations;
            more = new CompletableFuture<>();
        }

        static void goOn(long observations) {
            CompletableFuture<Void> waiting;
            synchronized (Pace.class) {
                waiting = more;
                start(observations);
            }
            waiting.complete(null);
        }

        @Override
        public CompletionStage<Void> acquire(int requests) {
            synchronized (Pace.class) {
                if (left > 0) {
                    left -= requests;
                    return CompletableFuture.completedFuture(null);
                }
                return more.thenCompose(next -> acquire(requests));
            }
        }
    }

    /** The observations of all markets, minute by minute, evenly spread over each. */
    private record Arrivals(
            ArrayList<Market> markets, int sparseMinutes, int every, int minutesBeforeSilence, Duration silence)
            implements GeneratorFunction<Long, Arrival> {

        /** The number somebody waits for. */
        private static volatile long awaited;

        private static volatile long emitted;
        private static volatile CompletableFuture<Void> reached;

        /** The number of the first observation of a minute. */
        long before(int minute) {
            long sparse = (long) Math.min(minute, sparseMinutes) * markets.size() / every;
            return sparse + (long) Math.max(0, minute - sparseMinutes) * markets.size();
        }

        @Override
        public Arrival map(Long number) {
            if (number + 1 == awaited) {
                reached.complete(null);
            }
            emitted = number;
            long sparse = before(sparseMinutes);
            boolean isSparse = number < sparse;
            long left = isSparse ? number * every : number - sparse;
            long minute = (isSparse ? 0 : sparseMinutes) + left / markets.size();
            int market = (int) (left % markets.size());
            // each minute another part of the markets
            return arrival(isSparse ? (int) (market + minute) % markets.size() : market, minute, market, number);
        }

        private Arrival arrival(int index, long minute, int place, long seed) {
            Market market = markets.get(index);
            Random random = new Random(seed);
            String base = "asset" + market.asset();
            boolean option = market.kind() >= 2;
            boolean linear = market.kind() == 0;
            Instant time = START.plus(Duration.ofMinutes(minute))
                    .plus(minute < minutesBeforeSilence ? Duration.ZERO : silence)
                    .plusMillis((long) place * MILLIS_PER_MINUTE / markets.size());
            BigDecimal count = BigDecimal.valueOf(10_000_000L + random.nextInt(100_000), 3);
            BigDecimal price = BigDecimal.valueOf(600_000L + 50_000L * market.asset() + random.nextInt(1_000), 4);
            BigDecimal value = count.multiply(price);
            String symbol = base.toUpperCase(Locale.ROOT) + market.kind();
            Observation observation = new Observation(
                    market.exchange() + "-" + symbol + (option ? "-option" : "-future"),
                    time,
                    market.exchange(),
                    market.exchange(),
                    symbol,
                    AssetClass.CRYPTO,
                    base,
                    linear ? "usdt" : "usd",
                    linear ? "usdt" : base,
                    option ? MarketType.CALL : MarketType.PERPETUAL,
                    linear ? Structure.LINEAR : Structure.INVERSE,
                    option ? EXPIRATION : null,
                    option ? BigDecimal.valueOf(50 + market.kind()) : null,
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

    /** Counts boundaries by the total of each, and keeps nothing. */
    private static final class Totals implements Sink<TopicRecord> {

        private static final long serialVersionUID = 1L;
        private static final AtomicInteger PUBLISHED = new AtomicInteger();

        @Override
        public SinkWriter<TopicRecord> createWriter(WriterInitContext context) {
            return new SinkWriter<>() {
                @Override
                public void write(TopicRecord record, Context context) {
                    if (record.topic().equals("total.1m")) {
                        PUBLISHED.incrementAndGet();
                    }
                }

                @Override
                public void flush(boolean endOfInput) {}

                @Override
                public void close() {}
            };
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
