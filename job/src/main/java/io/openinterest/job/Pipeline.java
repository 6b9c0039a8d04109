package io.openinterest.job;

import io.openinterest.functions.alert.AlertControl;
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
import io.openinterest.functions.metrics.MetricsSettings;
import io.openinterest.functions.metrics.ParentValue;
import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.ExpiryRow;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.functions.run.RunBounds;
import io.openinterest.functions.run.RunEvent;
import io.openinterest.functions.run.TrackRun;
import io.openinterest.functions.total.Contribution;
import io.openinterest.functions.total.SumTotals;
import io.openinterest.functions.total.SumTotals.Scope;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.config.JobConfiguration.Stages;
import io.openinterest.job.config.LiveVenues;
import io.openinterest.job.kafka.RulesTopic;
import io.openinterest.job.kafka.ToTopic;
import io.openinterest.job.kafka.TopicRecord;
import io.openinterest.job.kafka.WriteWatermarks;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.BroadcastStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.Collector;

/**
 * The whole graph, from arrivals to topics. The name of an operator is also its uid: what the dashboard shows is what a
 * savepoint is addressed by.
 */
public final class Pipeline {

    private Pipeline() {}

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
        Json.Decimals decimals = configuration.decimals();
        SnapshotSettings settings = settings(configuration);
        List<DataStream<TopicRecord>> published = new ArrayList<>();

        // What venues say: usable or not, new or repeated, plausible or not.
        // As parallel as the source, so that the arrivals of a market stay in their order.
        DataStream<Arrival> usable = named(
                "usable-arrivals",
                arrivals.filter(arrival -> arrival.observation() != null).setParallelism(arrivals.getParallelism()));
        SingleOutputStreamOperator<Arrival> accepted = named(
                "accept-observations",
                usable.keyBy(Pipeline::shard).process(new AcceptObservations(settings, configuration.isLive())));
        published.add(named("publish-unusable", arrivals.flatMap(ToTopic.unusable(decimals))));
        published.add(named(
                "publish-rejected",
                accepted.getSideOutput(AcceptObservations.REJECTED).flatMap(ToTopic.rejected(decimals))));
        if (configuration.source() != SourceKind.KAFKA) {
            DataStream<TopicRecord> observations = named(
                    "publish-observations",
                    accepted.getSideOutput(AcceptObservations.ACCEPTED).flatMap(ToTopic.observations(decimals)));
            published.add(
                    configuration.stages() == Stages.INGEST
                            ? WriteWatermarks.among(observations, partitions)
                            : observations);
        }

