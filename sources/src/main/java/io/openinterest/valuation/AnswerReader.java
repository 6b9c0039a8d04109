package io.openinterest.valuation;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.ObservationReader;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.valuation.Listing.Entry;
import io.openinterest.valuation.Listing.Problem;
import io.openinterest.valuation.VenueReader.Outcome;
import io.openinterest.venue.AssetClasses;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instrument.Status;
import io.openinterest.venue.Instruments;
import io.openinterest.venue.Observer;
import io.openinterest.venue.Request;
import io.openinterest.venue.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;

/**
 * The observer that a parser reports to while it reads one answer: entries of the list are gathered, prices kept, rows
 * valued, and what can't be read is rejected with the element it stood in.
 */
final class AnswerReader implements Observer {

    /** Far more than any venue needs; a symbol becomes part of keys and of state. */
    private static final int MAX_SYMBOL_LENGTH = 200;

    private final Answer answer;
    private final AssetClasses classes;
    private final Instruments listed;
    private final Prices prices;
    private final Rows rows;
    private final Rejections rejections;

    private final Map<String, Quote> quotes = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<Request> asked = new ArrayList<>();
    private int reported;
    private boolean hasListedRows;
    /** Markets that the answer counts and the list does not have. */
    private final Set<String> unlisted = new LinkedHashSet<>();

    private boolean isWhole = true;
    private boolean isReadable = true;
    /** Writes the element that is read; null outside of lists. */
    private Supplier<String> element;

    private String symbol;

    /** A price of the answer; the contradiction is a sentence where another one denies it. */
    private record Quote(BigDecimal price, String source, Supplier<String> raw, String contradiction) {}

    AnswerReader(
            Answer answer, AssetClasses classes, Instruments listed, Prices prices, Rows rows, Rejections rejections) {
        this.answer = answer;
        this.classes = classes;
        this.listed = listed;
        this.prices = prices;
        this.rows = rows;
        this.rejections = rejections;
    }

    /** Lets a parser report; what it throws is a fault of the answer. */
    Outcome read(Consumer<Observer> parser) {
        try {
            parser.accept(this);
        } catch (RuntimeException e) {
            isReadable = false;
            unreadable(e);
        }
        quotes.forEach(this::take);
        rows.endAnswer();
        tellUnlisted();
        return new Outcome(reported, new Listing.Part(entries, problems, isWhole), asked, isReadable);
    }

    // ---- the list -------------------------------------------------------------------------------------------------

    @Override
    public void instrument(Instrument instrument) {
        instrument(instrument.key(), instrument::status, () -> instrument);
    }

