package io.openinterest.venues;

import io.openinterest.venue.Feed;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.List;

/**
 * CME crypto futures. CME has no free interface to ask: its figures come once a day, by files an operator exports or by
 * {@link Coinmetrics}. One side, in contracts, in USD.
 */
public final class Cme implements Venue {

    private static final String MONTH_CODES = "FGHJKMNQUVXZ";
    private static final ZoneId LONDON = ZoneId.of("Europe/London");

    /** Found by the id; nothing can be configured. */
    public Cme(VenueSettings settings) {}

    @Override
    public String exchange() {
        return "cme";
    }

    @Override
    public String restUrl() {
        return null;
    }

    /** None: it is read from files. */
    @Override
    public List<Feed> feeds() {
        return List.of();
    }

    /** A long weekend. */
    @Override
    public Duration maxAge() {
        return Duration.ofHours(96);
    }

    /** When a contract of that month ends trading: 16:00 in London on the month's last Friday. */
    static Instant expiration(YearMonth month) {
        return month.atEndOfMonth()
                .with(TemporalAdjusters.previousOrSame(DayOfWeek.FRIDAY))
                .atTime(LocalTime.of(16, 0))
                .atZone(LONDON)
                .toInstant();
    }

    /**
     * The month of a symbol such as BTCF1: root, month code, last digit of the year. Of all decades the first that does
     * not end before it was listed.
     *
     * @return null when the symbol has another form
     */
    static YearMonth month(String symbol, YearMonth listed) {
        if (!symbol.matches("[A-Z0-9]+[" + MONTH_CODES + "]\\d")) {
            return null;
        }
        int month = MONTH_CODES.indexOf(symbol.charAt(symbol.length() - 2)) + 1;
        int digit = symbol.charAt(symbol.length() - 1) - '0';
        YearMonth candidate = YearMonth.of(listed.getYear() / 10 * 10 + digit, month);
        return candidate.isBefore(listed) ? candidate.plusYears(10) : candidate;
    }
}
