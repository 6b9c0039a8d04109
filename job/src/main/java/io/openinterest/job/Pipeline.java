package io.openinterest.job;

import io.openinterest.functions.alert.AlertContradictions;
import io.openinterest.functions.alert.AlertControl;
import io.openinterest.functions.alert.AlertRule;
import io.openinterest.functions.alert.EvaluateAlerts;
import io.openinterest.functions.alert.ReadRules;
import io.openinterest.functions.alert.RuleChange;
import io.openinterest.functions.alert.RuleRecord;
import io.openinterest.functions.expiry.OptionContribution;
import io.openinterest.functions.expiry.SumExpiries;
import io.openinterest.functions.market.AcceptObservations;
import io.openinterest.functions.market.SnapshotMarkets;
import io.openinterest.functions.market.SnapshotSettings;
import io.openinterest.functions.metrics.BoundaryRecord;
import io.openinterest.functions.metrics.DeriveMetrics;
import io.openinterest.functions.metrics.MetricsControl;
import io.openinterest.functions.metrics.MetricsSettings;
import io.openinterest.functions.metrics.ParentValue;
import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.CorrectionWindow;
import io.openinterest.functions.record.ExpiryRow;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MarketRow;
import io.openinterest.functions.record.MetricsRow;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.functions.run.RuleWatch;
import io.openinterest.functions.run.RunBounds;
import io.openinterest.functions.run.RunEvent;
import io.openinterest.functions.run.TrackRun;
import io.openinterest.functions.total.CombineContributions;
import io.openinterest.functions.total.Contribution;
import io.openinterest.functions.total.SumTotals;
import io.openinterest.functions.total.SumTotals.Scope;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.config.JobConfiguration.Stages;
import io.openinterest.job.config.LiveVenues;
import io.openinterest.job.export.ParquetExport;
import io.openinterest.job.kafka.RulesTopic;
import io.openinterest.job.kafka.ToTopic;
import io.openinterest.job.kafka.TopicRecord;
import io.openinterest.job.kafka.TopicWriter;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Evidence;
import io.openinterest.observation.Observation;
import io.openinterest.wire.RecordType;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.Collector;

/**
 * The whole graph, from arrivals to topics. The name of an operator is also its uid: what the dashboard shows is what a
 * savepoint is addressed by. Records become the bytes of their topic where they are made; nothing but those bytes goes on
 * to the sink.
 */
public final class Pipeline {

    private final JobConfiguration configuration;
    private final SnapshotSettings settings;
    private final TopicWriter out;

    private Pipeline(JobConfiguration configuration, TopicWriter out) {
        this.configuration = configuration;
        this.settings = settings(configuration);
        this.out = out;
    }

    /**
     * Defines what becomes of arrivals.
     *
     * @param arrivals from venues, recordings or the observations topic
     * @param rules what the topic of alert rules says; not used by stages ingest
     * @param topics takes every record of every topic
     * @param partitions of the observations topic
     */
    public static void define(
            DataStream<Arrival> arrivals,
            DataStream<RuleRecord> rules,
            Sink<TopicRecord> topics,
            int partitions,
            JobConfiguration configuration) {
        TopicWriter out = new TopicWriter(configuration.decimals());
        Pipeline pipeline = new Pipeline(configuration, out);
        SingleOutputStreamOperator<Arrival> accepted = pipeline.accept(arrivals, partitions);
        if (configuration.stages() != Stages.INGEST) {
            DataStream<RunEvent> run = named("track-run", accepted.process(new TrackRun()));
            List<AlertRule> startRules = RulesTopic.start(configuration);
            SingleOutputStreamOperator<RuleChange> changes = pipeline.read(rules);
            SingleOutputStreamOperator<Contribution> markets = pipeline.snapshot(accepted, run, startRules, changes);
            Totals totals = pipeline.total(markets);
            pipeline.expire(markets);
            DataStream<BoundaryRecord> measured = pipeline.measure(totals, startRules, changes);
            pipeline.alert(markets, measured, run, startRules, changes);
        }
        ParquetExport.add(out.to(topics), configuration);
    }

