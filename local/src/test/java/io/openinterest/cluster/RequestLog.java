package io.openinterest.cluster;

import io.openinterest.adapters.Adapters;
import io.openinterest.simulator.VenueSimulator;
import io.openinterest.simulator.VenueSimulator.SeenRequest;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The questions simulated venues were asked, held against what each publishes about how often it may be asked. */
final class RequestLog {

    /** Questions that were under way when the venue stated a pause. */
    private static final Duration UNDER_WAY = Duration.ofSeconds(2);

    /** Exchanges count connections by address; of those that say how many, OKX allows fewest. */
    private static final RateLimit CONNECTIONS = RateLimit.of("connections", 3, Duration.ofSeconds(1));

    private final VenueSimulator simulator;
    private final Map<String, List<SeenRequest>> seen = new TreeMap<>();

    RequestLog(VenueSimulator simulator) {
        this.simulator = simulator;
    }

    /** Takes what came since the last time, which must not be more than the simulator remembers. */
    void read() {
        for (String venue : simulator.venues()) {
            seen.computeIfAbsent(venue, key -> new ArrayList<>()).addAll(simulator.takeRequests(venue));
        }
    }

    /** What was asked against a limit, or in a pause that was asked for. */
    List<String> violations() {
        List<String> violations = new ArrayList<>();
        Map<RateLimit, List<SeenRequest>> metered = new LinkedHashMap<>();
        seen.forEach((venue, requests) -> {
            requests.sort(Comparator.comparing(SeenRequest::time));
            List<SeenRequest> questions =
                    requests.stream().filter(one -> !one.isUpgrade()).toList();
            questions.stream()
                    .filter(one -> one.metered() == 429 || one.metered() == 418)
                    .forEach(one -> violations.add(venue + " meters " + one));
            inPauses(venue, questions, violations);
            List<SeenRequest> upgrades =
                    requests.stream().filter(SeenRequest::isUpgrade).toList();
            above(CONNECTIONS, venue, upgrades, violations);
            List<RateLimit> limits = Adapters.create(VenueSettings.of(venue, SourceSettings.defaults()))
                    .limits();
            if (limits.size() == 1) {
                metered.computeIfAbsent(limits.get(0), key -> new ArrayList<>()).addAll(questions);
            }
        });
        metered.forEach((limit, requests) -> {
            requests.sort(Comparator.comparing(SeenRequest::time));
            above(limit, limit.scope(), requests, violations);
        });
        return violations;
    }

    private static void inPauses(String venue, List<SeenRequest> requests, List<String> violations) {
        Instant from = Instant.MIN;
        Instant until = Instant.MIN;
        for (SeenRequest request : requests) {
            if (request.time().isAfter(from) && request.time().isBefore(until)) {
                violations.add(venue + " was asked before " + until + ": " + request);
            }
            if (request.retryAfter() != null
                    && request.time().plus(request.retryAfter()).isAfter(until)) {
                from = request.time().plus(UNDER_WAY);
                until = request.time().plus(request.retryAfter());
            }
        }
    }

    /** A window of the limit's length that holds more than it allows. */
    private static void above(RateLimit limit, String whose, List<SeenRequest> requests, List<String> violations) {
        for (int first = 0; first + limit.weight() < requests.size(); first++) {
            Instant time = requests.get(first).time();
            SeenRequest surplus = requests.get(first + limit.weight());
            if (Duration.between(time, surplus.time()).compareTo(limit.per()) < 0) {
                violations.add(whose + ": more than " + limit + " from " + time + " on: " + surplus);
                return;
            }
        }
    }
}