        if (configuration.stages() != Stages.INGEST) {
            // What it means: markets at boundaries, then their totals by asset, by exchange and over everything.
            DataStream<RunEvent> run = named("track-run", accepted.process(new TrackRun()));
            // Accepted observations are where their shard is already: no second way through the network.
            SingleOutputStreamOperator<Contribution> markets = named(
                    "snapshot-markets",
                    DataStreamUtils.reinterpretAsKeyedStream(accepted, Pipeline::shard)
                            .connect(run.broadcast(RunBounds.ANSWERED, RunBounds.REACHED))
                            .process(new SnapshotMarkets(settings)));
            SingleOutputStreamOperator<TotalRow> assets = sum("sum-assets", markets, Scope.ASSETS, settings);
            SingleOutputStreamOperator<TotalRow> exchanges =
                    sum("sum-exchanges", assets.getSideOutput(SumTotals.CONTRIBUTIONS), Scope.EXCHANGES, settings);
            SingleOutputStreamOperator<TotalRow> whole =
                    sum("sum-whole", exchanges.getSideOutput(SumTotals.CONTRIBUTIONS), Scope.WHOLE, settings);
            DataStream<TotalRow> totals = assets.union(exchanges, whole);

            published.add(named(
                    "publish-markets",
                    markets.getSideOutput(SnapshotMarkets.ROWS).flatMap(ToTopic.markets(decimals))));
            published.add(named("publish-totals", totals.flatMap(ToTopic.totals(decimals))));
            // One subtask for all, so that what it shows is of one boundary and the largest are the largest of all.
            named(
                            "show-totals",
                            shown("shown-assets", assets)
                                    .union(shown("shown-exchanges", exchanges), shown("shown-whole", whole))
                                    .keyBy(row -> Level.TOTAL.text())
                                    .process(new TotalGauges(configuration.source() != SourceKind.REPLAY))
                                    .returns(Types.VOID))
                    .setParallelism(1);

            // What it amounts to: options by expiry, and what can be said about every total.
            DataStream<ExpiryRow> expiries = named(
                    "sum-expiries",
                    markets.getSideOutput(SnapshotMarkets.OPTIONS)
                            .keyBy(OptionContribution::expiry)
                            .process(new SumExpiries(configuration.allowedLateness())));
            BroadcastStream<ParentValue> parents = named(
                            "parent-values", totals.flatMap(Pipeline::parent).returns(ParentValue.class))
                    .broadcast(DeriveMetrics.PARENTS);
            DataStream<BoundaryRecord> measured = named(
                    "derive-metrics",
                    totals.keyBy(TotalRow::entity).connect(parents).process(new DeriveMetrics(metrics(configuration))));

            published.add(named("publish-expiries", expiries.flatMap(ToTopic.expiries(decimals))));
            published.add(named("publish-metrics", measured.flatMap(ToTopic.metrics(decimals))));

            // What is worth telling: alerts on all of it, by rules that change while this runs.
            // One subtask from the topic to the broadcast: several would shuffle what is written about a rule.
            SingleOutputStreamOperator<RuleChange> changes =
                    named("read-rules", rules.process(new ReadRules()).setParallelism(1));
            BroadcastStream<AlertControl> control = named(
                            "rule-changes", changes.map(AlertControl::of).setParallelism(1))
                    .union(named("run-events", run.map(AlertControl::of)))
                    .broadcast(EvaluateAlerts.RULES, RunBounds.ANSWERED, RunBounds.REACHED);
            DataStream<AlertEvent> alerts = named(
                    "evaluate-alerts",
                    measured.union(named(
                                    "market-records",
                                    markets.getSideOutput(SnapshotMarkets.ROWS).map(BoundaryRecord::of)))
                            .keyBy(BoundaryRecord::entity)
                            .connect(control)
                            .process(new EvaluateAlerts(RulesTopic.start(configuration), settings.bounded())));

            published.add(named(
                    "publish-alerts",
                    named("show-alerts", alerts.map(new AlertGauges())).flatMap(ToTopic.alerts(decimals))));
            published.add(named(
                    "publish-bad-rules",
                    changes.getSideOutput(ReadRules.REJECTED).flatMap(ToTopic.rejected(decimals))));
        }

        published.stream()
                .reduce(DataStream::union)
                .orElseThrow()
                .sinkTo(topics)
                .name("topics")
                .uid("topics");
    }

    private static SingleOutputStreamOperator<TotalRow> sum(
            String name, DataStream<Contribution> contributions, Scope scope, SnapshotSettings settings) {
        return named(name, contributions.keyBy(scope::key).process(new SumTotals(scope, settings.corrections())));
    }

    private static DataStream<TotalRow> shown(String name, DataStream<TotalRow> totals) {
        return named(name, totals.filter(TotalGauges::concerns));
    }

    private static void parent(TotalRow row, Collector<ParentValue> out) {
        if (ParentValue.isParent(row)) {
            out.collect(ParentValue.of(row));
        }
    }

    private static int shard(Arrival arrival) {
        return SnapshotMarkets.shard(arrival.observation().market());
    }

    private static <T> SingleOutputStreamOperator<T> named(String name, SingleOutputStreamOperator<T> operator) {
        return operator.name(name).uid(name);
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
                configuration.allowedLateness());
    }
}
