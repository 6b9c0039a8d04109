package io.openinterest.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A schedule of the faults of simulated venues, by the time since the start. A file is a list, of which for each venue the
 * last entry that is due counts:
 *
 * <pre>
 * - {venue: okx, at: 60s, for: 2m, kind: rate-limit, retry-after: 30s}
 * - {venue: "*", at: 5m, for: 30s, kind: html}
 * - {venue: "*", at: 10m, for: 1h, kind: random, seed: 7}
 * </pre>
 *
 * <p>{@code random} lets each venue misbehave for twenty seconds and behave for twenty, in turn, each time in a way chosen
 * by chance, the same for the same seed.
 */
public final class FaultSchedule {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final Duration RANDOM_LENGTH = Duration.ofSeconds(20);
    private static final List<Duration> RANDOM_PAUSES =
            List.of(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofSeconds(45));

    private final List<Entry> entries;
    private final Map<String, Entry> active = new HashMap<>();

    /** A way to misbehave. */
    public enum Kind {
        /** 429, with Retry-After where the entry says {@code retry-after}. */
        RATE_LIMIT,
        /** 418 for a minute. */
        BAN,
        /** 403 as a firewall's page. */
        BLOCKED,
        /** 503 as a page. */
        HTML,
        /** 200 with a page of maintenance. */
        MAINTENANCE,
        /** The first half of each body. */
        TRUNCATED,
        /** The connection is lost in the middle of each body. */
        INTERRUPTED,
        /** Bodies of 64 MiB. */
        GIGANTIC,
        /** Bodies of a million lists within one another. */
        DEEP,
        /** Bodies of a megabyte that inflates to a gigabyte. */
        GZIP_BOMB,
        /** Answers after nine seconds. */
        SLOW,
        /** Bodies a few bytes at a time. */
        SPLIT,
        /** Connections are cut without an answer, sockets too: what a failed lookup of the name comes to. */
        RESET,
        /** A listener that speaks no HTTP, as a failed TLS handshake looks. */
        TLS,
        /** The venue's clock is an hour ahead. */
        CLOCK_SKEW,
        /** Lists have lost their second half. */
        HALF_LISTS,
        /** Every question gets the answer it got first. */
        FROZEN,
        /** Connections are taken and nothing ever comes. */
        SILENT,
        /** REST works, sockets say nothing. */
        SILENT_SOCKETS,
        /** Subscriptions are never confirmed. */
        LOST_ACKNOWLEDGEMENTS,
        /** Each socket lives three seconds. */
        RECONNECT_STORM;

        private String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * One fault of one venue.
     *
     * @param from since the start
     * @param to since the start, exclusive
     * @param retryAfter stated by a rate limit; null for none
     */
    public record Entry(String venue, Duration from, Duration to, Kind kind, Duration retryAfter) {

        private boolean isDue(Duration since) {
            return from.compareTo(since) <= 0 && since.compareTo(to) < 0;
        }

        private InjectedFault fault(Clock clock) {
            return switch (kind) {
                case RATE_LIMIT -> {
                    Map<String, String> headers =
                            retryAfter == null ? Map.of() : Map.of("Retry-After", "" + retryAfter.toSeconds());
                    yield InjectedFault.status(429, headers, "{}");
                }
                case BAN -> InjectedFault.status(418, Map.of("Retry-After", "60"), "{}");
                case BLOCKED -> InjectedFault.html(403);
                case HTML -> InjectedFault.html(503);
                case MAINTENANCE -> InjectedFault.html(200);
                case TRUNCATED -> InjectedFault.truncated();
                case INTERRUPTED -> InjectedFault.interrupted();
                case GIGANTIC -> InjectedFault.gigantic(64L << 20);
                case DEEP -> InjectedFault.deep(1 << 20);
                case GZIP_BOMB -> InjectedFault.gzipBomb();
                case SLOW -> InjectedFault.slow(Duration.ofSeconds(9));
                case SPLIT -> InjectedFault.split();
                case RESET -> InjectedFault.reset();
                case TLS -> InjectedFault.noHttp();
                case CLOCK_SKEW -> InjectedFault.clockAhead(clock, Duration.ofHours(1));
                case HALF_LISTS -> InjectedFault.halfLists();
                case FROZEN -> InjectedFault.frozen();
                case SILENT -> InjectedFault.silent();
                case SILENT_SOCKETS -> InjectedFault.silentSockets();
                case LOST_ACKNOWLEDGEMENTS -> InjectedFault.lostAcknowledgements();
                case RECONNECT_STORM -> InjectedFault.reconnectStorm();
            };
        }
    }

