package io.openinterest.valuation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.openinterest.adapters.Adapters;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.observation.Structure;
import io.openinterest.venue.Assets;
import io.openinterest.venue.Conventions.Convention;
import io.openinterest.venue.Conventions.TimeMeaning;
import io.openinterest.venue.Conventions.Unit;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instrument.Status;
import io.openinterest.venue.Instruments;
import io.openinterest.venue.Observer;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Row;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes observations and quarantine records of what the parsers of one venue report. Used on the venue's thread only;
 * it never reads a clock, so that a test can play any day.
 */
public final class VenueReader implements Observer {

    /** A price or rate older than this is not joined to a row, and a row waits no longer for one. */
    private static final Duration JOIN = Duration.ofSeconds(60);

    private static final Duration FUTURE = Duration.ofSeconds(60);
    private static final BigDecimal HALF = new BigDecimal("0.5");
    private static final int WAITING_LIMIT = 50_000;

    /** Far more than any venue needs; a symbol becomes part of keys and of state. */
    private static final int MAX_SYMBOL = 200;

    private final Venue venue;
    private final VenueSettings settings;
    private final Duration maxAge;
    private final List<Pattern> symbols;
    private final Sink sink;

    private final Instruments book = new Instruments(this::isWanted);
    private final Map<String, Price> prices = new HashMap<>();
    private final Map<String, TreeMap<Instant, BigDecimal>> pastPrices = new HashMap<>();
    private final Map<String, Rate> rates = new HashMap<>();
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();
    private Reading reading;

    /** Where results go. */
    public interface Sink {
        /** A usable observation. */
        void observed(Observation observation);

        /** Something unusable. */
        void quarantined(Quarantined quarantined);
    }

    /**
     * What reading one answer brought.
     *
     * @param reported rows, prices and instruments it named, usable or not
     * @param instruments entries of the instrument list
     * @param asked further requests of the same sweep
     * @param readable false when the answer as a whole could not be read
     * @param complete false when it or one of its rows could not be read: it may name less than the venue does
     */
    public record Outcome(
            int reported, List<Instrument> instruments, List<Request> asked, boolean readable, boolean complete) {}

    private record Price(BigDecimal price, String source, Instant at) {}

    private record Rate(String symbol, BigDecimal valueUsd, BigDecimal priceUsd, Instant at) {}

    private record Waiting(Row row, Reading from) {}

    /** The answer being read. */
    private static final class Reading {
        final String feed;
        final String origin;
        final String endpoint;
        final Reply reply;
        final List<Instrument> instruments = new ArrayList<>();
        final List<Request> asked = new ArrayList<>();
        int reported;
        boolean complete = true;
        JsonNode element;
        String symbol;

        Reading(String feed, String origin, String endpoint, Reply reply) {
            this.feed = feed;
            this.origin = origin;
            this.endpoint = endpoint;
            this.reply = reply;
        }

        Instant at() {
            return reply.receivedAt();
        }

        boolean isHistory() {
            return origin.equals("history");
        }

        String raw() {
            return element != null ? element.toString() : reply.text();
        }
    }

    /** For one venue; results go to the sink on the calling thread. */
    public VenueReader(Venue venue, VenueSettings settings, Sink sink) {
        this.venue = venue;
        this.settings = settings;
        this.maxAge = settings.maxAge() != null ? settings.maxAge() : venue.maxAge();
        this.symbols = settings.symbols() == null
                ? null
                : settings.symbols().stream().map(VenueReader::glob).toList();
        this.sink = sink;
    }

    // ---- for the transport ----------------------------------------------------------------------------------------

    /**
     * Reads one good answer.
     *
     * @param feed name of the feed or history
     * @param origin {@code rest}, {@code websocket} or {@code history}
     * @param endpoint what was asked, without secrets
     */
    public Outcome read(String feed, String origin, String endpoint, Reply reply, Consumer<Observer> parser) {
        Reading current = new Reading(feed, origin, endpoint, reply);
        reading = current;
        boolean readable = true;
        try {
            parser.accept(this);
        } catch (RuntimeException e) {
            readable = false;
            unreadable(current, e);
        } finally {
            reading = null;
        }
        retryWaiting(reply.receivedAt());
        return new Outcome(current.reported, current.instruments, current.asked, readable, current.complete);
    }

