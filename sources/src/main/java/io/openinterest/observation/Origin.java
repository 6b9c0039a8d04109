package io.openinterest.observation;

import java.util.Locale;

/** The way an observation reached the job. */
public enum Origin {
    /** A polled answer. */
    REST,
    /** A streamed message. */
    WEBSOCKET,
    /** An answer about the past, read after an outage. */
    HISTORY,
    /** A file. */
    FILE,
    /** A simulator stands in for the venue; rows of its history stay {@link #HISTORY}. */
    SIMULATED;

    private final String text = name().toLowerCase(Locale.ROOT);

    /** The name used in records. */
    public String text() {
        return text;
    }

    /** True for an observation that came this way. */
    public boolean isOf(Observation observation) {
        return text.equals(observation.origin());
    }
}
