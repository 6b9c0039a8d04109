package io.openinterest.venue;

import java.util.List;

/** A venue that is asked nothing: what it would say, a test says. */
public class QuietVenue implements Venue {

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