    /**
     * Takes a sweep of the instrument list.
     *
     * @param listed what all its answers named
     * @param complete false when an answer is missing or a row could not be read; then nothing is delisted, for what
     *     is not named may be in what is missing
     * @return false when the list is empty or implausible and the old one stays
     */
    public boolean refresh(List<Instrument> listed, boolean complete, String endpoint, Instant at) {
        if (!complete) {
            listed.stream().filter(entry -> entry.status() != Status.DELISTED).forEach(book::put);
            return !listed.isEmpty();
        }
        Map<String, Instrument> next = new LinkedHashMap<>();
        listed.forEach(entry -> next.put(entry.key(), entry));
        List<Instrument> alive = book.all().stream()
                .filter(entry -> entry.status() != Status.DELISTED)
                .toList();
        List<Instrument> lost = alive.stream()
                .filter(entry -> isDelisted(next.get(entry.key())))
                .toList();
        if (next.isEmpty() || lost.size() * 2 > alive.size()) {
            String detail = next.isEmpty()
                    ? "the instrument list is empty"
                    : "the instrument list lost " + lost.size() + " of " + alive.size() + " markets";
            sink.quarantined(new Quarantined(at, settings.id(), endpoint, null, Reason.IMPLAUSIBLE_LIST, detail, null));
            return false;
        }
        for (Instrument entry : lost) {
            if (isWanted(entry)) {
                sink.observed(delisted(entry, at));
            }
            waiting.remove(entry.key());
        }
        book.all().forEach(entry -> book.remove(entry.key()));
        next.values().forEach(book::put);
        return true;
    }

    /** Gives up on rows that waited too long for a price. To be called about once a second. */
    public void expire(Instant now) {
        retryWaiting(now);
    }

    /** Forgets what a history read has left behind. */
    public void forgetPast() {
        pastPrices.clear();
    }

    /** Records a question without a good answer. */
    public void failed(String endpoint, Fault fault, String raw, Instant at) {
        sink.quarantined(new Quarantined(at, settings.id(), endpoint, null, fault.reason(), fault.detail(), raw));
    }

    /** True for an instrument the user wants observed. */
    public boolean isWanted(Instrument instrument) {
        return symbols == null
                || symbols.stream()
                        .anyMatch(
                                pattern -> pattern.matcher(instrument.symbol()).matches()
                                        || pattern.matcher(market(instrument)).matches());
    }

    // ---- for the parsers ------------------------------------------------------------------------------------------

    @Override
    public void instrument(Instrument instrument) {
        reading.reported++;
        if (instrument.symbol().length() > MAX_SYMBOL) {
            throw new Fields.BadSchema("the symbol is longer than " + MAX_SYMBOL + " characters");
        }
        if (instrument.contractSize() != null && instrument.contractSize().signum() <= 0) {
            throw new Fields.BadSchema("the contract size of " + instrument.symbol() + " is not above 0");
        }
        reading.instruments.add(instrument);
    }

    @Override
    public Row row(String symbol) {
        Reading from = reading;
        from.reported++;
        from.symbol = symbol;
        return new Row(symbol, row -> take(row, from));
    }

    @Override
    public void mark(String key, BigDecimal price) {
        price(key, price, "mark");
    }

    @Override
    public void index(String key, BigDecimal price) {
        price(key, price, "index");
    }

    @Override
    public void last(String key, BigDecimal price) {
        price(key, price, "last");
    }

    @Override
    public void pastPrice(String symbol, Instant time, BigDecimal price) {
        reading.reported++;
        if (price != null && price.signum() > 0) {
            pastPrices.computeIfAbsent(symbol, key -> new TreeMap<>()).put(time, price);
        }
    }

    @Override
    public void each(JsonNode list, Consumer<JsonNode> reader) {
        if (!list.isArray()) {
            throw new Fields.BadSchema("a list was expected");
        }
        JsonNode outer = reading.element;
        for (JsonNode element : list) {
            reading.element = element;
            reading.symbol = null;
            try {
                reader.accept(element);
            } catch (RuntimeException e) {
                unreadable(reading, e);
            }
        }
        reading.element = outer;
        reading.symbol = null;
    }

    @Override
    public void ask(Request request) {
        reading.asked.add(request);
    }

    @Override
    public void implausible(String symbol, String detail) {
        quarantine(reading, symbol, Reason.IMPLAUSIBLE, detail);
    }

    @Override
    public void venueError(String detail) {
        quarantine(reading, null, Reason.VENUE_ERROR, detail);
    }

    @Override
    public Instruments instruments() {
        return book;
    }

    // ---- valuation ------------------------------------------------------------------------------------------------

