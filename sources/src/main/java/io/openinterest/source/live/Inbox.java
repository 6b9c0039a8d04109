package io.openinterest.source.live;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

    private final Map<String, Queue> venues = new HashMap<>();
    private final Set<String> paused = new HashSet<>();
    private boolean woken;

    private static final class Queue {
        final LinkedHashMap<String, Arrival> observations = new LinkedHashMap<>();
        final ArrayList<Arrival> quarantined = new ArrayList<>();
        long conflated;

        boolean isEmpty() {
            return observations.isEmpty() && quarantined.isEmpty();
        }
    }

    /** Puts something in, in place of what it makes obsolete. */
    synchronized void put(String venue, Arrival arrival) {
        Queue queue = venues.computeIfAbsent(venue, key -> new Queue());
        if (arrival.observation() == null) {
            // a venue that answers nonsense by the thousand is known by the first ones
            if (queue.quarantined.size() < MAX_QUARANTINED) {
                queue.quarantined.add(arrival);
            } else {
                queue.conflated++;
            }
        } else {
            // moved to the end, so that the order stays that of arrival
            if (queue.observations.remove(key(arrival.observation())) != null) {
                queue.conflated++;
            }
            queue.observations.put(key(arrival.observation()), arrival);
            if (queue.observations.size() > MAX_WAITING) {
                Iterator<Arrival> oldest = queue.observations.values().iterator();
                oldest.next();
                oldest.remove();
                queue.conflated++;
            }
        }
        notifyAll();
    }

    /**
     * Waits until there is something of a venue that is not paused, or {@link #wakeUp} was called.
     *
     * @return everything there is, by venue; empty when woken up
     */
    synchronized Map<String, Collection<Arrival>> take() throws InterruptedException {
        while (!woken && !hasNews()) {
            wait();
        }
        woken = false;
        Map<String, Collection<Arrival>> taken = new HashMap<>();
        venues.forEach((venue, queue) -> {
            if (!queue.isEmpty() && !paused.contains(venue)) {
                List<Arrival> arrivals = new ArrayList<>(queue.observations.values());
                arrivals.addAll(queue.quarantined);
                queue.observations.clear();
                queue.quarantined.clear();
                taken.put(venue, arrivals);
            }
        });
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

    private boolean hasNews() {
        return venues.entrySet().stream()
                .anyMatch(entry -> !entry.getValue().isEmpty() && !paused.contains(entry.getKey()));
    }

    /** A row of the past takes no live one's place. */
    private static String key(Observation observation) {
        return Origin.HISTORY.isOf(observation)
                ? observation.market() + " " + observation.time()
                : observation.market();
    }
}
