package io.openinterest.observation;

import java.math.BigDecimal;
import java.time.Instant;

/** Observations of which only a few fields matter. */
public final class SampleObservation {

    private SampleObservation() {}

    /** Of a perpetual {@code x-<symbol>-future} on venue {@code v}, received when it was true. */
    public static Observation of(String symbol, Instant time, int contractCount, boolean delisted, String origin) {
        return new Observation(
                "x-" + symbol + "-future",
                time,
                "x",
                "v",
                symbol,
                AssetClass.CRYPTO,
                "btc",
                "usd",
                "usd",
                MarketType.PERPETUAL,
                Structure.LINEAR,
                null,
                null,
                BigDecimal.valueOf(contractCount),
                null,
                1,
                BigDecimal.ONE,
                BigDecimal.ONE,
                "mark",
                BigDecimal.ONE,
                null,
                null,
                null,
                null,
                time,
                time,
                delisted,
                origin);
    }
}
