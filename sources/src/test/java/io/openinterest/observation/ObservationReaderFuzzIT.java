package io.openinterest.observation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;

/** Any bytes are an observation or a quarantine record, and what was accepted can be written and read again. */
class ObservationReaderFuzzIT {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-20T12:00:00Z"));

    @FuzzTest(maxDuration = "5s")
    void anyTextIsReadOrRejected(byte[] text) {
        ObservationReader.Reading reading = new ObservationReader(CLOCK).read(text);

        assertThat(reading.observation() == null).isNotEqualTo(reading.quarantined() == null);
        if (reading.observation() != null) {
            byte[] written = ObservationOrder.text(reading.observation()).getBytes(StandardCharsets.UTF_8);
            assertThat(new ObservationReader(CLOCK).read(written).observation()).isEqualTo(reading.observation());
        }
    }
}
