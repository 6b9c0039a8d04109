package io.openinterest.valuation;

import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.valuation.Listing.Entry;
import io.openinterest.valuation.Listing.Problem;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instrument.Status;
import io.openinterest.venue.Instruments;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The markets of a venue, renewed by each sweep of its list. A market leaves when the list calls it closed, or when a
 * completely read line no longer names it; one whose row can't be read stays and is not observed; one whose terms
 * change is not observed before two answers in a row state the same.
 */
final class ListedMarkets {

    private final Predicate<Instrument> wanted;
    private final Predicate<Instrument> remembered;
    private final Instruments instruments;
    private final Map<String, String> lines = new HashMap<>();
    private final Map<String, Instrument> changed = new HashMap<>();
    private final Map<String, BigDecimal> changedSizes = new HashMap<>();
    /** What the list says, where rows may say otherwise. */
    private final Map<String, BigDecimal> listedSizes = new HashMap<>();

    private final Set<String> valued = new HashSet<>();
    private boolean hasStatedSizes;

    /**
     * The changes of a sweep.
     *
     * @param trust how much of it was believed
     * @param delisted markets that are gone
     * @param closed markets that were observed before a restart and closed before they were seen listed again
     * @param problems what could not be used
     */
    record Renewal(Trust trust, List<Instrument> delisted, List<Instrument> closed, List<Problem> problems) {}

    /**
     * No market is listed yet.
     *
     * @param wanted whether a market is to be observed
     * @param remembered whether a market was observed, maybe before a restart
     */
    ListedMarkets(Predicate<Instrument> wanted, Predicate<Instrument> remembered) {
        this.wanted = wanted;
        this.remembered = remembered;
        this.instruments = new Instruments(wanted);
    }

    Instruments instruments() {
        return instruments;
    }

    /** The market of that symbol; null where it is not listed, not to be observed or not wanted. */
    Instrument observed(String symbol) {
        Instrument instrument = instruments.get(symbol);
        return instrument != null && instrument.status() == Status.OBSERVED && wanted.test(instrument)
                ? instrument
                : null;
    }

    /**
     * Takes a sweep.
     *
     * @param isFinished false where it ended before all was asked
     */
    Renewal renew(Listing listing, boolean isFinished, Instant at) {
        List<Problem> problems = new ArrayList<>(listing.problems());
        if (listing.entries().isEmpty()) {
            if (isFinished && listing.isAnswered() && !listing.hasNameless()) {
                problems.add(problem(Reason.IMPLAUSIBLE_LIST, "the instrument list is empty", null));
            }
            return new Renewal(Trust.NONE, List.of(), List.of(), problems);
        }
        Map<String, List<Instrument>> lost = lost(listing, isFinished, problems);
        boolean isPlausible = checkPlausible(listing, lost, at, problems);
        Set<String> gone = lost.values().stream()
                .flatMap(List::stream)
                .map(Instrument::key)
                .collect(Collectors.toSet());
        List<Instrument> delisted =
                alive().stream().filter(old -> gone.contains(old.key())).toList();

        List<Instrument> closed = closed(listing);
        Set<String> disbelieved = Set.of();
        if (!checkClosed(closed, listing, at, problems)) {
            isPlausible = false;
            disbelieved = closed.stream().map(Instrument::key).collect(Collectors.toSet());
            closed = List.of();
        }
        Map<String, Instrument> next = new LinkedHashMap<>();
        boolean isHeld = false;
        for (Entry entry : listing.entries()) {
            if (disbelieved.contains(entry.key())) {
                continue;
            }
            Instrument now = next(entry, instruments.get(entry.key()), gone.contains(entry.key()), problems);
            if (now != null) {
                isHeld |= changed.containsKey(entry.key());
                next.put(entry.key(), now);
                lines.put(entry.key(), listing.lineOf(entry.key()));
            }
        }
        for (Instrument old : instruments.all()) {
            if (old.status() != Status.DELISTED && !gone.contains(old.key())) {
                next.putIfAbsent(old.key(), old);
            }
            instruments.remove(old.key());
        }
        next.values().forEach(instruments::put);
        lines.keySet().retainAll(next.keySet());
        changed.keySet().retainAll(next.keySet());
        listedSizes.keySet().retainAll(next.keySet());
        valued.retainAll(next.keySet());
        boolean isAll = isFinished && listing.isAnswered() && isPlausible && !isHeld;
        return new Renewal(isAll ? Trust.ALL : Trust.PART, delisted, closed, problems);
    }

