package io.openinterest.valuation;

import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instrument.Status;
import io.openinterest.venue.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One sweep of an instrument list as it comes in. Each question of the feed's plan, with the pages it leads to, is a
 * product line: what a line does not name is gone only if all of that line was read.
 */
public final class Listing {

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> linesByKey = new HashMap<>();
    private final Map<String, String> linesByPage = new HashMap<>();
    private final Set<String> lines = new HashSet<>();
    private final Set<String> unanswered = new HashSet<>();
    private final Set<String> nameless = new HashSet<>();
    private final List<Problem> problems = new ArrayList<>();

    /**
     * A market that a list names.
     *
     * @param key see {@link Instrument#key}
     * @param status what the list says of it; null where that could not be read
     * @param instrument its terms; null where they could not be read
     */
    public record Entry(String key, Status status, Instrument instrument) {

        boolean isDelisted() {
            return status == Status.DELISTED;
        }
    }

    /**
     * A fault of one market's row.
     *
     * @param key the market
     * @param reason reason of the quarantine record
     * @param detail one sentence that names the field
     * @param endpoint what was asked
     * @param raw the row
     */
    public record Problem(String key, Reason reason, String detail, String endpoint, String raw) {}

    /**
     * The part of a list that stands in one answer.
     *
     * @param entries the markets it names
     * @param problems faults of their rows
     * @param isWhole false where a row could not be read and names no market
     */
    public record Part(List<Entry> entries, List<Problem> problems, boolean isWhole) {}

    /** Takes what reading an answer brought, and the pages it leads to. */
    public void read(Request request, VenueReader.Outcome outcome) {
        String line = lineOf(request);
        lines.add(line);
        outcome.asked().forEach(page -> linesByPage.putIfAbsent(text(page), line));
        Part part = outcome.listed();
        if (!outcome.readable()) {
            unanswered.add(line);
        } else if (!part.isWhole) {
            nameless.add(line);
        }
        for (Entry entry : part.entries) {
            entries.merge(entry.key, entry, this::both);
            linesByKey.put(entry.key, line);
        }
        problems.addAll(part.problems);
    }

    /** Takes note of a question or page without a good answer. */
    public void missing(Request request) {
        String line = lineOf(request);
        lines.add(line);
        unanswered.add(line);
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    Entry entry(String key) {
        return entries.get(key);
    }

    String lineOf(String key) {
        return linesByKey.get(key);
    }

    List<Problem> problems() {
        return problems;
    }

    /** True where the line was asked for. */
    boolean wasAsked(String line) {
        return lines.contains(line);
    }

    /** True where every answer of the line came. */
    boolean isAnswered(String line) {
        return lines.contains(line) && !unanswered.contains(line);
    }

    /** True where every answer came. */
    boolean isAnswered() {
        return unanswered.isEmpty();
    }

    /** True where a row of the line could not be read and names no market. */
    boolean hasNameless(String line) {
        return nameless.contains(line);
    }

    /** True where a row of any line could not be read and names no market. */
    boolean hasNameless() {
        return !nameless.isEmpty();
    }

    /** True where all was one question. */
    boolean hasOneLine() {
        return lines.size() == 1;
    }

    /** True where the line names no market. */
    boolean isEmpty(String line) {
        return !linesByKey.containsValue(line);
    }

    /** A symbol that is listed twice is traded where one of its rows says so; of rows with other terms none is believed. */
    private Entry both(Entry one, Entry other) {
        if (one.status != Status.OBSERVED || other.status != Status.OBSERVED) {
            return one.status == Status.OBSERVED ? one : other;
        }
        if (one.instrument == null || other.instrument == null) {
            return one.instrument == null ? one : other;
        }
        String difference = ListedMarkets.contradiction(one.instrument, other.instrument);
        if (difference == null) {
            return other;
        }
        problems.add(new Problem(one.key, Reason.IMPLAUSIBLE, "it is listed twice and " + difference, null, null));
        return new Entry(one.key, Status.OBSERVED, null);
    }

    private String lineOf(Request request) {
        String text = text(request);
        return linesByPage.getOrDefault(text, text);
    }

    private static String text(Request request) {
        return request.body() == null ? request.toString() : request + " " + request.body();
    }
}
