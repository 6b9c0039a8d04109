package io.openinterest.adapters;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.openinterest.observation.Origin;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** No answer, however hostile, makes a venue do anything but report observations and quarantine records. */
class VenueFuzzIT {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final List<String> VENUES = VenueCase.venues();

    /** Parsers of the past look at what was asked. */
    private static final List<String> QUESTIONS =
            List.of("/any?symbol=BTCUSDT", "/v5/market/mark-price-kline?symbol=BTCUSDT", "/any?assets=btc", "/any");

    @FuzzTest(maxDuration = "10s")
    void anyAnswerIsReadOrRejected(FuzzedDataProvider data) {
        VenueSettings settings = VenueSettings.of(data.pickValue(VENUES), SourceSettings.defaults());
        Venue venue = Adapters.create(settings);
        VenueReader out = new VenueReader(venue, settings, new Unheard());
        Feed feed = data.pickValue(venue.feeds());
        boolean isPast = venue.history() != null && data.consumeBoolean();
        int status = data.consumeBoolean() ? 200 : data.consumeInt(100, 599);
        Request request = Request.get(data.pickValue(QUESTIONS));
        Reply reply = Reply.of(request, status, Map.of(), data.consumeRemainingAsString(), NOW);

        venue.fault(reply);
        out.read(feed.name(), isPast ? Origin.HISTORY : Origin.REST, "any", reply, observer -> {
            if (isPast) {
                venue.history().parser().accept(reply, observer);
            } else if (feed instanceof Feed.Poll poll) {
                poll.parser().accept(reply, observer);
            } else if (feed instanceof Feed.Subscription subscription) {
                subscription.parser().read(reply, new Unheard(), observer);
            }
        });
    }
}
