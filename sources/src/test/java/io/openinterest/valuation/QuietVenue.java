package io.openinterest.valuation;

import io.openinterest.venue.Feed;
import io.openinterest.venue.Venue;
import java.util.List;

/** A venue that is asked nothing: what it would say, a test says. */
record QuietVenue(boolean isAggregator) implements Venue {

    @Override
    public String exchange() {
        return "x";
    }

    @Override
    public String restUrl() {
        return "http://x";
    }

    @Override
    public List<Feed> feeds() {
        return List.of();
    }
}
