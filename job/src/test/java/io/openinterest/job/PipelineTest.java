package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.alert.RuleRecord;
import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.job.kafka.TopicSink;
import io.openinterest.observation.Arrival;
import io.openinterest.source.replay.RecordedSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.streaming.runtime.partitioner.BroadcastPartitioner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the graph promises whatever it computes. */
class PipelineTest {

    @ParameterizedTest
    @ValueSource(strings = {"all", "ingest", "analyze"})
    void everyOperatorIsAddressedByItsName(String stages) {
        StreamGraph graph = graph(stages);

        assertThat(graph.getStreamNodes())
                .filteredOn(node -> !node.getOperatorName().startsWith("topics: "))
                .isNotEmpty()
                .allSatisfy(node ->
                        assertThat(node.getTransformationUID()).isNotNull().isEqualTo(name(node)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "ingest", "analyze"})
    void theGraphIsCompleteWithoutGeneratedIdsAndWithoutKryo(String stages) {
        JobGraph graph = graph(stages).getJobGraph();

        assertThat(graph.getVertices()).isNotEmpty();
        assertThat(graph.getMaximumParallelism()).isEqualTo(3);
        assertThat(StreamSupport.stream(graph.getVertices().spliterator(), false))
                .extracting(JobVertex::getMaxParallelism)
                .containsOnly(JobConfiguration.MAX_PARALLELISM);
        assertThat(graph.getCheckpointingSettings()
                        .getCheckpointCoordinatorConfiguration()
                        .getCheckpointInterval())
                .isEqualTo(10_000);
    }

    @Test
    void theDashboardShowsAVertexForEachStepAndNoneForWhatIsBesideIt() {
        assertThat(graph("all").getJobGraph().getVertices())
                .extracting(vertex -> vertex.getName().split(" ->")[0])
                .containsExactlyInAnyOrder(
                        "Source: arrivals",
                        "Source: rules",
                        "accept-observations",
                        "alert-contradictions",
                        "snapshot-markets",
                        "sum-assets",
                        "sum-exchanges",
                        "sum-whole",
                        "show-totals",
                        "sum-expiries",
                        "derive-metrics",
                        "evaluate-alerts",
                        "topics: Writer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "ingest", "analyze"})
    void theDashboardSaysOfEachVertexWhatItDoes(String stages) {
        assertThat(graph(stages, "export.parquet=exports").getJobGraph().getVertices())
                .filteredOn(vertex -> !vertex.getName().startsWith("Source: "))
                // Flink gives no sink a description
                .filteredOn(vertex -> !vertex.getName().matches("(topics|parquet): .*"))
                .extracting(JobVertex::getOperatorPrettyName)
                .isNotEmpty()
                .allMatch(description -> description.matches("(?s)[a-z-]+: [a-z].*"));
    }

    @Test
    void theDashboardSaysOfEachLiveSourceWhatItReads() {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        JobConfiguration configuration = configuration("venues.cme.enabled=true", "venues.cme.files=files");

        Sources.arrivals(environment, configuration, 4).sinkTo(new DiscardingSink<>());

        assertThat(environment.getStreamGraph().getStreamNodes())
                .extracting(StreamNode::getOperatorDescription)
                .filteredOn(description -> description.matches("[a-z-]+: [a-z].*"))
                .extracting(description -> description.replaceFirst(": .*", ""))
                .containsExactlyInAnyOrder("venues", "cme-files", "keep-newest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rocksdb", "forst"})
    void stateOnDiskIsMergedBySizeUnlessTheConfigurationSaysOtherwise(String backend) {
        String style = "state.backend." + backend + ".compaction.style";
        String predefined = "state.backend." + backend + ".predefined-options";

        assertThat(prepared(Map.of())).containsEntry(style, "UNIVERSAL");
        assertThat(prepared(Map.of(style, "LEVEL"))).containsEntry(style, "LEVEL");
        assertThat(prepared(Map.of(predefined, "FLASH_SSD_OPTIMIZED"))).doesNotContainKey(style);
    }

    @Test
    void rulesComeToTheirBroadcastThroughOneSubtask() {
        StreamGraph graph = graph("all");
        Deque<StreamNode> behind = new ArrayDeque<>();
        behind.add(node(graph, "rules"));
        List<String> way = new ArrayList<>();

        // follow the rules until they are broadcast
        while (!behind.isEmpty()) {
            StreamNode node = behind.pop();
            way.add(name(node));
            assertThat(node.getParallelism()).as(name(node)).isEqualTo(1);
            node.getOutEdges().stream()
                    .filter(edge -> !(edge.getPartitioner() instanceof BroadcastPartitioner))
                    .map(edge -> graph.getStreamNode(edge.getTargetId()))
                    .filter(target -> !name(target).equals("publish-bad-rules"))
                    .forEach(behind::add);
        }

        assertThat(way)
                .containsExactlyInAnyOrder("rules", "read-rules", "rule-changes", "market-rules", "metrics-rules");
    }

    private static StreamNode node(StreamGraph graph, String name) {
        return graph.getStreamNodes().stream()
                .filter(node -> name(node).equals(name))
                .findAny()
                .orElseThrow();
    }

    private static String name(StreamNode node) {
        return node.getOperatorName().replaceFirst("^Source: ", "");
    }

    private static Map<String, String> prepared(Map<String, String> options) {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(
                org.apache.flink.configuration.Configuration.fromMap(options));
        OpenInterestJob.prepare(environment, new Arguments().configuration(SourceKind.LIVE));
        return environment.getConfiguration().toMap();
    }

    private static JobConfiguration configuration(String... settings) {
        Arguments arguments = new Arguments();
        for (String setting : settings) {
            arguments.set(setting.split("=")[0], setting.split("=")[1]);
        }
        return arguments.configuration(SourceKind.LIVE);
    }

    private static StreamGraph graph(String stages, String... settings) {
        JobConfiguration configuration = configuration(Stream.concat(Stream.of("stages=" + stages), Stream.of(settings))
                .toArray(String[]::new));
        var options = new org.apache.flink.configuration.Configuration();
        options.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(options);
        environment.setParallelism(3);
        OpenInterestJob.prepare(environment, configuration);
        DataStream<Arrival> arrivals = environment
                .fromSource(
                        new RecordedSource(List.of(Path.of("never-opened")), Duration.ZERO, true),
                        WatermarkStrategy.noWatermarks(),
                        "arrivals")
                .uid("arrivals");
        DataStream<RuleRecord> rules = environment
                .fromData(new RuleRecord("id", "{}", 0, 0, 0))
                .setParallelism(1)
                .uid("rules")
                .name("rules");
        Pipeline.define(arrivals, rules, TopicSink.of(configuration, "run"), 4, configuration);
        return environment.getStreamGraph();
    }
}