    /** Judges what venues say: usable or not, new or repeated, plausible or not. */
    private SingleOutputStreamOperator<Arrival> accept(DataStream<Arrival> arrivals, int partitions) {
        // As parallel as the source, so that the arrivals of a market stay in their order.
        DataStream<Arrival> usable = named(
                "usable-arrivals",
                arrivals.filter(arrival -> arrival.observation() != null).setParallelism(arrivals.getParallelism()));
        SingleOutputStreamOperator<Arrival> accepted = named(
                "accept-observations",
                "drops what is repeated or implausible",
                usable.keyBy(Pipeline::shard)
                        .transform(
                                "accept-observations",
                                new RecordType<>(Arrival.class),
                                AcceptObservations.operator(settings, configuration.isLive())));
        out.write("publish-unusable", arrivals, ToTopic::unusable);
        out.write("publish-evidence", arrivals, ToTopic::evidence);
        if (configuration.isLive()) {
            contradict(arrivals);
        }
        out.write("publish-rejected", accepted.getSideOutput(AcceptObservations.REJECTED), ToTopic::rejected);
        DataStream<Observation> observations = accepted.getSideOutput(AcceptObservations.ACCEPTED);
        if (configuration.source() != SourceKind.KAFKA && configuration.stages() == Stages.INGEST) {
            out.writeWithWatermarks("publish-observations", observations, partitions);
        } else if (configuration.source() != SourceKind.KAFKA) {
            out.write("publish-observations", observations, ToTopic::observations);
        }
        return accepted;
    }

    /** Alerts of a venue whose own figures contradict the way it is read. */
    private void contradict(DataStream<Arrival> arrivals) {
        SingleOutputStreamOperator<Evidence> evidence = named(
                "evidence",
                arrivals.flatMap(Pipeline::evidence, new RecordType<>(Evidence.class))
                        .setParallelism(arrivals.getParallelism()));
        SingleOutputStreamOperator<AlertEvent> alerts = named(
                "alert-contradictions",
                "alerts of venues whose own figures contradict how they are read",
                evidence.keyBy(Evidence::venue).process(new AlertContradictions(LiveVenues.exchanges(configuration))));
        out.write(
                "publish-contradictions", named("show-contradictions", alerts.map(new AlertGauges())), ToTopic::alerts);
    }

    private static void evidence(Arrival arrival, Collector<Evidence> out) {
        if (arrival.evidence() != null) {
            out.collect(arrival.evidence());
        }
    }

    /**
     * What is written about rules. One subtask from the topic to every broadcast: several would shuffle what is written
     * about a rule.
     */
    private SingleOutputStreamOperator<RuleChange> read(DataStream<RuleRecord> rules) {
        SingleOutputStreamOperator<RuleChange> changes =
                named("read-rules", rules.process(new ReadRules()).setParallelism(1));
        out.write("publish-bad-rules", changes.getSideOutput(ReadRules.REJECTED), ToTopic::rejected);
        return changes;
    }

    /** Takes markets at boundaries. */
    private SingleOutputStreamOperator<Contribution> snapshot(
            SingleOutputStreamOperator<Arrival> accepted,
            DataStream<RunEvent> run,
            List<AlertRule> startRules,
            DataStream<RuleChange> changes) {
        DataStream<RunEvent> events = run.union(named(
                "market-rules",
                changes.map(change -> RunEvent.of(change.watched())).setParallelism(1)));
        // Accepted observations are where their shard is already: no second way through the network.
        SingleOutputStreamOperator<Contribution> markets = named(
                "snapshot-markets",
                "takes every market at each boundary, and again when it is corrected",
                DataStreamUtils.reinterpretAsKeyedStream(accepted, Pipeline::shard)
                        .connect(events.broadcast())
                        .transform(
                                "snapshot-markets",
                                new RecordType<>(Contribution.class),
                                SnapshotMarkets.operator(settings, watched(startRules))));
        out.write("publish-markets", markets.getSideOutput(SnapshotMarkets.ROWS), ToTopic::markets);
        return markets;
    }