    private void price(String key, BigDecimal price, String source) {
        reading.reported++;
        if (price == null) {
            return;
        }
        if (price.signum() < 0) {
            quarantine(reading, key, Reason.MALFORMED, "the price of " + key + " is negative");
            return;
        }
        prices.put(key, new Price(price, source, reading.at()));
    }

    private void take(Row row, Reading from) {
        Instrument instrument = book.get(row.symbol);
        if (instrument == null || instrument.status() != Status.OBSERVED || !isWanted(instrument)) {
            return;
        }
        if (venue.isAggregator() && settings.common().directExchanges().contains(exchange(instrument))) {
            quarantine(
                    from,
                    row.symbol,
                    Reason.DUPLICATE_SOURCE,
                    "a direct venue of " + exchange(instrument) + " is enabled");
            return;
        }
        String negative = negativeField(row);
        if (negative != null) {
            quarantine(from, row.symbol, Reason.MALFORMED, "the " + negative + " is negative");
            return;
        }
        if (row.count == null) {
            quarantine(from, row.symbol, Reason.MISSING_VALUE, "the open interest is missing");
            return;
        }
        Observation observation = observe(row, instrument, from);
        if (observation != null) {
            report(observation, row, from);
        } else if (from.isHistory()) {
            quarantine(from, row.symbol, Reason.NO_USD_PRICE, "no price of that time is known");
        } else if (waiting.size() < WAITING_LIMIT || waiting.containsKey(row.symbol)) {
            waiting.put(row.symbol, new Waiting(row, copy(from)));
        } else {
            quarantine(from, row.symbol, Reason.NO_USD_PRICE, "no price is known");
        }
    }

    /** A waiting row keeps its own element, not the answer of megabytes it stood in. */
    private static Reading copy(Reading from) {
        String raw = from.raw();
        String start = raw.substring(0, Math.min(raw.length(), 4096));
        Reply bare = new Reply(null, 200, Map.of(), start, MissingNode.getInstance(), from.at());
        return new Reading(from.feed, from.origin, from.endpoint, bare);
    }

    private void retryWaiting(Instant now) {
        var entries = waiting.values().iterator();
        while (entries.hasNext()) {
            Waiting entry = entries.next();
            Instrument instrument = book.get(entry.row.symbol);
            if (instrument == null) {
                entries.remove();
                continue;
            }
            Observation observation = observe(entry.row, instrument, entry.from);
            if (observation != null) {
                entries.remove();
                report(observation, entry.row, entry.from);
            } else if (entry.from.at().plus(JOIN).isBefore(now)) {
                entries.remove();
                quarantine(
                        entry.from,
                        entry.row.symbol,
                        Reason.NO_USD_PRICE,
                        "no USD price was known within " + JOIN.toSeconds() + " s");
            }
        }
    }

    private void report(Observation observation, Row row, Reading from) {
        Convention convention = convention(from, book.get(row.symbol), observation.time());
        Instant exchangeTime = observation.exchangeTime();
        if (observation.time().isAfter(from.at().plus(FUTURE))) {
            quarantine(from, row.symbol, Reason.TIME_IN_FUTURE, "the time " + observation.time() + " is in the future");
        } else if (!from.isHistory()
                && convention.time() == TimeMeaning.SNAPSHOT
                && exchangeTime != null
                && exchangeTime.plus(maxAge(observation.venue())).isBefore(from.at())) {
            quarantine(from, row.symbol, Reason.FROZEN_AT_SOURCE, "the venue's snapshot is of " + exchangeTime);
        } else {
            remember(observation);
            sink.observed(observation);
        }
    }

