package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonValue;

/** The subject of a record: a market, or a total of them. The constants are part of saved state: append only. */
public enum Level {
    TOTAL("total"),
    ASSET("asset"),
    EXCHANGE("exchange"),
    EXCHANGE_ASSET("exchange-asset"),
    PAIR("pair"),
    /** A single market, which is no total. */
    MARKET("market");

    private final String text;

    Level(String text) {
        this.text = text;
    }

    /** The name used in topics and records. */
    @JsonValue
    public String text() {
        return text;
    }
}