    /** Their totals: of assets, of exchanges and of everything. */
    private Totals total(DataStream<Contribution> markets) {
        SingleOutputStreamOperator<TotalRow> assets = sum(
                "assets", "by asset, asset on exchange and pair", combined("combined-markets", markets), Scope.ASSETS);
        SingleOutputStreamOperator<TotalRow> exchanges = sum(
                "exchanges",
                "by exchange",
                combined("combined-assets", assets.getSideOutput(SumTotals.CONTRIBUTIONS)),
                Scope.EXCHANGES);
        SingleOutputStreamOperator<TotalRow> whole = sum(
                "whole",
                "over everything",
                combined("combined-exchanges", exchanges.getSideOutput(SumTotals.CONTRIBUTIONS)),
                Scope.WHOLE);
        show(List.of(shown("shown-assets", assets), shown("shown-exchanges", exchanges), shown("shown-whole", whole)));
        return new Totals(assets, exchanges, whole);
    }

    private static DataStream<Contribution> combined(String name, DataStream<Contribution> contributions) {
        return named(
                name, contributions.transform(name, new RecordType<>(Contribution.class), new CombineContributions()));
    }

    /** Open interest itself in the dashboard. One subtask, so that all of it is of one boundary. */
    private void show(List<DataStream<TotalRow>> totals) {
        named(
                        "show-totals",
                        "gauges of open interest, coverage and like for like, all of one boundary",
                        union(totals)
                                .keyBy(row -> Level.TOTAL.text())
                                .process(new TotalGauges(configuration.source() != SourceKind.REPLAY))
                                .returns(Types.VOID))
                .setParallelism(1);
    }

    private static DataStream<TotalRow> shown(String name, DataStream<TotalRow> totals) {
        return named(name, totals.filter(TotalGauges::concerns));
    }

    private SingleOutputStreamOperator<TotalRow> sum(
            String what, String by, DataStream<Contribution> contributions, Scope scope) {
        SingleOutputStreamOperator<TotalRow> totals = named(
                "sum-" + what,
                "adds markets up " + by,
                contributions
                        .keyBy(scope::key)
                        .transform(
                                "sum-" + what,
                                new RecordType<>(TotalRow.class),
                                SumTotals.operator(scope, settings.corrections())));
        out.write("publish-" + what, totals, ToTopic::totals);
        return totals;
    }

    /** Options by expiry. */
    private void expire(SingleOutputStreamOperator<Contribution> markets) {
        SingleOutputStreamOperator<ExpiryRow> expiries = named(
                "sum-expiries",
                "adds options up by expiry and strike",
                markets.getSideOutput(SnapshotMarkets.OPTIONS)
                        .keyBy(OptionContribution::expiry)
                        .transform(
                                "sum-expiries",
                                new RecordType<>(ExpiryRow.class),
                                SumExpiries.operator(settings.corrections())));
        out.write("publish-expiries", expiries, ToTopic::expiries);
    }

    /** Derives all that can be said about every total. */
    private DataStream<BoundaryRecord> measure(
            Totals totals, List<AlertRule> startRules, DataStream<RuleChange> changes) {
        List<DataStream<MetricsControl>> control = List.of(
                parents("parent-assets", totals.assets()),
                parents("parent-exchanges", totals.exchanges()),
                parents("parent-whole", totals.whole()),
                named(
                        "metrics-rules",
                        changes.map(
                                        change -> MetricsControl.of(change.watched()),
                                        new RecordType<>(MetricsControl.class))
                                .setParallelism(1)));
        SingleOutputStreamOperator<MetricsRow> metrics = named(
                "derive-metrics",
                "changes, paces, ranks and shares of every total",
                totals.all()
                        .keyBy(TotalRow::key)
                        .connect(union(control).broadcast(DeriveMetrics.PARENTS, RuleWatch.WATCHED))
                        .process(
                                new DeriveMetrics(metrics(configuration), watched(startRules)),
                                new RecordType<>(MetricsRow.class)));
        out.write("publish-metrics", metrics, ToTopic::metrics);
        return metrics.getSideOutput(DeriveMetrics.WATCHED);
    }

