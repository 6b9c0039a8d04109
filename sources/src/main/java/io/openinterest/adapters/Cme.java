package io.openinterest.adapters;

import static io.openinterest.venue.Fields.decimal;
import static io.openinterest.venue.Fields.iso;
import static io.openinterest.venue.Fields.optionalWord;
import static io.openinterest.venue.Fields.required;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Observer;
import io.openinterest.venue.Products;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Month;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * CME crypto futures, once a day. CME has no free interface to ask: an operator exports its daily figures as CSV (see
 * {@code venues.cme.files} in the configuration), or {@link Coinmetrics} delivers them. One side, in contracts, linear,
 * settled in USD.
 */
public final class Cme implements Venue {

    private static final String MONTH_CODES = "FGHJKMNQUVXZ";
    private static final ZoneId LONDON = ZoneId.of("Europe/London");

    /** A month as 2026-12, 202612 or, as on CME's pages, DEC 26. */
    private static final List<DateTimeFormatter> MONTHS = List.of(
            DateTimeFormatter.ofPattern("uuuu-MM", Locale.ROOT),
            DateTimeFormatter.ofPattern("uuuuMM", Locale.ROOT),
            new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .appendPattern("MMM uu")
                    .toFormatter(Locale.ENGLISH));

    private final Products products;

    public Cme(VenueSettings settings) {
        this.products = settings.common().products();
    }

    @Override
    public String exchange() {
        return "cme";
    }

    /** Null: there is none. */
    @Override
    public String restUrl() {
        return null;
    }

    /** Nothing is asked: both read the same row of a file, first what it is about and then its figures. */
    @Override
    public List<Feed> feeds() {
        return List.of(
                Feed.instruments("contracts").parse(this::contract),
                Feed.poll("settlements").parse(Cme::settlement));
    }

    @Override
    public Map<String, List<String>> options() {
        return Map.of("files", List.of());
    }

    @Override
    public boolean isReadFromFiles() {
        return true;
    }

    /** A long weekend. */
    @Override
    public Duration maxAge() {
        return Duration.ofHours(96);
    }

    /** The columns {@code base}, {@code contract_size} and {@code expiration} of the file come before {@code conf/products.yaml}. */
    private void contract(Reply reply, Observer out) {
        JsonNode row = reply.json();
        String code = required(row, "product_code");
        Products.Contract known = products.ofCme(code);
        String base = optionalWord(row, "base");
        BigDecimal size = decimal(row, "contract_size");
        if (known == null && (base == null || size == null)) {
            throw new Fields.BadSchema("there is no product " + code
                    + " in conf/products.yaml, and no columns base and contract_size that tell what it is");
        }
        out.instrument(Instrument.future(symbol(row), base == null ? known.base() : base, "USD", "USD", end(row))
                .contractSize(size == null ? known.size() : size));
    }

    private static Instant end(JsonNode row) {
        String text = optionalWord(row, "expiration");
        if (text == null) {
            return expiration(month(row));
        }
        if (text.contains("T")) {
            return iso(row, "expiration");
        }
        try {
            return LocalDate.parse(text)
                    .atTime(LocalTime.of(16, 0))
                    .atZone(LONDON)
                    .toInstant();
        } catch (DateTimeException e) {
            throw new Fields.BadSchema("expiration is '" + text + "' and no day such as 2026-12-24");
        }
    }

    /**
     * {"trade_date":"2026-11-19","product_code":"BTC","contract_month":"2026-12","open_interest":"21345",
     * "settle":"86250","is_final":"true","published_at":"2026-11-20T15:00:00Z"}: one row of a file. The settlement price
     * is CME's mark; the figure is of the time it was published.
     */
    private static void settlement(Reply reply, Observer out) {
        JsonNode row = reply.json();
        required(row, "published_at");
        out.row(symbol(row))
                .count(decimal(row, "open_interest"))
                .mark(decimal(row, "settle"))
                .at(iso(row, "published_at"))
                .emit();
    }

    /**
     * Product and month of a row of a file, the same however the month is written.
     *
     * @throws Fields.BadSchema where it has none
     */
    public static String contract(JsonNode row) {
        return required(row, "product_code") + " " + month(row);
    }

    private static String symbol(JsonNode row) {
        YearMonth month = month(row);
        return required(row, "product_code") + MONTH_CODES.charAt(month.getMonthValue() - 1) + month.getYear() % 10;
    }

    private static YearMonth month(JsonNode row) {
        String text = required(row, "contract_month");
        for (DateTimeFormatter form : MONTHS) {
            try {
                return YearMonth.parse(text, form);
            } catch (DateTimeException e) {
                continue;
            }
        }
        throw new Fields.BadSchema("contract_month is no month such as 2026-12");
    }

    /**
     * The end of trading of a contract of that month: 16:00 in London on the month's last Friday, or on the last day before
     * it that is a business day in London and in the United States (contract specifications at cmegroup.com).
     */
    static Instant expiration(YearMonth month) {
        LocalDate day = month.atEndOfMonth().with(TemporalAdjusters.previousOrSame(DayOfWeek.FRIDAY));
        while (isHoliday(day)) {
            day = day.minusDays(1);
        }
        return day.atTime(LocalTime.of(16, 0)).atZone(LONDON).toInstant();
    }

    /**
     * True for a day off in London or New York that can be a last Friday of a month or the days before it; others, such
     * as Mondays, are of no concern here. A New Year on a Saturday leaves the Friday before it a business day: BTCZ1 ended
     * on 2021-12-31.
     */
    private static boolean isHoliday(LocalDate day) {
        boolean isChristmas =
                day.getMonth() == Month.DECEMBER && (day.getDayOfMonth() == 25 || day.getDayOfMonth() == 26);
        boolean isThanksgiving = day.getMonth() == Month.NOVEMBER
                && day.equals(day.with(TemporalAdjusters.dayOfWeekInMonth(4, DayOfWeek.THURSDAY)));
        return day.getDayOfWeek() == DayOfWeek.SATURDAY
                || day.getDayOfWeek() == DayOfWeek.SUNDAY
                || isChristmas
                || isThanksgiving
                || day.equals(easter(day.getYear()).minusDays(2));
    }

    /** Easter Sunday of the Gregorian calendar, after Meeus, Jones and Butcher. */
    private static LocalDate easter(int year) {
        int century = year / 100;
        int golden = year % 19;
        int epact = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
        int weekday = (32 + 2 * (century % 4) + 2 * (year % 100 / 4) - epact - year % 100 % 4) % 7;
        int late = (golden + 11 * epact + 22 * weekday) / 451;
        int days = epact + weekday - 7 * late + 114;
        return LocalDate.of(year, days / 31, days % 31 + 1);
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
