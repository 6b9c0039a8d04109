package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonValue;

/** What open interest is totalled by. */
public enum Level {
    TOTAL("total"),
    ASSET("asset"),
    EXCHANGE("exchange"),
    EXCHANGE_ASSET("exchange-asset"),
    PAIR("pair");

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