    /**
     * The terms of a market for a row that states a contract size of its own: of the first row of a market the size
     * holds, for count and size are of one answer; a later change holds once two rows state it.
     *
     * @return null while the change is held
     */
    Instrument restated(Instrument listed, BigDecimal size) {
        String key = listed.key();
        BigDecimal before = listed.contractSize();
        hasStatedSizes |= size != null;
        if (size == null || before != null && before.compareTo(size) == 0) {
            changedSizes.remove(key);
            valued.add(key);
            return listed;
        }
        BigDecimal announced = changedSizes.put(key, size);
        if (valued.contains(key) && (announced == null || announced.compareTo(size) != 0)) {
            return null;
        }
        changedSizes.remove(key);
        valued.add(key);
        Instrument restated = listed.contractSize(size);
        instruments.put(restated);
        return restated;
    }

    /** True where rows state contract sizes of their own. */
    boolean statesSizes() {
        return hasStatedSizes;
    }

    /** Markets whose rows state another contract size than the list did, with both. */
    List<String> doubtful() {
        return instruments.all().stream()
                .filter(market -> listedSizes.get(market.key()) != null)
                .filter(market -> !isSame(listedSizes.get(market.key()), market.contractSize()))
                .map(market -> market.key() + ", " + text(market.contractSize()) + " in place of "
                        + text(listedSizes.get(market.key())))
                .sorted()
                .toList();
    }

    /** The markets that the sweep says are closed and were observed before a restart: nothing else is known of them. */
    private List<Instrument> closed(Listing listing) {
        return remembered(listing)
                .filter(entry -> entry.isDelisted() && instruments.get(entry.key()) == null)
                .map(entry -> entry.instrument().status(Status.DELISTED))
                .toList();
    }

    private Stream<Entry> remembered(Listing listing) {
        return listing.entries().stream()
                .filter(entry -> entry.instrument() != null && remembered.test(entry.instrument()));
    }

    /** False where it calls too many of the markets it names closed; then it says nothing of those. */
    private boolean checkClosed(List<Instrument> closed, Listing listing, Instant at, List<Problem> problems) {
        int gone = unexpired(closed, at);
        int of = unexpired(remembered(listing).map(Entry::instrument).toList(), at);
        if (isTooMuch(gone, of)) {
            problems.add(lostTooMuch(gone, of, null));
            return false;
        }
        return true;
    }

    /** The markets that the sweep says are gone, by line. */
    private Map<String, List<Instrument>> lost(Listing listing, boolean isFinished, List<Problem> problems) {
        Map<String, List<Instrument>> lost = new TreeMap<>();
        int hidden = 0;
        for (Instrument old : alive()) {
            String line = lines.getOrDefault(old.key(), "");
            Entry entry = listing.entry(old.key());
            boolean isRead = listing.wasAsked(line)
                    ? listing.isAnswered(line) && isFinished
                    : isFinished && listing.isAnswered();
            boolean isHidden = listing.wasAsked(line) ? listing.hasNameless(line) : listing.hasNameless();
            if (entry != null ? entry.isDelisted() : isRead && !isHidden) {
                lost.computeIfAbsent(line, name -> new ArrayList<>()).add(old);
            } else if (entry == null && isRead) {
                hidden++;
            }
        }
        if (hidden > 0) {
            String detail =
                    hidden + " markets that the list no longer names stay listed: it has a row that could not be"
                            + " read and names no market";
            problems.add(problem(Reason.IMPLAUSIBLE_LIST, detail, null));
        }
        return lost;
    }

    /** Takes the lines that lost too much out of {@code lost}; false where there is such a line. */
    private boolean checkPlausible(
            Listing listing, Map<String, List<Instrument>> lost, Instant at, List<Problem> problems) {
        List<Instrument> alive =
                alive().stream().filter(old -> !isExpired(old, at)).toList();
        boolean isPlausible = true;
        for (String line : List.copyOf(lost.keySet())) {
            List<Instrument> ofLine = alive.stream()
                    .filter(old -> line.equals(lines.getOrDefault(old.key(), "")))
                    .toList();
            int gone = unexpired(lost.get(line), at);
            boolean isEmpty = listing.wasAsked(line) && listing.isEmpty(line) && gone > 0;
            if (isEmpty || listing.wasAsked(line) && isTooMuch(gone, ofLine.size())) {
                problems.add(lostTooMuch(gone, ofLine.size(), listing.hasOneLine() ? null : line));
                lost.remove(line);
                isPlausible = false;
            }
        }
        int gone = lost.values().stream().mapToInt(line -> unexpired(line, at)).sum();
        if (isTooMuch(gone, alive.size())) {
            problems.add(lostTooMuch(gone, alive.size(), null));
            lost.clear();
            isPlausible = false;
        }
        return isPlausible;
    }

