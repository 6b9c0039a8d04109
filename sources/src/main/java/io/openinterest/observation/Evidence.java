package io.openinterest.observation;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * The verdict of one check of how a venue counts: its unit, its sides, the shape of its answers.
 *
 * @param time a full minute
 * @param venue venue id; the record's key
 * @param check name of the check
 * @param verdict what it found
 * @param figure what was computed; null where there is no number
 * @param expected what it is compared with; null where there is no number
 * @param detail one English sentence
 */
public record Evidence(
        Instant time,
        String venue,
        String check,
        Verdict verdict,
        BigDecimal figure,
        BigDecimal expected,
        String detail) {

    /** The verdict of a check. */
    public enum Verdict {
        /** The figures agree with the registry. */
        @JsonProperty("confirmed")
        CONFIRMED,
        /** Nothing speaks against the registry, and nothing proves it. */
        @JsonProperty("unproven")
        UNPROVEN,
        /** The figures contradict the registry. */
        @JsonProperty("contradicted")
        CONTRADICTED
    }
}
