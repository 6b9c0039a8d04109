package io.openinterest.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An answer to a frame says by its id which topics it confirms or refuses, so no two frames of a venue have the same. */
class SubscribeFramesTest {

    @ParameterizedTest
    @MethodSource("io.openinterest.adapters.VenueCase#venues")
    void idsAreUnique(String venue) throws IOException {
        for (Feed.Subscription feed : subscriptions(venue)) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                ids.add(id(feed.subscribe().apply(List.of("BTCUSDT@T" + i))));
            }
            ids.add(id(feed.pingFrame()));
            ids.removeIf(Objects::isNull);
            assertThat(ids).as(feed.name()).doesNotHaveDuplicates();
        }
    }

    @Test
    void thereAreVenuesThatAnswerById() throws IOException {
        List<String> ids = new ArrayList<>();
        for (String venue : VenueCase.venues()) {
            for (Feed.Subscription feed : subscriptions(venue)) {
                ids.add(id(feed.subscribe().apply(List.of("BTCUSDT@T"))));
            }
        }
        assertThat(ids).filteredOn(Objects::nonNull).hasSizeGreaterThanOrEqualTo(3);
    }

    private static List<Feed.Subscription> subscriptions(String venue) {
        VenueSettings settings = new VenueSettings(
                venue,
                null,
                null,
                Duration.ofSeconds(60),
                null,
                null,
                Map.of("transport", "websocket"),
                SourceSettings.defaults());
        return Adapters.create(settings).feeds().stream()
                .filter(Feed.Subscription.class::isInstance)
                .map(Feed.Subscription.class::cast)
                .filter(feed -> feed.subscribe() != null)
                .toList();
    }

    private static String id(String frame) throws IOException {
        if (frame == null || !frame.startsWith("{")) {
            return null;
        }
        JsonNode json = Fields.MAPPER.readTree(frame);
        return Fields.text(json.has("req_id") ? json.path("req_id") : json.path("id"));
    }
}
