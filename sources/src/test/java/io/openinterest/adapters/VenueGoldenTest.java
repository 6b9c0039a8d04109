package io.openinterest.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.openinterest.observation.Origin;
import io.openinterest.valuation.Listing;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case of every venue: payloads against expected observations. A new venue needs only its files. */
class VenueGoldenTest {

    private static final Path CASES = Path.of("src", "test", "resources", "venues");
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    static Stream<Arguments> cases() throws IOException {
        return files(CASES, ".case")
                .map(file -> Arguments.of(
                        file.getParent().getFileName().toString(),
                        file.getFileName().toString().replace(".case", "")));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void playsAsExpected(String venue, String name) throws IOException {
        new VenueCase(venue, CASES.resolve(venue).resolve(name + ".case")).play();
    }

    static Stream<String> venues() throws IOException {
        return files(CASES, ".case")
                .map(file -> file.getParent().getFileName().toString())
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("venues")
    void anyPayloadMakesOnlyObservationsAndQuarantineRecords(String id) throws IOException {
        assumeTrue(Files.isDirectory(VenueCase.payloads()), "the captured payloads are not here");
        // given: every payload of every venue, so most are of another venue's form
        List<String> payloads =
                files(VenueCase.payloads(), ".json").map(VenueGoldenTest::read).toList();
        Venue venue = Adapters.create(VenueSettings.of(id, SourceSettings.defaults()));
        VenueReader out = new VenueReader(venue, VenueSettings.of(id, SourceSettings.defaults()), new Unheard());
        List<Feed> feeds = venue.feeds();

        // then
        for (String payload : payloads) {
            Reply reply = Reply.of(Request.get("/any"), 200, Map.of(), payload, NOW);
            assertThatCode(() -> {
                        venue.fault(reply);
                        feeds.forEach(feed -> read(feed, reply, out));
                        if (venue.history() != null) {
                            out.read(
                                    "history",
                                    Origin.HISTORY,
                                    "any",
                                    reply,
                                    observer -> venue.history().parser().accept(reply, observer));
                        }
                    })
                    .doesNotThrowAnyException();
        }
        assertThat(payloads).isNotEmpty();
    }

    private static void read(Feed feed, Reply reply, VenueReader out) {
        if (feed instanceof Feed.Poll poll) {
            var outcome = out.read(
                    feed.name(),
                    Origin.REST,
                    "any",
                    reply,
                    observer -> poll.parser().accept(reply, observer));
            Listing listing = new Listing();
            listing.read(reply.request(), outcome);
            out.refresh(listing, false, "any", NOW);
        } else if (feed instanceof Feed.Subscription subscription) {
            out.read(
                    feed.name(),
                    Origin.WEBSOCKET,
                    "any",
                    reply,
                    observer -> subscription.parser().read(reply, new Unheard(), observer));
        }
    }

    private static Stream<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList().stream();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
