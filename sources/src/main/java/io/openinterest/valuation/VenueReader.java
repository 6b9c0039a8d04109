package io.openinterest.valuation;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.adapters.Adapters;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Evidence;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.valuation.Listing.Entry;
import io.openinterest.valuation.Listing.Problem;
import io.openinterest.valuation.Prices.Price;
import io.openinterest.valuation.Valuation.Figures;
import io.openinterest.valuation.Valuation.Missing;
import io.openinterest.valuation.WaitingRows.Waiting;
import io.openinterest.venue.AssetClasses;
import io.openinterest.venue.Conventions.Convention;
import io.openinterest.venue.Conventions.TimeMeaning;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes observations and quarantine records of what the parsers of one venue report. Used on the venue's thread only;
 * it never reads a clock, so that a test can play any day.
 */
public final class VenueReader implements Observer {

    private static final Duration MAX_CLOCK_AHEAD = Duration.ofSeconds(60);

    /** Far more than any venue needs; a symbol becomes part of keys and of state. */
    private static final int MAX_SYMBOL_LENGTH = 200;

    private final Venue venue;
    private final VenueSettings settings;
    private final Duration maxAge;
    private final Naming naming;
    private final Sink sink;

    private final ListedMarkets listed;
    private final Prices prices;
    private final WaitingRows waiting = new WaitingRows();
    private final FactorGuard guard;
    private final EvidenceChecks checks;
    private final Shapes shapes;
    private final Set<String> news = new LinkedHashSet<>();
    private final Map<String, Duration> maxAges = new HashMap<>();
    private Reading reading;
    private boolean hasToldSymbols;

    /** Where results go. */
    public interface Sink {
        /**
         * A usable observation.
         *
         * @param origin the way it really came, where the observation says {@code simulated} too
         */
        void observed(Observation observation, Origin origin);

        /** Something unusable. */
        void quarantined(Quarantined quarantined);

        /** The verdict of a check. */
        default void evidence(Evidence evidence) {}
    }

    /**
     * What reading one answer brought.
     *
     * @param reported rows, prices and instruments it named, usable or not
     * @param listed the part of the instrument list that stands in it
     * @param asked further requests of the same sweep
     * @param readable false when the answer as a whole could not be read
     */
    public record Outcome(int reported, Listing.Part listed, List<Request> asked, boolean readable) {}

    /** The answer being read. */
    private static final class Reading {
        final String feed;
        final Origin origin;
        final String endpoint;
        final Reply reply;
        final List<Entry> entries = new ArrayList<>();
        final List<Problem> problems = new ArrayList<>();
        final List<Request> asked = new ArrayList<>();
        int reported;
        boolean isWhole = true;
        JsonNode element;
        String symbol;

        Reading(String feed, Origin origin, String endpoint, Reply reply) {
            this.feed = feed;
            this.origin = origin;
            this.endpoint = endpoint;
            this.reply = reply;
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
        this.naming = new Naming(venue, settings);
        this.listed = new ListedMarkets(settings.id(), naming::isWanted);
        this.prices = new Prices(settings.common().rates(), maxAge);
        this.sink = sink;
        this.guard = new FactorGuard(sink::observed);
        this.checks = new EvidenceChecks(settings.id());
        this.shapes = Shapes.of(settings.id());
    }

    // ---- for the transport ----------------------------------------------------------------------------------------

    /**
     * Reads one good answer.
     *
     * @param feed name of the feed or history
     * @param origin the way it came
     * @param endpoint what was asked, without secrets
     */
    public Outcome read(String feed, Origin origin, String endpoint, Reply reply, Consumer<Observer> parser) {
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
        if (current.reported > 0 && shapes.isDue(feed, reply.receivedAt())) {
            for (String change : shapes.compare(feed, reply.json(), reply.receivedAt())) {
                quarantine(current, null, Reason.SHAPE, change);
            }
        }
        retryWaiting();
        guard.judge(reply.receivedAt());
        Listing.Part part = new Listing.Part(current.entries, current.problems, current.isWhole);
        return new Outcome(current.reported, part, current.asked, readable);
    }

    /**
     * Takes a sweep of the instrument list.
     *
     * @param sweep what its answers named
     * @param isFinished false where it ended before all was asked
     * @param endpoint the last question
     * @return how much of it was believed
     */
    public Trust refresh(Listing sweep, boolean isFinished, String endpoint, Instant at) {
        ListedMarkets.Renewal renewal = listed.renew(sweep, isFinished, at);
        for (Instrument entry : renewal.delisted()) {
            if (isWanted(entry)) {
                guard.take(delisting(entry, at), Origin.REST);
            }
            checks.forget(naming.market(entry));
            waiting.remove(entry.key());
        }
        tell(renewal.problems(), endpoint, at);
        if (renewal.trust() == Trust.ALL && !hasToldSymbols) {
            hasToldSymbols = true;
            tellUnmatchedSymbols(endpoint, at);
        }
        return renewal.trust();
    }

