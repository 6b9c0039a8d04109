package io.openinterest.source.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.mocks.MockSplitEnumeratorContext;
import org.junit.jupiter.api.Test;

class VenueEnumeratorTest {

    private static final Map<String, Set<String>> VENUES = venues("a", "b", "c");
    private static final Instant REACHED = Instant.parse("2026-11-20T12:00:00Z");

    @Test
    void spreadsNewVenuesOverAllReaders() throws Exception {
        try (MockSplitEnumeratorContext<VenueSplit> context = new MockSplitEnumeratorContext<>(2)) {
            VenueEnumerator enumerator = new VenueEnumerator(context, VENUES);

            // when: nothing happens before the last reader is there
            register(context, enumerator, 0);
            assertThat(assigned(context)).isEmpty();
            register(context, enumerator, 1);

            // then
            assertThat(assigned(context))
                    .containsOnly(Map.entry(0, List.of(fresh("a"), fresh("c"))), Map.entry(1, List.of(fresh("b"))));
        }
    }

    @Test
    void venuesThatAreMeteredTogetherHaveOneReader() throws Exception {
        try (MockSplitEnumeratorContext<VenueSplit> context = new MockSplitEnumeratorContext<>(2)) {
            Map<String, Set<String>> venues = venues("a", "b", "c");
            venues.put("a", Set.of("binance"));
            venues.put("d", Set.of("binance", "other"));
            VenueEnumerator enumerator = new VenueEnumerator(context, venues);

            register(context, enumerator, 0);
            register(context, enumerator, 1);

            assertThat(assigned(context))
                    .containsOnly(
                            Map.entry(0, List.of(fresh("a"), fresh("c"), fresh("d"))),
                            Map.entry(1, List.of(fresh("b"))));
        }
    }

    /** One without would wait for the longest of all waits, and event time with it. */
    @Test
    void ofAsManyReadersAsAreOfUseEachHasAVenue() throws Exception {
        // given venues of which those of one exchange are metered by one limit
        List<String> ids = List.of("bybit-linear", "okx", "bybit-inverse", "deribit", "bybit-option");
        OpenInterestSource source = new OpenInterestSource(ids.stream()
                .map(id -> VenueSettings.of(id, SourceSettings.defaults()))
                .toList());
        assertThat(source.readers()).isEqualTo(3);

        try (MockSplitEnumeratorContext<VenueSplit> context = new MockSplitEnumeratorContext<>(source.readers());
                SplitEnumerator<VenueSplit, EnumeratorState> enumerator = source.createEnumerator(context)) {
            for (int reader = 0; reader < source.readers(); reader++) {
                register(context, enumerator, reader);
            }

            assertThat(assigned(context)).hasSize(source.readers());
        }
    }

    @Test
    void handsOutAgainWhatReadersHadAfterARescale() throws Exception {
        try (MockSplitEnumeratorContext<VenueSplit> context = new MockSplitEnumeratorContext<>(3)) {
            // given: b was removed from the configuration, d added
            VenueEnumerator enumerator = new VenueEnumerator(context, venues("a", "c", "d"));

            // when
            register(context, enumerator, 0, reached("a"), reached("b"), reached("c"));
            register(context, enumerator, 1);
            register(context, enumerator, 2);

            // then
            assertThat(assigned(context))
                    .containsOnly(
                            Map.entry(0, List.of(reached("a"))),
                            Map.entry(1, List.of(reached("c"))),
                            Map.entry(2, List.of(fresh("d"))));
        }
    }

    @Test
    void givesTheVenuesOfAFailedReaderBackWithTheirProgress() throws Exception {
        try (MockSplitEnumeratorContext<VenueSplit> context = new MockSplitEnumeratorContext<>(2)) {
            VenueEnumerator enumerator = new VenueEnumerator(context, VENUES);
            register(context, enumerator, 0);
            register(context, enumerator, 1);

            // when: reader 1 fails and comes back
            context.unregisterReader(1);
            enumerator.addSplitsBack(List.of(reached("b")), 1);
            register(context, enumerator, 1);

            // then: the others keep theirs
            assertThat(assigned(context))
                    .containsOnly(
                            Map.entry(0, List.of(fresh("a"), fresh("c"))),
                            Map.entry(1, List.of(fresh("b"), reached("b"))));
        }
    }

    @Test
    void readsTheBytesOfItsSplitsAndIgnoresFieldsOfLaterVersions() throws Exception {
        VenueSplitSerializer serializer = new VenueSplitSerializer();
        for (VenueSplit split : List.of(reached("bybit-linear"), fresh("okx"))) {
            byte[] bytes = serializer.serialize(split);
            byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 9);
            assertThat(serializer.deserialize(1, bytes)).isEqualTo(split);
            assertThat(serializer.deserialize(2, longer)).isEqualTo(split);
        }
    }

    private static void register(
            MockSplitEnumeratorContext<VenueSplit> context,
            SplitEnumerator<VenueSplit, EnumeratorState> enumerator,
            int subtask,
            VenueSplit... reported) {
        context.registerReader(ReaderInfo.createReaderInfo(subtask, "here", List.of(reported)));
        enumerator.addReader(subtask);
    }

    private static Map<Integer, List<VenueSplit>> assigned(MockSplitEnumeratorContext<VenueSplit> context) {
        Map<Integer, List<VenueSplit>> all = new TreeMap<>();
        context.getSplitsAssignmentSequence()
                .forEach(step -> step.assignment()
                        .forEach((subtask, splits) -> all.computeIfAbsent(subtask, key -> new ArrayList<>())
                                .addAll(splits)));
        return all;
    }

    /** Each with a limit of its own. */
    private static Map<String, Set<String>> venues(String... ids) {
        Map<String, Set<String>> venues = new LinkedHashMap<>();
        for (String id : ids) {
            venues.put(id, Set.of("limit of " + id));
        }
        return venues;
    }

    private static VenueSplit fresh(String venue) {
        return VenueSplit.fresh(venue);
    }

    private static VenueSplit reached(String venue) {
        return new VenueSplit(venue, REACHED, null, Map.of());
    }
}