    private static Problem lostTooMuch(int gone, int of, String line) {
        return problem(Reason.IMPLAUSIBLE_LIST, "the instrument list lost " + gone + " of " + of + " markets", line);
    }

    /** A single market may always close. */
    private static boolean isTooMuch(int gone, int of) {
        return gone > 1 && gone * 2 > of;
    }

    private static int unexpired(List<Instrument> instruments, Instant at) {
        return (int) instruments.stream().filter(old -> !isExpired(old, at)).count();
    }

    private static boolean isExpired(Instrument instrument, Instant at) {
        return instrument.expiration() != null && !instrument.expiration().isAfter(at);
    }

    /** Knowledge of a market after the sweep; null where there is none. */
    private Instrument next(Entry entry, Instrument before, boolean isGone, List<Problem> problems) {
        if (entry.isDelisted()) {
            Instrument terms = before != null ? before : entry.instrument();
            boolean isClosed = before == null || before.status() == Status.DELISTED || isGone;
            return terms == null ? null : isClosed ? terms.status(Status.DELISTED) : terms;
        }
        if (entry.instrument() == null) {
            return before == null || before.status() == Status.DELISTED ? null : before.status(Status.SUSPENDED);
        }
        Instrument now = asRowsSay(entry.instrument(), before);
        String difference = before == null || before.status() == Status.DELISTED ? null : difference(before, now);
        Instrument announced = difference == null ? null : changed.put(entry.key(), now);
        if (difference == null || announced != null && difference(announced, now) == null) {
            changed.remove(entry.key());
            listedSizes.put(entry.key(), entry.instrument().contractSize());
            return now;
        }
        problems.add(new Problem(
                entry.key(), Reason.IMPLAUSIBLE, difference + "; it is held until two lists agree", null, null));
        return before.status(Status.SUSPENDED);
    }

    /** The terms of a list with the size in force as long as the list says the same as before: the rows decide. */
    private Instrument asRowsSay(Instrument now, Instrument before) {
        boolean saysTheSame = before != null
                && listedSizes.containsKey(now.key())
                && isSame(listedSizes.get(now.key()), now.contractSize());
        return saysTheSame ? now.contractSize(before.contractSize()) : now;
    }

    /** The first term by which the figures of a market would change their meaning; null where all are the same. */
    static String difference(Instrument before, Instrument now) {
        if (!isSame(before.contractSize(), now.contractSize())) {
            return changed("contract size", before.contractSize(), now.contractSize());
        }
        if (!isSame(before.multiplier(), now.multiplier())) {
            return changed("multiplier", before.multiplier(), now.multiplier());
        }
        if (before.type() != now.type()) {
            return changed("type", before.type(), now.type());
        }
        if (before.structure() != now.structure()) {
            return changed("structure", before.structure(), now.structure());
        }
        if (before.assetClass() != now.assetClass()) {
            return changed("asset class", before.assetClass(), now.assetClass());
        }
        if (!before.base().equals(now.base())
                || !before.quote().equals(now.quote())
                || !before.margin().equals(now.margin())) {
            return changed("assets", assets(before), assets(now));
        }
        return null;
    }

    /** The same of two rows of one list: other than from list to list, an expiration can't have been put off between them. */
    static String contradiction(Instrument one, Instrument other) {
        String difference = difference(one, other);
        if (difference == null && !Objects.equals(one.expiration(), other.expiration())) {
            return changed("expiration", one.expiration(), other.expiration());
        }
        return difference == null && !isSame(one.strike(), other.strike())
                ? changed("strike", one.strike(), other.strike())
                : difference;
    }

    private static String assets(Instrument instrument) {
        return instrument.base() + "/" + instrument.quote() + "/" + instrument.margin();
    }

    private static String changed(String what, Object before, Object now) {
        return "the " + what + " changed from " + text(before) + " to " + text(now);
    }

    private static String text(Object value) {
        return value instanceof BigDecimal decimal ? decimal.toPlainString() : Objects.toString(value, "none");
    }

    private static boolean isSame(BigDecimal a, BigDecimal b) {
        return (a == null) == (b == null) && (a == null || a.compareTo(b) == 0);
    }

    private List<Instrument> alive() {
        return instruments.all().stream()
                .filter(old -> old.status() != Status.DELISTED)
                .toList();
    }

    private static Problem problem(Reason reason, String detail, String endpoint) {
        return new Problem(null, reason, detail, endpoint, null);
    }
}
