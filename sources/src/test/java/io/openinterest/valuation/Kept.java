package io.openinterest.valuation;

import io.openinterest.observation.Evidence;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined;
import java.util.List;

/** Keeps what a reader gives in lists of the test. */
public record Kept(List<Observation> observed, List<Quarantined> rejected, List<Evidence> verdicts)
        implements VenueReader.Sink {

    @Override
    public void observed(Observation observation, Origin origin) {
        observed.add(observation);
    }

    @Override
    public void quarantined(Quarantined quarantined) {
        rejected.add(quarantined);
    }

    @Override
    public void evidence(Evidence evidence) {
        verdicts.add(evidence);
    }
}