    /**
     * Gives up on rows that waited too long for a price, and tells what the checks found when a full minute has passed.
     * To be called about once a second.
     */
    public void expire(Instant now) {
        waiting.takeBefore(now.minus(Prices.JOIN_WITHIN)).forEach(this::giveUp);
        guard.judge(now);
        if (checks.isDue(now)) {
            tellWithheld(now);
            checks.at(now, guard, shapes).forEach(sink::evidence);
        }
    }

    /** Gives up on all rows that wait for a price, where nothing more is to come. */
    public void giveUpWaiting() {
        waiting.takeBefore(Instant.MAX).forEach(this::giveUp);
        guard.judge(Instant.MAX);
    }

    /** Forgets what a history read has left behind. */
    public void forgetPast() {
        prices.forgetPast();
    }

    /** Records a question without a good answer. */
    public void failed(String endpoint, Fault fault, String raw, Instant at) {
        sink.quarantined(new Quarantined(at, settings.id(), endpoint, null, fault.reason(), fault.detail(), raw));
    }

    /** True for an instrument the user wants observed. */
    public boolean isWanted(Instrument instrument) {
        return naming.isWanted(instrument);
    }

    // ---- for the parsers ------------------------------------------------------------------------------------------

    @Override
    public void instrument(Instrument instrument) {
        instrument(instrument.key(), instrument::status, () -> instrument);
    }

    @Override
    public void instrument(String key, Supplier<Status> state, Supplier<Instrument> terms) {
        reading.reported++;
        if (key.length() > MAX_SYMBOL_LENGTH) {
            throw new Fields.BadSchema("the symbol is longer than " + MAX_SYMBOL_LENGTH + " characters");
        }
        Status status = null;
        Instrument instrument = null;
        try {
            status = state.get();
            instrument = checked(key, terms.get()).status(status);
        } catch (RuntimeException e) {
            // what is not observed anyway needs no terms
            if (status == null || status == Status.OBSERVED) {
                reading.problems.add(new Problem(key, reason(e), sentence(e), reading.endpoint, reading.raw()));
            }
        }
        reading.entries.add(new Entry(key, status, instrument));
    }

    @Override
    public Instrument classified(Instrument instrument, String asset, String field, String word) {
        AssetClasses classes = settings.common().assetClasses();
        if (classes.isCoin(asset)) {
            return instrument;
        }
        AssetClass assetClass = word == null
                ? classes.ofAsset(asset)
                : classes.ofWord(word).orElseGet(() -> {
                    String detail = "the field " + field + " says '" + word + "', which is the word of no asset class";
                    reading.problems.add(
                            new Problem(instrument.key(), Reason.SCHEMA, detail, reading.endpoint, reading.raw()));
                    return AssetClass.OTHER;
                });
        return instrument.assetClass(assetClass, assetClass == AssetClass.EQUITY ? classes.ticker(asset) : asset);
    }

    @Override
    public Row row(String symbol) {
        Reading from = reading;
        from.reported++;
        from.symbol = symbol;
        Source source = new Source(from.feed, from.endpoint, from::raw);
        return new Row(symbol, from.origin, from.reply.receivedAt(), row -> take(row, source));
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
            prices.putPast(symbol, time, price);
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
        return listed.instruments();
    }

    private void price(String key, BigDecimal price, String source) {
        reading.reported++;
        if (price == null) {
            return;
        }
        if (key == null) {
            throw new Fields.BadSchema("a price has no name");
        }
        if (price.signum() < 0) {
            quarantine(reading, key, Reason.MALFORMED, "the price of " + key + " is negative");
            return;
        }
        prices.put(key, price, source, reading.reply.receivedAt());
        news.add(key);
    }

    // ---- rows -----------------------------------------------------------------------------------------------------

    private void take(Row row, Source source) {
        Instrument instrument = observed(row);
        if (instrument == null) {
            return;
        }
        if (venue.isAggregator() && settings.common().directExchanges().contains(naming.exchange(instrument))) {
            String detail = "a direct venue of " + naming.exchange(instrument) + " is enabled";
            quarantine(row, source, Reason.DUPLICATE_SOURCE, detail);
            return;
        }
        String negative = negativeField(row);
        if (negative != null) {
            quarantine(row, source, Reason.MALFORMED, "the " + negative + " is negative");
            return;
        }
        if (row.count() == null) {
            quarantine(row, source, Reason.MISSING_VALUE, "the open interest is missing");
            return;
        }
        value(row, instrument, source);
    }

