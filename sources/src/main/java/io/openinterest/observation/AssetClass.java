package io.openinterest.observation;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The class of a base asset. The constants are part of saved state: append only. */
public enum AssetClass {
    /** Coins, tokenised gold too. */
    @JsonProperty("crypto")
    CRYPTO,
    @JsonProperty("equity")
    EQUITY,
    @JsonProperty("commodity")
    COMMODITY,
    @JsonProperty("fx")
    FX,
    @JsonProperty("index")
    INDEX,
    @JsonProperty("other")
    OTHER;

    /** The name used in records, configuration and ids. */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
