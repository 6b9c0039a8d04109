package io.openinterest.source.live;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;

/**
 * Gives each configured venue to a reader. It keeps no state over restarts: readers report what they had, the
 * configuration says what there is, and a venue that was removed is forgotten. Runs on the JobManager, in the
 * coordinator's thread.
 */
final class VenueEnumerator implements SplitEnumerator<VenueSplit, EnumeratorState> {

    private final SplitEnumeratorContext<VenueSplit> context;

    /**
     * Configured venues in their order, which makes the assignment deterministic, each with the limits its exchange meters
     * it by: venues that share one are read by one reader, which keeps their budget together.
     */
    private final Map<String, Set<String>> venues;

    private final Map<String, VenueSplit> unassigned = new LinkedHashMap<>();
    private final Map<Integer, Set<String>> owned = new TreeMap<>();

    VenueEnumerator(SplitEnumeratorContext<VenueSplit> context, Map<String, Set<String>> venues) {
        this.context = context;
        this.venues = venues;
    }

    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtaskId, String requesterHostname) {}

    /** After the failure of one reader, its splits since the last checkpoint come back. */
    @Override
    public void addSplitsBack(List<VenueSplit> splits, int subtaskId) {
        owned.remove(subtaskId);
        take(splits);
    }

    /** Waits for all readers, so that a rescaled job spreads the venues over all of them. */
    @Override
    public void addReader(int subtaskId) {
        owned.put(subtaskId, new TreeSet<>());
        take(context.registeredReaders().get(subtaskId).getReportedSplitsOnRegistration());
        if (context.registeredReaders().size() == context.currentParallelism()) {
            assign();
        }
    }

    @Override
    public EnumeratorState snapshotState(long checkpointId) {
        return new EnumeratorState();
    }

    @Override
    public void close() {}

    private void take(Collection<VenueSplit> splits) {
        splits.stream()
                .filter(split -> venues.containsKey(split.venue()))
                .forEach(split -> unassigned.put(split.venue(), split));
    }

    private void assign() {
        Set<String> taken = owned.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
        Map<Integer, List<VenueSplit>> assignment = new HashMap<>();
        for (String venue : venues.keySet()) {
            if (taken.contains(venue)) {
                continue;
            }
            VenueSplit split = unassigned.getOrDefault(venue, VenueSplit.fresh(venue));
            int reader = readerOf(venue);
            owned.get(reader).add(venue);
            assignment.computeIfAbsent(reader, key -> new ArrayList<>()).add(split);
        }
        unassigned.clear();
        if (!assignment.isEmpty()) {
            // never signalNoMoreSplits: a finished subtask would let event time run to its end (FLINK-38477)
            context.assignSplits(new SplitsAssignment<>(assignment));
        }
    }

    /** The reader of a venue that is metered together with this one, else the one with the fewest venues. */
    private int readerOf(String venue) {
        return owned.entrySet().stream()
                .filter(reader -> reader.getValue().stream()
                        .anyMatch(other -> !Collections.disjoint(venues.get(other), venues.get(venue))))
                .findFirst()
                .or(() -> owned.entrySet().stream()
                        .min(Comparator.comparingInt(reader -> reader.getValue().size())))
                .orElseThrow()
                .getKey();
    }
}
