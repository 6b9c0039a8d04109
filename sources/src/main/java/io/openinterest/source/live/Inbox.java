package io.openinterest.source.live;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationOrder;
import io.openinterest.observation.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The bounded hand-over from the venues' threads to the fetcher thread. Open interest is a level, so while downstream is
 * slow only the newest observation of each market is kept; nobody ever blocks to put something in.
 */
final class Inbox {

    /** More than this many arrivals of one venue, and its polls pause. */
    private static final int FULL = 50_000;

    /** Beyond this the oldest are dropped: only streams and history come this far. */
    private static final int MAX_WAITING = 200_000;

    private static final int MAX_QUARANTINED = 1_000;

    private static final long MINUTE = Duration.ofMinutes(1).toMillis();

    private final LongSupplier eventTime;
    private long nextMinute;
    private final Map<String, Queue> venues = new HashMap<>();
    private final Set<String> paused = new HashSet<>();
    private boolean woken;
    private Error failure;

    /**
     * One arrival.
     *
     * @param resumeFrom from when the past is to be read by a job that restarts after this; null for none of it
     */
    record Item(Arrival arrival, Instant resumeFrom) {

        /** The end of a minute: nothing that was received before it waits any more. */
        static Item minute(long passed) {
            return new Item(new Arrival(null, null, null, passed, false), null);
        }

        boolean isMinute() {
            return arrival.observation() == null && arrival.quarantined() == null && arrival.evidence() == null;
        }

        private Observation observation() {
            return arrival.observation();
        }
    }

    private static final class Queue {
        final LinkedHashMap<String, Item> observations = new LinkedHashMap<>();
        final ArrayList<Item> quarantined = new ArrayList<>();
        long conflated;
        boolean hasBegun;

        boolean isEmpty() {
            return observations.isEmpty() && quarantined.isEmpty();
        }
    }

    /**
     * An empty one.
     *
     * @param eventTime that of a receipt now, epoch milliseconds
     */
    Inbox(LongSupplier eventTime) {
        this.eventTime = eventTime;
        this.nextMinute = minuteAfter(eventTime.getAsLong());
    }

    /** Puts something in, in place of what it makes obsolete; what is older than what waits is obsolete itself. */
    synchronized void put(String venue, Item item) {
        Queue queue = venues.computeIfAbsent(venue, key -> new Queue());
        queue.hasBegun |= item.arrival().watermark() != Long.MIN_VALUE;
        if (item.observation() == null) {
            // a venue that answers nonsense by the thousand is known by the first ones
            if (queue.quarantined.size() < MAX_QUARANTINED) {
                queue.quarantined.add(item);
            } else {
                queue.conflated++;
            }
        } else {
            putObservation(queue, item);
        }
        notifyAll();
    }

    private static void putObservation(Queue queue, Item item) {
        String key = key(item.observation());
        Item known = queue.observations.get(key);
        if (known != null) {
            queue.conflated++;
            if (ObservationOrder.compare(item.observation(), known.observation()) < 0) {
                return;
            }
            // moved to the end, so that the order stays that of arrival
            queue.observations.remove(key);
        }
        queue.observations.put(key, item);
        if (queue.observations.size() > MAX_WAITING) {
            Iterator<Item> oldest = queue.observations.values().iterator();
            oldest.next();
            oldest.remove();
            queue.conflated++;
        }
    }

    /** Lets the next {@link #take} throw: a venue met an error that only a restart can mend. */
    synchronized void fail(Error error) {
        failure = error;
        notifyAll();
    }

    /**
     * Waits until there is something of a venue that is not paused, a minute of event time has passed, or {@link #wakeUp} was
     * called.
     *
     * @return everything there is, by venue; behind it that a minute has passed, whose end the venue's own clock would tell
     *     late if it stood still since the last arrival; empty when woken up
     */
    synchronized Map<String, Collection<Item>> take() throws InterruptedException {
        while (failure == null && !woken && !hasNews() && eventTime.getAsLong() < nextMinute) {
            wait(Math.max(1, nextMinute - eventTime.getAsLong()));
        }
        if (failure != null) {
            throw failure;
        }
        woken = false;
        Map<String, Collection<Item>> taken = new HashMap<>();
        venues.forEach((venue, queue) -> {
            if (!queue.isEmpty() && !paused.contains(venue)) {
                List<Item> items = new ArrayList<>(queue.observations.values());
                items.addAll(queue.quarantined);
                queue.observations.clear();
                queue.quarantined.clear();
                taken.put(venue, items);
            }
        });
        long now = eventTime.getAsLong();
        if (now >= nextMinute) {
            nextMinute = minuteAfter(now);
            venues.forEach((venue, queue) -> {
                if (queue.hasBegun && !paused.contains(venue)) {
                    taken.computeIfAbsent(venue, key -> new ArrayList<>()).add(Item.minute(nextMinute - MINUTE));
                }
            });
        }
        return taken;
    }

    /** Ends a wait, now or the next one. */
    synchronized void wakeUp() {
        woken = true;
        notifyAll();
    }

    synchronized void pause(Collection<String> which) {
        paused.addAll(which);
    }

    synchronized void resume(Collection<String> which) {
        paused.removeAll(which);
        notifyAll();
    }

    /** True while the venue is paused or much of it is waiting. */
    synchronized boolean isFull(String venue) {
        Queue queue = venues.get(venue);
        return paused.contains(venue) || queue != null && queue.observations.size() >= FULL;
    }

    /** Arrivals that wait. */
    synchronized long size() {
        return venues.values().stream()
                .mapToLong(queue -> queue.observations.size() + queue.quarantined.size())
                .sum();
    }

    /** Arrivals of the venue that newer ones took the place of, and records dropped at the bound. */
    synchronized long conflated(String venue) {
        Queue queue = venues.get(venue);
        return queue == null ? 0 : queue.conflated;
    }

    private static long minuteAfter(long time) {
        return Math.floorDiv(time, MINUTE) * MINUTE + MINUTE;
    }

    private boolean hasNews() {
        return venues.entrySet().stream()
                .anyMatch(entry -> !entry.getValue().isEmpty() && !paused.contains(entry.getKey()));
    }

    /** A row of the past takes no live one's place, and the end of a market neither. */
    private static String key(Observation observation) {
        if (Origin.HISTORY.isOf(observation)) {
            return observation.market() + " " + observation.time();
        }
        return observation.delisted() ? observation.market() + " delisted" : observation.market();
    }
}
