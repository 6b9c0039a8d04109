package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.openinterest.observation.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step in the life of an alert (topic {@code alerts}).
 *
 * @param alertId {@code <rule id>/<level>:<id>/<opening boundary>}; the same input gives the same ids
 * @param message one English sentence
 * @param evidence the record behind the event; null when expired
 */
public record AlertEvent(
        String alertId,
        @JsonUnwrapped Rule rule,
        State state,
        Severity severity,
        @JsonUnwrapped Occasion occasion,
        @JsonUnwrapped Figures figures,
        String message,
        @Nullable Evidence evidence) {

    /** A step of the alert that the rule, the entity and the opening boundary name. */
    public static AlertEvent of(
            Rule rule,
            State state,
            Severity severity,
            Occasion occasion,
            Figures figures,
            String message,
            @Nullable Evidence evidence) {
        String entity = occasion.level().text() + ":" + occasion.id();
        String alertId = rule.ruleId() + "/" + entity + "/" + Json.text(occasion.openedAt());
        return new AlertEvent(alertId, rule, state, severity, occasion, figures, message, evidence);
    }

    /**
     * The rule behind an alert.
     *
     * @param ruleVersion first 12 hex digits of SHA-256 of the rule as canonical JSON
     */
    public record Rule(String ruleId, String ruleVersion, Kind kind) {}

    /**
     * The place and time of an event.
     *
     * @param id the entity within its level
     * @param boundary the boundary; for a retraction the opening boundary
     * @param openedAt the opening boundary
     * @param isOver true if the alert had ended before, as only one that is retracted can have; not published
     */
    public record Occasion(
            Level level,
            String id,
            @JsonUnwrapped Boundary boundary,
            Instant openedAt,
            @JsonIgnore boolean isOver) {}

    /**
     * The figure the rule looks at.
     *
     * @param metric path of the figure
     * @param value the figure; null when expired
     * @param threshold the rule's figure that was crossed; null when expired or retracted
     * @param peak the figure farthest from 0 since the opening; the least where the rule looks below
     */
    public record Figures(
            String metric,
            @Nullable BigDecimal value,
            @Nullable BigDecimal threshold,
            @Nullable BigDecimal peak) {}

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

    /** The subject of an alert. The constants are part of saved state: append only. */
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

    /** The severity of an alert. The constants are part of saved state: append only. */
    public enum Severity {
        @JsonProperty("warning")
        WARNING,
        @JsonProperty("critical")
        CRITICAL
    }
}
