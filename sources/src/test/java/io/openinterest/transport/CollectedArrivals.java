package io.openinterest.transport;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Arrivals of venues in the order in which they came, to be looked at together or taken one after the other. Verdicts of
 * checks are left out. Filled by the threads of venues, taken by the test's.
 */
public final class CollectedArrivals implements VenueRunner.Output {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<Arrival> all = Collections.synchronizedList(new ArrayList<>());
    private final BlockingQueue<Arrival> untaken = new LinkedBlockingQueue<>();
    private final List<Error> errors = Collections.synchronizedList(new ArrayList<>());
    private volatile Instant resumeFrom;

    @Override
    public void arrived(Arrival arrival, Instant resumeFrom) {
        if (arrival.evidence() == null) {
            all.add(arrival);
            untaken.add(arrival);
        }
        this.resumeFrom = resumeFrom;
    }

    @Override
    public void failed(Error error) {
        errors.add(error);
    }

    @Override
    public boolean isPaused() {
        return false;
    }

    /** Everything so far, taken or not. */
    public List<Arrival> all() {
        synchronized (all) {
            return List.copyOf(all);
        }
    }

    /** All observations so far, taken or not. */
    public List<Observation> observations() {
        return all().stream().map(Arrival::observation).filter(Objects::nonNull).toList();
    }

    /** All quarantine records so far, taken or not. */
    public List<Quarantined> quarantined() {
        return all().stream().map(Arrival::quarantined).filter(Objects::nonNull).toList();
    }

    /** Errors after which the process is not to be trusted. */
    public List<Error> errors() {
        synchronized (errors) {
            return List.copyOf(errors);
        }
    }

    /** From when a job that restarts now reads the past; null for none of it. */
    public Instant resumeFrom() {
        return resumeFrom;
    }

    /** Takes the next arrival; null when none comes in time. */
    public Arrival poll(Duration patience) throws InterruptedException {
        return untaken.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Takes the next arrival; fails when none comes within a minute. */
    public Arrival await() throws InterruptedException {
        return await(arrival -> true);
    }

    /** Takes arrivals up to one that is wanted; fails when it does not come within a minute. */
    public Arrival await(Predicate<Arrival> wanted) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Arrival arrival = poll(Duration.ofNanos(end - System.nanoTime()));
            if (arrival == null) {
                throw new AssertionError("Nothing wanted within " + PATIENCE + "; observations: "
                        + observations().size() + ", quarantined: " + quarantined());
            }
            if (wanted.test(arrival)) {
                return arrival;
            }
        }
    }

    /** Takes arrivals up to an observation that is wanted; fails when it does not come within a minute. */
    public Observation awaitObservation(Predicate<Observation> wanted) throws InterruptedException {
        return await(arrival -> arrival.observation() != null && wanted.test(arrival.observation()))
                .observation();
    }

    /** Takes arrivals up to an observation; fails when none comes within a minute. */
    public Observation awaitObservation() throws InterruptedException {
        return awaitObservation(observation -> true);
    }

    /** Takes arrivals up to a quarantine record; fails when none comes within a minute. */
    public Quarantined awaitQuarantined() throws InterruptedException {
        return await(arrival -> arrival.quarantined() != null).quarantined();
    }
}
