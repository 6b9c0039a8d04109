package io.openinterest.local;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells which venues do not answer: each once when it has been silent for too long, and once when it answers again. Not
 * thread-safe.
 */
final class VenueWatch {

    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("HH:mm").withZone(ZoneOffset.UTC);
    private static final int MAX_REASON = 120;

    private final Map<String, Duration> patience;
    private final Map<String, String> deliverers;
    private final Map<String, Instant> answered = new HashMap<>();
    private final Map<String, String> reasons = new HashMap<>();
    private final Map<String, Boolean> silent = new TreeMap<>();

    /**
     * A watch that begins now.
     *
     * @param patience how long each venue may be silent
     * @param deliverers by venue, the other one that delivers it
     */
    VenueWatch(Map<String, Duration> patience, Map<String, String> deliverers, Instant now) {
        this.patience = patience;
        this.deliverers = new HashMap<>(deliverers);
        patience.keySet().forEach(venue -> {
            answered.put(venue, now);
            silent.put(venue, false);
        });
    }

    /** A usable observation of a venue, of that time. */
    void observed(String venue, Instant time) {
        for (String asked : asked(venue)) {
            answered.computeIfPresent(asked, (id, last) -> time.isAfter(last) ? time : last);
        }
    }

    /** Something of a venue that could not be used. */
    void failed(String venue, String reason) {
        String told = reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) + "..." : reason;
        asked(venue).stream().filter(answered::containsKey).forEach(asked -> reasons.put(asked, told));
    }

    /** Sentences that were not told yet. */
    List<String> news(Instant now) {
        List<String> news = new ArrayList<>();
        silent.replaceAll((venue, wasSilent) -> {
            boolean isSilent = answered.get(venue).plus(patience.get(venue)).isBefore(now);
            if (isSilent && !wasSilent) {
                String reason = reasons.get(venue);
                news.add("no answer from " + venue + " since " + MINUTE.format(answered.get(venue))
                        + (reason == null ? "" : " (" + reason + ")"));
            } else if (wasSilent && !isSilent) {
                news.add(venue + " answers again");
            }
            return isSilent;
        });
        return news;
    }

    /** A venue may be asked itself and delivered by another; a record does not say which way it came. */
    private List<String> asked(String venue) {
        return Arrays.asList(venue, deliverers.get(venue));
    }
}
