package io.openinterest.transport;

import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** One venue that runs in the test's own time. */
final class VenueHarness {

    /** Each venue counts against a limit of its own, as stand-ins on different ports do. */
    private static final AtomicInteger PORTS = new AtomicInteger(1_000);

    final ManualTime time = new ManualTime();
    final ManualNetwork network = new ManualNetwork(time);
    final VenueStats stats = new VenueStats();
    final CollectedArrivals out = new CollectedArrivals();
    final String restUrl = "http://venue:" + PORTS.incrementAndGet();
    VenueRunner runner;

    /** Starts a venue with options of its own. */
    VenueHarness start(String id, Instant from, Map<String, String> options) {
        runner = runner(id, from, options);
        return start();
    }

    /** Starts a venue again that had never answered before. */
    VenueHarness restart(String id) {
        runner = runner(id, null, Map.of());
        runner.resume(Map.of());
        return start();
    }

    private VenueRunner runner(String id, Instant from, Map<String, String> options) {
        VenueSettings settings = new VenueSettings(
                id, restUrl, "ws://venue/prefix/", null, null, null, options, SourceSettings.defaults());
        return new VenueRunner(settings, from, out, stats, network, time.clock(), time);
    }

    private VenueHarness start() {
        runner.start();
        time.settle();
        return this;
    }

    List<Observation> observations() {
        return out.observations();
    }

    List<Quarantined> rejected() {
        return out.quarantined();
    }

    List<String> details() {
        return rejected().stream().map(Quarantined::detail).toList();
    }

    void pass(Duration duration) {
        time.pass(duration);
    }
}
