package io.openinterest.valuation;

import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instruments;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names under which a venue's markets are published, and which of them the user wants. */
final class Naming {

    private final Venue venue;
    private final String id;
    private final Map<String, Pattern> symbols;

    Naming(Venue venue, VenueSettings settings) {
        this.venue = venue;
        this.id = settings.id();
        this.symbols = settings.symbols() == null ? null : patterns(venue, settings.symbols());
    }

    /** The exchange a market belongs to. */
    String exchange(Instrument instrument) {
        return instrument.exchange() != null ? instrument.exchange() : venue.exchange();
    }

    /** The venue id a market is reported under. */
    String venueId(Instrument instrument) {
        return instrument.venue() != null ? instrument.venue() : id;
    }

    /** The market id. */
    String market(Instrument instrument) {
        String kind = instrument.type().isOption() ? "option" : "future";
        return exchange(instrument) + "-" + instrument.symbol() + "-" + kind;
    }

    /** The id of a market whose terms may not be known. */
    String market(String key, Instruments listed) {
        Instrument instrument = listed.get(key);
        if (instrument != null) {
            return market(instrument);
        }
        boolean isOption = !listed.all().isEmpty()
                && listed.all().stream().allMatch(other -> other.type().isOption());
        return venue.isAggregator() ? key : venue.exchange() + "-" + key + (isOption ? "-option" : "-future");
    }

    /** True for an instrument the user wants observed. */
    boolean isWanted(Instrument instrument) {
        return symbols == null || symbols.values().stream().anyMatch(pattern -> matches(pattern, instrument));
    }

    /** The configured symbols that no listed market matches. */
    List<String> unmatched(Instruments listed) {
        return symbols == null
                ? List.of()
                : symbols.keySet().stream()
                        .filter(text ->
                                listed.all().stream().noneMatch(instrument -> matches(symbols.get(text), instrument)))
                        .toList();
    }

    private boolean matches(Pattern pattern, Instrument instrument) {
        return pattern.matcher(instrument.symbol()).matches()
                || pattern.matcher(market(instrument)).matches();
    }

    private static Map<String, Pattern> patterns(Venue venue, List<String> texts) {
        return texts.stream()
                .collect(Collectors.toMap(
                        text -> text, text -> glob(venue.published(text)), (one, same) -> one, LinkedHashMap::new));
    }

    private static Pattern glob(String text) {
        return Pattern.compile(
                Stream.of(text.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }
}
