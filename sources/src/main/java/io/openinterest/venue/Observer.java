package io.openinterest.venue;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The observer that parsers report to. It values rows, converts quotes, counts sides by the conventions, clamps times, and
 * turns what can't be used into quarantine records; a parser only says what stands in the payload.
 */
public interface Observer {

    /** An entry of the instrument list that was read completely. */
    void instrument(Instrument instrument);

    /**
     * An entry of the instrument list. Its state is judged first: what the list calls closed leaves, and what is not
     * observed needs no terms. A state or terms that can't be read make only this market unknown: it stays listed, is
     * not observed, and a quarantine record says why, one for each fault and sweep.
     *
     * @param key the symbol, or what {@link Instrument#key} will be
     * @param state reads the state
     * @param terms reads the rest
     */
    void instrument(String key, Supplier<Instrument.Status> state, Supplier<Instrument> terms);

    /**
     * The instrument with the class of its base: the one the list states, by the words of
     * {@code conf/asset-classes.yaml}, else the one its name tells. A stated word that is not known there makes it
     * {@code other} and is told once for each sweep. A stock has the ticker as its base.
     *
     * @param asset the base as the venue writes it
     * @param field name of the field with the word
     * @param word what the list states; null where it states nothing
     */
    Instrument classified(Instrument instrument, String asset, @Nullable String field, @Nullable String word);

    /** The instrument with the class that the name of its base tells, on a venue that states none. */
    default Instrument classified(Instrument instrument, String asset) {
        return classified(instrument, asset, null, null);
    }

    /**
     * Starts a row of open interest. Rows of symbols that are not in the list, not observed or filtered out by the user
     * are skipped silently.
     */
    Row row(String symbol);

    /** Names the market of what follows in this element: a record of what can't be read there says it. */
    void about(String symbol);

    /** A price of one unit of the symbol's base in its quote; rows that give none of their own wait up to 60 s for it. */
    void mark(String key, @Nullable BigDecimal price);

    /** The same with an index price. The key is a symbol, or any name rows ask for with {@link Row#priceOf}. */
    void index(String key, @Nullable BigDecimal price);

    /** The same with a last trade's price. */
    void last(String key, @Nullable BigDecimal price);

    /** In a history parser: the mark price of a symbol at an instant of the past. */
    void pastPrice(String symbol, Instant time, BigDecimal price);

    /**
     * Reads each element; one that can't be read becomes a quarantine record and does not spoil the others.
     *
     * @param list an array; anything else makes the whole answer a quarantine record of reason {@code schema}
     */
    default void each(JsonNode list, Consumer<JsonNode> reader) {
        each(list, (element, place) -> reader.accept(element));
    }

    /** The same for a reader that is told the place of the element too, which counts those that can't be read. */
    void each(JsonNode list, ObjIntConsumer<JsonNode> reader);

    /** Asks something more in the same sweep, usually the next page; the same parser reads the answer. */
    void ask(Request request);

    /** Something the parser itself found implausible; everything else is found by the row. */
    void implausible(String symbol, String detail);

    /** An error the venue reports that belongs to no request or topic, such as one on a stream; one sentence. */
    void venueError(String detail);

    /** The current instrument list. */
    Instruments instruments();
}
