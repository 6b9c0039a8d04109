package io.openinterest.source.live;

import io.openinterest.observation.Arrival;
import io.openinterest.transport.VenueRunner;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SupportsSplitReassignmentOnRecovery;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.lineage.DefaultLineageDataset;
import org.apache.flink.streaming.api.lineage.DefaultSourceLineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;

/**
 * Open interest of live venues. To be used with {@link #watermarks}, and with no more parallelism than {@link #readers}.
 *
 * <p>A venue can't be rewound: across a restart what it would have said is lost, except where it has a history. Within
 * the job every arrival is handed on exactly once.
 */
public final class OpenInterestSource
        implements Source<Arrival, VenueSplit, EnumeratorState>,
                SupportsSplitReassignmentOnRecovery,
                LineageVertexProvider {

    private static final long serialVersionUID = 1L;

    private final ArrayList<VenueSettings> venues;

    /**
     * For these venues.
     *
     * @throws IllegalArgumentException when there is none, or one twice
     */
    public OpenInterestSource(List<VenueSettings> venues) {
        if (venues.isEmpty()) {
            throw new IllegalArgumentException("no venue is enabled");
        }
        Set<String> ids = new HashSet<>();
        for (VenueSettings venue : venues) {
            if (!ids.add(venue.id())) {
                throw new IllegalArgumentException("the venue " + venue.id() + " is given twice");
            }
        }
        this.venues = new ArrayList<>(venues);
    }

    /** Event time that waits for each venue's first answer, and then never for anybody. */
    public WatermarkStrategy<Arrival> watermarks() {
        SourceSettings common = venues.get(0).common();
        Duration start = common.startWait();
        Duration history = common.historyWait();
        return LiveWatermarks.strategy(common.lateness(), start.compareTo(history) > 0 ? start : history);
    }

    /** The number of subtasks that get something to read at most: venues that are metered together are read by one. */
    public int readers() {
        List<Set<String>> together = new ArrayList<>();
        for (VenueSettings venue : venues) {
            Set<String> limits = new HashSet<>(VenueRunner.limits(venue));
            List<Set<String>> shared = together.stream()
                    .filter(others -> !Collections.disjoint(others, limits))
                    .toList();
            together.removeAll(shared);
            shared.forEach(limits::addAll);
            together.add(limits);
        }
        return together.size();
    }

    /** For lineage: the venues. */
    @Override
    public LineageVertex getLineageVertex() {
        DefaultSourceLineageVertex vertex = new DefaultSourceLineageVertex(getBoundedness());
        venues.forEach(venue -> vertex.addDataset(new DefaultLineageDataset(venue.id(), "venue", Map.of())));
        return vertex;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<Arrival, VenueSplit> createReader(SourceReaderContext context) {
        return OpenInterestReader.create(venues, context);
    }

    @Override
    public SplitEnumerator<VenueSplit, EnumeratorState> createEnumerator(SplitEnumeratorContext<VenueSplit> context) {
        Map<String, Set<String>> limits = new LinkedHashMap<>();
        venues.forEach(venue -> limits.put(venue.id(), VenueRunner.limits(venue)));
        return new VenueEnumerator(context, limits);
    }

    @Override
    public SplitEnumerator<VenueSplit, EnumeratorState> restoreEnumerator(
            SplitEnumeratorContext<VenueSplit> context, EnumeratorState state) {
        return createEnumerator(context);
    }

    @Override
    public SimpleVersionedSerializer<VenueSplit> getSplitSerializer() {
        return new VenueSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<EnumeratorState> getEnumeratorCheckpointSerializer() {
        return new EnumeratorState.Serializer();
    }
}