    /** The observation of a row; null while a price or rate is missing. */
    private Observation observe(Row row, Instrument instrument, Reading from) {
        Instant time = time(row, from);
        Convention convention = convention(from, instrument, time);
        BigDecimal fx = usdPer(instrument.quote(), from);
        if (fx == null && !(row.value != null && row.valueInUsd)) {
            return null;
        }
        Price price = priceOf(row, from);
        BigDecimal size = instrument.contractSize() == null ? BigDecimal.ONE : instrument.contractSize();
        BigDecimal oneSide = convention.sides() == 2 ? row.count.multiply(HALF) : row.count;
        boolean sizedInBase =
                instrument.structure() == Structure.LINEAR || instrument.type().isOption();

        BigDecimal face = switch (convention.unit()) {
            case QUOTE -> oneSide;
            case CONTRACTS ->
                instrument.structure() == Structure.INVERSE && !sizedInBase ? oneSide.multiply(size) : null;
            case BASE -> null;
        };
        BigDecimal amount = row.amount;
        if (amount == null && convention.unit() == Unit.BASE) {
            amount = oneSide;
        } else if (amount == null && convention.unit() == Unit.CONTRACTS && sizedInBase) {
            amount = oneSide.multiply(size);
        }
        boolean own = row.value != null && (row.value.signum() > 0 || amount == null || amount.signum() == 0);
        BigDecimal valueUsd;
        if (own) {
            valueUsd = row.valueInUsd ? row.value : row.value.multiply(fx);
        } else if (face != null) {
            valueUsd = Fields.multiply(face, fx);
        } else {
            valueUsd = price == null ? null : Fields.multiply(Fields.multiply(amount, price.price), fx);
        }
        // without the price the amount and the value are the venue's own, and the price follows from them
        boolean derived = (own || face != null)
                && amount != null
                && amount.signum() > 0
                && valueUsd != null
                && valueUsd.signum() > 0;
        if (amount == null && valueUsd != null) {
            amount = valueUsd.signum() == 0
                    ? BigDecimal.ZERO
                    : price == null || fx == null ? null : Fields.divide(valueUsd, price.price.multiply(fx));
        }
        if (amount == null || valueUsd == null) {
            return null;
        }
        BigDecimal amountBase = amount.multiply(instrument.multiplier());
        BigDecimal priceUsd;
        String priceSource;
        if (derived) {
            priceUsd = Fields.divide(valueUsd, amountBase);
            priceSource = "venue-value";
        } else if (price != null && fx != null) {
            BigDecimal perUnit = price.price.multiply(fx);
            priceUsd = instrument.multiplier().compareTo(BigDecimal.ONE) == 0
                    ? perUnit
                    : Fields.divide(perUnit, instrument.multiplier());
            priceSource = price.source;
        } else {
            return null;
        }
        boolean countsUnits = convention.unit() == Unit.CONTRACTS || instrument.contractSize() == null;
        return new Observation(
                market(instrument),
                time,
                exchange(instrument),
                venueId(instrument),
                instrument.symbol(),
                instrument.assetClass(),
                instrument.base(),
                instrument.quote(),
                instrument.margin(),
                instrument.type(),
                instrument.structure(),
                instrument.expiration(),
                instrument.strike(),
                countsUnits ? row.count : Fields.divide(row.count, size),
                instrument.contractSize(),
                convention.sides(),
                amountBase,
                priceUsd,
                priceSource,
                valueUsd,
                premiumUsd(row, amount, priceUsd.multiply(instrument.multiplier()), fx),
                row.fundingRate,
                row.fundingHours,
                volumeUsd(row, priceUsd.multiply(instrument.multiplier()), fx),
                row.time,
                from.at(),
                false,
                origin(from.origin));
    }

    private Observation delisted(Instrument instrument, Instant at) {
        Convention convention = settings.common().conventions().find(venueId(instrument), null, instrument, at);
        return new Observation(
                market(instrument),
                at,
                exchange(instrument),
                venueId(instrument),
                instrument.symbol(),
                instrument.assetClass(),
                instrument.base(),
                instrument.quote(),
                instrument.margin(),
                instrument.type(),
                instrument.structure(),
                instrument.expiration(),
                instrument.strike(),
                BigDecimal.ZERO,
                instrument.contractSize(),
                convention.sides(),
                BigDecimal.ZERO,
                null,
                null,
                BigDecimal.ZERO,
                null,
                null,
                null,
                null,
                null,
                at,
                true,
                origin("rest"));
    }

    private static BigDecimal premiumUsd(Row row, BigDecimal amount, BigDecimal unitPriceUsd, BigDecimal fx) {
        return Fields.multiply(Fields.multiply(row.premium, amount), row.premiumInBase ? unitPriceUsd : fx);
    }

    private static BigDecimal volumeUsd(Row row, BigDecimal unitPriceUsd, BigDecimal fx) {
        if (row.volume == null) {
            return null;
        }
        return switch (row.volumeUnit) {
            case USD -> row.volume;
            case QUOTE -> Fields.multiply(row.volume, fx);
            case BASE -> row.volume.multiply(unitPriceUsd);
        };
    }

    private Instant time(Row row, Reading from) {
        Instant received = from.at();
        if (from.isHistory()) {
            if (row.time == null) {
                throw new Fields.BadSchema("a row of the past has no time");
            }
            return row.time;
        }
        if (row.time == null || row.time.isAfter(received)) {
            return received;
        }
        Instant earliest = received.minus(settings.common().lateness());
        return row.time.isBefore(earliest) ? earliest : row.time;
    }