    @Override
    public void instrument(String key, Supplier<Status> state, Supplier<Instrument> terms) {
        reported++;
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
                problem(key, Rejections.reason(e), Rejections.sentence(e));
            }
        }
        entries.add(new Entry(key, status, instrument));
    }

    private static Instrument checked(String key, Instrument instrument) {
        if (!instrument.key().equals(key)) {
            throw new IllegalStateException("the entry of " + key + " is named " + instrument.key());
        }
        if (instrument.contractSize() != null && instrument.contractSize().signum() <= 0) {
            throw new Fields.BadSchema("the contract size is not above 0");
        }
        if (instrument.strike() != null && instrument.strike().signum() < 0) {
            throw new Fields.BadSchema("the strike is negative");
        }
        requireName("symbol", instrument.symbol(), "a market");
        requireName("base", instrument.base(), "an asset");
        requireName("quote", instrument.quote(), "an asset");
        requireName("margin", instrument.margin(), "an asset");
        SymbolTerms.check(instrument);
        return instrument;
    }

    /** What is observed has names that can be read back from the topic. */
    private static void requireName(String field, String text, String of) {
        if (!ObservationReader.isName(text) || !text.equals(text.strip())) {
            throw new Fields.BadSchema("the " + field + " is no name of " + of);
        }
    }

    @Override
    public Instrument classified(Instrument instrument, String asset, String field, String word) {
        if (classes.isCoin(asset)) {
            return instrument;
        }
        AssetClass assetClass = word == null
                ? classes.ofAsset(asset)
                : classes.ofWord(word).orElseGet(() -> {
                    String detail = "the field " + field + " says '" + word + "', which is the word of no asset class";
                    problem(instrument.key(), Reason.SCHEMA, detail);
                    return AssetClass.OTHER;
                });
        return instrument.assetClass(assetClass, assetClass == AssetClass.EQUITY ? classes.ticker(asset) : asset);
    }

    private void problem(String key, Reason reason, String detail) {
        problems.add(new Problem(key, reason, detail, answer.endpoint(), raw().get()));
    }

    @Override
    public Instruments instruments() {
        return listed;
    }

    // ---- figures --------------------------------------------------------------------------------------------------

    @Override
    public Row row(String ofSymbol) {
        reported++;
        about(ofSymbol);
        Source source = new Source(answer.feed(), answer.endpoint(), raw());
        return new Row(ofSymbol, answer.origin(), answer.reply().receivedAt(), row -> take(row, source));
    }

    private void take(Row row, Source source) {
        if (listed.get(row.symbol()) != null) {
            hasListedRows = true;
        } else if (row.count() != null && row.count().signum() > 0) {
            unlisted.add(row.symbol());
        }
        rows.take(row, source);
    }

    /**
     * A market that is not listed is skipped: it is about to be listed, or just gone. Where several are and no other, a whole
     * product line is lost.
     */
    private void tellUnlisted() {
        if (answer.origin() == Origin.REST && !hasListedRows && unlisted.size() > 1) {
            reject(
                    null,
                    Reason.UNKNOWN_INSTRUMENT,
                    "none of the " + unlisted.size() + " markets is known from the instrument list, the first is "
                            + unlisted.iterator().next());
        }
    }

    @Override
    public void about(String ofSymbol) {
        symbol = ofSymbol;
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

    private void price(String key, BigDecimal price, String source) {
        reported++;
        if (price == null) {
            return;
        }
        if (key == null) {
            throw new Fields.BadSchema("a price has no name");
        }
        if (price.signum() < 0) {
            reject(key, Reason.MALFORMED, "the price of " + key + " is negative");
            return;
        }
        Quote quote = new Quote(price, source, raw(), null);
        quotes.merge(key, quote, (one, other) -> {
            boolean isDenied = Row.areFar(one.price, other.price);
            String contradiction = isDenied ? Contradiction.twice("a price", one.price, other.price) : null;
            return new Quote(
                    other.price,
                    other.source,
                    other.raw,
                    one.contradiction != null ? one.contradiction : contradiction);
        });
    }

    private void take(String key, Quote quote) {
        if (quote.contradiction == null) {
            prices.put(key, quote.price, quote.source, answer.reply().receivedAt());
        } else {
            rejections.reject(answer, quote.raw.get(), key, Reason.IMPLAUSIBLE, quote.contradiction + " for " + key);
        }
    }

    @Override
    public void pastPrice(String ofSymbol, Instant time, BigDecimal price) {
        reported++;
        if (price != null && price.signum() > 0) {
            prices.putPast(ofSymbol, time, price);
        }
    }

    // ---- the answer -----------------------------------------------------------------------------------------------

    @Override
    public void each(JsonNode list, ObjIntConsumer<JsonNode> reader) {
        if (!list.isArray()) {
            throw new Fields.BadSchema("a list was expected");
        }
        Supplier<String> outer = element;
        for (int i = 0; i < list.size(); i++) {
            element = null;
            symbol = null;
            int place = i;
            try {
                JsonNode read = list.get(place);
                // of a long list no element is kept, but read again
                element = () -> list.get(place).toString();
                reader.accept(read, place);
            } catch (RuntimeException e) {
                unreadable(e);
            }
        }
        element = outer;
        symbol = null;
    }

    @Override
    public void ask(Request request) {
        asked.add(request);
    }

    @Override
    public void implausible(String ofSymbol, String detail) {
        reject(ofSymbol, Reason.IMPLAUSIBLE, detail);
    }

    @Override
    public void venueError(String detail) {
        reject(null, Reason.VENUE_ERROR, detail);
    }

    private void unreadable(RuntimeException e) {
        isWhole = false;
        reject(symbol, Rejections.reason(e), Rejections.sentence(e));
    }

    private void reject(String ofSymbol, Reason reason, String detail) {
        rejections.reject(answer, raw().get(), ofSymbol, reason, detail);
    }

    private Supplier<String> raw() {
        return element != null ? element : answer.reply()::text;
    }
}
