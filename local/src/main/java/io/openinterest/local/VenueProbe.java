package io.openinterest.local;

import io.openinterest.observation.Arrival;
import io.openinterest.transport.Http;
import io.openinterest.transport.VenueRunner;
import io.openinterest.transport.VenueStats;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Finds out whether venues can be reached from here, by asking them what the job would ask. */
final class VenueProbe {

    private VenueProbe() {}

    /** Whether one usable observation of any of the venues arrives in time. */
    static boolean anyAnswers(List<VenueSettings> venues, Duration patience) throws InterruptedException {
        CountDownLatch answered = new CountDownLatch(1);
        List<VenueRunner> runners = new ArrayList<>();
        try (Http http = new Http()) {
            for (VenueSettings venue : venues) {
                runners.add(new VenueRunner(venue, null, new FirstObservation(answered), new VenueStats(), http));
            }
            runners.forEach(VenueRunner::start);
            return answered.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            runners.forEach(VenueRunner::close);
        }
    }

    private record FirstObservation(CountDownLatch answered) implements VenueRunner.Output {

        @Override
        public void arrived(Arrival arrival, Instant resumeFrom) {
            if (arrival.observation() != null) {
                answered.countDown();
            }
        }

        @Override
        public boolean isPaused() {
            return answered.getCount() == 0;
        }
    }
}
