package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step in the life of an alert (topic {@code alerts}).
 *
 * @param alertId {@code <rule id>/<level>:<id>/<opening boundary>}; the same input gives the same ids
 * @param ruleVersion first 12 hex digits of SHA-256 of the rule as canonical JSON
 * @param time the boundary; for a retraction the opening boundary
 * @param openedAt the opening boundary
 * @param metric path of the figure the rule looks at
 * @param value the figure; null when expired
 * @param threshold the rule's figure that was crossed; null when expired or retracted
 * @param peak the figure farthest from 0 since the opening; the least where the rule looks below
 * @param message one English sentence
 * @param evidence the record behind the event; null when expired
 */
public record AlertEvent(
        String alertId,
        String ruleId,
        String ruleVersion,
        Kind kind,
        State state,
        Severity severity,
        String level,
        String id,
        Interval interval,
        Instant time,
        Instant openedAt,
        String metric,
        @Nullable BigDecimal value,
        @Nullable BigDecimal threshold,
        @Nullable BigDecimal peak,
        String message,
        @Nullable Evidence evidence) {

    /**
     * The record behind an event.
     *
     * @param change ledger of the record; null at its beginning
     * @param maxAgeMs greatest age among the included markets
     * @param exchanges an asset's exchanges with the greatest quantity change, at most three; null at other levels
     */
    public record Evidence(
            @Nullable BigDecimal valueUsd,
            @Nullable BigDecimal openUsd,
            @Nullable Ledger change,
            @Nullable BigDecimal coverage,
            @Nullable Long maxAgeMs,
            @Nullable List<String> exchanges) {}

    /** What an alert is about. The constants are part of saved state: append only. */
    public enum Kind {
        @JsonProperty("market")
        MARKET,
        @JsonProperty("data-quality")
        DATA_QUALITY
    }

    /** The steps of a life. The constants are part of saved state: append only. */
    public enum State {
        @JsonProperty("open")
        OPEN,
        /** A warning became critical. */
        @JsonProperty("escalated")
        ESCALATED,
        @JsonProperty("resolved")
        RESOLVED,
        /** The entity fell silent, or the rule is gone. */
        @JsonProperty("expired")
        EXPIRED,
        /** A correction took the reason away. */
        @JsonProperty("retracted")
        RETRACTED
    }

    /** How bad. The constants are part of saved state: append only. */
    public enum Severity {
        @JsonProperty("warning")
        WARNING,
        @JsonProperty("critical")
        CRITICAL
    }
}