    private Price priceOf(Row row, Reading from) {
        if (row.price != null) {
            return row.price.signum() == 0 ? null : new Price(row.price, row.priceSource, from.at());
        }
        Price known = prices.get(row.priceKey);
        if (from.isHistory()) {
            TreeMap<Instant, BigDecimal> past = pastPrices.get(row.priceKey);
            Map.Entry<Instant, BigDecimal> entry = past == null ? null : past.floorEntry(row.time);
            if (entry != null) {
                return new Price(entry.getValue(), "mark", entry.getKey());
            }
            return known != null && !known.at.isAfter(row.time) ? known : null;
        }
        boolean near = known != null
                && known.price.signum() > 0
                && Duration.between(known.at, from.at()).abs().compareTo(JOIN) <= 0;
        return near ? known : null;
    }

    /** USD of one unit of a quote asset; null while unknown. */
    private BigDecimal usdPer(String quote, Reading from) {
        BigDecimal fixed = settings.common().rates().get(quote);
        if (fixed != null) {
            return fixed;
        }
        if (Assets.isDollar(quote)) {
            return BigDecimal.ONE;
        }
        Rate rate = rates.get(quote);
        return rate == null || Duration.between(rate.at, from.at()).compareTo(maxAge) > 0 ? null : rate.priceUsd;
    }

    /** Keeps the price of the venue's largest dollar perpetual of each asset, for markets quoted in that asset. */
    private void remember(Observation o) {
        if (o.type() != MarketType.PERPETUAL
                || !Assets.isDollar(o.quote())
                || o.origin().equals("history")) {
            return;
        }
        Rate known = rates.get(o.base());
        if (known == null
                || known.symbol.equals(o.symbol())
                || known.valueUsd.compareTo(o.valueUsd()) < 0
                || Duration.between(known.at, o.databaseTime()).compareTo(maxAge) > 0) {
            rates.put(o.base(), new Rate(o.symbol(), o.valueUsd(), o.priceUsd(), o.databaseTime()));
        }
    }

    // ---- identity and small things --------------------------------------------------------------------------------

    private Convention convention(Reading from, Instrument instrument, Instant at) {
        return settings.common().conventions().find(venueId(instrument), from.feed, instrument, at);
    }

    /** What stands under another venue id counts as long as that venue's own. */
    private Duration maxAge(String id) {
        return id.equals(settings.id())
                ? maxAge
                : Adapters.create(VenueSettings.of(id, settings.common())).maxAge();
    }

    private String exchange(Instrument instrument) {
        return instrument.exchange() != null ? instrument.exchange() : venue.exchange();
    }

    private String venueId(Instrument instrument) {
        return instrument.venue() != null ? instrument.venue() : settings.id();
    }

    private String market(Instrument instrument) {
        String kind = instrument.type().isOption() ? "option" : "future";
        return exchange(instrument) + "-" + instrument.symbol() + "-" + kind;
    }

    private String origin(String real) {
        return settings.common().simulated() && !real.equals("history") ? "simulated" : real;
    }

    private static boolean isDelisted(Instrument instrument) {
        return instrument == null || instrument.status() == Status.DELISTED;
    }

    private static String negativeField(Row row) {
        if (isNegative(row.count)) {
            return "open interest";
        }
        if (isNegative(row.amount)) {
            return "amount";
        }
        if (isNegative(row.value)) {
            return "value";
        }
        if (isNegative(row.price)) {
            return "price";
        }
        if (isNegative(row.premium)) {
            return "premium";
        }
        return isNegative(row.volume) ? "volume" : null;
    }

    private static boolean isNegative(BigDecimal value) {
        return value != null && value.signum() < 0;
    }

    private void unreadable(Reading from, RuntimeException e) {
        from.complete = false;
        Reason reason = e instanceof Fields.Malformed ? Reason.MALFORMED : Reason.SCHEMA;
        quarantine(from, from.symbol, reason, sentence(e));
    }

    private void quarantine(Reading from, String symbol, Reason reason, String detail) {
        Instrument instrument = symbol == null ? null : book.get(symbol);
        String market = instrument == null ? null : market(instrument);
        sink.quarantined(new Quarantined(from.at(), settings.id(), from.endpoint, market, reason, detail, from.raw()));
    }

    private static String sentence(RuntimeException e) {
        return e instanceof Fields.BadSchema || e instanceof Fields.Malformed
                ? e.getMessage()
                : "the answer has not the documented form: " + e;
    }

    private static Pattern glob(String text) {
        return Pattern.compile(
                Stream.of(text.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }
}
