package io.openinterest.venue;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The venue's current instrument list, by {@link Instrument#key}. */
public final class Instruments {

    private final Map<String, Instrument> byKey = new LinkedHashMap<>();
    private final Predicate<Instrument> wanted;

    public Instruments(Predicate<Instrument> wanted) {
        this.wanted = wanted;
    }

    /** The instrument, whatever its status; null when the list has none of that key. */
    public @Nullable Instrument get(String key) {
        return byKey.get(key);
    }

    /** The instruments to observe, in the order of the list: those the user wants and the venue does not hold up. */
    public List<Instrument> observed() {
        return byKey.values().stream()
                .filter(instrument -> instrument.status() == Instrument.Status.OBSERVED && wanted.test(instrument))
                .toList();
    }

    /** All, whatever their status. */
    public Collection<Instrument> all() {
        return List.copyOf(byKey.values());
    }

    /** Number of instruments, whatever their status. */
    public int size() {
        return byKey.size();
    }

    public void put(Instrument instrument) {
        byKey.put(instrument.key(), instrument);
    }

    public void remove(String key) {
        byKey.remove(key);
    }
}
