package io.openinterest.observation;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The structure of a contract: how its profit is paid. The constants are part of saved state: append only. */
public enum Structure {
    /** Margined and settled in the quote currency (or a dollar collateral). */
    @JsonProperty("linear")
    LINEAR,
    /** Margined and settled in the base coin, sized in the quote currency. */
    @JsonProperty("inverse")
    INVERSE,
    /** Settled in a third currency at a fixed multiplier. */
    @JsonProperty("quanto")
    QUANTO
}
