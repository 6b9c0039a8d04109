package io.openinterest.observation;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The kind of contract a market trades. The constants are part of saved state: append only. */
public enum MarketType {
    @JsonProperty("perpetual")
    PERPETUAL,
    /** A dated future. */
    @JsonProperty("future")
    FUTURE,
    @JsonProperty("call")
    CALL,
    @JsonProperty("put")
    PUT;

    /** True for calls and puts. */
    public boolean isOption() {
        return this == CALL || this == PUT;
    }
}