    private static Set<RuleWatch.Subject> watched(List<AlertRule> rules) {
        return rules.stream().map(AlertRule::watched).collect(Collectors.toUnmodifiableSet());
    }

    /** Evaluates alerts on all of it, by rules that change while this runs. */
    private void alert(
            SingleOutputStreamOperator<Contribution> markets,
            DataStream<BoundaryRecord> measured,
            DataStream<RunEvent> run,
            List<AlertRule> startRules,
            DataStream<RuleChange> changes) {
        DataStream<AlertControl> control = named(
                        "rule-changes", changes.map(AlertControl::of).setParallelism(1))
                .union(named("run-events", run.map(AlertControl::of)));
        DataStream<BoundaryRecord> marketRecords = named(
                "market-records",
                markets.getSideOutput(SnapshotMarkets.WATCHED_ROWS)
                        .map((MarketRow row) -> BoundaryRecord.of(row), new RecordType<>(BoundaryRecord.class)));
        SingleOutputStreamOperator<AlertEvent> alerts = named(
                "evaluate-alerts",
                "holds rules against markets and metrics",
                measured.union(marketRecords)
                        .keyBy(BoundaryRecord::entity)
                        .connect(control.broadcast(EvaluateAlerts.RULES, RunBounds.ANSWERED, RunBounds.REACHED))
                        .process(new EvaluateAlerts(startRules, settings.corrections())));
        out.write("publish-alerts", named("show-alerts", alerts.map(new AlertGauges())), ToTopic::alerts);
    }

    private record Totals(DataStream<TotalRow> assets, DataStream<TotalRow> exchanges, DataStream<TotalRow> whole) {

        DataStream<TotalRow> all() {
            return assets.union(exchanges, whole);
        }
    }

    private static <T> DataStream<T> union(List<DataStream<T>> streams) {
        return streams.stream().reduce(DataStream::union).orElseThrow();
    }

    private static DataStream<MetricsControl> parents(String name, DataStream<TotalRow> totals) {
        return named(name, totals.flatMap(Pipeline::parent, new RecordType<>(MetricsControl.class)));
    }

    private static void parent(TotalRow row, Collector<MetricsControl> out) {
        if (ParentValue.isParent(row)) {
            out.collect(MetricsControl.of(row));
        }
    }

    private static int shard(Arrival arrival) {
        return SnapshotMarkets.shard(arrival.observation().market());
    }

    private static <T> SingleOutputStreamOperator<T> named(String name, SingleOutputStreamOperator<T> operator) {
        return operator.name(name).uid(name);
    }

    /** The first of a vertex; says in the dashboard what the vertex does. */
    private static <T> SingleOutputStreamOperator<T> named(
            String name, String does, SingleOutputStreamOperator<T> operator) {
        return named(name, operator).setDescription(name + ": " + does);
    }

    private static SnapshotSettings settings(JobConfiguration configuration) {
        return new SnapshotSettings(
                LiveVenues.maxAges(configuration),
                JobConfiguration.DEFAULT_MAX_AGE,
                configuration.allowedLateness(),
                configuration.assetClasses(),
                configuration.isLive() ? LiveVenues.awaited(configuration) : Set.of(),
                configuration.source() == SourceKind.REPLAY);
    }

    private static MetricsSettings metrics(JobConfiguration configuration) {
        return new MetricsSettings(
                configuration.regime().priceBand(),
                configuration.regime().returnBand(),
                new CorrectionWindow(configuration.allowedLateness()));
    }
}
