package io.openinterest.observation;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A record that could not be used, and the reason.
 *
 * @param time time of receipt; null in a replay
 * @param venue the venue it came from, empty where unknown; the record's key
 * @param endpoint what was asked: path without host and secrets; null where nothing was asked
 * @param market market id where known
 * @param reason one of the closed list
 * @param detail one English sentence
 * @param raw the first 4 KiB of what was received, secrets removed
 */
public record Quarantined(
        Instant time, String venue, String endpoint, String market, Reason reason, String detail, String raw) {

    static final int RAW_BYTES = 4096;

    /** Of the other texts, which may quote what a venue wrote. */
    private static final int TEXT_BYTES = 1024;

    public Quarantined {
        raw = raw == null ? null : head(raw, RAW_BYTES);
        detail = detail == null ? null : head(detail, TEXT_BYTES);
        endpoint = endpoint == null ? null : head(endpoint, TEXT_BYTES);
        market = market == null ? null : head(market, TEXT_BYTES);
    }

    /** As many whole characters as fit; what is no character (half of a surrogate pair) can't be written. */
    private static String head(String text, int limit) {
        byte[] bytes = text.substring(0, Math.min(text.length(), limit)).getBytes(StandardCharsets.UTF_8);
        int end = Math.min(bytes.length, limit);
        while (end < bytes.length && (bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /** The reason why a record went to quarantine. The constants are part of saved state: append only. */
    public enum Reason {
        @JsonProperty("http-status")
        HTTP_STATUS,
        @JsonProperty("not-json")
        NOT_JSON,
        @JsonProperty("schema")
        SCHEMA,
        @JsonProperty("malformed")
        MALFORMED,
        @JsonProperty("venue-error")
        VENUE_ERROR,
        @JsonProperty("unknown-instrument")
        UNKNOWN_INSTRUMENT,
        @JsonProperty("missing-value")
        MISSING_VALUE,
        @JsonProperty("no-usd-price")
        NO_USD_PRICE,
        @JsonProperty("implausible")
        IMPLAUSIBLE,
        @JsonProperty("implausible-list")
        IMPLAUSIBLE_LIST,
        @JsonProperty("frozen-at-source")
        FROZEN_AT_SOURCE,
        @JsonProperty("time-in-future")
        TIME_IN_FUTURE,
        @JsonProperty("too-late")
        TOO_LATE,
        @JsonProperty("duplicate-source")
        DUPLICATE_SOURCE,
        @JsonProperty("bad-record")
        BAD_RECORD,
        @JsonProperty("bad-rule")
        BAD_RULE,
        @JsonProperty("shape")
        SHAPE;
    }
}