    private FaultSchedule(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /**
     * Reads a file.
     *
     * @param venues those there are
     * @throws IllegalArgumentException with one sentence, when it can't be read or something in it is not allowed
     */
    public static FaultSchedule read(Path file, Set<String> venues) {
        JsonNode list;
        try (InputStream in = Files.newInputStream(file)) {
            list = new YAMLMapper().readTree(in);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("it does not exist", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("it can't be read as YAML", e);
        }
        if (list == null || !list.isArray()) {
            throw new IllegalArgumentException("it is no list of faults");
        }
        List<Entry> entries = new ArrayList<>();
        for (JsonNode row : list) {
            entries.addAll(entries(row, venues));
        }
        return new FaultSchedule(entries);
    }

    /** Each of the venues misbehaves by chance, every other twenty seconds until the end. */
    public static FaultSchedule random(long seed, Collection<String> venues, Duration length) {
        return new FaultSchedule(random(seed, venues, Duration.ZERO, length));
    }

    /** All faults, in the order they are given. */
    public List<Entry> entries() {
        return entries;
    }

    /** The change since the last call: the new fault of a venue, or null where it is well again. */
    Map<String, InjectedFault> changes(Duration since, Clock clock) {
        Map<String, Entry> due = new HashMap<>();
        entries.stream().filter(entry -> entry.isDue(since)).forEach(entry -> due.put(entry.venue, entry));
        Map<String, InjectedFault> changes = new HashMap<>();
        Set<String> concerned = new HashSet<>(active.keySet());
        concerned.addAll(due.keySet());
        for (String venue : concerned) {
            Entry now = due.get(venue);
            if (!Objects.equals(now, active.get(venue))) {
                changes.put(venue, now == null ? null : now.fault(clock));
            }
        }
        active.clear();
        active.putAll(due);
        return changes;
    }

    private static List<Entry> entries(JsonNode row, Set<String> venues) {
        row.fieldNames().forEachRemaining(key -> {
            if (!Set.of("venue", "at", "for", "kind", "retry-after", "seed").contains(key)) {
                throw new IllegalArgumentException(
                        "there is no key " + key + ", allowed are venue, at, for, kind, retry-after, seed");
            }
        });
        String venue = row.path("venue").asText("*");
        Duration at = duration(row, "at", Duration.ZERO);
        Duration end = at.plus(duration(row, "for", Duration.ofMinutes(1)));
        if (!venue.equals("*") && !venues.contains(venue)) {
            throw new IllegalArgumentException(
                    "there is no simulated venue " + venue + ", allowed are * and " + new TreeSet<>(venues));
        }
        Set<String> concerned = venue.equals("*") ? new TreeSet<>(venues) : Set.of(venue);
        String kind = row.path("kind").asText();
        if (kind.equals("random")) {
            return random(row.path("seed").asLong(1), concerned, at, end);
        }
        Kind found = Stream.of(Kind.values())
                .filter(one -> one.text().equals(kind))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("there is no kind \"" + kind + "\", allowed are random, "
                                + Stream.of(Kind.values()).map(Kind::text).collect(Collectors.joining(", "))));
        Duration retryAfter = duration(row, "retry-after", null);
        return concerned.stream()
                .map(one -> new Entry(one, at, end, found, retryAfter))
                .toList();
    }

    private static List<Entry> random(long seed, Collection<String> venues, Duration at, Duration end) {
        Random random = new Random(seed);
        List<String> ordered = venues.stream().sorted().toList();
        Kind[] kinds = Kind.values();
        List<Entry> entries = new ArrayList<>();
        for (String venue : ordered) {
            Duration from = at.plusMillis(random.nextLong(RANDOM_LENGTH.toMillis()));
            while (from.compareTo(end) < 0) {
                Kind kind = kinds[random.nextInt(kinds.length)];
                Duration retryAfter =
                        random.nextBoolean() ? RANDOM_PAUSES.get(random.nextInt(RANDOM_PAUSES.size())) : null;
                Duration to = from.plus(RANDOM_LENGTH);
                entries.add(new Entry(venue, from, to.compareTo(end) < 0 ? to : end, kind, retryAfter));
                from = to.plus(RANDOM_LENGTH);
            }
        }
        return entries;
    }

    private static Duration duration(JsonNode row, String key, Duration fallback) {
        if (!row.has(key)) {
            return fallback;
        }
        String text = row.path(key).asText();
        Matcher matcher = DURATION.matcher(text);
        Duration duration = matcher.matches() ? duration(Long.parseLong(matcher.group(1)), matcher.group(2)) : LONGEST;
        if (duration.compareTo(LONGEST) >= 0) {
            throw new IllegalArgumentException(
                    key + " is \"" + text + "\", allowed is a duration such as 30s or 5m of less than a week");
        }
        return duration;
    }

    private static Duration duration(long count, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }
}
