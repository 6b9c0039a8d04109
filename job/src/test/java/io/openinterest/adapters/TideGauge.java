package io.openinterest.adapters;

import io.openinterest.venue.Feed;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A venue that does not exist, added as any venue is: this file, and an entry in a conventions file. */
public final class TideGauge implements Venue {

    private final String region;

    /** Found by the id {@code tide-gauge}. */
    public TideGauge(VenueSettings settings) {
        this.region = settings.option("region", "north");
    }

    @Override
    public String exchange() {
        return "tide";
    }

    @Override
    public String restUrl() {
        return "http://localhost:1/" + region;
    }

    @Override
    public List<Feed> feeds() {
        return List.of(Feed.poll("levels").get("/levels").parse((reply, out) -> {}));
    }

    @Override
    public Duration maxAge() {
        return Duration.ofHours(96);
    }

    @Override
    public Map<String, List<String>> options() {
        return Map.of("region", List.of("north", "south"));
    }
}