    /** The market of a row; null where it is not observed. */
    private Instrument observed(Row row) {
        Instrument instrument = instruments().get(row.symbol());
        return instrument == null || instrument.status() != Status.OBSERVED || !isWanted(instrument)
                ? null
                : instrument;
    }

    private void value(Row row, Instrument instrument, Source source) {
        Instrument terms = listed.restated(instrument, row.contractSize());
        if (terms == null) {
            String detail = "the contract size changed from "
                    + instrument.contractSize().toPlainString() + " to "
                    + row.contractSize().toPlainString() + "; it is held until two answers agree";
            quarantine(row, source, Reason.IMPLAUSIBLE, detail);
            return;
        }
        Convention convention = convention(source, terms, time(row));
        Price price = prices.of(row);
        BigDecimal fx = prices.usdPer(terms.quote(), row.receivedAt());
        Valuation valuation = Valuation.of(row, terms, convention, price, fx);
        if (valuation instanceof Figures figures) {
            Observation observation = observation(row, terms, convention, figures);
            BigDecimal counted = Valuation.countedUsd(row, terms, convention, price, fx);
            checks.take(observation, source.feed(), convention, counted, Valuation.ownUsd(row, price, fx));
            String contradiction = Contradiction.in(row, terms, convention, price, fx);
            if (contradiction == null) {
                report(row, convention, observation, source);
            } else {
                quarantine(row, source, Reason.IMPLAUSIBLE, contradiction);
            }
        } else if (valuation == Missing.SIZE) {
            quarantine(row, source, Reason.MISSING_VALUE, "no amount follows: the contract size is missing");
        } else if (row.origin() == Origin.HISTORY) {
            quarantine(row, source, Reason.NO_USD_PRICE, "no price of that time is known");
        } else {
            String awaited = valuation == Missing.RATE ? rateKey(terms.quote()) : row.priceKey();
            if (!waiting.add(new Waiting(row, awaited, source.kept()))) {
                quarantine(row, source, Reason.NO_USD_PRICE, "no price is known");
            }
        }
    }

    private void report(Row row, Convention convention, Observation observation, Source source) {
        Instant received = row.receivedAt();
        Instant exchangeTime = observation.exchangeTime();
        if (observation.time().isAfter(received.plus(MAX_CLOCK_AHEAD))) {
            quarantine(row, source, Reason.TIME_IN_FUTURE, "the time " + observation.time() + " is in the future");
        } else if (row.origin() != Origin.HISTORY
                && convention.time() == TimeMeaning.SNAPSHOT
                && exchangeTime != null
                && exchangeTime.plus(maxAge(observation.venue())).isBefore(received)) {
            quarantine(row, source, Reason.FROZEN_AT_SOURCE, "the venue's snapshot is of " + exchangeTime);
        } else {
            if (prices.remember(observation)) {
                news.add(rateKey(observation.base()));
            }
            guard.take(observation, row.origin());
        }
    }

    /** Values the rows that waited for what came. */
    private void retryWaiting() {
        while (!news.isEmpty()) {
            List<String> came = List.copyOf(news);
            news.clear();
            for (Waiting entry : waiting.takeFor(came)) {
                Instrument instrument = observed(entry.row());
                if (instrument != null) {
                    value(entry.row(), instrument, entry.source());
                }
            }
        }
    }

    private void giveUp(Waiting entry) {
        String detail = "no USD price was known within " + Prices.JOIN_WITHIN.toSeconds() + " s";
        quarantine(entry.row(), entry.source(), Reason.NO_USD_PRICE, detail);
    }

    /** Apart from the names of symbols, which have no space. */
    private static String rateKey(String asset) {
        return "rate of " + asset;
    }

    private Instant time(Row row) {
        Instant received = row.receivedAt();
        if (row.origin() == Origin.HISTORY) {
            if (row.time() == null) {
                throw new Fields.BadSchema("a row of the past has no time");
            }
            return row.time();
        }
        if (row.time() == null || row.time().isAfter(received)) {
            return received;
        }
        Instant earliest = received.minus(settings.common().lateness());
        return row.time().isBefore(earliest) ? earliest : row.time();
    }

    private static String negativeField(Row row) {
        if (isNegative(row.count())) {
            return "open interest";
        }
        if (isNegative(row.amount())) {
            return "amount";
        }
        if (isNegative(row.value())) {
            return "value";
        }
        if (isNegative(row.price())) {
            return "price";
        }
        if (isNegative(row.premium())) {
            return "premium";
        }
        return isNegative(row.volume()) ? "volume" : null;
    }

    private static boolean isNegative(BigDecimal value) {
        return value != null && value.signum() < 0;
    }

    // ---- observations ---------------------------------------------------------------------------------------------

    private Observation observation(Row row, Instrument instrument, Convention convention, Figures figures) {
        return Provenance.of(row, time(row), convention.sides(), published(row.origin()))
                .observation(instrument, naming, figures);
    }

    private Observation delisting(Instrument instrument, Instant at) {
        int sides = settings.common()
                .conventions()
                .find(naming.venueId(instrument), null, instrument, at)
                .sides();
        return Provenance.ofDelisting(at, sides, published(Origin.REST)).observation(instrument, naming, Figures.NONE);
    }

    private Origin published(Origin origin) {
        return settings.common().simulated() && origin != Origin.HISTORY ? Origin.SIMULATED : origin;
    }

    private Convention convention(Source source, Instrument instrument, Instant at) {
        return settings.common().conventions().find(naming.venueId(instrument), source.feed(), instrument, at);
    }

    /** What stands under another venue id counts as long as that venue's own. */
    private Duration maxAge(String id) {
        return id.equals(settings.id())
                ? maxAge
                : maxAges.computeIfAbsent(
                        id,
                        other -> Adapters.create(VenueSettings.of(other, settings.common()))
                                .maxAge());
    }

    // ---- quarantine -----------------------------------------------------------------------------------------------

    private void unreadable(Reading from, RuntimeException e) {
        from.isWhole = false;
        quarantine(from, from.symbol, reason(e), sentence(e));
    }

    private void quarantine(Reading from, String symbol, Reason reason, String detail) {
        quarantine(from.reply.receivedAt(), from.endpoint, symbol, reason, detail, from.raw());
    }

    private void quarantine(Row row, Source source, Reason reason, String detail) {
        String raw = source.raw().get();
        quarantine(row.receivedAt(), source.endpoint(), row.symbol(), reason, detail, raw);
    }

    private void quarantine(Instant at, String endpoint, String symbol, Reason reason, String detail, String raw) {
        Instrument instrument = symbol == null ? null : instruments().get(symbol);
        String market = instrument == null ? null : naming.market(instrument);
        sink.quarantined(new Quarantined(at, settings.id(), endpoint, market, reason, detail, raw));
    }

    private void tellWithheld(Instant now) {
        int withheld = guard.takeWithheld();
        if (withheld > 0) {
            String detail = withheld + " observations were held: the open interest of " + guard.held() + " of "
                    + guard.markets() + " markets leapt by a factor of about " + guard.factor()
                    + " while prices stood still, so the venue may count otherwise than the conventions say";
            sink.quarantined(new Quarantined(now, settings.id(), null, null, Reason.IMPLAUSIBLE, detail, null));
        }
    }

    /** One record for each fault, however many markets have it. */
    private void tell(List<Problem> problems, String endpoint, Instant at) {
        record Fault(Reason reason, String detail) {}
        Map<Fault, List<Problem>> byFault = new LinkedHashMap<>();
        problems.forEach(problem -> byFault.computeIfAbsent(
                        new Fault(problem.reason(), problem.detail()), fault -> new ArrayList<>())
                .add(problem));
        byFault.forEach((fault, same) -> {
            Problem first = same.get(0);
            String detail = same.size() == 1
                    ? fault.detail()
                    : fault.detail() + " in " + same.size() + " rows, the first is " + first.key();
            sink.quarantined(new Quarantined(
                    at,
                    settings.id(),
                    first.endpoint() == null ? endpoint : first.endpoint(),
                    same.size() > 1 || first.key() == null ? null : naming.market(first.key(), instruments()),
                    fault.reason(),
                    detail,
                    first.raw()));
        });
    }

    private void tellUnmatchedSymbols(String endpoint, Instant at) {
        for (String text : naming.unmatched(instruments())) {
            String detail = "venues." + settings.id() + ".symbols has " + text + ", which no listed market matches";
            sink.quarantined(
                    new Quarantined(at, settings.id(), endpoint, null, Reason.UNKNOWN_INSTRUMENT, detail, null));
        }
    }

    private static Instrument checked(String key, Instrument instrument) {
        if (!instrument.key().equals(key)) {
            throw new IllegalStateException("the entry of " + key + " is named " + instrument.key());
        }
        if (instrument.contractSize() != null && instrument.contractSize().signum() <= 0) {
            throw new Fields.BadSchema("the contract size is not above 0");
        }
        SymbolTerms.check(instrument);
        return instrument;
    }

    private static Reason reason(RuntimeException e) {
        if (e instanceof Fields.Missing) {
            return Reason.MISSING_VALUE;
        }
        return e instanceof Fields.Malformed ? Reason.MALFORMED : Reason.SCHEMA;
    }

    private static String sentence(RuntimeException e) {
        return e instanceof Fields.BadSchema || e instanceof Fields.Malformed || e instanceof Fields.Missing
                ? e.getMessage()
                : "the answer has not the documented form: " + e;
    }
}
